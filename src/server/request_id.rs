//! The request id, which appears in the log, the audit log and the response.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Generates request ids: 48 random bits per run of the server, and a counter. Random bits per request would
/// cost a system call each.
pub struct RequestIds {
    run: [u8; 6],
    next: AtomicU64,
}

impl RequestIds {
    pub fn new(secret: [u8; 32]) -> Self {
        let (run, _) = secret.split_first_chunk().expect("it is longer");
        Self { run: *run, next: AtomicU64::new(0) }
    }

    /// An id that is unique across servers and restarts.
    pub fn next(&self) -> String {
        let mut bytes = [0; 12];
        bytes[..6].copy_from_slice(&self.run);
        bytes[6..].copy_from_slice(&self.next.fetch_add(1, Relaxed).to_be_bytes()[2..]);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// The request id that a trusted proxy sent. Ignored without trusted proxies: clients could write anything
/// into the audit log.
pub fn forwarded(headers: &HeaderMap, trusted_proxies: usize) -> Option<String> {
    let id = headers.get(REQUEST_ID).filter(|_| trusted_proxies > 0)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((8..=64).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn no_two_requests_are_called_the_same() {
        let (one, other) = (RequestIds::new([1; 32]), RequestIds::new([2; 32]));
        let ids: BTreeSet<_> = (0..1000).flat_map(|_| [one.next(), other.next()]).collect();
        assert_eq!(ids.len(), 2000);
        assert!(ids.iter().all(|id| id.len() == 16));
    }

    #[test]
    fn only_proxies_that_are_trusted_give_a_request_its_id_and_only_a_plain_one() {
        let given = |id: &[u8], proxies| {
            let id = HeaderValue::from_bytes(id).expect("a header's value");
            forwarded(&HeaderMap::from_iter([(REQUEST_ID, id)]), proxies)
        };
        let good = "0af7651916cd43dd.8448-eb2_1";
        assert_eq!(given(good.as_bytes(), 0), None);
        assert_eq!(given(good.as_bytes(), 1).as_deref(), Some(good));
        let long = "x".repeat(65);
        for wrong in
            ["", "short", "with spaces in it", "<script>alert", "a\tb-c-d-e-f", "日本語日本語", &long]
        {
            assert_eq!(given(wrong.as_bytes(), 1), None, "{wrong}");
        }
    }
}
