//! Which addresses may be reached: the one table that decides it.
//!
//! IPv4 is refused by a list of special-purpose networks (IANA's registry, RFC 6890, and a few
//! addresses of cloud platforms). IPv6 is the other way round: only global unicast is let through,
//! minus its special-purpose networks. An IPv4 address inside an IPv6 address (mapped, NAT64, 6to4,
//! ISATAP) is judged as the IPv4 address it leads to; Teredo and IPv4-compatible ones are refused.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// An address that may not be reached, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The address as it was given.
    pub ip: IpAddr,
    /// What kind of address it is, with its article: `a loopback address`.
    pub reason: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}", self.ip, self.reason)
    }
}

impl std::error::Error for Refused {}

/// Refuses an address that must not be reached. The networks of `allow` are let through whatever the
/// table says; an IPv4 network there also covers the IPv4-mapped form of its addresses, and no other.
///
/// # Errors
/// Says what kind of address it is.
pub fn check(ip: IpAddr, allow: &[IpNet]) -> Result<(), Refused> {
    let canonical = ip.to_canonical();
    if allow.iter().any(|net| covers(net, canonical)) {
        return Ok(());
    }
    let reason = match canonical {
        IpAddr::V4(v4) => refuse_v4(v4),
        IpAddr::V6(v6) => refuse_v6(v6),
    };
    reason.map_or(Ok(()), |reason| Err(Refused { ip, reason }))
}

/// Whether `net` holds `ip`, which is canonical. A network of IPv4-mapped addresses
/// (`::ffff:10.0.0.0/104`) means the IPv4 network; a wider IPv6 network never reaches into IPv4.
fn covers(net: &IpNet, ip: IpAddr) -> bool {
    match (net, ip) {
        (IpNet::V4(net), IpAddr::V4(ip)) => net.contains(&ip),
        (IpNet::V6(net), IpAddr::V6(ip)) => net.contains(&ip),
        (IpNet::V6(net), IpAddr::V4(ip)) => net.prefix_len() >= 96 && net.contains(&ip.to_ipv6_mapped()),
        (IpNet::V4(_), IpAddr::V6(_)) => false,
    }
}

fn refuse_v4(ip: Ipv4Addr) -> Option<&'static str> {
    V4.iter().find(|(net, _)| net.contains(&ip)).map(|(_, reason)| *reason)
}

fn refuse_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if let Some(v4) = embedded(ip) {
        return refuse_v4(v4);
    }
    let special = V6.iter().find(|(net, _)| net.contains(&ip)).map(|(_, reason)| *reason);
    special.or_else(|| (!GLOBAL_UNICAST.contains(&ip)).then_some("not a global unicast address"))
}

/// The IPv4 address that a translator or a tunnel would take this address to.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    if NAT64.contains(&ip) {
        return Some(join(s[6], s[7]));
    }
    if SIX_TO_FOUR.contains(&ip) {
        return Some(join(s[1], s[2]));
    }
    // ISATAP (RFC 5214) lives in the interface identifier, under any prefix; its public form tells
    // nothing about the prefix, which the table still has to judge.
    let isatap = matches!(s[4], 0 | 0x0200) && s[5] == 0x5efe;
    isatap.then(|| join(s[6], s[7])).filter(|v4| refuse_v4(*v4).is_some())
}

const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

/// The refused networks of IPv4. The first that matches gives the reason.
const V4: &[(Ipv4Net, &str)] = &[
    (v4([0, 0, 0, 0], 8), "an address of this network"),
    (v4([10, 0, 0, 0], 8), "a private address"),
    (v4([100, 64, 0, 0], 10), "a carrier-grade NAT address"),
    (v4([127, 0, 0, 0], 8), "a loopback address"),
    (v4([168, 63, 129, 16], 32), "a cloud platform's own address"),
    (v4([169, 254, 0, 0], 16), "a link-local address"),
    (v4([172, 16, 0, 0], 12), "a private address"),
    (v4([192, 0, 0, 0], 24), "an IETF protocol address"),
    (v4([192, 0, 2, 0], 24), "a documentation address"),
    (v4([192, 88, 99, 0], 24), "a 6to4 relay address"),
    (v4([192, 168, 0, 0], 16), "a private address"),
    (v4([198, 18, 0, 0], 15), "a benchmarking address"),
    (v4([198, 51, 100, 0], 24), "a documentation address"),
    (v4([203, 0, 113, 0], 24), "a documentation address"),
    (v4([224, 0, 0, 0], 4), "a multicast address"),
    (v4([255, 255, 255, 255], 32), "the broadcast address"),
    (v4([240, 0, 0, 0], 4), "a reserved address"),
];

/// The refused networks of IPv6: those of global unicast, and others for the sake of a good reason.
const V6: &[(Ipv6Net, &str)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "the unspecified address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "a loopback address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), "an IPv4-compatible address"),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), "an IPv4-translated address"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), "a local NAT64 address"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "a discard-only address"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), "a Teredo address"),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), "a benchmarking address"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "an IETF protocol address"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "a documentation address"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "a documentation address"),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), "a segment routing address"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "a unique-local address"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "a link-local address"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "a site-local address"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "a multicast address"),
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}
