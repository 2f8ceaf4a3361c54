-- The change feed: what changed that an answer may rest on, in the order in which it was committed.
-- What servers remember and what clients follow rest on it (storage/change_feed.rs). SQLite says by
-- itself that something was written (`PRAGMA data_version`).
CREATE TABLE changes (
    -- Without a gap, and never given again.
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- A word of the program's.
    topic TEXT NOT NULL,
    -- What of the topic; empty: anything of it.
    key TEXT NOT NULL,
    -- For what is set for each environment by itself.
    environment TEXT,
    -- What happened, as clients are told; empty: they are not.
    kind TEXT NOT NULL,
    -- Where, and about whom alone: who may be told depends on it.
    namespace_id INTEGER,
    namespace_path TEXT,
    user_id INTEGER
) STRICT;

-- The last id that was given: one row, which every writer of the feed holds until it has committed. It
-- begins after the audit log, whose ids were those of the feed: whoever has one of them and missed
-- something is told so.
CREATE TABLE change_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO change_head (id, last) SELECT 1, COALESCE(MAX(id), 0) FROM audit_events;
