//! OpenTelemetry: a span per request with its use cases and SQL statements, exported to a collector in
//! batches in the background. Without a collector nothing is recorded.

use std::{
    fmt::Display,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::http::{HeaderMap, Method};
use opentelemetry::{propagation::TextMapPropagator, trace::TracerProvider};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tokio::{runtime::Handle, task};
use tracing::{Span, Subscriber, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use crate::server::{
    config::OtlpEndpoint,
    outbound::{Outbound, OutboundPolicy},
};

/// Timeout of an export, and of the last one at the end of the program.
const PATIENCE: Duration = Duration::from_secs(3);

/// The exporter of spans.
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    pub(super) fn new(endpoint: &OtlpEndpoint) -> Self {
        let collector = Collector {
            client: outbound(endpoint),
            runtime: Handle::current(),
            is_away: AtomicBool::new(false),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint.traces())
            .build()
            .expect("the endpoint is a URL, and there is a client");
        let resource = Resource::builder()
            .with_service_name("duo-console")
            .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            provider: SdkTracerProvider::builder()
                .with_batch_exporter(exporter)
                .with_resource(resource)
                .build(),
        }
    }

    /// The layer that turns `tracing` spans into those of OpenTelemetry. SQL statements arrive as events of
    /// sqlx, without their values.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let wanted = Targets::new()
            .with_target("duo_console", LevelFilter::DEBUG)
            .with_target("sqlx::query", LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("duo-console"))
            .with_location(false)
            .with_threads(false)
            .with_filter(wanted)
    }

    /// Exports what is left, with a timeout.
    pub async fn finish(self) {
        let sent = task::spawn_blocking(move || self.provider.shutdown_with_timeout(PATIENCE)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be exported");
        }
    }
}

/// The span of a request, within the trace of its client, if any.
pub(in crate::server) fn request_span(
    request_id: &str,
    method: &Method,
    route: &str,
    headers: &HeaderMap,
) -> Span {
    let span = tracing::error_span!("request", request_id, otel.name = route, otel.kind = "server");
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Fails if the span is not collected.
    let _ = span.set_parent(context);
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", route.to_owned());
    span
}

/// Records the status of the response in the span.
pub(in crate::server) fn answered(span: &Span, status: u16) {
    span.set_attribute("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.set_status(opentelemetry::trace::Status::error(""));
    }
}

/// Reaches only the collector's own host, which the operator named.
fn outbound(endpoint: &OtlpEndpoint) -> Outbound {
    let reach = OutboundPolicy {
        plain_http: true,
        private_hosts: vec![endpoint.host().to_owned()],
        patience: PATIENCE,
    };
    Outbound::new(reach).expect("without TLS no certificates are needed")
}

/// Exports batches on our runtime: the exporter's thread has none. Logs once when the collector becomes
/// unreachable and once when it is back.
#[derive(Debug)]
struct Collector {
    client: Outbound,
    runtime: Handle,
    is_away: AtomicBool,
}

impl Collector {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move { client.send_untraced(request).await }).await?;
        match &sent {
            Ok(answer) if answer.status().is_success() => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("the trace collector takes spans again");
                }
            }
            Ok(answer) => self.went_away(&answer.status()),
            Err(error) => self.went_away(error),
        }
        Ok(sent?)
    }

    fn went_away(&self, why: &dyn Display) {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            tracing::warn!("the trace collector does not take spans, they are lost until it does: {why}");
        }
    }
}

/// The desugared form of `async_trait`.
impl HttpClient for Collector {
    fn send_bytes<'life0, 'async_trait>(
        &'life0 self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.send(request))
    }
}
