-- Changes of feature flags that are to be made later. A row is never deleted: what became of it stays.
CREATE TABLE scheduled_changes (
    id INTEGER PRIMARY KEY,
    flag TEXT NOT NULL,
    environment TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    -- The changes of the gates as JSON.
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    -- Whether production may not be further open than staging when it is made.
    compare_with_staging INTEGER NOT NULL CHECK (compare_with_staging IN (0, 1)),
    reason TEXT,
    -- Who wants it, as they were then; no id for an operator at the command line.
    by_id INTEGER,
    by_username TEXT NOT NULL,
    by_name TEXT NOT NULL,
    planned_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed', 'cancelled')),
    ended_at INTEGER,
    -- What became of it, in words; empty while it waits.
    outcome TEXT NOT NULL,
    CHECK ((state = 'pending') = (ended_at IS NULL))
) STRICT;
CREATE INDEX scheduled_changes_due ON scheduled_changes (due_at, id) WHERE state = 'pending';
CREATE INDEX scheduled_changes_ended ON scheduled_changes (ended_at, id);
CREATE INDEX scheduled_changes_flag ON scheduled_changes (flag, ended_at, id);

-- The history of a flag.
CREATE INDEX audit_events_flag ON audit_events (target, at, id)
WHERE kind IN ('feature_flag_updated', 'feature_flag_deleted');
