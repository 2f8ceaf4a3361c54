//! Lists of users for programs: filtered, sorted, in pages, with a count.

use super::users::{Account, AccountRow};
use crate::{
    domain::{ids::UserId, time::Timestamp, user::UserKind},
    storage::{
        StorageError, UnitOfWork, on_db, repository, statements,
        text::{contains, fits_text},
        unit_of_work::{MOST_COUNTED, batches, fifty},
    },
};

macro_rules! matching {
    () => {
        " FROM users u WHERE u.id > $1 AND u.id < $2 AND (CAST($3 AS TEXT) IS NULL OR u.username_key = $3) AND (u.username_key LIKE CAST($4 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($4 AS TEXT) ESCAPE '!' OR u.email_key = CAST($5 AS TEXT)) AND (CAST($6 AS TEXT) IS NULL OR u.state = $6) AND (CAST($7 AS TEXT) IS NULL OR u.kind = $7) AND (CAST($8 AS BIGINT) < 0 OR CASE WHEN u.is_admin THEN 1 ELSE 0 END = $8) AND u.created_at >= $9 AND u.created_at < $10 AND (CAST($11 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id AND i.subject = $11))"
    };
}

macro_rules! listed {
    ($order:literal) => {
        concat!(
            "SELECT u.id, u.username, u.name, u.kind, u.is_admin, u.state, u.email, u.created_at, u.last_sign_in_at, u.version",
            matching!(),
            " ORDER BY ",
            $order,
            " LIMIT $12 OFFSET $13"
        )
    };
}

statements! {
    BY_ID = listed!("u.id");
    BY_ID_DOWN = listed!("u.id DESC");
    BY_NAME = listed!("u.name, u.id");
    BY_NAME_DOWN = listed!("u.name DESC, u.id DESC");
    BY_USERNAME = listed!("u.username_key");
    BY_USERNAME_DOWN = listed!("u.username_key DESC");
    COUNT = concat!("SELECT COUNT(*) FROM (SELECT 1 AS one", matching!(), " LIMIT 10001) c");
    /// For a batch of ids.
    IDENTITIES = concat!("SELECT user_id, issuer, subject FROM identities WHERE user_id IN (", fifty!(), ") ORDER BY user_id, issuer");
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserOrder {
    #[default]
    Id,
    Name,
    Username,
}

/// Which users, in which order.
#[derive(Clone, Debug)]
pub struct UserFilter {
    /// This one, case-insensitive.
    pub username: Option<String>,
    /// In the user name or name.
    pub search: String,
    /// Or the whole email address.
    pub search_email: bool,
    /// `None` for either.
    pub blocked: Option<bool>,
    pub kind: Option<UserKind>,
    pub is_admin: Option<bool>,
    /// From the first instant to before the second.
    pub created: (Timestamp, Timestamp),
    /// Linked to an identity with this subject.
    pub subject: Option<String>,
    /// Only ids between these, exclusively.
    pub ids: (i64, i64),
    pub order: UserOrder,
    pub descending: bool,
}

impl Default for UserFilter {
    fn default() -> Self {
        Self {
            username: None,
            search: String::new(),
            search_email: true,
            blocked: None,
            kind: None,
            is_admin: None,
            created: (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX)),
            subject: None,
            ids: (i64::MIN, i64::MAX),
            order: UserOrder::Id,
            descending: false,
        }
    }
}

impl UserFilter {
    /// The user with this id.
    pub fn one(id: UserId) -> Self {
        Self { ids: (id.0.saturating_sub(1), id.0.saturating_add(1)), ..Self::default() }
    }

    const fn statement(&self) -> &'static str {
        match (self.order, self.descending) {
            (UserOrder::Id, false) => BY_ID,
            (UserOrder::Id, true) => BY_ID_DOWN,
            (UserOrder::Name, false) => BY_NAME,
            (UserOrder::Name, true) => BY_NAME_DOWN,
            (UserOrder::Username, false) => BY_USERNAME,
            (UserOrder::Username, true) => BY_USERNAME_DOWN,
        }
    }
}

/// An account at a provider that a user is linked to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LinkedIdentity {
    pub user_id: i64,
    pub issuer: String,
    pub subject: String,
}

pub struct BrowsedUsers<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(browsed_users -> BrowsedUsers);

macro_rules! bound {
    ($query:expr, $filter:expr, $search:expr) => {{
        let filter: &UserFilter = $filter;
        let search = filter.search.trim().to_lowercase();
        $query
            .bind(filter.ids.0)
            .bind(filter.ids.1)
            .bind(filter.username.as_ref().map(|it| it.to_ascii_lowercase()))
            .bind($search)
            .bind(filter.search_email.then_some(search))
            .bind(filter.blocked.map(|it| if it { "blocked" } else { "active" }))
            .bind(filter.kind.map(UserKind::key))
            .bind(filter.is_admin.map_or(-1, i64::from))
            .bind(filter.created.0.as_millis())
            .bind(filter.created.1.as_millis())
            .bind(filter.subject.as_deref())
    }};
}

impl BrowsedUsers<'_> {
    /// A page of the users that match.
    pub async fn list(
        &mut self,
        filter: &UserFilter,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Account>, StorageError> {
        let Some(search) = pattern(filter) else { return Ok(Vec::new()) };
        let rows: Vec<AccountRow> = on_db!(self.uow, |c| {
            bound!(sqlx::query_as(filter.statement()), filter, search)
                .bind(limit)
                .bind(offset)
                .fetch_all(c)
                .await
        })?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// How many match; `None` when they are more than 10,000.
    pub async fn count(&mut self, filter: &UserFilter) -> Result<Option<i64>, StorageError> {
        let Some(search) = pattern(filter) else { return Ok(Some(0)) };
        let count: i64 =
            on_db!(self.uow, |c| bound!(sqlx::query_scalar(COUNT), filter, search).fetch_one(c).await)?;
        Ok((count <= MOST_COUNTED).then_some(count))
    }

    /// The accounts at providers that these users are linked to.
    pub async fn identities(&mut self, users: &[UserId]) -> Result<Vec<LinkedIdentity>, StorageError> {
        let mut identities = Vec::new();
        for ids in batches(users) {
            let rows: Vec<LinkedIdentity> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(IDENTITIES), |query, id| query.bind(id.0)).fetch_all(c).await
            })?;
            identities.extend(rows);
        }
        Ok(identities)
    }
}

/// The pattern to search by; `None` when nothing can match.
fn pattern(filter: &UserFilter) -> Option<String> {
    let texts = [&filter.username, &filter.subject];
    let fits = texts.into_iter().flatten().all(|text| fits_text(text));
    contains(&filter.search).filter(|_| fits)
}
