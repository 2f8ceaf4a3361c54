-- The audit log and the consent ledger are sealed into one chain of hashes, in the order in which
-- they were committed (domain/audit_chain.rs says how, docs/decisions/0016 what it shows). Rows that
-- are older than the chain are sealed when the database is opened next.

CREATE TABLE audit_chain (
    position BIGINT PRIMARY KEY,
    event_id BIGINT,
    ledger_id BIGINT,
    hash TEXT NOT NULL,
    CONSTRAINT audit_chain_event_id UNIQUE (event_id),
    CONSTRAINT audit_chain_ledger_id UNIQUE (ledger_id),
    CHECK ((event_id IS NULL) <> (ledger_id IS NULL))
);
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where the chain ends: one row, which every writer locks before it appends. It moves forward only.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '');
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.position < OLD.position THEN
        RAISE EXCEPTION '% only moves forward', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER audit_head_append_only BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The log is read by time, the newest first, with any of three filters.
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_namespace_at ON audit_events (namespace_id, at, id);
CREATE INDEX audit_events_kind_at ON audit_events (kind, at, id);
CREATE INDEX audit_events_actor_at ON audit_events (actor_username, at, id);
DROP INDEX audit_events_namespace_id;
