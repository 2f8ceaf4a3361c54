//! Which IP addresses are public: not private, link-local, loopback, documentation or otherwise reserved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether the IP address is globally reachable, by the special-purpose address registries (RFC 6890).
/// `IpAddr::is_global` of the standard library is not stable yet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0);
    let benchmarks = a == 198 && matches!(b, 18 | 19);
    !(a == 0
        || a >= 224
        || shared
        || protocols
        || benchmarks
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // IPv6 addresses that embed an IPv4 address and lead to it: mapped, compatible, NAT64 (64:ff9b::), 6to4.
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, a, b] | [0x64, 0xff9b, 0, 0, 0, 0, a, b] | [0x2002, a, b, ..] => {
            is_public_v4(Ipv4Addr::from((u32::from(a) << 16) | u32::from(b)))
        }
        // Of global unicast (2000::/3), neither Teredo and its neighbours (2001::/23) nor documentation.
        [0x2001, b, ..] => b >= 0x200 && b != 0xdb8,
        [0x3fff, b, ..] => b >= 0x1000,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_another_machine_elsewhere_is_not_public() {
        for public in ["1.1.1.1", "93.184.216.34", "100.63.0.1", "100.128.0.1", "172.32.0.1", "192.0.1.1"] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for public in ["2606:4700::1111", "2001:4860:4860::8888", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
        for private in [
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
    }
}
