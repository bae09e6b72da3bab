//! The schema of a rule as it is kept: the author's form, which refuses fields that it does not know, with more fields
//! beside it. As `allOf` of the two nothing would fit.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{AlertRule, AlertRuleSpec, Progress};
use crate::{
    Timestamp,
    id::{AlertRuleId, OrgId, UserId},
};

/// What a rule has besides its spec; these fields are those of [`AlertRule`].
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct Identity {
    /// Its id.
    id: AlertRuleId,
    /// The organization it belongs to.
    organization_id: OrgId,
    /// Where it stands.
    progress: Progress,
    /// Who made it.
    created_by: UserId,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl PartialSchema for AlertRule {
    fn schema() -> RefOr<Schema> {
        let mut whole = match Identity::schema() {
            RefOr::T(Schema::Object(object)) => object,
            other => return other,
        };
        if let RefOr::T(Schema::Object(spec)) = AlertRuleSpec::schema() {
            whole.properties.extend(spec.properties);
            whole.required.extend(spec.required);
            whole.additional_properties = spec.additional_properties;
        }
        whole.description = Some("An alert rule as it is kept: the author's form, and where it stands.".to_owned());
        Schema::Object(whole).into()
    }
}

impl ToSchema for AlertRule {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("AlertRule")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Identity::schemas(schemas);
        AlertRuleSpec::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_description_of_a_rule_has_exactly_the_fields_of_a_rule() {
        let RefOr::T(Schema::Object(schema)) = AlertRule::schema() else { panic!("an object") };
        let rule: AlertRule = serde_json::from_value(json!({
            "id": "alert_00000000000000000000000000", "organization_id": "org_00000000000000000000000000",
            "created_by": "user_00000000000000000000000000", "progress": {},
            "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
            "name": "x", "description": "y", "condition": {"kind": "failure"}, "scope": {"tool": "t"},
            "notify": [{"type": "webhook", "url": "https://a.example"}], "resolve_below": 1.0,
        }))
        .expect("a rule");
        let written = serde_json::to_value(rule).expect("writes");
        for field in written.as_object().expect("an object").keys() {
            assert!(schema.properties.contains_key(field), "{field} is not described");
        }
        for field in schema.properties.keys() {
            assert!(written.get(field).is_some(), "{field} is described and never there");
        }
    }
}
