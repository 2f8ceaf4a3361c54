-- Every change writes an audit event. Servers that listen hear of it as part of the commit; see
-- storage/changes.rs.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('duo_console_changes', '');
    RETURN NULL;
END;
$$;
CREATE TRIGGER audit_events_announce AFTER INSERT ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION announce_change();
