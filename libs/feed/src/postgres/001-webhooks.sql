CREATE TABLE followthrough_feed.webhooks (
  id            text PRIMARY KEY,
  owner         text,
  account       text NOT NULL,
  url           text NOT NULL,
  description   text,
  filter        text NOT NULL,
  secret        text NOT NULL,
  former_secret text,
  former_until  bigint NOT NULL DEFAULT 0,
  created       text NOT NULL,
  ended         text,
  position      text,
  delivered     bigint NOT NULL DEFAULT 0,
  delivered_at  text,
  attempts      bigint NOT NULL DEFAULT 0,
  next_at       bigint NOT NULL DEFAULT 0,
  error         text,
  lease         text,
  lease_until   bigint NOT NULL DEFAULT 0
);

CREATE TABLE followthrough_feed.dead_letters (
  webhook  text NOT NULL REFERENCES followthrough_feed.webhooks ON DELETE CASCADE,
  position text NOT NULL,
  type     text NOT NULL,
  attempts bigint NOT NULL,
  error    text NOT NULL,
  at       text NOT NULL,
  replay   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (webhook, position)
);
