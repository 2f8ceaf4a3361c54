//! The database: SQLite or PostgreSQL, from a single code base. `sqlx` is used nowhere else.
//!
//! One file per aggregate; each is a repository over a [`UnitOfWork`], which is one transaction. Rules that
//! keep the two databases alike:
//!
//! - placeholders are `$1, $2 …`; values are bound, never interpolated into SQL;
//! - instants are milliseconds (`BIGINT`), never `now()`; ids are `BIGINT`;
//! - enums are `TEXT` with a CHECK; a key that the domain does not know is [`StorageError::Inconsistent`],
//!   except in logs, which outlive releases and preserve it (`domain::stored`);
//! - names are compared by a `*_key` column in lower case;
//! - no rows are locked but the heads of the audit chain and of the change feed, in this order and last
//!   before the commit, and those of administrators, first, where one of them may lose the right
//!   (`users::HOLD_ADMINISTRATORS`). Locking is optimistic: a write names the version it read, and a stale one is
//!   [`StorageError::Stale`], never an overwrite. Only what must happen exactly once is claimed first, by a
//!   state in its row (`jobs`, `scheduled_changes`);
//! - every statement for both databases is a constant in a `statements!` list, so that
//!   [`Storage::check_statements`] can prepare all of them on both.

pub mod accounts;
mod audit;
mod audit_chain;
mod backup;
mod change_feed;
mod changes;
pub mod chat;
mod copy_error;
mod database;
mod database_url;
pub mod decisions;
mod error;
mod files;
pub mod flags;
pub mod flows;
mod inspection;
pub mod jobs;
mod last_change;
mod overview;
pub mod people;
mod restore;
mod schema;
mod sealed_rows;
pub mod settings;
mod text;
mod to_its_end;
mod unit_of_work;
mod unwritten;
mod used_once;

pub use accounts::users::{Account, NewUser, Users};
pub use accounts::{
    browsed_users::{BrowsedUsers, LinkedIdentity, UserFilter, UserOrder},
    identities::Identities,
    links::Links,
    sessions::{NewSession, OpenSession, SessionUser, Sessions},
    sign_in_failures::SignInFailures,
    tokens::{NewToken, StoredToken, TokenUser, Tokens},
};
pub use audit::{AuditFilter, AuditLog};
pub use audit_chain::AuditChain;
pub use backup::{Copied, back_up};
pub use change_feed::ChangeFeed;
pub use changes::{Changes, Generation, Generations, Knowledge, Listener};
pub use chat::users::{Chat, LinkedChatUser};
pub use copy_error::CopyError;
pub use database::{PoolUse, Storage};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use decisions::counts::{CountedDecisions, DecisionCounts, EngineCount};
pub use error::StorageError;
pub use flags::{
    change_freezes::{ChangeFreeze, ChangeFreezes},
    feature_groups::{FeatureGroups, StoredFeatureGroup},
    features::{Features, StoredGates},
    flag_definitions::{FlagDefinitions, StoredDefinition},
    scheduled_changes::{ScheduledChanges, Whose},
};
pub use flows::{
    consents::{Consents, LedgerEntry, NewLedgerEntry},
    deployed_versions::{DeployedVersions, Registry},
    preferences::{Preferences, StoredOrbit},
    selections::{FlowSelection, FlowSelections},
};
pub use inspection::Server;
pub use jobs::queue::{Jobs, NewJob, OpenJobs};
pub use last_change::LastChange;
pub use overview::{GroupFound, Overview, Started, StoredConsent, TopLevelFacts, Transitional};
pub use people::{
    bench_data::{BenchData, NAMESPACES_EACH},
    browsed_members::{BrowsedMember, BrowsedMembers, MemberFilter, MemberRelations},
    browsed_namespaces::{
        BrowsedNamespace, BrowsedNamespaces, NamedKey, NamespaceFilter, NamespaceInvitation, NamespaceOrder,
    },
    bulk::{Bulk, FoundPlace},
    exports::{ExportedMember, ExportedSeat, Exports},
    members::{GrantOf, GroupOwner, ListedMember, Members},
    memberships::Memberships,
    namespace_lists::{ListedNamespace, ListedTopLevelGroup, TopLevelOrder},
    namespace_tree::{Extent, NamespaceDetails},
    namespaces::{Namespaces, NewNamespace, VisibleNamespace},
    people_lists::{ListedPerson, PeopleLists, PersonsMembership, PersonsSeat},
    seat_lists::{ListedPool, SeatHolder, SeatLists},
    seats::{SeatPool, Seats},
    shares::{InvitedGroup, Shares},
    staged_imports::StagedImports,
};
pub use restore::{RestoredDatabase, restore};
pub use schema::SchemaState;
pub use settings::{
    groups::TopLevelGroups,
    inherited::{InheritedSettings, SettingBelow, StoredSetting, effective_settings, with_effect},
};
pub use unit_of_work::UnitOfWork;
pub(crate) use unit_of_work::repository;

