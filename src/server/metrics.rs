//! `/-/metrics` in the Prometheus text formats: `OpenMetrics` 1.0, and the classic one on request
//! ([`format`]).
//!
//! Counters live where things happen ([`Requests`] here, [`Tally`] in the use cases) and are read on scrape.
//! Every label has few values, all of them ours.

mod access;
mod format;
mod process;
mod requests;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};

pub use access::MetricsToken;
pub(super) use requests::{OTHER, Requests};

use self::{format::ExpositionFormat, process::Process};
use super::{ServerState, health};
use crate::{
    domain::{
        flows::{code_review, flow_version},
        jobs::job::Ending,
        time::Timestamp,
    },
    storage::{OpenJobs, PoolUse},
    usecases::{Count, SignInOutcome, jobs::list_jobs::count_jobs},
};

/// The commit of this build; set by packages, not in a checkout.
const COMMIT: &str = match option_env!("DUO_COMMIT") {
    Some(commit) => commit,
    None => "",
};

/// All metrics, for an authorised collector.
pub(super) async fn show(State(state): State<Arc<ServerState>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = access::check(state.metrics_token.as_ref(), &headers) {
        return refusal.into_response();
    }
    let format = ExpositionFormat::wanted(&headers);
    let asked = Instant::now();
    let database_answered = health::database(&state.app.storage).await.is_ok().then(|| asked.elapsed());
    let jobs = if database_answered.is_some() { count_jobs(&state.app).await.ok() } else { None };
    let scrape =
        Scrape { database_answered, pools: state.app.storage.pools(), process: Process::now(), jobs, state };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
        (header::VARY, HeaderValue::from_static("accept")),
    ];
    (headers, format.of(scrape.text())).into_response()
}

/// The values of one scrape.
struct Scrape {
    state: Arc<ServerState>,
    /// Latency of the database; `None` if it did not respond.
    database_answered: Option<Duration>,
    pools: Vec<PoolUse>,
    process: Option<Process>,
    /// Open jobs; `None` while the database is unreachable.
    jobs: Option<Vec<OpenJobs>>,
}

impl Scrape {
    fn text(self) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        text::encode(&mut text, &registry).expect("writing to a String cannot fail");
        text
    }
}

/// A supertrait of `Collector`; never printed.
impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.server(&mut page)?;
        self.use_cases(&mut page)?;
        self.database(&mut page)?;
        self.process(&mut page)
    }
}

