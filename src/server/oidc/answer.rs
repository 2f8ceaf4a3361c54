//! From the code that a browser brought back to claims that can be believed.

use chrono::{DateTime, Utc};
use openidconnect::{
    AuthorizationCode, Nonce, OAuth2TokenResponse, PkceCodeVerifier, SignatureVerificationError,
    core::{CoreIdTokenClaims, CoreIdTokenVerifier},
};

use super::{
    attempt::{Attempt, LEEWAY},
    claims::{Claims, Source, groups, seconds},
    discovery::{Client, Provider},
    error::ProviderError,
    user_info::user_info,
};
use crate::{
    domain::{
        identity::{ClaimedEmail, Identity, ProviderClaims},
        time::Timestamp,
    },
    server::config::ProviderConfig,
};

/// Whom the provider means and what it says of them, for the code that it gave out in this attempt.
pub(super) async fn claims(
    provider: &Provider,
    attempt: &Attempt,
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
    let authenticated_at = authenticated_at(verified, attempt, provider)?;

    let mut sources = vec![Source { name: "ID token", claims: token.claims() }];
    let info = match user_info(provider, &metadata, &verifier, tokens.access_token(), subject).await {
        // It could only add something.
        Err(error @ (ProviderError::Unavailable(_) | ProviderError::TooLarge))
            if says_everything(&sources, config) =>
        {
            tracing::warn!(%error, "the provider's user info was not read");
            None
        }
        other => other?,
    };
    sources.extend(info.as_ref().map(|claims| Source { name: "user info", claims }));
    let usernames = sources.iter().flat_map(|it| [it.text("preferred_username"), it.text("nickname")]);
    Ok(ProviderClaims {
        identity,
        authenticated_at,
        email: email(&sources, config),
        usernames: usernames.flatten().map(str::to_owned).collect(),
        name: sources.iter().find_map(|it| it.text("name")).map(str::to_owned),
        groups: match &config.groups_claim {
            Some(claim) => groups(&sources, claim, config.groups_separator, &config.rules.group_map),
            None => Vec::new(),
        },
    })
}

/// Whether the time has come from which the token counts, where it names one (RFC 7519, section 4.1.5).
#[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
fn counts_already(claims: &Claims, now: Timestamp) -> bool {
    let Some(not_before) = claims.get("nbf").filter(|value| !value.is_null()) else { return true };
    let not_before = seconds(not_before).and_then(|it| it.as_f64());
    not_before.is_some_and(|seconds| seconds * 1000.0 <= (now.as_millis() + LEEWAY) as f64)
}

/// What judges ID tokens by the keys of `client`.
fn verifier<'a>(provider: &Provider, client: &'a Client) -> CoreIdTokenVerifier<'a> {
    let now = provider.now();
    let at = |millis: i64| DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
    let (earlier, later) = (at(now.as_millis() - LEEWAY), at(now.as_millis() + LEEWAY));
    client
        .id_token_verifier()
        // `IdToken` checks it, over what was sent: what the verifier sees is an excerpt.
        .insecure_disable_signature_check()
        .set_time_fn(move || earlier)
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= later { Ok(()) } else { Err(format!("issued in the future, at {issued}")) }
        })
}

/// When the user last proved to the provider who they are; `None` when it does not say, or names a time
/// to come.
///
/// # Errors
/// In this attempt only a proof after its begin counts, and there is none.
fn authenticated_at(
    token: &CoreIdTokenClaims,
    attempt: &Attempt,
    provider: &Provider,
) -> Result<Option<Timestamp>, ProviderError> {
    let millis = |at: DateTime<Utc>| Timestamp::from_millis(at.timestamp_millis());
    let proved = token.auth_time().map(millis).filter(|&at| at <= provider.now().plus_millis(LEEWAY));
    let Some(since) = attempt.anew_since().map(|began| began.plus_millis(-LEEWAY)) else { return Ok(proved) };
    let proved = match proved {
        None if provider.config().trust_prompt_login => millis(token.issue_time()),
        None => return Err(ProviderError::NoAuthTime),
        Some(proved) => proved,
    };
    if since <= proved {
        Ok(Some(proved))
    } else {
        Err(ProviderError::Invalid(String::from("it did not ask the user anew (auth_time)")))
    }
}

/// Whether the ID token alone says what a first sign-in needs, and all memberships.
fn says_everything(id_token: &[Source<'_>], config: &ProviderConfig) -> bool {
    let says_groups = |claim: &String| id_token.iter().any(|it| it.find(claim).is_some());
    matches!(email(id_token, config), ClaimedEmail::Verified(_))
        && (config.rules.group_map.is_empty() || config.groups_claim.as_ref().is_none_or(says_groups))
}

/// The address from the first source that says whether it is verified. An address of one source is
/// never taken together with what another says about it.
fn email(sources: &[Source<'_>], config: &ProviderConfig) -> ClaimedEmail {
    let said = sources.iter().map(|it| (it.text("email"), it.flag("email_verified")));
    let said: Vec<_> = said.filter(|(email, _)| email.is_some()).collect();
    match said.iter().find(|(_, verified)| verified.is_some()).or_else(|| said.first()) {
        Some(&(email, verified)) => ClaimedEmail::new(email, verified, &config.trusted_email_domains),
        None => ClaimedEmail::Missing,
    }
}
