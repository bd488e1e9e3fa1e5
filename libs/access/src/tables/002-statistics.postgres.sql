-- Erased names must not be left in the statistics of the planner.
ALTER TABLE followthrough_access.people ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN email SET STATISTICS 0;
ALTER TABLE followthrough_access.identities ALTER COLUMN subject SET STATISTICS 0;
ALTER TABLE followthrough_access.tokens ALTER COLUMN label SET STATISTICS 0;
ALTER TABLE followthrough_access.passkeys ALTER COLUMN label SET STATISTICS 0;
ALTER TABLE followthrough_access.sessions ALTER COLUMN browser SET STATISTICS 0;
ALTER TABLE followthrough_access.once ALTER COLUMN kept SET STATISTICS 0;
