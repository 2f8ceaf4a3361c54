//! Exchanges the authorization code for tokens, and verifies their claims.

use chrono::{DateTime, Utc};
use openidconnect::{
    AuthorizationCode, Nonce, OAuth2TokenResponse, PkceCodeVerifier, SignatureVerificationError,
    core::{CoreIdTokenClaims, CoreIdTokenVerifier},
};

use super::{
    attempt::{LEEWAY, SignInAttempt},
    claims::{Claims, Source, groups, seconds},
    discovery::{Client, Provider},
    error::ProviderError,
    token::IdToken,
    user_info::{UserInfo, user_info},
};
use crate::{
    domain::{
        accounts::{
            email::EmailDomains,
            identity::{ClaimedEmail, Identity, ProviderClaims},
        },
        time::Timestamp,
    },
    server::config::ProviderConfig,
};

/// Exchanges the code of this attempt; returns the verified identity and claims of the user.
pub(super) async fn claims(
    provider: &Provider,
    attempt: &SignInAttempt,
    code: String,
) -> Result<ProviderClaims, ProviderError> {
    let config = provider.config();
    let metadata = provider.metadata().await?;
    let mut client = provider.client(&metadata);
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|_| ProviderError::Unavailable(String::from("it names no token endpoint")))?
        .set_pkce_verifier(PkceCodeVerifier::new(attempt.pkce_verifier()));
    let tokens = request.request_async(provider.http()).await?;
    let invalid = |text: &str| ProviderError::Invalid(text.to_owned());
    let token = tokens.id_token().ok_or_else(|| invalid("it sent no ID token"))?;

    let unknown = SignatureVerificationError::NoMatchingKey;
    if token.verified_key(&verifier(provider, &client)).err().as_ref() == Some(&unknown) {
        let renewed = provider.with_new_keys().await.ok_or(unknown)?;
        client = provider.client(&renewed);
    }
    let verifier = verifier(provider, &client);
    let verified = token.verified(&verifier, &Nonce::new(attempt.nonce()), tokens.access_token())?;
    if verified.authorized_party().is_some_and(|party| party.as_str() != config.client_id) {
        return Err(invalid("its ID token was made for another client (azp)"));
    }
    if !counts_already(token.claims(), provider.now()) {
        return Err(invalid("its ID token does not count yet (nbf)"));
    }
    let subject = verified.subject().as_str();
    let identity = Identity::new(&config.issuer, subject)
        .ok_or_else(|| invalid("its subject is longer than 255 characters, or is not text"))?;
    let authenticated_at = authenticated_at(token, verified, attempt, provider)?;

    let mut sources = vec![Source { name: "ID token", claims: token.claims() }];
    let info = match user_info(provider, &metadata, &verifier, tokens.access_token(), subject).await {
        Ok(UserInfo::Unread(reason)) if !says_groups(&sources, config) => {
            return Err(ProviderError::Unavailable(format!("its user info {reason}")));
        }
        Ok(info) => info,
        // The user info could only add claims.
        Err(error @ (ProviderError::Unavailable(_) | ProviderError::TooLarge))
            if says_everything(&sources, config) =>
        {
            UserInfo::Unread(error.to_string())
        }
        Err(error) => return Err(error),
    };
    let untrusted = EmailDomains::default();
    let mut trusted = &config.trusted_email_domains;
    match &info {
        UserInfo::Read(claims) => sources.push(Source { name: "user info", claims }),
        UserInfo::None => {}
        UserInfo::Unread(reason) => {
            tracing::warn!(reason, "the provider's user info could not be read");
            // The user info might have said that the email address is not verified.
            trusted = &untrusted;
        }
    }
    let usernames = sources.iter().flat_map(|it| [it.text("preferred_username"), it.text("nickname")]);
    Ok(ProviderClaims {
        identity,
        authenticated_at,
        email: email(&sources, trusted),
        usernames: usernames.flatten().map(str::to_owned).collect(),
        name: sources.iter().find_map(|it| it.text("name")).map(str::to_owned),
        groups: match groups_claim(config) {
            Some(claim) => groups(&sources, claim, config.groups_separator, &config.rules.group_map),
            None => Some(Vec::new()),
        },
    })
}

