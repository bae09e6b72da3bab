//! Definitions as other people's APIs take them, written from their own types.

use callwright_import::export::Form;
use serde_json::{Value, json};

/// Definitions that come back as they were.
pub(crate) fn definitions() -> Vec<(Form, Value)> {
    let mut all = models();
    all.extend(elevenlabs().into_iter().map(|config| (Form::Elevenlabs, json!({ "tool_config": config }))));
    all.extend(vapi());
    all
}

fn models() -> Vec<(Form, Value)> {
    let weather = json!({"type": "object", "required": ["location"], "properties": {
        "location": {"type": "string", "description": "City and country, such as Bogotá, Colombia"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        "days": {"type": "array", "items": {"type": "object", "properties": {"day": {"type": "integer", "minimum": 1, "maximum": 7}}}, "minItems": 1}
    }});
    let strict = json!({"type": "object", "additionalProperties": false, "required": ["to", "subject", "cc"], "properties": {
        "to": {"type": "string", "description": "The recipient"},
        "subject": {"type": "string"},
        "cc": {"type": ["string", "null"]}
    }});
    let words = "Tells the weather of a place.";
    vec![
        (
            Form::OpenaiPlain,
            json!({"type": "function", "function": {"name": "get_weather", "description": words, "parameters": weather}}),
        ),
        (
            Form::Openai,
            json!({"type": "function", "function": {"name": "send_email", "description": "Sends an e-mail.", "parameters": strict, "strict": true}}),
        ),
        (
            Form::OpenaiResponses,
            json!({"type": "function", "name": "send_email", "description": "Sends an e-mail.", "parameters": strict, "strict": true}),
        ),
        (
            Form::OpenaiResponses,
            json!({"type": "function", "name": "get_weather", "description": words, "parameters": weather, "strict": false}),
        ),
        (
            Form::OpenaiRealtime,
            json!({"type": "function", "name": "get_weather", "description": words, "parameters": weather}),
        ),
        (Form::Anthropic, json!({"name": "get_weather", "description": words, "input_schema": weather})),
        (
            Form::Mcp,
            json!({"name": "get_weather", "title": "Weather", "description": words, "inputSchema": weather,
            "outputSchema": {"type": "object", "properties": {"degrees": {"type": "number"}}, "required": ["degrees"]},
            "annotations": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true}}),
        ),
        (
            Form::Mcp,
            json!({"name": "drop_table", "description": "Drops a table.", "inputSchema": {"type": "object", "properties": {}},
            "annotations": {"readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true}}),
        ),
    ]
}

fn elevenlabs() -> Vec<Value> {
    vec![
        json!({
            "type": "webhook", "name": "book_appointment", "description": "Books a slot for the caller.",
            "response_timeout_secs": 20, "interruption_mode": "disable_during_tool", "pre_tool_speech": "force",
            "tool_call_sound": "typing", "tool_call_sound_behavior": "auto", "tool_error_handling_mode": "auto",
            "execution_mode": "immediate",
            "assignments": [{"source": "response", "dynamic_variable": "booking_id", "value_path": "data.id", "sanitize": false}],
            "dynamic_variables": {"dynamic_variable_placeholders": {"customer_id": "c_1"}},
            "api_schema": {
                "url": "https://api.example.com/v1/calendars/{calendar}/slots", "method": "POST",
                "path_params_schema": {"calendar": {"type": "string", "description": "The calendar's id"}},
                "query_params_schema": {
                    "properties": {
                        "notify": {"type": "boolean", "description": "Whether a mail is sent"},
                        "locale": {"type": "string", "constant_value": "en-GB"},
                        "caller": {"type": "string", "dynamic_variable": "system__caller_id"}
                    },
                    "required": ["notify"]
                },
                "request_body_schema": {
                    "type": "object", "description": "", "required": ["start", "customer"],
                    "properties": {
                        "start": {"type": "string", "description": "ISO time"},
                        "minutes": {"type": "integer", "enum": ["15", "30", "60"], "description": "Length"},
                        "customer": {"type": "string", "dynamic_variable": "customer_id"},
                        "source": {"type": "string", "constant_value": "voice"},
                        "guests": {"type": "array", "description": "Who comes", "items": {
                            "type": "object", "description": "A guest", "required": ["name"],
                            "properties": {"name": {"type": "string", "description": "Name"}, "kind": {"type": "string", "constant_value": "guest"}}
                        }}
                    }
                },
                "request_headers": {
                    "Authorization": {"secret_id": "aB3kLmN0pQ"}, "X-Session": {"variable_name": "session"},
                    "X-Env": {"env_var_label": "STAGE"}, "Accept": "application/json", "X-Trace": "voice-{{system__conversation_id}}"
                },
                "response_filter": {"mode": "allow", "filters": ["data.id", "data.start"]},
                "content_type": "application/json", "auth_resolved_params": []
            }
        }),
        json!({
            "type": "webhook", "name": "get_order", "description": "Reads an order.", "follow_redirects": true,
            "api_schema": {
                "url": "https://api.example.com/orders/{id}", "method": "GET",
                "path_params_schema": {"id": {"type": "string", "description": "The order's number"}}
            }
        }),
        json!({
            "type": "webhook", "name": "find_customer", "description": "Finds a customer by number or mail.",
            "response_timeout_secs": 45,
            "api_schema": {
                "url": "https://api.example.com/find", "method": "POST", "content_type": "application/x-www-form-urlencoded",
                "request_body_schema": {
                    "type": "object",
                    "properties": {"phone": {"type": "string", "description": "Number"}, "email": {"type": "string", "description": "Mail"}},
                    "required_constraints": {"any_of": [{"required": ["phone"]}, {"required": ["email"]}]}
                },
                "response_filter": {"mode": "hide_all"}
            }
        }),
        json!({
            "type": "client", "name": "show_map", "description": "Shows a place on the caller's screen.",
            "expects_response": true, "response_timeout_secs": 30, "execution_mode": "post_tool_speech",
            "parameters": {
                "type": "object", "required": ["place"],
                "properties": {
                    "place": {"type": "string", "description": "The place"},
                    "zoom": {"type": "number", "description": "How near"},
                    "user": {"type": "string", "dynamic_variable": "user_name"},
                    "layers": {"type": "array", "description": "What is shown", "items": {"type": "string", "description": "A layer"}}
                }
            }
        }),
        json!({"type": "client", "name": "log_event", "description": "Logs.", "expects_response": false}),
        json!({"type": "system", "name": "end_call", "description": "Use when the caller says goodbye.", "params": {"system_tool_type": "end_call"}}),
        json!({"type": "system", "name": "skip_turn", "description": "", "params": {"system_tool_type": "skip_turn", "wait_timeout_secs": 5.5}}),
        json!({"type": "system", "name": "language_detection", "description": "", "params": {"system_tool_type": "language_detection"}}),
        json!({"type": "system", "name": "play_keypad_touch_tone", "description": "", "params": {"system_tool_type": "play_keypad_touch_tone"}}),
        json!({"type": "system", "name": "transfer_to_agent", "description": "", "params": {"system_tool_type": "transfer_to_agent", "transfers": [
            {"agent_id": "agent_1", "condition": "The caller asks about bills", "transfer_message": "One moment.", "enable_transferred_agent_first_message": true},
            {"agent_id": "agent_2", "condition": "The caller is angry"}
        ]}}),
        json!({"type": "system", "name": "transfer_to_number", "description": "", "params": {"system_tool_type": "transfer_to_number", "transfers": [
            {"condition": "An emergency", "transfer_destination": {"type": "phone", "phone_number": "+4930123456"}, "transfer_type": "conference"},
            {"condition": "The desk", "transfer_destination": {"type": "sip_uri", "sip_uri": "sip:desk@example.com"}, "transfer_type": "blind"}
        ]}}),
    ]
}

fn vapi() -> Vec<(Form, Value)> {
    vec![
        (
            Form::Vapi,
            json!({
                "type": "function",
                "function": {"name": "check_stock", "description": "Tells what is in stock.", "parameters": {
                    "type": "object", "required": ["sku"], "properties": {"sku": {"type": "string", "description": "The article", "pattern": "^[A-Z]+$"}}}},
                "server": {"url": "https://voice.example.com/tools", "timeoutSeconds": 12, "headers": {"X-Tenant": "acme"},
                    "backoffPlan": {"type": "exponential", "maxRetries": 2, "baseDelaySeconds": 1.5}},
                "parameters": [{"key": "caller", "value": "{{customer_number}}"}, {"key": "warehouse", "value": "north"}],
                "messages": [
                    {"type": "request-start", "content": "Let me look, {{name}}.", "blocking": true},
                    {"type": "request-start", "contents": [{"type": "text", "text": "Einen Moment.", "language": "de"}]},
                    {"type": "request-response-delayed", "content": "Still looking.", "timingMilliseconds": 2500},
                    {"type": "request-complete", "content": "Found it.", "conditions": [{"operator": "eq", "param": "sku", "value": "A"}]},
                    {"type": "request-failed", "content": "I cannot look that up now."}
                ],
                "rejectionPlan": {"conditions": [{"type": "regex", "regex": "no"}]}
            }),
        ),
        (
            Form::VapiApiRequest,
            json!({
                "type": "apiRequest", "name": "create_ticket", "description": "Opens a ticket.", "method": "POST",
                "url": "https://api.example.com/{{account}}/tickets", "timeoutSeconds": 20,
                "body": {"type": "object", "required": ["subject"], "properties": {
                    "subject": {"type": "string", "description": "In a few words", "title": "Subject"},
                    "priority": {"type": "string", "enum": ["low", "high"]},
                    "tags": {"type": "array", "items": {"type": "string"}}}},
                "headers": {"type": "object", "properties": {"X-Tenant": {"type": "string", "enum": ["acme"]}}}
            }),
        ),
        (
            Form::VapiApiRequest,
            json!({"type": "apiRequest", "name": "read_ticket", "description": "Reads a ticket.", "method": "GET", "url": "https://api.example.com/tickets/{{id}}",
                "body": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "expand": {"type": "string"}}}}),
        ),
        (
            Form::Vapi,
            json!({"type": "transferCall", "destinations": [
                {"type": "number", "number": "+4930123456", "description": "Sales", "message": "I put you through.", "transferPlan": {"mode": "blind-transfer"}},
                {"type": "sip", "sipUri": "sip:desk@example.com", "transferPlan": {"mode": "warm-transfer-say-summary"}}]}),
        ),
        (
            Form::Vapi,
            json!({"type": "handoff", "function": {"name": "to_billing", "description": "Hands over to billing."},
                "destinations": [{"type": "assistant", "assistantName": "Billing", "description": "Questions about bills"}]}),
        ),
        (Form::Vapi, json!({"type": "endCall", "messages": [{"type": "request-start", "content": "Goodbye."}]})),
        (Form::Vapi, json!({"type": "dtmf"})),
    ]
}

/// Tools of which a form cannot hold all, and what is lost.
pub(crate) fn losses() -> Vec<(Form, Value, Vec<&'static str>)> {
    let guarded = json!({
        "name": "pay", "display_name": "Pay", "kind": "http", "effect": "destructive", "category": "billing", "description": "Pays.",
        "config": {"method": "POST", "url": "https://api.example.com/pay", "auth": {"type": "bearer", "token": "${PAY}"},
            "idempotency": {"header": "Idempotency-Key", "honoured": true}},
        "parameters": {"type": "object", "required": ["amount", "to"], "additionalProperties": false, "properties": {
            "amount": {"type": "number", "minimum": 0}, "to": {"type": "string", "pattern": "^[a-z]+$"}, "by": {"type": "string"}}},
        "bound": {"by": "{{ context.verified.user_id }}"},
        "policy": {"approval": true, "timeout_ms": 2500, "retry": {"network": {"attempts": 0, "base_ms": 1000}}},
        "fallback": {"message": "Not now."}, "speech": {"start": ["One moment."]}, "redact": ["/to"]
    });
    let python = json!({"name": "sum", "kind": "python", "effect": "read", "description": "Adds.",
        "config": {"code": "def run(a):\n    return a\n"}, "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "policy": {"confirm": true}});
    vec![
        (
            Form::Openai,
            guarded.clone(),
            vec![
                "bound.by",
                "category",
                "config",
                "display_name",
                "effect",
                "fallback",
                "policy.approval",
                "policy.retry",
                "policy.timeout_ms",
                "redact",
                "speech",
            ],
        ),
        (
            Form::Mcp,
            guarded.clone(),
            vec![
                "bound.by",
                "category",
                "config",
                "fallback",
                "policy.approval",
                "policy.retry",
                "policy.timeout_ms",
                "redact",
                "speech",
            ],
        ),
        (
            Form::Elevenlabs,
            guarded.clone(),
            vec![
                "bound.by",
                "category",
                "config.auth",
                "config.idempotency",
                "config.redirects",
                "display_name",
                "effect",
                "fallback",
                "parameters/properties/amount/minimum",
                "parameters/properties/to/pattern",
                "policy.approval",
                "policy.retry",
                "policy.timeout_ms",
                "redact",
                "speech",
            ],
        ),
        // Vapi calls this server, so all but what Vapi itself would have to know goes on counting.
        (Form::Vapi, guarded, vec!["category", "display_name", "parameters/properties/amount/minimum"]),
        (Form::Elevenlabs, python.clone(), vec!["config"]),
        // What a preset makes of a call only this server knows: it is called here.
        (
            Form::Elevenlabs,
            json!({"name": "flow", "kind": "http", "description": "Runs.", "config": {"url": "https://flows.example.com/x", "preset": "automation"},
                "parameters": {"type": "object", "properties": {}}}),
            vec!["config"],
        ),
        (Form::Vapi, python, vec![]),
        (
            Form::Gemini,
            json!({"name": "find", "kind": "http", "description": "Finds.", "config": {"url": "https://h/"},
                "parameters": {"type": "object", "properties": {"a": {"type": "string", "const": "x"}, "b": {"not": {"type": "string"}}}}}),
            vec!["config", "parameters/properties/b/not", "parameters/properties/b/type"],
        ),
        (
            Form::Vapi,
            json!({"name": "skip_turn", "kind": "system", "config": {"action": "skip_turn"}, "description": "Waits."}),
            vec!["config"],
        ),
    ]
}

/// Definitions of which not all can be taken over, and words of the warnings.
pub(crate) fn warnings() -> Vec<(Form, Value, Vec<&'static str>)> {
    vec![
        (
            Form::Elevenlabs,
            json!({"type": "webhook", "name": "x", "description": "d", "api_schema": {"url": "https://h.example.com/", "method": "POST",
                "request_headers": {"Authorization": "Bearer sk-live-0123456789abcdef"},
                "request_body_schema": {"type": "object", "properties": {
                    "hidden": {"type": "string", "is_omitted": true},
                    "known": {"type": "string", "is_system_provided": true},
                    "deep": {"type": "object", "properties": {"who": {"type": "string", "dynamic_variable": "who"}}}}},
                "auth_connection": {"auth_connection_id": "x".repeat(300)}}}),
            vec![
                "set the secret `AUTHORIZATION`",
                "`request_body_schema.properties.hidden`",
                "is_system_provided",
                "properties.who",
                "`api_schema.auth_connection` was left out",
            ],
        ),
        (
            Form::Mcp,
            json!({"name": "x", "description": "d", "inputSchema": {"type": "object"}, "annotations": {"openWorldHint": false}}),
            vec!["openWorldHint"],
        ),
        (
            Form::Elevenlabs,
            json!({"type": "client", "name": "x", "description": "d", "assignments": [{"dynamic_variable": "a", "value_path": "b"}]}),
            vec!["`assignments` is kept with the tool"],
        ),
        (
            Form::Vapi,
            json!({"type": "function", "async": true, "function": {"name": "x", "strict": true}, "server": {"url": "https://h.example.com/",
                "headers": {"X-Api-Key": "sk-live-0123456789abcdef"}, "credentialId": "c"},
                "messages": [{"type": "request-start", "content": "{{ now | date: '%Y' }}"}, {"type": "request-complete", "role": "system", "content": "Say it."}]}),
            vec![
                "`async`",
                "`function.strict`",
                "set the secret",
                "`server.credentialId`",
                "template",
                "speaks to the model",
            ],
        ),
    ]
}

/// Definitions that have no counterpart, and why.
pub(crate) fn skipped() -> Vec<(Value, &'static str)> {
    vec![
        (
            json!({"type": "system", "name": "voicemail_detection", "params": {"system_tool_type": "voicemail_detection"}}),
            "no counterpart",
        ),
        (json!({"tool_config": {"type": "mcp", "name": "m"}}), "MCP"),
        (json!({"type": "transferCall", "destinations": []}), "`destinations`"),
        (json!({"type": "handoff", "destinations": [{"type": "dynamic"}]}), "`dynamic`"),
    ]
}
