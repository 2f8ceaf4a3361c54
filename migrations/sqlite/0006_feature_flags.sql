-- Flags by environment, with every gate; definitions that were imported; feature groups; change
-- freezes. What 0001 held was that of production. Its tables stay for servers of the release before,
-- which still read them during an upgrade.

CREATE TABLE flag_gates (
    environment TEXT NOT NULL
        CHECK (environment IN ('dev', 'pre', 'staging', 'staging-ref', 'production')),
    flag TEXT NOT NULL,
    -- NULL when nothing is set. Such a row stays, so that its version never comes again.
    boolean_gate INTEGER CHECK (boolean_gate IN (0, 1)),
    -- In hundredths of a percent.
    percentage_of_actors INTEGER NOT NULL CHECK (percentage_of_actors BETWEEN 0 AND 10000),
    percentage_of_time INTEGER NOT NULL CHECK (percentage_of_time BETWEEN 0 AND 10000),
    version INTEGER NOT NULL,
    PRIMARY KEY (environment, flag)
) STRICT;

-- Whom and what the gates name: actor ids (`User:1`), or the name of a feature group.
CREATE TABLE flag_gate_targets (
    environment TEXT NOT NULL,
    flag TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('actor', 'opt_out', 'feature_group')),
    target TEXT NOT NULL,
    PRIMARY KEY (environment, flag, kind, target),
    FOREIGN KEY (environment, flag) REFERENCES flag_gates (environment, flag) ON DELETE CASCADE
) STRICT;

-- A definition as JSON. Those that ship are in the program.
CREATE TABLE flag_definitions (
    flag TEXT PRIMARY KEY,
    definition TEXT NOT NULL CHECK (json_valid(definition)),
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE feature_groups (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE feature_group_members (
    feature_group TEXT NOT NULL REFERENCES feature_groups (name) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    PRIMARY KEY (feature_group, actor)
) STRICT;
CREATE INDEX feature_group_members_actor ON feature_group_members (actor);

-- While there is a row nobody sets a flag there without saying why.
CREATE TABLE change_freezes (
    environment TEXT PRIMARY KEY
        CHECK (environment IN ('dev', 'pre', 'staging', 'staging-ref', 'production')),
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    by_username TEXT NOT NULL
) STRICT;

INSERT INTO flag_gates (environment, flag, boolean_gate, percentage_of_actors, percentage_of_time, version)
SELECT 'production', f.name,
    CASE
        WHEN f.boolean_gate IS NULL AND EXISTS (SELECT 1 FROM feature_actors a WHERE a.feature = f.name) THEN FALSE
        ELSE f.boolean_gate
    END,
    0, 0, f.version
FROM features f;

INSERT INTO flag_gate_targets (environment, flag, kind, target)
SELECT 'production', feature, 'actor', actor FROM feature_actors;
