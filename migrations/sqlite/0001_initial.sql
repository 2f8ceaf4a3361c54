-- The first schema. Instants are milliseconds since 1970 (UTC); `*_key` columns hold what names are
-- compared by. The PostgreSQL file of the same number says the same in its dialect.

CREATE TABLE users (
    -- Never given again: ledger, log and flags keep the numbers of those who are gone.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('human', 'bot')),
    is_admin INTEGER NOT NULL CHECK (is_admin IN (0, 1)),
    password_hash TEXT,
    -- Somebody who is blocked cannot sign in and their tokens are refused; what was given to them is kept.
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'blocked')),
    created_at INTEGER NOT NULL,
    -- NULL for somebody who never signed in.
    last_sign_in_at INTEGER,
    -- Counts what was edited, so that a stale write is noticed.
    version INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT users_username_key UNIQUE (username_key)
) STRICT;
CREATE INDEX users_administrators ON users (id) WHERE is_admin;

-- One row a user, made with the user. Orbit has a version of its own: saving anything else leaves
-- both columns as they are.
CREATE TABLE user_preferences (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    theme TEXT NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
    time_format TEXT NOT NULL CHECK (time_format IN ('relative', '24_hour', '12_hour')),
    orbit_settings TEXT NOT NULL CHECK (json_valid(orbit_settings)),
    orbit_version INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    remote_ip TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE personal_access_tokens (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    CONSTRAINT personal_access_tokens_token_hash UNIQUE (token_hash)
) STRICT;
CREATE INDEX personal_access_tokens_user_id ON personal_access_tokens (user_id);

CREATE TABLE namespaces (
    -- Never given again: ledger, log and flags keep the numbers of those who are gone.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER REFERENCES namespaces (id) ON DELETE CASCADE,
    -- NULL for a top-level group, which is its own root.
    root_id INTEGER REFERENCES namespaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('group', 'project')),
    full_path TEXT NOT NULL,
    -- In lower case, with '+' for '/': it sorts before every character of a path, so that key order is tree
    -- order, and a subtree is a range.
    full_path_key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    -- NULL unless archived. What is below an archived group counts as archived.
    archived_at INTEGER,
    -- Counts what was edited, so that a stale write is noticed.
    version INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT namespaces_full_path_key UNIQUE (full_path_key),
    CHECK ((parent_id IS NULL) = (root_id IS NULL)),
    CHECK (parent_id IS NOT NULL OR kind = 'group')
) STRICT;
CREATE INDEX namespaces_parent_id ON namespaces (parent_id, kind, full_path_key);
CREATE INDEX namespaces_root_id ON namespaces (root_id, kind);

-- What belongs to a top-level group alone: what it bought.
CREATE TABLE top_level_groups (
    namespace_id INTEGER PRIMARY KEY REFERENCES namespaces (id) ON DELETE CASCADE,
    tier TEXT NOT NULL CHECK (tier IN ('premium', 'ultimate')),
    duo_enterprise INTEGER NOT NULL CHECK (duo_enterprise IN (0, 1))
) STRICT;

-- What the instance (no namespace), groups and projects set for themselves; all else is inherited. `seq` counts
-- the changes of settings. A value below with a `seq` up to `reset_seq` does not count: it was cascaded over.
-- `enabled` is NULL where the value was taken back and the row stays for its `reset_seq`.
CREATE TABLE settings (
    namespace_id INTEGER REFERENCES namespaces (id) ON DELETE CASCADE,
    setting TEXT NOT NULL,
    enabled INTEGER CHECK (enabled IN (0, 1)),
    locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
    seq INTEGER NOT NULL,
    reset_seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by_username TEXT NOT NULL,
    changed_by_name TEXT NOT NULL,
    CHECK (enabled IS NOT NULL OR locked = 0)
) STRICT;
CREATE UNIQUE INDEX settings_place ON settings (COALESCE(namespace_id, 0), setting);
CREATE INDEX settings_namespace_id ON settings (namespace_id);

CREATE TABLE setting_sequence (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO setting_sequence (id, last) VALUES (1, 0);

-- Roles that were given to people. One of each source, which takes back only what it gave; the highest that
-- has not expired counts.
CREATE TABLE memberships (
    namespace_id INTEGER NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('hand', 'provider', 'import', 'gitlab', 'scim')),
    -- GitLab's, 5 to 50. One that is not known counts as the next lower.
    access_level INTEGER NOT NULL CHECK (access_level BETWEEN 5 AND 50),
    -- What the source calls the role, where that is not one of GitLab's own.
    member_role TEXT,
    -- The first instant at which it no longer counts: midnight UTC of a day. NULL for never.
    expires_at INTEGER,
    PRIMARY KEY (namespace_id, user_id, source)
) STRICT;
CREATE INDEX memberships_user_id ON memberships (user_id, namespace_id);

