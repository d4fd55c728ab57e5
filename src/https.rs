//! How this program speaks HTTPS: with the certificates of the system, never in the clear beyond this machine, and
//! without following redirects.

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::{Client, ClientBuilder, redirect};
use url::{Host, Url};

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    /// No TLS can be made.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Whether an address is on this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether what is sent there stays private: https, or http on this machine.
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && is_here(url)
}

/// A client; one for addresses on this machine passes by every proxy.
pub fn client(timeout: Duration, here: bool) -> Result<Client, Error> {
    Ok(builder(timeout, here)?.build()?)
}

/// The same, with names resolved by `resolver`, for each connection.
pub fn guarded_client(timeout: Duration, here: bool, resolver: impl Resolve + 'static) -> Result<Client, Error> {
    Ok(builder(timeout, here)?.dns_resolver(resolver).build()?)
}

fn builder(timeout: Duration, here: bool) -> Result<ClientBuilder, Error> {
    let mut client = Client::builder()
        .user_agent(concat!("fleetwatch/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .tls_backend_preconfigured(tls()?);
    if here {
        client = client.no_proxy();
    }
    Ok(client)
}

/// What caused an error, each cause after a colon, without the address, which may be secret.
pub fn causes(error: reqwest::Error) -> String {
    use std::error::Error as _;
    let error = error.without_url();
    let mut words = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

/// TLS as it is spoken to everybody: the certificates of the system, by ring.
pub fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        log::warn!("a certificate of the system cannot be read: {error}");
    }
    roots.add_parsable_certificates(found.certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
