//! Whether a request shows what it should: a secret itself, or a signature over body and time.
//!
//! Everything that depends on a secret is compared in constant time.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callwright_model::{
    Fault, Timestamp,
    hook::{HmacAlgorithm, HmacRule, HookProtection, SignatureEncoding},
    secret::SecretString,
};
use callwright_vault::token;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::admit::Presented;
use crate::call::hex;

/// The longest header value that is looked at.
const MOST_HEADER: usize = 4_096;
/// How far a clock may be behind ours.
const MOST_AHEAD_S: i64 = 60;

/// A new secret for a protection.
pub(super) fn fresh_secret(protection: &HookProtection) -> Result<SecretString, Fault> {
    let (plain, _) = token::generate().map_err(Fault::internal)?;
    let key = STANDARD.encode(plain.expose());
    Ok(match protection {
        HookProtection::StandardWebhooks { .. } => SecretString::new(format!("whsec_{key}")),
        HookProtection::Hmac(rule) if rule.secret_is_base64 => SecretString::new(key),
        // Ours say what they are, so that whoever finds one lying about knows.
        _ => SecretString::new(plain.expose().replacen("cw_", "cwh_", 1)),
    })
}

/// Refuses a secret that somebody chose and that is none.
///
/// # Errors
/// Names the field.
pub(super) fn check_secret(protection: &HookProtection, secret: &str) -> Result<(), Fault> {
    let is_text = (16..=512).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic());
    if !is_text {
        return Err(Fault::invalid("secret", "`secret` must have 16 to 512 visible ASCII characters"));
    }
    let is_base64 = match protection {
        HookProtection::Hmac(rule) if rule.secret_is_base64 => STANDARD.decode(secret).is_ok(),
        _ => true,
    };
    if is_base64 {
        Ok(())
    } else {
        Err(Fault::invalid("secret", "`secret` must be base64, as `secret_is_base64` says"))
    }
}

/// Checks a secret that is sent as it is.
pub(super) fn check_token(header: Option<&str>, hash: &str, presented: &Presented<'_>) -> Result<(), &'static str> {
    let given = header.and_then(|name| text(presented.headers, name)).or_else(|| sent(presented.headers));
    let given = given.ok_or("the hook's secret is missing: send it as `Authorization: Bearer`")?;
    match token::constant_time_eq(&token::hash(given), hash) {
        true => Ok(()),
        false => Err("this is not the hook's secret"),
    }
}

/// The secret that a request shows, in one of the headers that need not be named.
pub(super) fn sent(headers: &HeaderMap) -> Option<&str> {
    let bearer = text(headers, "authorization").map(|value| match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => value,
    });
    text(headers, "x-vapi-secret").or_else(|| text(headers, "x-token")).or(bearer).filter(|text| !text.is_empty())
}

/// Checks a signature, and gives it as we write it: the same for the same signed bytes, however it was written.
pub(super) fn check_signature(
    protection: &HookProtection,
    secret: &str,
    presented: &Presented<'_>,
    now: Timestamp,
) -> Result<String, &'static str> {
    match protection {
        HookProtection::Token { .. } => Err("this hook takes no signature"),
        HookProtection::Hmac(rule) => hmac(rule, secret, presented, now),
        HookProtection::StandardWebhooks { tolerance_s } => standard(*tolerance_s, secret, presented, now),
        HookProtection::Retell { tolerance_s } => retell(*tolerance_s, secret, presented, now),
    }
}

