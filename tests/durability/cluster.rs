//! A PostgreSQL server with default durability, which tests can stop and start.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

fn done(command: &mut Command) -> Output {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

impl Cluster {
    pub fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let find = "source scripts/env.sh && postgres_bin";
        let found = done(Command::new("bash").args(["-c", find]).current_dir(root));
        let programs = PathBuf::from(String::from_utf8(found.stdout).expect("a path").trim());
        let folder = tempfile::tempdir().expect("a folder");
        let mut cluster = Self { folder, programs, port: 0 };
        if is_root() {
            // PostgreSQL refuses to run as root.
            done(Command::new("chown").arg("nobody").arg(cluster.folder.path()));
        }
        cluster.run(
            "initdb",
            &["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"],
        );
        // Free now; taken again at once, and kept over restarts.
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        cluster.port = free.local_addr().expect("an address").port();
        drop(free);
        let settings = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n",
            cluster.port,
            cluster.folder.path().display()
        );
        let file = cluster.data().join("postgresql.auto.conf");
        fs::write(file, settings).expect("the settings");
        cluster.control(&["start", "--wait"]);
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
                .arg(self.programs.join(program));
            command
        } else {
            Command::new(self.programs.join(program))
        };
        command.current_dir(self.folder.path()).arg("--pgdata").arg(self.data()).args(arguments);
        done(&mut command);
    }

    pub fn control(&self, arguments: &[&str]) {
        let log = format!("--log={}", self.folder.path().join("log").display());
        self.run("pg_ctl", &[&["--silent", &log], arguments].concat());
    }

    /// SIGSTOP or SIGCONT for all of its processes: it neither answers nor goes away.
    pub fn signal(&self, name: &str) {
        let pids = fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        let postmaster = pids.lines().next().expect("its id").to_owned();
        let children = Command::new("pgrep").args(["-P", &postmaster]).output().expect("pgrep");
        let children = String::from_utf8(children.stdout).expect("ids");
        done(Command::new("kill").args(["-s", name, &postmaster]).args(children.split_whitespace()));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                self.control(&["stop", "--mode=immediate"]);
            }));
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}
