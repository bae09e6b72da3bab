//! The schemas of types that a derived schema would describe wrongly.
//!
//! A [`Tool`] is its [`ToolSpec`] with more fields beside it, and a spec refuses fields that it does not
//! know: as `allOf` of the two nothing would fit. A [`Bound`] is either an object of one form or any JSON
//! value: as `oneOf`, that form would fit twice.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AnyOfBuilder, ObjectBuilder, Ref, Schema, SchemaType},
    },
};

use super::{Bound, ExplicitBound, Tool, ToolSpec};
use crate::{
    Timestamp,
    id::{OrgId, ToolId, UserId},
};

/// What a tool has besides its spec; these fields are those of [`Tool`].
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct Identity {
    /// Its id.
    id: ToolId,
    /// The organization it belongs to.
    organization_id: OrgId,
    /// Who made it.
    user_id: UserId,
    /// Counts up with every change, from 1.
    revision: i64,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl PartialSchema for Tool {
    fn schema() -> RefOr<Schema> {
        let mut whole = match Identity::schema() {
            RefOr::T(Schema::Object(object)) => object,
            other => return other,
        };
        if let RefOr::T(Schema::Object(spec)) = ToolSpec::schema() {
            whole.properties.extend(spec.properties);
            whole.required.extend(spec.required);
            whole.additional_properties = spec.additional_properties;
        }
        whole.description = Some("A tool as the registry keeps it: the author's form with its identity.".to_owned());
        Schema::Object(whole).into()
    }
}

impl ToSchema for Tool {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Tool")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Identity::schemas(schemas);
        ToolSpec::schemas(schemas);
    }
}

impl PartialSchema for Bound {
    fn schema() -> RefOr<Schema> {
        let any = ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .description(Some("A template such as `{{ context.verified.contact_id }}`, or any fixed JSON value."));
        let explicit = Ref::builder().ref_location_from_schema_name(ExplicitBound::name());
        AnyOfBuilder::new()
            .item(explicit)
            .item(any)
            .description(Some("A value that the server, not the model, puts into the arguments."))
            .into()
    }
}

impl ToSchema for Bound {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Bound")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ExplicitBound::name().into_owned(), ExplicitBound::schema()));
        ExplicitBound::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_of_a_tool_has_exactly_the_fields_of_a_tool() {
        let RefOr::T(Schema::Object(schema)) = Tool::schema() else { panic!("an object") };
        let tool: Tool = serde_json::from_value(serde_json::json!({
            "id": "tool_00000000000000000000000000", "organization_id": "org_00000000000000000000000000",
            "user_id": "user_00000000000000000000000000", "revision": 1,
            "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
            "name": "x", "kind": "http", "config": {"url": "https://a.example"}, "bound": {"a": 1}, "redact": ["/a"],
        }))
        .expect("a tool");
        let written = serde_json::to_value(tool).expect("writes");
        for field in written.as_object().expect("an object").keys() {
            assert!(schema.properties.contains_key(field), "{field} is not described");
        }
        for field in &schema.required {
            assert!(written.get(field).is_some(), "{field} is said to be always there");
        }
    }
}
