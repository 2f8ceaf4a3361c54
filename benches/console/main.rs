//! Benchmarks, as ratios to a baseline from the same run on the same machine: a bare axum handler for
//! requests, one durable commit for consents. `make bench` builds and runs this, and writes
//! `docs/performance.md`.
//!
//! Throughput is measured by `wrk` in interleaved rounds, so that a machine that slows down affects all of
//! them; the median is reported.

mod bare;
mod beside;
mod client;
mod commit;
mod flags;
mod jobs;
mod large;
mod lighthouse;
mod report;
mod server;
mod tree;

use std::{process::Command, time::Duration};

use client::Client;
use report::{Figure, Report};
use server::{Bare, Console};

const ROUNDS: usize = 5;
const SECONDS: u32 = 4;
const CONNECTIONS: u32 = 16;
const IDLE: usize = 5_000;
const CONFIGURATION: &str = "/groups/acme/-/settings/gitlab_duo/configuration";
const DECISION: &str = "/api/v1/decisions/code_review?namespace=acme/platform&user=reviewer";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == bare::ARGUMENT) {
        return bare::serve();
    }
    let console = Console::start();
    let bare = Bare::start();
    let token = console.token("reviewer");
    let cookie = Client::connect(console.address).sign_in("owner");
    let mut report = Report::default();

    let as_service = format!("Authorization: Bearer {token}");
    let as_owner = format!("Cookie: {cookie}");
    let decision = console.url(DECISION);
    let page = console.url(CONFIGURATION);
    let mut rounds: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        rounds[0].push(requests_per_second(&bare.url(), None));
        rounds[1].push(requests_per_second(&decision, Some(&as_service)));
        rounds[2].push(requests_per_second(&page, Some(&as_owner)));
    }
    let [bare_rate, decision_rate, page_rate] = rounds.map(median);
    report.rate("Bare axum handler", bare_rate);
    report.rate("Code review decision, token checked, SQLite", decision_rate);
    report.rate("Configuration page, signed in, SQLite", page_rate);
    report.add(Figure::at_least("Decision / bare handler", decision_rate / bare_rate, 0.50));
    report.add(Figure::at_least("Configuration page / bare handler", page_rate / bare_rate, 0.10));

    let early = console.resident_mb();
    report.add(Figure::below_mb("Memory after 100,000 requests and more", early, 64.0));

    let mut beside: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        let idle: Vec<Client> = (0..IDLE).map(|_| Client::idle(console.address)).collect();
        beside[0].push(requests_per_second(&decision, Some(&as_service)));
        drop(idle);
        beside[1].push(requests_per_second(&decision, Some(&as_service)));
    }
    let [with, without] = beside.map(median);
    report.add(Figure::at_least(
        "Decision beside 5,000 idle connections / without them",
        with / without,
        0.80,
    ));

    beside::measure(&mut report, &console, &as_service);

    let asked = client::ask_often(console.address, DECISION, &as_service, 1_000_000);
    let late = console.resident_mb();
    report.add(Figure::at_most(&format!("Memory after {asked} more decisions / before"), late / early, 1.10));

    let latency = client::at_rate(console.address, DECISION, &as_service, decision_rate / 2.0);
    report.add(Figure::below_millis("Decision, p50 at half of its highest rate", latency.p50, None));
    report.add(Figure::below_millis("Decision, p99 at half of its highest rate", latency.p99, Some(1.0)));

    let commit = commit::durable_commit(console.folder());
    // A new connection: the first was idle for too long.
    let consent = Client::connect(console.address).consent(&console.token_to_consent());
    report.add(Figure::below_millis("One durable SQLite commit", commit, None));
    report.add(Figure::below_millis("One consent, through the API", consent, None));
    report.add(Figure::at_most("Consent / durable commit", consent / commit, 1.5));

    let rate = jobs::claimed_and_finished(console.folder());
    report.add(Figure::at_least("Jobs claimed and finished a second, SQLite, two workers", rate, 500.0));

    let moved = tree::moved(console.folder());
    report.add(Figure::below_millis("Move of a group with 10,000 projects, SQLite", moved, Some(1000.0)));

    flags::measure(&mut report, &bare);
    large::measure(&mut report);

    for (category, score) in lighthouse::scores(&page, &cookie) {
        report.add(Figure::score(format!("Lighthouse, configuration page: {category}"), score));
    }
    let started = console.stop_and_start_again();
    report.add(Figure::below_millis("Start on the same database", started, Some(300.0)));
    print!("{report}");
    if let Some(path) = arguments.iter().skip_while(|it| *it != "--write").nth(1) {
        let old = std::fs::read_to_string(path).unwrap_or_default();
        std::fs::write(path, report.document(&old)).expect("the report is written");
    }
}

/// Throughput of a URL, by `wrk`.
fn requests_per_second(url: &str, header: Option<&str>) -> f64 {
    let header = header.map(|header| ["-H", header]);
    rate_of(url, header.as_ref().map_or(&[], |it| it))
}

/// Like [`requests_per_second`], with arguments for `wrk`.
fn rate_of(url: &str, arguments: &[&str]) -> f64 {
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{SECONDS}s")]).args(arguments);
    let output = wrk.arg(url).output().expect("wrk runs: scripts/setup bench installs it");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("Non-2xx"), "{url} answered with errors:\n{text}");
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).unwrap_or_else(|| panic!("wrk said:\n{text}"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
