//! How large a schema OpenAI's strict mode takes.

use serde_json::Value;

use super::source::Report;

const MAX_PROPERTIES: usize = 5_000;
const MAX_DEPTH: usize = 10;
const MAX_ENUM_VALUES: usize = 1_000;
const MAX_NAME_CHARS: usize = 120_000;

#[derive(Default)]
struct Totals {
    properties: usize,
    enum_values: usize,
    name_chars: usize,
    depth: usize,
}

/// Warns of what is over a limit in a schema that is already in strict form.
pub(super) fn check(root: &Value, report: &mut Report) {
    let mut totals = Totals::default();
    count(root, 1, &mut totals);
    for (definition, depth) in
        root.get("$defs").and_then(Value::as_object).into_iter().flatten().map(|(_, value)| (value, 2))
    {
        count(definition, depth, &mut totals);
    }
    let Totals { properties, enum_values, name_chars, depth } = totals;
    for (keyword, what, is, most) in [
        ("properties", "fields", properties, MAX_PROPERTIES),
        ("enum", "values in `enum`", enum_values, MAX_ENUM_VALUES),
    ] {
        if is > most {
            report.warn("", keyword, format!("strict mode takes at most {most} {what}; this schema has {is}"));
        }
    }
    if depth > MAX_DEPTH {
        report.warn("", "depth", format!("strict mode takes at most {MAX_DEPTH} levels; this schema has {depth}"));
    }
    if name_chars > MAX_NAME_CHARS {
        let message = format!(
            "strict mode takes at most {MAX_NAME_CHARS} characters of names and values; this schema has {name_chars}"
        );
        report.warn("", "names", message);
    }
}

fn count(schema: &Value, depth: usize, totals: &mut Totals) {
    totals.depth = totals.depth.max(depth);
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        totals.properties += 1;
        totals.name_chars += name.chars().count();
        let is_nested =
            inner.get("properties").is_some() || inner.get("items").is_some() || inner.get("anyOf").is_some();
        count(inner, depth + usize::from(is_nested), totals);
    }
    if let Some(items) = schema.get("items") {
        let is_nested = items.get("properties").is_some() || items.get("items").is_some();
        count(items, depth + usize::from(is_nested), totals);
    }
    for option in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        count(option, depth, totals);
    }
    for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
        totals.enum_values += 1;
        totals.name_chars += value.as_str().map_or(0, |text| text.chars().count());
    }
}
