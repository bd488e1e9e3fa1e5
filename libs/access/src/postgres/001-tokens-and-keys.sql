CREATE TABLE followthrough_access.tokens (
  id      text PRIMARY KEY,
  hash    text NOT NULL UNIQUE,
  account text NOT NULL,
  role    text NOT NULL CHECK (role IN ('secretariat', 'focal_point')),
  agency  text CHECK ((role = 'secretariat') = (agency IS NULL)),
  label   text NOT NULL,
  created text NOT NULL,
  revoked text
);

CREATE TABLE followthrough_access.idempotency_keys (
  owner  text NOT NULL,
  key    text NOT NULL,
  digest text NOT NULL,
  tries  integer NOT NULL DEFAULT 1,
  PRIMARY KEY (owner, key)
);
