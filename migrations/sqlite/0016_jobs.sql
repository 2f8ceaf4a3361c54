-- What is done later, or in steps. A worker claims a job for as long as its lease lasts, and each step
-- is one transaction that writes its effects, how far it got and the lease together.
CREATE TABLE jobs (
    -- Never given again: the audit log names jobs that are gone.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Whose steps it has; a word of the program's.
    kind TEXT NOT NULL,
    -- What it is about: what the kind looks up, and what is shown.
    subject TEXT NOT NULL,
    -- At most one that has not ended has this key.
    unique_key TEXT,
    -- Those of a lane are done one after the other, in the order in which they are due.
    lane TEXT,
    -- 0 comes first.
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'failed', 'cancelled')),
    due_at INTEGER NOT NULL,
    -- When it may be claimed: later than due after a failure, and the end of the lease while it runs.
    run_at INTEGER NOT NULL,
    -- How often it was claimed. A step of an earlier claim cannot be saved any more.
    attempt INTEGER NOT NULL,
    -- Who has claimed it; nobody while it waits.
    lease_by TEXT,
    -- How many leases in a row ended without a word.
    lost INTEGER NOT NULL,
    -- How many tries in a row failed.
    failures INTEGER NOT NULL,
    -- How far it got, in the words of its kind; empty before the first step.
    progress TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER,
    -- What is about to be done outside the database, or was, if the result did not come to be written.
    intent TEXT,
    -- What came of it, or of the last try that failed.
    outcome TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK (state = 'open' OR lease_by IS NULL)
) STRICT;
CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key) WHERE state = 'open';
CREATE INDEX jobs_claim ON jobs (priority, run_at, id) WHERE state = 'open';
CREATE INDEX jobs_lane ON jobs (lane, due_at, id) WHERE state = 'open';
CREATE INDEX jobs_lease ON jobs (lease_by) WHERE lease_by IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (ended_at, id);

-- What was planned before is a job from now on.
INSERT INTO jobs (kind, subject, unique_key, lane, priority, state, due_at, run_at, attempt, lost, failures, progress, done, outcome, created_at)
SELECT 'scheduled_change', CAST(id AS TEXT), 'scheduled_change ' || id, 'flag ' || flag, 0, 'open', due_at, due_at, 0, 0, 0, '', 0, '', planned_at
FROM scheduled_changes WHERE state = 'pending';
