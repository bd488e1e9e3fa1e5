CREATE TABLE followthrough_drafts.drafts (
  kind  text NOT NULL,
  id    text NOT NULL,
  owner text,
  PRIMARY KEY (kind, id)
);

CREATE TABLE followthrough_drafts.revisions (
  kind     text NOT NULL,
  id       text NOT NULL,
  revision integer NOT NULL,
  content  text NOT NULL,
  account  text NOT NULL,
  saved    text NOT NULL,
  PRIMARY KEY (kind, id, revision),
  FOREIGN KEY (kind, id) REFERENCES followthrough_drafts.drafts ON DELETE CASCADE
);

CREATE TABLE followthrough_drafts.openings (
  kind    text NOT NULL,
  id      text NOT NULL,
  account text NOT NULL,
  at      text NOT NULL,
  PRIMARY KEY (kind, id, account),
  FOREIGN KEY (kind, id) REFERENCES followthrough_drafts.drafts ON DELETE CASCADE
);

CREATE TABLE followthrough_drafts.to_erase (deletion text PRIMARY KEY);
