-- The last proof of who somebody is, as far as it is known; and the session at the provider that a session here began by.
ALTER TABLE sessions ADD COLUMN proven TEXT;
ALTER TABLE sessions ADD COLUMN provider_session TEXT;
UPDATE sessions SET proven = begun WHERE way <> 'provider';
