//! Limits, and buckets that many take from at once.

use std::time::Duration;

use callwright_model::{execution::Passage, tool::policy::limits::Limits};
use futures_util::future::join_all;
use serde_json::json;

const SECOND: u64 = 1_000_000_000;

on_both! {
    async fn a_bucket_gives_what_it_holds_and_tells_when_it_has_more(db) {
        let store = &db.store;
        let take = |wanted| async move { store.take_tokens("b", 100 * SECOND, 10, wanted).await.unwrap() };
        assert_eq!(take(4).await.tokens, 4);
        assert_eq!(take(4).await.tokens, 4);
        let last = take(4).await;
        assert_eq!(last.tokens, 2, "what is left of ten");
        let none = take(4).await;
        assert_eq!(none.tokens, 0);
        assert!(none.wait_ns <= 100 * SECOND && none.wait_ns > 90 * SECOND, "{none:?}");
        let debt = store.bucket_debt("b").await.unwrap();
        assert!(debt <= 1_000 * SECOND && debt > 990 * SECOND, "{debt}");
        assert_eq!(store.bucket_debt("another").await.unwrap(), 0);
        assert_eq!(store.take_tokens("wide", SECOND, 5, 50).await.unwrap().tokens, 5, "no more than it holds");
    }

    async fn a_bucket_fills_again_and_is_forgotten_only_when_full(db) {
        let store = &db.store;
        let interval = SECOND / 20;
        assert_eq!(store.take_tokens("quick", interval, 2, 2).await.unwrap().tokens, 2);
        let none = store.take_tokens("quick", interval, 2, 1).await.unwrap();
        assert_eq!(none.tokens, 0);
        tokio::time::sleep(Duration::from_nanos(none.wait_ns) + Duration::from_millis(2)).await;
        assert_eq!(store.take_tokens("quick", interval, 2, 1).await.unwrap().tokens, 1);
        assert_eq!(store.purge_buckets(9).await.unwrap(), 0, "not full for a minute yet");
        store.execute("UPDATE rate_bucket SET full_at_ns = full_at_ns - 120000000000", Vec::new()).await.unwrap();
        assert_eq!(store.purge_buckets(9).await.unwrap(), 1);
        assert_eq!(store.take_tokens("quick", interval, 2, 2).await.unwrap().tokens, 2, "a new one is full");
    }

    async fn those_who_take_at_once_get_no_more_than_there_is(db) {
        let store = &db.store;
        let taken = join_all((0..100).map(|n| store.take_tokens("rush", 3_600 * SECOND, 60, n % 3 + 1))).await;
        assert_eq!(taken.into_iter().map(|taken| taken.unwrap().tokens).sum::<u64>(), 60);
    }

    async fn limits_belong_to_an_organization_or_its_agent(db) {
        let (store, org) = (&db.store, db.organization().await.0);
        assert_eq!(store.limits(org, None).await.unwrap(), Limits::default());
        let limits: Limits = serde_json::from_value(json!({"concurrency": 4})).unwrap();
        let now = callwright_model::Timestamp::from_micros(1);
        let seq = store.change_seq().await.unwrap();
        store
            .write((org, limits.clone(), now), |(org, limits, now), tx| Box::pin(tx.set_limits(*org, None, limits, *now)))
            .await
            .unwrap();
        assert_eq!(store.limits(org, None).await.unwrap(), limits);
        assert!(store.change_seq().await.unwrap() > seq, "other servers are told");
    }

    async fn how_an_execution_came_past_the_limits_is_kept(db) {
        let (store, org) = (&db.store, db.organization().await.0);
        let new = db.write(org, db.id(), None);
        store.claim(&new).await.unwrap();
        let passage = Passage { queued_ms: Some(1.5), ..Passage::default() };
        store.note_passage(new.execution.id, passage.clone()).await.unwrap();
        store.flush().await.unwrap();
        assert_eq!(store.execution(org, new.execution.id).await.unwrap().unwrap().passage, Some(passage));
    }
}
