//! Exports users, groups, members or seats as CSV that an import reads without a change.

use super::read_file::{finished, write};
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        people::{
            grants::Source,
            import::{cells, format::ImportKind, groups, members, seats::INSTANCE, users},
        },
    },
    storage::{ExportedMember, StorageError},
    usecases::{App, administrator::Administrator},
};

/// How many rows are in memory at a time.
const PAGE: i64 = 2_000;

/// A running export, page by page along an index.
pub struct PeopleExport {
    app: App,
    kind: ImportKind,
    after: After,
}

enum After {
    Nothing,
    Key(String),
    Member(NamespaceId, UserId),
    Seat(i64, i64),
    Everything,
}

impl PeopleExport {
    /// Who may see everybody's addresses and roles is an administrator.
    pub fn new(app: App, _: &Administrator, kind: ImportKind) -> Self {
        Self { app, kind, after: After::Nothing }
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StorageError> {
        if matches!(self.after, After::Everything) {
            return Ok(None);
        }
        let mut csv = csv::Writer::from_writer(Vec::new());
        if matches!(self.after, After::Nothing) {
            write(&mut csv, self.kind.columns().iter().copied().map(String::from));
        }
        let rows = match self.kind {
            ImportKind::Users => self.users().await?,
            ImportKind::Groups => self.groups().await?,
            ImportKind::Members => self.members().await?,
            ImportKind::Seats => self.seats().await?,
        };
        for row in rows {
            write(&mut csv, row.iter().map(|cell| cells::written(cell)));
        }
        Ok(Some(finished(csv)))
    }

    fn key(&self) -> &str {
        match &self.after {
            After::Key(key) => key,
            _ => "",
        }
    }

    async fn users(&mut self) -> Result<Vec<Vec<String>>, StorageError> {
        let page = self.app.storage.read().await?.exports().accounts(self.key(), PAGE).await?;
        self.after =
            page.last().map_or(After::Everything, |last| After::Key(last.username.to_ascii_lowercase()));
        Ok(page.iter().map(users::cells).collect())
    }

    async fn groups(&mut self) -> Result<Vec<Vec<String>>, StorageError> {
        let page = self.app.storage.read().await?.exports().places(self.key(), PAGE).await?;
        self.after = page.last().map_or(After::Everything, |last| After::Key(last.place.path.key()));
        Ok(page.iter().map(|it| groups::cells(&it.place)).collect())
    }

    /// One line for each pair: what an import gave, or else the highest role that others gave.
    async fn members(&mut self) -> Result<Vec<Vec<String>>, StorageError> {
        let after = match self.after {
            After::Member(namespace, user) => (namespace, user),
            _ => (NamespaceId(i64::MIN), UserId(i64::MIN)),
        };
        let mut page = self.app.storage.read().await?.exports().members(after, PAGE).await?;
        let pair = |it: &ExportedMember| (it.namespace, it.user);
        let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        if let Some(last) = page.last().map(pair)
            && !is_last
        {
            // The rest of this pair may be on the next page.
            page.retain(|it| pair(it) != last);
        }
        self.after = match page.last() {
            Some(last) if !is_last => After::Member(last.namespace, last.user),
            _ => After::Everything,
        };
        let now = self.app.now();
        let lines = page.chunk_by(|a, b| pair(a) == pair(b)).filter_map(|sources| {
            let counts = |it: &&ExportedMember| it.held.expires_at.is_none_or(|expires_at| now < expires_at);
            let by_import = sources.iter().find(|it| it.held.source == Source::Import);
            let it = by_import
                .or_else(|| sources.iter().filter(counts).max_by_key(|it| it.held.role.access_level()))?;
            let (role, expiry) =
                (members::write_role(&it.held.role), members::write_expiry(it.held.expires_at));
            Some(vec![it.path.clone(), it.username.clone(), role, expiry, String::from("set")])
        });
        Ok(lines.collect())
    }

    async fn seats(&mut self) -> Result<Vec<Vec<String>>, StorageError> {
        let after = match self.after {
            After::Seat(pool, user) => (pool, user),
            _ => (i64::MIN, i64::MIN),
        };
        let page = self.app.storage.read().await?.exports().seats(after, PAGE).await?;
        self.after = page.last().map_or(After::Everything, |last| After::Seat(last.pool_id, last.user_id));
        let line = |it: crate::storage::ExportedSeat| {
            let path = it.full_path.unwrap_or_else(|| String::from(INSTANCE));
            vec![path, it.username, it.state, String::from("set")]
        };
        Ok(page.into_iter().map(line).collect())
    }
}
