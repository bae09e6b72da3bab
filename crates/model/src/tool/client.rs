//! The configuration of a `client` tool: it runs in the program of whoever holds the conversation.
//!
//! Executed, it waits with a ticket until the client sends its result, or until its time is over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Fault;

/// How long a client has to answer, in seconds, when the author does not say.
const USUAL_S: i32 = 20;
/// The most that [`ClientConfig::timeout_s`] may be.
const MOST_S: i32 = 120;
/// What stands for a wait without an end.
const FOR_EVER: i32 = -1;
/// How long "for ever" is: as long as the longest run.
const LONGEST_S: u32 = 30 * 24 * 3_600;

/// A tool that a client carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientConfig {
    /// Whether the client's result is waited for; without it the execution is done once the client is told.
    pub expects_response: bool,
    /// How long the client has, in seconds: 1 to 120, or -1 to wait as long as the run lasts. Default 20.
    #[schema(minimum = -1, maximum = 120)]
    pub timeout_s: i32,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self { expects_response: true, timeout_s: USUAL_S }
    }
}

impl ClientConfig {
    /// Checks the bounds; a fault names the field.
    pub fn check(&self) -> Result<(), Fault> {
        let field = "config.timeout_s";
        if self.timeout_s == FOR_EVER {
            return match self.expects_response {
                true => Ok(()),
                false => Err(Fault::invalid(
                    field,
                    format!("`{field}` is -1, but with `expects_response: false` nothing is waited for"),
                )),
            };
        }
        if (1..=MOST_S).contains(&self.timeout_s) {
            return Ok(());
        }
        Err(Fault::invalid(field, format!("`{field}` must be between 1 and {MOST_S}, or -1 to wait for ever")))
    }

    /// How long a call is offered to a client, in seconds.
    pub fn lifetime_s(&self) -> u32 {
        u32::try_from(self.timeout_s).unwrap_or(LONGEST_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_name_the_field() {
        let checked = |expects_response, timeout_s| ClientConfig { expects_response, timeout_s }.check().is_ok();
        assert!(checked(true, 1) && checked(true, 120) && checked(true, -1) && checked(false, 5));
        assert!(!checked(true, 0) && !checked(true, 121) && !checked(true, -2) && !checked(false, -1));
        assert_eq!(ClientConfig { expects_response: true, timeout_s: -1 }.lifetime_s(), LONGEST_S);
        assert_eq!(ClientConfig::default().lifetime_s(), 20);
    }
}
