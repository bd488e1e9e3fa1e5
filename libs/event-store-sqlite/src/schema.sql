-- The log: every event once, never deleted, never changed but for a payload that is blanked.
CREATE TABLE about (
  identity TEXT NOT NULL
) STRICT;

CREATE TABLE types (
  type    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (type, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  position    INTEGER PRIMARY KEY,
  stream      TEXT    NOT NULL,
  revision    INTEGER NOT NULL,
  id          TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  data        TEXT,
  salt        TEXT    NOT NULL,
  digest      TEXT    NOT NULL,
  meta        TEXT    NOT NULL,
  recorded_at INTEGER NOT NULL,
  hash        TEXT    NOT NULL,
  UNIQUE (stream, revision)
) STRICT;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
  BEGIN SELECT raise(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_are_never_changed
  BEFORE UPDATE OF position, stream, revision, id, type, version, digest, meta, recorded_at, hash ON events
  BEGIN SELECT raise(ABORT, 'events are never changed'); END;
CREATE TRIGGER data_can_only_be_blanked
  BEFORE UPDATE OF data, salt ON events WHEN new.data IS NOT NULL OR new.salt <> ''
  BEGIN SELECT raise(ABORT, 'data can only be blanked, with its salt'); END;
