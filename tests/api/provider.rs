//! A scriptable OpenID Connect provider on loopback: it signs with real keys and can misbehave. The
//! end-to-end tests use a conforming one.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL},
};
use p256::ecdsa::signature::Signer as _;
use rand::SeedableRng;
use rsa::{RsaPrivateKey, pkcs1v15, signature::SignatureEncoding as _, traits::PublicKeyParts};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use url::Url;

pub const CLIENT: &str = "duo-console";
pub const SECRET: &str = "a client's secret: 7 & more";

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    Rs256,
    /// With a published RSA key of 1024 bits.
    ShortRs256,
    /// With the EC key of this number, whose `kid` is `es-` and the number.
    Es256(u8),
    /// With the key of this number, under the `kid` of another.
    Es256As(u8, &'static str),
    /// With the client secret (HMAC).
    Hs256,
    None,
}

/// The behaviour of the provider.
pub struct Script {
    /// The provider's clock, in seconds since 1970.
    pub now: i64,
    pub signing: Signing,
    /// The numbers of the published EC keys, in addition to the RSA key.
    pub published: Vec<u8>,
    /// Claims about the user; an ID token has these and its protocol claims.
    pub claims: Value,
    /// Overrides claims of the ID token; `null` removes one.
    pub lies: Value,
    /// Overrides for the user info.
    pub user_info_lies: Value,
    /// Overrides for the token response.
    pub token_answer_lies: Value,
    /// Overrides for the discovery document.
    pub metadata_lies: Value,
    /// A fixed response of the user info endpoint: status, content type and body.
    pub user_info_is: Option<(u16, &'static str, String)>,
    /// Signs the user info as a JWT, in this way.
    pub user_info_signing: Option<Signing>,
    /// Header fields of that JWT.
    pub user_info_header_lies: Value,
    pub no_id_token: bool,
    /// Accepts a code more than once.
    pub forgets_codes: bool,
    /// How often the JWKS was fetched.
    pub keys_asked: u32,
    codes: HashMap<String, Code>,
    tokens: u32,
}

#[derive(Clone)]
struct Code {
    challenge: String,
    nonce: String,
}

#[derive(Clone)]
pub struct TestProvider {
    pub issuer: String,
    script: Arc<Mutex<Script>>,
}

fn made(bits: usize) -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rand::rngs::StdRng::seed_from_u64(7), bits).expect("a key can be made")
}

fn rsa_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| made(2048))
}

fn short_rsa_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| made(1024))
}

fn ec_key(number: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[number; 32]).expect("a key of this number")
}

fn sha256(text: &str) -> String {
    BASE64URL.encode(Sha256::digest(text))
}

