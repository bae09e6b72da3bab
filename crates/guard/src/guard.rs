//! The guard itself: what it is made of, and the check that needs no network.

use std::{fmt, sync::Arc, time::Duration};

use ipnet::IpNet;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::{
    Error, Resolve, SystemResolver,
    address::check,
    host::{self, Host},
    pool::Pool,
    script::Scripted,
    tls,
};

/// What a guard is made from.
#[derive(Clone)]
pub struct Options {
    /// Networks let through besides public addresses (`CALLWRIGHT_OUTBOUND_ALLOW`).
    pub allow: Vec<IpNet>,
    /// Certificates of authorities to trust besides Mozilla's, in PEM.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// Idle connections kept for each origin.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// Where names are resolved.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            extra_roots_pem: None,
            max_idle_per_host: 256,
            idle_timeout: Duration::from_secs(30),
            resolver: Arc::new(SystemResolver::default()),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("allow", &self.allow).finish_non_exhaustive()
    }
}

/// The one way out. Clones share connections and settings.
#[derive(Clone)]
pub struct Guard {
    pub(crate) inner: Arc<Inner>,
    pub(crate) script: Scripted,
}

pub(crate) struct Inner {
    pub(crate) allow: Vec<IpNet>,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: TlsConnector,
    pub(crate) pool: Arc<Pool>,
}

impl Guard {
    /// Makes a guard.
    ///
    /// # Errors
    /// If the extra root certificates cannot be read.
    pub fn new(options: Options) -> Result<Self, Error> {
        let tls = tls::connector(options.extra_roots_pem.as_deref())?;
        let pool = Pool::new(options.max_idle_per_host, options.idle_timeout);
        let inner = Arc::new(Inner { allow: options.allow, resolver: options.resolver, tls, pool });
        Ok(Self { inner, script: Scripted::default() })
    }

    /// Refuses a URL that can never be requested, for an early word when a tool is saved: another
    /// scheme, credentials, no host, a literal address that the policy refuses. A name passes here and is
    /// judged by its addresses when it is connected to.
    ///
    /// # Errors
    /// Says what is wrong, without the URL's path and query.
    pub fn check_url(&self, url: &Url) -> Result<(), String> {
        check_form(url)?;
        let refused = |ip| check(ip, &self.inner.allow).err();
        match host::of_url(url)? {
            Host::Address(ip) => match refused(ip) {
                Some(refused) => Err(format!("the outbound policy refuses {refused}")),
                None => Ok(()),
            },
            Host::Name(name) => match host::local_addresses(&name) {
                Some(local) if local.into_iter().all(|ip| refused(ip).is_some()) => {
                    Err(format!("the outbound policy refuses `{name}`, which is this machine"))
                }
                _ => Ok(()),
            },
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("allow", &self.inner.allow).finish_non_exhaustive()
    }
}

/// What can be said of a URL without its host.
pub(crate) fn check_form(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("only http and https can be requested, not `{}`", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL must not hold a user name or a password; use the tool's `auth` instead".to_owned());
    }
    Ok(())
}
