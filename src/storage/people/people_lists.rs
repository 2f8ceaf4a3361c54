//! People as administrators see them: a list with filter and order, and what somebody was given.

use crate::{
    domain::{
        ids::UserId,
        people::{
            directory::{PeopleFilter, PeopleOrder, PeopleQuery},
            grants::Source,
        },
        role::GivenRole,
        time::Timestamp,
    },
    storage::{
        Account, StorageError, UnitOfWork,
        accounts::users::AccountRow,
        on_db,
        people::memberships::{given_role, source},
        repository, statements,
        text::contains,
    },
};

/// Those who match the pattern `$1` and the filter `$2`.
macro_rules! matching {
    () => {
        "(username_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR LOWER(name) LIKE CAST($1 AS TEXT) ESCAPE '!' OR email_key LIKE CAST($1 AS TEXT) ESCAPE '!') AND ($2 = 'all' OR $2 = state OR ($2 = 'administrators' AND is_admin) OR ($2 = 'bots' AND kind = 'bot'))"
    };
}

/// A page in an order. What is counted for each is counted for that page alone.
macro_rules! page {
    ($order:literal) => {
        concat!(
            "SELECT u.id, u.username, u.name, u.kind, u.is_admin, u.state, u.email, u.created_at, u.last_sign_in_at, u.version, (SELECT COUNT(DISTINCT m.namespace_id) FROM memberships m WHERE m.user_id = u.id) AS group_count, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.user_id = u.id AND s.state = 'used') AS seat_count FROM (SELECT * FROM users WHERE ",
            matching!(),
            " ORDER BY ",
            $order,
            " LIMIT $3 OFFSET $4) u ORDER BY ",
            $order
        )
    };
}

statements! {
    BY_NAME = page!("LOWER(name), username_key");
    BY_NAME_DESCENDING = page!("LOWER(name) DESC, username_key DESC");
    BY_USERNAME = page!("username_key");
    BY_USERNAME_DESCENDING = page!("username_key DESC");
    LONGEST_AWAY = page!("COALESCE(last_sign_in_at, 0), username_key");
    LAST_SIGN_IN = page!("COALESCE(last_sign_in_at, 0) DESC, username_key");
    OLDEST = page!("created_at, id");
    NEWEST = page!("created_at DESC, id DESC");
    COUNT = concat!("SELECT COUNT(*) FROM users WHERE ", matching!());
    MEMBERSHIPS = "SELECT n.full_path, n.name, m.source, m.access_level, m.member_role, m.expires_at FROM memberships m JOIN namespaces n ON n.id = m.namespace_id WHERE m.user_id = $1 ORDER BY n.full_path_key, m.source LIMIT $2";
    SEATS = "SELECT n.full_path, s.state, s.source, s.since FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id LEFT JOIN namespaces n ON n.id = p.namespace_id WHERE s.user_id = $1 ORDER BY n.full_path_key";
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    account: AccountRow,
    group_count: i64,
    seat_count: i64,
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    full_path: String,
    name: String,
    source: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SeatRow {
    full_path: Option<String>,
    state: String,
    source: String,
    since: i64,
}

/// Somebody in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPerson {
    pub account: Account,
    /// Groups and projects in which they were given a role themselves.
    pub groups: i64,
    /// Duo Enterprise seats that they hold.
    pub seats: i64,
}

/// A role that somebody was given, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonsMembership {
    pub path: String,
    pub name: String,
    pub source: Source,
    pub role: GivenRole,
    /// The first instant at which it no longer counts; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// A seat that somebody holds or waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonsSeat {
    /// The top-level group; `None` for a seat of the whole instance.
    pub path: Option<String>,
    pub waiting: bool,
    pub source: Source,
    pub since: Timestamp,
}

pub struct PeopleLists<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(people_lists -> PeopleLists);

impl PeopleLists<'_> {
    /// Those who match, in order.
    pub async fn list(
        &mut self,
        query: &PeopleQuery,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ListedPerson>, StorageError> {
        let Some(pattern) = contains(&query.text) else { return Ok(Vec::new()) };
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| sqlx::query_as(ordered(query.order))
            .bind(&pattern)
            .bind(query.filter.key())
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        let person = |row: ListedRow| {
            Ok(ListedPerson {
                account: row.account.try_into()?,
                groups: row.group_count,
                seats: row.seat_count,
            })
        };
        rows.into_iter().map(person).collect()
    }

    /// How many match.
    pub async fn count(&mut self, text: &str, filter: PeopleFilter) -> Result<i64, StorageError> {
        let Some(pattern) = contains(text) else { return Ok(0) };
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT)
            .bind(&pattern)
            .bind(filter.key())
            .fetch_one(c)
            .await)?)
    }

    /// The roles that the user was given, by path, at most `limit`.
    pub async fn memberships_of(
        &mut self,
        user: UserId,
        limit: i64,
    ) -> Result<Vec<PersonsMembership>, StorageError> {
        let rows: Vec<MembershipRow> =
            on_db!(self.uow, |c| sqlx::query_as(MEMBERSHIPS).bind(user.0).bind(limit).fetch_all(c).await)?;
        let membership = |row: MembershipRow| {
            Ok(PersonsMembership {
                path: row.full_path,
                name: row.name,
                source: source(&row.source)?,
                role: given_role(row.access_level, row.member_role)?,
                expires_at: row.expires_at.map(Timestamp::from_millis),
            })
        };
        rows.into_iter().map(membership).collect()
    }

    /// The user's seats, waiting ones included.
    pub async fn seats_of(&mut self, user: UserId) -> Result<Vec<PersonsSeat>, StorageError> {
        let rows: Vec<SeatRow> = on_db!(self.uow, |c| sqlx::query_as(SEATS).bind(user.0).fetch_all(c).await)?;
        let seat = |row: SeatRow| {
            Ok(PersonsSeat {
                path: row.full_path,
                waiting: row.state != "used",
                source: source(&row.source)?,
                since: Timestamp::from_millis(row.since),
            })
        };
        rows.into_iter().map(seat).collect()
    }
}

const fn ordered(order: PeopleOrder) -> &'static str {
    match order {
        PeopleOrder::Name => BY_NAME,
        PeopleOrder::NameDescending => BY_NAME_DESCENDING,
        PeopleOrder::Username => BY_USERNAME,
        PeopleOrder::UsernameDescending => BY_USERNAME_DESCENDING,
        PeopleOrder::LongestAway => LONGEST_AWAY,
        PeopleOrder::LastSignIn => LAST_SIGN_IN,
        PeopleOrder::Oldest => OLDEST,
        PeopleOrder::Newest => NEWEST,
    }
}
