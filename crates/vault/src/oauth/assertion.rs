//! A client that shows who it is with a signature (`private_key_jwt`, RFC 7523): a small JWT, signed by `ring`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_model::{Clock, SystemClock, ToolError};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::json;

use super::{code::random, exchange::refused};

/// How long an assertion is good, in seconds. Clocks may differ by a minute or two.
const LIFETIME: i64 = 300;

enum Key {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

/// An assertion of `client` for `audience`, signed with a private key in PEM.
pub(super) fn sign(client: &str, audience: &str, pem: &str) -> Result<String, ToolError> {
    let system = SystemRandom::new();
    let key = read(pem, &system)?;
    // Others judge it by their clocks, so it is the machine's time.
    let now = SystemClock.now().micros() / 1_000_000;
    let header = json!({ "alg": match key { Key::Es256(_) => "ES256", Key::Rs256(_) => "RS256" }, "typ": "JWT" });
    let claims = json!({
        "iss": client, "sub": client, "aud": audience, "jti": random()?, "iat": now, "exp": now + LIFETIME,
    });
    let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let failed = |_| refused("credential_unusable", "the client's assertion cannot be signed");
    let signature = match &key {
        Key::Es256(pair) => pair.sign(&system, signed.as_bytes()).map_err(failed)?.as_ref().to_vec(),
        Key::Rs256(pair) => {
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &system, signed.as_bytes(), &mut signature).map_err(failed)?;
            signature
        }
    };
    Ok(format!("{signed}.{}", encode(signature)))
}

fn read(pem: &str, system: &SystemRandom) -> Result<Key, ToolError> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| unusable())?;
    let der = der.secret_pkcs8_der();
    if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, system) {
        return Ok(Key::Es256(pair));
    }
    RsaKeyPair::from_pkcs8(der).map(Key::Rs256).map_err(|_| unusable())
}

fn unusable() -> ToolError {
    let message =
        "the client's secret is no private key in PEM (PKCS #8, `-----BEGIN PRIVATE KEY-----`) for ES256 or RS256";
    refused("credential_unusable", message)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_assertion_says_who_for_whom_and_is_signed() {
        let system = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &system).unwrap();
        let body = base64::engine::general_purpose::STANDARD.encode(pkcs8.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let token = sign("us", "https://as.example", &pem).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!(
            (&claims["iss"], &claims["sub"], &claims["aud"]),
            (&json!("us"), &json!("us"), &json!("https://as.example"))
        );
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &system).unwrap();
        let signed = format!("{}.{}", parts[0], parts[1]);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
            .verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(parts[2]).unwrap())
            .unwrap();
        assert_ne!(token, sign("us", "https://as.example", &pem).unwrap());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        let error = sign("us", "them", "hunter2").unwrap_err();
        assert!(error.message.contains("PEM") && !error.message.contains("hunter2"), "{error:?}");
    }
}
