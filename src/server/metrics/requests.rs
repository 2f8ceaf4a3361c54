//! Request durations by method, route and status class. Recording takes no lock, and allocates only for a new
//! route.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};

/// Maximum number of pairs of method and route, about three times what the router has. Further ones are
/// counted as [`OTHER`], so that the metrics stay bounded.
const PLACES: usize = 256;

/// The label of requests without a route.
pub const OTHER: &str = "other";

/// Upper bounds of the buckets, in microseconds: fine-grained for decisions, coarse for pages.
const ENDS: [u64; 16] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000,
];

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// All requests since the start.
pub struct Requests {
    /// A hash table that only grows: an empty slot is filled once.
    places: Box<[OnceLock<Line>]>,
    overflow: Line,
    /// Responses with status 429.
    rate_limited: AtomicU64,
}

/// Requests of one method to one route.
struct Line {
    method: &'static str,
    route: Box<str>,
    by_class: [Latency; CLASSES.len()],
}

/// A histogram of durations.
#[derive(Default)]
struct Latency {
    /// Per bucket, not cumulative; the last has no upper bound.
    buckets: [AtomicU64; ENDS.len() + 1],
    micros: AtomicU64,
}

/// The values of one method, route and status class.
#[derive(Clone, Debug, PartialEq)]
pub struct Series<'a> {
    pub method: &'static str,
    pub route: &'a str,
    pub class: &'static str,
    pub seconds: f64,
    /// Upper bounds in seconds, with the count of each bucket (not cumulative).
    pub buckets: Vec<(f64, u64)>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| OnceLock::new()).collect(),
            overflow: Line::new("any", OTHER),
            rate_limited: AtomicU64::new(0),
        }
    }
}

impl Requests {
    /// Records a response. `route` is a pattern of the router, never the requested path.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        self.line(known(method), route).by_class[class].add(took);
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.rate_limited.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn rate_limited(&self) -> u64 {
        self.rate_limited.load(Ordering::Relaxed)
    }

    fn line(&self, method: &'static str, route: &str) -> &Line {
        let mut hasher = DefaultHasher::new();
        (method, route).hash(&mut hasher);
        let start = usize::try_from(hasher.finish() % PLACES as u64).expect("less than PLACES");
        let (before, from) = self.places.split_at(start);
        for place in from.iter().chain(before) {
            let line = place.get_or_init(|| Line::new(method, route));
            if line.method == method && *line.route == *route {
                return line;
            }
        }
        &self.overflow
    }

    /// All series with at least one request.
    pub fn series(&self) -> Vec<Series<'_>> {
        let lines = self.places.iter().filter_map(OnceLock::get).chain([&self.overflow]);
        let mut series: Vec<_> = lines.flat_map(Line::series).collect();
        series.sort_by_key(|it| (it.route, it.method, it.class));
        series
    }
}

/// The label of a method: clients can invent others.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}

impl Line {
    fn new(method: &'static str, route: &str) -> Self {
        Self { method, route: route.into(), by_class: Default::default() }
    }

    fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.by_class.iter().zip(CLASSES).filter_map(|(latency, class)| {
            let counts = latency.buckets.each_ref().map(|bucket| bucket.load(Ordering::Relaxed));
            let ends = ENDS.map(seconds).into_iter().chain([f64::INFINITY]);
            counts.iter().any(|count| *count > 0).then(|| Series {
                method: self.method,
                route: &self.route,
                class,
                seconds: seconds(latency.micros.load(Ordering::Relaxed)),
                buckets: ends.zip(counts).collect(),
            })
        })
    }
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

impl Latency {
    fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = ENDS.partition_point(|end| *end < micros);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(series: &Series<'_>) -> u64 {
        series.buckets.iter().map(|(_, count)| count).sum()
    }

    #[test]
    fn a_request_is_counted_in_the_bucket_that_it_fits() {
        let requests = Requests::default();
        for micros in [0, 50, 51, 100, 5_000_000, 5_000_001] {
            requests.answered(&Method::GET, "/", StatusCode::OK, Duration::from_micros(micros));
        }
        let series = requests.series();
        let [series] = &series[..] else { panic!("{series:?}") };
        assert_eq!((series.method, series.route, series.class), ("GET", "/", "2xx"));
        let filled: Vec<_> = series.buckets.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(filled, [(0.00005, 2), (0.0001, 2), (5.0, 1), (f64::INFINITY, 1)]);
        assert!((series.seconds - 10.000_202).abs() < 1e-9);
    }

    #[test]
    fn methods_routes_and_classes_are_told_apart() {
        let requests = Requests::default();
        let took = Duration::from_micros(1);
        let strange = Method::from_bytes(b"BREW").expect("a method");
        for (method, route, status) in [
            (&Method::GET, "/a", StatusCode::OK),
            (&Method::GET, "/a", StatusCode::TOO_MANY_REQUESTS),
            (&Method::GET, "/b", StatusCode::NO_CONTENT),
            (&Method::POST, "/a", StatusCode::BAD_GATEWAY),
            (&strange, "/a", StatusCode::FOUND),
        ] {
            requests.answered(method, route, status, took);
            requests.answered(method, route, status, took);
        }
        let series = requests.series();
        let labels: Vec<_> = series.iter().map(|it| (it.route, it.method, it.class, count(it))).collect();
        assert_eq!(
            labels,
            [
                ("/a", "GET", "2xx", 2),
                ("/a", "GET", "4xx", 2),
                ("/a", "POST", "5xx", 2),
                ("/a", "other", "3xx", 2),
                ("/b", "GET", "2xx", 2),
            ]
        );
        assert_eq!(requests.rate_limited(), 2);
    }

    #[test]
    fn more_routes_than_there_are_places_are_counted_together() {
        let requests = Requests::default();
        for number in 0..PLACES + 44 {
            let route = format!("/{number}");
            requests.answered(&Method::GET, &route, StatusCode::OK, Duration::ZERO);
        }
        let series = requests.series();
        assert_eq!(series.len(), PLACES + 1);
        let other = series.iter().find(|it| it.route == OTHER).expect("what came after");
        assert_eq!((other.method, count(other)), ("any", 44));
    }

    #[test]
    fn nothing_is_lost_when_many_count_at_once() {
        let requests = Requests::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..1000 {
                        let route = if number % 2 == 0 { "/even" } else { "/odd" };
                        requests.answered(&Method::GET, route, StatusCode::OK, Duration::from_micros(7));
                    }
                });
            }
        });
        let counts: Vec<_> = requests.series().iter().map(|it| (it.route.to_owned(), count(it))).collect();
        assert_eq!(counts, [(String::from("/even"), 2000), (String::from("/odd"), 2000)]);
    }
}
