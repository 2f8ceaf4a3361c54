//! The HTTP client of the server: TLS with the system's certificates, timeouts, a maximum body size, no
//! redirects, and no private IP address unless the operator named the host
//! (docs/decisions/0053-outbound-requests.md).

use std::{
    error::Error, future::Future, io, iter, net::SocketAddr, pin::Pin, sync::Arc, task, time::Duration,
};

use axum::body::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tower::Service;
use tracing::Instrument;

use super::reserved_addresses::is_public;

/// Timeout for connecting.
const CONNECTING: Duration = Duration::from_secs(3);

/// Maximum size of a response body, in bytes. Documents of providers have a few kilobytes.
const BODY_LIMIT: usize = 512 * 1024;

/// Where requests may go, and their timeout.
#[derive(Clone, Debug)]
pub struct OutboundPolicy {
    /// Whether to speak plain HTTP; then no certificates are loaded.
    pub plain_http: bool,
    /// Hosts that may resolve to private, link-local or loopback addresses: those that the operator named.
    /// All others need a public IP address.
    pub private_hosts: Vec<String>,
    /// Timeout of a whole request.
    pub patience: Duration,
}

/// Sends requests; keeps connections alive for reuse.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client<HttpsConnector<HttpConnector<Checked>>, Full<Bytes>>,
    named: Named,
    patience: Duration,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("it did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("its answer broke off")]
    BrokeOff,
    #[error("its answer is larger than {BODY_LIMIT} bytes")]
    TooLarge,
}