fn hmac_sha256(key: &str, text: &str) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|at| key.as_bytes().get(at).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = Sha256::digest([pad(0x36), text.as_bytes().to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

fn put(claims: &mut Value, changes: &Value) {
    let claims = claims.as_object_mut().expect("claims are an object");
    for (name, value) in changes.as_object().expect("changes are an object") {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
}

/// A JWT signed as scripted.
fn sign(signing: Signing, claims: &Value, header_lies: &Value) -> String {
    let mut header = match signing {
        Signing::Rs256 => json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" }),
        Signing::ShortRs256 => json!({ "alg": "RS256", "kid": "short-rsa" }),
        Signing::Es256(number) => json!({ "alg": "ES256", "kid": format!("es-{number}") }),
        Signing::Es256As(_, name) => json!({ "alg": "ES256", "kid": name }),
        Signing::Hs256 => json!({ "alg": "HS256" }),
        Signing::None => json!({ "alg": "none" }),
    };
    put(&mut header, header_lies);
    let encode = |value: &Value| BASE64URL.encode(value.to_string());
    let text = format!("{}.{}", encode(&header), encode(claims));
    let signature = match signing {
        Signing::Rs256 => pkcs1v15::SigningKey::<Sha256>::new(rsa_key().clone()).sign_with(text.as_bytes()),
        Signing::ShortRs256 => {
            pkcs1v15::SigningKey::<Sha256>::new(short_rsa_key().clone()).sign_with(text.as_bytes())
        }
        Signing::Es256(number) | Signing::Es256As(number, _) => {
            let signature: p256::ecdsa::Signature = ec_key(number).sign(text.as_bytes());
            signature.to_bytes().to_vec()
        }
        Signing::Hs256 => hmac_sha256(SECRET, &text),
        Signing::None => Vec::new(),
    };
    format!("{text}.{}", BASE64URL.encode(signature))
}

/// Two crates have a trait of the same name.
trait SignWith {
    fn sign_with(&self, text: &[u8]) -> Vec<u8>;
}

impl SignWith for pkcs1v15::SigningKey<Sha256> {
    fn sign_with(&self, text: &[u8]) -> Vec<u8> {
        rsa::signature::Signer::sign(self, text).to_vec()
    }
}

impl TestProvider {
    /// Listens on a free port.
    pub async fn start(now_millis: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let provider = Self::at(listener.local_addr().expect("an address"), now_millis);
        provider.serve(listener);
        provider
    }

    /// A provider that does not listen yet.
    pub fn at(address: SocketAddr, now_millis: i64) -> Self {
        let script = Script {
            now: now_millis / 1000,
            signing: Signing::Rs256,
            published: vec![1],
            claims: json!({
                "sub": "42", "name": "Ann Lee", "preferred_username": "ann.lee",
                "email": "Ann@Example.com", "email_verified": true,
            }),
            lies: json!({}),
            user_info_lies: json!({}),
            token_answer_lies: json!({}),
            metadata_lies: json!({}),
            user_info_is: None,
            user_info_signing: None,
            user_info_header_lies: json!({}),
            no_id_token: false,
            forgets_codes: false,
            keys_asked: 0,
            codes: HashMap::new(),
            tokens: 0,
        };
        Self { issuer: format!("http://{address}"), script: Arc::new(Mutex::new(script)) }
    }

    pub fn serve(&self, listener: TcpListener) {
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics with it")
    }

    /// The code that the provider issues for an authorization URL.
    pub fn code_for(&self, sent_to: &Url) -> String {
        let value = |name: &str| {
            let pair = sent_to.query_pairs().find(|(key, _)| key == name);
            pair.unwrap_or_else(|| panic!("{name} in {sent_to}")).1.into_owned()
        };
        assert!(sent_to.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{sent_to}");
        assert_eq!(value("code_challenge_method"), "S256");
        let mut script = self.script();
        script.tokens += 1;
        let code = format!("code-{}", script.tokens);
        script.codes.insert(code.clone(), Code { challenge: value("code_challenge"), nonce: value("nonce") });
        code
    }
}

async fn metadata(State(provider): State<TestProvider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut said = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "userinfo_endpoint": at("/userinfo"),
        "end_session_endpoint": at("/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "none"],
    });
    put(&mut said, &provider.script().metadata_lies);
    Json(said)
}

async fn keys(State(provider): State<TestProvider>) -> Json<Value> {
    let mut script = provider.script();
    script.keys_asked += 1;
    let rsa = |name: &str, key: &RsaPrivateKey| {
        json!({
            "kty": "RSA", "kid": name, "use": "sig", "alg": "RS256",
            "n": BASE64URL.encode(key.n().to_bytes_be()), "e": BASE64URL.encode(key.e().to_bytes_be()),
        })
    };
    let mut keys = vec![rsa("rsa", rsa_key())];
    if matches!(script.signing, Signing::ShortRs256) {
        keys.push(rsa("short-rsa", short_rsa_key()));
    }
    for &number in &script.published {
        let key = ec_key(number);
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().expect("x"), point.y().expect("y"));
        keys.push(json!({
            "kty": "EC", "crv": "P-256", "kid": format!("es-{number}"), "use": "sig",
            "x": BASE64URL.encode(x), "y": BASE64URL.encode(y),
        }));
    }
    Json(json!({ "keys": keys }))
}

async fn token(
    State(provider): State<TestProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut script = provider.script();
    let refused = |error: &str| {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": "no" }))).into_response()
    };
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{encoded}")));
    if headers.get("authorization").is_none_or(|value| value.as_bytes() != expected.as_bytes()) {
        return refused("invalid_client");
    }
    let given = form.get("code").cloned().unwrap_or_default();
    let code =
        if script.forgets_codes { script.codes.get(&given).cloned() } else { script.codes.remove(&given) };
    let Some(code) = code else { return refused("invalid_grant") };
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    let redirect = form.get("redirect_uri").map(String::as_str).unwrap_or_default();
    if sha256(verifier) != code.challenge || !redirect.ends_with("/users/auth/openid_connect/callback") {
        return refused("invalid_grant");
    }
    let access_token = "an-access-token";
    let mut claims = script.claims.clone();
    let at_hash = BASE64URL.encode(&Sha256::digest(access_token)[..16]);
    let own = json!({
        "iss": provider.issuer, "aud": CLIENT, "iat": script.now, "exp": script.now + 300,
        "nonce": code.nonce, "at_hash": at_hash,
    });
    put(&mut claims, &own);
    put(&mut claims, &script.lies);
    let mut answer = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 300 });
    if !script.no_id_token {
        answer["id_token"] = json!(sign(script.signing, &claims, &json!({})));
    }
    put(&mut answer, &script.token_answer_lies);
    Json(answer).into_response()
}

async fn user_info(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value.as_bytes() != b"Bearer an-access-token") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let script = provider.script();
    if let Some((status, kind, body)) = &script.user_info_is {
        let status = StatusCode::from_u16(*status).expect("a status");
        return (status, [("content-type", *kind)], body.clone()).into_response();
    }
    let mut claims = script.claims.clone();
    if let Some(signing) = script.user_info_signing {
        put(&mut claims, &json!({ "iss": provider.issuer, "aud": CLIENT }));
        put(&mut claims, &script.user_info_lies);
        let token = sign(signing, &claims, &script.user_info_header_lies);
        return ([("content-type", "application/jwt")], token).into_response();
    }
    put(&mut claims, &script.user_info_lies);
    Json(claims).into_response()
}
