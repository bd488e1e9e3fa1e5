-- All of it hangs on the row that tells who somebody is, and goes with it. Of what lets anybody in only the hash is kept.
CREATE TABLE followthrough_access.sessions (
  id         text PRIMARY KEY,
  hash       text NOT NULL UNIQUE,
  account    text NOT NULL REFERENCES followthrough_access.people ON DELETE CASCADE,
  way        text NOT NULL,
  browser    text NOT NULL,
  acting_for text,
  begun      text NOT NULL,
  seen       text NOT NULL,
  ends       text NOT NULL
);
CREATE INDEX sessions_of ON followthrough_access.sessions (account);

CREATE TABLE followthrough_access.passkeys (
  id         text PRIMARY KEY,
  account    text NOT NULL REFERENCES followthrough_access.people ON DELETE CASCADE,
  public_key text NOT NULL,
  counter    bigint NOT NULL,
  transports text NOT NULL,
  label      text NOT NULL,
  added      text NOT NULL,
  last_used  text
);
CREATE INDEX passkeys_of ON followthrough_access.passkeys (account);

-- Secrets that are good once: sign-in links, and what a browser has begun at a provider or with a passkey.
CREATE TABLE followthrough_access.once (
  hash    text PRIMARY KEY,
  purpose text NOT NULL,
  account text REFERENCES followthrough_access.people ON DELETE CASCADE,
  browser text,
  kept    text NOT NULL,
  ends    text NOT NULL
);
CREATE INDEX once_ends ON followthrough_access.once (ends);

-- What is erased must not be left in the statistics of the planner.
ALTER TABLE followthrough_access.passkeys ALTER COLUMN label SET STATISTICS 0;
ALTER TABLE followthrough_access.sessions ALTER COLUMN browser SET STATISTICS 0;
ALTER TABLE followthrough_access.once ALTER COLUMN kept SET STATISTICS 0;
