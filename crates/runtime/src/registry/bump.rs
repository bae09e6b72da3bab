//! How far a version goes up when a tool changes, and why. Pure: two states in, reasons out.
//!
//! What callers rely on is the schema that they see and the effect: less room there is a major change, more room a
//! minor one. For results it is the other way round: a field that is gone is a major change. What a caller can notice
//! but still works is minor; the rest is a patch.

mod schema;

use callwright_model::tool::{
    Effect, ResultMap, ResultSpec, ToolSpec,
    policy::Policy,
    release::{Bump, Level, Reason},
};
use semver::Version;
use serde_json::Value;

use self::schema::Shift;
use super::diff::changes;

/// The most reasons told.
const MOST_REASONS: usize = 50;

/// Parts of `config` that callers do not notice: credentials may be rotated, limits moved.
const UNSEEN: [&str; 6] = ["auth", "idempotency", "redirects", "max_response_bytes", "timeout_ms", "pool"];

/// What leads from `before` to `after`, and how much it means. Two equal states are a patch without a reason.
pub fn between(before: &ToolSpec, after: &ToolSpec) -> Bump {
    let mut found = Reasons::default();
    found.identity(before, after);
    found.parameters(before, after);
    found.behaviour(before, after);
    found.result(&before.result, &after.result);
    found.policy(&before.policy, &after.policy);
    found.rest(before, after);
    found.finish()
}

/// The version after `old` for a change of `level`. Before 1.0.0 the second number stands for the first, as it does in
/// ranges such as `^0.2`.
pub fn next(old: &Version, level: Level) -> Version {
    let (major, minor, patch) = (old.major, old.minor, old.patch);
    match (level, major) {
        (Level::Major, 0) => Version::new(0, minor + 1, 0),
        (Level::Major, _) => Version::new(major + 1, 0, 0),
        (Level::Minor, 1..) => Version::new(major, minor + 1, 0),
        (Level::Minor, 0) | (Level::Patch, _) => Version::new(major, minor, patch + 1),
    }
}

#[derive(Default)]
struct Reasons(Vec<Reason>);

impl Reasons {
    fn add(&mut self, level: Level, path: impl Into<String>, what: impl Into<String>) {
        self.0.push(Reason { level, path: path.into(), what: what.into() });
    }

    fn finish(self) -> Bump {
        let mut because = self.0;
        because.sort_by_key(|reason| std::cmp::Reverse(reason.level));
        let level = because.first().map_or(Level::Patch, |reason| reason.level);
        because.truncate(MOST_REASONS);
        Bump { level, because }
    }

    fn identity(&mut self, before: &ToolSpec, after: &ToolSpec) {
        if before.name != after.name {
            self.add(Level::Major, "name", format!("was `{}`, is `{}`", before.name, after.name));
        }
        let (was, is) = (before.effect, after.effect);
        if was != is {
            let weight = |effect| match effect {
                Effect::Read => 0,
                Effect::Write => 1,
                Effect::Destructive => 2,
            };
            let (level, how) =
                if weight(is) > weight(was) { (Level::Major, "raised") } else { (Level::Minor, "lowered") };
            self.add(level, "effect", format!("{how} from `{}` to `{}`", was.as_str(), is.as_str()));
        }
    }

    fn parameters(&mut self, before: &ToolSpec, after: &ToolSpec) {
        let mut shifts = Vec::new();
        schema::compare("parameters", &before.model_parameters(), &after.model_parameters(), &mut shifts);
        let is_seen = !shifts.is_empty();
        for shift in shifts {
            let level = match shift.kind {
                Shift::Narrowed | Shift::Gone | Shift::Unclear => Level::Major,
                Shift::Widened | Shift::New | Shift::Told => Level::Minor,
                Shift::Aside => Level::Patch,
            };
            self.add(level, shift.path, shift.what);
        }
        if !is_seen && before.parameters != after.parameters {
            self.add(Level::Patch, "parameters", "changed where callers do not see it");
        }
        for change in changes(&json(&before.bound), &json(&after.bound)) {
            self.add(Level::Minor, format!("bound.{}", change.path), "what the server fills in changed");
        }
    }

