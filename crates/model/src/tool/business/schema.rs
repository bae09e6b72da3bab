//! What a model is told of each function, and what it has to say: descriptions and JSON Schemas.

use serde_json::{Value, json};

use super::BusinessFunction;

pub(super) const fn description(function: BusinessFunction) -> &'static str {
    match function {
        BusinessFunction::WebSearch => {
            "Searches the web and gives titles, addresses and excerpts. Use when an answer depends on something recent or outside of what you were told, and name the addresses that you rely on."
        }
        BusinessFunction::DatabaseQuery => {
            "Reads rows from a data source that the organization has connected; it changes nothing. Use when the answer is a figure or a record of the organization's own."
        }
        BusinessFunction::Calculator => {
            "Works out an expression in exact decimals: + - * / % ^, parentheses, percentages such as 15%, and the functions round, floor, ceil, trunc, abs, sqrt, exp, ln, log, min, max, sum, avg, mod, percent, percent_change, with pi and e. Use it for every sum, also an easy one, instead of reckoning yourself."
        }
        BusinessFunction::SendEmail => {
            "Sends an e-mail from the organization's address. Use only when the person has agreed to the recipients and the text; show them both first."
        }
        BusinessFunction::DataAnalysis => {
            "Describes a table of data: counts, totals, averages, spread, groups, trends and outliers. Use when you were given or have queried data and need figures about it, instead of estimating them."
        }
        BusinessFunction::DocumentGenerator => {
            "Writes a document (PDF, Word, Markdown, HTML or CSV) from a title and sections, and gives a link to it. Use when the person wants a file: a report, a proposal, a letter, minutes."
        }
        BusinessFunction::CalendarManager => {
            "Keeps the user's appointments: create_event, list_events, get_event, update_event, cancel_event, and find_free_slots. Use find_free_slots before you propose a time. An appointment that overlaps another is refused unless `allow_conflict` is true."
        }
        BusinessFunction::TaskManager => {
            "Keeps a list of tasks: create, list, get, update, complete and delete. Use when something has to be remembered, followed up or ticked off, and list first before you say what is open."
        }
    }
}

