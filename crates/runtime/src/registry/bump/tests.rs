use serde_json::json;

use super::*;

fn spec(changed: &Value) -> ToolSpec {
    let mut tool = json!({
        "name": "slots", "kind": "http", "effect": "read", "description": "Free slots",
        "config": {"method": "GET", "url": "https://h.example/slots", "auth": {"type": "bearer", "token": "${KEY}"}},
        "bound": {"who": "{{ context.verified.contact_id }}"},
        "parameters": {
            "type": "object",
            "properties": {
                "day": {"type": "string", "enum": ["mon", "tue"], "description": "Which day"},
                "count": {"type": "integer", "minimum": 1, "maximum": 10},
                "name": {"type": "string", "maxLength": 20},
                "tags": {"type": "array", "items": {"type": "string"}},
                "who": {"type": "string"}
            },
            "required": ["day", "who"],
            "additionalProperties": false
        },
        "result": {
            "schema": {
                "type": "object",
                "properties": {"slots": {"type": "array"}, "note": {"type": "string"}},
                "required": ["slots"]
            },
            "map": {"slots": "slots", "note": "note"}
        },
        "policy": {"allowed_contexts": ["call", "chat"]}
    });
    callwright_model::merge::merge_patch(&mut tool, changed);
    serde_json::from_value(tool).unwrap()
}

/// A merge patch over the tool above, the level that it must have, and the path that must be among the reasons.
#[test]
fn every_change_has_its_level() {
    use Level::{Major, Minor, Patch};
    let property = |name: &str, patch: Value| json!({"parameters": {"properties": {name: patch}}});
    let result = |patch: Value| json!({"result": {"schema": patch}});
    let table = [
        // Less room for callers.
        (json!({"name": "openings"}), Major, "name"),
        (json!({"effect": "write"}), Major, "effect"),
        (property("name", Value::Null), Major, "parameters.properties.name"),
        (
            json!({"parameters": {"properties": {"name": null, "title": {"type": "string"}}}}),
            Major,
            "parameters.properties.name",
        ),
        (json!({"parameters": {"required": ["day", "who", "count"]}}), Major, "parameters.required"),
        (property("count", json!({"type": "string"})), Major, "parameters.properties.count.type"),
        (property("day", json!({"enum": ["mon"]})), Major, "parameters.properties.day.enum"),
        (property("day", json!({"enum": null, "const": "mon"})), Major, "parameters.properties.day.enum"),
        (property("count", json!({"minimum": 2})), Major, "parameters.properties.count.minimum"),
        (property("count", json!({"maximum": 9})), Major, "parameters.properties.count.maximum"),
        (property("name", json!({"maxLength": 10})), Major, "parameters.properties.name.maxLength"),
        (property("name", json!({"pattern": "^a"})), Major, "parameters.properties.name.pattern"),
        (property("tags", json!({"items": {"type": "integer"}})), Major, "parameters.properties.tags.items.type"),
        (property("tags", json!({"maxItems": 3})), Major, "parameters.properties.tags.maxItems"),
        (property("tags", json!({"uniqueItems": true})), Major, "parameters.properties.tags.uniqueItems"),
        (property("name", json!({"if": {"minLength": 3}})), Major, "parameters.properties.name.if"),
        (json!({"bound": {"day": "mon"}}), Major, "parameters.properties.day"),
        (json!({"policy": {"approval": true}}), Major, "policy.approval"),
        (json!({"policy": {"allowed_contexts": ["call"]}}), Major, "policy.allowed_contexts"),
        // More room, or something that can be noticed.
        (property("more", json!({"type": "string"})), Minor, "parameters.properties.more"),
        (property("day", json!({"enum": ["mon", "tue", "wed"]})), Minor, "parameters.properties.day.enum"),
        (property("count", json!({"minimum": 0})), Minor, "parameters.properties.count.minimum"),
        (property("count", json!({"maximum": null})), Minor, "parameters.properties.count.maximum"),
        (property("count", json!({"type": "number"})), Minor, "parameters.properties.count.type"),
        (property("day", json!({"description": "The day"})), Minor, "parameters.properties.day.description"),
        (json!({"parameters": {"required": ["who"]}}), Minor, "parameters.required"),
        (json!({"parameters": {"additionalProperties": true}}), Minor, "parameters.additionalProperties"),
        (json!({"description": "Openings"}), Minor, "description"),
        (json!({"config": {"url": "https://h.example/v2/slots"}}), Minor, "config.url"),
        (json!({"bound": {"who": "{{ context.verified.user }}"}}), Minor, "bound.who"),
        (json!({"policy": {"allowed_contexts": ["call", "chat", "sms"]}}), Minor, "policy.allowed_contexts"),
        (json!({"policy": {"allowed_contexts": []}}), Minor, "policy.allowed_contexts"),
        // For results the other way round.
        (result(json!({"properties": {"note": null}})), Major, "result.schema.properties.note"),
        (result(json!({"required": []})), Major, "result.schema.required"),
        (
            result(json!({"properties": {"slots": {"type": ["array", "null"]}}})),
            Major,
            "result.schema.properties.slots.type",
        ),
        (json!({"result": {"schema": null}}), Major, "result.schema.properties.slots"),
        (json!({"result": {"map": {"note": null}}}), Major, "result.map.note"),
        (json!({"result": {"map": "slots"}}), Major, "result.map"),
        (json!({"result": {"data": "/items"}}), Major, "result.data"),
        (result(json!({"properties": {"more": {"type": "string"}}})), Minor, "result.schema.properties.more"),
        (result(json!({"required": ["slots", "note"]})), Minor, "result.schema.required"),
        (result(json!({"properties": {"note": {"maxLength": 5}}})), Minor, "result.schema.properties.note.maxLength"),
        (json!({"result": {"map": {"more": "more"}}}), Minor, "result.map.more"),
        (json!({"result": {"map": {"note": "remark"}}}), Minor, "result.map.note"),
        // What nobody outside notices.
        (property("who", json!({"type": "integer"})), Patch, "parameters"),
        (property("name", json!({"title": "Name"})), Patch, "parameters.properties.name.title"),
        (json!({"config": {"auth": {"token": "${OTHER}"}}}), Patch, "config.auth.token"),
        (json!({"policy": {"timeout_ms": 5000}}), Patch, "policy.timeout_ms"),
        (json!({"display_name": "Slots"}), Patch, "display_name"),
        (json!({"active": false}), Patch, "active"),
        (json!({"is_public": true}), Patch, "is_public"),
        (json!({"fallback": {"message": "later"}}), Patch, "fallback"),
    ];
    for (patch, level, path) in table {
        let bump = between(&spec(&json!({})), &spec(&patch));
        assert_eq!(bump.level, level, "{patch}: {bump:?}");
        let reason = bump.because.iter().find(|reason| reason.path == path);
        let reason = reason.unwrap_or_else(|| panic!("{patch}: no reason at {path}: {bump:?}"));
        assert!(!reason.what.is_empty());
    }
}

