//! Checks of the database: connection, integrity, schema, durability, administrators. And of the clock, which
//! the audit log depends on.

use std::sync::Arc;

use super::findings::Findings;
use crate::{
    cli::open::no_settings,
    server::{
        config::DatabaseConfig,
        system::{SystemClock, SystemRandom},
    },
    storage::{SchemaState, Server, Storage, StorageError},
    usecases::{
        App, Clock,
        examine::{Examined, examine},
    },
};

/// The oldest PostgreSQL release that is still maintained, as `server_version_num`.
const MAINTAINED: i32 = 140_000;
/// Maximum clock skew, in milliseconds.
const APART: i64 = 2000;

pub(super) async fn check(findings: &mut Findings, database: &DatabaseConfig, demo: bool) {
    const CHECK: &str = "database";
    if database.url.file().is_some_and(|file| !file.exists()) {
        let advice = "The first start creates it. If it is elsewhere, correct --database-url (DATABASE_URL).";
        return findings.warn(CHECK, format!("there is no {} yet", database.url), advice);
    }
    if database.url.trusts_the_network() {
        let found = "nothing makes sure that it is the right server, and it may be spoken to in the clear";
        findings.warn("encryption", found, "Add ?sslmode=verify-full to --database-url (DATABASE_URL).");
    }
    let storage = match Storage::open_as_it_is(&database.url).await {
        Ok(storage) => storage,
        Err(error) => {
            let advice = "Is it running, and is --database-url (DATABASE_URL) right?";
            return findings.fail(CHECK, format!("cannot open {}: {error}", database.url), advice);
        }
    };
    findings.ok(CHECK, format!("{} answers", database.url));
    if let Err(error) = look(findings, &storage, demo).await {
        findings.fail(CHECK, error.to_string(), "Look at the database's own log.");
    }
    storage.close().await;
}

async fn look(findings: &mut Findings, storage: &Storage, demo: bool) -> Result<(), StorageError> {
    match storage.damage().await {
        Ok(None) => {}
        Ok(Some(damage)) => {
            let advice = "Stop the server and restore the last copy: duo-console restore FILE";
            findings.fail("soundness", format!("the file is damaged: {damage}"), advice);
        }
        Err(error) => return Err(error),
    }
    if let Some(mode) = storage.journal_mode().await? {
        sqlite(findings, &mode);
    }
    if let Some(server) = storage.server().await? {
        postgres(findings, &server);
    }
    if schema(findings, storage).await? {
        let app = App::new(storage.clone(), Arc::new(SystemClock), Arc::new(SystemRandom), no_settings());
        match examine(&app).await {
            Ok(examined) => people_and_clock(findings, &app, &examined, demo),
            Err(error) => findings.fail("people", error.to_string(), "Look at the database's own log."),
        }
    }
    Ok(())
}

fn sqlite(findings: &mut Findings, mode: &str) {
    if mode == "wal" {
        findings.ok("durability", "write-ahead log; every commit is on the disk before it is acknowledged");
    } else {
        let found = format!("the journal mode is {mode}, not wal: reading waits for writing");
        findings.warn("durability", found, "The next start of the server mends it.");
    }
}

fn postgres(findings: &mut Findings, server: &Server) {
    let (major, minor) = (server.version / 10_000, server.version % 10_000);
    if server.version < MAINTAINED {
        let found = format!("PostgreSQL {major}.{minor} gets no security fixes any more");
        findings.warn("version", found, "Upgrade it.");
    } else {
        findings.ok("version", format!("PostgreSQL {major}.{minor}"));
    }
    let mut lax = Vec::new();
    for (name, value) in [
        ("fsync", &server.fsync),
        ("full_page_writes", &server.full_page_writes),
        ("synchronous_commit", &server.synchronous_commit),
    ] {
        if value == "off" {
            lax.push(name);
        }
    }
    if lax.is_empty() {
        findings.ok("durability", "every commit is on the disk before it is acknowledged");
    } else {
        let found = format!("off: {}. What was acknowledged may be lost", lax.join(", "));
        findings.fail("durability", found, "Set them to on in postgresql.conf and restart PostgreSQL.");
    }
    writable(findings, server);
    let apart = SystemClock.now().as_millis() - server.clock_millis;
    if apart.abs() > APART {
        let found = format!("the clocks of this machine and of the database are {apart} ms apart");
        findings.warn("clock", found, "Have both machines keep time with NTP.");
    }
}

