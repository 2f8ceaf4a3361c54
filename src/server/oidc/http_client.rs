//! The requests to the provider: each with time limits and a limit to what is read, none redirected,
//! over TLS with the certificates that this machine trusts.

use std::{future::Future, io, pin::Pin, time::Duration};

use axum::body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a request may take in all.
const ANSWERING: Duration = Duration::from_secs(8);
/// What an answer may weigh, in bytes. Documents of providers have a few kilobytes.
const BODY_LIMIT: usize = 512 * 1024;

pub(super) struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    patience: Duration,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("it did not answer within {} s", ANSWERING.as_secs())]
    TimedOut,
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("its answer broke off")]
    BrokeOff,
    #[error("its answer is larger than {BODY_LIMIT} bytes")]
    TooLarge,
}

impl HttpClient {
    /// # Errors
    /// This machine has no certificates to trust; without TLS it needs none.
    pub fn new(plain_http: bool) -> io::Result<Self> {
        let builder = HttpsConnectorBuilder::new();
        let schemes = if plain_http {
            let roots = RootCertStore::empty();
            let config = ClientConfig::builder_with_provider(ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .expect("the provider has the versions of rustls")
                .with_root_certificates(roots)
                .with_no_client_auth();
            builder.with_tls_config(config).https_or_http()
        } else {
            builder.with_provider_and_native_roots(ring::default_provider())?.https_only()
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECTING));
        let connector = schemes.enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, patience: ANSWERING })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.client.request(request.map(Body::from)).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            HttpError::Unreachable(format!("{error}{}", cause.unwrap_or_default()))
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { HttpError::TooLarge } else { HttpError::BrokeOff }
        })?;
        Ok(HttpResponse::from_parts(parts, body.to_bytes().into()))
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = tokio::time::timeout(self.patience, self.ask(request)).await;
            answer.unwrap_or(Err(HttpError::TimedOut))
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

    /// What the client makes of a server that answers every request with `answer`, and then nothing.
    async fn asked(answer: Vec<u8>, patience: Duration) -> Result<HttpResponse, HttpError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let _ = connection.read(&mut [0; 4096]).await;
            let _ = connection.write_all(&answer).await;
            std::future::pending::<()>().await;
        });
        let client = HttpClient { patience, ..HttpClient::new(true).expect("no TLS") };
        let request = http::Request::get(format!("http://{address}/")).body(Vec::new());
        let answer = client.call(request.expect("a request")).await;
        server.abort();
        answer
    }

    #[tokio::test]
    async fn a_provider_that_never_finishes_its_answer_is_given_up() {
        let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun".to_vec();
        for answer in [Vec::new(), begun] {
            let answer = asked(answer, Duration::from_millis(50)).await;
            assert!(matches!(answer, Err(HttpError::TimedOut)), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_to_the_end() {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".to_vec();
        answer.resize(2 * BODY_LIMIT, b'x');
        let answer = asked(answer, Duration::from_secs(30)).await;
        assert!(matches!(answer, Err(HttpError::TooLarge)), "{answer:?}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_not_one_that_is_too_large() {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n".to_vec();
        let answer = asked(answer, Duration::from_secs(30)).await;
        assert!(matches!(answer, Err(HttpError::BrokeOff)), "{answer:?}");
    }

    #[tokio::test]
    async fn nobody_is_led_elsewhere() {
        let elsewhere =
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
        let answer = asked(elsewhere, Duration::from_secs(30)).await.expect("an answer");
        assert_eq!(answer.status(), 302);
    }

    #[tokio::test]
    async fn over_tls_nothing_is_asked_in_the_clear() {
        // Where there are no certificates to trust there is no client, either.
        let Ok(client) = HttpClient::new(false) else { return };
        let request = http::Request::get("http://127.0.0.1:1/").body(Vec::new());
        let answer = client.call(request.expect("a request")).await;
        assert!(matches!(answer, Err(HttpError::Unreachable(_))), "{answer:?}");
    }
}
