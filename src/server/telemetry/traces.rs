//! OpenTelemetry: a span for each request, with the use cases and the statements in it, sent to a
//! collector in batches and out of the way. Without a collector nothing of this exists.

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

/// How long the collector may take for a batch, and for the last one when the program ends.
const PATIENCE: Duration = Duration::from_secs(3);

/// The way to the collector.
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

    /// What turns spans of ours into those of OpenTelemetry. Statements come as events of sqlx, without
    /// their values.
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

    /// Sends what is left. Waits a little for it, and no longer.
    pub async fn finish(self) {
        let sent = task::spawn_blocking(move || self.provider.shutdown_with_timeout(PATIENCE)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last spans were not sent");
        }
    }
}

/// The span of a request that is to be collected: part of the trace that its sender is in, if any.
pub(in crate::server) fn request_span(
    request_id: &str,
    method: &Method,
    route: &str,
    headers: &HeaderMap,
) -> Span {
    let span = tracing::error_span!("request", request_id, otel.name = route, otel.kind = "server");
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // It fails where nobody collects this span.
    let _ = span.set_parent(context);
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", route.to_owned());
    span
}

/// Says in the span how the request was answered.
pub(in crate::server) fn answered(span: &Span, status: u16) {
    span.set_attribute("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.set_status(opentelemetry::trace::Status::error(""));
    }
}

/// To the collector's own host alone, which the operator named.
fn outbound(endpoint: &OtlpEndpoint) -> Outbound {
    let reach = OutboundPolicy {
        plain_http: true,
        private_hosts: vec![endpoint.host().to_owned()],
        patience: PATIENCE,
    };
    Outbound::new(reach).expect("without TLS no certificates are needed")
}

/// Sends batches on our runtime: they come from a thread that has none. Says when the collector goes
/// away and when it is back, once each.
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
                    tracing::info!("the collector of traces takes spans again");
                }
            }
            Ok(answer) => self.went_away(&answer.status()),
            Err(error) => self.went_away(error),
        }
        Ok(sent?)
    }

    fn went_away(&self, why: &dyn Display) {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            tracing::warn!("the collector of traces does not take spans, they are lost until it does: {why}");
        }
    }
}

/// As `async_trait` writes it.
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
