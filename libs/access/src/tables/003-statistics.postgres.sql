-- Erased words must not be left in the statistics of the planner.
ALTER TABLE followthrough_access.passkeys ALTER COLUMN label SET STATISTICS 0;
ALTER TABLE followthrough_access.sessions ALTER COLUMN browser SET STATISTICS 0;
ALTER TABLE followthrough_access.once ALTER COLUMN kept SET STATISTICS 0;
