//! Users, groups and projects that an import writes, in sets.

use serde_json::{Value, json};

use super::bulk::Bulk;
use crate::{
    domain::{
        change::Topic,
        ids::NamespaceId,
        people::import::{
            groups::{GroupOperation, depth},
            users::UserOperation,
        },
        time::Timestamp,
    },
    storage::{StorageError, dialect_statements},
};

dialect_statements! {
    sqlite {
        ADD_USERS_SQLITE = "INSERT INTO users (username, username_key, name, kind, is_admin, state, created_at, email, email_key) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8 FROM json_each($1)";
        ADD_PREFERENCES_SQLITE = "INSERT INTO user_preferences (user_id, theme, time_format, orbit_settings, orbit_version) SELECT u.id, 'system', 'relative', '{}', 0 FROM json_each($1) r CROSS JOIN users u WHERE u.username_key = r.value ->> 1";
        CLEAR_EMAILS_SQLITE = "UPDATE users SET email = NULL, email_key = NULL WHERE id IN (SELECT r.value FROM json_each($1) r)";
        /// What is NULL stays; an address only where the row says that it changes.
        CHANGE_USERS_SQLITE = "UPDATE users SET name = COALESCE(r.value ->> 2, name), is_admin = COALESCE(r.value ->> 3, is_admin), state = COALESCE(r.value ->> 4, state), email = CASE WHEN r.value ->> 5 THEN r.value ->> 6 ELSE email END, email_key = CASE WHEN r.value ->> 5 THEN r.value ->> 7 ELSE email_key END, version = users.version + 1 FROM json_each($1) r WHERE users.id = r.value ->> 0 AND users.version = r.value ->> 1";
        /// Nothing for a parent that is gone.
        ADD_NAMESPACES_SQLITE = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at) SELECT p.id, COALESCE(p.root_id, p.id), r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, r.value ->> 6 FROM json_each($1) r LEFT JOIN namespaces p ON p.full_path_key = r.value ->> 0 WHERE r.value ->> 0 IS NULL OR p.id IS NOT NULL";
        ADD_TOP_LEVEL_SQLITE = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise) SELECT n.id, r.value ->> 1, r.value ->> 2 FROM json_each($1) r CROSS JOIN namespaces n WHERE n.full_path_key = r.value ->> 0";
        CHANGE_NAMESPACES_SQLITE = "UPDATE namespaces SET name = COALESCE(r.value ->> 2, name), name_key = COALESCE(r.value ->> 3, name_key), version = version + 1 FROM json_each($1) r WHERE namespaces.id = r.value ->> 0 AND namespaces.version = r.value ->> 1";
        CHANGE_TOP_LEVEL_SQLITE = "UPDATE top_level_groups SET tier = COALESCE(r.value ->> 1, tier), duo_enterprise = COALESCE(r.value ->> 2, duo_enterprise) FROM json_each($1) r WHERE top_level_groups.namespace_id = r.value ->> 0";
        /// A new pool begins with version 0; nothing where the version that was read is another by now.
        SET_PURCHASED_SQLITE = "INSERT INTO seat_pools (namespace_id, purchased, version) SELECT n.id, r.value ->> 1, r.value ->> 2 FROM json_each($1) r CROSS JOIN namespaces n WHERE n.full_path_key = r.value ->> 0 ON CONFLICT (namespace_id) DO UPDATE SET purchased = excluded.purchased, version = seat_pools.version + 1 WHERE seat_pools.version = excluded.version";
    }
    postgres {
        ADD_USERS_POSTGRES = "INSERT INTO users (username, username_key, name, kind, is_admin, state, created_at, email, email_key) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::BOOLEAN, value ->> 5, (value ->> 6)::BIGINT, value ->> 7, value ->> 8 FROM json_array_elements($1::TEXT::JSON) AS r (value)";
        ADD_PREFERENCES_POSTGRES = "INSERT INTO user_preferences (user_id, theme, time_format, orbit_settings, orbit_version) SELECT u.id, 'system', 'relative', '{}', 0 FROM json_array_elements($1::TEXT::JSON) AS r (value) JOIN users u ON u.username_key = (r.value ->> 1) COLLATE \"C\"";
        CLEAR_EMAILS_POSTGRES = "UPDATE users SET email = NULL, email_key = NULL FROM json_array_elements_text($1::TEXT::JSON) AS r (value) WHERE users.id = r.value::BIGINT";
        CHANGE_USERS_POSTGRES = "UPDATE users SET name = COALESCE(r.value ->> 2, name), is_admin = COALESCE((r.value ->> 3)::BOOLEAN, is_admin), state = COALESCE(r.value ->> 4, state), email = CASE WHEN (r.value ->> 5)::BOOLEAN THEN r.value ->> 6 ELSE email END, email_key = CASE WHEN (r.value ->> 5)::BOOLEAN THEN r.value ->> 7 ELSE email_key END, version = version + 1 FROM json_array_elements($1::TEXT::JSON) AS r (value) WHERE users.id = (r.value ->> 0)::BIGINT AND users.version = (r.value ->> 1)::BIGINT";
        ADD_NAMESPACES_POSTGRES = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at) SELECT p.id, COALESCE(p.root_id, p.id), r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, (r.value ->> 6)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS r (value) LEFT JOIN namespaces p ON p.full_path_key = (r.value ->> 0) COLLATE \"C\" WHERE (r.value ->> 0) IS NULL OR p.id IS NOT NULL";
        ADD_TOP_LEVEL_POSTGRES = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise) SELECT n.id, r.value ->> 1, (r.value ->> 2)::BOOLEAN FROM json_array_elements($1::TEXT::JSON) AS r (value) JOIN namespaces n ON n.full_path_key = (r.value ->> 0) COLLATE \"C\"";
        CHANGE_NAMESPACES_POSTGRES = "UPDATE namespaces SET name = COALESCE(r.value ->> 2, name), name_key = COALESCE(r.value ->> 3, name_key), version = version + 1 FROM json_array_elements($1::TEXT::JSON) AS r (value) WHERE namespaces.id = (r.value ->> 0)::BIGINT AND namespaces.version = (r.value ->> 1)::BIGINT";
        CHANGE_TOP_LEVEL_POSTGRES = "UPDATE top_level_groups SET tier = COALESCE(r.value ->> 1, tier), duo_enterprise = COALESCE((r.value ->> 2)::BOOLEAN, duo_enterprise) FROM json_array_elements($1::TEXT::JSON) AS r (value) WHERE top_level_groups.namespace_id = (r.value ->> 0)::BIGINT";
        SET_PURCHASED_POSTGRES = "INSERT INTO seat_pools (namespace_id, purchased, version) SELECT n.id, (r.value ->> 1)::BIGINT, (r.value ->> 2)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS r (value) JOIN namespaces n ON n.full_path_key = (r.value ->> 0) COLLATE \"C\" ON CONFLICT (namespace_id) DO UPDATE SET purchased = excluded.purchased, version = seat_pools.version + 1 WHERE seat_pools.version = excluded.version";
    }
}

