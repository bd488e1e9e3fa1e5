-- Webhooks, and the changes that could not be delivered to them.
CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  owner         TEXT,
  account       TEXT NOT NULL,
  url           TEXT NOT NULL,
  description   TEXT,
  filter        TEXT NOT NULL,
  secret        TEXT NOT NULL,
  former_secret TEXT,
  former_until  BIGINT NOT NULL DEFAULT 0,
  created       TEXT NOT NULL,
  ended         TEXT,
  position      TEXT,
  delivered     BIGINT NOT NULL DEFAULT 0,
  delivered_at  TEXT,
  attempts      BIGINT NOT NULL DEFAULT 0,
  next_at       BIGINT NOT NULL DEFAULT 0,
  error         TEXT,
  lease         TEXT,
  lease_until   BIGINT NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  webhook  TEXT NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  position TEXT NOT NULL,
  type     TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  error    TEXT NOT NULL,
  at       TEXT NOT NULL,
  replay   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (webhook, position)
) STRICT, WITHOUT ROWID;
