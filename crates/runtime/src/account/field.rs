//! Checks of what people write into forms.

use callwright_model::Fault;

/// The most characters of a name.
const MAX_NAME: usize = 100;
/// The most bytes of an e-mail address (RFC 5321).
const MAX_EMAIL: usize = 254;
/// The most characters of a password.
const MAX_PASSWORD: usize = 256;

/// A name for people to read, without space around it.
pub(super) fn name(field: &str, text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(Fault::invalid(field, format!("`{field}` must have 1 to {MAX_NAME} characters on one line")));
    }
    Ok(text.to_owned())
}

/// An e-mail address in lower case. Whether it exists only a letter to it can tell.
pub(super) fn email(text: &str) -> Result<String, Fault> {
    let text = text.trim().to_lowercase();
    let is_plausible = text.len() <= MAX_EMAIL
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_plausible { Ok(text) } else { Err(Fault::invalid("email", "`email` must be an e-mail address")) }
}

/// A new password. Its least length is the vault's business.
pub(super) fn new_password(field: &str, text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if !(callwright_vault::password::MIN_CHARS..=MAX_PASSWORD).contains(&length) {
        let least = callwright_vault::password::MIN_CHARS;
        return Err(Fault::invalid(field, format!("`{field}` must have {least} to {MAX_PASSWORD} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_tidied_or_refused() {
        assert_eq!(name("name", "  Ada Lovelace ").unwrap(), "Ada Lovelace");
        assert!(name("name", " ").is_err());
        assert!(name("name", "a\nb").is_err());
        assert!(name("name", &"x".repeat(101)).is_err());
        assert_eq!(email(" Ada@Example.ORG").unwrap(), "ada@example.org");
        for bad in ["", "ada", "@example.org", "ada@", "a@b@c", "a da@example.org", &format!("{}@b", "a".repeat(260))] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_has_ten_to_256_characters() {
        assert!(new_password("password", "ninechars").is_err());
        assert!(new_password("password", "tencharsss").is_ok());
        assert!(new_password("password", &"ä".repeat(256)).is_ok());
        assert!(new_password("password", &"a".repeat(257)).is_err());
    }
}
