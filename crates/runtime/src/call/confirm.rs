//! Whether somebody has to agree first, and what they are asked.

use callwright_expr::{Names, Scope, Template};
use callwright_guard::Redactor;
use callwright_model::{
    Fault, Object,
    ticket::TicketKind,
    tool::{ToolSpec, Trust},
};

use serde_json::Value;

use super::{record, work::Work};

/// The most characters of a question.
const MAX_QUESTION: usize = 1_000;

/// Who has to agree before this execution may go on. A confirmation comes before an approval, so that nobody is
/// asked to approve what the person on the line does not want.
pub(super) fn needed(work: &Work) -> Option<TicketKind> {
    let policy = work.policy();
    if !policy.confirm.is_no() && !work.request.confirmed {
        return Some(TicketKind::Confirmation);
    }
    (!policy.approval.is_no() && !work.request.approved).then_some(TicketKind::Approval)
}

/// The question of a tool that asks for confirmation, compiled when the tool is saved.
///
/// # Errors
/// The template is not valid.
pub(crate) fn compile(spec: &ToolSpec) -> Result<Option<Template>, Fault> {
    let Some(ask) = spec.policy.confirm.rule().and_then(|rule| rule.ask.as_deref()) else { return Ok(None) };
    // No secrets: the question is spoken.
    let names = Names { secrets: Default::default(), trust: Trust::Client, ..Names::default() };
    Template::compile(ask, &names).map(Some).map_err(|error| {
        let field = "policy.confirm.ask";
        Fault::invalid(field, format!("`{field}`: {}", error.message))
    })
}

/// What the person on the line is to be asked. Secrets that the server filled in are hidden.
pub(super) fn question(work: &Work) -> String {
    let asked = ask(work, &work.arguments);
    if work.secrets.is_empty() { asked } else { Redactor::new(work.secrets.values()).text(&asked) }
}

/// The same as whoever looks at the ticket may see it: what the log hides is hidden.
pub(super) fn shown_question(work: &Work) -> String {
    match record::shown_arguments(work) {
        Value::Object(arguments) => ask(work, &arguments),
        _ => ask(work, &Object::new()),
    }
}

fn ask(work: &Work, arguments: &Object) -> String {
    let general = || format!("Shall I go ahead with: {}?", work.tool().tool.spec.title());
    let Some(template) = &work.tool().question else { return general() };
    let (secrets, extra) = (Default::default(), work.extra(work.received_at));
    let scope =
        Scope { parameters: arguments, context: &work.context, trust: Trust::Client, secrets: &secrets, extra: &extra };
    match template.render(&scope) {
        Ok(text) if !text.trim().is_empty() => text.chars().take(MAX_QUESTION).collect(),
        _ => general(),
    }
}
