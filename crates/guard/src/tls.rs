//! TLS towards upstreams: one configuration for all of them, and the host name always verified.

use std::{io, net::IpAddr, sync::Arc};

use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, ClientConfig, RootCertStore, crypto::ring},
};

use crate::{Error, host::Host};

/// Makes the configuration: Mozilla's roots, those of `extra_roots_pem` besides, HTTP/1.1 only.
pub(crate) fn connector(extra_roots_pem: Option<&[u8]>) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = extra_roots_pem {
        add_roots(&mut roots, pem)?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name that the upstream's certificate must carry.
pub(crate) fn server_name(host: &Host) -> Result<ServerName<'static>, String> {
    match host {
        Host::Address(ip) => Ok(ServerName::from(IpAddr::to_canonical(ip))),
        Host::Name(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            ServerName::try_from(name.to_owned()).map_err(|_| format!("no certificate can be issued for `{name}`"))
        }
    }
}

/// Why a handshake failed, in the words of the TLS library if it was its verdict.
pub(crate) fn explain(error: &io::Error) -> String {
    let verdict = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    verdict.map_or_else(|| error.kind().to_string(), ToString::to_string)
}

fn add_roots(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), Error> {
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| Error::Roots(error.to_string()))?;
        roots.add(certificate).map_err(|error| Error::Roots(error.to_string()))?;
        found += 1;
    }
    if found == 0 {
        return Err(Error::Roots("there is no certificate in them".to_owned()));
    }
    Ok(())
}
