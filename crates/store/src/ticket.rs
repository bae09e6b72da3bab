//! Tickets: what executions wait for. Every step is one transaction that moves a ticket, and the execution it
//! holds up, from one known state to the next; whoever comes second changes nothing.
//!
//! A ticket is made in `park`, decided in `decide`, and gone on with in `resume`; `finish` ends it and its execution. Who
//! has to see to one is asked in `due`, and `read` finds one again.

mod decide;
mod due;
mod finish;
mod park;
mod read;
mod resume;

use callwright_model::ticket::{Ticket, TicketKind, TicketState};

use crate::{error::Result, value::Row};

pub use decide::Edit;
pub use read::TicketFilter;
pub use resume::Resume;

/// A ticket with what only the server may see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketRow {
    /// What whoever decides may see.
    pub ticket: Ticket,
    /// A hash of the tool as it was and of the whole arguments.
    pub binding: String,
    /// What the execution goes on with, sealed.
    pub request: String,
    /// The hash of the secret in a one-time address.
    pub secret_hash: Option<String>,
    /// What came back, sealed.
    pub answer: Option<String>,
    /// Whether the execution may be carried out again when its server dies.
    pub rerun: bool,
    /// Whether those who wait for the outcome were told.
    pub notified: bool,
    /// Counts the changes; a change names the one that it was made from.
    pub revised: i64,
}

const COLUMNS: &str = "id, org_id, execution_id, kind, state, tool_id, tool_name, revision, agent_id, user_id, \
    token_id, conversation_id, call_id, shown, rule, decisions, expires_at, created_at, updated_at, binding, request, \
    secret_hash, answer, rerun, notified, revised";

/// The same, each with the name of the table before it.
fn columns_of(table: &str) -> String {
    COLUMNS.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
}

fn row(row: &Row) -> Result<TicketRow> {
    let mut fields = row.fields("ticket");
    let mut found = TicketRow {
        ticket: Ticket {
            id: fields.id("id")?,
            organization_id: fields.id("org_id")?,
            execution_id: fields.id("execution_id")?,
            kind: fields.word("kind", TicketKind::parse)?,
            state: fields.word("state", TicketState::parse)?,
            tool_id: fields.id("tool_id")?,
            tool_name: fields.string("tool_name")?,
            revision: fields.int("revision")?,
            agent_id: fields.opt_id("agent_id")?,
            user_id: fields.id("user_id")?,
            token_id: fields.id("token_id")?,
            conversation_id: fields.opt_string("conversation_id")?,
            call_id: fields.opt_string("call_id")?,
            shown: fields.json("shown")?,
            rule: fields.json("rule")?,
            decisions: fields.json("decisions")?,
            expires_at: fields.time("expires_at")?,
            created_at: fields.time("created_at")?,
            updated_at: fields.time("updated_at")?,
            revised: 0,
        },
        binding: fields.string("binding")?,
        request: fields.string("request")?,
        secret_hash: fields.opt_string("secret_hash")?,
        answer: fields.opt_string("answer")?,
        rerun: fields.flag("rerun")?,
        notified: fields.flag("notified")?,
        revised: fields.int("revised")?,
    };
    found.ticket.revised = found.revised;
    Ok(found)
}