/// Declares the SQL statements of a file, and lists them for [`Storage::check_statements`].
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        pub(in crate::storage) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

/// Names the statements of a file that only one of the databases understands.
macro_rules! dialect_statements {
    (
        sqlite { $($(#[$lite_doc:meta])* $lite:ident = $lite_sql:expr;)* }
        postgres { $($(#[$pg_doc:meta])* $pg:ident = $pg_sql:expr;)* }
    ) => {
        $($(#[$lite_doc])* const $lite: &str = $lite_sql;)*
        $($(#[$pg_doc])* const $pg: &str = $pg_sql;)*
        pub(in crate::storage) const ONLY_SQLITE: &[(&str, &str)] = &[$((stringify!($lite), $lite)),*];
        pub(in crate::storage) const ONLY_POSTGRES: &[(&str, &str)] = &[$((stringify!($pg), $pg)),*];
    };
}
pub(crate) use dialect_statements;

/// Runs the body on the database of the unit of work, with `$conn` as its connection. After any error the
/// unit of work cannot be committed.
macro_rules! on_db {
    ($uow:expr, |$conn:ident| $body:expr) => {{
        let result = match &mut $uow.transaction {
            $crate::storage::unit_of_work::Transaction::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
            $crate::storage::unit_of_work::Transaction::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        };
        $uow.failed |= result.is_err();
        result
    }};
}
pub(crate) use on_db;

/// A file, and its statements by name.
type Statements = (&'static str, &'static [(&'static str, &'static str)]);

/// Statements that are not specific to a capability.
const STATEMENTS: &[Statements] = &[
    ("audit", audit::STATEMENTS),
    ("audit_chain", audit_chain::STATEMENTS),
    ("change_feed", change_feed::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("database", database::STATEMENTS),
    ("overview", overview::STATEMENTS),
];

/// All statements: file, name and SQL.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        STATEMENTS,
        accounts::STATEMENTS,
        people::STATEMENTS,
        settings::STATEMENTS,
        flags::STATEMENTS,
        flows::STATEMENTS,
        decisions::STATEMENTS,
        jobs::STATEMENTS,
        chat::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .flat_map(|(file, list)| list.iter().map(move |(name, sql)| (*file, *name, *sql)))
}

/// Of one database alone: SQLite's, then PostgreSQL's.
const ONLY: [&[Statements]; 2] = [
    &[
        ("audit_chain", audit_chain::ONLY_SQLITE),
        ("change_feed", change_feed::ONLY_SQLITE),
        ("jobs", jobs::queue::ONLY_SQLITE),
        ("bench_data", people::bench_data::ONLY_SQLITE),
        ("bulk", people::bulk::ONLY_SQLITE),
        ("bulk_checks", people::bulk_checks::ONLY_SQLITE),
        ("bulk_writes", people::bulk_writes::ONLY_SQLITE),
    ],
    &[
        ("audit_chain", audit_chain::ONLY_POSTGRES),
        ("change_feed", change_feed::ONLY_POSTGRES),
        ("jobs", jobs::queue::ONLY_POSTGRES),
        ("bench_data", people::bench_data::ONLY_POSTGRES),
        ("bulk", people::bulk::ONLY_POSTGRES),
        ("bulk_checks", people::bulk_checks::ONLY_POSTGRES),
        ("bulk_writes", people::bulk_writes::ONLY_POSTGRES),
    ],
];

impl Storage {
    /// Prepares all statements against the current schema, and returns how many.
    ///
    /// # Errors
    /// The first statement that does not fit the schema, by name.
    pub async fn check_statements(&self) -> Result<usize, (String, StorageError)> {
        let mut count = 0;
        for (file, name, sql) in self.statements() {
            self.prepare(sql).await.map_err(|error| (format!("{file}::{name}"), error))?;
            count += 1;
        }
        Ok(count)
    }

    /// Every statement that this database runs: its file, name and SQL.
    pub fn statements(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let [sqlite, postgres] = ONLY;
        let only = if matches!(self.pool, database::Pool::Sqlite { .. }) { sqlite } else { postgres };
        let only =
            only.iter().flat_map(|(file, list)| list.iter().map(move |(name, sql)| (*file, *name, *sql)));
        all_statements().chain(only)
    }
}
