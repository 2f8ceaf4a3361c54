-- The change feed: what changed that an answer may rest on, in the order in which it was committed.
-- What servers remember and what clients follow rest on it (storage/change_feed.rs).
CREATE TABLE changes (
    -- Without a gap, and never given again.
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    -- A word of the program's.
    topic TEXT NOT NULL,
    -- What of the topic; empty: anything of it.
    key TEXT NOT NULL,
    -- For what is set for each environment by itself.
    environment TEXT,
    -- What happened, as clients are told; empty: they are not.
    kind TEXT NOT NULL,
    -- Where, and about whom alone: who may be told depends on it.
    namespace_id BIGINT,
    namespace_path TEXT,
    user_id BIGINT
);

-- The last id that was given: one row, which every writer of the feed holds until it has committed. It
-- begins after the audit log, whose ids were those of the feed: whoever has one of them and missed
-- something is told so.
CREATE TABLE change_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO change_head (id, last) SELECT 1, COALESCE(MAX(id), 0) FROM audit_events;

-- Servers that listen hear of it as part of the commit; see storage/changes.rs.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('duo_console_changes', NEW.topic);
    RETURN NULL;
END;
$$;
CREATE TRIGGER changes_announce AFTER INSERT ON changes
FOR EACH ROW EXECUTE FUNCTION announce_change();