/// The new value where it differs; NULL, which leaves the column as it is, where it does not.
fn changed<T: PartialEq + Clone + Into<Value>>(before: &T, after: &T) -> Value {
    if before == after { Value::Null } else { after.clone().into() }
}

impl Bulk<'_> {
    /// Creates and changes users.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when one of them was changed since; [`StorageError::Duplicate`] when a user
    /// name or an address is taken.
    pub async fn write_users(
        &mut self,
        operations: &[UserOperation],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (mut new, mut freed, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for UserOperation { before, after } in operations {
            let email_key = after.email.as_ref().map(|email| email.to_ascii_lowercase());
            let Some(before) = before else {
                new.push(json!([
                    after.username,
                    after.username.to_ascii_lowercase(),
                    after.name,
                    after.kind.key(),
                    after.is_admin,
                    after.state.key(),
                    now.as_millis(),
                    after.email,
                    email_key,
                ]));
                continue;
            };
            let moves = before.email != after.email;
            if moves && before.email.is_some() {
                freed.push(Value::from(before.id.0));
            }
            changes.push(json!([
                before.id.0,
                before.version,
                changed(&before.name, &after.name),
                changed(&before.is_admin, &after.is_admin),
                changed(&before.state.key(), &after.state.key()),
                moves,
                after.email,
                email_key,
            ]));
        }
        // Two users may swap their addresses.
        self.write((CLEAR_EMAILS_SQLITE, CLEAR_EMAILS_POSTGRES), &freed).await?;
        self.write_each((CHANGE_USERS_SQLITE, CHANGE_USERS_POSTGRES), &changes).await?;
        self.write_each((ADD_USERS_SQLITE, ADD_USERS_POSTGRES), &new).await?;
        self.write_each((ADD_PREFERENCES_SQLITE, ADD_PREFERENCES_POSTGRES), &new).await?;
        self.uow.change_feed().touch(Topic::Users);
        Ok(())
    }

    /// Creates and changes groups and projects. Operations have parents before what is below. `claimed` are the
    /// top-level groups that this unit of work claimed, sorted, with the versions that were read.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when one of them was changed since; [`StorageError::Duplicate`] when a path is
    /// taken.
    pub async fn write_groups(
        &mut self,
        operations: &[GroupOperation],
        claimed: &[(NamespaceId, i64)],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (mut renamed, mut rebought, mut purchased) = (Vec::new(), Vec::new(), Vec::new());
        for GroupOperation { before, after } in operations {
            let seats_before = before.as_ref().and_then(|it| it.bought).and_then(|it| it.seats);
            let seats = after.bought.and_then(|it| it.seats);
            if seats != seats_before {
                purchased.push(json!([after.path.key(), seats, after.pool_version.unwrap_or_default()]));
            }
            let Some(before) = before else { continue };
            let name = changed(&before.name, &after.name);
            let name_key = changed(&before.name.to_lowercase(), &after.name.to_lowercase());
            // A claim is a version of its own.
            let is_claimed = claimed.binary_search_by_key(&before.id, |(id, _)| *id).is_ok();
            renamed.push(json!([before.id.0, before.version + i64::from(is_claimed), name, name_key]));
            if let (Some(old), Some(new)) = (before.bought, after.bought)
                && (old.tier, old.duo_enterprise) != (new.tier, new.duo_enterprise)
            {
                let tier = changed(&old.tier.key(), &new.tier.key());
                let duo_enterprise = changed(&old.duo_enterprise, &new.duo_enterprise);
                rebought.push(json!([before.id.0, tier, duo_enterprise]));
            }
        }
        let new: Vec<_> = operations.iter().filter(|it| it.before.is_none()).map(|it| &it.after).collect();
        // Each depth by itself: a child looks up the parent that was made before.
        for siblings in new.chunk_by(|a, b| depth(&a.path) == depth(&b.path)) {
            let rows: Vec<Value> = siblings
                .iter()
                .map(|it| {
                    json!([
                        it.path.parent().map(|parent| parent.key()),
                        it.kind.key(),
                        it.path.as_str(),
                        it.path.key(),
                        it.name,
                        it.name.to_lowercase(),
                        now.as_millis(),
                    ])
                })
                .collect();
            self.write_each((ADD_NAMESPACES_SQLITE, ADD_NAMESPACES_POSTGRES), &rows).await?;
        }
        let top_level: Vec<Value> = new
            .iter()
            .filter_map(|it| it.bought.map(|bought| (it, bought)))
            .map(|(it, bought)| json!([it.path.key(), bought.tier.key(), bought.duo_enterprise]))
            .collect();
        self.write_each((ADD_TOP_LEVEL_SQLITE, ADD_TOP_LEVEL_POSTGRES), &top_level).await?;
        self.write_each((CHANGE_NAMESPACES_SQLITE, CHANGE_NAMESPACES_POSTGRES), &renamed).await?;
        self.write_each((CHANGE_TOP_LEVEL_SQLITE, CHANGE_TOP_LEVEL_POSTGRES), &rebought).await?;
        self.write_each((SET_PURCHASED_SQLITE, SET_PURCHASED_POSTGRES), &purchased).await?;
        self.uow.change_feed().touch(Topic::Namespaces);
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }
}
