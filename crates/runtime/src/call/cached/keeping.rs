//! How long a result may be kept, and when an old one stands in for a failure.

use std::{sync::Arc, time::Duration};

use callwright_model::{ErrorClass, ToolError, execution::CacheUse, tool::policy::limits::Cache};
use callwright_tools::Freshness;
use tokio::time::Instant;

use super::super::shape::Shaped;
use crate::results::{Kept, flight::Landed};

/// No upstream's word keeps a result fresh for longer.
const MAX_FRESH_S: u64 = 86_400;

/// What is kept of a result that was given `now`; `None` when nothing may be, or it would serve nobody.
pub(super) fn kept(cache: Cache, shaped: Arc<Shaped>, told: &Freshness, now: Instant) -> Option<Kept> {
    if told.no_store || (told.is_private && cache.shared) {
        return None;
    }
    let said = told.shared_max_age_s.filter(|_| cache.shared).or(told.max_age_s);
    let fresh_s = match said {
        _ if told.no_cache => 0,
        Some(seconds) => seconds.saturating_sub(told.age_s).min(MAX_FRESH_S),
        None => cache.ttl_s.into(),
    };
    let stale_s = cache.stale_if_error_s.unwrap_or(0);
    if fresh_s == 0 && stale_s == 0 && told.validators.is_empty() {
        return None;
    }
    let fresh_until = now + Duration::from_secs(fresh_s);
    let stale_until = fresh_until + Duration::from_secs(stale_s.into());
    Some(Kept { shaped, given_at: now, fresh_until, stale_until, validators: told.validators.clone() })
}

/// A kept result as an answer.
pub(super) fn landed(kept: &Kept, how: CacheUse) -> Landed {
    Landed { outcome: Ok(kept.shaped.clone()), how, given_at: kept.given_at, is_refusal: false }
}

/// The old result instead of a failure, as long as it may stand in for it.
pub(super) fn or_stale(failed: Landed, old: Option<&Kept>) -> Landed {
    match (&failed.outcome, old) {
        (Err(error), Some(old)) if stands_in(error) && Instant::now() < old.stale_until => landed(old, CacheUse::Stale),
        _ => failed,
    }
}

/// The upstream, or the way to it, failed. What it refused, it refused.
fn stands_in(error: &ToolError) -> bool {
    let status = error.details.as_ref().and_then(|details| details.get("status")?.as_u64());
    match error.class {
        ErrorClass::NetworkError | ErrorClass::TimeoutError => true,
        ErrorClass::CircuitOpen | ErrorClass::RateLimitError => true,
        ErrorClass::UpstreamError => status.is_none_or(|status| status >= 500),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::Content;
    use callwright_tools::Validators;
    use serde_json::json;

    use super::*;

    fn fresh_s(cache: Cache, told: &Freshness) -> Option<u64> {
        let now = Instant::now();
        let shaped = Arc::new(Shaped { content: Content::json(json!(1)), whole: None });
        kept(cache, shaped, told, now).map(|kept| (kept.fresh_until - now).as_secs())
    }

    #[test]
    fn the_upstreams_word_counts_for_more_than_the_authors() {
        let cache = Cache::for_seconds(60);
        let told = Freshness::default();
        assert_eq!(fresh_s(cache, &told), Some(60));
        assert_eq!(fresh_s(cache, &Freshness { max_age_s: Some(600), age_s: 20, ..told.clone() }), Some(580));
        assert_eq!(fresh_s(cache, &Freshness { max_age_s: Some(5), age_s: 20, ..told.clone() }), None);
        assert_eq!(fresh_s(cache, &Freshness { max_age_s: Some(u64::MAX), ..told.clone() }), Some(MAX_FRESH_S));
        assert_eq!(fresh_s(cache, &Freshness { no_store: true, ..told.clone() }), None);
        assert_eq!(fresh_s(cache, &Freshness { no_cache: true, ..told.clone() }), None);
        let validators = Validators { etag: Some("x".to_owned()), last_modified: None };
        assert_eq!(
            fresh_s(cache, &Freshness { no_cache: true, validators, ..told }),
            Some(0),
            "to be asked again with"
        );
    }

    #[test]
    fn what_is_private_is_not_shared() {
        let told =
            Freshness { is_private: true, max_age_s: Some(9), shared_max_age_s: Some(3), ..Freshness::default() };
        let mine = Cache::for_seconds(60);
        let ours = Cache { shared: true, ..mine };
        assert_eq!((fresh_s(mine, &told), fresh_s(ours, &told)), (Some(9), None));
        let told = Freshness { is_private: false, ..told };
        assert_eq!((fresh_s(mine, &told), fresh_s(ours, &told)), (Some(9), Some(3)));
    }

    #[test]
    fn a_refusal_is_not_papered_over() {
        let error = |class, status: u16| ToolError::new(class, "", "").with_details(json!({ "status": status }));
        assert!(stands_in(&error(ErrorClass::UpstreamError, 500)));
        assert!(stands_in(&ToolError::new(ErrorClass::CircuitOpen, "circuit_open", "")));
        assert!(!stands_in(&error(ErrorClass::UpstreamError, 409)));
        assert!(!stands_in(&error(ErrorClass::NotFound, 404)));
        assert!(!stands_in(&error(ErrorClass::AuthError, 403)));
    }
}
