-- The writes to the log, and the search for an instant in it. Made anew whenever the format is raised.
-- Until the transaction ends nobody else writes; the statement after sees all that was written before.
CREATE OR REPLACE FUNCTION followthrough_log.begin_writing() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  PERFORM pg_advisory_xact_lock(@WRITES@);
END $$;

-- Takes appends of which each is judged on its own. chain: an event's number, its append's number, its hashed part.
-- clock: the time, in ms since 1970; null: that of this database, read when it is this transaction's turn, so that nothing
-- is ever recorded at an instant that others have asked about already.
-- refused: the revision where the stream of a refused append is, by the append's number.
CREATE OR REPLACE FUNCTION followthrough_log.append(
  clock bigint, events json, chain json, new_types boolean, OUT base text, OUT refused json
) LANGUAGE plpgsql AS $$
DECLARE
  head     bigint := 0;
  now      bigint;
  at       bigint;
  instant  text;
  said     record;
  stream   text;
  append   integer;
  judged   boolean;
  revision bigint;
  last     text;
  taken    integer[] := '{}';
  hashes   text[] := '{}';
  wrong    jsonb := '{}';
BEGIN
  PERFORM followthrough_log.begin_writing();
  now := coalesce(clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  SELECT e.position, greatest(now, e.recorded_at, a.latest) INTO head, at
    FROM followthrough_log.events e, followthrough_log.about a ORDER BY e.position DESC LIMIT 1;
  IF NOT FOUND THEN head := 0; at := now; END IF;
  instant := to_char(timestamp '1970-01-01' + at * interval '1 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  FOR said IN
    SELECT c.n, c.append, c.stream, c.revision, c.before, c.after
    FROM json_to_recordset(chain) AS c(n integer, append integer, stream text, revision bigint, before text, after text)
    ORDER BY c.stream COLLATE "C", c.n
  LOOP
    IF said.stream IS DISTINCT FROM stream THEN
      stream := said.stream;
      SELECT e.revision, e.hash INTO revision, last
        FROM followthrough_log.events e WHERE e.stream = said.stream ORDER BY e.revision DESC LIMIT 1;
      IF NOT FOUND THEN revision := -1; last := ''; END IF;
    END IF;
    IF said.append IS DISTINCT FROM append THEN
      append := said.append;
      judged := said.revision = revision + 1;
      IF NOT judged THEN wrong := wrong || jsonb_build_object(append::text, revision); END IF;
    END IF;
    IF judged THEN
      revision := said.revision;
      last := '@HASHED_BY@' || translate(rtrim(encode(
        @HASH@(convert_to(last || said.before || instant || said.after, 'UTF8')), 'base64'), '='), E'+/\n', '-_');
      taken := taken || said.n;
      hashes := hashes || last;
    END IF;
  END LOOP;

  IF new_types THEN
    INSERT INTO followthrough_log.types
      SELECT DISTINCT t.type, t.version FROM json_to_recordset(events) AS t(type text, version integer)
      ON CONFLICT DO NOTHING;
  END IF;
  IF cardinality(taken) > 0 THEN
    WITH accepted AS MATERIALIZED (
      SELECT e.*, t.hash, head + row_number() OVER (ORDER BY e.n) AS position
      FROM json_to_recordset(events) AS e(n integer, stream text, revision bigint, id text, type text,
             version integer, data text, salt text, digest text, meta text)
      JOIN unnest(taken, hashes) AS t(n, hash) ON t.n = e.n
    ), payload AS (
      INSERT INTO followthrough_log.payloads (position, data, salt) SELECT a.position, a.data, a.salt FROM accepted a
    )
    INSERT INTO followthrough_log.events
      SELECT a.position, a.stream, a.revision, a.id, a.type, a.version, a.digest, a.meta, at, a.hash FROM accepted a;
    PERFORM pg_notify('@CHANNEL@', '');
  END IF;
  base := head::text;
  refused := wrong;
END $$;

-- Takes over the events that were put into pg_temp.arriving before, so that the lock is not held while that is sent.
CREATE OR REPLACE FUNCTION followthrough_log.take_over(since bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  head   bigint;
  misfit record;
BEGIN
  PERFORM followthrough_log.begin_writing();
  SELECT max(e.position) INTO head FROM followthrough_log.events e;
  IF head IS DISTINCT FROM since THEN
    RAISE EXCEPTION 'The log ends at %, not at %.', coalesce(head::text, 'its beginning'),
      coalesce(since::text, 'its beginning') USING ERRCODE = '@MISFIT@';
  END IF;
  SELECT a.stream, a.revision INTO misfit FROM (
    SELECT a.*, coalesce((SELECT max(e.revision) FROM followthrough_log.events e WHERE e.stream = a.stream), -1)
      + row_number() OVER (PARTITION BY a.stream ORDER BY a.position) AS next FROM pg_temp.arriving a
  ) a WHERE a.revision <> a.next ORDER BY a.position LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% has no revision % here.', misfit.stream, misfit.revision - 1 USING ERRCODE = '@MISFIT@';
  END IF;
  INSERT INTO followthrough_log.types SELECT DISTINCT a.type, a.version FROM pg_temp.arriving a ON CONFLICT DO NOTHING;
  INSERT INTO followthrough_log.payloads (position, data, salt)
    SELECT a.position, a.data, a.salt FROM pg_temp.arriving a ORDER BY a.position;
  INSERT INTO followthrough_log.events
    SELECT a.position, a.stream, a.revision, a.id, a.type, a.version, a.digest, a.meta, a.recorded_at, a.hash
    FROM pg_temp.arriving a ORDER BY a.position;
  UPDATE followthrough_log.about SET latest = greatest(latest, (SELECT max(a.recorded_at) FROM pg_temp.arriving a));
  PERFORM pg_notify('@CHANNEL@', '');
END $$;

-- Says whether there is such an event; afterwards it has no data.
CREATE OR REPLACE FUNCTION followthrough_log.blank(of_stream text, of_revision bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE of_position bigint;
BEGIN
  SELECT e.position INTO of_position FROM followthrough_log.events e
    WHERE e.stream = of_stream AND e.revision = of_revision;
  IF NOT FOUND THEN RETURN false; END IF;
  IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  UPDATE followthrough_log.payloads p SET data = NULL, salt = '' WHERE p.position = of_position AND p.data IS NOT NULL;
  IF FOUND THEN UPDATE followthrough_log.about SET blanked = blanked + 1; END IF;
  RETURN true;
END $$;

-- Writes the payloads anew, without those that were blanked: the blankings that this erases, null if another is at it.
CREATE OR REPLACE FUNCTION followthrough_log.erase() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE blankings bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(@ERASES@) THEN RETURN NULL; END IF;
  PERFORM set_config('lock_timeout', '@ERASE_LOCK_MS@', true);
  SELECT a.blanked INTO blankings FROM followthrough_log.about a;
  CLUSTER VERBOSE followthrough_log.payloads USING payloads_pkey;
  RETURN blankings;
END $$;

CREATE OR REPLACE FUNCTION followthrough_log.position_at(instant bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low    bigint := 0;
  high   bigint;
  middle bigint;
  told   bigint;
BEGIN
  SELECT coalesce(max(e.position), 0) INTO high FROM followthrough_log.events e;
  WHILE low < high LOOP
    middle := low + (high - low + 1) / 2;
    SELECT e.recorded_at INTO told FROM followthrough_log.events e
      WHERE e.position <= middle ORDER BY e.position DESC LIMIT 1;
    IF NOT FOUND OR told <= instant - @DISORDER_MS@ THEN low := middle; ELSE high := middle - 1; END IF;
  END LOOP;
  SELECT e.position INTO high FROM followthrough_log.events e
    WHERE e.position > low AND e.recorded_at > instant ORDER BY e.position LIMIT 1;
  RETURN (SELECT max(e.position) FROM followthrough_log.events e WHERE high IS NULL OR e.position < high);
END $$;
