//! A token that the provider signed: what it says, and whether it counts.
//!
//! `openidconnect` judges it. It reads every standard claim into a type of its own, though, and would
//! refuse a token for a picture that is no address. So it is handed the token with those claims alone
//! on which it depends whether the token counts; the signature is checked over what the provider sent.

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

/// What RFC 7518 (section 3.3) asks for.
const LEAST_RSA_BITS: usize = 2048;

/// The end of the year 9999, in seconds.
const NEVER: i64 = 253_402_300_799;

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

/// In three parts, and not checked yet.
#[derive(Debug)]
pub(super) struct SignedToken {
    pub claims: Claims,
    header: String,
    signed: String,
    signature: Vec<u8>,
}

impl SignedToken {
    /// # Errors
    /// What it is instead, to stand after its name.
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

    /// The token as the library reads it, with these claims in place of its own.
    fn with_claims(&self, claims: Claims) -> Result<CoreIdToken, String> {
        let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string());
        let signature = URL_SAFE_NO_PAD.encode(&self.signature);
        format!("{}.{claims}.{signature}", self.header)
            .parse()
            .map_err(|error| format!("cannot be read: {error}"))
    }

    /// The key with which the provider signed it.
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

    /// That it is user info which the provider signed, for this client alone.
    pub fn verify_user_info(&self, verifier: &CoreIdTokenVerifier<'_>) -> Result<(), ProviderError> {
        let invalid = |reason: &str| ProviderError::Invalid(printable(&format!("its user info {reason}")));
        // The library knows ID tokens alone: these stand for what user info need not have.
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
    /// With those claims alone on which it depends whether it counts.
    judged: CoreIdToken,
}

impl IdToken {
    /// # Errors
    /// What is wrong about it: a claim that it depends on is missing, or of another type.
    pub fn parse(text: &str) -> Result<Self, String> {
        let token = SignedToken::parse(text).map_err(|reason| format!("its ID token {reason}"))?;
        let judged = judged(&token.claims).map_err(|reason| format!("its ID token's {reason}"))?;
        let judged = token.with_claims(judged).map_err(|reason| format!("its ID token {reason}"))?;
        Ok(Self { token, judged })
    }

    /// All that it says.
    pub fn claims(&self) -> &Claims {
        &self.token.claims
    }

    pub fn as_judged(&self) -> &CoreIdToken {
        &self.judged
    }

    /// The key with which the provider signed it.
    ///
    /// # Errors
    /// [`SignatureVerificationError::NoMatchingKey`] when it is none that is known.
    pub fn verified_key<'v>(
        &self,
        verifier: &'v CoreIdTokenVerifier<'v>,
    ) -> Result<&'v CoreJsonWebKey, SignatureVerificationError> {
        self.token.verified_key(&self.judged, verifier)
    }

    /// What it says about itself, once it counts for this client and this attempt, and belongs to this
    /// access token.
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

/// The claims on which it depends whether a token counts. They are what they have to be; times may
/// come as text.
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
            // Who it is does not depend on it.
            Some(None) if name == "auth_time" => {
                let reason = "is no time in seconds";
                tracing::warn!(
                    source = "ID token",
                    claim = name,
                    reason,
                    "a claim of the provider was not read"
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

/// How long the modulus of the key is; `None` when it is no RSA key. The library tells it by writing it
/// down only.
fn rsa_bits(key: &CoreJsonWebKey) -> Option<usize> {
    let key = serde_json::to_value(key).ok()?;
    let modulus = URL_SAFE_NO_PAD.decode(key.get("n")?.as_str()?).ok()?;
    let leading = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(leading)?;
    Some((modulus.len() - leading) * 8 - first.leading_zeros() as usize)
}
