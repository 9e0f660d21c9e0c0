//! Where a request comes from, for the delays after failed logins: the peer, or, behind proxies that are trusted, the
//! address that the first of them noted.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;

use crate::config::Network;

const HEADER: &str = "x-forwarded-for";

/// The address that a request comes from; empty where there is none, as over a Unix socket.
#[must_use]
pub fn of(request: &HttpRequest, proxies: &[Network]) -> String {
    let Some(peer) = request.peer_addr() else {
        return String::new();
    };
    let noted = request.headers().get_all(HEADER);
    let noted: Vec<&str> = noted.filter_map(|value| value.to_str().ok()).collect();
    walk(peer.ip(), &noted.join(","), proxies).to_string()
}

/// Back from the peer along what was noted, as long as those who noted it are trusted: what stands left of the first
/// stranger may be invented. Behind what cannot be read nobody is known, so whoever noted it counts as the source.
fn walk(peer: IpAddr, noted: &str, proxies: &[Network]) -> IpAddr {
    let mut source = peer.to_canonical();
    for hop in noted.rsplit(',') {
        if !is_trusted(source, proxies) {
            break;
        }
        match address(hop.trim()) {
            Some(address) => source = address,
            None => break,
        }
    }
    source
}

/// A proxy on this machine is trusted always.
fn is_trusted(ip: IpAddr, proxies: &[Network]) -> bool {
    ip.is_loopback() || proxies.iter().any(|network| network.contains(ip))
}

/// Some proxies note the port as well.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let ip = match bare.unwrap_or(text).parse::<IpAddr>() {
        Ok(ip) => ip,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn proxies(networks: &[&str]) -> Vec<Network> {
        let read = |text: &&str| Network::parse(text).expect("a network");
        networks.iter().map(read).collect()
    }

    fn from(peer: &str, noted: &str, networks: &[&str]) -> String {
        let peer = peer.parse().expect("an address");
        walk(peer, noted, &proxies(networks)).to_string()
    }

    #[test]
    fn a_stranger_may_note_nothing() {
        assert_eq!(from("10.1.1.1", "1.2.3.4", &[]), "10.1.1.1");
        assert_eq!(from("10.1.1.1", "1.2.3.4", &["10.2.0.0/16"]), "10.1.1.1");
    }

    #[test]
    fn a_proxy_on_this_machine_is_trusted_without_being_named() {
        assert_eq!(from("127.0.0.1", "1.2.3.4, 9.9.9.9", &[]), "9.9.9.9");
        assert_eq!(from("::1", "9.9.9.9", &[]), "9.9.9.9");
    }

    #[test]
    fn the_walk_goes_from_right_to_left_and_ends_at_the_first_stranger() {
        let trusted = ["10.1.0.0/16", "fd00::7"];

        let source = from("10.1.0.2", "6.6.6.6, 1.2.3.4, 10.1.0.9", &trusted);
        assert_eq!(source, "1.2.3.4", "6.6.6.6 may be invented");
        let source = from("fd00::7", "1.2.3.4,fd00::7", &trusted);
        assert_eq!(source, "1.2.3.4");
        let source = from("10.1.0.2", "10.1.0.8, 10.1.0.9", &trusted);
        assert_eq!(source, "10.1.0.8", "somebody inside");
    }

    #[test]
    fn what_cannot_be_read_ends_it_too() {
        let trusted = ["10.1.0.0/16"];

        assert_eq!(from("10.1.0.2", "", &trusted), "10.1.0.2");
        assert_eq!(from("10.1.0.2", "1.2.3.4, unknown", &trusted), "10.1.0.2");
        let source = from("10.1.0.2", "1.2.3.4, _hidden, 10.1.0.9", &trusted);
        assert_eq!(source, "10.1.0.9");
    }

    #[test]
    fn ports_brackets_and_ipv4_in_ipv6_clothes_are_read() {
        let trusted = ["10.1.0.0/16"];

        for (noted, source) in [
            ("1.2.3.4:5555", "1.2.3.4"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
        ] {
            assert_eq!(from("::ffff:10.1.0.2", noted, &trusted), source);
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let request = TestRequest::get()
            .peer_addr("10.1.0.2:5000".parse().expect("an address"))
            .append_header((HEADER, "6.6.6.6"))
            .append_header((HEADER, "1.2.3.4, 10.1.0.9"))
            .to_http_request();

        assert_eq!(of(&request, &proxies(&["10.1.0.0/16"])), "1.2.3.4");
    }
}