#[test]
fn lowering_an_effect_is_minor_and_nothing_is_nothing() {
    assert_eq!(between(&spec(&json!({"effect": "destructive"})), &spec(&json!({}))).level, Level::Minor);
    let same = between(&spec(&json!({})), &spec(&json!({"version": "7.0.0"})));
    assert_eq!(same, Bump { level: Level::Patch, because: Vec::new() });
}

#[test]
fn the_weightiest_reason_comes_first_and_the_list_is_bounded() {
    let many: serde_json::Map<String, Value> = (0..80).map(|n| (format!("p{n}"), json!({}))).collect();
    let bump = between(&spec(&json!({})), &spec(&json!({"name": "x", "parameters": {"properties": many}})));
    assert_eq!((bump.because.len(), bump.because[0].path.as_str()), (MOST_REASONS, "name"));
}

#[test]
fn versions_go_up_by_their_level() {
    for (old, level, new) in [
        ("1.2.3", Level::Patch, "1.2.4"),
        ("1.2.3", Level::Minor, "1.3.0"),
        ("1.2.3", Level::Major, "2.0.0"),
        ("0.2.3", Level::Major, "0.3.0"),
        ("0.2.3", Level::Minor, "0.2.4"),
        ("1.0.0-beta.1", Level::Patch, "1.0.1"),
    ] {
        assert_eq!(next(&Version::parse(old).unwrap(), level).to_string(), new, "{old} {level:?}");
    }
}
