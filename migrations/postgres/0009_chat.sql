-- Commands from a chat program: whom its users are here, and which signed requests were used. The
-- SQLite file of the same number says the same.

-- A user of a team is one user here, and a user here is one of each team.
CREATE TABLE chat_users (
    team TEXT NOT NULL,
    chat_user TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (team, chat_user),
    CONSTRAINT chat_users_user_id UNIQUE (user_id, team)
);

-- By their signature, until they would be too old anyway.
CREATE TABLE used_chat_requests (
    signature TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_chat_requests_expires_at ON used_chat_requests (expires_at);
