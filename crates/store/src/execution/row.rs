//! How an execution is written into its row and read from it.

use callwright_model::{
    Timestamp,
    context::Channel,
    execution::{Execution, Settlement, State},
    tool::{Effect, Kind},
};

use super::ledger::LedgerRow;
use crate::{
    error::Result,
    value::{self, Fields, Row, Value},
};

/// The columns of the record, in the order of [`execution_fields`].
pub(crate) const COLUMNS: &str = "id, org_id, tool_id, tool_name, tool_version, tool_revision, kind, effect, state, \
    agent_id, user_id, token_id, call_id, conversation_id, channel, source, intent_key, args_hash, input, output, \
    error, attempts, dry_run, replay_of, request_id, node_id, settled, received_at, started_at, ended_at, duration_us, \
    passage";
/// The columns that only the ledger needs, in the order of [`ledger_row`], after [`COLUMNS`].
pub(crate) const LEDGER_COLUMNS: &str =
    "intent_slot, intent_expires_at, sealed_outcome, epoch, resendable, settled_by, settled_note, updated_at";

/// Adds a row; the parameters are those of [`insert_params`]. A row that is there already, or whose slot is
/// taken, is left alone.
pub(crate) const INSERT: &str = "INSERT INTO execution (id, org_id, tool_id, tool_name, tool_version, \
    tool_revision, kind, effect, state, agent_id, user_id, token_id, call_id, conversation_id, channel, source, \
    intent_key, args_hash, input, output, error, attempts, dry_run, replay_of, request_id, node_id, settled, \
    received_at, started_at, ended_at, duration_us, error_class, intent_slot, intent_expires_at, epoch, resendable, \
    updated_at, passage) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38) ON CONFLICT DO NOTHING";

/// What the ledger adds to a record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot<'s> {
    pub(crate) name: Option<&'s str>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) is_resendable: bool,
}

pub(crate) fn insert_params(execution: &Execution, slot: Slot<'_>) -> Result<Vec<Value>> {
    let mut params = Vec::with_capacity(38);
    params.extend(crate::params![
        execution.id,
        execution.organization_id,
        execution.tool_id,
        &execution.tool_name,
        &execution.tool_version,
        execution.tool_revision,
        Value::word(execution.kind.as_str()),
        Value::word(execution.effect.as_str()),
        Value::word(execution.state.as_str()),
        execution.agent_id,
        execution.user_id,
        execution.token_id,
        execution.call_id.as_deref(),
        execution.conversation_id.as_deref(),
        Value::word(execution.channel.as_str()),
        &execution.source,
        execution.intent_key.as_deref(),
        &execution.args_hash,
        value::json(&execution.input)?,
        value::opt_json(execution.output.as_ref())?,
        value::opt_json(execution.error.as_ref())?,
        value::json(&execution.attempts)?,
        execution.dry_run,
        execution.replay_of,
        execution.request_id.as_deref(),
        execution.node_id,
        execution.settled.map(|settled| Value::word(settled.as_str())),
        execution.received_at,
        execution.started_at,
        execution.ended_at,
        duration_us(execution.duration_ms),
        execution.error.as_ref().map(|error| Value::word(error.class.as_str())),
        slot.name,
        slot.expires_at,
        1i64,
        slot.is_resendable,
        execution.ended_at.or(execution.started_at).unwrap_or(execution.received_at),
        value::opt_json(execution.passage.as_ref())?,
    ]);
    Ok(params)
}

pub(crate) fn duration_us(duration_ms: Option<f64>) -> Option<i64> {
    duration_ms.map(|ms| (ms * 1000.0).round() as i64)
}

pub(crate) fn settlement(text: &str) -> Option<Settlement> {
    [Settlement::Done, Settlement::Failed, Settlement::Repeat].into_iter().find(|s| s.as_str() == text)
}

/// Reads the columns of [`COLUMNS`].
pub(crate) fn execution(row: &Row) -> Result<Execution> {
    execution_fields(&mut row.fields("execution"))
}

fn execution_fields(fields: &mut Fields<'_>) -> Result<Execution> {
    Ok(Execution {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        tool_id: fields.id("tool_id")?,
        tool_name: fields.string("tool_name")?,
        tool_version: fields.string("tool_version")?,
        tool_revision: fields.int("tool_revision")?,
        kind: fields.word("kind", Kind::parse)?,
        effect: fields.word("effect", Effect::parse)?,
        state: fields.word("state", State::parse)?,
        agent_id: fields.opt_id("agent_id")?,
        user_id: fields.opt_id("user_id")?,
        token_id: fields.opt_id("token_id")?,
        call_id: fields.opt_string("call_id")?,
        conversation_id: fields.opt_string("conversation_id")?,
        channel: fields.word("channel", Channel::parse)?,
        source: fields.string("source")?,
        intent_key: fields.opt_string("intent_key")?,
        args_hash: fields.string("args_hash")?,
        input: fields.json("input")?,
        output: fields.opt_json("output")?,
        error: fields.opt_json("error")?,
        attempts: fields.json("attempts")?,
        dry_run: fields.flag("dry_run")?,
        replay_of: fields.opt_id("replay_of")?,
        request_id: fields.opt_string("request_id")?,
        node_id: fields.opt_id("node_id")?,
        settled: fields.opt_word("settled", settlement)?,
        received_at: fields.time("received_at")?,
        started_at: fields.opt_time("started_at")?,
        ended_at: fields.opt_time("ended_at")?,
        duration_ms: fields.opt_int("duration_us")?.map(|us| us as f64 / 1000.0),
        passage: fields.opt_json("passage")?,
    })
}

/// Reads the columns of [`COLUMNS`] and [`LEDGER_COLUMNS`].
pub(crate) fn ledger_row(row: &Row) -> Result<LedgerRow> {
    let mut fields = row.fields("execution");
    Ok(LedgerRow {
        execution: execution_fields(&mut fields)?,
        intent_slot: fields.opt_string("intent_slot")?,
        intent_expires_at: fields.opt_time("intent_expires_at")?,
        sealed_outcome: fields.opt_string("sealed_outcome")?,
        epoch: fields.int("epoch")?,
        resendable: fields.flag("resendable")?,
        settled_by: fields.opt_id("settled_by")?,
        settled_note: fields.opt_string("settled_note")?,
        updated_at: fields.time("updated_at")?,
    })
}
