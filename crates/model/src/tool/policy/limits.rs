//! How much a tool, an agent or an organization may do at once and in a while, and what of a read may be kept.
//!
//! Where a short form is allowed (one limit instead of a list, a number, `false`), it is read into the long one; what
//! is written back is always the long form.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::ToSchema;

/// Who shares a limit: each of them has an allowance of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// All callers of one tool together.
    Tool,
    /// Each agent; calls without one share an allowance.
    Agent,
    /// The whole organization.
    Organization,
    /// Each user.
    User,
    /// Each conversation or phone call; without one, each user. The caller names it, so this keeps order, not peace.
    Conversation,
}

impl Per {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Agent => "agent",
            Self::Organization => "organization",
            Self::User => "user",
            Self::Conversation => "conversation",
        }
    }
}

/// A token bucket: `requests` in `per_seconds` on the long run, `burst` of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// How many calls; 1 to 1,000,000.
    pub requests: u32,
    /// In how many seconds; 1 to 2,678,400 (31 days).
    pub per_seconds: u32,
    /// How many at once after a quiet time; `requests` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// Who shares it; the place where it is written (`tool`, `agent` or `organization`) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
}

/// How many executions may run at once, and how many may wait for a place. Counted by each server for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Concurrency {
    /// The most at once; 1 to 10,000.
    pub limit: u32,
    /// The most that wait; 0 to 10,000. Default 32.
    #[serde(default = "default_queue")]
    pub queue: u32,
    /// The longest wait for a place in milliseconds, within the tool's own time. Default 5000.
    #[serde(default = "default_queue_timeout")]
    pub queue_timeout_ms: u32,
    /// Who shares it; the place where it is written when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
}

const fn default_queue() -> u32 {
    32
}

const fn default_queue_timeout() -> u32 {
    5_000
}

/// When to stop sending to an upstream that fails: network errors, timeouts and statuses of 500 and more count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Breaker {
    /// The share of failures at which it opens; 0.01 to 1. Default 0.5.
    pub failure_ratio: f64,
    /// Fewer executions than this in the window say nothing; 1 to 10,000. Default 10.
    pub minimum_requests: u32,
    /// The window in seconds; 1 to 3600. Default 60.
    pub window_s: u32,
    /// How long it stays open before probes are let through, in seconds; 1 to 3600. Default 30.
    pub open_s: u32,
    /// How many probes must succeed before it closes, and the most that run at once; 1 to 100. Default 1.
    pub half_open_probes: u32,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failure_ratio: 0.5, minimum_requests: 10, window_s: 60, open_s: 30, half_open_probes: 1 }
    }
}

/// A breaker, or the word that there is to be none (`false`) even where the organization has one for all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BreakerSetting {
    /// None.
    Off,
    /// This one; `true` is the default one.
    On(Breaker),
}

/// Which results of a read are kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// How long a result is good, in seconds; at most 86,400. With `respect_http`, for answers that do not say.
    pub ttl_s: u32,
    /// Follow the upstream's `Cache-Control` and `Age`, and ask again with its `ETag` or `Last-Modified`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub respect_http: bool,
    /// For how many seconds after that a result may still be given when the upstream fails; at most 604,800.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_if_error_s: Option<u32>,
    /// One result for all users. Otherwise each acting user has their own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

impl Cache {
    /// The cache that `cache_ttl_s` is short for.
    pub const fn for_seconds(ttl_s: u32) -> Self {
        Self { ttl_s, respect_http: false, stale_if_error_s: None, shared: false }
    }
}

/// The limits of an agent or an organization, beside those of its tools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How often; one limit or a list of at most 8.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = RateLimitForm)]
    pub rate_limit: Vec<RateLimit>,
    /// How many at once; a number or an object.
    #[serde(deserialize_with = "concurrency", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ConcurrencyForm>)]
    pub concurrency: Option<Concurrency>,
    /// Of an organization: the breaker of every tool that says nothing itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BreakerForm>)]
    pub breaker: Option<BreakerSetting>,
}

/// What may be written for rate limits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RateLimitForm {
    /// One.
    One(RateLimit),
    /// Several, which all hold.
    Many(Vec<RateLimit>),
}

