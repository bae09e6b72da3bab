//! Resolve, check, connect: in that order, and to nothing but what was checked.
//!
//! The name is resolved once for each connection. The addresses that pass are the ones connected to,
//! so a name that answers differently the next time (DNS rebinding) gains nothing.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

use crate::{
    DialError, DialErrorKind,
    address::check,
    guard::Guard,
    host::{self, Host},
};

/// Addresses of one name that are tried at most.
const MAX_ADDRESSES: usize = 16;
/// The least time for one of several addresses, so that many addresses do not starve each other.
const MIN_ATTEMPT: Duration = Duration::from_secs(2);

impl Guard {
    /// The addresses of a host that may be reached, at most 16. Drivers that connect by themselves
    /// must be pinned to these.
    ///
    /// # Errors
    /// `Host` for a text that is no host, `Dns` if the name does not resolve, `Blocked` if none of its
    /// addresses may be reached, `Timeout`.
    pub async fn resolve(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, DialError> {
        self.resolve_by(&parse(host)?, port, Instant::now() + timeout).await
    }

    /// Connects to a host: resolves it, checks the addresses, and tries those that may be reached in turn.
    ///
    /// # Errors
    /// As [`Guard::resolve`], and `Connect` if no address answers.
    pub async fn dial(&self, host: &str, port: u16, timeout: Duration) -> Result<TcpStream, DialError> {
        self.dial_by(&parse(host)?, port, Instant::now() + timeout).await
    }

    pub(crate) async fn dial_by(&self, host: &Host, port: u16, limit: Instant) -> Result<TcpStream, DialError> {
        let addresses = self.resolve_by(host, port, limit).await?;
        connect(&addresses, host, port, limit).await
    }

    async fn resolve_by(&self, host: &Host, port: u16, limit: Instant) -> Result<Vec<SocketAddr>, DialError> {
        if self.script.0.is_some() {
            return Err(DialError::new(DialErrorKind::Connect, "a stubbed run connects to nothing"));
        }
        match host {
            Host::Address(ip) => self.admit(host, port, &[*ip]),
            Host::Name(name) => match host::local_addresses(name) {
                Some(local) => self.admit(host, port, &local),
                None => self.admit(host, port, &self.look_up(name, limit).await?),
            },
        }
    }

    async fn look_up(&self, name: &str, limit: Instant) -> Result<Vec<IpAddr>, DialError> {
        match timeout_at(limit, self.inner.resolver.resolve(name)).await {
            Ok(Ok(found)) if found.is_empty() => {
                Err(DialError::new(DialErrorKind::Dns, format!("`{name}` has no address")))
            }
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => {
                tracing::debug!(name, %error, "name did not resolve");
                Err(DialError::new(DialErrorKind::Dns, format!("`{name}` could not be resolved")))
            }
            Err(_) => Err(DialError::new(DialErrorKind::Timeout, format!("resolving `{name}` took too long"))),
        }
    }

    /// Keeps the addresses that may be reached. What a name resolved to is logged for the operator and
    /// kept from the caller.
    fn admit(&self, host: &Host, port: u16, found: &[IpAddr]) -> Result<Vec<SocketAddr>, DialError> {
        let mut admitted: Vec<SocketAddr> = Vec::with_capacity(found.len().min(MAX_ADDRESSES));
        let mut refused = None;
        for ip in found {
            if let Err(why) = check(*ip, &self.inner.allow) {
                tracing::debug!(?host, address = %why.ip, reason = why.reason, "outbound address refused");
                refused = refused.or(Some(why));
                continue;
            }
            let address = SocketAddr::new(ip.to_canonical(), port);
            if !admitted.contains(&address) && admitted.len() < MAX_ADDRESSES {
                admitted.push(address);
            }
        }
        match refused {
            Some(why) if admitted.is_empty() => {
                let message = match host {
                    Host::Address(_) => format!("the outbound policy refuses `{host}`, which is {}", why.reason),
                    Host::Name(_) => format!("the outbound policy refuses `{host}`: it leads to {}", why.reason),
                };
                Err(DialError::new(DialErrorKind::Blocked, message))
            }
            _ => Ok(admitted),
        }
    }
}

fn parse(text: &str) -> Result<Host, DialError> {
    host::parse(text).map_err(|message| DialError::new(DialErrorKind::Host, message))
}

async fn connect(addresses: &[SocketAddr], host: &Host, port: u16, limit: Instant) -> Result<TcpStream, DialError> {
    let mut last = None;
    for (index, address) in addresses.iter().enumerate() {
        let now = Instant::now();
        if now >= limit {
            last = None;
            break;
        }
        let attempt = attempt_limit(now, limit, addresses.len() - index);
        match timeout_at(attempt, open(*address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                tracing::debug!(%address, %error, "outbound connection failed");
                last = Some(error.kind());
            }
            Err(_) => last = None,
        }
    }
    Err(match last {
        Some(cause) => DialError::new(DialErrorKind::Connect, format!("cannot connect to `{host}:{port}`: {cause}")),
        None => DialError::new(DialErrorKind::Timeout, format!("connecting to `{host}:{port}` took too long")),
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that connects, to an address that was checked")]
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Small requests must not wait for more; a socket that cannot do it still works.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// A fair share of the time for one address, so that one that swallows packets leaves time for the next.
fn attempt_limit(now: Instant, limit: Instant, addresses_left: usize) -> Instant {
    let share = limit.saturating_duration_since(now) / u32::try_from(addresses_left).unwrap_or(u32::MAX).max(1);
    limit.min(now + share.max(MIN_ATTEMPT))
}
