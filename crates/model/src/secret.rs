//! Secret values that cannot be printed, and the names they go by.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

/// A plaintext secret. It has no `Display`, its `Debug` hides it, and it is wiped when dropped.
#[derive(Clone)]
pub struct SecretString(Arc<Zeroizing<String>>);

impl SecretString {
    /// Takes a plaintext.
    pub fn new(plain: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(plain.into())))
    }

    /// The plaintext. Call it at the last moment, and never in a log line.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Whether `name` may name a secret: an environment variable's form, at most 64 characters.
pub fn is_secret_name(name: &str) -> bool {
    name.len() <= 64
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