/// Checks the privileges of the database role, and that the encoding can store any character.
fn writable(findings: &mut Findings, server: &Server) {
    const CHECK: &str = "rights";

    let Server { encoding, role, .. } = server;
    if !server.holds_every_sign() {
        findings.fail(
            "encoding",
            format!("it is {encoding}, which lacks most signs; no server starts with it"),
            "Make a database with ENCODING 'UTF8' TEMPLATE template0, and copy what there is with pg_dump.",
        );
    } else if encoding == "UTF8" {
        findings.ok("encoding", "UTF8");
    } else {
        findings.warn(
            "encoding",
            format!("it is {encoding}: text is kept, but PostgreSQL knows no letters beyond ASCII in it"),
            "Make a database with ENCODING 'UTF8' TEMPLATE template0, and copy what there is with pg_dump.",
        );
    }
    let mut well = true;
    let mut fail = |found: String, advice: String| {
        well = false;
        findings.fail(CHECK, found, advice);
    };
    if server.in_recovery {
        let advice = "Have --database-url (DATABASE_URL) name the primary.";
        fail(String::from("it is a standby, which takes no changes"), String::from(advice));
    } else if server.read_only == "on" {
        fail(
            String::from("it is set to take no changes (default_transaction_read_only)"),
            format!("ALTER DATABASE … RESET default_transaction_read_only, or ALTER ROLE {role} RESET …"),
        );
    }
    match &server.schema {
        None => fail(
            format!("the role {role} has no schema to make tables in"),
            format!("CREATE SCHEMA AUTHORIZATION {role}"),
        ),
        Some(schema) if !server.may_create => fail(
            format!(
                "the role {role} may not make tables in the schema {schema}: no start can bring it up to date"
            ),
            format!("GRANT CREATE ON SCHEMA {schema} TO {role}"),
        ),
        Some(_) => {}
    }
    if let Some(tables) = &server.closed_tables {
        fail(
            format!("the role {role} may not read and change: {tables}"),
            format!("Make {role} their owner: REASSIGN OWNED BY … TO {role}"),
        );
    }
    if well {
        findings.ok(CHECK, format!("the role {role} may make and change what is needed"));
    }
}

/// Checks the schema; whether it is that of this program.
async fn schema(findings: &mut Findings, storage: &Storage) -> Result<bool, StorageError> {
    const CHECK: &str = "schema";
    match storage.schema_state().await? {
        SchemaState::Current(version) => match storage.check_statements().await {
            Ok(count) => {
                findings.ok(CHECK, format!("{version} is current, all {count} statements fit"));
                return Ok(true);
            }
            Err((name, error)) => findings.fail(
                CHECK,
                format!("the statement {name} does not fit: {error}"),
                "Somebody changed the tables by hand. Undo that, or restore a copy.",
            ),
        },
        SchemaState::Behind { has, knows } => findings.warn(
            CHECK,
            format!("it has {has}, this program brings {knows}; what hangs on it was not checked"),
            "Make a copy (duo-console backup FILE), then start the server: it brings the database up to date.",
        ),
        SchemaState::Newer { has, knows } => findings.fail(
            CHECK,
            format!("it has {has}, this program knows only {knows}"),
            "Use the duo-console that made it so, or restore the copy from before.",
        ),
        SchemaState::Unfinished(version) => findings.fail(
            CHECK,
            format!("the migration to {version} stopped midway"),
            "Restore the copy from before, and report what the log said.",
        ),
        SchemaState::Empty => {
            findings.warn(CHECK, "it has no tables of ours yet", "The first start makes them.");
        }
        SchemaState::Foreign => {
            findings.fail(CHECK, "it is of another program", "Mend --database-url (DATABASE_URL).");
        }
    }
    Ok(false)
}

fn people_and_clock(findings: &mut Findings, app: &App, examined: &Examined, demo: bool) {
    let now = app.now();
    match examined.newest_event {
        Some(newest) if newest > now => findings.fail(
            "clock",
            format!("it says {}, but the newest audit event is of {}", now.rfc3339(), newest.rfc3339()),
            "Set this machine's clock, and have it keep time with NTP.",
        ),
        _ => findings.ok("clock", format!("{}, not before the newest audit event", now.rfc3339())),
    }
    if examined.administrators == 0 {
        let found = format!("none of {} users is an administrator", examined.users);
        findings.warn("administrator", found, "duo-console user create root --admin --generate-password");
    } else {
        findings.ok("administrator", format!("{} of {} users", examined.administrators, examined.users));
    }
    if !demo && !examined.demo_passwords.is_empty() {
        findings.fail(
            "passwords",
            format!("everybody can know the password of {}", examined.demo_passwords.join(", ")),
            "Delete them (duo-console user delete NAME), or set others (duo-console user set-password NAME).",
        );
    }
}
