//! One effect per intent: an execution owns its intent's slot, and only its owner may finish it.
//!
//! The rules stand in DESIGN section 3. In short: the slot of an intent is unique in its organization; a row
//! is `started`, durably, before the first byte leaves; whoever finishes must still hold the row (same node,
//! same epoch); a slot that is free again may be claimed again.

use callwright_model::{
    Content, Timestamp, ToolError,
    execution::{Attempt, CASE_SOURCE, Execution, Settlement, State},
    id::{ExecutionId, NodeId, OrgId, TicketId, ToolId, UserId},
    ticket::TicketState,
};

use super::{
    row::{self, COLUMNS, INSERT, LEDGER_COLUMNS, Slot},
    usage::UsageDelta,
};
use crate::{
    behind::Behind,
    db::{Store, Tx},
    error::{Error, Result},
    outbox::OutboxRow,
    params,
    value::{self, Row, Value},
};

/// How often a claim is tried when slots come free between two statements, or an answer was lost.
const TRIES: u32 = 4;

/// An execution that is about to act.
#[derive(Debug, Clone, PartialEq)]
pub struct NewExecution {
    /// Its record; `node_id` is the node that will act, `received_at` counts as now.
    pub execution: Execution,
    /// The name of its intent, unique in the organization; without one nobody can join or repeat it.
    pub intent_slot: Option<String>,
    /// Until when a repetition is recognised. Without it for ever.
    pub intent_expires_at: Option<Timestamp>,
    /// Whether the upstream would recognise a repeated request, so that another node may send it again.
    pub resendable: bool,
}

/// Whose an intent is.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Ours: act, under epoch 1.
    Ours,
    /// Another execution has it: join it, or give its outcome.
    Existing(Box<LedgerRow>),
}

/// An execution as the ledger knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// The record.
    pub execution: Execution,
    /// The intent that it holds.
    pub intent_slot: Option<String>,
    /// Until when it holds it.
    pub intent_expires_at: Option<Timestamp>,
    /// What the caller was answered, sealed, when that differs from the record because fields were hidden.
    pub sealed_outcome: Option<String>,
    /// Counts the owners, from 1.
    pub epoch: i64,
    /// Whether another node may send it again.
    pub resendable: bool,
    /// Who settled it.
    pub settled_by: Option<UserId>,
    /// What they said.
    pub settled_note: Option<String>,
    /// When the row last changed.
    pub updated_at: Timestamp,
    /// The hash of the arguments that were asked for, when others were agreed to.
    pub intent_hash: Option<String>,
}

impl LedgerRow {
    /// Whether a request with these arguments is a repetition of the one that made this row.
    pub fn is_asked_with(&self, args_hash: &str) -> bool {
        self.intent_hash.as_deref().unwrap_or(&self.execution.args_hash) == args_hash
    }
}

/// What an owner must still be to change an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// The node.
    pub node_id: NodeId,
    /// The epoch, from 1.
    pub epoch: i64,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishExecution {
    /// Who finishes it.
    pub fence: Fence,
    /// `done`, `failed`, `unknown`, `released`; or `parked`, which is no end.
    pub state: State,
    /// The result, with hidden fields hidden.
    pub output: Option<Content>,
    /// The failure.
    pub error: Option<ToolError>,
    /// Every sending.
    pub attempts: Vec<Attempt>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// From asked to ended, in microseconds.
    pub duration_us: i64,
    /// What the caller is answered, sealed, when that differs from `output`.
    pub sealed_outcome: Option<String>,
    /// Whether a repetition of the intent gets this outcome; false frees the intent. A `released` execution
    /// frees it in any case, an `unknown` one never does.
    pub keep_slot: bool,
    /// News of it, kept in the same transaction.
    pub news: Option<Box<OutboxRow>>,
    /// A ticket for which no result will come any more, closed in the same transaction.
    pub void: Option<TicketId>,
}

impl FinishExecution {
    fn is_slot_kept(&self) -> bool {
        match self.state {
            State::Released => false,
            State::Unknown => true,
            _ => self.keep_slot,
        }
    }
}

