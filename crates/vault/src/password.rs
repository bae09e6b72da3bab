//! Passwords: argon2id, a few at a time, and never faster for a user who does not exist.
//!
//! One hash takes tens of milliseconds and 19 MiB on purpose. A flood of sign-ins must not take all
//! memory and all threads, so at most [`MAX_AT_ONCE`] are worked on and the rest wait in line.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use callwright_model::{Fault, FaultKind};
use rand::{TryRng, rngs::SysRng};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The most bytes a password may have.
pub const MAX_BYTES: usize = 1024;
/// The least characters a password may have.
pub const MIN_CHARS: usize = 10;
/// How many hashes are worked on at once.
pub const MAX_AT_ONCE: usize = 4;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

static GATE: Semaphore = Semaphore::const_new(MAX_AT_ONCE);

/// Checked when there is no user, so that a stranger cannot tell by the time it takes. No password fits it.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a new password for storing, in PHC form.
///
/// # Errors
/// When it is too short or too long, or there is no randomness.
pub async fn hash(password: &str) -> Result<String, Fault> {
    if password.chars().count() < MIN_CHARS {
        return Err(Fault::invalid("password", format!("`password` must have at least {MIN_CHARS} characters")));
    }
    if password.len() > MAX_BYTES {
        return Err(Fault::invalid("password", format!("`password` must have at most {MAX_BYTES} bytes")));
    }
    let password = Zeroizing::new(password.to_owned());
    in_background(move || hash_now(&password)).await?
}

/// Whether `password` is the one that `stored` was made of.
///
/// # Errors
/// When the server is stopping.
pub async fn verify(password: &str, stored: &str) -> Result<bool, Fault> {
    verify_or_dummy(password, Some(stored)).await
}

/// The same; without a `stored` hash it takes as long and is false.
///
/// # Errors
/// When the server is stopping.
pub async fn verify_or_dummy(password: &str, stored: Option<&str>) -> Result<bool, Fault> {
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    let password = Zeroizing::new(password.to_owned());
    let stored = stored.map(str::to_owned);
    in_background(move || {
        let matches = verify_now(&password, stored.as_deref().unwrap_or(DUMMY));
        matches && stored.is_some()
    })
    .await
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let stopping = || Fault::new(FaultKind::Unavailable, "stopping", "the server is stopping; try again");
    let permit = GATE.acquire().await.map_err(|_| stopping())?;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, also when nobody waits for it any more.
        let _permit = permit;
        work()
    });
    done.await.map_err(|_| stopping())
}

fn hasher() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?))
}

fn hash_now(password: &str) -> Result<String, Fault> {
    let mut salt = [0; 16];
    SysRng.try_fill_bytes(&mut salt).map_err(Fault::internal)?;
    let hasher = hasher().map_err(|error| Fault::internal(error.to_string()))?;
    let hash = hasher
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| Fault::internal(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify_now(password: &str, stored: &str) -> bool {
    let (Ok(hasher), Ok(stored)) = (hasher(), PasswordHash::new(stored)) else { return false };
    hasher.verify_password(password.as_bytes(), &stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let stored = hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery", &stored).await.unwrap());
        assert!(!verify("correct horse batterx", &stored).await.unwrap());
        assert!(!verify("correct horse battery", "not a hash").await.unwrap());
        assert_ne!(stored, hash("correct horse battery").await.unwrap());
    }

    #[tokio::test]
    async fn nobody_is_never_verified() {
        assert!(!verify_or_dummy("nobody has this password", None).await.unwrap());
        assert!(!verify_or_dummy(&"x".repeat(MAX_BYTES + 1), None).await.unwrap());
    }

    #[test]
    fn the_dummy_takes_as_much_work_as_a_real_hash() {
        let dummy = PasswordHash::new(DUMMY).unwrap();
        let real = hash_now("correct horse battery").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!((dummy.algorithm, dummy.version, &dummy.params), (real.algorithm, real.version, &real.params));
        assert_eq!(dummy.hash.map(|h| h.len()), real.hash.map(|h| h.len()));
    }

    #[tokio::test]
    async fn lengths_are_bounded() {
        assert!(hash("short").await.is_err());
        assert!(hash(&"x".repeat(MAX_BYTES + 1)).await.is_err());
    }
}
