-- Sign-in by an OpenID Connect provider: addresses by which users are found, and whom the provider
-- means. The PostgreSQL file of the same number says the same.

-- The address as it was written, and what it is compared by. Two servers of different releases may run
-- side by side: one that knows no addresses leaves both empty.
ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN email_key TEXT;
CREATE UNIQUE INDEX users_email_key ON users (email_key);

-- A subject is unique at its issuer. A user is one subject of each issuer.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_user_id UNIQUE (user_id, issuer)
) STRICT;

-- Answers of a provider that were used, by the hash of their state, until they would be too old anyway.
CREATE TABLE used_provider_answers (
    state_hash TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX used_provider_answers_expires_at ON used_provider_answers (expires_at);
