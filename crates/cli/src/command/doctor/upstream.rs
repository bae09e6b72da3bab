//! The way out: whether a public service can be reached as a tool would reach it, and whether it has our time.

use std::time::Duration;

use callwright_guard::{Answer, Guard, Outgoing, SendErrorKind};
use callwright_model::{Clock, SystemClock};
use http::{HeaderMap, Method};
use tokio::time::Instant;
use url::Url;

use super::{Report, server::parse_date};

/// How long the whole request may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// A difference of clocks that breaks signatures and certificates, in seconds.
const TOLERABLE_SKEW: i64 = 30;

/// Sends a HEAD request and looks at what comes back. Any status will do.
pub(super) async fn examine(guard: &Guard, probe: &str, report: &mut Report) {
    let Some(url) = address(probe) else {
        return report.warn(
            "outbound",
            format!("`{probe}` cannot be probed"),
            "--probe wants a host and a port such as example.com:443, or a URL",
        );
    };
    let request = Outgoing {
        method: Method::HEAD,
        url,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
        connect_timeout: PATIENCE,
        read_timeout: PATIENCE,
        deadline: Instant::now() + PATIENCE,
        redirects: 0,
        max_bytes: 64 * 1024,
        sensitive: Vec::new(),
    };
    match guard.send(request).await {
        Ok(answer) => {
            report.ok("outbound", format!("{probe} can be reached: name, connection and TLS"));
            clock(&answer, probe, report);
        }
        Err(error) => {
            let hint = match error.kind {
                SendErrorKind::Dns => "names do not resolve: look at this machine's DNS settings",
                SendErrorKind::Blocked => "let its network through with CALLWRIGHT_OUTBOUND_ALLOW, if tools need it",
                SendErrorKind::Tls => {
                    "TLS fails: a proxy that opens connections needs its authority in CALLWRIGHT_CA_FILE; is the clock right?"
                }
                SendErrorKind::Connect | SendErrorKind::ConnectTimeout | SendErrorKind::DeadlineExceeded => {
                    "a firewall may be in the way; tools that call public services will fail"
                }
                _ => "something between here and there does not speak HTTP; is there a proxy?",
            };
            report.warn("outbound", error.message, hint);
        }
    }
}

/// `example.com:443` is https; other ports are asked in plain.
fn address(probe: &str) -> Option<Url> {
    if probe.contains("://") {
        return Url::parse(probe).ok();
    }
    let scheme = if probe.ends_with(":443") || !probe.contains(':') { "https" } else { "http" };
    Url::parse(&format!("{scheme}://{probe}/")).ok()
}

fn clock(answer: &Answer, probe: &str, report: &mut Report) {
    let date = answer.headers.get("date").and_then(|value| value.to_str().ok());
    let Some(there) = date.and_then(parse_date) else { return };
    let skew = (SystemClock.now().micros() - there.micros()) / 1_000_000;
    if skew.abs() <= TOLERABLE_SKEW {
        return report.ok("world clock", format!("this machine's clock agrees with {probe}"));
    }
    let which = if skew > 0 { "ahead of" } else { "behind" };
    let found = format!("this machine's clock is {} s {which} the one of {probe}", skew.abs());
    report.warn("world clock", found, "set it by NTP: timedatectl set-ntp true");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_may_be_a_host_a_port_or_a_url() {
        for (probe, url) in [
            ("example.com:443", "https://example.com/"),
            ("example.com", "https://example.com/"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000/"),
            ("http://a.example/b", "http://a.example/b"),
        ] {
            assert_eq!(address(probe).unwrap().as_str(), url);
        }
        assert!(address("://").is_none());
    }
}
