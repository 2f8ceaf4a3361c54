//! Content negotiation between Prometheus's text formats, and conversion to the classic one.

use axum::http::{HeaderMap, header};

/// A text format of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExpositionFormat {
    OpenMetrics,
    /// The format before `OpenMetrics`, the only one that many programs read.
    Classic,
}

impl ExpositionFormat {
    /// Negotiates by `Accept`. The default is `OpenMetrics`.
    pub fn wanted(headers: &HeaderMap) -> Self {
        let (mut open_metrics, mut classic) = (Preference::default(), Preference::default());
        let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in accepted.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            // An invalid weight is ignored.
            let quality = quality.map_or(1.0, |it| it.trim().parse().unwrap_or(1.0));
            open_metrics.hear(&name, "application", "application/openmetrics-text", quality);
            classic.hear(&name, "text", "text/plain", quality);
        }
        if classic.quality > open_metrics.quality { Self::Classic } else { Self::OpenMetrics }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Converts `text` from `OpenMetrics` to this format.
    pub fn of(self, text: String) -> String {
        match self {
            Self::OpenMetrics => text,
            Self::Classic => classic(&text),
        }
    }
}

/// How much a client prefers a format: the most specific range wins, of those the highest weight.
#[derive(Default)]
struct Preference {
    named: u8,
    quality: f32,
}

impl Preference {
    /// Adds a range of an `Accept` header.
    fn hear(&mut self, range: &str, kind: &str, whole: &str, quality: f32) {
        let named = match range.split_once('/') {
            _ if range == whole => 3,
            Some((main, "*")) if main == kind => 2,
            Some(("*", "*")) => 1,
            _ => return,
        };
        if named > self.named {
            *self = Self { named, quality };
        } else if named == self.named {
            self.quality = self.quality.max(quality);
        }
    }
}

/// In the classic format a counter is described under the name of its samples, and there is no `# EOF`.
fn classic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1024);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "# EOF" {
            continue;
        }
        let described = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' '));
        let of_counter = |name: &str, line: &str| {
            line.strip_prefix("# TYPE ").and_then(|rest| rest.strip_prefix(name)) == Some(" counter")
        };
        match described {
            Some((name, help)) if lines.peek().is_some_and(|next| of_counter(name, next)) => {
                lines.next();
                out.extend(["# HELP ", name, "_total ", help, "\n# TYPE ", name, "_total counter\n"]);
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_collector_gets_the_form_that_it_asks_for() {
        use ExpositionFormat::{Classic, OpenMetrics};
        for (accept, wanted) in [
            ("", OpenMetrics),
            ("*/*", OpenMetrics),
            ("text/plain", Classic),
            ("Text/Plain; version=0.0.4", Classic),
            ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", Classic),
            ("application/openmetrics-text", OpenMetrics),
            ("application/openmetrics-text; version=1.0.0, text/plain", OpenMetrics),
            ("application/openmetrics-text;q=0.2, text/plain;q=0.9", Classic),
            // What Prometheus sends, newer and older versions.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OpenMetrics,
            ),
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", Classic),
            // What a browser sends, and a client without a preference.
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", OpenMetrics),
            ("text/*", Classic),
            ("text/plain;q=0, */*", OpenMetrics),
            ("application/json", OpenMetrics),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(ExpositionFormat::wanted(&headers), wanted, "{accept}");
        }
        assert_eq!(ExpositionFormat::wanted(&HeaderMap::new()), OpenMetrics);
    }

    #[test]
    fn a_counter_is_called_as_its_numbers_are_in_the_classic_form() {
        let text = "# HELP duo_sign_ins Sign-ins.\n# TYPE duo_sign_ins counter\nduo_sign_ins_total{outcome=\"refused\"} 1\n# HELP up Whether.\n# TYPE up gauge\nup 1.0\n# EOF\n";
        let classic = "# HELP duo_sign_ins_total Sign-ins.\n# TYPE duo_sign_ins_total counter\nduo_sign_ins_total{outcome=\"refused\"} 1\n# HELP up Whether.\n# TYPE up gauge\nup 1.0\n";
        assert_eq!(ExpositionFormat::Classic.of(text.to_owned()), classic);
        assert_eq!(ExpositionFormat::OpenMetrics.of(text.to_owned()), text);
    }
}
