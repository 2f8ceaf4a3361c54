//! What a large instance costs: 100,000 namespaces with 1,000,000 memberships, compared with the ten of the
//! demo data in the same run, on SQLite and on PostgreSQL.

use crate::{
    CONFIGURATION, DECISION, ROUNDS,
    client::Client,
    median,
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
}
