//! Parsing of request headers, in one place.

use axum::http::{HeaderMap, HeaderValue, header};

/// The media type of the body, without parameters and in lower case; empty if there is none.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The token of an `Authorization` header; `None` if it has another scheme.
pub(super) fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether `If-None-Match` lists this entity tag (with quotes). It may list several, and a proxy that changes
/// the encoding makes them weak: the comparison is the weak one (RFC 9110, 13.1.2).
pub(super) fn has_kept(headers: &HeaderMap, tag: &str) -> bool {
    let kept =
        headers.get_all(header::IF_NONE_MATCH).iter().flat_map(|it| it.as_bytes().split(|it| *it == b','));
    kept.map(<[u8]>::trim_ascii).any(|it| it.strip_prefix(b"W/").unwrap_or(it) == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others_weak_or_strong() {
        let kept = |values: &[&'static str]| {
            let values = values.iter().map(|it| (header::IF_NONE_MATCH, HeaderValue::from_static(it)));
            has_kept(&values.collect(), "\"a1\"")
        };
        for yes in ["\"a1\"", "W/\"a1\"", "\"b2\", \"a1\"", "\"b2\",W/\"a1\" , \"c3\""] {
            assert!(kept(&[yes]), "{yes}");
        }
        assert!(kept(&["\"b2\"", "W/\"a1\""]), "in a second header");
        for no in ["", "a1", "\"a\"", "\"a1", "W/", "\"b2\", \"c3\"", "w/\"a1\""] {
            assert!(!kept(&[no]), "{no}");
        }
        assert!(!kept(&[]));
    }

    #[test]
    fn a_token_has_the_scheme_bearer_in_any_case() {
        for right in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(bearer(&HeaderValue::from_static(right)), Some("abc"), "{right}");
        }
        for wrong in ["Basic abc", "abc", "Bearer", ""] {
            assert_eq!(bearer(&HeaderValue::from_static(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn a_media_type_is_read_without_its_parameters() {
        let read = |value| {
            media_type(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert_eq!(read("Application/JSON; charset=utf-8"), "application/json");
        assert_eq!(read(" application/jwt "), "application/jwt");
        assert_eq!(media_type(&HeaderMap::new()), "");
    }
}
