//! The TLS settings of all connections, and the certificate authorities that they trust.
//!
//! The system decides whom to trust. Only where it names nobody, as in an empty container image, the
//! list of Mozilla that is part of the program is used. A list that was selected by `SSL_CERT_FILE` or
//! `SSL_CERT_DIR` and cannot be read is an error, not a reason to trust others.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::{FetchError, FetchErrorKind};

/// The environment variables that select certificates instead of the system's.
pub const SELECTED: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Whose list of certificate authorities is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustRoots {
    /// The system's, or those that the user selected.
    System,
    /// Mozilla's, as of this build.
    BuiltIn,
}

impl TrustRoots {
    /// The list that [`client_config`] uses now.
    ///
    /// # Errors
    /// Fails as [`client_config`] does.
    pub fn in_use() -> Result<Self, FetchError> {
        Ok(match verification(&Arc::new(ring::default_provider()))? {
            Verification::System(_) => Self::System,
            Verification::BuiltIn => Self::BuiltIn,
        })
    }
}

/// The settings of a client.
///
/// # Errors
/// Fails if the certificates of the system, or the selected ones, cannot be read.
pub fn client_config() -> Result<ClientConfig, FetchError> {
    let provider = Arc::new(ring::default_provider());
    let verification = verification(&provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions");
    let builder = match verification {
        Verification::System(verifier) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
        Verification::BuiltIn => {
            let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
            builder.with_root_certificates(RootCertStore { roots: roots.collect() })
        }
    };
    Ok(builder.with_no_client_auth())
}

/// How certificates are verified.
enum Verification {
    System(Verifier),
    BuiltIn,
}

fn verification(provider: &Arc<CryptoProvider>) -> Result<Verification, FetchError> {
    if let Ok(verifier) = Verifier::new(Arc::clone(provider)) {
        return Ok(Verification::System(verifier));
    }
    let unreadable = |message: String| Err(FetchError::new(FetchErrorKind::TrustRoots, message));
    if let Some(name) = SELECTED.into_iter().find(|name| std::env::var_os(name).is_some()) {
        return unreadable(format!("{name} leads to no readable certificate"));
    }
    match rustls_native_certs::load_native_certs().errors.first() {
        Some(error) => unreadable(format!("cannot read the system's certificates: {error}")),
        None => Ok(Verification::BuiltIn),
    }
}
