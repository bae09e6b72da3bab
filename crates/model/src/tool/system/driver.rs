//! Who acts on the telephone call itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Fault, secret::is_secret_name};

/// Who acts on the telephone call itself. The call is the one that verified context names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Driver {
    /// Twilio's REST API: the call in progress is given new TwiML. The call is `call_sid` of the verified context.
    Twilio {
        /// The account, usually `${TWILIO_ACCOUNT_SID}`.
        account_sid: String,
        /// The secret that signs in, `${TWILIO_AUTH_TOKEN}` for example; never the token itself.
        auth_token: String,
        /// Where the API is. Default `https://api.twilio.com`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base_url: Option<String>,
        /// The number that a person is called from when the transfer is warm or has music. Without it the one that was
        /// called: `to_number` of the verified context.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Where Twilio fetches what comes after tones were played. Without it the call ends behind them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume_url: Option<String>,
    },
}

impl Driver {
    /// The address of Twilio's REST API.
    pub const TWILIO: &str = "https://api.twilio.com";

    /// Checks what does not need the secrets.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<(), Fault> {
        let Self::Twilio { account_sid, auth_token, base_url, from, resume_url } = self;
        let refuse = |field: &str, why: &str| {
            let field = format!("config.driver.{field}");
            Err(Fault::invalid(&field, format!("`{field}` {why}")))
        };
        let names_secret =
            |text: &str| text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(is_secret_name);
        let is_sid = |text: &str| {
            text.strip_prefix("AC").is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !names_secret(account_sid) && !is_sid(account_sid) {
            return refuse(
                "account_sid",
                "must be AC and 32 hexadecimal digits, or name a secret such as `${TWILIO_ACCOUNT_SID}`",
            );
        }
        if !names_secret(auth_token) {
            return refuse("auth_token", "must name a secret, such as `${TWILIO_AUTH_TOKEN}`; it is never written out");
        }
        for (field, url) in [("base_url", base_url), ("resume_url", resume_url)] {
            let Some(url) = url else { continue };
            let is_http = url.starts_with("https://") || url.starts_with("http://");
            if !is_http
                || url.len() > 2_048
                || url.chars().any(|c| c.is_whitespace() || c.is_control() || "{}$".contains(c))
            {
                return refuse(field, "must be an http or https address of at most 2048 bytes without placeholders");
            }
        }
        match from {
            Some(from) if !super::is_e164(from) => {
                refuse("from", "is not a telephone number in the form of E.164; write it like `+61411234567`")
            }
            _ => Ok(()),
        }
    }
}
