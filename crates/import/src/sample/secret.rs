//! What looks like a credential. When in doubt it is one: a secret too many is set in a minute, one too few is a leak.

/// Parts of names that say so.
const WORDS: [&str; 13] = [
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "api_key",
    "auth",
    "credential",
    "session",
    "cookie",
    "signature",
    "csrf",
    "private",
];
/// How credentials of well-known services begin.
const PREFIXES: [&str; 18] = [
    "sk-",
    "sk_",
    "pk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "xox",
    "AKIA",
    "eyJ",
    "glpat-",
    "whsec_",
    "SG.",
    "ya29.",
    "AIza",
    "shpat_",
    "Bearer ",
];

/// Whether a header, parameter, field or variable of this name holds a credential.
pub(crate) fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
    const HARMLESS: [&str; 5] = ["idempotency", "max_token", "page_token", "author_", "_author"];
    if name == "author" || HARMLESS.iter().any(|word| name.contains(word)) {
        return false;
    }
    let parts: Vec<&str> = name.split('_').collect();
    WORDS.iter().any(|word| name.contains(word))
        || name == "key"
        || parts.iter().any(|part| ["pwd", "sig", "jwt", "sid", "otp", "pin"].contains(part))
        || name.starts_with("x_") && parts.contains(&"key")
}

/// Whether a value is one, whatever it is called.
pub(crate) fn is_value(value: &str) -> bool {
    if PREFIXES.iter().any(|prefix| value.len() >= 12 && value.starts_with(prefix)) {
        return true;
    }
    let is_token = value.len() >= 24 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:+=~".contains(&b));
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_hex = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    (is_token && is_mixed && !is_time(value)) || is_hex
}

fn is_time(value: &str) -> bool {
    value.len() <= 40 && value.as_bytes().get(4) == Some(&b'-') && value.as_bytes().get(10) == Some(&b'T')
}

/// The words of a text that could be values.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'<>,;(){}[]&".contains(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_name_or_by_form() {
        for name in
            ["Authorization", "X-API-Key", "api_key", "password", "client_secret", "Cookie", "key", "X-Shop-Key"]
        {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["Idempotency-Key", "author", "max_tokens", "pageToken_next_page_token", "city", "monkey", "keyword"]
        {
            assert!(!is_name(name), "{name}");
        }
        for value in ["sk-live-0123456789", "AbCdEfGhIjKlMnOp0123456789", "0123456789abcdef0123456789abcdef"] {
            assert!(is_value(value), "{value}");
        }
        for value in
            ["hello world", "2026-11-21T10:00:00.000000Z", "application/json", "550e8400-e29b-41d4-a716-446655440000"]
        {
            assert!(!is_value(value), "{value}");
        }
    }
}
