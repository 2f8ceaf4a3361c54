-- SQLite says by itself that something was written (`PRAGMA data_version`); see storage/changes.rs.
SELECT 1;
