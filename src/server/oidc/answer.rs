//! From the code that a browser brought back to claims that can be believed.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError, IdTokenVerifier, Nonce,
    OAuth2TokenResponse, PkceCodeVerifier, SignatureVerificationError, TokenResponse, UserInfoClaims,
    core::{CoreGenderClaim, CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    attempt::Attempt,
    discovery::{Client, Metadata, Provider},
    error::ProviderError,
};
use crate::domain::{
    identity::{ClaimedEmail, Identity, ProviderClaims},
    time::Timestamp,
};

/// How far the clocks of the provider and of this server may be apart, in milliseconds.
const LEEWAY: i64 = 60_000;

/// What RFC 7518 (section 3.3) asks for.
const LEAST_RSA_BITS: usize = 2048;

/// Signatures with a key that only the provider has. Not those with the client's secret (HS256 and its
/// like), and never none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claims that are not in the standard, such as the user's groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OtherClaims {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}

impl AdditionalClaims for OtherClaims {}

/// What one source says: the ID token, or the user info.
struct Said<'a> {
    email: Option<&'a str>,
    email_verified: Option<bool>,
    usernames: Vec<String>,
    name: Option<String>,
    others: &'a HashMap<String, Value>,
}

/// What `$claims` say. The ID token and the user info have the same methods, and no trait for them.
macro_rules! said {
    ($claims:expr) => {{
        let claims = $claims;
        let preferred = claims.preferred_username().map(|name| name.as_str());
        let nickname = claims.nickname().and_then(|names| names.get(None)).map(|name| name.as_str());
        Said {
            email: claims.email().map(|email| email.as_str()),
            email_verified: claims.email_verified(),
            usernames: preferred.into_iter().chain(nickname).map(str::to_owned).collect(),
            name: claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned()),
            others: &claims.additional_claims().all,
        }
    }};
}

/// Whom the provider means and what it says of them, for the code that it gave out in this attempt.
pub(super) async fn claims(
    provider: &Provider,
    attempt: &Attempt,
    code: String,
) -> Result<ProviderClaims, ProviderError> {
    let metadata = provider.metadata().await?;
    let client = provider.client(&metadata);
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|_| ProviderError::Unavailable(String::from("it names no token endpoint")))?
        .set_pkce_verifier(PkceCodeVerifier::new(attempt.pkce_verifier()));
    let tokens = request.request_async(provider.http()).await?;
    let invalid = |text: &str| ProviderError::Invalid(text.to_owned());
    let token = tokens.id_token().ok_or_else(|| invalid("it sent no ID token"))?;

    let nonce = Nonce::new(attempt.nonce());
    let first = token.claims(&verifier(provider, &client, attempt), &nonce).map(drop);
    let (client, metadata) = match first {
        Err(error) if names_an_unknown_key(&error) => match provider.with_new_keys().await {
            Some(metadata) => (provider.client(&metadata), metadata),
            None => return Err(error.into()),
        },
        _ => (client, metadata),
    };
    let verifier = verifier(provider, &client, attempt);
    let claims = token.claims(&verifier, &nonce)?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.config().client_id) {
        return Err(invalid("its ID token was made for another client (azp)"));
    }
    if !counts_already(&claims.additional_claims().all, provider.now()) {
        return Err(invalid("its ID token does not count yet (nbf)"));
    }
    let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
    if rsa_bits(key).is_some_and(|bits| bits < LEAST_RSA_BITS) {
        return Err(invalid("its key is an RSA key of less than 2048 bits"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?,
            key,
        );
        if hash.ok().as_ref() != Some(expected) {
            return Err(invalid("its access token is not the one of the ID token (at_hash)"));
        }
    }
    let subject = claims.subject().as_str();
    let identity = Identity::new(&provider.config().issuer, subject)
        .ok_or_else(|| invalid("its subject is longer than 255 characters, or is not text"))?;

    let mut said = vec![said!(claims)];
    let info = user_info(provider, &client, &metadata, tokens.access_token(), claims.subject()).await?;
    if let Some(info) = &info {
        said.push(said!(info));
    }
    let groups = match &provider.config().groups_claim {
        Some(name) => groups(name, &said)?,
        None => Vec::new(),
    };
    Ok(ProviderClaims {
        identity,
        authenticated_at: claims.auth_time().map(|at| Timestamp::from_millis(at.timestamp_millis())),
        email: email(&said),
        usernames: said.iter().flat_map(|it| it.usernames.iter().cloned()).collect(),
        name: said.iter().find_map(|it| it.name.clone()),
        groups,
    })
}

