//! How many sockets there may be: before anybody has said who they are, and of strangers from one address.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use callwright_model::{Fault, FaultKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Sockets that have not sent their first frame, of all together and of one address.
const MOST_SILENT: usize = 512;
const MOST_SILENT_OF: usize = 32;
/// Sockets of strangers from one address; a whole company may be behind it.
const MOST_STRANGERS_OF: usize = 40;

/// The sockets of this node that are counted.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    silent: Arc<Semaphore>,
    silent_of: Counts,
    strangers_of: Counts,
}

type Counts = Arc<Mutex<HashMap<String, usize>>>;

/// One of those from an address; dropped, it is gone.
#[derive(Debug)]
struct One {
    counts: Counts,
    address: String,
}

impl One {
    fn more(counts: &Counts, address: &str, most: usize) -> Option<Self> {
        let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address.to_owned()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Self { counts: counts.clone(), address: address.to_owned() })
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

/// Held until the first frame was read.
#[derive(Debug)]
pub(super) struct Silent(#[allow(dead_code)] OwnedSemaphorePermit, #[allow(dead_code)] One);

/// Held as long as the socket of a stranger is open.
#[derive(Debug)]
pub(super) struct Stranger(#[allow(dead_code)] One);

impl Crowd {
    pub(crate) fn new() -> Self {
        Self {
            silent: Arc::new(Semaphore::new(MOST_SILENT)),
            silent_of: Counts::default(),
            strangers_of: Counts::default(),
        }
    }

    /// Counts a socket that says nothing yet.
    ///
    /// # Errors
    /// Limited `too_many_conversations`.
    pub(super) fn enter(&self, address: &str) -> Result<Silent, Fault> {
        let permit = self.silent.clone().try_acquire_owned().map_err(|_| too_many())?;
        let one = One::more(&self.silent_of, address, MOST_SILENT_OF).ok_or_else(too_many)?;
        Ok(Silent(permit, one))
    }

    /// Counts the socket of somebody whom nobody knows.
    ///
    /// # Errors
    /// Limited `too_many_conversations`.
    pub(super) fn stranger(&self, address: &str) -> Result<Stranger, Fault> {
        One::more(&self.strangers_of, address, MOST_STRANGERS_OF).map(Stranger).ok_or_else(too_many)
    }
}

fn too_many() -> Fault {
    let message = "there are too many connections from this address, or that say nothing; try again later";
    Fault::new(FaultKind::Limited, "too_many_conversations", message)
        .with_details(serde_json::json!({ "retry_after_ms": 10_000 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_one_address_are_counted_as_long_as_they_are_there() {
        let crowd = Crowd::new();
        let held: Vec<_> = (0..MOST_SILENT_OF).map(|_| crowd.enter("a").unwrap()).collect();
        assert!(crowd.enter("a").is_err() && crowd.enter("b").is_ok());
        drop(held);
        assert!(crowd.enter("a").is_ok());
        assert!(crowd.silent_of.lock().unwrap().is_empty());
    }
}
