//! `bench-data`: adds a large tree with many members, for benchmarks.

use super::{Failure, open::origin, output::print};
use crate::usecases::{App, create_bench_data::create_bench_data};

pub(super) const AFTER_HELP: &str = "\
Adds top-level groups bench-1, bench-2 and so on, each with 10,011 subgroups and projects in five
levels, ten members in each of them, and 50,000 users. It is the same every time.

Example:
  duo-console demo --database-url sqlite://bench.db
  duo-console bench-data --database-url sqlite://bench.db";

#[derive(Debug, clap::Args)]
pub struct BenchData {
    /// How many groups and projects to add at least
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    namespaces: i64,
}

pub(super) async fn run(app: &App, options: &BenchData) -> Result<(), Failure> {
    let added = create_bench_data(app, &origin(app), options.namespaces).await?;
    let added = added.ok_or_else(|| {
        Failure::refused("This database has such data already. Name another with --database-url.")
    })?;
    Ok(print(format_args!("Added {added} groups and projects, with ten members each."))?)
}