-- Groups that were invited to a group or project: their members have there the lower of both roles.
CREATE TABLE namespace_shares (
    namespace_id INTEGER NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    invited_group_id INTEGER NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('hand', 'provider', 'import', 'gitlab', 'scim')),
    access_level INTEGER NOT NULL CHECK (access_level BETWEEN 5 AND 50),
    expires_at INTEGER,
    PRIMARY KEY (namespace_id, invited_group_id, source),
    CHECK (namespace_id <> invited_group_id)
) STRICT;
CREATE INDEX namespace_shares_invited_group_id ON namespace_shares (invited_group_id);

-- Where Duo Enterprise seats are counted: a top-level group, or the whole instance (no namespace).
CREATE TABLE seat_pools (
    id INTEGER PRIMARY KEY,
    namespace_id INTEGER REFERENCES namespaces (id) ON DELETE CASCADE,
    -- NULL while nobody said how many were bought: as many as one likes.
    purchased INTEGER CHECK (purchased >= 0),
    version INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT seat_pools_namespace_id UNIQUE (namespace_id)
) STRICT;
CREATE UNIQUE INDEX seat_pools_instance ON seat_pools ((namespace_id IS NULL)) WHERE namespace_id IS NULL;

-- Who waits has no seat yet.
CREATE TABLE duo_enterprise_seats (
    pool_id INTEGER NOT NULL REFERENCES seat_pools (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('used', 'waiting')),
    source TEXT NOT NULL CHECK (source IN ('hand', 'provider', 'import', 'gitlab', 'scim')),
    since INTEGER NOT NULL,
    PRIMARY KEY (pool_id, user_id)
) STRICT;
CREATE INDEX duo_enterprise_seats_user_id ON duo_enterprise_seats (user_id);

-- Only of top-level groups: gone when a group is no longer one. A flow that was never switched has no row,
-- and is off. `version` is what a form saw.
CREATE TABLE flow_selections (
    namespace_id INTEGER NOT NULL REFERENCES top_level_groups (namespace_id) ON DELETE CASCADE,
    flow TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by_username TEXT NOT NULL,
    changed_by_name TEXT NOT NULL,
    PRIMARY KEY (namespace_id, flow)
) STRICT;

-- Who agreed to what, for good: no foreign key, so that it outlives the user and the namespace.
CREATE TABLE consent_ledger (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('given', 'withdrawn')),
    namespace_id INTEGER NOT NULL,
    namespace_path TEXT NOT NULL,
    feature TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    username TEXT NOT NULL,
    user_name TEXT NOT NULL,
    role TEXT NOT NULL,
    surface TEXT NOT NULL,
    wording TEXT NOT NULL,
    request_id TEXT NOT NULL
) STRICT;
CREATE INDEX consent_ledger_namespace_id ON consent_ledger (namespace_id, feature);
-- REPLACE deletes without asking the trigger for it.
CREATE TRIGGER consent_ledger_no_replace BEFORE INSERT ON consent_ledger
WHEN EXISTS (SELECT 1 FROM consent_ledger WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'consent_ledger is append-only');
END;
CREATE TRIGGER consent_ledger_no_update BEFORE UPDATE ON consent_ledger
BEGIN
    SELECT RAISE(ABORT, 'consent_ledger is append-only');
END;
CREATE TRIGGER consent_ledger_no_delete BEFORE DELETE ON consent_ledger
BEGIN
    SELECT RAISE(ABORT, 'consent_ledger is append-only');
END;

-- The consent that stands: at most one for a namespace and feature.
CREATE TABLE namespace_consents (
    namespace_id INTEGER NOT NULL REFERENCES top_level_groups (namespace_id) ON DELETE CASCADE,
    feature TEXT NOT NULL,
    ledger_id INTEGER NOT NULL REFERENCES consent_ledger (id),
    PRIMARY KEY (namespace_id, feature)
) STRICT;

CREATE TABLE features (
    name TEXT PRIMARY KEY,
    boolean_gate INTEGER CHECK (boolean_gate IN (0, 1)),
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE feature_actors (
    feature TEXT NOT NULL REFERENCES features (name) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    PRIMARY KEY (feature, actor)
) STRICT;

-- Every change, for good.
CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor_id INTEGER,
    actor_username TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    surface TEXT NOT NULL,
    namespace_id INTEGER,
    namespace_path TEXT,
    target TEXT NOT NULL,
    -- In words, for people. No program reads them back.
    value_from TEXT NOT NULL,
    value_to TEXT NOT NULL,
    remote_ip TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- For what is set for each environment by itself.
    environment TEXT,
    -- Why, where that is asked for and was said.
    reason TEXT,
    -- What was set before and after as JSON, for programs: a flag is restored from it.
    state_before TEXT,
    state_after TEXT
) STRICT;
CREATE INDEX audit_events_namespace_id ON audit_events (namespace_id, id);
-- REPLACE deletes without asking the trigger for it.
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit_events is append-only');
END;