fn hmac(rule: &HmacRule, secret: &str, presented: &Presented<'_>, now: Timestamp) -> Result<String, &'static str> {
    let given = text(presented.headers, &rule.signature_header).ok_or("the header with the signature is missing")?;
    let given = given.strip_prefix(&rule.signature_prefix).ok_or("the signature does not begin as it should")?;
    let mut time = "";
    if let Some(name) = &rule.timestamp_header {
        time = text(presented.headers, name).ok_or("the header with the signature's time is missing")?;
        in_time(time, rule.tolerance_s, now)?;
    }
    let id = rule.message_id_header.as_ref().and_then(|name| text(presented.headers, name)).unwrap_or_default();
    let payload = payload(&rule.payload_format, presented, time, id);
    let key = match rule.secret_is_base64 {
        true => STANDARD.decode(secret).map_err(|_| "the hook's secret is not base64")?,
        false => secret.as_bytes().to_vec(),
    };
    let right = mac(rule.algorithm, &key, &payload);
    let is_right = match rule.encoding {
        SignatureEncoding::Hex => same(&hex(&right), &given.to_ascii_lowercase()),
        SignatureEncoding::Base64 => same(&STANDARD.encode(&right), given),
    };
    signed(is_right, &right)
}

/// `webhook-signature: v1,<base64> v1,<base64>…` over `id.timestamp.body`.
fn standard(tolerance_s: u32, secret: &str, presented: &Presented<'_>, now: Timestamp) -> Result<String, &'static str> {
    let header = |name| text(presented.headers, name).ok_or("`webhook-id`, `-timestamp` or `-signature` is missing");
    let (id, time, given) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    in_time(time, tolerance_s, now)?;
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let payload = payload("{id}.{timestamp}.{body}", presented, time, id);
    let right = mac(HmacAlgorithm::Sha256, &key, &payload);
    let text = format!("v1,{}", STANDARD.encode(&right));
    // All are looked at, whichever is right.
    let is_right = given.split(' ').take(16).fold(false, |found, one| found | same(&text, one));
    signed(is_right, &right)
}

/// `v=<milliseconds>,d=<hex of HMAC-SHA256 over body and milliseconds>`.
fn retell(tolerance_s: u32, secret: &str, presented: &Presented<'_>, now: Timestamp) -> Result<String, &'static str> {
    let header = text(presented.headers, "x-retell-signature").ok_or("the header `X-Retell-Signature` is missing")?;
    let parts = header.split_once(",d=").and_then(|(time, digest)| Some((time.strip_prefix("v=")?, digest)));
    let (time, given) = parts.ok_or("`X-Retell-Signature` must be `v=<milliseconds>,d=<digest>`")?;
    in_time(time, tolerance_s, now)?;
    let right = mac(HmacAlgorithm::Sha256, secret.as_bytes(), &payload("{body}{timestamp}", presented, time, ""));
    signed(same(&hex(&right), &given.to_ascii_lowercase()), &right)
}

fn signed(is_right: bool, right: &[u8]) -> Result<String, &'static str> {
    if is_right { Ok(hex(right)) } else { Err("the signature is not that of this body and this hook's secret") }
}

fn same(right: &str, given: &str) -> bool {
    !given.is_empty() && token::constant_time_eq(right, given)
}

/// What is signed. Each place is filled in once, so that nothing in a body is taken for a place.
fn payload(format: &str, presented: &Presented<'_>, time: &str, id: &str) -> Vec<u8> {
    let mut filled = Vec::with_capacity(presented.body.len() + format.len() + 64);
    let mut rest = format;
    while let Some(at) = rest.find('{') {
        filled.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('}') else { break };
        match &rest[..=end] {
            "{body}" => filled.extend_from_slice(presented.body),
            "{timestamp}" => filled.extend_from_slice(time.as_bytes()),
            "{id}" | "{svix-id}" => filled.extend_from_slice(id.as_bytes()),
            "{method}" => filled.extend_from_slice(presented.method.as_bytes()),
            "{url}" => filled.extend_from_slice(presented.url.as_bytes()),
            other => filled.extend_from_slice(other.as_bytes()),
        }
        rest = &rest[end + 1..];
    }
    filled.extend_from_slice(rest.as_bytes());
    filled
}

fn mac(algorithm: HmacAlgorithm, key: &[u8], payload: &[u8]) -> Vec<u8> {
    // A key of any length will do for an HMAC, so there is no error to tell of.
    macro_rules! by {
        ($hash:ty) => {{
            let Ok(mut mac) = Hmac::<$hash>::new_from_slice(key) else { return Vec::new() };
            mac.update(payload);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    match algorithm {
        HmacAlgorithm::Sha256 => by!(Sha256),
        HmacAlgorithm::Sha512 => by!(Sha512),
        HmacAlgorithm::Sha1 => by!(Sha1),
    }
}

/// Refuses a time that is too old, or that has not come yet. Seconds and milliseconds are told apart by their size.
fn in_time(text: &str, tolerance_s: u32, now: Timestamp) -> Result<(), &'static str> {
    let number: i64 = text.trim().parse().map_err(|_| "the signature's time is not a number")?;
    let seconds = if number > 100_000_000_000 { number / 1_000 } else { number };
    let age = (now.micros() / 1_000_000).saturating_sub(seconds);
    if age > i64::from(tolerance_s) {
        return Err("the signature is too old");
    }
    if age < -MOST_AHEAD_S.max(i64::from(tolerance_s)) {
        return Err("the signature's time has not come yet; look at the clocks");
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| text.len() <= MOST_HEADER)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn check(
        protection: &HookProtection,
        secret: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<String, &'static str> {
        check_at(NOW, protection, secret, headers, body)
    }

    fn check_at(
        now: i64,
        protection: &HookProtection,
        secret: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<String, &'static str> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let presented = Presented {
            headers: &map,
            method: "POST",
            url: "https://h/x".to_owned(),
            body: body.as_bytes(),
            address: "127.0.0.1".parse().unwrap(),
        };
        check_signature(protection, secret, &presented, Timestamp::from_micros(now * 1_000_000))
    }

    #[test]
    fn a_signature_is_good_for_its_body_and_its_time_only() {
        let rule = HookProtection::Hmac(HmacRule::default());
        let sign =
            |time: i64, body: &str| hex(&mac(HmacAlgorithm::Sha256, b"key", format!("{time}.{body}").as_bytes()));
        let ask = |signature: &str, time: i64, body: &str| {
            check(&rule, "key", &[("x-signature", signature), ("x-timestamp", &time.to_string())], body)
        };
        let right = sign(NOW, "{}");
        assert_eq!(ask(&right, NOW, "{}"), Ok(right.clone()));
        assert_eq!(ask(&right.to_uppercase(), NOW, "{}"), Ok(right), "written otherwise it is the same one");
        assert!(ask(&sign(NOW * 1_000, "{}"), NOW * 1_000, "{}").is_ok(), "milliseconds");
        assert!(ask(&sign(NOW, "{}"), NOW, "{ }").is_err());
        assert!(ask(&sign(NOW, "{}"), NOW + 1, "{}").is_err(), "another time");
        assert!(ask(&sign(NOW - 301, "{}"), NOW - 301, "{}").unwrap_err().contains("too old"));
        assert!(ask(&sign(NOW + 400, "{}"), NOW + 400, "{}").is_err());
        assert!(ask("", NOW, "{}").is_err());
    }

    #[test]
    fn other_algorithms_formats_and_encodings() {
        let rule = HookProtection::Hmac(HmacRule {
            algorithm: HmacAlgorithm::Sha1,
            signature_prefix: "sha1=".to_owned(),
            timestamp_header: None,
            payload_format: "{method}{url}{body}".to_owned(),
            encoding: SignatureEncoding::Base64,
            secret_is_base64: true,
            ..HmacRule::default()
        });
        let right = STANDARD.encode(mac(HmacAlgorithm::Sha1, b"raw key", b"POSThttps://h/x{timestamp}"));
        let secret = STANDARD.encode("raw key");
        // What stands in the body is no place to be filled in.
        assert!(check(&rule, &secret, &[("x-signature", &format!("sha1={right}"))], "{timestamp}").is_ok());
        assert!(check(&rule, &secret, &[("x-signature", &right)], "{timestamp}").is_err());
        assert_eq!(mac(HmacAlgorithm::Sha512, b"k", b"p").len(), 64);
    }

    #[test]
    fn the_example_of_standard_webhooks_holds() {
        let rule = HookProtection::StandardWebhooks { tolerance_s: 3_600 };
        let headers = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let ask = |now, body| check_at(now, &rule, secret, &headers, body);
        assert!(ask(1_614_265_400, r#"{"test": 2432232314}"#).is_ok());
        assert!(ask(1_614_265_400, r#"{"test": 2432232315}"#).is_err());
        assert_eq!(ask(NOW, r#"{"test": 2432232314}"#), Err("the signature is too old"));
    }

    #[test]
    fn secrets_that_are_none_are_refused_and_fresh_ones_are_good() {
        let token = HookProtection::Token { header: None };
        assert!(check_secret(&token, "short").is_err() && check_secret(&token, "with a space in it it it").is_err());
        for protection in [
            token,
            HookProtection::Hmac(HmacRule { secret_is_base64: true, ..HmacRule::default() }),
            HookProtection::StandardWebhooks { tolerance_s: 1 },
        ] {
            let fresh = fresh_secret(&protection).unwrap();
            assert!(check_secret(&protection, fresh.expose()).is_ok());
        }
    }
}
