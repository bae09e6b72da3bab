//! The master key: the one secret that the operator keeps. It seals the organizations' data keys and
//! nothing else.

use std::{
    fmt,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use crate::seal::{Cipher, Key, SealError};

/// The key that seals all others.
#[derive(Clone)]
pub struct MasterKey(Key);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is no key.
    #[error(
        "the master key must be 32 bytes as base64 or as 64 hexadecimal digits; `openssl rand -base64 32` makes one"
    )]
    Malformed,
    /// The file holds no key.
    #[error("`{}` does not hold a master key: 32 bytes as base64 or hexadecimal were expected", .0.display())]
    MalformedFile(PathBuf),
    /// Others may read the file.
    #[error("`{}` may be read by others (mode {mode:o}); run `chmod 600` on it", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file could not be read or written.
    #[error("cannot use the master key file `{}`: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No randomness for a new key.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl MasterKey {
    /// Reads a key as an operator writes it: 32 bytes as base64 (any alphabet, padded or not) or hexadecimal.
    ///
    /// # Errors
    /// [`MasterKeyError::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        decode(text.trim())
            .as_deref()
            .and_then(|bytes| Key::from_bytes(bytes))
            .map(Self)
            .ok_or(MasterKeyError::Malformed)
    }

    /// A new random key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, MasterKeyError> {
        Ok(Self(Key::generate()?))
    }

    /// Reads the key in the file `path`, or makes a new one there, readable by its owner only.
    ///
    /// Of two processes that start at once, one makes the key and both use it.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds no key, or may be read by others.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
        match Self::load(path) {
            Err(MasterKeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let key = Self::generate()?;
        let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.0.bytes())));
        // Written beside and linked into place: whoever finds the file finds all of it.
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let written = write_private(&draft, text.as_bytes()).and_then(|()| std::fs::hard_link(&draft, path));
        let removed = std::fs::remove_file(&draft);
        match written {
            Ok(()) => removed.map_err(failed).map(|()| key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(failed(error)),
        }
    }

    fn load(path: &Path) -> Result<Self, MasterKeyError> {
        let failed = |source| MasterKeyError::Io { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        check_mode(path, &file.metadata().map_err(failed)?)?;
        let mut text = Zeroizing::new(String::new());
        file.take(1024).read_to_string(&mut text).map_err(failed)?;
        Self::parse(&text).map_err(|_| MasterKeyError::MalformedFile(path.to_owned()))
    }

    pub(crate) fn cipher(&self) -> Cipher {
        self.0.cipher()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[master key]")
    }
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        return text.as_bytes().chunks(2).map(digits).collect::<Option<Vec<u8>>>().map(Zeroizing::new);
    }
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|alphabet| alphabet.decode(text).ok())
        .map(Zeroizing::new)
}

#[cfg(unix)]
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &std::fs::Metadata) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(MasterKeyError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &std::fs::Metadata) -> Result<(), MasterKeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_every_usual_form() {
        let bytes: Vec<u8> = (100..132).collect();
        let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
        for text in [
            hex,
            format!(" {}\n", STANDARD.encode(&bytes)),
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            assert_eq!(MasterKey::parse(&text).unwrap().0.bytes().as_slice(), bytes, "{text}");
        }
        for text in ["", "secret", "abcd", &"0".repeat(63), &"g".repeat(64), &STANDARD.encode([0; 31])] {
            assert!(matches!(MasterKey::parse(text), Err(MasterKeyError::Malformed)), "{text}");
        }
        assert_eq!(format!("{:?}", MasterKey::generate().unwrap()), "[master key]");
    }

    #[test]
    fn the_file_is_made_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        let made = MasterKey::load_or_create(&path).unwrap();
        let again = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(made.0.bytes(), again.0.bytes());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let exposed = MasterKey::load_or_create(&path).unwrap_err();
            assert!(exposed.to_string().contains("mode 644"), "{exposed}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        write_private(&path, b"not a key").unwrap();
        assert!(matches!(MasterKey::load_or_create(&path), Err(MasterKeyError::MalformedFile(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"not a key");
        assert!(matches!(MasterKey::load_or_create(&dir.path().join("no/such")), Err(MasterKeyError::Io { .. })));
    }
}