/// Whether the token is valid already, by `nbf` if present (RFC 7519, section 4.1.5).
#[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
fn counts_already(claims: &Claims, now: Timestamp) -> bool {
    let Some(not_before) = claims.get("nbf").filter(|value| !value.is_null()) else { return true };
    let not_before = seconds(not_before).and_then(|it| it.as_f64());
    not_before.is_some_and(|seconds| seconds * 1000.0 <= (now.as_millis() + LEEWAY) as f64)
}

/// The verifier of ID tokens, with the keys of `client`.
fn verifier<'a>(provider: &Provider, client: &'a Client) -> CoreIdTokenVerifier<'a> {
    let now = provider.now();
    let at = |millis: i64| DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
    let (earlier, later) = (at(now.as_millis() - LEEWAY), at(now.as_millis() + LEEWAY));
    client
        .id_token_verifier()
        // `IdToken` verifies the signature over the original token: the verifier sees an excerpt.
        .insecure_disable_signature_check()
        .set_time_fn(move || earlier)
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= later { Ok(()) } else { Err(format!("issued in the future, at {issued}")) }
        })
}

/// When the user last authenticated at the provider; `None` if the provider does not say, or names a time in
/// the future.
///
/// # Errors
/// The attempt requires an authentication after its start, and there was none.
fn authenticated_at(
    token: &IdToken,
    verified: &CoreIdTokenClaims,
    attempt: &SignInAttempt,
    provider: &Provider,
) -> Result<Option<Timestamp>, ProviderError> {
    let millis = |at: DateTime<Utc>| Timestamp::from_millis(at.timestamp_millis());
    let proved = verified.auth_time().map(millis).filter(|&at| at <= provider.now().plus_millis(LEEWAY));
    let Some(since) = attempt.anew_since().map(|began| began.plus_millis(-LEEWAY)) else { return Ok(proved) };
    let is_said = token.claims().get("auth_time").is_some_and(|value| !value.is_null());
    let proved = match proved {
        // An unusable `auth_time` is no reason to trust the provider as if it had sent none.
        None if provider.config().trust_prompt_login && !is_said => millis(verified.issue_time()),
        None => return Err(ProviderError::NoAuthTime),
        Some(proved) => proved,
    };
    if since <= proved {
        Ok(Some(proved))
    } else {
        Err(ProviderError::Invalid(String::from("it did not ask the user anew (auth_time)")))
    }
}

/// The groups claim, if there are rules for groups.
fn groups_claim(config: &ProviderConfig) -> Option<&str> {
    config.groups_claim.as_deref().filter(|_| !config.rules.group_map.is_empty())
}

/// Whether the ID token alone contains all groups.
fn says_groups(id_token: &[Source<'_>], config: &ProviderConfig) -> bool {
    groups_claim(config).is_none_or(|claim| id_token.iter().any(|it| it.find(claim).is_some()))
}

/// Whether the ID token alone contains everything for a first sign-in, and all groups. Domains trusted by the
/// operator do not suffice: the user info could deny the verification.
fn says_everything(id_token: &[Source<'_>], config: &ProviderConfig) -> bool {
    matches!(email(id_token, &EmailDomains::default()), ClaimedEmail::Verified(_))
        && says_groups(id_token, config)
}

/// The email address from the first source that says whether it is verified. Verification is only taken from
/// the same source as the address; a denial, from any.
fn email(sources: &[Source<'_>], trusted: &EmailDomains) -> ClaimedEmail {
    let said: Vec<_> = sources.iter().map(|it| (it.text("email"), it.flag("email_verified"))).collect();
    let denied = said.iter().any(|(_, verified)| *verified == Some(false)).then_some(false);
    let with_address = || said.iter().filter(|(email, _)| email.is_some());
    match with_address().find(|(_, verified)| verified.is_some()).or_else(|| with_address().next()) {
        Some(&(email, verified)) => ClaimedEmail::new(email, verified.or(denied), trusted),
        None => ClaimedEmail::Missing,
    }
}