/// In whose name an execution was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whose<'w> {
    /// The conversation.
    pub conversation_id: Option<&'w str>,
    /// The phone call.
    pub call_id: Option<&'w str>,
    /// The user.
    pub user_id: Option<UserId>,
}

impl Tx<'_> {
    /// Claims an intent in the state that its record has.
    pub(crate) async fn claim_execution(&mut self, new: &NewExecution) -> Result<Claim> {
        let slot =
            Slot { name: new.intent_slot.as_deref(), expires_at: new.intent_expires_at, is_resendable: new.resendable };
        let insert = row::insert_params(&new.execution, slot)?;
        self.claim_row(new, &insert).await
    }

    /// Adds the row, or finds the one that has its slot.
    async fn claim_row(&mut self, new: &NewExecution, insert: &[Value]) -> Result<Claim> {
        let org = new.execution.organization_id;
        for _ in 0..TRIES {
            if self.execute(INSERT, insert).await? > 0 {
                return Ok(Claim::Ours);
            }
            let sql = format!(
                "SELECT {COLUMNS}, {LEDGER_COLUMNS} FROM execution \
                 WHERE id = $1 OR (org_id = $2 AND intent_slot IS NOT NULL AND intent_slot = $3) ORDER BY id = $1 DESC"
            );
            let params = params![new.execution.id, org, new.intent_slot.as_deref()];
            let Some(row) = self.fetch_optional(&sql, &params).await? else {
                continue;
            };
            let row = row::ledger_row(&row)?;
            if row.execution.id == new.execution.id {
                // An earlier try was committed and its answer lost.
                return Ok(Claim::Ours);
            }
            let is_expired = row.intent_expires_at.is_some_and(|at| at <= new.execution.received_at);
            // An outcome that nobody knows is never forgotten: its key stays taken until somebody has looked.
            let is_over = row.execution.state.is_final() && row.execution.state != State::Unknown;
            if !(is_expired && is_over) {
                return Ok(Claim::Existing(Box::new(row)));
            }
            let free = "UPDATE execution SET intent_slot = NULL WHERE id = $1 AND intent_slot = $2";
            self.execute(free, &params![row.execution.id, new.intent_slot.as_deref()]).await?;
        }
        Err(Error::Contended("the slot of an intent changed hands too often".to_owned()))
    }

    /// Settles an execution whose outcome nobody knew; see [`Store::settle`].
    pub async fn settle(
        &mut self,
        org: OrgId,
        id: ExecutionId,
        settlement: Settlement,
        by: UserId,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Execution>> {
        let changes = match settlement {
            Settlement::Done => "state = 'done', error = NULL, error_class = NULL",
            Settlement::Failed => "state = 'failed'",
            Settlement::Repeat => "state = 'failed', intent_slot = NULL",
        };
        let sql = format!(
            "UPDATE execution SET {changes}, settled = $3, settled_by = $4, settled_note = $5, updated_at = $6 \
             WHERE org_id = $1 AND id = $2 AND state = 'unknown' RETURNING {COLUMNS}"
        );
        let params = params![org, id, Value::word(settlement.as_str()), by, note, now];
        self.fetch_optional(&sql, &params).await?.as_ref().map(row::execution).transpose()
    }
}

impl Store {
    /// Claims an intent and starts its execution, durably, in one step: bytes may leave when this returns
    /// [`Claim::Ours`]. `new.execution.started_at` is kept when it is given, else it is `received_at`.
    pub async fn claim_and_start(&self, new: &NewExecution) -> Result<Claim> {
        let mut new = Box::new(new.clone());
        new.execution.state = State::Started;
        new.execution.started_at = new.execution.started_at.or(Some(new.execution.received_at));
        self.claim_as(new).await
    }

    /// Claims an intent without starting: nothing may leave yet. [`Store::start`] comes next.
    pub async fn claim(&self, new: &NewExecution) -> Result<Claim> {
        let mut new = Box::new(new.clone());
        new.execution.state = State::Claimed;
        new.execution.started_at = None;
        self.claim_as(new).await
    }

