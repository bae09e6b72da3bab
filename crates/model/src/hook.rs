//! Hooks: addresses at which others start something here, each protected by a secret of its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Fault, Timestamp,
    id::{ExecutionId, HookDeliveryId, HookId, OrgId, RunId, UserId},
};

mod check;

/// Whose form the requests have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HookPlatform {
    /// Our own, for automation platforms and everything else: `POST /hooks/{slug}`.
    #[default]
    Automation,
    /// Vapi's tool calls: `POST /vapi/tools?hook=…`.
    Vapi,
    /// Retell's custom functions: `POST /retell/tools/{name}?hook=…`.
    Retell,
}

impl HookPlatform {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automation => "automation",
            Self::Vapi => "vapi",
            Self::Retell => "retell",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Automation, Self::Vapi, Self::Retell].into_iter().find(|platform| platform.as_str() == text)
    }

    /// How many milliseconds an answer may take before the caller is told to wait, unless its maker says otherwise:
    /// less than the platform's own patience.
    pub const fn wait_ms(self) -> u32 {
        match self {
            // Zapier gives up after 30 s, Make after 40.
            Self::Automation => 25_000,
            // Its servers wait 20 s unless told otherwise.
            Self::Vapi => 18_000,
            // Two minutes unless told otherwise.
            Self::Retell => 110_000,
        }
    }
}

/// What a hook may start. With `workflow` a run of it, with `tools` a call of one of them, with `agent` alone a run of
/// that agent. For Vapi and Retell it names the tools that they may call; all that the hook's maker may call (or that
/// the agent has) when it names none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HookTarget {
    /// The agent that is run; with tools, the agent through which they are called. A name or an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub agent: Option<String>,
    /// The tools that may be called, by name. Where there is one, `action` need not be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 128)]
    pub tools: Vec<String>,
    /// The workflow that is run, by name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub workflow: Option<String>,
}

/// How requests show that they come from whom they should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum HookProtection {
    /// The secret itself, as `Authorization: Bearer` or in a header of its own.
    Token {
        /// The header that holds it and nothing else, besides `Authorization`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 100)]
        header: Option<String>,
    },
    /// A signature over the body and its time, as Vapi makes it unless the fields say otherwise.
    Hmac(HmacRule),
    /// The signature of Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    StandardWebhooks {
        /// How old a request may be, in seconds.
        #[serde(default = "five_minutes")]
        #[schema(minimum = 1, maximum = 3600)]
        tolerance_s: u32,
    },
    /// Retell's signature; the secret is the API key of the Retell account.
    Retell {
        /// How old a request may be, in seconds.
        #[serde(default = "five_minutes")]
        #[schema(minimum = 1, maximum = 3600)]
        tolerance_s: u32,
    },
}

/// A signature by HMAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HmacRule {
    /// The hash function.
    pub algorithm: HmacAlgorithm,
    /// The header that holds the signature.
    #[schema(max_length = 100)]
    pub signature_header: String,
    /// What stands before the signature in it, such as `sha256=`.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 100)]
    pub signature_prefix: String,
    /// The header that holds the time, in seconds or milliseconds since 1970; `null` when there is none. Then an old
    /// request cannot be told from a new one.
    #[schema(max_length = 100)]
    pub timestamp_header: Option<String>,
    /// The header that holds the message's own id, for `{id}` in `payload_format`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub message_id_header: Option<String>,
    /// What is signed: `{body}`, `{timestamp}`, `{id}` (or `{svix-id}`), `{method}` and `{url}` are filled in.
    #[schema(max_length = 200)]
    pub payload_format: String,
    /// How the signature is written.
    pub encoding: SignatureEncoding,
    /// Whether the secret is base64 of the key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret_is_base64: bool,
    /// How old a request may be, in seconds.
    #[schema(minimum = 1, maximum = 3600)]
    pub tolerance_s: u32,
}

