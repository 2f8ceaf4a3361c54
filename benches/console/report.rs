//! The results, for the terminal and for `docs/performance.md`.

use std::fmt;

#[derive(Default)]
pub struct Report(Vec<Figure>);

pub struct Figure {
    what: String,
    value: String,
    /// The target, and whether it was met.
    aim: Option<(String, bool)>,
}

impl Figure {
    pub fn at_least(what: &str, ratio: f64, least: f64) -> Self {
        Self {
            what: what.to_owned(),
            value: format!("{ratio:.2}"),
            aim: Some((format!("at least {least:.2}"), ratio >= least)),
        }
    }

    pub fn ratio(what: &str, ratio: f64) -> Self {
        Self { what: what.to_owned(), value: format!("{ratio:.2}"), aim: None }
    }

    pub fn at_most(what: &str, ratio: f64, most: f64) -> Self {
        Self {
            what: what.to_owned(),
            value: format!("{ratio:.2}"),
            aim: Some((format!("at most {most:.2}"), ratio <= most)),
        }
    }

    pub fn below_millis(what: &str, millis: f64, most: Option<f64>) -> Self {
        let aim = most.map(|most| (format!("below {most} ms"), millis < most));
        Self { what: what.to_owned(), value: format!("{millis:.2} ms"), aim }
    }

    pub fn below_micros(what: &str, micros: f64, most: f64) -> Self {
        let aim = Some((format!("below {most} µs"), micros < most));
        Self { what: what.to_owned(), value: format!("{micros:.3} µs"), aim }
    }

    pub fn below_mb(what: &str, mb: f64, most: f64) -> Self {
        Self {
            what: what.to_owned(),
            value: format!("{mb:.0} MB"),
            aim: Some((format!("below {most} MB"), mb < most)),
        }
    }

    pub fn score(what: String, score: f64) -> Self {
        Self { what, value: format!("{score:.0}"), aim: Some((String::from("100"), score >= 100.0)) }
    }
}

impl Report {
    pub fn add(&mut self, figure: Figure) {
        eprintln!("{}: {}", figure.what, figure.value);
        self.0.push(figure);
    }

    pub fn rate(&mut self, what: &str, per_second: f64) {
        self.add(Figure { what: what.to_owned(), value: format!("{per_second:.0} requests/s"), aim: None });
    }

    /// The document with new results; everything below the marker in `old` is kept.
    pub fn document(&self, old: &str) -> String {
        let kept = old.find(MARKER).map_or("\n", |at| &old[at + MARKER.len()..]);
        format!("{HEAD}{self}\n{MARKER}{kept}")
    }
}

const MARKER: &str = "<!-- Below is written by hand; above by `make bench`. -->";

const HEAD: &str = "\
# Performance

Measured by `make bench`, in one run, on 2 cores that the load generator (`wrk`, 16 connections) shared.
Requests per second say something about that machine; the ratios say something about the program.

";

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | measured | aim | |\n|---|---:|---|---|")?;
        for Figure { what, value, aim } in &self.0 {
            match aim {
                None => writeln!(f, "| {what} | {value} | | |")?,
                Some((aim, true)) => writeln!(f, "| {what} | {value} | {aim} | met |")?,
                Some((aim, false)) => writeln!(f, "| {what} | {value} | {aim} | **missed** |")?,
            }
        }
        Ok(())
    }
}