    async fn claim_as(&self, new: Box<NewExecution>) -> Result<Claim> {
        let slot =
            Slot { name: new.intent_slot.as_deref(), expires_at: new.intent_expires_at, is_resendable: new.resendable };
        let insert = row::insert_params(&new.execution, slot)?;
        // Nearly always the intent is new, and one statement is enough.
        match self.execute(INSERT, insert.clone()).await {
            Ok(1..) => return Ok(Claim::Ours),
            Err(error) if !error.is_unavailable() => return Err(error),
            // Taken; or it is not known whether the row was kept, and asking again tells.
            Ok(0) | Err(_) => {}
        }
        self.write((new, insert), |(new, insert), tx| Box::pin(tx.claim_row(new, insert))).await
    }

    /// Notes that bytes may leave now. False: the execution is not ours any more, and must not act.
    pub async fn start(&self, id: ExecutionId, fence: Fence, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE execution SET state = 'started', started_at = $2, updated_at = $2 \
                   WHERE id = $1 AND node_id = $3 AND epoch = $4 AND state = 'claimed'";
        Ok(self.execute(sql, params![id, now, fence.node_id, fence.epoch]).await? > 0)
    }

    /// Takes an execution over that its dead owner left `started`, or that ended `unknown`, and that may be
    /// sent again. True: it is ours, under epoch `expected_epoch + 1`, and bytes may leave.
    pub async fn take_over(&self, id: ExecutionId, node: NodeId, expected_epoch: i64, now: Timestamp) -> Result<bool> {
        let sql = format!(
            "UPDATE execution SET state = 'started', node_id = $2, epoch = epoch + 1, updated_at = $4, \
             error = NULL, error_class = NULL, ended_at = NULL, duration_us = NULL \
             WHERE id = $1 AND epoch = $3 AND resendable = 1 AND settled IS NULL AND (state = 'unknown' \
             OR (state = 'started' AND (node_id IS NULL OR node_id NOT IN ({}))))",
            super::node::alive(self.dialect())
        );
        Ok(self.execute(sql, params![id, node, expected_epoch, now]).await? > 0)
    }

    /// Records how an execution ended. False: it was not ours any more, or had ended; nothing was changed.
    pub async fn finish(&self, id: ExecutionId, end: FinishExecution) -> Result<bool> {
        let sql = "UPDATE execution SET state = $1, output = $2, error = $3, error_class = $4, attempts = $5, \
                   ended_at = $6, duration_us = $7, sealed_outcome = $8, updated_at = $9, \
                   intent_slot = CASE WHEN $10 = 1 THEN intent_slot ELSE NULL END \
                   WHERE id = $11 AND node_id = $12 AND epoch = $13 AND state IN ('claimed', 'started') \
                   RETURNING tool_id, dry_run, source";
        let has_ended = end.state.is_final();
        let params = params![
            Value::word(end.state.as_str()),
            value::opt_json(end.output.as_ref())?,
            value::opt_json(end.error.as_ref())?,
            end.error.as_ref().map(|error| Value::word(error.class.as_str())),
            value::json(&end.attempts)?,
            has_ended.then_some(end.ended_at),
            has_ended.then_some(end.duration_us),
            end.sealed_outcome.as_deref(),
            end.ended_at,
            end.is_slot_kept(),
            id,
            end.fence.node_id,
            end.fence.epoch,
        ];
        let rows = match self.finish_row(sql, params.clone(), &end).await {
            Err(error) if error.is_unavailable() => {
                // It may have been kept all the same; a second try tells, unless the row is final by now.
                if self.is_finished_as(id, &end).await? {
                    return Ok(true);
                }
                self.finish_row(sql, params, &end).await?
            }
            outcome => outcome?,
        };
        let Some(row) = rows.first() else {
            return Ok(false);
        };
        let mut fields = row.fields("execution");
        let (tool_id, dry_run) = (fields.id("tool_id")?, fields.flag("dry_run")?);
        let is_rehearsal = dry_run || fields.text("source")? == CASE_SOURCE;
        if let Some(delta) = UsageDelta::new(tool_id, end.state, is_rehearsal, end.ended_at, end.duration_us) {
            self.push_behind(Behind::Usage(delta)).await?;
        }
        Ok(true)
    }

