-- The audit: who did what, and when.
CREATE TABLE audit (
  id          INTEGER PRIMARY KEY,
  at          TEXT NOT NULL,
  account     TEXT,
  role        TEXT,
  agency      TEXT,
  address     TEXT,
  what        TEXT NOT NULL,
  subject     TEXT,
  status      INTEGER NOT NULL,
  code        TEXT,
  correlation TEXT
) STRICT;

CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account, id);

-- Only added to: of an entry nothing changes but the address, which may be erased; and none goes that is not a month old.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN new.address IS NOT NULL OR (new.id, new.at, new.account, new.role, new.agency, new.what, new.subject, new.status, new.code, new.correlation)
  IS NOT (old.id, old.at, old.account, old.role, old.agency, old.what, old.subject, old.status, old.code, old.correlation)
BEGIN SELECT raise(ABORT, 'an entry of the audit does not change'); END;

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN old.at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 days')
BEGIN SELECT raise(ABORT, 'an entry of the audit is kept for a month at least'); END;
