-- Tokens have scopes and an end; their roles are now those of their accounts.
CREATE TABLE tokens_of_accounts (
  id        TEXT PRIMARY KEY,
  hash      TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL REFERENCES accounts,
  label     TEXT NOT NULL,
  scopes    TEXT NOT NULL,
  demo      INTEGER NOT NULL,
  created   TEXT NOT NULL,
  made_by   TEXT,
  expires   TEXT NOT NULL,
  last_used TEXT,
  revoked   TEXT
) STRICT;
INSERT INTO tokens_of_accounts
  SELECT id, hash, account, label,
    CASE role WHEN 'secretariat' THEN 'read report record register publish admin'
      ELSE 'read report record register publish' END,
    label = 'demo', created, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 year'), NULL, revoked
  FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_of_accounts RENAME TO tokens;
CREATE INDEX tokens_of ON tokens (account);