/// Whether the time has come from which the token counts, where it names one (RFC 7519, section 4.1.5).
#[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
fn counts_already(claims: &HashMap<String, Value>, now: Timestamp) -> bool {
    let Some(not_before) = claims.get("nbf") else { return true };
    not_before.as_f64().is_some_and(|seconds| seconds * 1000.0 <= (now.as_millis() + LEEWAY) as f64)
}

/// How long the modulus of the key is; `None` when it is no RSA key. The library tells it by writing it
/// down only.
fn rsa_bits(key: &CoreJsonWebKey) -> Option<usize> {
    let key = serde_json::to_value(key).ok()?;
    let modulus = URL_SAFE_NO_PAD.decode(key.get("n")?.as_str()?).ok()?;
    let leading = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(leading)?;
    Some((modulus.len() - leading) * 8 - first.leading_zeros() as usize)
}

/// What stands at the endpoint for it, of this very user; `None` when the provider has none. It may
/// know what the ID token does not say.
async fn user_info(
    provider: &Provider,
    client: &Client,
    metadata: &Arc<Metadata>,
    access_token: &openidconnect::AccessToken,
    subject: &openidconnect::SubjectIdentifier,
) -> Result<Option<UserInfoClaims<OtherClaims, CoreGenderClaim>>, ProviderError> {
    if metadata.userinfo_endpoint().is_none() {
        return Ok(None);
    }
    let request = client
        .user_info(access_token.clone(), Some(subject.clone()))
        .map_err(|_| ProviderError::Unavailable(String::from("it names no user info endpoint")))?;
    Ok(Some(request.request_async(provider.http()).await?))
}

fn verifier<'a>(
    provider: &Provider,
    client: &'a Client,
    attempt: &Attempt,
) -> IdTokenVerifier<'a, CoreJsonWebKey> {
    let now = provider.now();
    let at = |millis: i64| DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
    let (earlier, later) = (at(now.as_millis() - LEEWAY), at(now.as_millis() + LEEWAY));
    let since = attempt.anew_since().map(|began| at(began.as_millis() - LEEWAY));
    client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || earlier)
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= later { Ok(()) } else { Err(format!("issued in the future, at {issued}")) }
        })
        .set_auth_time_verifier_fn(move |proved| match (since, proved) {
            (None, _) => Ok(()),
            (Some(since), Some(proved)) if since <= proved => Ok(()),
            (Some(_), Some(proved)) => Err(format!("the user was not asked anew, but last at {proved}")),
            (Some(_), None) => Err(String::from("it does not say when the user was asked (auth_time)")),
        })
}

fn names_an_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(error, ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
}

/// The address from the first source that says whether it is verified. An address of one source is
/// never taken together with what another says about it.
fn email(said: &[Said<'_>]) -> ClaimedEmail {
    let telling = said.iter().find(|it| it.email.is_some() && it.email_verified.is_some());
    match telling.or_else(|| said.iter().find(|it| it.email.is_some())) {
        Some(it) => ClaimedEmail::new(it.email, it.email_verified),
        None => ClaimedEmail::Missing,
    }
}

/// The values of the groups claim from the first source that has it: a list of names, or one name.
/// Without the claim there are none.
fn groups(claim: &str, said: &[Said<'_>]) -> Result<Vec<String>, ProviderError> {
    let wrong = || ProviderError::Invalid(format!("its claim {claim} is no list of names"));
    match said.iter().find_map(|it| it.others.get(claim)) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(group)) => Ok(vec![group.clone()]),
        Some(Value::Array(groups)) => {
            groups.iter().map(|group| group.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}
