//! Feature flags: evaluating one and all of them through OFREP, evaluation in process, and how very many
//! flags affect decisions.

use crate::{
    DECISION, ROUNDS,
    client::Client,
    median, rate_of,
    report::{Figure, Report},
    requests_per_second,
    server::{Bare, Console},
};
use sqlx::{
    AssertSqlSafe, Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{fs, hint::black_box, path::Path, time::Instant};

use duo_console::domain::{
    flags::{EvaluationContext, FlagActor, FlagDefinition, FlagType, Gates, Percentage},
    ids::UserId,
};

const ALL: &str = "/ofrep/v1/evaluate/flags";
/// The list by GitLab's API, with every actor.
const LIST: &str = "/api/v4/features";
const CONTEXT: &str = r#"{"context":{"targetingKey":"reviewer"}}"#;

pub fn measure(report: &mut Report, bare: &Bare) {
    let some = with_flags(350, 20);
    let (one, all) = (post(&some, "one"), post(&some, "all"));
    let reader = format!("PRIVATE-TOKEN: {}", some.token_to_read_flags());
    let mut rounds: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        rounds[0].push(requests_per_second(&bare.url(), None));
        rounds[1].push(rate_of(&some.url(&format!("{ALL}/bench_1")), &["-s", &one]));
        rounds[2].push(rate_of(&some.url(ALL), &["-s", &all]));
        rounds[3].push(requests_per_second(&some.url(LIST), Some(&reader)));
    }
    let [bare_rate, one_rate, all_rate, list_rate] = rounds.map(median);
    report.rate("A feature flag over OpenFeature's protocol", one_rate);
    report.rate("All of 350 feature flags over OpenFeature's protocol", all_rate);
    report.rate("The list of 350 feature flags by GitLab's API", list_rate);
    report.add(Figure::at_least("A feature flag / bare handler", one_rate / bare_rate, 0.50));
    report.add(Figure::at_least("All of 350 feature flags / bare handler", all_rate / bare_rate, 0.10));
    report.add(Figure::ratio("The list of 350 feature flags / bare handler", list_rate / bare_rate));
    drop(some);

    report.add(Figure::below_micros("A feature flag with 1,000 actors, in process", in_process(), 1.0));

    let (few, many) = (with_flags(10, 1), with_flags(2_000, 500));
    let [few_header, many_header] =
        [&few, &many].map(|console| format!("Authorization: Bearer {}", console.token("reviewer")));
    let mut rounds: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        rounds[0].push(requests_per_second(&few.url(DECISION), Some(&few_header)));
        rounds[1].push(requests_per_second(&many.url(DECISION), Some(&many_header)));
    }
    let [few_rate, many_rate] = rounds.map(median);
    report.add(Figure::at_least(
        "Decision with 2,000 flags and 1,000,000 actors / with ten flags",
        many_rate / few_rate,
        0.80,
    ));
}

/// A server with `flags` flags of `actors` actors each; a third of them also have a percentage, another third
/// are on for everyone. The flag that decisions evaluate is among them.
fn with_flags(flags: u32, actors: u32) -> Console {
    let console = Console::start();
    fill(console.folder(), flags, actors);
    // They were written behind the program's back, so its cache does not know of them.
    let token = console.token_to_set_flags();
    let header = format!("PRIVATE-TOKEN: {token}\r\nContent-Type: application/json");
    let reply = Client::connect(console.address).send(
        "POST",
        "/api/v4/features/bench_last",
        &header,
        r#"{"value":true}"#,
    );
    assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
    console
}

#[tokio::main(flavor = "current_thread")]
async fn fill(folder: &Path, flags: u32, actors: u32) {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("bench.db"))
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the database");
    let name = "CASE n WHEN 0 THEN 'duo_code_review_flow_priority' ELSE 'bench_' || n END";
    let numbers = |most| {
        format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {most})"
        )
    };
    for sql in [
        format!(
            "{} INSERT INTO flag_gates SELECT 'production', {name}, n % 3 = 0, (n % 3 = 1) * 2500, 0, 1 FROM numbers",
            numbers(flags)
        ),
        format!(
            "{} INSERT INTO flag_gate_targets SELECT 'production', flag, 'actor', 'User:' || (n + 1000) FROM flag_gates, numbers WHERE environment = 'production'",
            numbers(actors)
        ),
    ] {
        connection.execute(AssertSqlSafe(sql)).await.expect("flags");
    }
}

/// Writes a Lua script that makes `wrk` post the context with a token; returns its path.
fn post(console: &Console, name: &str) -> String {
    let token = console.token("reviewer");
    let path = console.folder().join(format!("{name}.lua"));
    let script = format!(
        "wrk.method = \"POST\"\nwrk.body = '{CONTEXT}'\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.headers[\"Authorization\"] = \"Bearer {token}\"\n"
    );
    fs::write(&path, script).expect("a file");
    path.display().to_string()
}

/// Microseconds for one evaluation of a flag with 1,000 actors and a percentage, averaged over users of whom
/// one in seven is among the actors.
fn in_process() -> f64 {
    const TIMES: u32 = 1_000_000;
    let flag = FlagDefinition::new("duo_developer_orbit", FlagType::Beta, false);
    let actors = (0..1_000).map(|n| FlagActor::User(UserId(7 * n))).collect();
    let percentage_of_actors = Percentage::parse("25").expect("a percentage");
    let gates = Gates { boolean: Some(false), actors, percentage_of_actors, ..Gates::default() };
    let begun = Instant::now();
    for n in 0..TIMES {
        let asked = [FlagActor::User(UserId(i64::from(n % 7_000)))];
        black_box(gates.evaluate(black_box(&flag), &EvaluationContext::about(black_box(&asked))));
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}
