//! The test cases that a template brings with it.
//!
//! They are written in its file beside the tool, in the form that a case always has, and may hold the same blanks. They
//! were written for the defaults: where other values change a result, the copy's owner changes the case.

use std::collections::BTreeSet;

use callwright_model::{Fault, Object, account::Caller, case::CaseSpec};
use serde_json::Value;

use super::blank::fill;
use crate::{App, cases, library::Copied};

/// The cases with their blanks filled, when all of them are cases.
pub(super) fn filled(forms: &[Value], values: &Object) -> Result<Vec<CaseSpec>, Fault> {
    let mut names = BTreeSet::new();
    let mut found = Vec::with_capacity(forms.len());
    for (at, form) in forms.iter().enumerate() {
        let place = |why: &str| Fault::invalid(format!("cases[{at}]"), format!("`cases[{at}]`: {why}"));
        let spec: CaseSpec = serde_json::from_value(fill(form, values)?).map_err(|error| place(&error.to_string()))?;
        cases::check(&spec).map_err(|fault| place(&fault.message))?;
        if !names.insert(spec.name.clone()) {
            return Err(place(&format!("another case has the name `{}` too", spec.name)));
        }
        found.push(spec);
    }
    Ok(found)
}

/// Keeps the cases with the tool that was made. The tool is there already, so a case that cannot be kept is a warning.
pub(super) async fn keep(app: &App, caller: &Caller, copied: &mut Copied, specs: Vec<CaseSpec>) {
    let tool = copied.tool.id.to_string();
    for spec in specs {
        let name = spec.name.clone();
        if let Err(fault) = cases::create(app, caller, &tool, spec).await {
            copied.warnings.push(format!("the case `{name}` was not kept: {}", fault.message));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cases_are_filled_like_the_tool_and_checked() {
        let values: Object = serde_json::from_value(json!({"secret": "MY_KEY", "n": 3})).unwrap();
        let form = json!({"name": "a", "arguments": {"n": "<<n>>"}, "secrets": {"<<secret>>": "fake"}});
        let specs = filled(std::slice::from_ref(&form), &values).unwrap();
        assert_eq!((&specs[0].arguments["n"], specs[0].secrets["MY_KEY"].as_str()), (&json!(3), "fake"));
        for (forms, why) in [
            (vec![form.clone(), form.clone()], "another case"),
            (vec![json!({"name": "a", "argumets": {}})], "argumets"),
            (vec![json!({"name": "a/b"})], "name"),
            (vec![json!({"name": "a", "expect": {"result": [{"path": "/x", "matches": "("}]}})], "cases[0]"),
            (vec![json!({"name": "<<missing>>"})], "missing"),
        ] {
            let fault = filled(&forms, &values).unwrap_err();
            assert!(fault.message.contains(why), "{}", fault.message);
        }
    }
}
