-- The roles of accounts, and whether one is given for an agency, are known to libs/words alone: a new one changes no table.
CREATE TABLE roles_of_accounts (
  id           TEXT PRIMARY KEY,
  account      TEXT NOT NULL REFERENCES accounts,
  role         TEXT NOT NULL,
  agency       TEXT,
  since        TEXT NOT NULL,
  until        TEXT,
  appointed_by TEXT,
  relieved_by  TEXT
) STRICT;
INSERT INTO roles_of_accounts SELECT id, account, role, agency, since, until, appointed_by, relieved_by FROM appointments;
DROP TABLE appointments;
ALTER TABLE roles_of_accounts RENAME TO appointments;
CREATE INDEX appointments_of ON appointments (account);
