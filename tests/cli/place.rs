//! A temporary folder with a database, and running the program there.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

pub struct Place {
    folder: TempDir,
}

/// The result of a run.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// A database that is not there yet.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// With the small world of the tutorial.
    pub fn with_demo_data() -> Self {
        let place = Self::empty();
        place.run(&["demo", "--small"]).done();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, in this folder, with nothing of ours in its environment but the database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duo-console"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DUO_") {
                command.env_remove(name);
            }
        }
        command.env("DATABASE_URL", format!("sqlite://{}", self.path("duo.db").display()));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("the program runs").into()
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("it ends").into()
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.run(arguments).done().stdout).expect("JSON")
    }

    /// How a flow of a group is, as `flow list` says it.
    pub fn flow(&self, group: &str, flow: &str) -> serde_json::Value {
        let flows = self.json(&["flow", "list", group, "--format", "json"]);
        let flows = flows.as_array().expect("a list");
        flows.iter().find(|it| it["flow"] == flow).expect("a flow of the catalogue").clone()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Run {
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Asserts a refusal: exit code 1, nothing on stdout, one error.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        self.stderr
    }

    /// Asserts invalid usage or configuration: exit code 2, nothing on stdout.
    #[track_caller]
    pub fn wrong(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{self:?}");
        self.stderr
    }
}
