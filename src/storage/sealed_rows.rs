//! The rows that the chain of hashes seals: those of the audit log and of the consent ledger. The columns of
//! such a table are listed once: what is read, what is written and what is sealed cannot differ.

use crate::domain::{
    audit_chain::{RowId, SealedRow},
    ids::{AuditEventId, ConsentId},
};

/// A row that a unit of work seals when it commits.
pub(super) enum Unsealed {
    /// Not written yet: its number is drawn under the lock, so that numbers follow the chain.
    Event(AuditRow),
    /// Written already: the consent that stands refers to it.
    Ledger(LedgerRow),
}

/// Makes the row of a table: all columns but the number, in the order of the table, which is the order in
/// which they are sealed. Besides, a macro with their names, for the statements.
macro_rules! sealed_row {
    (
        $(#[$doc:meta])*
        $name:ident: RowId::$table:ident($id:ident), $columns:ident {
            $($column:ident: $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(sqlx::FromRow)]
        pub(super) struct $name {
            /// Drawn when the row is written.
            pub id: i64,
            $(pub $column: $type,)*
        }

        macro_rules! $columns {
            () => { stringify!($($column),*) };
        }
        pub(super) use $columns;

        impl $name {
            /// Binds all columns but the number.
            pub(super) fn bind<'q, DB: sqlx::Database, O>(
                &'q self,
                query: sqlx::query::QueryScalar<'q, DB, O, DB::Arguments>,
            ) -> sqlx::query::QueryScalar<'q, DB, O, DB::Arguments>
            where
                $($type: sqlx::Encode<'q, DB> + sqlx::Type<DB>,)*
            {
                query$(.bind(&self.$column))*
            }

            /// As the audit chain seals it.
            pub(super) fn sealed(&self) -> SealedRow<'_> {
                SealedRow { id: RowId::$table($id(self.id)), columns: vec![$((&self.$column).into()),*] }
            }
        }
    };
}

sealed_row! {
    /// A row of the audit log.
    AuditRow: RowId::Event(AuditEventId), event_columns {
        at: i64,
        kind: String,
        actor_id: Option<i64>,
        actor_username: String,
        actor_name: String,
        surface: String,
        namespace_id: Option<i64>,
        namespace_path: Option<String>,
        target: String,
        value_from: String,
        value_to: String,
        remote_ip: String,
        request_id: String,
        environment: Option<String>,
        reason: Option<String>,
        state_before: Option<String>,
        state_after: Option<String>,
    }
}

sealed_row! {
    /// A row of the consent ledger.
    LedgerRow: RowId::Ledger(ConsentId), ledger_columns {
        at: i64,
        action: String,
        namespace_id: i64,
        namespace_path: String,
        feature: String,
        user_id: i64,
        username: String,
        user_name: String,
        role: String,
        surface: String,
        wording: String,
        request_id: String,
    }
}
