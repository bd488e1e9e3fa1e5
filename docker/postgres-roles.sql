-- Run once, when PostgreSQL makes its database: the role of the servers owns its schemas, and may do nothing beside them.
\getenv password FOLLOWTHROUGH_DB_PASSWORD
CREATE ROLE followthrough LOGIN PASSWORD :'password';
REVOKE ALL ON DATABASE followthrough FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE followthrough TO followthrough;
CREATE SCHEMA followthrough_log AUTHORIZATION followthrough;
CREATE SCHEMA followthrough_access AUTHORIZATION followthrough;
CREATE SCHEMA followthrough_drafts AUTHORIZATION followthrough;
CREATE SCHEMA followthrough_feed AUTHORIZATION followthrough;
