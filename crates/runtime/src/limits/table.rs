//! Named things that are made when they are asked for and forgotten when they say nothing any more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The most that are kept. Names come from callers (conversations), so there could be any number.
const MOST: usize = 50_000;

/// A thing that may be forgotten at times.
pub(super) trait Idle {
    /// Whether forgetting it changes nothing, at `now_ns`.
    fn is_idle(&self, now_ns: u64) -> bool;
}

/// Things by name.
pub(super) struct Table<T>(Mutex<HashMap<String, Arc<T>>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Idle> Table<T> {
    /// The thing of that name, made by `make` if need be.
    pub(super) fn get(&self, name: &str, now_ns: u64, make: impl FnOnce() -> T) -> Arc<T> {
        let mut table = self.lock();
        if let Some(thing) = table.get(name) {
            return thing.clone();
        }
        if table.len() >= MOST {
            make_room(&mut table, now_ns);
        }
        let thing = Arc::new(make());
        table.insert(name.to_owned(), thing.clone());
        thing
    }

    /// The thing of that name, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<Arc<T>> {
        self.lock().get(name).cloned()
    }

    /// Forgets what is idle.
    pub(super) fn sweep(&self, now_ns: u64) {
        self.lock().retain(|_, thing| Arc::strong_count(thing) > 1 || !thing.is_idle(now_ns));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When nothing is idle, every other one that is not in use goes: memory is bounded before limits are exact.
fn make_room<T: Idle>(table: &mut HashMap<String, Arc<T>>, now_ns: u64) {
    table.retain(|_, thing| Arc::strong_count(thing) > 1 || !thing.is_idle(now_ns));
    if table.len() < MOST {
        return;
    }
    let mut is_odd = false;
    table.retain(|_, thing| {
        is_odd = !is_odd;
        is_odd || Arc::strong_count(thing) > 1
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(bool);

    impl Idle for Thing {
        fn is_idle(&self, _: u64) -> bool {
            self.0
        }
    }

    #[test]
    fn what_is_idle_goes_first_and_what_is_in_use_stays() {
        let table = Table::default();
        let used = table.get("used", 0, || Thing(true));
        drop(table.get("idle", 0, || Thing(true)));
        drop(table.get("busy", 0, || Thing(false)));
        table.sweep(0);
        assert!(table.find("idle").is_none() && table.find("busy").is_some() && table.find("used").is_some());
        for n in 0..MOST + 10 {
            drop(table.get(&n.to_string(), 0, || Thing(false)));
        }
        assert!(table.lock().len() <= MOST);
        assert!(Arc::ptr_eq(&used, &table.find("used").unwrap()));
    }
}
