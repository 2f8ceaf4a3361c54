//! Parses the command line and runs the command.

use std::{process::ExitCode, time::Duration};

use duo_console::cli::{self, Cli};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How long tasks that are still running may delay the exit after a forced end.
const LEFTOVERS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::read();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the system gives a process its threads");
    let code = runtime.block_on(cli::run(cli));
    runtime.shutdown_timeout(LEFTOVERS);
    code
}