impl Outbound {
    /// # Errors
    /// This machine has no trusted certificates; plain HTTP needs none.
    pub fn new(reach: OutboundPolicy) -> io::Result<Self> {
        let builder = HttpsConnectorBuilder::new();
        let schemes = if reach.plain_http {
            let config = ClientConfig::builder_with_provider(ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .expect("the provider has the versions of rustls")
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth();
            builder.with_tls_config(config).https_or_http()
        } else {
            builder.with_provider_and_native_roots(ring::default_provider())?.https_only()
        };
        let named = Named(reach.private_hosts.iter().map(|host| bare(host)).collect());
        let mut tcp =
            HttpConnector::new_with_resolver(Checked { system: GaiResolver::new(), named: named.clone() });
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECTING));
        let client = Client::builder(TokioExecutor::new()).build(schemes.enable_http1().wrap_connector(tcp));
        Ok(Self { client, named, patience: reach.patience })
    }

    /// Sends a request in a span of its own; any status is `Ok`.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, OutboundError> {
        let span = tracing::debug_span!(
            "outbound",
            otel.name = request.method().as_str(),
            otel.kind = "client",
            server.address = request.uri().host(),
            http.response.status_code = tracing::field::Empty,
        );
        let answer = self.send_untraced(request).instrument(span.clone()).await;
        if let Ok(answer) = &answer {
            span.record("http.response.status_code", answer.status().as_u16());
        }
        answer
    }

    /// As [`Outbound::send`] without a span: exporting spans must not create more of them.
    pub async fn send_untraced(&self, request: Request<Bytes>) -> Result<Response<Bytes>, OutboundError> {
        let answer = tokio::time::timeout(self.patience, self.ask(request)).await;
        answer.unwrap_or(Err(OutboundError::TimedOut(self.patience)))
    }

    async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, OutboundError> {
        self.named.check(request.uri())?;
        let response = self.client.request(request.map(Full::new)).await;
        let response = response.map_err(|error| OutboundError::Unreachable(with_causes(&error)))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { OutboundError::TooLarge } else { OutboundError::BrokeOff }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

fn with_causes(error: &dyn Error) -> String {
    let causes = iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The hosts that may have a private IP address.
#[derive(Clone, Debug)]
struct Named(Arc<[String]>);

impl Named {
    fn has(&self, host: &str) -> bool {
        self.0.contains(&bare(host))
    }

    /// An IP address as the host bypasses the resolver.
    fn check(&self, uri: &Uri) -> Result<(), OutboundError> {
        let host = bare(uri.host().unwrap_or_default());
        match host.parse() {
            Ok(address) if !is_public(address) && !self.has(&host) => {
                Err(OutboundError::Unreachable(NOT_PUBLIC.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Normalises a host for comparison.
fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

const NOT_PUBLIC: &str = "its address is not a public one, and no setting names its host";

/// A resolver that checks the addresses it returns. The client connects to exactly those, so DNS rebinding
/// gains nothing.
#[derive(Clone, Debug)]
struct Checked {
    system: GaiResolver,
    named: Named,
}

impl Service<Name> for Checked {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<io::Result<()>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let anywhere = self.named.has(name.as_str());
        let found = self.system.call(name);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> =
                found.await?.filter(|it| anywhere || is_public(it.ip())).collect();
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, NOT_PUBLIC));
            }
            Ok(addresses.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    fn client(private_hosts: &[&str], patience: Duration) -> Outbound {
        let private_hosts = private_hosts.iter().map(|&host| host.to_owned()).collect();
        Outbound::new(OutboundPolicy { plain_http: true, private_hosts, patience }).expect("no TLS")
    }

    fn get(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).expect("a request")
    }

    const LONG: Duration = Duration::from_secs(30);

    /// A server that sends `answer` to every request and closes; returns its port.
    async fn server(answer: Vec<u8>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.expect("a connection");
                let answer = answer.clone();
                tokio::spawn(async move {
                    let _ = connection.read(&mut [0; 4096]).await;
                    let _ = connection.write_all(&answer).await;
                    std::future::pending::<()>().await;
                });
            }
        });
        port
    }

    /// The client's result for this response.
    async fn asked(answer: Vec<u8>, patience: Duration) -> Result<Response<Bytes>, OutboundError> {
        let port = server(answer).await;
        client(&["127.0.0.1"], patience).send(get(&format!("http://127.0.0.1:{port}/"))).await
    }

    #[tokio::test]
    async fn an_answer_that_is_never_finished_is_given_up() {
        let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun".to_vec();
        for answer in [Vec::new(), begun] {
            let answer = asked(answer, Duration::from_millis(50)).await;
            assert!(matches!(answer, Err(OutboundError::TimedOut(_))), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_the_end() {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".to_vec();
        answer.resize(2 * BODY_LIMIT, b'x');
        let answer = asked(answer, LONG).await;
        assert!(matches!(answer, Err(OutboundError::TooLarge)), "{answer:?}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_not_one_that_is_too_large() {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n".to_vec();
        let answer = asked(answer, LONG).await;
        assert!(matches!(answer, Err(OutboundError::BrokeOff)), "{answer:?}");
    }

    #[tokio::test]
    async fn nobody_is_led_elsewhere() {
        let elsewhere =
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
        let answer = asked(elsewhere, LONG).await.expect("an answer");
        assert_eq!(answer.status(), 302);
    }

    #[tokio::test]
    async fn over_tls_nothing_is_asked_in_the_clear() {
        let reach = OutboundPolicy {
            plain_http: false,
            private_hosts: vec![String::from("127.0.0.1")],
            patience: LONG,
        };
        // Without system certificates there is no client.
        let Ok(client) = Outbound::new(reach) else { return };
        let answer = client.send(get("http://127.0.0.1:1/")).await;
        assert!(matches!(answer, Err(OutboundError::Unreachable(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn what_nobody_named_is_not_asked_at_a_private_address() {
        let port = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
        // An IP address, names for it, and spellings that only the system resolver accepts.
        for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.1", "0x7f000001", "[::ffff:127.0.0.1]"] {
            let url = format!("http://{host}:{port}/");
            let refused = client(&["id.example.com"], LONG).send(get(&url)).await;
            match refused {
                Err(OutboundError::Unreachable(why)) => assert!(why.contains(NOT_PUBLIC), "{host}: {why}"),
                other => panic!("{host}: {other:?}"),
            }
        }
        for (named, host) in [
            ("127.0.0.1", "127.0.0.1"),
            ("localhost", "LocalHost"),
            ("::ffff:127.0.0.1", "[::ffff:127.0.0.1]"),
        ] {
            let url = format!("http://{host}:{port}/");
            let answer = client(&[named], LONG).send(get(&url)).await;
            assert_eq!(answer.expect("an answer").status(), 200, "{host}");
        }
    }
}
