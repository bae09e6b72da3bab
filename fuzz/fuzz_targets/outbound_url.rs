//! Whatever bytes a URL is made of: if some parser would take its host for an address of this machine or
//! of a private network, the guard refuses it.
#![no_main]

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use callwright_guard::{Guard, Options, address, host};
use libfuzzer_sys::fuzz_target;
use url::Url;

static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(Options::default()).expect("a guard without extra roots"));

fuzz_target!(|text: &str| {
    let host = text.split(['/', '?', '#']).next().unwrap_or(text);
    judge_driver_host(text);
    for url in
        [text.to_owned(), format!("http://{host}/"), format!("https://{host}:8443/x"), format!("http://[{host}]/")]
    {
        if let Ok(url) = Url::parse(&url) {
            judge(&url);
        }
    }
    // A redirect's target is joined, not parsed.
    if let Ok(url) = Url::parse("https://api.example.com/v1/").and_then(|base| base.join(text)) {
        judge(&url);
    }
});

/// A URL that passes has an http scheme, no credentials, and a host that is nobody's way inside.
fn judge(url: &Url) {
    if GUARD.check_url(url).is_err() {
        return;
    }
    assert!(matches!(url.scheme(), "http" | "https"), "scheme of {url}");
    assert!(url.username().is_empty() && url.password().is_none(), "credentials in {url}");
    match url.host() {
        Some(url::Host::Ipv4(ip)) => assert!(!is_inside(IpAddr::V4(ip)), "{url}"),
        Some(url::Host::Ipv6(ip)) => assert!(!is_inside(IpAddr::V6(ip)), "{url}"),
        Some(url::Host::Domain(name)) => judge_name(name),
        None => panic!("no host in {url}"),
    }
}

/// The host of a driver's configuration, which does not come by way of a URL.
fn judge_driver_host(text: &str) {
    match host::parse(text) {
        Ok(host::Host::Address(ip)) if address::check(ip, &[]).is_ok() => assert!(!is_inside(ip), "{text}"),
        Ok(host::Host::Name(name)) if host::local_addresses(&name).is_none() => judge_name(&name),
        _ => {}
    }
}

/// A name that passes is none that the C library's lenient parser would read as an address.
fn judge_name(name: &str) {
    let plain = name.strip_suffix('.').unwrap_or(name);
    assert!(inet_aton(plain).is_none(), "`{name}` is an address in disguise");
    assert!(plain.parse::<IpAddr>().is_err(), "`{name}` is an address");
    assert!(plain != "localhost" && !plain.ends_with(".localhost"), "`{name}` is this machine");
    assert!(plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "`{name}`");
}

/// The standard library's opinion, which knows nothing of our table.
fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_multicast()
        }
        IpAddr::V6(ip) => {
            let inside = ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local();
            inside || led_to(ip).is_some_and(|v4| is_inside(IpAddr::V4(v4)))
        }
    }
}

fn led_to(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, .., y, z] = ip.segments();
    let [.., c, d, e, f] = ip.octets();
    match (a, b) {
        (0x2002, _) => {
            let [_, _, c, d, e, f, ..] = ip.octets();
            Some(Ipv4Addr::new(c, d, e, f))
        }
        (0x2001, 0) => Some(Ipv4Addr::from(!((u32::from(y) << 16) | u32::from(z)))),
        (0x64, 0xff9b) => Some(Ipv4Addr::new(c, d, e, f)),
        _ => ip.to_ipv4(),
    }
}

/// `inet_aton`: one to four parts, each decimal, octal or hexadecimal, the last filling what is left.
fn inet_aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|part| *part > 255) {
        return None;
    }
    let bits = 32 - 8 * u32::try_from(first.len()).ok()?;
    if u64::from(*last) >= 1u64 << bits {
        return None;
    }
    let high = first.iter().fold(0u64, |sum, part| (sum << 8) | u64::from(*part)) << bits;
    u32::try_from(high | u64::from(*last)).ok().map(Ipv4Addr::from)
}

fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    (!digits.starts_with('+')).then(|| u32::from_str_radix(digits, radix).ok())?
}
