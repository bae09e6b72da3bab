//! What is said about the freshness of an answer, between the corridor and the executor; the model sees none of it.

use std::sync::{Mutex, PoisonError};

use callwright_tools::{Freshness, Validators};

use crate::results::Kept;

/// One question to an upstream that is listened to.
#[derive(Debug)]
pub(in crate::call) struct Exchange {
    validators: Validators,
    told: Mutex<Freshness>,
}

impl Exchange {
    /// Asks whether `old` still holds, if there is one.
    pub(super) fn new(old: Option<&Kept>) -> Self {
        Self { validators: old.map(|old| old.validators.clone()).unwrap_or_default(), told: Mutex::default() }
    }

    /// What to ask with.
    pub(in crate::call) fn validators(&self) -> Validators {
        self.validators.clone()
    }

    /// Notes what the answer said. Of several sendings the last one counts.
    pub(in crate::call) fn heard(&self, freshness: Freshness) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = freshness;
    }

    /// Whether the answer is only the word that the old one still holds.
    pub(in crate::call) fn is_confirmation(&self) -> bool {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).not_modified
    }

    /// What the answer said, in the end.
    pub(super) fn into_told(self) -> Freshness {
        self.told.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
