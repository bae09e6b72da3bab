//! Results of reads that are kept for a while, in this server's memory, and reads under way that others may join.
//!
//! Bounded in bytes and in number; what is used least goes first. `call::cached` decides what may be kept and for
//! how long. Nothing here survives a restart, and no server sees another's.

pub(crate) mod flight;

use std::sync::Arc;

use callwright_model::Content;
use callwright_tools::Validators;
use quick_cache::{Weighter, sync::Cache};
use tokio::time::Instant;

use crate::call::shape::Shaped;
use flight::Flights;

/// The most bytes of results that are kept.
const MOST_BYTES: u64 = 64 << 20;
/// A result counts at least this much, so that there are at most 32,768 of them.
const LEAST_BYTES: u64 = 2 << 10;
/// A result larger than this is not kept.
const LARGEST_BYTES: u64 = 4 << 20;

/// Stands for a question: tool, definition, arguments, request, and who may hear the answer.
pub(crate) type Key = [u8; 32];

/// A result that is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The result.
    pub(crate) shaped: Arc<Shaped>,
    /// When the upstream gave it.
    pub(crate) given_at: Instant,
    /// Until then it is given without asking.
    pub(crate) fresh_until: Instant,
    /// Until then it may stand in for a failure.
    pub(crate) stale_until: Instant,
    /// What to ask again with.
    pub(crate) validators: Validators,
}

impl Kept {
    fn bytes(&self) -> u64 {
        let whole = self.shaped.whole.as_ref().map_or(0, size);
        (size(&self.shaped.content) + whole).max(LEAST_BYTES)
    }
}

/// Bytes as JSON; what it takes in memory is of the same order.
fn size(content: &Content) -> u64 {
    struct Count(u64);

    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    let written = serde_json::to_writer(&mut count, content);
    if written.is_ok() { count.0 } else { LARGEST_BYTES + 1 }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, (u64, Arc<Kept>)> for Bytes {
    fn weight(&self, _: &Key, (bytes, _): &(u64, Arc<Kept>)) -> u64 {
        *bytes
    }
}

/// What is kept, and what is under way.
pub(crate) struct Results {
    kept: Cache<Key, (u64, Arc<Kept>), Bytes>,
    /// Reads under way.
    pub(crate) flights: Flights,
}

impl Default for Results {
    fn default() -> Self {
        Self { kept: Cache::with_weighter(10_000, MOST_BYTES, Bytes), flights: Flights::default() }
    }
}

impl Results {
    /// What is kept under `key`, fresh or not.
    pub(crate) fn find(&self, key: &Key) -> Option<Arc<Kept>> {
        self.kept.get(key).map(|(_, kept)| kept)
    }

    /// Keeps a result, unless it is too large.
    pub(crate) fn keep(&self, key: Key, kept: Arc<Kept>) {
        let bytes = kept.bytes();
        if bytes <= LARGEST_BYTES {
            self.kept.insert(key, (bytes, kept));
        }
    }

    /// Forgets what is kept under `key`.
    pub(crate) fn forget(&self, key: &Key) {
        self.kept.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(text: &str) -> Arc<Kept> {
        let now = Instant::now();
        let shaped = Arc::new(Shaped { content: Content::json(json!(text)), whole: None });
        Arc::new(Kept { shaped, given_at: now, fresh_until: now, stale_until: now, validators: Validators::default() })
    }

    fn key(n: u32) -> Key {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&n.to_be_bytes());
        key
    }

    #[test]
    fn it_is_bounded_in_bytes_and_in_number() {
        let results = Results::default();
        results.keep(key(0), kept(&"x".repeat(5 << 20)));
        assert!(results.find(&key(0)).is_none(), "too large to be kept");
        for n in 0..100 {
            results.keep(key(n), kept(&"x".repeat(1 << 20)));
        }
        assert!(results.kept.weight() <= MOST_BYTES && results.kept.len() <= 64);
        for n in 0..40_000 {
            results.keep(key(n), kept("small"));
        }
        assert!(results.kept.len() as u64 <= MOST_BYTES / LEAST_BYTES);
        results.forget(&key(39_999));
        assert!(results.find(&key(39_999)).is_none());
    }
}
