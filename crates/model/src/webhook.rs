//! Webhooks that we send: to whom, and how a delivery stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Fault, Timestamp,
    id::{DeliveryId, OrgId},
    secret::is_secret_name,
};

/// Where news is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// An http or https address, reached through the outbound guard.
    pub url: String,
    /// The name of the secret that signs, as in Standard Webhooks: `whsec_` and base64, or any text. Without it
    /// nothing is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl WebhookTarget {
    /// Checks the address and the secret's name; `field` is where the target stands.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self, field: &str) -> Result<(), Fault> {
        let is_http = self.url.starts_with("https://") || self.url.starts_with("http://");
        if !is_http || self.url.len() > 2_048 || self.url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let field = format!("{field}.url");
            return Err(Fault::invalid(
                &field,
                format!("`{field}` must be an http or https address of at most 2048 bytes"),
            ));
        }
        match &self.secret {
            Some(name) if !is_secret_name(name) => {
                let field = format!("{field}.secret");
                Err(Fault::invalid(&field, format!("`{field}` must be the name of a secret, such as `WEBHOOK_KEY`")))
            }
            _ => Ok(()),
        }
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent, or sent again, when its time comes.
    Queued,
    /// It arrived.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Delivered, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A piece of news on its way out, or delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its id, sent as `webhook-id`: the same each time it is sent.
    pub id: DeliveryId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// How it is sent: `webhook`.
    pub channel: String,
    /// What it tells of, for example `approval.requested`.
    pub event: String,
    /// To where.
    pub target: String,
    /// The thing it is about: an id.
    pub subject: Option<String>,
    /// How it stands.
    pub state: DeliveryState,
    /// How many times it was sent.
    pub attempts: i64,
    /// When it is sent next, while it is queued.
    pub next_at: Timestamp,
    /// When it is given up.
    pub give_up_at: Timestamp,
    /// The last status that the receiver gave.
    pub last_status: Option<u16>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}
