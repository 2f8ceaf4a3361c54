//! Tokens signed by the provider: parsing and verification.
//!
//! `openidconnect` verifies them, but it parses every standard claim and would refuse a token because of a
//! picture that is not a URL. So it gets a token with only those claims on which validity depends; the
//! signature is verified over the original.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    AccessTokenHash, JsonWebKey, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};

use super::{
    claims::{Claims, kind, not_a_text, seconds},
    error::{ProviderError, printable, with_sources},
};

/// The minimum of RFC 7518, section 3.3.
const LEAST_RSA_BITS: usize = 2048;

/// The end of the year 9999, in seconds.
const NEVER: i64 = 253_402_300_799;

/// Asymmetric signature algorithms. Not those with the client's secret (HS256 and the like), and never
/// `none`.
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

/// A parsed JWS whose signature has not been verified yet.
#[derive(Debug)]
pub(super) struct SignedToken {
    pub claims: Claims,
    header: String,
    signed: String,
    signature: Vec<u8>,
}

impl SignedToken {
    /// # Errors
    /// What it is instead, to follow its name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let &[header, payload, signature] = &parts[..] else {
            return Err(String::from("is not in three parts"));
        };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let claims = decode(payload).and_then(|json| serde_json::from_slice(&json).ok());
        Ok(Self {
            claims: claims.ok_or("has claims that are no JSON object")?,
            header: header.to_owned(),
            signed: format!("{header}.{payload}"),
            signature: decode(signature).ok_or("has a signature that is not in base64url")?,
        })
    }

    /// The token for the library, with these claims instead of its own.
    fn with_claims(&self, claims: Claims) -> Result<CoreIdToken, String> {
        let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string());
        let signature = URL_SAFE_NO_PAD.encode(&self.signature);
        format!("{}.{claims}.{signature}", self.header)
            .parse()
            .map_err(|error| format!("cannot be read: {error}"))
    }

    /// The key that verifies the signature.
    fn verified_key<'v>(
        &self,
        token: &CoreIdToken,
        verifier: &'v CoreIdTokenVerifier<'v>,
    ) -> Result<&'v CoreJsonWebKey, SignatureVerificationError> {
        let algorithm = token.signing_alg()?;
        if !ALGORITHMS.contains(algorithm) {
            return Err(SignatureVerificationError::DisallowedAlg(format!("{algorithm:?}")));
        }
        let key = token.signing_key(verifier)?;
        if rsa_bits(key).is_some_and(|bits| bits < LEAST_RSA_BITS) {
            let short = format!("an RSA key of less than {LEAST_RSA_BITS} bits");
            return Err(SignatureVerificationError::InvalidKey(short));
        }
        key.verify_signature(algorithm, self.signed.as_bytes(), &self.signature)?;
        Ok(key)
    }

    /// Verifies that it is user info which the provider signed for this client.
    pub fn verify_user_info(&self, verifier: &CoreIdTokenVerifier<'_>) -> Result<(), ProviderError> {
        let invalid = |reason: &str| ProviderError::Invalid(printable(&format!("its user info {reason}")));
        // The library only verifies ID tokens: these fill in claims that user info need not have.
        let any = [("sub", json!("")), ("iat", json!(0)), ("exp", json!(NEVER))];
        let mut judged: Claims = any.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for name in ["iss", "aud"] {
            let said = self.claims.get(name).filter(|value| !value.is_null());
            let said = said.ok_or_else(|| invalid(&format!("does not say its {name}")))?;
            judged.insert(name.to_owned(), said.clone());
        }
        let token = self.with_claims(judged).map_err(|reason| invalid(&reason))?;
        self.verified_key(&token, verifier)?;
        token
            .claims(verifier, |_: Option<&Nonce>| Ok(()))
            .map_err(|error| invalid(&format!("is not accepted: {}", with_sources(&error))))?;
        Ok(())
    }
}

