//! API tokens and session tokens: random texts of which only a hash is stored.
//!
//! A token carries 256 random bits, so a plain SHA-256 of it is enough: nobody can guess what is hashed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_model::secret::SecretString;
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::seal::SealError;

/// What every token begins with, so that secret scanners know one when they see it.
pub const PREFIX: &str = "cw_";

/// The characters of a token that may be shown in lists to tell it from others.
const SHOWN: usize = 10;

/// A new token and the hash to store of it.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn generate() -> Result<(SecretString, String), SealError> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| SealError::Random)?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let hash = hash(&text);
    Ok((SecretString::new(text), hash))
}

/// The hash under which a token is stored and looked up: SHA-256 in lower-case hexadecimal.
pub fn hash(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// The beginning of a token, for lists: it tells tokens apart and is no use to anybody else.
pub fn shown_prefix(text: &str) -> &str {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Whether two texts are the same, in a time that depends on their lengths only.
pub fn constant_time_eq(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_prefixed_and_stored_as_a_hash() {
        let (token, stored) = generate().unwrap();
        let (other, _) = generate().unwrap();
        assert_eq!(token.expose().len(), 46);
        assert!(token.expose().starts_with("cw_") && token.expose() != other.expose());
        assert_eq!(stored, hash(token.expose()));
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_list_shows_only_the_beginning() {
        assert_eq!(shown_prefix("cw_0123456789"), "cw_0123456");
        assert_eq!(shown_prefix("short"), "short");
        assert_eq!(shown_prefix("ääääääääääää"), "ääääääääää");
    }

    #[test]
    fn comparison_knows_equal_from_different() {
        assert!(constant_time_eq("same", "same"));
        assert!(!constant_time_eq("same", "sane"));
        assert!(!constant_time_eq("same", "same "));
    }
}
