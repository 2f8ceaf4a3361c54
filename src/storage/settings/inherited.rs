//! Settings that are inherited down the tree: what is set where. Which value counts is the domain's
//! (`domain::settings::inheritance`).

use crate::{
    domain::{
        change::Topic,
        ids::NamespaceId,
        namespace::GroupPath,
        settings::{
            inheritance::{Effective, EffectiveSettings, Own, effective},
            setting::{Setting, SettingPlace},
        },
        time::Timestamp,
    },
    storage::{
        LastChange, StorageError, UnitOfWork, on_db, repository, statements,
        unit_of_work::{batches, fifty},
    },
};

/// The columns of a setting `s`.
macro_rules! columns {
    () => {
        "s.namespace_id, s.setting, s.enabled, s.locked, s.seq, s.reset_seq, s.version, s.changed_at, s.changed_by_username, s.changed_by_name"
    };
}

statements! {
    /// The instance first.
    PATH = concat!("WITH RECURSIVE chain (id, parent_id, depth) AS (SELECT id, parent_id, 0 FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, c.depth + 1 FROM namespaces n JOIN chain c ON n.id = c.parent_id) SELECT ", columns!(), ", c.depth FROM chain c CROSS JOIN settings s WHERE s.namespace_id = c.id UNION ALL SELECT ", columns!(), ", 1000 AS depth FROM settings s WHERE s.namespace_id IS NULL ORDER BY depth DESC");
    OF_INSTANCE = concat!("SELECT ", columns!(), " FROM settings s WHERE s.namespace_id IS NULL");
    /// Of a batch of namespaces.
    OF_MANY = concat!("SELECT ", columns!(), " FROM settings s WHERE s.namespace_id IN (", fifty!(), ")");
    /// In tree order.
    OF_SUBTREE = concat!("SELECT ", columns!(), ", n.full_path, n.full_path_key FROM settings s JOIN namespaces n ON n.id = s.namespace_id WHERE n.full_path_key >= $1 AND n.full_path_key < $2 ORDER BY n.full_path_key");
    EVERYWHERE = concat!("SELECT ", columns!(), ", n.full_path, n.full_path_key FROM settings s CROSS JOIN namespaces n WHERE n.id = s.namespace_id ORDER BY n.full_path_key");
    NEXT_NUMBER = "UPDATE setting_sequence SET last = last + 1 WHERE id = 1 RETURNING last";
    SAVE = "INSERT INTO settings (namespace_id, setting, enabled, locked, seq, reset_seq, version, changed_at, changed_by_username, changed_by_name) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9) ON CONFLICT (COALESCE(namespace_id, 0), setting) DO UPDATE SET enabled = excluded.enabled, locked = excluded.locked, seq = excluded.seq, reset_seq = excluded.reset_seq, version = settings.version + 1, changed_at = excluded.changed_at, changed_by_username = excluded.changed_by_username, changed_by_name = excluded.changed_by_name WHERE settings.version = $10 RETURNING version";
    REMOVE = "DELETE FROM settings WHERE COALESCE(namespace_id, 0) = $1 AND setting = $2";
    RENUMBER = "UPDATE settings SET seq = $1, reset_seq = 0 WHERE COALESCE(namespace_id, 0) = $2 AND setting = $3";
}

#[derive(sqlx::FromRow)]
struct SettingRow {
    namespace_id: Option<i64>,
    setting: String,
    enabled: Option<bool>,
    locked: bool,
    seq: i64,
    reset_seq: i64,
    version: i64,
    changed_at: i64,
    changed_by_username: String,
    changed_by_name: String,
}

#[derive(sqlx::FromRow)]
struct BelowRow {
    #[sqlx(flatten)]
    row: SettingRow,
    full_path: String,
    full_path_key: String,
}

/// What is set in a place of a subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingBelow {
    pub path: GroupPath,
    /// The key of the path: those of everything below begin with it and `+`.
    key: String,
    pub stored: StoredSetting,
}

impl SettingBelow {
    fn from_row(it: BelowRow) -> Option<Result<Self, StorageError>> {
        let stored = StoredSetting::from_row(it.row)?;
        let path = GroupPath::parse(&it.full_path)
            .map_err(|_| StorageError::inconsistent("namespaces", "full_path", &it.full_path));
        Some(path.map(|path| Self { path, key: it.full_path_key, stored }))
    }

    /// Whether it is at or above another place of the subtree.
    pub fn is_on_the_way_to(&self, other: &Self) -> bool {
        let rest = other.key.strip_prefix(&self.key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
    }
}

/// What is set in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSetting {
    pub place: SettingPlace,
    pub setting: Setting,
    pub own: Own,
    /// Counts the changes of it here.
    pub version: i64,
    pub changed: LastChange,
}

impl StoredSetting {
    /// `None` for a setting of a newer release, which means nothing here.
    fn from_row(row: SettingRow) -> Option<Self> {
        Some(Self {
            place: row
                .namespace_id
                .map_or(SettingPlace::Instance, |id| SettingPlace::Namespace(NamespaceId(id))),
            setting: Setting::from_key(&row.setting)?,
            own: Own { on: row.enabled, locked: row.locked, number: row.seq, resets: row.reset_seq },
            version: row.version,
            changed: LastChange {
                at: Timestamp::from_millis(row.changed_at),
                by_username: row.changed_by_username,
                by_name: row.changed_by_name,
            },
        })
    }

    fn place_id(place: SettingPlace) -> Option<i64> {
        match place {
            SettingPlace::Instance => None,
            SettingPlace::Namespace(id) => Some(id.0),
        }
    }
}

