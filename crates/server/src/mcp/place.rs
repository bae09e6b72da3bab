//! How many an organization may have of something here: sessions, streams without one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use callwright_model::id::OrgId;

/// Places that are given out and come back by themselves.
pub(super) struct Places {
    taken: Arc<Mutex<HashMap<OrgId, usize>>>,
    most: usize,
}

/// A place; dropped, it is free again.
pub(super) struct Place {
    taken: Arc<Mutex<HashMap<OrgId, usize>>>,
    org: OrgId,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { taken: Arc::default(), most }
    }

    /// A place for `org`; none when it has as many as it may.
    pub(super) fn take(&self, org: OrgId) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(&org).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        taken.insert(org, count + 1);
        Some(Place { taken: self.taken.clone(), org })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.org) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                taken.remove(&self.org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn there_are_as_many_as_may_be_and_none_is_lost() {
        let ids = IdSource::default();
        let (org, other) = (ids.next(), ids.next());
        let places = Places::new(2);
        let held = [places.take(org).unwrap(), places.take(org).unwrap()];
        assert!(places.take(org).is_none() && places.take(other).is_some());
        drop(held);
        assert!(places.taken.lock().unwrap().is_empty());
        assert!(places.take(org).is_some());
    }
}
