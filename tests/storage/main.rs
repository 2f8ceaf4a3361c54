//! The storage contract on both databases: every test in a `contract!` list runs as `sqlite::name` and as
//! `postgres::name`. `make test-storage` runs them all.

/// Generates a test on SQLite and one on PostgreSQL for each function `async fn name(db: Database)`.
macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::support::run($crate::support::Backend::Sqlite, super::$name);
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                $crate::support::run($crate::support::Backend::Postgres, super::$name);
            })*
        }
    };
}

mod audit_chain;
mod cancellation;
mod change_feed;
mod changes;
mod chat;
mod demo;
mod deployed_versions;
mod feature_groups;
mod features;
mod flag_history;
mod flows;
mod group_tree;
mod identities;
mod import_rules;
mod imports;
mod inherited_settings;
mod jobs;
mod ledger_and_audit;
mod lists;
mod member_roles;
mod members;
mod memberships;
mod namespaces;
mod opening;
mod overview;
mod people;
mod plans;
mod preferences;
mod races;
mod scheduled_changes;
mod seats;
mod sessions;
mod sign_in;
mod support;
mod tokens;
mod unit_of_work;
mod unknown_words;
mod unwritable;
mod users;
mod world;
