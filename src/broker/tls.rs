//! TLS as the settings ask for it, or an error that names the file. Nothing here can be relaxed.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::{Error, Settings};

/// `alpn` names the protocol, where the other side has several on one port.
pub(super) fn config(settings: &Settings, alpn: Option<&[u8]>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = &settings.ca_file {
        for certificate in certificates("ca_file", path)? {
            roots.add(certificate).map_err(|error| file_error("ca_file", path, &error))?;
        }
    } else {
        let system = rustls_native_certs::load_native_certs();
        // One odd certificate among a hundred and forty of the system is none of our business.
        roots.add_parsable_certificates(system.certs);
        if roots.is_empty() {
            return Err(Error::NoSystemRoots);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_root_certificates(roots);
    let mut config = match (&settings.client_cert_file, &settings.client_key_file) {
        (None, None) => builder.with_no_client_auth(),
        (Some(cert_path), Some(key_path)) => {
            let chain = certificates("client_cert_file", cert_path)?;
            let key = PrivateKeyDer::from_pem_file(key_path).map_err(|error| {
                file_error("client_key_file", key_path, &pem_words(&error, "a private key without a passphrase"))
            })?;
            builder.with_client_auth_cert(chain, key).map_err(|error| file_error("client_key_file", key_path, &error))?
        }
        _ => return Err(Error::HalfClientCert),
    };
    config.alpn_protocols.extend(alpn.map(<[u8]>::to_vec));
    Ok(Arc::new(config))
}

/// TLS files next to a plain address mean that somebody believes to be protected.
pub(super) fn refuse_files(settings: &Settings) -> Result<(), Error> {
    for (name, file) in [
        ("ca_file", &settings.ca_file),
        ("client_cert_file", &settings.client_cert_file),
        ("client_key_file", &settings.client_key_file),
    ] {
        if file.is_some() {
            return Err(Error::TlsFileForPlain(name));
        }
    }
    Ok(())
}

fn certificates(name: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |error: &pem::Error| file_error(name, path, &pem_words(error, "a certificate"));
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(|error| wrong(&error))?
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(&error))?;
    if certificates.is_empty() { Err(wrong(&pem::Error::NoItemsFound)) } else { Ok(certificates) }
}

fn pem_words(error: &pem::Error, wanted: &str) -> String {
    match error {
        pem::Error::NoItemsFound => format!("there is no PEM block of {wanted} in it"),
        pem::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn file_error(name: &'static str, path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::TlsFile { name, why: why.to_string(), path: path.to_owned() }
}