/// The ID token of a sign-in.
#[derive(Debug)]
pub(super) struct IdToken {
    token: SignedToken,
    /// With only the claims on which validity depends.
    judged: CoreIdToken,
}

impl IdToken {
    /// # Errors
    /// A claim on which validity depends is missing or of the wrong type.
    pub fn parse(text: &str) -> Result<Self, String> {
        let token = SignedToken::parse(text).map_err(|reason| format!("its ID token {reason}"))?;
        let judged = judged(&token.claims).map_err(|reason| format!("its ID token's {reason}"))?;
        let judged = token.with_claims(judged).map_err(|reason| format!("its ID token {reason}"))?;
        Ok(Self { token, judged })
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.token.claims
    }

    pub fn as_judged(&self) -> &CoreIdToken {
        &self.judged
    }

    /// The key that verifies the signature.
    ///
    /// # Errors
    /// [`SignatureVerificationError::NoMatchingKey`] if it is not known.
    pub fn verified_key<'v>(
        &self,
        verifier: &'v CoreIdTokenVerifier<'v>,
    ) -> Result<&'v CoreJsonWebKey, SignatureVerificationError> {
        self.token.verified_key(&self.judged, verifier)
    }

    /// The verified claims: the token is valid for this client and this attempt, and belongs to this access
    /// token.
    pub fn verified(
        &self,
        verifier: &CoreIdTokenVerifier<'_>,
        nonce: &Nonce,
        access_token: &openidconnect::AccessToken,
    ) -> Result<&CoreIdTokenClaims, ProviderError> {
        let key = self.verified_key(verifier)?;
        let claims = self.judged.claims(verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let hash = AccessTokenHash::from_token(access_token, self.judged.signing_alg()?, key);
            if hash.ok().as_ref() != Some(expected) {
                let text = "its access token is not the one of the ID token (at_hash)";
                return Err(ProviderError::Invalid(text.to_owned()));
            }
        }
        Ok(claims)
    }
}

/// The claims on which validity depends, checked for their types; times may be strings.
fn judged(claims: &Claims) -> Result<Claims, String> {
    let mut judged = Claims::new();
    let said = |name: &str| claims.get(name).filter(|value| !value.is_null());
    for name in ["iss", "sub", "aud", "azp", "nonce", "at_hash"] {
        match said(name) {
            None => continue,
            Some(Value::String(_)) => {}
            Some(Value::Array(all)) if name == "aud" => {
                if let Some(other) = all.iter().find(|one| !one.is_string()) {
                    return Err(format!("aud has {}, not a text", kind(other)));
                }
            }
            Some(other) => return Err(format!("{name} {}", not_a_text(other))),
        }
        judged.insert(name.to_owned(), claims[name].clone());
    }
    for name in ["exp", "iat", "auth_time"] {
        match said(name).map(seconds) {
            None => {}
            Some(Some(seconds)) => drop(judged.insert(name.to_owned(), Value::Number(seconds))),
            // The identity does not depend on it.
            Some(None) if name == "auth_time" => {
                let reason = "is no time in seconds";
                tracing::warn!(
                    source = "ID token",
                    claim = name,
                    reason,
                    "a claim of the provider could not be read"
                );
            }
            Some(None) => return Err(format!("{name} is no time in seconds")),
        }
    }
    match ["iss", "sub", "exp", "iat"].into_iter().find(|&name| !judged.contains_key(name)) {
        Some(missing) => Err(format!("{missing} is missing")),
        None => Ok(judged),
    }
}

/// The size of the key's modulus in bits; `None` if it is not an RSA key. The library only exposes it by
/// serialisation.
fn rsa_bits(key: &CoreJsonWebKey) -> Option<usize> {
    let key = serde_json::to_value(key).ok()?;
    let modulus = URL_SAFE_NO_PAD.decode(key.get("n")?.as_str()?).ok()?;
    let leading = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(leading)?;
    Some((modulus.len() - leading) * 8 - first.leading_zeros() as usize)
}
