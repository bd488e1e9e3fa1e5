ALTER TABLE followthrough_access.people ADD COLUMN language text CHECK (language IN ('en', 'fr', 'es'));

-- Those who get digests: a person with an account, or an address whose owner has confirmed it, or is yet to.
CREATE TABLE followthrough_access.followers (
  id       text PRIMARY KEY,
  account  text UNIQUE REFERENCES followthrough_access.people ON DELETE CASCADE,
  email    text UNIQUE CHECK ((account IS NULL) <> (email IS NULL)),
  language text NOT NULL,
  secret   text NOT NULL UNIQUE,
  next_at  bigint NOT NULL,
  created  text NOT NULL
);

CREATE TABLE followthrough_access.follows (
  id        text PRIMARY KEY,
  follower  text NOT NULL REFERENCES followthrough_access.followers ON DELETE CASCADE,
  kind      text NOT NULL,
  code      text NOT NULL,
  position  text NOT NULL,
  created   text NOT NULL,
  confirmed text,
  UNIQUE (follower, kind, code)
);

-- Letters that were decided on, by what they follow from: no address, no name and no words of anybody are here.
CREATE TABLE followthrough_access.letters (
  id          text PRIMARY KEY,
  kind        text NOT NULL,
  account     text,
  follower    text REFERENCES followthrough_access.followers ON DELETE CASCADE,
  round       text,
  agency      text,
  facts       text NOT NULL,
  decided     text NOT NULL,
  state       text NOT NULL,
  attempts    bigint NOT NULL DEFAULT 0,
  next_at     bigint NOT NULL DEFAULT 0,
  error       text,
  lease       text,
  lease_until bigint NOT NULL DEFAULT 0,
  settled     text
);
CREATE INDEX letters_waiting ON followthrough_access.letters (next_at) WHERE state = 'waiting';
CREATE INDEX letters_decided ON followthrough_access.letters (decided, id);

-- The position up to which the log was read for letters.
CREATE TABLE followthrough_access.letters_checkpoint (name text PRIMARY KEY, position text NOT NULL);
