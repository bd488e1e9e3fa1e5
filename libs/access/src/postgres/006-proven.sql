-- When somebody last showed who it is, as far as that is known; and the session at the provider that a session here began by.
ALTER TABLE followthrough_access.sessions ADD COLUMN proven text, ADD COLUMN provider_session text;
UPDATE followthrough_access.sessions SET proven = begun WHERE way <> 'provider';