    fn behaviour(&mut self, before: &ToolSpec, after: &ToolSpec) {
        if before.description != after.description {
            self.add(Level::Minor, "description", "the model reads another text");
        }
        if before.kind != after.kind {
            self.add(Level::Minor, "kind", format!("was `{}`, is `{}`", before.kind.as_str(), after.kind.as_str()));
        }
        for change in changes(&json(&before.config), &json(&after.config)) {
            let field = change.path.split('.').next().unwrap_or_default();
            let level = if UNSEEN.contains(&field) { Level::Patch } else { Level::Minor };
            self.add(level, format!("config.{}", change.path), "the configuration changed");
        }
    }

    fn result(&mut self, before: &ResultSpec, after: &ResultSpec) {
        let empty = Value::Bool(true);
        let mut shifts = Vec::new();
        let (was, is) = (before.schema.as_ref().unwrap_or(&empty), after.schema.as_ref().unwrap_or(&empty));
        schema::compare("result.schema", was, is, &mut shifts);
        for shift in shifts {
            let level = match shift.kind {
                Shift::Widened | Shift::Gone | Shift::Unclear => Level::Major,
                Shift::Narrowed | Shift::New | Shift::Told => Level::Minor,
                Shift::Aside => Level::Patch,
            };
            self.add(level, shift.path, shift.what);
        }
        self.map(before.map.as_ref(), after.map.as_ref());
        if before.data != after.data {
            self.add(Level::Major, "result.data", "the data comes from another place of the answer");
        }
        for (path, differs) in [
            ("result.success", before.success != after.success),
            ("result.message", before.message != after.message),
            ("result.max_bytes", before.max_bytes != after.max_bytes),
        ] {
            if differs {
                self.add(Level::Minor, path, "changed");
            }
        }
        if before.redact != after.redact {
            self.add(Level::Patch, "result.redact", "changed");
        }
    }

    fn map(&mut self, before: Option<&ResultMap>, after: Option<&ResultMap>) {
        match (before, after) {
            (Some(ResultMap::Fields(was)), Some(ResultMap::Fields(is))) => {
                for (name, from) in was {
                    let path = format!("result.map.{name}");
                    match is.get(name) {
                        None => self.add(Level::Major, path, "the field is gone from the result"),
                        Some(to) if to != from => self.add(Level::Minor, path, "the field is made in another way"),
                        Some(_) => {}
                    }
                }
                for name in is.keys().filter(|name| !was.contains_key(*name)) {
                    self.add(Level::Minor, format!("result.map.{name}"), "a new field in the result");
                }
            }
            (was, is) if was == is => {}
            _ => self.add(Level::Major, "result.map", "the result has another form, and nobody can tell which"),
        }
    }

    fn policy(&mut self, before: &Policy, after: &Policy) {
        for (path, was, is) in [
            ("policy.confirm", !before.confirm.is_no(), !after.confirm.is_no()),
            ("policy.approval", !before.approval.is_no(), !after.approval.is_no()),
        ] {
            match (was, is) {
                (false, true) => self.add(Level::Major, path, "a call waits for somebody's consent now"),
                (true, false) => self.add(Level::Minor, path, "a call does not wait for consent any more"),
                _ => {}
            }
        }
        let (was, is) = (&before.allowed_contexts, &after.allowed_contexts);
        if was.is_empty() != is.is_empty() || was.iter().any(|one| !is.contains(one)) || was.len() != is.len() {
            let is_narrower = !is.is_empty() && (was.is_empty() || was.iter().any(|one| !is.contains(one)));
            let (level, what) = if is_narrower {
                (Level::Major, "the tool may not be used everywhere where it was")
            } else {
                (Level::Minor, "the tool may be used in more places")
            };
            self.add(level, "policy.allowed_contexts", what);
        }
        for change in changes(&json(before), &json(after)) {
            if !["confirm", "approval", "allowed_contexts"].contains(&change.path.as_str()) {
                self.add(Level::Patch, format!("policy.{}", change.path), "changed");
            }
        }
    }

    /// Every other field, also those that nobody has thought of here.
    fn rest(&mut self, before: &ToolSpec, after: &ToolSpec) {
        const SEEN: [&str; 9] =
            ["name", "effect", "parameters", "bound", "description", "kind", "config", "result", "policy"];
        for change in changes(&json(before), &json(after)) {
            let field = change.path.split('.').next().unwrap_or_default();
            if field != "version" && !SEEN.contains(&field) {
                self.add(Level::Patch, change.path, "changed");
            }
        }
    }
}

/// What cannot be written as JSON compares as nothing; a tool always can.
fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
