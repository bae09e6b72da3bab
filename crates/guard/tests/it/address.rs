//! The table of refused addresses, and every way to write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use callwright_guard::{
    Guard, IpNet, Options,
    address::check,
    host::{self, Host},
};
use proptest::{prelude::*, strategy::Union};
use url::Url;

fn verdict(ip: &str) -> Result<(), &'static str> {
    check(ip.parse().unwrap(), &[]).map_err(|refused| refused.reason)
}

#[test]
fn public_addresses_pass() {
    let public = [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "168.63.129.15",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2400:cb00::1",
        "3ffe::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2606:4700::5efe:8.8.8.8",
    ];
    for ip in public {
        assert_eq!(verdict(ip), Ok(()), "{ip}");
    }
}

#[test]
fn the_table_refuses() {
    let refused = [
        ("0.0.0.0", "this network"),
        ("0.255.255.255", "this network"),
        ("10.0.0.0", "private"),
        ("10.255.255.255", "private"),
        ("100.64.0.0", "carrier-grade"),
        ("100.100.100.200", "carrier-grade"),
        ("100.127.255.255", "carrier-grade"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("168.63.129.16", "cloud"),
        ("169.254.0.0", "link-local"),
        ("169.254.169.254", "link-local"),
        ("169.254.170.2", "link-local"),
        ("172.16.0.0", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.0", "IETF"),
        ("192.0.0.192", "IETF"),
        ("192.0.2.255", "documentation"),
        ("192.88.99.1", "6to4"),
        ("192.168.0.0", "private"),
        ("192.168.255.255", "private"),
        ("198.18.0.0", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.255", "documentation"),
        ("224.0.0.0", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.0", "reserved"),
        ("255.255.255.254", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::2", "IPv4-compatible"),
        ("::8.8.8.8", "IPv4-compatible"),
        ("::ffff:0:8.8.8.8", "IPv4-translated"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:0.0.0.0", "this network"),
        ("::ffff:169.254.169.254", "link-local"),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b:1::8.8.8.8", "NAT64"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:0:808:808::1", "Teredo"),
        ("2001:2::1", "benchmarking"),
        ("2001:20::1", "IETF"),
        ("2001:1ff:ffff::1", "IETF"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "loopback"),
        ("2002:a9fe:a9fe::1", "link-local"),
        ("2606:4700::5efe:10.0.0.1", "private"),
        ("2606:4700::200:5efe:127.0.0.1", "loopback"),
        ("3fff::1", "documentation"),
        ("3fff:fff:ffff::1", "documentation"),
        ("4000::1", "global unicast"),
        ("5f00::1", "segment routing"),
        ("fc00::1", "unique-local"),
        ("fd00:ec2::254", "unique-local"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("1::1", "global unicast"),
    ];
    for (ip, why) in refused {
        let reason = verdict(ip).unwrap_err();
        assert!(reason.contains(why), "{ip}: {reason}");
    }
}

#[test]
fn an_allowed_network_is_let_through() {
    let allow = |nets: &[&str], ip: &str| {
        let nets: Vec<IpNet> = nets.iter().map(|net| net.parse().unwrap()).collect();
        check(ip.parse().unwrap(), &nets).is_ok()
    };
    assert!(allow(&["10.1.0.0/16"], "10.1.2.3"));
    assert!(!allow(&["10.1.0.0/16"], "10.2.0.0"));
    assert!(allow(&["fd00::/8"], "fd12::1"));
    assert!(allow(&["192.0.2.0/24", "127.0.0.1/32"], "127.0.0.1"));
    // The mapped form is the same address; the others lead through somebody's translator.
    assert!(allow(&["10.0.0.0/8"], "::ffff:10.0.0.1"));
    assert!(allow(&["::ffff:10.0.0.0/104"], "10.0.0.1"));
    assert!(!allow(&["10.0.0.0/8"], "64:ff9b::10.0.0.1"));
    assert!(!allow(&["10.0.0.0/8"], "2002:a00:1::"));
    assert!(allow(&["64:ff9b::/96"], "64:ff9b::10.0.0.1"));
    // A wide IPv6 network says nothing about IPv4.
    assert!(allow(&["::/0"], "::1"));
    assert!(!allow(&["::/0"], "127.0.0.1"));
    assert!(!allow(&["::/0"], "::ffff:127.0.0.1"));
    assert!(!allow(&["0.0.0.0/0"], "::1"));
}

/// IPv4 addresses that are refused, from each network of the table.
fn refused_v4() -> impl Strategy<Value = Ipv4Addr> {
    let networks = [
        ("0.0.0.0", 8),
        ("10.0.0.0", 8),
        ("100.64.0.0", 10),
        ("127.0.0.0", 8),
        ("169.254.0.0", 16),
        ("172.16.0.0", 12),
        ("192.0.0.0", 24),
        ("192.0.2.0", 24),
        ("192.88.99.0", 24),
        ("192.168.0.0", 16),
        ("198.18.0.0", 15),
        ("198.51.100.0", 24),
        ("203.0.113.0", 24),
        ("224.0.0.0", 4),
        ("240.0.0.0", 4),
    ];
    Union::new(networks.map(|(base, prefix)| {
        let base = u32::from(base.parse::<Ipv4Addr>().unwrap());
        any::<u32>().prop_map(move |bits| Ipv4Addr::from(base | (bits & (u32::MAX >> prefix))))
    }))
}

/// Every textual form that some parser takes for this address.
fn spellings(ip: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = ip.octets().map(u32::from);
    let whole = u32::from(ip);
    let (low24, low16) = (whole & 0xff_ffff, whole & 0xffff);
    let mut spellings = vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{whole}"),
        format!("0x{whole:x}"),
        format!("0X{whole:X}"),
        format!("0{whole:o}"),
        format!("{a}.{low24}"),
        format!("{a}.{b}.{low16}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0x{a:x}.{b}.0{c:o}.{d}"),
        format!("0000{a:o}.{b}.{c}.{d}"),
    ];
    let encoded: String = spellings[0].bytes().map(|byte| format!("%{byte:02x}")).collect();
    let wide =
        spellings[0].chars().map(|c| c.to_digit(10).map_or('。', |n| char::from_u32(0xff10 + n).unwrap())).collect();
    spellings.extend([encoded, wide]);
    spellings
}

/// Every IPv6 address that leads to this one.
fn embeddings(ip: Ipv4Addr) -> Vec<Ipv6Addr> {
    let [a, b, c, d] = ip.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    vec![
        ip.to_ipv6_mapped(),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, 0x0808, 0x0808, 0, 0xffff, !high, !low),
        Ipv6Addr::new(0x2001, 0, high, low, 0, 0xffff, 0, 0),
        Ipv6Addr::new(0x2606, 0x4700, 0, 0, 0, 0x5efe, high, low),
        Ipv6Addr::new(0x2606, 0x4700, 0, 0, 0x0200, 0x5efe, high, low),
    ]
}

proptest! {
    #[test]
    fn a_refused_address_is_refused_in_every_form(ip in refused_v4()) {
        let guard = Guard::new(Options::default()).unwrap();
        prop_assert!(check(IpAddr::V4(ip), &[]).is_err());
        for text in spellings(ip) {
            for url in [format!("http://{text}/"), format!("https://{text}:8443/x?y")] {
                let url = Url::parse(&url).unwrap();
                prop_assert_eq!(host::of_url(&url), Ok(Host::Address(IpAddr::V4(ip))), "{}", text);
                prop_assert!(guard.check_url(&url).is_err(), "{}", text);
            }
            prop_assert_eq!(host::parse(&text), Ok(Host::Address(IpAddr::V4(ip))), "{}", text);
        }
        for v6 in embeddings(ip) {
            prop_assert!(check(IpAddr::V6(v6), &[]).is_err(), "{}", v6);
            let url = Url::parse(&format!("http://[{v6}]/")).unwrap();
            prop_assert!(guard.check_url(&url).is_err(), "{}", v6);
        }
    }

    #[test]
    fn a_wide_allowance_never_reaches_beyond_its_family(bits in any::<u128>()) {
        let ip = Ipv6Addr::from(bits);
        let everything_v4: IpNet = "0.0.0.0/0".parse().unwrap();
        prop_assert_eq!(check(IpAddr::V6(ip), &[everything_v4]).is_ok(), ip.to_ipv4_mapped().is_some() || check(IpAddr::V6(ip), &[]).is_ok());
    }

    #[test]
    fn what_std_calls_local_is_refused(bits in any::<u32>()) {
        let ip = Ipv4Addr::from(bits);
        let local = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
            || ip.is_multicast() || ip.is_broadcast() || ip.is_documentation();
        prop_assert!(!local || check(IpAddr::V4(ip), &[]).is_err());
    }
}
