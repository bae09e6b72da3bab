//! The variables of one evaluation: `p0`, `p1`, … and a note of which missing ones were read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use minijinja::value::{Object, ObjectRepr, Value};

/// What a variable holds.
pub(super) enum Slot {
    /// What the dotted name stands for.
    Value(Value),
    /// The dotted name is not there; this stands in for it.
    Missing(Value),
}

/// The variables of one evaluation.
pub(super) struct Inputs {
    slots: Vec<Slot>,
    read: Vec<AtomicBool>,
}

// Written by hand: the values may be secrets.
impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inputs")
    }
}

impl Inputs {
    pub(super) fn new(slots: Vec<Slot>) -> Self {
        let read = slots.iter().map(|_| AtomicBool::new(false)).collect();
        Self { slots, read }
    }

    /// The positions of the variables that are missing and were read.
    pub(super) fn missing(&self) -> Vec<usize> {
        let slots = self.slots.iter().zip(&self.read).enumerate();
        slots
            .filter(|(_, (slot, read))| matches!(slot, Slot::Missing(_)) && read.load(Ordering::Relaxed))
            .map(|(at, _)| at)
            .collect()
    }
}

impl Object for Inputs {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at: usize = key.as_str()?.strip_prefix('p')?.parse().ok()?;
        self.read.get(at)?.store(true, Ordering::Relaxed);
        match self.slots.get(at)? {
            Slot::Value(value) | Slot::Missing(value) => Some(value.clone()),
        }
    }
}

/// Sorts after every other value. It stands in for a missing side of an ordering where nothing else would make
/// the ordering false (minijinja sorts `none` before everything, so that `none < 1` would hold).
#[derive(Debug)]
pub(super) struct Greatest;

impl Object for Greatest {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}
