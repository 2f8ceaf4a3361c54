//! The attributes of every cookie: `HttpOnly`, `SameSite=Lax`, and over TLS `Secure` with the `__Host-`
//! prefix, which keeps sibling hosts of the domain from setting it.

use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, header};

/// The cookie that holds the session token.
pub const SESSION_COOKIE: &str = "duo_session";

/// How cookies are set; `secure` if browsers reach the server over TLS.
#[derive(Clone, Copy, Debug)]
pub struct CookiePolicy {
    pub secure: bool,
}

impl CookiePolicy {
    fn name(self, name: &str) -> String {
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The value of a cookie, `None` when the browser did not send it. Other programs on the same host may
    /// set cookies with arbitrary bytes, so the header is split before anything is decoded.
    pub fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let name = self.name(name);
        headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| str::from_utf8(pair).ok())
            .filter_map(|pair| Cookie::parse(pair).ok())
            .find(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// A `Set-Cookie` header with `Max-Age` in seconds; 0 removes the cookie.
    ///
    /// # Panics
    /// When `value` is not visible ASCII; ours are base64.
    pub fn set(self, name: &str, value: String, seconds: i64) -> http::HeaderValue {
        let cookie = Cookie::build((self.name(name), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(Duration::seconds(seconds))
            .build();
        cookie.to_string().parse().expect("our cookies are plain ASCII")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn over_tls_a_cookie_belongs_to_this_host_alone() {
        let cookie = CookiePolicy { secure: true }.set("duo_session", "x".into(), 60);
        assert_eq!(cookie, "__Host-duo_session=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
        let plain = CookiePolicy { secure: false }.set("duo_session", "x".into(), 60);
        assert_eq!(plain, "duo_session=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=60");
    }

    proptest! {
        #[test]
        fn what_is_set_is_read_whatever_stands_beside_it(value in "[A-Za-z0-9_-]{0,80}", other in "[ -:<-~]{0,40}", bytes: Vec<u8>) {
            let bytes: Vec<u8> = bytes.into_iter().filter(|it| !it.is_ascii_control() && *it != b';').collect();
            let policy = CookiePolicy { secure: false };
            let set = policy.set("duo_session", value.clone(), 60);
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let mut headers = HeaderMap::new();
            let cookies = [bytes.as_slice(), b"; ", pair.as_bytes(), b"; ", other.as_bytes()].concat();
            headers.append(header::COOKIE, http::HeaderValue::from_bytes(&cookies).unwrap());
            prop_assert_eq!(policy.read(&headers, "duo_session"), Some(value));
        }

        #[test]
        fn any_header_can_be_read(bytes: Vec<u8>) {
            if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
                let _ = CookiePolicy { secure: true }.read(&headers, "duo_session");
            }
        }
    }

    #[test]
    fn a_cookie_of_another_program_in_whatever_bytes_hides_none_of_ours() {
        let policy = CookiePolicy { secure: false };
        let others: [&[u8]; 3] = ["café".as_bytes(), b"caf\xe9", b"\xff\xfe"];
        for other in others {
            let before = [b"name=", other, b"; duo_session=x"].concat();
            let behind = [b"duo_session=x; ", other, b"=1"].concat();
            for bytes in [before, behind] {
                let value = http::HeaderValue::from_bytes(&bytes).unwrap();
                let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
                assert_eq!(policy.read(&headers, "duo_session").as_deref(), Some("x"), "{headers:?}");
            }
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; duo_session=x".parse().unwrap());
        let policy = CookiePolicy { secure: false };
        assert_eq!(policy.read(&headers, "duo_session").as_deref(), Some("x"));
        assert_eq!(policy.read(&headers, "b"), None);
        assert_eq!(CookiePolicy { secure: true }.read(&headers, "duo_session"), None);
    }
}
