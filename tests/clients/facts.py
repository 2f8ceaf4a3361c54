"""What is true: the rows of the server's SQLite database, read past the server. Prints them as JSON.

Clients are held against this, whatever data there is.
"""

import json
import os
import sqlite3

TABLES = {
    "namespaces": "SELECT id, parent_id, kind, full_path, name, description, archived_at FROM namespaces ORDER BY id",
    "users": "SELECT id, username, name, email, kind, is_admin, state FROM users ORDER BY id",
    "memberships": "SELECT namespace_id, user_id, access_level, expires_at FROM memberships",
    "shares": "SELECT namespace_id, invited_group_id, access_level, expires_at FROM namespace_shares",
    "events": "SELECT id FROM audit_events ORDER BY id",
}


def facts():
    path = os.environ["DATABASE_URL"].removeprefix("sqlite://")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return {name: [dict(row) for row in connection.execute(sql)] for name, sql in TABLES.items()}
    finally:
        connection.close()


if __name__ == "__main__":
    print(json.dumps(facts()))
