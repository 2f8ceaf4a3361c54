-- How often services asked which engine reviews: for pages, not for the record. A server adds what it counted
-- every few seconds, so a crash loses the last of them.
CREATE TABLE decision_counts (
    -- The top-level group.
    namespace_id INTEGER NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    environment TEXT NOT NULL,
    -- Days since 1970 (UTC).
    day INTEGER NOT NULL,
    engine TEXT NOT NULL,
    rule TEXT NOT NULL,
    asked INTEGER NOT NULL CHECK (asked > 0),
    PRIMARY KEY (namespace_id, environment, day, engine, rule)
) STRICT;
CREATE INDEX decision_counts_day ON decision_counts (day);

-- The top-level groups where a flow is on.
CREATE INDEX flow_selections_flow ON flow_selections (flow, enabled, namespace_id);
