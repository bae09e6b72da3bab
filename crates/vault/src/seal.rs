//! Sealing: AES-256-GCM with a fresh random nonce, bound to what the plaintext is and whose it is.
//!
//! A sealed text is `v1.` and the base64url of nonce and ciphertext. The [`Place`] that it was sealed for
//! is authenticated with it: a row that is copied to another organization, purpose or name does not open.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_model::id::OrgId;
use rand::{TryRng, rngs::SysRng};
use zeroize::Zeroizing;

const VERSION: &str = "v1.";
const NONCE_BYTES: usize = 12;

/// What a sealed text is, and whose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What it is for: `secret`, `data_key`…
    pub(crate) purpose: &'static str,
    /// The organization that it belongs to; none for the server's own.
    pub(crate) org: Option<OrgId>,
    /// Its name among its like.
    pub(crate) name: &'a str,
}

impl Place<'_> {
    /// The place as bytes that no other place has: the parts are separated by a byte that none contains.
    fn authenticated(&self) -> Vec<u8> {
        let org = self.org.map(|org| org.to_string()).unwrap_or_default();
        [VERSION, self.purpose, &org, self.name].join("\0").into_bytes()
    }
}

/// Why a text could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The operating system gave no randomness.
    #[error("the operating system gives no random numbers")]
    Random,
    /// The plaintext is over the cipher's bound.
    #[error("the value is too large to be sealed")]
    TooLarge,
    /// The text is not in the form that sealing gives.
    #[error("the sealed text is malformed")]
    Malformed,
    /// The key is another, or the text was changed or moved.
    #[error("the sealed text does not open: another key, or it was changed or moved")]
    DoesNotOpen,
}

/// A 256-bit key, wiped when dropped.
#[derive(Clone)]
pub(crate) struct Key {
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self { bytes: Zeroizing::new(bytes.try_into().ok()?) })
    }

    pub(crate) fn generate() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| SealError::Random)?;
        Ok(Self { bytes })
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(crate) fn cipher(&self) -> Cipher {
        Cipher(Aes256Gcm::new((&*self.bytes).into()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// A key made ready for use.
#[derive(Clone)]
pub(crate) struct Cipher(Aes256Gcm);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[cipher]")
    }
}

impl Cipher {
    /// Seals `plain` for `place`.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        SysRng.try_fill_bytes(&mut nonce).map_err(|_| SealError::Random)?;
        let aad = place.authenticated();
        let sealed =
            self.0.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &aad }).map_err(|_| SealError::TooLarge)?;
        let mut bytes = Vec::with_capacity(NONCE_BYTES + sealed.len());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`seal`](Self::seal) gave for the same `place`.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let body = sealed.strip_prefix(VERSION).ok_or(SealError::Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealError::Malformed)?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
        let aad = place.authenticated();
        self.0
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| SealError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    fn place(org: OrgId, name: &str) -> Place<'_> {
        Place { purpose: "secret", org: Some(org), name }
    }

    #[test]
    fn what_is_sealed_opens_and_is_never_the_same_twice() {
        let cipher = Key::generate().unwrap().cipher();
        let org = IdSource::default().next();
        let first = cipher.seal(place(org, "A"), b"hunter2").unwrap();
        let second = cipher.seal(place(org, "A"), b"hunter2").unwrap();
        assert!(first.starts_with("v1.") && first != second);
        assert_eq!(cipher.open(place(org, "A"), &first).unwrap().as_slice(), b"hunter2");
        assert_eq!(cipher.open(place(org, "A"), &second).unwrap().as_slice(), b"hunter2");
        let empty = cipher.seal(place(org, "A"), b"").unwrap();
        assert!(cipher.open(place(org, "A"), &empty).unwrap().is_empty());
    }

    #[test]
    fn another_place_or_key_does_not_open_it() {
        let ids = IdSource::default();
        let (org, other) = (ids.next(), ids.next());
        let cipher = Key::generate().unwrap().cipher();
        let sealed = cipher.seal(place(org, "A"), b"hunter2").unwrap();
        for moved in [
            place(other, "A"),
            place(org, "B"),
            Place { purpose: "seal", ..place(org, "A") },
            Place { org: None, ..place(org, "A") },
        ] {
            assert_eq!(cipher.open(moved, &sealed).unwrap_err(), SealError::DoesNotOpen);
        }
        let stranger = Key::generate().unwrap().cipher();
        assert_eq!(stranger.open(place(org, "A"), &sealed).unwrap_err(), SealError::DoesNotOpen);
    }

    #[test]
    fn a_changed_text_does_not_open() {
        let org = IdSource::default().next();
        let cipher = Key::generate().unwrap().cipher();
        let sealed = cipher.seal(place(org, "A"), b"hunter2").unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&sealed[3..]).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let text = format!("v1.{}", URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(cipher.open(place(org, "A"), &text).unwrap_err(), SealError::DoesNotOpen, "byte {at}");
        }
        for malformed in ["", "v1.", "v2.AAAA", "v1.!!", "v1.AAAA", "hunter2"] {
            assert_eq!(cipher.open(place(org, "A"), malformed).unwrap_err(), SealError::Malformed, "{malformed}");
        }
    }

    #[test]
    fn keys_do_not_print() {
        let key = Key::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?} {:?}", key.cipher()), "[key] [cipher]");
        assert!(Key::from_bytes(&[7; 31]).is_none());
    }
}
