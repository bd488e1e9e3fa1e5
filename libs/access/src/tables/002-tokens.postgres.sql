-- Tokens have scopes and an end; their roles are now those of their accounts.
ALTER TABLE followthrough_access.tokens
  ADD COLUMN scopes text NOT NULL DEFAULT 'read report record register publish',
  ADD COLUMN demo integer NOT NULL DEFAULT 0,
  ADD COLUMN made_by text,
  ADD COLUMN expires text NOT NULL
    DEFAULT to_char((now() + interval '1 year') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  ADD COLUMN last_used text,
  ADD FOREIGN KEY (account) REFERENCES followthrough_access.accounts;
UPDATE followthrough_access.tokens
  SET scopes = scopes || CASE role WHEN 'secretariat' THEN ' admin' ELSE '' END,
    demo = CASE label WHEN 'demo' THEN 1 ELSE 0 END;
ALTER TABLE followthrough_access.tokens
  DROP COLUMN role,
  DROP COLUMN agency,
  ALTER COLUMN scopes DROP DEFAULT,
  ALTER COLUMN demo DROP DEFAULT,
  ALTER COLUMN expires DROP DEFAULT;
CREATE INDEX tokens_of ON followthrough_access.tokens (account);

-- Erased words must not be left in the statistics of the planner.
ALTER TABLE followthrough_access.people
  ALTER COLUMN name SET STATISTICS 0,
  ALTER COLUMN email SET STATISTICS 0;
ALTER TABLE followthrough_access.identities ALTER COLUMN subject SET STATISTICS 0;
ALTER TABLE followthrough_access.tokens ALTER COLUMN label SET STATISTICS 0;