pub(super) fn parameters(function: BusinessFunction) -> Value {
    let (properties, required) = match function {
        BusinessFunction::WebSearch => web_search(),
        BusinessFunction::DatabaseQuery => database_query(),
        BusinessFunction::Calculator => calculator(),
        BusinessFunction::SendEmail => send_email(),
        BusinessFunction::DataAnalysis => data_analysis(),
        BusinessFunction::DocumentGenerator => document_generator(),
        BusinessFunction::CalendarManager => calendar_manager(),
        BusinessFunction::TaskManager => task_manager(),
    };
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

type Said = (Value, Value);

fn calculator() -> Said {
    let properties = json!({
        "expression": {"type": "string", "minLength": 1, "maxLength": 1000, "description": "What to work out, such as `round(1250 * 1.19, 2)` or `200 * 15%`; no units, no currency signs, a point before decimals and no thousands separators", "examples": ["round(1250 * 1.19, 2)"]},
        "variables": {"type": "object", "description": "Values for names in the expression, such as {\"price\": 19.99}", "additionalProperties": {"type": "number"}, "maxProperties": 50},
        "decimals": {"type": "integer", "minimum": 0, "maximum": 20, "description": "Round the result to this many decimals, halves away from zero"}
    });
    (properties, json!(["expression"]))
}

fn task_manager() -> Said {
    let properties = json!({
        "action": {"type": "string", "enum": ["create", "list", "get", "update", "complete", "delete"], "description": "What to do. create needs `title`; get, update, complete and delete need `task_id`"},
        "task_id": {"type": "string", "description": "The task, as create or list gave it"},
        "title": {"type": "string", "minLength": 1, "maxLength": 200, "description": "What has to be done"},
        "description": {"type": ["string", "null"], "maxLength": 4000, "description": "More about it; null takes it away"},
        "due_at": {"type": ["string", "null"], "description": "When it is due: a date (2026-12-01), or a time with its offset (2026-12-01T17:00:00+01:00); null takes it away"},
        "priority": {"type": "string", "enum": ["low", "normal", "high", "urgent"], "description": "How much it matters; in a list, only tasks of this priority"},
        "status": {"type": "string", "enum": ["open", "in_progress", "blocked", "completed", "cancelled"], "description": "How it stands; in a list, only tasks that stand so. Without it a list leaves completed and cancelled ones out"},
        "assignee": {"type": ["string", "null"], "maxLength": 200, "description": "Who is to do it, a name or an e-mail address; in a list, only theirs"},
        "tags": {"type": "array", "maxItems": 10, "items": {"type": "string", "minLength": 1, "maxLength": 40}, "description": "Words to find it by; in a list, tasks that have all of them"},
        "search": {"type": "string", "maxLength": 200, "description": "For list: part of the title or the description"},
        "due_before": {"type": "string", "description": "For list: due before this date or time"},
        "due_after": {"type": "string", "description": "For list: due at or after this date or time"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "description": "For list: at most this many, 20 when absent"},
        "cursor": {"type": "string", "description": "For list: `next_cursor` of the page before"}
    });
    (properties, json!(["action"]))
}

fn calendar_manager() -> Said {
    let properties = json!({
        "action": {"type": "string", "enum": ["create_event", "list_events", "get_event", "update_event", "cancel_event", "find_free_slots"], "description": "What to do. create_event needs `title`, `start` and `end` or `duration_minutes`; get_event, update_event and cancel_event need `event_id`; find_free_slots needs `duration_minutes`"},
        "event_id": {"type": "string", "description": "The appointment, as create_event or list_events gave it"},
        "title": {"type": "string", "minLength": 1, "maxLength": 200, "description": "What it is about"},
        "description": {"type": ["string", "null"], "maxLength": 4000, "description": "More about it; null takes it away"},
        "location": {"type": ["string", "null"], "maxLength": 500, "description": "Where, or a link; null takes it away"},
        "attendees": {"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 200}, "description": "Who takes part, by name or e-mail address. Nobody is told; send an e-mail for that"},
        "start": {"type": "string", "description": "When it begins: 2026-12-01T09:00 in `time_zone`, or with an offset"},
        "end": {"type": "string", "description": "When it ends, in the same form"},
        "duration_minutes": {"type": "integer", "minimum": 5, "maximum": 1440, "description": "How long, instead of `end`; for find_free_slots how long each slot has to be"},
        "time_zone": {"type": "string", "maxLength": 64, "description": "The zone of times without an offset, such as Europe/Berlin; the answer is in it too"},
        "allow_conflict": {"type": "boolean", "description": "Book although it overlaps another appointment. Only when the person said so"},
        "from": {"type": "string", "description": "For list_events and find_free_slots: from this date or time; now when absent"},
        "to": {"type": "string", "description": "For list_events and find_free_slots: before this time; a date means to its end. 30 days for a list and 7 for free time when absent"},
        "include_cancelled": {"type": "boolean", "description": "For list_events: also cancelled ones"},
        "working_hours": {"type": "object", "description": "For find_free_slots: from when to when, such as {\"start\": \"09:00\", \"end\": \"17:00\"}", "properties": {"start": {"type": "string", "description": "Such as 09:00"}, "end": {"type": "string", "description": "Such as 17:00"}}, "required": ["start", "end"], "additionalProperties": false},
        "working_days": {"type": "array", "minItems": 1, "maxItems": 7, "items": {"type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "description": "For find_free_slots: on which days"},
        "buffer_minutes": {"type": "integer", "minimum": 0, "maximum": 240, "description": "For find_free_slots: time to keep free before and after other appointments"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "description": "At most this many; 20 for list_events and 10 for find_free_slots when absent"},
        "cursor": {"type": "string", "description": "For list_events: `next_cursor` of the page before"}
    });
    (properties, json!(["action"]))
}

fn web_search() -> Said {
    let properties = json!({
        "query": {"type": "string", "minLength": 1, "maxLength": 400, "description": "What to look for, in a few words", "examples": ["inflation rate euro area latest"]},
        "max_results": {"type": "integer", "minimum": 1, "maximum": 20, "default": 5, "description": "At most this many"},
        "language": {"type": "string", "pattern": "^[a-z]{2}$", "description": "A code such as en or de"},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "A code such as US or DE"},
        "freshness": {"type": "string", "enum": ["day", "week", "month", "year"], "description": "Only what is not older than this"},
        "site": {"type": "string", "maxLength": 253, "description": "Only this domain", "examples": ["ec.europa.eu"]}
    });
    (properties, json!(["query"]))
}

fn database_query() -> Said {
    let properties = json!({
        "source": {"type": "string", "maxLength": 64, "description": "The connected data source, by name; needed when there are several"},
        "table": {"type": "string", "minLength": 1, "maxLength": 128, "description": "The table or collection to read", "examples": ["orders"]},
        "fields": {"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 128}, "description": "Which fields; all when absent"},
        "filters": {"type": "array", "maxItems": 20, "description": "Conditions that all have to hold", "items": {"type": "object", "properties": {
            "field": {"type": "string", "description": "The field"},
            "operator": {"type": "string", "enum": ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "is_null"], "description": "How it compares"},
            "value": {"type": ["string", "number", "boolean", "array", "null"], "items": {"type": ["string", "number"]}, "description": "With what"}
        }, "required": ["field", "operator"], "additionalProperties": false}},
        "group_by": {"type": "array", "maxItems": 5, "items": {"type": "string"}, "description": "Fields to group by"},
        "aggregate": {"type": "string", "enum": ["count", "sum", "avg", "min", "max"], "description": "What to work out for each group"},
        "aggregate_field": {"type": "string", "maxLength": 128, "description": "Of which field"},
        "order_by": {"type": "string", "maxLength": 128, "description": "The field to sort by; with a minus before it downwards", "examples": ["-created_at"]},
        "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100, "description": "At most this many rows"}
    });
    (properties, json!(["table"]))
}

fn send_email() -> Said {
    let address = |what: &str| json!({"type": "array", "maxItems": 50, "items": {"type": "string", "format": "email"}, "description": what});
    let mut to = address("The recipients' addresses");
    to["minItems"] = json!(1);
    let properties = json!({
        "to": to,
        "cc": address("Who gets a copy that everybody sees"),
        "bcc": address("Who gets a copy that nobody sees"),
        "subject": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The subject"},
        "body": {"type": "string", "minLength": 1, "maxLength": 50000, "description": "The text"},
        "format": {"type": "string", "enum": ["text", "markdown"], "default": "text", "description": "How the text is written"},
        "reply_to": {"type": "string", "format": "email", "description": "Where answers go, when not to the sender"},
        "attachments": {"type": "array", "maxItems": 10, "items": {"type": "string", "maxLength": 200}, "description": "Documents to attach, by the id that document_generator gave"}
    });
    (properties, json!(["to", "subject", "body"]))
}

fn data_analysis() -> Said {
    let properties = json!({
        "data": {"type": ["array", "string"], "items": {"type": "object"}, "maxItems": 5000, "description": "The rows as objects, or a CSV text with a header"},
        "operation": {"type": "string", "enum": ["describe", "aggregate", "trend", "correlation", "outliers", "top"], "description": "describe: figures for each column; aggregate: by group; trend: over time; correlation: between columns; outliers: unusual rows; top: the largest"},
        "columns": {"type": "array", "maxItems": 50, "items": {"type": "string"}, "description": "Which columns; all that fit when absent"},
        "group_by": {"type": "array", "maxItems": 5, "items": {"type": "string"}, "description": "For aggregate: columns to group by"},
        "aggregate": {"type": "string", "enum": ["count", "sum", "mean", "median", "min", "max"], "description": "For aggregate: what to work out"},
        "time_column": {"type": "string", "maxLength": 128, "description": "For trend: the column with the dates"},
        "period": {"type": "string", "enum": ["day", "week", "month", "quarter", "year"], "description": "For trend: how long each step is"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20, "description": "At most this many rows in the answer"}
    });
    (properties, json!(["data", "operation"]))
}

fn document_generator() -> Said {
    let properties = json!({
        "title": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The document's title"},
        "format": {"type": "string", "enum": ["pdf", "docx", "markdown", "html", "csv"], "default": "pdf", "description": "What kind of file"},
        "document_type": {"type": "string", "enum": ["report", "proposal", "letter", "memo", "minutes", "invoice", "plan", "other"], "default": "report", "description": "What kind of text, for its looks"},
        "sections": {"type": "array", "minItems": 1, "maxItems": 50, "description": "The parts in their order", "items": {"type": "object", "properties": {
            "heading": {"type": "string", "maxLength": 200, "description": "Its heading"},
            "body": {"type": "string", "maxLength": 50000, "description": "Its text, in Markdown"}
        }, "required": ["body"], "additionalProperties": false}},
        "author": {"type": "string", "maxLength": 200, "description": "Whose name stands under it"},
        "language": {"type": "string", "pattern": "^[a-z]{2}$", "description": "A code such as en or de"}
    });
    (properties, json!(["title", "sections"]))
}
