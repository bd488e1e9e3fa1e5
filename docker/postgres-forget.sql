-- Run by a superuser, with psql, after somebody was erased: PostgreSQL deletes its write-ahead log up to now, and does not keep its files to write over them.
ALTER SYSTEM SET wal_recycle = off;
SELECT pg_reload_conf(), pg_sleep(1);
-- Files that it keeps for later are written over by going on to the next one so often.
DO $$
BEGIN
  FOR n IN 1..(SELECT count(*) FROM pg_ls_waldir()) LOOP
    PERFORM pg_logical_emit_message(false, 'forget', '');
    PERFORM pg_switch_wal();
  END LOOP; END $$;
CHECKPOINT;
ALTER SYSTEM RESET wal_recycle;
SELECT pg_reload_conf();
