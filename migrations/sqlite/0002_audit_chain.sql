-- The audit log and the consent ledger are sealed into one chain of hashes, in the order in which
-- they were committed (domain/audit_chain.rs says how, docs/decisions/0016 what it shows). Rows that
-- are older than the chain are sealed when the database is opened next.

CREATE TABLE audit_chain (
    position INTEGER PRIMARY KEY,
    event_id INTEGER,
    ledger_id INTEGER,
    hash TEXT NOT NULL,
    CONSTRAINT audit_chain_event_id UNIQUE (event_id),
    CONSTRAINT audit_chain_ledger_id UNIQUE (ledger_id),
    CHECK ((event_id IS NULL) <> (ledger_id IS NULL))
) STRICT;
-- REPLACE deletes without asking the trigger for it.
CREATE TRIGGER audit_chain_no_replace BEFORE INSERT ON audit_chain
WHEN EXISTS (
    SELECT 1 FROM audit_chain
    WHERE position = NEW.position OR event_id = NEW.event_id OR ledger_id = NEW.ledger_id
)
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;
CREATE TRIGGER audit_chain_no_update BEFORE UPDATE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;
CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'audit_chain is append-only');
END;

-- Where the chain ends: one row, which every writer locks before it appends. It moves forward only.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '');
CREATE TRIGGER audit_head_no_replace BEFORE INSERT ON audit_head
WHEN EXISTS (SELECT 1 FROM audit_head)
BEGIN
    SELECT RAISE(ABORT, 'audit_head is one row');
END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NEW.position < OLD.position
BEGIN
    SELECT RAISE(ABORT, 'audit_head only moves forward');
END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'audit_head is one row');
END;

-- The log is read by time, the newest first, with any of three filters.
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_namespace_at ON audit_events (namespace_id, at, id);
CREATE INDEX audit_events_kind_at ON audit_events (kind, at, id);
CREATE INDEX audit_events_actor_at ON audit_events (actor_username, at, id);
DROP INDEX audit_events_namespace_id;
