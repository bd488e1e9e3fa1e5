-- Makes missing and outdated tables; the schema may have been made before, for a role that may make none.
DO $schema$ BEGIN
  PERFORM pg_advisory_xact_lock(@WRITES@);
  IF to_regclass('followthrough_log.about') IS NULL THEN
    IF current_setting('server_encoding') <> 'UTF8' THEN
      RAISE EXCEPTION 'a log needs a database whose encoding is UTF8, not %', current_setting('server_encoding');
    END IF;
    IF to_regnamespace('followthrough_log') IS NULL THEN CREATE SCHEMA followthrough_log; END IF;
    @TABLES@
  ELSIF (SELECT format FROM followthrough_log.about) >= @FORMAT@ THEN RETURN;
  END IF;
  @FUNCTIONS@
  UPDATE followthrough_log.about SET format = @FORMAT@;
END $schema$