    /// Nearly always one statement is enough; with news or a ticket it takes a transaction.
    async fn finish_row(&self, sql: &'static str, params: Vec<Value>, end: &FinishExecution) -> Result<Vec<Row>> {
        if end.news.is_none() && end.void.is_none() {
            return self.execute_returning(sql, params).await;
        }
        let beside = (end.news.clone(), end.void, end.ended_at);
        self.write((sql, params, beside), |(sql, params, (news, void, now)), tx| {
            Box::pin(async move {
                let rows = tx.fetch_all(sql, params).await?;
                if !rows.is_empty() {
                    if let Some(ticket) = void {
                        tx.end_ticket(*ticket, TicketState::Void, *now).await?;
                    }
                    if let Some(news) = news {
                        tx.push_outbox(news).await?;
                    }
                }
                Ok(rows)
            })
        })
        .await
    }

    async fn is_finished_as(&self, id: ExecutionId, end: &FinishExecution) -> Result<bool> {
        let sql = "SELECT 1 FROM execution WHERE id = $1 AND node_id = $2 AND epoch = $3 AND state = $4 \
                   AND updated_at = $5";
        let params = params![id, end.fence.node_id, end.fence.epoch, Value::word(end.state.as_str()), end.ended_at];
        Ok(self.fetch_optional(sql, params, |row| row.fields("execution").int("one")).await?.is_some())
    }

    /// The execution that holds an intent.
    pub async fn ledger_row(&self, org: OrgId, slot: &str) -> Result<Option<LedgerRow>> {
        let sql = format!(
            "SELECT {COLUMNS}, {LEDGER_COLUMNS} FROM execution \
             WHERE org_id = $1 AND intent_slot IS NOT NULL AND intent_slot = $2"
        );
        self.fetch_optional(sql, params![org, slot], row::ledger_row).await
    }

    /// An execution as the ledger knows it.
    pub async fn ledger_row_by_id(&self, org: OrgId, id: ExecutionId) -> Result<Option<LedgerRow>> {
        let sql = format!("SELECT {COLUMNS}, {LEDGER_COLUMNS} FROM execution WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row::ledger_row).await
    }

    /// An execution of this tool with these arguments whose outcome nobody knows and nobody settled, in the
    /// same conversation or phone call, or by the same user.
    pub async fn unsettled_unknown(
        &self,
        org: OrgId,
        tool: ToolId,
        args_hash: &str,
        whose: Whose<'_>,
    ) -> Result<Option<ExecutionId>> {
        let sql = "SELECT id FROM execution WHERE tool_id = $1 AND args_hash = $2 AND state = 'unknown' \
                   AND org_id = $3 AND (conversation_id = $4 OR call_id = $5 OR user_id = $6) \
                   ORDER BY id DESC LIMIT 1";
        let params = params![tool, args_hash, org, whose.conversation_id, whose.call_id, whose.user_id];
        self.fetch_optional(sql, params, |row| row.fields("execution").id("id")).await
    }

    /// Every tool and arguments hash whose outcome nobody knows and nobody settled, at most 10,000, newest first.
    pub async fn unsettled_unknowns(&self) -> Result<Vec<(ToolId, String)>> {
        let sql = "SELECT tool_id, args_hash FROM execution WHERE state = 'unknown' AND state <> 'done' \
                   ORDER BY id DESC LIMIT 10000";
        self.fetch_all(sql, Vec::new(), |row| {
            let mut fields = row.fields("execution");
            Ok((fields.id("tool_id")?, fields.string("args_hash")?))
        })
        .await
    }

    /// Settles an execution whose outcome nobody knew: it is `done` or `failed` from now on, and with
    /// [`Settlement::Repeat`] its intent is free. None: there is no such execution, or it is not unknown.
    pub async fn settle(
        &self,
        org: OrgId,
        id: ExecutionId,
        settlement: Settlement,
        by: UserId,
        note: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Execution>> {
        self.write(
            (org, id, settlement, by, note.map(str::to_owned), now),
            |(org, id, settlement, by, note, now), tx| {
                Box::pin(tx.settle(*org, *id, *settlement, *by, note.as_deref(), *now))
            },
        )
        .await
    }
}
