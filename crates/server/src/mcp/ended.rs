//! Sessions that their clients have ended here: their ids are good for longer, and must not bring them back.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use callwright_model::id::{OrgId, RequestId};

/// The most that are remembered of an organization: who begins and ends without end forgets their own ones only.
const MOST: usize = 10_000;

/// The last ones of each organization, by what is in no other session's id.
#[derive(Default)]
pub(super) struct Ended(Mutex<HashMap<OrgId, Last>>);

#[derive(Default)]
struct Last {
    known: HashSet<RequestId>,
    order: VecDeque<RequestId>,
}

impl Ended {
    fn all(&self) -> MutexGuard<'_, HashMap<OrgId, Last>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers one. False: it has ended already.
    pub(super) fn add(&self, org: OrgId, nonce: RequestId) -> bool {
        let mut all = self.all();
        let last = all.entry(org).or_default();
        if !last.known.insert(nonce) {
            return false;
        }
        last.order.push_back(nonce);
        if last.order.len() > MOST
            && let Some(oldest) = last.order.pop_front()
        {
            last.known.remove(&oldest);
        }
        true
    }

    /// Whether it has ended.
    pub(super) fn has(&self, org: OrgId, nonce: RequestId) -> bool {
        self.all().get(&org).is_some_and(|last| last.known.contains(&nonce))
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn an_organization_forgets_its_own_oldest_and_no_others() {
        let ids = IdSource::default();
        let (org, other) = (ids.next(), ids.next());
        let ended = Ended::default();
        let (first, second, theirs) = (ids.next(), ids.next(), ids.next());
        assert!(ended.add(other, theirs) && ended.add(org, first) && !ended.add(org, first));
        assert!(ended.add(org, second) && !ended.has(other, first));
        for _ in 1..MOST {
            ended.add(org, ids.next());
        }
        assert!(!ended.has(org, first) && ended.has(org, second) && ended.has(other, theirs));
    }
}
