//! Accounts: who is asking, how they sign in, and who belongs to an organization.
//!
//! Every function takes the caller and checks their rights itself. What every call needs, finding the
//! caller of a token, is [`authenticate`]; it is cached. The rest is rare and goes to the database.

pub mod audit_log;
pub mod bootstrap;
mod field;
pub mod invitation;
pub(crate) mod kept;
mod known;
pub mod member;
pub mod organization;
pub mod password;
pub mod secret;
pub mod session;
mod throttle;
pub mod token;

use callwright_model::{Fault, FaultKind};
use callwright_vault::token as text;

pub use bootstrap::{Bootstrap, bootstrap};
pub use known::{AccountState, authenticate};
pub use session::{Me, SignIn, SignedIn, get_token, me, renew, sign_in, sign_out};

/// The text that a page must send along with a session's cookie: it can only be made by who knows the session.
pub fn csrf_token(session: &str) -> String {
    text::hash(&format!("callwright csrf\n{session}"))
}

/// Whether `given` is the CSRF token of `session`, compared in constant time.
pub fn is_csrf_token(session: &str, given: &str) -> bool {
    text::constant_time_eq(&csrf_token(session), given)
}

fn unauthenticated(code: &'static str, message: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, code, message)
}
