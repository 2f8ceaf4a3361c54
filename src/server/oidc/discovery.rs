//! The provider's metadata: its endpoints and keys. Fetched on first use and refreshed in the background; a
//! provider that is down is retried, and nothing else depends on it.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use openidconnect::{
    AsyncHttpClient, ClientId, ClientSecret, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySet, ProviderMetadataWithLogout,
    RedirectUrl,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse,
    },
};
use serde_json::{Value, json};
use tokio::sync::{Mutex as Turn, Notify};
use url::Url;

use super::{
    claims::Claims,
    error::ProviderError,
    token_answer::{ProviderTokens, TokenRefusal},
};
use crate::{
    domain::{paths, time::Timestamp},
    server::{
        config::ProviderConfig,
        outbound::{Outbound, OutboundError, OutboundPolicy},
    },
    usecases::Clock,
};

/// Timeout of a request to the provider.
const ANSWERING: Duration = Duration::from_secs(8);
/// Refresh interval after a success.
const EVERY: Duration = Duration::from_mins(5);
/// Backoff after a failure: doubled each time, up to the maximum.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a failure is cached: callers within it get the same error, in milliseconds.
const FAILURE_STANDS: i64 = 1000;
/// Minimum interval between fetches because of an unknown key, in milliseconds.
const KEYS_AT_MOST_EVERY: i64 = 60_000;

pub(super) type Metadata = ProviderMetadataWithLogout;

/// The client of `openidconnect`, with response types that are parsed as tolerantly as is safe.
pub(super) type Client = openidconnect::Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    TokenRefusal,
    ProviderTokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A single sign-on provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Shared>);

struct Shared {
    config: ProviderConfig,
    redirect_url: RedirectUrl,
    http: Outbound,
    clock: Arc<dyn Clock>,
    known: Mutex<CachedProvider>,
    /// Held while fetching: concurrent callers wait for its result.
    reading: Turn<()>,
    /// Wakes [`Provider::keep_current`].
    trouble: Notify,
}

/// Where requests to the provider may go. The issuer's host, which the operator named, may have a private IP
/// address; other hosts only if the operator named them as well.
fn reach(config: &ProviderConfig) -> OutboundPolicy {
    let issuer = Url::parse(&config.issuer).ok();
    let own = issuer.as_ref().and_then(Url::host_str).map(str::to_owned);
    OutboundPolicy {
        plain_http: config.is_plain_http(),
        private_hosts: own.into_iter().chain(config.private_hosts.iter().cloned()).collect(),
        patience: ANSWERING,
    }
}

/// The cached metadata and failure.
#[derive(Default)]
struct CachedProvider {
    metadata: Option<Arc<Metadata>>,
    /// The time and error of the last fetch if it failed.
    failed: Option<(Timestamp, String)>,
    keys_sought_at: Option<Timestamp>,
}

impl Provider {
    /// Creates the provider without a request to it. `external_url` is how browsers reach this server.
    ///
    /// # Errors
    /// This machine has no trusted certificates.
    pub fn new(config: ProviderConfig, external_url: &Url, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let redirect_url = external_url.join(paths::PROVIDER_CALLBACK).map_err(io::Error::other)?;
        Ok(Self(Arc::new(Shared {
            http: Outbound::new(reach(&config))?,
            redirect_url: RedirectUrl::from_url(redirect_url),
            config,
            clock,
            known: Mutex::default(),
            reading: Turn::new(()),
            trouble: Notify::new(),
        })))
    }

    pub(super) fn config(&self) -> &ProviderConfig {
        &self.0.config
    }

    pub(super) fn http(&self) -> &Outbound {
        &self.0.http
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The provider's issuer.
    pub fn issuer(&self) -> &str {
        &self.0.config.issuer
    }

    /// The text of the button.
    pub fn name(&self) -> &str {
        &self.0.config.name
    }

    /// Whether the last fetch succeeded, or there was none yet.
    pub fn is_available(&self) -> bool {
        self.known().failed.is_none()
    }

    /// Whether the provider is known to support RP-initiated logout.
    pub fn ends_sessions(&self) -> bool {
        let known = self.known();
        known.metadata.as_ref().is_some_and(|it| it.additional_metadata().end_session_endpoint.is_some())
    }

    fn known(&self) -> MutexGuard<'_, CachedProvider> {
        // Nothing panics while it is held, and the data would be consistent even then.
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refreshes the metadata, for as long as it is polled.
    pub async fn keep_current(self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let turn = self.0.reading.lock().await;
            let read = self.read().await;
            drop(turn);
            if read.is_ok() {
                pause = FIRST_PAUSE;
                tokio::select! {
                    () = tokio::time::sleep(EVERY) => {}
                    () = self.0.trouble.notified() => tokio::time::sleep(pause).await,
                }
            } else {
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }

    /// The metadata: cached, or fetched now.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        if let Some(metadata) = &self.known().metadata {
            return Ok(metadata.clone());
        }
        let _turn = self.0.reading.lock().await;
        {
            let known = self.known();
            if let Some(metadata) = &known.metadata {
                return Ok(metadata.clone());
            }
            if let Some((at, why)) = &known.failed
                && at.is_within(FAILURE_STANDS, self.now())
            {
                return Err(ProviderError::Unavailable(why.clone()));
            }
        }
        self.read().await
    }

