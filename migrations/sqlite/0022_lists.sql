-- What lists are sorted and filtered by. The file of the same number for the other database says the same.

CREATE INDEX namespaces_name_key ON namespaces (name_key, id);
-- Few are.
CREATE INDEX namespaces_archived_at ON namespaces (archived_at) WHERE archived_at IS NOT NULL;
