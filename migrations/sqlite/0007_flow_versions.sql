-- Which flow versions are deployed where. An environment without a row in the first table has no
-- registry: nobody said what is deployed there, which is not the same as nothing.
CREATE TABLE flow_version_registries (
    environment TEXT PRIMARY KEY CHECK (environment IN ('dev', 'pre', 'staging', 'staging-ref', 'production')),
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by_username TEXT NOT NULL,
    changed_by_name TEXT NOT NULL
) STRICT;

CREATE TABLE deployed_flow_versions (
    environment TEXT NOT NULL REFERENCES flow_version_registries (environment) ON DELETE CASCADE,
    definition TEXT NOT NULL,
    flow_version TEXT NOT NULL,
    PRIMARY KEY (environment, definition, flow_version)
) STRICT;
