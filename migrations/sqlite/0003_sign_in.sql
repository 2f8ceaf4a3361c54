-- Sign-in that holds: sessions that can be named and know when their user last proved who they are,
-- counted failures, and links that are used once. The PostgreSQL file of the same number says the same.

-- SQLite adds no primary key to a table, so the table is made anew. Both new columns have a value
-- where a server of the release before adds a session: an instant long ago asks for a fresh sign-in.
CREATE TABLE sessions_with_id (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    remote_ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    authenticated_at INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO sessions_with_id (token_hash, user_id, created_at, last_seen_at, expires_at, remote_ip, user_agent, authenticated_at)
    SELECT token_hash, user_id, created_at, last_seen_at, expires_at, remote_ip, user_agent, created_at
    FROM sessions ORDER BY created_at;
DROP TABLE sessions;
ALTER TABLE sessions_with_id RENAME TO sessions;
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- How often what is named by the hash failed to sign in: an account's name, an address, a user who
-- confirms. A hash, because people type passwords where the name belongs.
CREATE TABLE sign_in_failures (
    subject_hash TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_last_failed_at ON sign_in_failures (last_failed_at);

-- At most one a user: making another ends it.
CREATE TABLE password_reset_links (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Each server that starts without users makes one; the first that is used ends all.
CREATE TABLE first_administrator_links (
    token_hash TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
