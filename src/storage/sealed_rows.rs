//! The rows in the hash chain: audit log and consent ledger. Their columns are declared once, so that
//! reading, writing and sealing cannot differ.

use crate::domain::{
    audit_chain::{RowId, SealedRow},
    ids::{AuditEventId, ConsentId},
};

/// A row to seal when the unit of work commits.
pub(super) enum Unsealed {
    /// Not inserted yet: its id is assigned under the lock, so that ids follow the chain.
    Event(AuditRow),
    /// Already inserted, because the current consent refers to it.
    Ledger(LedgerRow),
}

/// Declares a table's row: all columns but the id in table order, in which they are sealed. Also declares a
/// macro with the column names, for SQL statements.
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
            /// Assigned on insert.
            pub id: i64,
            $(pub $column: $type,)*
        }

        macro_rules! $columns {
            () => { stringify!($($column),*) };
        }
        pub(super) use $columns;

        impl $name {
            /// Binds all columns but the id.
            pub(super) fn bind<'q, DB: sqlx::Database, O>(
                &'q self,
                query: sqlx::query::QueryScalar<'q, DB, O, DB::Arguments>,
            ) -> sqlx::query::QueryScalar<'q, DB, O, DB::Arguments>
            where
                $($type: sqlx::Encode<'q, DB> + sqlx::Type<DB>,)*
            {
                query$(.bind(&self.$column))*
            }

            /// The row in the form that the chain hashes.
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
