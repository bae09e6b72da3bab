//! Whether what a text names is there when the text is read.

use std::collections::BTreeSet;

use callwright_expr::{Condition, ValueTemplate};
use callwright_model::{Fault, workflow::WorkflowStep};

use super::{fault, refused};

/// The steps that a text may name.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those before it.
    before: BTreeSet<String>,
    /// All of them, as far as they are named.
    all: BTreeSet<String>,
}

impl Known {
    /// Notes every step, so that one that comes later is told from one that never does.
    pub(super) fn announce(&mut self, steps: &[WorkflowStep]) {
        for step in steps {
            match &step.parallel {
                Some(members) => self.announce(members),
                None => self.all.extend(step.name.clone().or_else(|| step.tool.clone()).or_else(|| step.agent.clone())),
            }
        }
    }

    /// From here on the step may be named.
    pub(super) fn add(&mut self, place: &str, name: &str) -> Result<(), Fault> {
        if self.before.insert(name.to_owned()) {
            return Ok(());
        }
        refused(
            place,
            format!("is the second of the name `{name}`; give it another, or results could not be told apart"),
        )
    }

    pub(super) fn check_templates(&self, place: &str, template: &ValueTemplate) -> Result<(), Fault> {
        for (pointer, reads) in template.reads() {
            self.check(&format!("{place}{}", pointer.replace('/', ".")), &reads)?;
        }
        Ok(())
    }

    pub(super) fn check_condition(&self, place: &str, condition: &Condition) -> Result<(), Fault> {
        for reads in condition.reads() {
            if let Some(root @ ("item" | "index")) = reads.first().map(String::as_str) {
                return refused(place, format!("reads `{root}`; a condition is about the step as a whole"));
            }
            self.check(place, &reads)?;
        }
        Ok(())
    }

    /// Refuses a step that is not there, or comes later.
    pub(super) fn check(&self, place: &str, reads: &[String]) -> Result<(), Fault> {
        let [root, step, ..] = reads else { return Ok(()) };
        if root != "results" || self.before.contains(step) {
            return Ok(());
        }
        let before: Vec<&str> = self.before.iter().map(String::as_str).collect();
        let there = match before.is_empty() {
            true => "no step comes before it".to_owned(),
            false => format!("before it there is `{}`", before.join("`, `")),
        };
        Err(match self.all.contains(step) {
            true => fault(place, format!("reads `results.{step}`, which does not come before it; {there}")),
            false => fault(place, format!("reads `results.{step}`, and there is no such step; {there}")),
        })
    }
}
