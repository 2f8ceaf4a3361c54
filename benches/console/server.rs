//! The servers under test: the program with its demo data, and the bare one.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::{bare, median, millis};

/// A process that is killed on drop.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a process; returns the first line of its stdout.
fn start(command: &mut Command) -> (Running, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("text");
    (Running(child), line.trim().to_owned())
}

pub struct Bare {
    address: String,
    _running: Running,
}

impl Bare {
    pub fn start() -> Self {
        let own = std::env::current_exe().expect("this program");
        let (running, address) = start(Command::new(own).arg(bare::ARGUMENT));
        Self { address, _running: running }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

pub struct Console {
    pub address: SocketAddr,
    database: String,
    folder: TempDir,
    running: Running,
}

impl Console {
    /// Starts the program on a fresh SQLite database below `target/`, so that commits reach a disk and not a
    /// tmpfs.
    pub fn start() -> Self {
        Self::start_on(None)
    }

    /// Starts the program on a fresh database: of the PostgreSQL server at this URL, or of SQLite.
    pub fn start_on(postgres: Option<&str>) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let database = match postgres {
            Some(server) => new_database(server),
            None => format!("sqlite://{}", folder.path().join("bench.db").display()),
        };
        let made = program(&database).args(["demo", "--small"]).output().expect("the program runs");
        assert!(made.status.success(), "the demo data are made");
        let (running, address) = Self::serve(folder.path(), &database);
        Self { address, database, folder, running }
    }

    fn serve(folder: &Path, database: &str) -> (Running, SocketAddr) {
        let log = File::create(folder.join("log")).expect("a log");
        let mut command = program(database);
        let (running, line) = start(
            command
                .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--api-rate-per-minute", "0"])
                .stderr(log),
        );
        let address = line.strip_prefix("Duo Console: http://").and_then(|it| it.parse().ok());
        (running, address.unwrap_or_else(|| panic!("the server said: {line}")))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token with the scope for decisions.
    pub fn token(&self, username: &str) -> String {
        self.make_token(username, &["read_decisions"])
    }

    /// A token with the scopes to turn Code Review on.
    pub fn token_to_consent(&self) -> String {
        self.make_token("owner", &["read_settings", "write_settings", "give_consent"])
    }

    /// A token with the scope to set feature flags.
    pub fn token_to_set_flags(&self) -> String {
        self.make_token("admin", &["write_settings"])
    }

    /// A token with the scope to read feature flags.
    pub fn token_to_read_flags(&self) -> String {
        self.make_token("admin", &["read_settings"])
    }

    fn make_token(&self, username: &str, scopes: &[&str]) -> String {
        let mut arguments = vec!["token", "create", "--user", username, "--name", "bench", "--days", "1"];
        arguments.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        self.command(&arguments)
    }

    /// Runs a command on the server's database, and returns what it printed.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = program(&self.database).args(arguments).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// Resident memory of the process, in MB.
    pub fn resident_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.0.id())).expect("/proc");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
        kib / 1024.0
    }

    /// Restarts it; milliseconds from the start of the process until it listens.
    pub fn stop_and_start_again(self) -> f64 {
        let Self { folder, database, running, .. } = self;
        drop(running);
        let mut times = Vec::new();
        for _ in 0..7 {
            let begun = Instant::now();
            let (again, _) = Self::serve(folder.path(), &database);
            times.push(millis(begun.elapsed()));
            drop(again);
        }
        median(times)
    }
}

fn program(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duo-console"));
    command.env("DATABASE_URL", database).stdin(Stdio::null());
    command
}

/// The URL of a new database of the PostgreSQL server.
#[tokio::main(flavor = "current_thread")]
async fn new_database(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("bench_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(server).await.expect("the server answers");
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
    let (before, after) = server.rsplit_once('/').expect("a URL with a database");
    let query = after.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{before}/{name}{query}")
}
