//! The IP address of the client: that of the peer, or the one that trusted proxies report.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use axum::http::HeaderMap;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's IP address as the outermost trusted proxy saw it, or the peer's if no proxy reports one.
/// `None` if it is unknown: an unreadable entry must not be replaced by the proxy's address, or failed
/// sign-ins through it would throttle everybody else.
pub(super) fn remote_ip(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> Option<IpAddr> {
    if trusted_proxies == 0 || !headers.contains_key(X_FORWARDED_FOR) {
        return peer.map(|ip| ip.to_canonical());
    }
    // Clients control the beginning of the list, in any bytes: only the one trusted entry is parsed.
    let list: Vec<&[u8]> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|entry| !entry.is_empty())
        .collect();
    // A request that passed fewer proxies than configured has all of them in the list.
    let ip = list.get(list.len().saturating_sub(trusted_proxies)).and_then(|entry| address(entry));
    if ip.is_none() {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            tracing::warn!(
                "X-Forwarded-For of a trusted proxy has no valid IP address, so the client of the request is unknown; \
                 this is logged once"
            );
        });
    }
    ip
}

/// An IP address as proxies write it: bare, in brackets, or with a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry).ok()?.trim_matches('"');
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    let ip: IpAddr = text.parse().ok().or_else(in_brackets).or_else(with_port)?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const PEER: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)));

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn said(values: &[&[u8]], trusted_proxies: usize) -> Option<IpAddr> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(value).expect("a header's value"));
        }
        remote_ip(&headers, PEER, trusted_proxies)
    }

    #[test]
    fn only_proxies_that_are_trusted_say_where_a_request_came_from() {
        let chain: &[&[u8]] = &[b"1.1.1.1, 2.2.2.2"];
        assert_eq!(said(chain, 0), PEER);
        assert_eq!(said(chain, 1), Some(ip("2.2.2.2")));
        assert_eq!(said(chain, 2), Some(ip("1.1.1.1")));
        assert_eq!(said(chain, 3), Some(ip("1.1.1.1")), "it came by fewer");
        assert_eq!(said(&[b"1.1.1.1", b"2.2.2.2"], 1), Some(ip("2.2.2.2")));
        assert_eq!(said(&[], 1), PEER, "no proxy said anything");
        assert_eq!(remote_ip(&HeaderMap::new(), None, 0), None);
    }

    #[test]
    fn an_address_is_read_however_a_proxy_writes_it() {
        for (written, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:50123", "203.0.113.9"),
            (" 203.0.113.9 ,", "203.0.113.9"),
            ("2001:db8::9", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("[2001:db8::9]:50123", "2001:db8::9"),
            ("\"[2001:db8::9]:50123\"", "2001:db8::9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:50123", "203.0.113.9"),
        ] {
            assert_eq!(said(&[written.as_bytes()], 1), Some(ip(expected)), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_nobodys_address_and_least_of_all_the_proxys() {
        let wrong: [&[u8]; 8] =
            [b"", b",", b"unknown", b"_hidden", b"203.0.113.9:port", b"203.0.113", b"\xff", "é".as_bytes()];
        for written in wrong {
            assert_eq!(said(&[written], 1), None, "{written:?}");
        }
    }

    #[test]
    fn what_a_client_wrote_before_the_proxy_hides_nothing() {
        let lists: [&[u8]; 3] =
            [b"\xff, 203.0.113.9", "é, 203.0.113.9".as_bytes(), b"nonsense, 203.0.113.9:1"];
        for list in lists {
            assert_eq!(said(&[list], 1), Some(ip("203.0.113.9")), "{list:?}");
            assert_eq!(said(&[list], 2), None, "{list:?}");
        }
        assert_eq!(said(&[b"\xff", b"203.0.113.9"], 1), Some(ip("203.0.113.9")));
    }

    proptest! {
        #[test]
        fn whatever_is_said_no_proxy_is_taken_for_the_client(bytes: Vec<u8>, proxies in 1_usize..4) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(X_FORWARDED_FOR.parse().unwrap(), value)]);
                prop_assert_ne!(remote_ip(&headers, PEER, proxies), PEER);
            }
        }
    }
}
