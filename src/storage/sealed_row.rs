//! Rows of the tables that the audit chain seals. The columns of such a table are listed once: what is
//! read, what is written and what is sealed cannot differ.

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
pub(super) use sealed_row;
