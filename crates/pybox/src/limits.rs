//! What one call may use, and what all calls together may.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use wasmtime::ResourceLimiter;

use crate::Tenant;

/// The most elements of a table; the interpreter itself has about 12,000.
pub(crate) const MAX_TABLE: usize = 40_000;

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the moment that an instance begins.
    pub wall: Duration,
    /// The most linear memory in bytes, the interpreter's own 20 MiB included.
    pub memory_bytes: usize,
    /// The most bytes of the result as JSON.
    pub output_bytes: usize,
    /// The most bytes of what is printed.
    pub log_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall: Duration::from_secs(30), memory_bytes: 128 << 20, output_bytes: 1 << 20, log_bytes: 64 << 10 }
    }
}

/// The memory that all instances together may grow by. One tenant gets at most three quarters of it.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    state: Arc<Mutex<Taken>>,
    all: usize,
}

#[derive(Debug, Default)]
struct Taken {
    sum: usize,
    tenants: HashMap<Tenant, usize>,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { state: Arc::default(), all: bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is taken of it.
    pub(crate) fn taken(&self) -> usize {
        self.lock().sum
    }

    fn take(&self, tenant: Tenant, bytes: usize) -> bool {
        if bytes == 0 {
            return true;
        }
        let mut taken = self.lock();
        let own = taken.tenants.get(&tenant).copied().unwrap_or_default() + bytes;
        if taken.sum + bytes > self.all || own > self.all / 4 * 3 {
            return false;
        }
        taken.sum += bytes;
        taken.tenants.insert(tenant, own);
        true
    }

    fn give_back(&self, tenant: Tenant, bytes: usize) {
        let mut taken = self.lock();
        taken.sum = taken.sum.saturating_sub(bytes);
        let left = taken.tenants.get(&tenant).copied().unwrap_or_default().saturating_sub(bytes);
        if left == 0 {
            taken.tenants.remove(&tenant);
        } else {
            taken.tenants.insert(tenant, left);
        }
    }
}

/// Watches one instance grow.
#[derive(Debug)]
pub(crate) struct Growth {
    budget: Budget,
    /// Whose call it is.
    tenant: Tenant,
    /// The most that it may have, in bytes.
    most: usize,
    /// What it has.
    peak: usize,
    /// What of that was taken from the budget.
    taken: usize,
    /// Why growth was refused, if it was.
    pub(crate) refused: Option<Refused>,
}

/// Why an instance got no more memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has what it may have.
    Own,
    /// All together have what they may have.
    Shared,
}

impl Growth {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget, tenant: 0, most: usize::MAX, peak: 0, taken: 0, refused: None }
    }

    /// From here on it may have `most` bytes in all, and they count as the tenant's.
    pub(crate) fn limit(&mut self, most: usize, tenant: Tenant) {
        self.budget.give_back(self.tenant, self.taken);
        self.taken = 0;
        self.tenant = tenant;
        self.most = most;
    }

    /// The most it has had.
    pub(crate) fn peak(&self) -> usize {
        self.peak
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.most {
            self.refused = Some(Refused::Own);
            return Ok(false);
        }
        // What a new instance begins with is shared between all of them until it is written to.
        let more = if current == 0 { 0 } else { desired.saturating_sub(current) };
        if !self.budget.take(self.tenant, more) {
            self.refused = Some(Refused::Shared);
            return Ok(false);
        }
        self.taken += more;
        self.peak = self.peak.max(desired);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE)
    }
}

impl Drop for Growth {
    fn drop(&mut self) {
        self.budget.give_back(self.tenant, self.taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_bounded_for_each_and_for_all_and_given_back() {
        let budget = Budget::new(100);
        let mut one = Growth::new(budget.clone());
        one.limit(150, 1);
        assert!(one.memory_growing(0, 60, None).unwrap(), "the beginning is shared");
        assert!(one.memory_growing(60, 120, None).unwrap());
        assert!(!one.memory_growing(120, 151, None).unwrap());
        assert_eq!((one.refused, one.peak()), (Some(Refused::Own), 120));
        assert!(!one.memory_growing(120, 136, None).unwrap(), "a tenant has three quarters at most");
        let mut other = Growth::new(budget.clone());
        other.limit(1_000, 2);
        assert!(other.memory_growing(60, 100, None).unwrap());
        assert!(!other.memory_growing(100, 101, None).unwrap(), "together they have all");
        assert_eq!(other.refused, Some(Refused::Shared));
        drop(one);
        assert!(other.memory_growing(100, 130, None).unwrap());
        drop(other);
        assert_eq!(budget.taken(), 0);
        assert!(budget.lock().tenants.is_empty());
    }
}
