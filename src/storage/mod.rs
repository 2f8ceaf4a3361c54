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
mod error;
mod files;
pub mod flags;
pub mod flows;
mod inspection;
pub mod jobs;
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

pub use accounts::users::{NewUser, Users};
pub use accounts::{
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
    selections::{FlowSelection, FlowSelections, LastChange},
};
pub use inspection::Server;
pub use jobs::queue::{Jobs, NewJob, OpenJobs};
pub use people::{
    memberships::Memberships,
    namespaces::{Namespaces, NewNamespace, VisibleNamespace},
};
pub use restore::{RestoredDatabase, restore};
pub use schema::SchemaState;
pub use settings::groups::TopLevelGroups;
pub use unit_of_work::UnitOfWork;
pub(crate) use unit_of_work::repository;

/// Names the statements of a file, and lists them for [`Storage::check_statements`].
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        pub(in crate::storage) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
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

/// A file, and its statements by name.
type Statements = (&'static str, &'static [(&'static str, &'static str)]);

/// What every capability needs.
const STATEMENTS: &[Statements] = &[
    ("audit", audit::STATEMENTS),
    ("audit_chain", audit_chain::STATEMENTS),
    ("change_feed", change_feed::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("database", database::STATEMENTS),
];

/// Every statement of every file: its file, its name, its SQL.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        STATEMENTS,
        accounts::STATEMENTS,
        people::STATEMENTS,
        settings::STATEMENTS,
        flags::STATEMENTS,
        flows::STATEMENTS,
        jobs::STATEMENTS,
        chat::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .flat_map(|(file, list)| list.iter().map(move |(name, sql)| (*file, *name, *sql)))
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
