//! What stands in the place of a host: an address in any of its textual forms, or a name.
//!
//! The `url` crate reads hosts as browsers do, so `0x7f.1`, `0177.0.0.1`, `2130706433` and their
//! percent-encoded and full-width forms all become `127.0.0.1` before anything here looks at them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use url::Url;

/// A host as it can be dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A literal address.
    Address(IpAddr),
    /// A name to resolve, in lower case ASCII; a trailing dot is kept, since it stops search domains.
    Name(String),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Self::Address(ip) => ip.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Reads the host of a driver's configuration: a name, an address, or an IPv6 address in brackets.
///
/// # Errors
/// Says what is wrong with the text.
pub fn parse(text: &str) -> Result<Host, String> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(Host::Address(ip));
    }
    let host = url::Host::parse(text).map_err(|error| format!("`{text}` is not a host: {error}"))?;
    from_url_host(&host)
}

/// Reads the host of a URL.
///
/// # Errors
/// Says what is wrong with it.
pub fn of_url(url: &Url) -> Result<Host, String> {
    let host = url.host().ok_or_else(|| "the URL has no host".to_owned())?;
    from_url_host(&host)
}

/// The addresses of `localhost` and the names under it, which are never asked of a resolver (RFC 6761).
pub fn local_addresses(name: &str) -> Option<[IpAddr; 2]> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost").then_some([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)])
}

fn from_url_host<S: AsRef<str>>(host: &url::Host<S>) -> Result<Host, String> {
    match host {
        url::Host::Ipv4(ip) => Ok(Host::Address(IpAddr::V4(*ip))),
        url::Host::Ipv6(ip) => Ok(Host::Address(IpAddr::V6(*ip))),
        url::Host::Domain(name) => check_name(name.as_ref()).map(|()| Host::Name(name.as_ref().to_owned())),
    }
}

/// Refuses what no resolver should be asked for: empty labels, names and labels over their limits
/// (RFC 1035), and characters that host names do not have.
fn check_name(name: &str) -> Result<(), String> {
    let plain = name.strip_suffix('.').unwrap_or(name);
    if plain.len() > 253 {
        return Err("the host name is longer than 253 characters".to_owned());
    }
    for label in plain.split('.') {
        if label.is_empty() {
            return Err(format!("`{name}` is not a host: it has an empty label"));
        }
        if label.len() > 63 {
            return Err("the host name has a label longer than 63 characters".to_owned());
        }
        if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(format!("`{name}` is not a host: it has a character that host names do not have"));
        }
    }
    Ok(())
}