impl Scrape {
    fn server(&self, page: &mut Page<'_>) -> fmt::Result {
        page.gauges(
            "duo_build_info",
            "The running version, and the commit it was built from if known",
            [([("version", env!("CARGO_PKG_VERSION")), ("commit", COMMIT)], 1.0)],
        )?;
        let mut histogram = page.0.encode_descriptor(
            "duo_http_request_duration_seconds",
            "Requests, and their duration until the response started",
            None,
            MetricType::Histogram,
        )?;
        for series in self.state.requests.series() {
            let labels = [("method", series.method), ("route", series.route), ("status", series.class)];
            let count = series.buckets.iter().map(|(_, count)| count).sum();
            histogram.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                series.seconds,
                count,
                &series.buckets,
                None,
            )?;
        }
        page.counters(
            "duo_rate_limited_requests",
            "Requests that were answered with 429",
            [([], self.state.requests.rate_limited())],
        )
    }

    fn use_cases(&self, page: &mut Page<'_>) -> fmt::Result {
        page.counters(
            "duo_decisions",
            "Decisions by kind, result and the rule that fired, for a page, the API or Explain; a flow version that is not deployed is refused",
            self.decisions(),
        )?;
        page.counters(
            "duo_stale_decisions",
            "Decisions that came from the cache because the database was unreachable",
            [([], self.state.app.tally.stale_decisions.get())],
        )?;
        page.counters(
            "duo_consents",
            "Consents that this server recorded",
            [
                ([("action", "given")], self.state.app.tally.consents_given.get()),
                ([("action", "withdrawn")], self.state.app.tally.consents_withdrawn.get()),
            ],
        )?;
        page.counters(
            "duo_scheduled_changes",
            "Scheduled changes of feature flags that this server made, by outcome",
            [Ending::Done, Ending::Failed].map(|ending| {
                ([("outcome", ending.key())], self.state.app.tally.scheduled_changes(ending).get())
            }),
        )?;
        self.jobs(page)?;
        page.counters(
            "duo_sign_ins",
            "Sign-ins by method and outcome",
            SignInOutcome::ALL.into_iter().flat_map(|outcome| {
                let count =
                    |method, count: &Count| ([("method", method), ("outcome", outcome.key())], count.get());
                [
                    count("password", self.state.app.tally.sign_ins(outcome)),
                    count("provider", self.state.app.tally.provider_sign_ins(outcome)),
                ]
            }),
        )
    }

    fn jobs(&self, page: &mut Page<'_>) -> fmt::Result {
        let app = &self.state.app;
        let done = app.jobs.kinds().into_iter().flat_map(|kind| {
            let counts = app.tally.jobs.of(kind);
            [("done", counts.done), ("failed", counts.failed), ("retried", counts.retried)]
                .map(|(outcome, count)| ([("kind", kind), ("outcome", outcome)], count))
        });
        page.counters("duo_jobs", "Jobs that this server ran, by kind and outcome: done, failed (given up) or retried (tried again later)", done)?;
        let steps =
            app.jobs.kinds().into_iter().map(|kind| ([("kind", kind)], app.tally.jobs.of(kind).steps));
        page.counters("duo_job_steps", "Steps of jobs that this server saved", steps)?;
        let open = |of: fn(&OpenJobs) -> i64| {
            #[expect(clippy::cast_precision_loss, reason = "there are never 2^52 jobs")]
            let count = move |jobs: Option<&OpenJobs>| jobs.map_or(0, of) as f64;
            let kinds = self.jobs.iter().flat_map(|_| app.jobs.kinds());
            kinds.map(move |kind| ([("kind", kind)], count(self.open_jobs(kind)))).collect::<Vec<_>>()
        };
        page.gauges(
            "duo_jobs_waiting",
            "Jobs of all servers that wait for their time or a worker",
            open(|it| it.waiting),
        )?;
        page.gauges(
            "duo_jobs_running",
            "Jobs that a worker of any server has claimed",
            open(|it| it.running),
        )?;
        let now = app.now().as_millis();
        let late = self.jobs.iter().flat_map(|_| app.jobs.kinds()).map(|kind| {
            let next = self.open_jobs(kind).and_then(|it| it.next).map_or(now, Timestamp::as_millis);
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far from 2^52")]
            let seconds = now.saturating_sub(next).max(0) as f64 / 1000.0;
            ([("kind", kind)], seconds)
        });
        page.gauges("duo_jobs_late_seconds", "How long the first waiting job has been due", late)
    }

    fn open_jobs(&self, kind: &str) -> Option<&OpenJobs> {
        self.jobs.as_ref()?.iter().find(|it| it.kind == kind)
    }

    /// A version that is not deployed counts as a decision as well: nothing runs.
    fn decisions(&self) -> impl Iterator<Item = ([(&'static str, &'static str); 3], u64)> {
        let tally = &self.state.app.tally;
        let labels = |kind, result, rule| [("kind", kind), ("result", result), ("rule", rule)];
        let engines = code_review::Rule::ALL.into_iter().map(move |rule| {
            (labels("code_review", rule.engine().key(), rule.key()), tally.code_review(rule).get())
        });
        let versions = flow_version::VersionRule::ALL.into_iter().flat_map(move |rule| {
            let (decided, missing) = (tally.flow_version(rule), tally.flow_version_not_deployed(rule));
            [
                (labels("flow_version", "deployed", rule.key()), decided.get()),
                (labels("flow_version", "not_deployed", rule.key()), missing.get()),
            ]
        });
        engines.chain(versions)
    }

    fn database(&self, page: &mut Page<'_>) -> fmt::Result {
        let up = if self.database_answered.is_some() { 1.0 } else { 0.0 };
        page.gauges("duo_database_up", "Whether the database responded during this scrape", [([], up)])?;
        page.gauges(
            "duo_database_answer_seconds",
            "How long the database took to respond during this scrape",
            self.database_answered.map(|took| ([], took.as_secs_f64())),
        )?;
        let states = |pool: &PoolUse| [(pool.name, "idle", pool.idle), (pool.name, "in_use", pool.in_use)];
        page.gauges(
            "duo_database_connections",
            "Open connections to the database",
            self.pools
                .iter()
                .flat_map(states)
                .map(|(pool, state, count)| ([("pool", pool), ("state", state)], f64::from(count))),
        )?;
        page.gauges(
            "duo_database_connections_max",
            "Maximum number of connections to the database",
            self.pools.iter().map(|pool| ([("pool", pool.name)], f64::from(pool.most))),
        )
    }

    /// Under the names of the Prometheus client libraries.
    fn process(&self, page: &mut Page<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "no process comes near 2^52 of anything")]
        let gauge = |number: u64| [([], number as f64)];
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far from 2^52")]
        let started = self.state.started.as_millis() as f64 / 1000.0;
        page.gauges("process_start_time_seconds", "When the server started, in Unix time", [([], started)])?;
        let Some(process) = self.process else { return Ok(()) };
        page.gauges("process_resident_memory_bytes", "Resident memory", gauge(process.resident_bytes))?;
        page.gauges("process_virtual_memory_bytes", "Virtual memory", gauge(process.virtual_bytes))?;
        page.gauges("process_threads", "Threads", gauge(process.threads))?;
        page.gauges("process_open_fds", "Open files and connections", gauge(process.open_files))?;
        page.gauges(
            "process_max_fds",
            "Maximum number of open files and connections",
            process.most_files.into_iter().flat_map(gauge),
        )
    }
}

/// Writes metrics.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    /// `name` is without the suffix `_total`, which the encoder adds.
    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], u64)>,
    ) -> fmt::Result {
        let metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        each(metric, values, ConstCounter::new)
    }

    fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], f64)>,
    ) -> fmt::Result {
        let metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        each(metric, values, ConstGauge::new)
    }
}

fn each<'l, T, M: EncodeMetric, const N: usize>(
    mut metric: MetricEncoder<'_>,
    values: impl IntoIterator<Item = ([(&'l str, &'l str); N], T)>,
    of: fn(T) -> M,
) -> fmt::Result {
    for (labels, value) in values {
        let value = of(value);
        if N == 0 {
            return value.encode(metric);
        }
        value.encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}