impl Default for HmacRule {
    fn default() -> Self {
        Self {
            algorithm: HmacAlgorithm::Sha256,
            signature_header: "x-signature".to_owned(),
            signature_prefix: String::new(),
            timestamp_header: Some("x-timestamp".to_owned()),
            message_id_header: None,
            payload_format: "{timestamp}.{body}".to_owned(),
            encoding: SignatureEncoding::Hex,
            secret_is_base64: false,
            tolerance_s: five_minutes(),
        }
    }
}

/// The hash function of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HmacAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-1, for those who know no better.
    Sha1,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureEncoding {
    /// Hexadecimal.
    Hex,
    /// Base64.
    Base64,
}

const fn five_minutes() -> u32 {
    300
}

impl HookProtection {
    /// Whether the secret itself is sent, so that only its hash is kept.
    pub const fn is_token(&self) -> bool {
        matches!(self, Self::Token { .. })
    }

    /// The header that holds a message's own id, where that is signed as well.
    pub fn id_header(&self) -> Option<&str> {
        match self {
            Self::StandardWebhooks { .. } => Some("webhook-id"),
            Self::Hmac(rule) if rule.payload_format.contains("id}") => rule.message_id_header.as_deref(),
            _ => None,
        }
    }
}

/// What a hook does, as its maker writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HookRules {
    /// What it may start.
    #[serde(default)]
    pub target: HookTarget,
    /// How requests show where they come from.
    pub protection: HookProtection,
    /// The only addresses or networks from which requests are taken; from anywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 64)]
    pub addresses: Vec<String>,
    /// Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so.
    #[serde(default)]
    pub trusted: bool,
    /// How long a request waits for its result, in milliseconds.
    #[schema(minimum = 0, maximum = 110000)]
    pub wait_ms: u32,
    /// The most requests in a minute.
    #[schema(minimum = 1, maximum = 100000)]
    pub rate_per_minute: u32,
    /// The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub response_secret: Option<String>,
}

/// An address at which others start something here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hook {
    /// Its id.
    pub id: HookId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Whoever made it: what it starts is done with their rights, as they are then.
    pub user_id: UserId,
    /// Its name in the address, one of its kind on this server.
    pub slug: String,
    /// Whose form its requests have.
    pub platform: HookPlatform,
    /// Whether it takes anything.
    pub enabled: bool,
    /// What it does.
    #[serde(flatten)]
    pub rules: HookRules,
    /// The beginning of the secret, to know it by.
    pub secret_hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it got its secret.
    pub rotated_at: Timestamp,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HookOutcome {
    /// It was carried out, and the result given.
    Done,
    /// It was carried out and failed.
    Failed,
    /// It goes on behind the answer.
    Pending,
    /// It was not carried out.
    Refused,
}

impl HookOutcome {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Refused => "refused",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Failed, Self::Pending, Self::Refused].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A request that came to a hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HookDelivery {
    /// Its id.
    pub id: HookDeliveryId,
    /// The hook.
    pub hook_id: HookId,
    /// The organization.
    pub organization_id: OrgId,
    /// What was asked for: a tool's name.
    pub action: Option<String>,
    /// What became of it.
    pub outcome: HookOutcome,
    /// The key under which it acts once.
    pub idempotency_key: Option<String>,
    /// The execution that it led to.
    pub execution_id: Option<ExecutionId>,
    /// The run that it led to.
    pub run_id: Option<RunId>,
    /// Why it was refused, or failed.
    pub error: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// From its arrival to its answer, in milliseconds.
    pub duration_ms: f64,
    /// When it came.
    pub created_at: Timestamp,
}

/// Checks the name of a hook in its address.
///
/// # Errors
/// Names the field.
pub fn check_slug(slug: &str) -> Result<(), Fault> {
    let is_good = (3..=64).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
        && slug.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    match is_good {
        true => Ok(()),
        false => Err(Fault::invalid(
            "slug",
            "`slug` must have 3 to 64 characters: lower-case letters, digits, `-` and `_`, the first no sign",
        )),
    }
}
