//! What is allowed around a tool: time, retries, confirmation, where it may be used, what to do when it fails.

mod approval;
mod confirm;
pub mod limits;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ErrorClass, context::Channel};

pub use approval::{Approval, ApprovalRule};
pub use confirm::{Confirm, ConfirmRule};
use limits::{BreakerForm, BreakerSetting, Cache, Concurrency, ConcurrencyForm, RateLimit, RateLimitForm};

/// Time, retries, confirmation, and where a tool may be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The caller's whole wait, retries included. 100 to 600000 ms.
    pub timeout_ms: u32,
    /// To reach the upstream, TLS included; each attempt anew.
    pub connect_timeout_ms: u32,
    /// From the request sent to the first byte, and from one piece of the answer to the next; each attempt anew.
    pub read_timeout_ms: u32,
    /// When to send again. What *may* be sent again is decided by the retry gate, whatever stands here.
    #[serde(skip_serializing_if = "is_default")]
    pub retry: RetryPolicy,
    /// The caller is answered at the latest after this long, 100 to 600000 ms; the execution finishes behind, within
    /// `timeout_ms`. Without it the caller waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_by_ms: Option<u32>,
    /// What the person on the line is told then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_by_say: Option<String>,
    /// The person on the line must agree first: `true`, a question, or a rule.
    #[serde(skip_serializing_if = "Confirm::is_no")]
    #[schema(value_type = Value)]
    pub confirm: Confirm,
    /// An operator must agree first: `true`, or a rule.
    #[serde(skip_serializing_if = "Approval::is_no")]
    #[schema(value_type = Value)]
    pub approval: Approval,
    /// Where it may be used; empty means anywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_contexts: Vec<Channel>,
    /// Whether a model that calls several tools at once may have this one carried out beside the others though it
    /// changes something. Reads may always.
    #[serde(skip_serializing_if = "is_default")]
    pub parallel: bool,
    /// How often it may be called; one limit or a list of at most 8.
    #[serde(deserialize_with = "limits::one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = RateLimitForm)]
    pub rate_limit: Vec<RateLimit>,
    /// How many calls may run at once; a number or an object.
    #[serde(deserialize_with = "limits::concurrency", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ConcurrencyForm>)]
    pub concurrency: Option<Concurrency>,
    /// When to stop calling an upstream that fails; `false` for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BreakerForm>)]
    pub breaker: Option<BreakerSetting>,
    /// Short for `cache: {ttl_s: …}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_ttl_s: Option<u32>,
    /// Which results of a read are kept, and for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// Equal reads at the same time become one request upstream, also without a cache.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub single_flight: bool,
}

impl Policy {
    /// The cache, however it was written.
    pub fn cache(&self) -> Option<Cache> {
        self.cache.or(self.cache_ttl_s.map(Cache::for_seconds))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            timeout_ms: 30_000,
            connect_timeout_ms: 5_000,
            read_timeout_ms: 10_000,
            retry: RetryPolicy::default(),
            answer_by_ms: None,
            answer_by_say: None,
            confirm: Confirm::No,
            approval: Approval::No,
            allowed_contexts: Vec::new(),
            parallel: false,
            rate_limit: Vec::new(),
            concurrency: None,
            breaker: None,
            cache_ttl_s: None,
            cache: None,
            single_flight: false,
        }
    }
}

/// When to send again, for each class of error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetryPolicy {
    /// Connection errors, and 502, 503 and 504. Default 3 times from 1 s.
    pub network: RetryRule,
    /// 429, and 503 with `Retry-After`. Default 5 times from 5 s.
    pub rate_limit: RetryRule,
    /// No answer in time. Default 2 times from 2 s.
    pub timeout: RetryRule,
    /// Other statuses that the author wants sent again, by the `network` rule. This is consent to repeat a write
    /// when one of these was *received*.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retry_on_status_codes: Vec<u16>,
    /// No wait is longer than this.
    pub max_delay_ms: u32,
    /// A wait is drawn between half and all of its length, so that many callers do not come back at once.
    pub jitter: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            network: RetryRule { attempts: 3, base_ms: 1_000 },
            rate_limit: RetryRule { attempts: 5, base_ms: 5_000 },
            timeout: RetryRule { attempts: 2, base_ms: 2_000 },
            retry_on_status_codes: Vec::new(),
            max_delay_ms: 60_000,
            jitter: true,
        }
    }
}

/// How often, and how long to wait: `base_ms`, doubled each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryRule {
    /// How many times to send again after the first; at most 10.
    pub attempts: u8,
    /// The first wait in milliseconds.
    pub base_ms: u32,
}

/// What to say and do when a tool fails.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fallback {
    /// Said to the person on the line instead of the class's own sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the agent may do instead, for example `phone_transfer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative_action: Option<String>,
    /// Whether a person has to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_human: Option<bool>,
    /// The same, for single classes of error; these win over the fields above.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub by_class: BTreeMap<ErrorClass, ClassFallback>,
}

/// What to say and do when a tool fails with one class of error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClassFallback {
    /// Said to the person on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the agent may do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative_action: Option<String>,
    /// Whether a person has to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_human: Option<bool>,
}
