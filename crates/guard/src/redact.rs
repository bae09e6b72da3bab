//! Hides secrets in what is recorded, logged and shown to a model.
//!
//! A secret that went out in a header, a URL or a body may come back in an upstream's answer or in an
//! error message, in whatever encoding it had there. So each secret is looked for as it is and inside
//! of base64 (at each of the three places where it can begin in a group), and both of these plainly,
//! percent-encoded and escaped as JSON. What is hashed, encrypted or encoded in yet another way is not found.

use std::{borrow::Cow, fmt, ops::Range};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use callwright_model::secret::SecretString;
use memchr::{memchr, memchr2, memchr3, memmem};
use serde_json::Value;

/// What stands in the place of a secret.
pub const HIDDEN: &str = "[secret]";

/// Secrets shorter than this many bytes are left: hiding them would hide half of every text.
const MIN_BYTES: usize = 4;

/// The shortest line of a secret that is hidden by itself.
const MIN_LINE_BYTES: usize = 8;

/// Hides a fixed set of secrets. Cheap to make: one for each execution.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<SecretString>,
    /// What the secrets look like inside of base64; as secret as they are.
    packed: Vec<SecretString>,
}

impl Redactor {
    /// Takes the secrets to hide; those shorter than four bytes are left.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| secret.expose().len() >= MIN_BYTES).cloned();
        let mut secrets: Vec<SecretString> = secrets.collect();
        // Of a secret with several lines, such as a private key, each is one: logs are told line by line.
        let lines: Vec<SecretString> = secrets
            .iter()
            .filter(|secret| secret.expose().contains('\n'))
            .flat_map(|secret| secret.expose().lines().map(str::trim).filter(|line| line.len() >= MIN_LINE_BYTES))
            .map(SecretString::new)
            .collect();
        secrets.extend(lines);
        let mut packed = Vec::new();
        for secret in &secrets {
            add_packed(&mut packed, secret.expose());
        }
        Self { secrets, packed }
    }

    /// Hides `more` besides.
    #[must_use]
    pub fn with<'a>(&self, more: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut both = Self::new(more);
        both.secrets.extend_from_slice(&self.secrets);
        both.packed.extend_from_slice(&self.packed);
        both
    }

    /// The text without the secrets.
    pub fn text(&self, text: &str) -> String {
        self.hide(text).into_owned()
    }

    /// Hides the secrets in every text, number and key of a value.
    pub fn value(&self, value: &mut Value) {
        if self.secrets.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let Cow::Owned(hidden) = self.hide(text) {
                    *text = hidden;
                }
            }
            Value::Number(number) => {
                let text = number.to_string();
                if self.secrets.iter().any(|secret| secret.expose() == text) {
                    *value = Value::String(HIDDEN.to_owned());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|field| self.value(field));
                if fields.keys().any(|name| matches!(self.hide(name), Cow::Owned(_))) {
                    *fields =
                        std::mem::take(fields).into_iter().map(|(name, field)| (self.text(&name), field)).collect();
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The text without the secrets, and without a copy if there are none in it.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for needle in self.secrets.iter().chain(&self.packed) {
            find(text.as_bytes(), needle.expose().as_bytes(), &mut found);
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_unstable_by_key(|range| range.start);
        let mut hidden = String::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            if range.start >= end {
                hidden.push_str(&text[end..range.start]);
                hidden.push_str(HIDDEN);
            }
            // Ranges that overlap become one.
            end = end.max(range.end);
        }
        hidden.push_str(&text[end..]);
        Cow::Owned(hidden)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

/// The characters that a secret alone decides when it is encoded as part of something longer, such as
/// `user:secret`: for each place in a group of three bytes, and for both alphabets.
fn add_packed(packed: &mut Vec<SecretString>, secret: &str) {
    let mut bytes = vec![0; 2];
    bytes.extend_from_slice(secret.as_bytes());
    for before in 0..3 {
        let bytes = &bytes[2 - before..];
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        let standard = STANDARD_NO_PAD.encode(bytes);
        let standard = &standard[own];
        if standard.contains(['+', '/']) {
            packed.push(SecretString::new(standard.replace('+', "-").replace('/', "_")));
        }
        packed.push(SecretString::new(standard));
    }
}

/// Finds a needle in each form, wherever it begins.
fn find(text: &[u8], needle: &[u8], found: &mut Vec<Range<usize>>) {
    found.extend(memmem::find_iter(text, needle).map(|start| start..start + needle.len()));
    if memchr2(b'%', b'+', text).is_some() {
        find_encoded(text, needle, b'%', percent_unit, found);
    }
    if memchr(b'\\', text).is_some() {
        find_encoded(text, needle, b'\\', json_unit, found);
    }
}

/// One decoded unit: its bytes, how many of them, and how many bytes of the text it took.
type Unit = ([u8; 4], usize, usize);

fn find_encoded(text: &[u8], needle: &[u8], escape: u8, unit_at: fn(&[u8]) -> Unit, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    while let Some(next) = memchr3(needle[0], escape, b'+', &text[start..]) {
        start += next;
        match match_encoded(&text[start..], needle, unit_at) {
            Some(length) => {
                found.push(start..start + length);
                start += length;
            }
            None => start += 1,
        }
    }
}

/// How many bytes of the text the needle takes at its beginning, if it stands there.
fn match_encoded(text: &[u8], needle: &[u8], unit_at: fn(&[u8]) -> Unit) -> Option<usize> {
    let (mut matched, mut end) = (0, 0);
    while matched < needle.len() {
        let rest = text.get(end..).filter(|rest| !rest.is_empty())?;
        let (decoded, count, taken) = unit_at(rest);
        // A form writes a space as a plus sign.
        let is_plus = rest[0] == b'+' && needle[matched] == b' ';
        if !is_plus && !needle[matched..].starts_with(&decoded[..count]) {
            return None;
        }
        matched += count;
        end += taken;
    }
    Some(end)
}

fn plain_unit(text: &[u8]) -> Unit {
    ([text[0], 0, 0, 0], 1, 1)
}

fn percent_unit(text: &[u8]) -> Unit {
    let escaped = match text {
        [b'%', high, low, ..] => hex(&[*high, *low]),
        _ => None,
    };
    match escaped.and_then(|code| u8::try_from(code).ok()) {
        Some(byte) => ([byte, 0, 0, 0], 1, 3),
        None => plain_unit(text),
    }
}

fn json_unit(text: &[u8]) -> Unit {
    let simple = |byte| ([byte, 0, 0, 0], 1, 2);
    match text {
        [b'\\', b'u', ..] => unicode_unit(text).unwrap_or_else(|| plain_unit(text)),
        [b'\\', b'n', ..] => simple(b'\n'),
        [b'\\', b'r', ..] => simple(b'\r'),
        [b'\\', b't', ..] => simple(b'\t'),
        [b'\\', b'b', ..] => simple(8),
        [b'\\', b'f', ..] => simple(12),
        [b'\\', byte @ (b'"' | b'\\' | b'/'), ..] => simple(*byte),
        _ => plain_unit(text),
    }
}

/// `\uXXXX`, or two of them that make one character.
fn unicode_unit(text: &[u8]) -> Option<Unit> {
    let high = hex(text.get(2..6)?)?;
    let (code, taken) = match (high, text.get(6..12)) {
        (0xd800..0xdc00, Some([b'\\', b'u', low @ ..])) => {
            let low = hex(low).filter(|low| (0xdc00..0xe000).contains(low))?;
            (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
        }
        _ => (high, 6),
    };
    let mut bytes = [0; 4];
    let count = char::from_u32(code)?.encode_utf8(&mut bytes).len();
    Some((bytes, count, taken))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    const SECRET: &str = "s3cr\"et/ü+ +key?\\😀";

    fn redactor(secrets: &[&str]) -> Redactor {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::new(*secret)).collect();
        Redactor::new(&secrets)
    }

    #[test]
    fn hides_plain_text_wherever_it_stands() {
        let redactor = redactor(&["hunter22"]);
        assert_eq!(redactor.text("hunter22"), "[secret]");
        assert_eq!(redactor.text("xhunter22y hunter22"), "x[secret]y [secret]");
        assert_eq!(redactor.text("hunter2"), "hunter2");
        assert!(matches!(redactor.hide("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn hides_percent_encoded_forms_of_any_strictness() {
        let redactor = redactor(&[SECRET]);
        let all: String = SECRET.bytes().map(|b| format!("%{b:02X}")).collect();
        let lower = all.to_lowercase();
        let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let path = percent_encoding::utf8_percent_encode(SECRET, percent_encoding::CONTROLS).to_string();
        for text in [all, lower, form, path] {
            assert_eq!(redactor.text(&format!("?key={text}&x=1")), "?key=[secret]&x=1", "{text}");
        }
    }

    #[test]
    fn hides_json_escaped_forms() {
        let redactor = redactor(&[SECRET]);
        let plain = serde_json::to_string(SECRET).unwrap();
        let slashes = plain.replace('/', "\\/");
        let ascii: String = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        assert_eq!(redactor.text(&plain), "\"[secret]\"");
        assert_eq!(redactor.text(&slashes), "\"[secret]\"");
        assert_eq!(redactor.text(&format!("\"{ascii}\"")), "\"[secret]\"");
    }

    #[test]
    fn hides_base64_at_every_offset() {
        for secret in [SECRET, "abcd", "hunter22", "ÿÿÿÿ>>>>????"] {
            let redactor = redactor(&[secret]);
            for before in ["", "u", "us", "use", "user:"] {
                for after in ["", "x", "xy", "xyz"] {
                    let whole = format!("{before}{secret}{after}");
                    for text in [STANDARD.encode(&whole), URL_SAFE.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                        let hidden = redactor.text(&text);
                        assert!(hidden.contains(HIDDEN), "{before}|{after}: {text}");
                        assert!(hidden.len() < before.len() * 2 + after.len() * 2 + HIDDEN.len() + 6, "{hidden}");
                    }
                }
            }
        }
    }

    #[test]
    fn hides_base64_that_was_escaped_once_more() {
        let redactor = redactor(&["ÿÿÿÿ>>>>????"]);
        let packed = STANDARD.encode("ÿÿÿÿ>>>>????");
        assert!(packed.contains('/'));
        let escaped = packed.replace('/', "\\/");
        let percent: String = url::form_urlencoded::byte_serialize(packed.as_bytes()).collect();
        // What is left of the last group tells two bits, and the padding.
        assert_eq!(redactor.text(&escaped), "[secret]w==");
        assert_eq!(redactor.text(&percent), "[secret]w%3D%3D");
    }

    #[test]
    fn hides_overlapping_secrets_whole() {
        assert_eq!(redactor(&["abcdef", "defghi"]).text("-abcdefghi-"), "-[secret]-");
        assert_eq!(redactor(&["abcd", "abcdefgh"]).text("-abcdefgh-"), "-[secret]-");
        assert_eq!(redactor(&["abcd"]).text("abcdabcd"), "[secret][secret]");
    }

    #[test]
    fn leaves_short_secrets() {
        assert_eq!(redactor(&["abc", ""]).text("abc"), "abc");
        assert_eq!(redactor(&["üü"]).text("üü"), "[secret]");
    }

    #[test]
    fn hides_in_values() {
        let redactor = redactor(&["hunter22", "1234567"]);
        let mut value = json!({"a": ["x hunter22", 1234567, 12, null], "hunter22": {"b": true}});
        redactor.value(&mut value);
        assert_eq!(value, json!({"a": ["x [secret]", "[secret]", 12, null], "[secret]": {"b": true}}));
    }

    #[test]
    fn does_not_print_secrets() {
        assert_eq!(format!("{:?}", redactor(&["hunter22"])), "Redactor(1 secrets)");
    }
}