/// The values that count at the end of a path of [`InheritedSettings::path`].
pub fn effective_settings(path: &[StoredSetting]) -> EffectiveSettings {
    let path: Vec<_> = path.iter().map(|it| (it.place, it.setting, it.own)).collect();
    EffectiveSettings::of(&path)
}

pub struct InheritedSettings<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(inherited_settings -> InheritedSettings);

impl InheritedSettings<'_> {
    /// What is set from the instance down to the namespace, in this order.
    pub async fn path(&mut self, id: NamespaceId) -> Result<Vec<StoredSetting>, StorageError> {
        let rows: Vec<SettingRow> = on_db!(self.uow, |c| sqlx::query_as(PATH).bind(id.0).fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(StoredSetting::from_row).collect())
    }

    /// The values that count in the namespace.
    pub async fn effective(&mut self, id: NamespaceId) -> Result<EffectiveSettings, StorageError> {
        Ok(effective_settings(&self.path(id).await?))
    }

    /// What is set for the whole instance.
    pub async fn of_instance(&mut self) -> Result<Vec<StoredSetting>, StorageError> {
        let rows: Vec<SettingRow> = on_db!(self.uow, |c| sqlx::query_as(OF_INSTANCE).fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(StoredSetting::from_row).collect())
    }

    /// The values that count in top-level groups, in the order of `ids`.
    pub async fn of_top_level(
        &mut self,
        ids: &[NamespaceId],
    ) -> Result<Vec<EffectiveSettings>, StorageError> {
        let instance = self.of_instance().await?;
        let mut found = Vec::new();
        for ids in batches(ids) {
            let rows: Vec<SettingRow> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(OF_MANY), |query, id| query.bind(id.0)).fetch_all(c).await
            })?;
            found.extend(rows.into_iter().filter_map(StoredSetting::from_row));
        }
        let of = |id: &NamespaceId| {
            let own = found.iter().filter(|it| it.place == SettingPlace::Namespace(*id));
            effective_settings(&instance.iter().chain(own).cloned().collect::<Vec<_>>())
        };
        Ok(ids.iter().map(of).collect())
    }

    /// The number of the next change of a setting. Whoever has it is alone until the end of the unit of work:
    /// changes of settings, and moves of what has some, happen one after the other.
    pub async fn next_number(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(NEXT_NUMBER).fetch_one(c).await)?)
    }

    /// Sets it in a place, and returns the new version.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was changed there since version `seen` was read; 0 while it was never
    /// set there.
    pub async fn save(
        &mut self,
        place: SettingPlace,
        setting: Setting,
        own: Own,
        change: &LastChange,
        seen: i64,
    ) -> Result<i64, StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(StoredSetting::place_id(place))
            .bind(setting.key())
            .bind(own.on)
            .bind(own.locked)
            .bind(own.number)
            .bind(own.resets)
            .bind(change.at.as_millis())
            .bind(&change.by_username)
            .bind(&change.by_name)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.change_feed().touch(Topic::Namespaces);
        self.uow.saved(version, seen)
    }

    /// What is set in a namespace and below it, in tree order.
    pub async fn subtree(&mut self, top: &GroupPath) -> Result<Vec<SettingBelow>, StorageError> {
        let (_, until) = top.keys_below();
        let rows: Vec<BelowRow> =
            on_db!(self.uow, |c| sqlx::query_as(OF_SUBTREE).bind(top.key()).bind(until).fetch_all(c).await)?;
        rows.into_iter().filter_map(SettingBelow::from_row).collect()
    }

    /// All that is set anywhere below the instance, in tree order.
    pub async fn everywhere(&mut self) -> Result<Vec<SettingBelow>, StorageError> {
        let rows: Vec<BelowRow> = on_db!(self.uow, |c| sqlx::query_as(EVERYWHERE).fetch_all(c).await)?;
        rows.into_iter().filter_map(SettingBelow::from_row).collect()
    }

    /// Before a subtree moves: what does not count in it is removed, and what does is numbered anew, so that no
    /// cascade of the new place has been over it.
    pub async fn before_move(&mut self, id: NamespaceId, path: &GroupPath) -> Result<(), StorageError> {
        let number = self.next_number().await?;
        let above = self.path(id).await?;
        for (it, now) in with_effect(&above, self.subtree(path).await?) {
            let (place, setting) = (it.stored.place, it.stored.setting);
            if now.origin == Some(place) {
                on_db!(self.uow, |c| sqlx::query(RENUMBER)
                    .bind(number)
                    .bind(StoredSetting::place_id(place).unwrap_or_default())
                    .bind(setting.key())
                    .execute(c)
                    .await
                    .map(drop))?;
            } else {
                self.remove(place, setting).await?;
            }
        }
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// Removes what is set in a place, with the cascade that it began.
    pub async fn remove(&mut self, place: SettingPlace, setting: Setting) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(REMOVE)
            .bind(StoredSetting::place_id(place).unwrap_or_default())
            .bind(setting.key())
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }
}

/// What is set in a subtree, each with what counts there. `path` is what is set from the instance down to its
/// top.
pub fn with_effect(
    path: &[StoredSetting],
    subtree: Vec<SettingBelow>,
) -> Vec<(SettingBelow, Effective<SettingPlace>)> {
    let mut found = Vec::new();
    // In tree order, what is above a place comes right before it.
    let mut above: Vec<SettingBelow> = Vec::new();
    for it in subtree {
        above.retain(|above| above.is_on_the_way_to(&it));
        above.push(it.clone());
        let setting = it.stored.setting;
        let outside = path.iter().filter(|it| above.iter().all(|above| above.stored.place != it.place));
        let whole = outside.chain(above.iter().map(|it| &it.stored)).filter(|it| it.setting == setting);
        let now = effective(setting.default(), whole.map(|it| (it.place, it.own)));
        found.push((it, now));
    }
    found
}
