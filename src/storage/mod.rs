//! The database: SQLite or PostgreSQL from one body of code. `sqlx` stands nowhere else.
//!
//! One file an aggregate; each is a repository over a [`UnitOfWork`], which is one transaction.
//! What keeps the two databases alike:
//!
//! - placeholders are `$1, $2 …`; values are bound, never written into the SQL;
//! - instants are milliseconds (`BIGINT`), never `now()`; ids are `BIGINT`;
//! - enumerations are `TEXT` with a CHECK; a word that the domain does not know is
//!   [`StorageError::Inconsistent`], and in the logs, which outlive releases, carried as it is
//!   (`domain::stored`);
//! - names are compared by a `*_key` column, in lower case;
//! - nothing locks rows but the heads of the audit chain and of the change feed, in this order and at
//!   the very end: a write names the version
//!   it read, and a stale one is [`StorageError::Stale`], never an overwrite. Only what has to be done
//!   once is claimed first, by the state in its row (`jobs`, `scheduled_changes`);
//! - every statement that fits both is a constant in a `statements!` list, so that [`Storage::check_statements`]
//!   can prepare all of them on both databases.

mod audit;
mod audit_chain;
mod backup;
mod change_feed;
mod change_freezes;
mod changes;
mod chat;
mod consents;
mod copy_error;
mod database;
mod database_url;
mod deployed_versions;
mod error;
mod feature_groups;
mod features;
mod files;
mod flag_definitions;
mod flows;
mod groups;
mod identities;
mod inspection;
mod jobs;
mod links;
mod memberships;
mod namespaces;
mod preferences;
mod restore;
mod scheduled_changes;
mod schema;
mod sealed_rows;
mod sessions;
mod sign_in_failures;
mod text;
mod to_its_end;
mod tokens;
mod unit_of_work;
mod unwritten;
mod used_once;
mod users;

pub use audit::{AuditFilter, AuditLog};
pub use audit_chain::AuditChain;
pub use backup::{Copied, back_up};
pub use change_feed::ChangeFeed;
pub use change_freezes::{ChangeFreeze, ChangeFreezes};
pub use changes::{Changes, Generation, Generations, Knowledge, Listener};
pub use chat::{Chat, LinkedChatUser};
pub use consents::{Consents, LedgerEntry, NewLedgerEntry};
pub use copy_error::CopyError;
pub use database::{PoolUse, Storage};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use deployed_versions::{DeployedVersions, Registry};
pub use error::StorageError;
pub use feature_groups::{FeatureGroups, StoredFeatureGroup};
pub use features::{Features, StoredFlag};
pub use flag_definitions::{FlagDefinitions, StoredDefinition};
pub use flows::{FlowSelection, FlowSelections, LastChange};
pub use groups::TopLevelGroups;
pub use identities::Identities;
pub use inspection::Server;
pub use jobs::{Jobs, NewJob, OpenJobs};
pub use links::Links;
pub use memberships::Memberships;
pub use namespaces::{Namespaces, NewNamespace, VisibleNamespace};
pub use preferences::{Preferences, StoredOrbit};
pub use restore::{Restored, restore};
pub use scheduled_changes::{ScheduledChanges, Whose};
pub use schema::SchemaState;
pub use sessions::{NewSession, OpenSession, SessionUser, Sessions};
pub use sign_in_failures::SignInFailures;
pub use tokens::{NewToken, StoredToken, TokenUser, Tokens};
pub use unit_of_work::UnitOfWork;
pub(crate) use unit_of_work::repository;
pub use users::{NewUser, Users};

/// Names the statements of a file, and lists them for [`Storage::check_statements`].
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

/// Runs the same body on whichever database the unit of work is on, with `$conn` its connection.
/// Whatever fails in it, the unit of work cannot be committed any more.
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

/// Every statement of every file: its file, its name, its SQL.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        ("audit", audit::STATEMENTS),
        ("audit_chain", audit_chain::STATEMENTS),
        ("change_feed", change_feed::STATEMENTS),
        ("change_freezes", change_freezes::STATEMENTS),
        ("changes", changes::STATEMENTS),
        ("chat", chat::STATEMENTS),
        ("consents", consents::STATEMENTS),
        ("database", database::STATEMENTS),
        ("deployed_versions", deployed_versions::STATEMENTS),
        ("feature_groups", feature_groups::STATEMENTS),
        ("features", features::STATEMENTS),
        ("flag_definitions", flag_definitions::STATEMENTS),
        ("flows", flows::STATEMENTS),
        ("groups", groups::STATEMENTS),
        ("identities", identities::STATEMENTS),
        ("jobs", jobs::STATEMENTS),
        ("links", links::STATEMENTS),
        ("memberships", memberships::STATEMENTS),
        ("namespaces", namespaces::STATEMENTS),
        ("preferences", preferences::STATEMENTS),
        ("scheduled_changes", scheduled_changes::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("sign_in_failures", sign_in_failures::STATEMENTS),
        ("tokens", tokens::STATEMENTS),
        ("users", users::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(file, list)| list.iter().map(move |(name, sql)| (file, *name, *sql)))
}

impl Storage {
    /// Prepares every statement of the program: each fits the schema as it is. How many there are.
    ///
    /// # Errors
    /// The first that does not fit, by its name.
    pub async fn check_statements(&self) -> Result<usize, (String, StorageError)> {
        let mut count = 0;
        for (file, name, sql) in all_statements() {
            self.prepare(sql).await.map_err(|error| (format!("{file}::{name}"), error))?;
            count += 1;
        }
        Ok(count)
    }
}
