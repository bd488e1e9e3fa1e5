-- An account is a pseudonym: it stands in the log, and nothing here that tells who it is does.
CREATE TABLE followthrough_access.accounts (
  account    text PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('person', 'machine')),
  created    text NOT NULL,
  created_by text,
  erased     text
);

-- All that tells who somebody is hangs on a row here: whoever deletes it deletes all of that.
CREATE TABLE followthrough_access.people (
  account text PRIMARY KEY REFERENCES followthrough_access.accounts,
  name    text NOT NULL,
  email   text UNIQUE
);

CREATE TABLE followthrough_access.identities (
  issuer  text NOT NULL,
  subject text NOT NULL,
  account text NOT NULL REFERENCES followthrough_access.people ON DELETE CASCADE,
  added   text NOT NULL,
  PRIMARY KEY (issuer, subject)
);

CREATE TABLE followthrough_access.appointments (
  id           text PRIMARY KEY,
  account      text NOT NULL REFERENCES followthrough_access.accounts,
  role         text NOT NULL CHECK (role IN ('secretariat', 'focal_point', 'alternate', 'reader')),
  agency       text CHECK (role = 'reader' OR (role = 'secretariat') = (agency IS NULL)),
  since        text NOT NULL,
  until        text,
  appointed_by text,
  relieved_by  text
);
CREATE INDEX appointments_of ON followthrough_access.appointments (account);

INSERT INTO followthrough_access.accounts
  SELECT account, 'machine', min(created), NULL, NULL FROM followthrough_access.tokens GROUP BY account;
INSERT INTO followthrough_access.appointments
  SELECT id, account, role, agency, created, NULL, NULL, NULL FROM followthrough_access.tokens;

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

-- What is erased must not be left in the statistics of the planner.
ALTER TABLE followthrough_access.people
  ALTER COLUMN name SET STATISTICS 0,
  ALTER COLUMN email SET STATISTICS 0;
ALTER TABLE followthrough_access.identities ALTER COLUMN subject SET STATISTICS 0;
ALTER TABLE followthrough_access.tokens ALTER COLUMN label SET STATISTICS 0;

-- Counts the changes by which somebody may lose a right.
CREATE TABLE followthrough_access.mark (changes integer NOT NULL);
INSERT INTO followthrough_access.mark VALUES (0);
