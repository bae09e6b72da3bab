//! The calls of a `tool-calls` message, in all the forms that are about.
//!
//! The SDK's types say that arguments are a text, what is sent is often an object, and the documentation shows
//! `{id, name, parameters}`. All are taken.

use std::collections::HashSet;

use callwright_model::Object;
use callwright_runtime::hooks::calls::{self, PlatformCall};
use serde_json::Value;

use super::{super::text, Message};

impl Message {
    /// The calls, each id once.
    pub(super) fn calls(&self) -> Vec<PlatformCall> {
        let conversation =
            text(self.call.as_ref(), &["id"]).or_else(|| text(self.chat.as_ref(), &["id"])).map(str::to_owned);
        let mut seen = HashSet::new();
        let listed = self.tool_call_list.iter().flatten().map(|call| (call, None));
        let with_tools = self.tool_with_tool_call_list.iter().flatten().filter_map(|tool| {
            let call = tool.get("toolCall")?.as_object()?;
            Some((call, Some(tool)))
        });
        listed
            .chain(with_tools)
            .filter_map(|(call, tool)| read(call, tool, conversation.as_deref()))
            .filter(|call| seen.insert(call.id.clone()))
            .collect()
    }
}

/// One call. Without an id there is nothing to answer to.
fn read(call: &Object, tool: Option<&Object>, conversation: Option<&str>) -> Option<PlatformCall> {
    let id = text(Some(call), &["id"])?.to_owned();
    let name = text(Some(call), &["function", "name"])
        .or_else(|| text(Some(call), &["name"]))
        .or_else(|| text(tool, &["function", "name"]))
        .or_else(|| text(tool, &["name"]));
    let function = call.get("function");
    let given = function
        .and_then(|function| function.get("arguments").or_else(|| function.get("parameters")))
        .or_else(|| call.get("parameters"))
        .or_else(|| call.get("arguments"));
    let arguments = match name {
        None => Err("the call names no tool".to_owned()),
        Some(_) => arguments(given),
    };
    let key = calls::key("vapi", conversation, &id);
    Some(PlatformCall { id, name: name.unwrap_or_default().to_owned(), arguments, key })
}

fn arguments(given: Option<&Value>) -> Result<Value, String> {
    match given {
        None | Some(Value::Null) => Ok(Value::Object(Object::new())),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Value::Object(Object::new())),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(Value::Object(object)),
            Ok(_) => Err("the arguments must be a JSON object".to_owned()),
            Err(error) => Err(format!("the arguments are not JSON: {error}")),
        },
        Some(object @ Value::Object(_)) => Ok(object.clone()),
        Some(_) => Err("the arguments must be a JSON object".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn calls(message: Value) -> Vec<(String, String, Result<Value, String>)> {
        let message: Message = serde_json::from_value(message).unwrap();
        message.calls().into_iter().map(|call| (call.id, call.name, call.arguments)).collect()
    }

    #[test]
    fn every_form_of_a_call_is_read_and_each_id_once() {
        let found = calls(json!({"toolCallList": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
            {"id": "b", "type": "function", "function": {"name": "f", "arguments": {"x": 2}}},
            {"id": "c", "name": "f", "parameters": {"x": 3}},
            {"id": "d", "function": {"name": "f", "arguments": ""}},
            {"id": "e", "function": {"name": "f", "arguments": "[1]"}},
            {"id": "f", "function": {"arguments": "{}"}},
            {"function": {"name": "nobody to answer to"}},
        ], "toolWithToolCallList": [
            {"name": "f", "toolCall": {"id": "a", "parameters": {"x": 9}}},
            {"name": "g", "toolCall": {"id": "g", "parameters": {"x": 4}}},
            {"type": "function", "function": {"name": "h"}, "toolCall": {"id": "h", "function": {"arguments": "{}"}}},
        ]}));
        let names: Vec<_> = found.iter().map(|(id, name, _)| format!("{id}{name}")).collect();
        assert_eq!(names, ["af", "bf", "cf", "df", "ef", "f", "gg", "hh"]);
        let x = |at: usize| found[at].2.as_ref().unwrap()["x"].clone();
        assert_eq!([x(0), x(1), x(2), x(6)], [json!(1), json!(2), json!(3), json!(4)]);
        assert_eq!(found[3].2, Ok(json!({})));
        assert!(found[4].2.is_err() && found[5].2.is_err());
    }

    #[test]
    fn a_number_is_vapis_word_only_on_the_telephone() {
        let read = |kind: &str| {
            let message: Message = serde_json::from_value(json!({"type": "tool-calls",
                "call": {"id": "c1", "type": kind, "assistantId": "as"}, "customer": {"number": "+4912"},
                "phoneNumber": {"number": "+4900"}}))
            .unwrap();
            message.circumstances()
        };
        let (known, said) = read("inboundPhoneCall");
        assert_eq!(
            (&known["phone_number"], &known["from_number"], &known["to_number"]),
            (&json!("+4912"), &json!("+4912"), &json!("+4900"))
        );
        assert_eq!((&known["call_sid"], &known["conversation_id"], said.len()), (&json!("c1"), &json!("c1"), 0));
        assert_eq!(read("outboundPhoneCall").0["to_number"], "+4912");
        let (known, said) = read("webCall");
        assert!(!known.contains_key("phone_number"));
        assert_eq!(said["phone_number"], "+4912");
    }
}