    async fn read(&self) -> Result<Arc<Metadata>, ProviderError> {
        let issuer = IssuerUrl::new(self.0.config.issuer.clone());
        let issuer = issuer.map_err(|error| ProviderError::Unavailable(error.to_string()))?;
        match Metadata::discover_async(issuer, &Excerpt(&self.0.http)).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                let mut known = self.known();
                if known.failed.take().is_some() {
                    tracing::info!(issuer = %self.0.config, "the sign-in provider is available again");
                }
                known.metadata = Some(metadata.clone());
                Ok(metadata)
            }
            Err(error) => {
                let error = ProviderError::from(error);
                self.note_failure(&error);
                Err(error)
            }
        }
    }

    /// Triggers a refresh after a failed sign-in, which shows whether the provider is at fault. A single
    /// failure does not hide the button.
    pub(super) fn look_again(&self) {
        self.0.trouble.notify_one();
    }

    fn note_failure(&self, error: &ProviderError) {
        let mut known = self.known();
        if known.failed.is_none() {
            tracing::warn!(issuer = %self.0.config, %error, "the sign-in provider is not available");
        }
        known.failed = Some((self.now(), error.to_string()));
    }

    /// The metadata with keys fetched now, for a token with an unknown key. `None` if they were fetched a
    /// moment ago, or cannot be fetched.
    pub(super) async fn with_new_keys(&self) -> Option<Arc<Metadata>> {
        let _turn = self.0.reading.lock().await;
        let metadata = {
            let mut known = self.known();
            let now = self.now();
            if known.keys_sought_at.is_some_and(|at| at.is_within(KEYS_AT_MOST_EVERY, now)) {
                return None;
            }
            known.keys_sought_at = Some(now);
            known.metadata.clone()?
        };
        let keys: JsonWebKeySet<CoreJsonWebKey> =
            match JsonWebKeySet::fetch_async(metadata.jwks_uri(), &self.0.http).await {
                Ok(keys) => keys,
                Err(error) => {
                    tracing::warn!(error = %ProviderError::from(error), "cannot read the provider's keys");
                    return None;
                }
            };
        let metadata = Arc::new(Metadata::clone(&metadata).set_jwks(keys));
        self.known().metadata = Some(metadata.clone());
        Some(metadata)
    }

    /// A client for this metadata.
    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let config = &self.0.config;
        let secret =
            config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let client =
            Client::from_provider_metadata(metadata.clone(), ClientId::new(config.client_id.clone()), secret)
                .disable_openid_scope()
                .set_redirect_uri(self.0.redirect_url.clone());
        // The default, which every provider supports unless it says otherwise (Discovery, section 3).
        let only_post = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        if only_post { client.set_auth_type(openidconnect::AuthType::RequestBody) } else { client }
    }
}

const AUTH_METHODS: &str = "token_endpoint_auth_methods_supported";

/// The members of the metadata that are read.
const READ: [&str; 7] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    AUTH_METHODS,
    "end_session_endpoint",
];

/// An HTTP client that passes on only those members of the metadata that are read: the library would refuse
/// the whole document for one invalid language tag.
struct Excerpt<'h>(&'h Outbound);

impl<'c> AsyncHttpClient<'c> for Excerpt<'_> {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.0.call(request).await?;
            Ok(match serde_json::from_slice(response.body()) {
                Ok(said) => response.map(|body| excerpt(said).unwrap_or(body)),
                Err(_) => response,
            })
        })
    }
}

/// `None` if it is not metadata, but keys.
fn excerpt(mut said: Claims) -> Option<Vec<u8>> {
    if !said.contains_key("jwks_uri") {
        return None;
    }
    said.retain(|name, value| READ.contains(&name.as_str()) && !value.is_null() && value != "");
    // An invalid list is treated as absent.
    let are_names = |methods: &Value| methods.as_array().is_some_and(|all| all.iter().all(Value::is_string));
    if !said.get(AUTH_METHODS).is_none_or(are_names) {
        said.remove(AUTH_METHODS);
    }
    // Required by the library, but not used.
    for (name, only) in [
        ("response_types_supported", "code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
    ] {
        said.insert(name.to_owned(), json!([only]));
    }
    Some(Value::Object(said).to_string().into_bytes())
}
