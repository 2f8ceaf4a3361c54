//! What a large instance costs: 100,000 namespaces with 1,000,000 memberships, compared with the ten of the
//! demo data in the same run, on SQLite and on PostgreSQL.

use std::time::Instant;

use crate::{
    CONFIGURATION, DECISION, ROUNDS,
    client::Client,
    median, millis,
    report::{Figure, Report},
    requests_per_second,
    server::Console,
};

/// The deepest project of the first of the large groups.
const LARGE_DECISION: &str =
    "/api/v1/decisions/code_review?namespace=bench-1/part-1/part-1/part-1/part-1&user=bench-user-1";
const LARGE_CONFIGURATION: &str = "/groups/bench-1/-/settings/gitlab_duo/configuration";
/// Four levels down, with the members of each level.
const MEMBERS: &str = "/groups/bench-1/part-1/part-1/part-1/-/group_members";
/// A page with a form and nothing else.
const BARE_PAGE: &str = "/-/user_settings/password";
const FRONT_PAGE: &str = "/";

pub fn measure(report: &mut Report) {
    measure_on(report, "SQLite", None);
    #[expect(clippy::disallowed_methods, reason = "where `scripts/with-postgres` says that its server is")]
    match std::env::var("DUO_TEST_POSTGRES_URL") {
        Ok(server) => measure_on(report, "PostgreSQL", Some(&server)),
        Err(_) => eprintln!("PostgreSQL is not measured: DUO_TEST_POSTGRES_URL names no server"),
    }
}

fn measure_on(report: &mut Report, database: &str, server: Option<&str>) {
    let (small, large) = (Console::start_on(server), Console::start_on(server));
    large.command(&["bench-data"]);
    let [small_service, large_service] =
        [&small, &large].map(|console| format!("Authorization: Bearer {}", console.token("admin")));
    let [small_person, large_person] =
        [&small, &large].map(|it| format!("Cookie: {}", Client::connect(it.address).sign_in("admin")));
    let mut rates: [Vec<f64>; 7] = Default::default();
    for _ in 0..ROUNDS {
        for (nth, (console, path, header)) in [
            (&small, DECISION, &small_service),
            (&large, LARGE_DECISION, &large_service),
            (&small, CONFIGURATION, &small_person),
            (&large, LARGE_CONFIGURATION, &large_person),
            (&large, BARE_PAGE, &large_person),
            (&large, FRONT_PAGE, &large_person),
            (&large, MEMBERS, &large_person),
        ]
        .into_iter()
        .enumerate()
        {
            rates[nth].push(requests_per_second(&console.url(path), Some(header)));
        }
    }
    let [decision, large_decision, page, large_page, bare, front, members] = rates.map(median);
    report.add(Figure::at_least(
        &format!("Decision among 100,000 namespaces / among ten, {database}"),
        large_decision / decision,
        0.80,
    ));
    report.add(Figure::at_least(
        &format!("Configuration page among 100,000 namespaces / among ten, {database}"),
        large_page / page,
        0.80,
    ));
    report.add(Figure::at_most(
        &format!("Front page among 100,000 namespaces, in pages with one form, {database}"),
        bare / front,
        5.0,
    ));
    report.add(Figure::at_most(
        &format!("Members' page among 1,000,000 memberships, in pages with one form, {database}"),
        bare / members,
        5.0,
    ));
    report.add(Figure::below_mb(
        &format!("Memory with 100,000 namespaces, {database}"),
        large.resident_mb(),
        128.0,
    ));
    let file = changed_members(&large);
    for (what, more, most) in [("Dry run", None, 10_000.0), ("Apply", Some("--apply"), 30_000.0)] {
        let arguments: Vec<_> = ["import", "members", &file].into_iter().chain(more).collect();
        let what = format!("{what} of an import of {CHANGED} members, {database}");
        report.add(Figure::below_millis(&what, took(&large, &arguments), Some(most)));
    }
    let what = format!("Move of a group with 10,010 below it, {database}");
    let moved = took(&large, &["group", "move", "bench-10", "--to", "bench-1"]);
    report.add(Figure::below_millis(&what, moved, Some(1_000.0)));
}

/// How many roles are changed by an import.
const CHANGED: usize = 99_999;

/// A file of roles that are others than those of the instance.
fn changed_members(console: &Console) -> String {
    let all = console.command(&["export", "members"]);
    let mut lines = all.lines();
    let head = lines.next().expect("a header");
    let changed = lines
        .filter(|line| line.starts_with("bench-"))
        .take(CHANGED)
        .map(|line| line.replacen(",Developer,", ",Maintainer,", 1));
    let text: String = std::iter::once(head.to_owned()).chain(changed).map(|line| line + "\n").collect();
    let file = console.folder().join("members.csv");
    std::fs::write(&file, text).expect("a file");
    file.display().to_string()
}

/// How long a command takes, its start included, in milliseconds.
fn took(console: &Console, arguments: &[&str]) -> f64 {
    let begun = Instant::now();
    console.command(arguments);
    millis(begun.elapsed())
}
