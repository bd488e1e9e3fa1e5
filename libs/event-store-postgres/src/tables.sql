-- The tables of the log, made once. schema.ts puts in the constants between @.
-- blanked counts blankings, erased those of them whose words are gone from the files, too. latest: of times taken over.
CREATE TABLE followthrough_log.about (
  format   integer NOT NULL,
  identity text    NOT NULL,
  latest   bigint  NOT NULL DEFAULT 0,
  blanked  bigint  NOT NULL DEFAULT 0,
  erased   bigint  NOT NULL DEFAULT 0
);
INSERT INTO followthrough_log.about (format, identity) VALUES (@FORMAT@, gen_random_uuid()::text);

CREATE TABLE followthrough_log.types (
  type    text COLLATE "C" NOT NULL,
  version integer          NOT NULL,
  PRIMARY KEY (type, version)
);

CREATE TABLE followthrough_log.events (
  position    bigint           PRIMARY KEY,
  stream      text COLLATE "C" NOT NULL,
  revision    bigint           NOT NULL,
  id          text COLLATE "C" NOT NULL,
  type        text COLLATE "C" NOT NULL,
  version     integer          NOT NULL,
  digest      text COLLATE "C" NOT NULL,
  meta        text COLLATE "C" NOT NULL,
  recorded_at bigint           NOT NULL,
  hash        text COLLATE "C" NOT NULL,
  UNIQUE (stream, revision)
);
-- The data that can be blanked, apart: to get it out of the files this table is written anew.
CREATE TABLE followthrough_log.payloads (
  position bigint           PRIMARY KEY,
  data     text COLLATE "C",
  salt     text COLLATE "C" NOT NULL
);
-- No samples of them for the planner, which would keep blanked words.
ALTER TABLE followthrough_log.payloads ALTER data SET STATISTICS 0, ALTER salt SET STATISTICS 0;

CREATE FUNCTION followthrough_log.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER never_deleted BEFORE DELETE ON followthrough_log.events
  FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
CREATE TRIGGER never_changed BEFORE UPDATE ON followthrough_log.events
  FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never changed');
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON followthrough_log.events
  EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
CREATE TRIGGER never_deleted BEFORE DELETE ON followthrough_log.payloads
  FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
CREATE TRIGGER only_blanked BEFORE UPDATE ON followthrough_log.payloads
  FOR EACH ROW WHEN (new.position <> old.position OR new.data IS NOT NULL OR new.salt <> '')
  EXECUTE FUNCTION followthrough_log.refuse('data can only be blanked, with its salt');
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON followthrough_log.payloads
  EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
