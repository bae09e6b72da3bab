//! Sessions: how they are opened, and the limits that each is given.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject as _};
use tokio_postgres::{Client, Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

/// Limits of a working session: a partitioned one must not hold its locks longer than a node's lease.
const LIMITS: &str = "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=3000 -c lock_timeout=2000";
/// A migration takes the time it needs, but does not wait for ever for another server's.
const MIGRATION_LIMITS: &str = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=60000";

/// A database to connect to.
pub(crate) struct Settings {
    config: Config,
    /// Present when the address asks for TLS; certificates are then always verified.
    tls: Option<MakeRustlsConnect>,
}

impl Settings {
    /// Reads a `postgres://` address. `sslmode` may be `disable`, `prefer` (the default: no TLS), `require`,
    /// `verify-ca` or `verify-full`, and `sslrootcert` may name a file of certificates to trust.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let (url, root_file) = take_parameter(url, "sslrootcert");
        let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = url
            .parse()
            .map_err(|error| Error::Settings(format!("the database url is not a postgres:// address: {error}")))?;
        config
            .connect_timeout(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(5))
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(5))
            .keepalives_interval(Duration::from_secs(2))
            .keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("callwright");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer => None,
            _ => Some(MakeRustlsConnect::new(client_config(root_file.as_deref())?)),
        };
        Ok(Self { config, tls })
    }

    pub(crate) fn pool(&self, size: usize) -> Result<Pool> {
        let config = self.with_limits(LIMITS);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &self.tls {
            Some(tls) => Manager::from_config(config, tls.clone(), recycling),
            None => Manager::from_config(config, NoTls, recycling),
        };
        Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Settings(format!("cannot make a pool: {error}")))
    }

    fn with_limits(&self, limits: &str) -> Config {
        let mut config = self.config.clone();
        let own = config.get_options().unwrap_or_default().to_owned();
        // The operator's own options come last, and win.
        config.options(format!("{limits} {own}"));
        config
    }
}

/// A session of its own, without the limits of the others.
pub(crate) async fn connect_for_migrations(settings: &Settings) -> Result<Client> {
    let config = settings.with_limits(MIGRATION_LIMITS);
    let client = match &settings.tls {
        Some(tls) => {
            let (client, connection) = config.connect(tls.clone()).await?;
            tokio::spawn(drive(connection));
            client
        }
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(drive(connection));
            client
        }
    };
    Ok(client)
}

/// The session's other half; it ends when the client is dropped.
async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a session for migrations broke");
    }
}

fn client_config(root_file: Option<&str>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match root_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |error| Error::Settings(format!("cannot read certificates from `{path}`: {error:?}"));
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                roots
                    .add(certificate.map_err(unreadable)?)
                    .map_err(|error| Error::Settings(format!("a certificate in `{path}` is not one: {error}")))?;
            }
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Settings(format!("tls: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes `name=…` out of the query of `url`; the driver does not know it.
fn take_parameter(url: &str, name: &str) -> (String, Option<String>) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let (mine, others): (Vec<_>, Vec<_>) =
        query.split('&').partition(|pair| pair.split_once('=').is_some_and(|(key, _)| key == name));
    let value = mine.first().and_then(|pair| pair.split_once('=')).map(|(_, value)| value.replace("%2F", "/"));
    let url = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    (url, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_used_when_the_address_asks_for_it() {
        let has_tls = |url: &str| Settings::parse(url).expect("parses").tls.is_some();
        assert!(!has_tls("postgres://u:p@db/x"));
        assert!(!has_tls("postgres://u:p@db/x?sslmode=disable"));
        assert!(has_tls("postgres://u:p@db/x?sslmode=require"));
        assert!(has_tls("postgres://u:p@db/x?connect_timeout=3&sslmode=verify-full"));
        assert!(Settings::parse("mysql://db").is_err());
        assert!(Settings::parse("postgres://db/x?sslmode=require&sslrootcert=/nowhere.pem").is_err());
    }

    #[test]
    fn the_operators_own_options_win() {
        let settings = Settings::parse("postgres://db/x?options=-c%20statement_timeout%3D9000").expect("parses");
        let options = settings.with_limits(LIMITS).get_options().map(str::to_owned).expect("has options");
        assert!(options.ends_with("-c statement_timeout=9000"), "{options}");
    }
}
