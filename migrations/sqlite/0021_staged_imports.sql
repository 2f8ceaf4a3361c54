-- Files of an import that an administrator looks at before they are applied: the latest of each kind, for a
-- day at most. The PostgreSQL file of the same number says the same.

CREATE TABLE staged_imports (
    -- Never given again, so that an old address shows no other file.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('users', 'groups', 'members', 'seats')),
    file BLOB NOT NULL,
    staged_at INTEGER NOT NULL,
    CONSTRAINT staged_imports_user_id UNIQUE (user_id, kind)
) STRICT;
CREATE INDEX staged_imports_staged_at ON staged_imports (staged_at);