/// What may be written for concurrency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ConcurrencyForm {
    /// The limit alone.
    Limit(u32),
    /// Everything.
    Full(Concurrency),
}

/// What may be written for a breaker.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BreakerForm {
    /// The default one, or none.
    Switch(bool),
    /// Everything.
    Full(Breaker),
}

/// Reads a `T` from an object only: serde's derived form would take a list for one, too.
struct ByField<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByField<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = ByField<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(ByField)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// Reads one `T`, a list of them, or nothing.
pub(super) fn one_or_many<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct OneOrMany<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a list of objects")
        }

        fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
            Ok(vec![T::deserialize(MapAccessDeserializer::new(map))?])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(ByField(one)) = list.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_any(OneOrMany(PhantomData))
}

impl<'de> Deserialize<'de> for BreakerSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Setting;

        impl<'de> Visitor<'de> for Setting {
            type Value = BreakerSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, true or false")
            }

            fn visit_bool<E: Error>(self, on: bool) -> Result<BreakerSetting, E> {
                Ok(if on { BreakerSetting::On(Breaker::default()) } else { BreakerSetting::Off })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BreakerSetting, A::Error> {
                Breaker::deserialize(MapAccessDeserializer::new(map)).map(BreakerSetting::On)
            }
        }

        deserializer.deserialize_any(Setting)
    }
}

impl Serialize for BreakerSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::On(breaker) => breaker.serialize(serializer),
        }
    }
}

/// Reads a number or an object.
pub(super) fn concurrency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Concurrency>, D::Error> {
    struct Form;

    impl<'de> Visitor<'de> for Form {
        type Value = Option<Concurrency>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a whole number")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_u64<E: Error>(self, limit: u64) -> Result<Self::Value, E> {
            // What does not fit is refused with every other number that is too large.
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let (queue, queue_timeout_ms) = (default_queue(), default_queue_timeout());
            Ok(Some(Concurrency { limit, queue, queue_timeout_ms, per: None }))
        }

        fn visit_i64<E: Error>(self, limit: i64) -> Result<Self::Value, E> {
            self.visit_u64(u64::try_from(limit).unwrap_or(0))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Concurrency::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(Form)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tool::Policy;

    fn policy(value: Value) -> Result<Policy, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn short_forms_are_read_into_the_long_ones() {
        let short = policy(json!({
            "rate_limit": {"requests": 5, "per_seconds": 1}, "concurrency": 3, "breaker": true, "cache_ttl_s": 9
        }))
        .unwrap();
        assert_eq!(short.rate_limit, [RateLimit { requests: 5, per_seconds: 1, burst: None, per: None }]);
        assert_eq!(short.concurrency.unwrap().queue, 32);
        assert_eq!(short.breaker, Some(BreakerSetting::On(Breaker::default())));
        let many = policy(json!({
            "rate_limit": [{"requests": 5, "per_seconds": 1}, {"requests": 9, "per_seconds": 60, "per": "user"}],
            "breaker": false
        }))
        .unwrap();
        assert_eq!((many.rate_limit.len(), many.breaker), (2, Some(BreakerSetting::Off)));
        for spec in [short, many] {
            assert_eq!(policy(serde_json::to_value(&spec).unwrap()).unwrap(), spec);
        }
        let nothing = policy(json!({"rate_limit": null, "concurrency": null, "breaker": null, "cache": null}));
        assert_eq!(nothing.unwrap(), Policy::default());
    }

    #[test]
    fn slips_of_the_pen_are_refused() {
        for (bad, why) in [
            (json!({"rate_limit": {"requests": 5}}), "missing field `per_seconds`"),
            (json!({"rate_limit": [[5, 1]]}), "expected an object"),
            (json!({"rate_limit": 5}), "an object or a list"),
            (json!({"rate_limit": {"requests": 5, "per_seconds": 1, "per": "planet"}}), "unknown variant"),
            (json!({"concurrency": {"limit": 1, "que": 2}}), "unknown field `que`"),
            (json!({"concurrency": "3"}), "a whole number"),
            (json!({"breaker": 3}), "true or false"),
            (json!({"cache": {"respect_http": true}}), "missing field `ttl_s`"),
        ] {
            let error = policy(bad).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
