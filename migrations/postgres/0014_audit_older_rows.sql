-- Whether there are rows that are older than the audit chain: a row here says so. Only this migration
-- writes it; the opening that follows seals them and removes it. Afterwards no start seals anything, so
-- a chain that somebody emptied is never taken for one that has not begun.
CREATE TABLE audit_older_rows (
    id BIGINT PRIMARY KEY CHECK (id = 1)
);
INSERT INTO audit_older_rows (id)
SELECT id FROM audit_head
WHERE position = 0
    AND (EXISTS (SELECT 1 FROM audit_events) OR EXISTS (SELECT 1 FROM consent_ledger));
CREATE FUNCTION refuse_older_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing becomes older than the audit chain';
END
$$;
CREATE TRIGGER audit_older_rows_no_insert BEFORE INSERT ON audit_older_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_older_rows();
