//! Which addresses may be connected to: public ones, and those of networks that are named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::sources::{Lookup, words};
use super::{ConfigError, malformed};

/// A network: `10.20.0.0/16`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads an address, alone or with the length of the network's prefix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix)),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(longest), |prefix| prefix.parse().ok())?;
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// Whether the address is of this network.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| {
            let off = width - u32::from(self.prefix);
            // Shifting all bits out is no shift.
            a.checked_shr(off).unwrap_or(0) == b.checked_shr(off).unwrap_or(0)
        };
        match (self.address, ip) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The networks that a setting names, with blanks or commas between them; `expected` is the key of the sentence that says
/// so.
pub(super) fn read(
    lookup: &Lookup<'_>,
    variable: &'static str,
    expected: &'static str,
) -> Result<Vec<Network>, ConfigError> {
    match lookup.text(variable)? {
        None => Ok(Vec::new()),
        Some(found) => words(&found.text)
            .map(Network::parse)
            .collect::<Option<_>>()
            .ok_or_else(|| malformed(found, expected)),
    }
}

/// Whether a connection to this address may be opened: it is public, or of a network that is named.
#[must_use]
pub fn may_connect(ip: IpAddr, networks: &[Network]) -> bool {
    // An IPv4 address in IPv6 clothes is what it is.
    let ip = ip.to_canonical();
    networks.iter().any(|network| network.contains(ip))
        || match ip {
            IpAddr::V4(ip) => is_public(ip),
            IpAddr::V6(ip) => is_public_v6(ip),
        }
}

fn is_public(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        // Carriers' own, protocol assignments, 6to4 relays, measurements, multicast and what is beyond.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || 224 <= a)
}

/// Only global unicast, and of that nothing that carries an IPv4 address inside or is for documents.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    let special =
        (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(ip: &str, networks: &[&str]) -> bool {
        let networks: Vec<Network> = networks
            .iter()
            .map(|text| Network::parse(text).expect("a network"))
            .collect();
        may_connect(ip.parse().expect("an address"), &networks)
    }

    #[test]
    fn what_is_not_public_is_connected_to_only_where_it_is_named() {
        for ip in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!may(ip, &[]), "{ip}");
            assert!(may(ip, &["0.0.0.0/0", "::/0"]), "{ip}");
        }
        for ip in ["8.8.8.8", "59.207.0.1", "2400:3200::1"] {
            assert!(may(ip, &[]), "{ip}");
        }
    }

    #[test]
    fn a_network_ends_where_its_prefix_says() {
        assert!(may("10.20.255.255", &["10.20.0.0/16"]));
        assert!(!may("10.21.0.0", &["10.20.0.0/16"]));
        assert!(may("10.20.0.1", &["10.20.0.1"]));
        assert!(!may("10.20.0.2", &["10.20.0.1"]));
        for wrong in [
            "10.20.0.0/33",
            "10.20/16",
            "exchange",
            "::/129",
            "10.0.0.0/x",
        ] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
