//! Tickets: what executions wait for. Every step is one transaction that moves a ticket, and the execution it
//! holds up, from one known state to the next; whoever comes second changes nothing.

use callwright_model::{
    Timestamp, ToolError,
    execution::{CASE_SOURCE, State},
    id::{ExecutionId, NodeId, OrgId, TicketId},
    page::{Page, PageRequest},
    ticket::{Decision, Shown, Ticket, TicketKind, TicketState},
};
use serde_json::Value as Json;

use crate::{
    behind::Behind,
    db::{Store, Tx},
    error::Result,
    execution::{Claim, FinishExecution, NewExecution, usage::UsageDelta},
    outbox::OutboxRow,
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

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

/// Which tickets to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketFilter {
    /// In this state.
    pub state: Option<TicketState>,
    /// Of this kind.
    pub kind: Option<TicketKind>,
    /// Of this tool's name.
    pub tool: Option<String>,
    /// Of this execution.
    pub execution_id: Option<ExecutionId>,
}

/// Other arguments than those that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The new hash.
    pub binding: String,
    /// The new request, sealed.
    pub request: String,
    /// What is shown of it.
    pub shown: Shown,
}

/// How an execution goes on after it waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Resume {
    /// The ticket that is used up, which must be `approved`.
    pub ticket: TicketId,
    /// The execution.
    pub execution: ExecutionId,
    /// Who carries it out.
    pub node_id: NodeId,
    /// The arguments as the log shows them.
    pub input: Json,
    /// The hash of the arguments that are sent.
    pub args_hash: String,
    /// The ticket of a callback that comes next.
    pub next: Option<TicketRow>,
    /// Until when its intent must be remembered.
    pub remember_until: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

const COLUMNS: &str = "id, org_id, execution_id, kind, state, tool_id, tool_name, revision, agent_id, user_id, \
    token_id, conversation_id, call_id, shown, rule, decisions, expires_at, created_at, updated_at, binding, request, \
    secret_hash, answer, rerun, notified, revised";

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

impl Tx<'_> {
    /// Adds a ticket.
    pub async fn insert_ticket(&mut self, new: &TicketRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO ticket ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
             $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) ON CONFLICT DO NOTHING"
        );
        let it = &new.ticket;
        let params = params![
            it.id,
            it.organization_id,
            it.execution_id,
            Value::word(it.kind.as_str()),
            Value::word(it.state.as_str()),
            it.tool_id,
            &it.tool_name,
            it.revision,
            it.agent_id,
            it.user_id,
            it.token_id,
            it.conversation_id.as_deref(),
            it.call_id.as_deref(),
            value::json(&it.shown)?,
            value::json(&it.rule)?,
            value::json(&it.decisions)?,
            it.expires_at,
            it.created_at,
            it.updated_at,
            &new.binding,
            &new.request,
            new.secret_hash.as_deref(),
            new.answer.as_deref(),
            new.rerun,
            new.notified,
            new.revised,
        ];
        self.execute(&sql, &params).await.map(drop)
    }

    /// Claims an intent in the given state with its ticket: both are there, or neither.
    async fn claim_with_ticket(
        &mut self,
        new: &NewExecution,
        ticket: &TicketRow,
        news: Option<&OutboxRow>,
    ) -> Result<Claim> {
        let claim = self.claim_execution(new).await?;
        if claim == Claim::Ours {
            self.insert_ticket(ticket).await?;
            if let Some(news) = news {
                self.push_outbox(news).await?;
            }
        }
        Ok(claim)
    }

    async fn lock_ticket(&mut self, id: TicketId) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id = $1{}", self.dialect().for_update());
        self.fetch_optional(&sql, &params![id]).await?.as_ref().map(row).transpose()
    }

    /// Moves a ticket on that is still as it was when `revised` was read.
    async fn move_ticket(&mut self, to: &TicketRow) -> Result<bool> {
        let sql = "UPDATE ticket SET state = $3, shown = $4, decisions = $5, binding = $6, request = $7, answer = $8, \
                   updated_at = $9, revised = revised + 1 WHERE id = $1 AND revised = $2";
        let params = params![
            to.ticket.id,
            to.revised,
            Value::word(to.ticket.state.as_str()),
            value::json(&to.ticket.shown)?,
            value::json(&to.ticket.decisions)?,
            &to.binding,
            &to.request,
            to.answer.as_deref(),
            to.ticket.updated_at,
        ];
        Ok(self.execute(sql, &params).await? > 0)
    }

    /// Notes a decision about an open ticket. None: it is not open any more, or changed meanwhile.
    pub async fn decide_ticket(
        &mut self,
        id: TicketId,
        revised: i64,
        decision: &Decision,
        edit: Option<&Edit>,
        now: Timestamp,
    ) -> Result<Option<TicketRow>> {
        let Some(mut found) = self.lock_ticket(id).await? else { return Ok(None) };
        if found.ticket.state != TicketState::Open || found.revised != revised || found.ticket.expires_at <= now {
            return Ok(None);
        }
        found.ticket.decisions.push(decision.clone());
        if let Some(edit) = edit {
            found.binding.clone_from(&edit.binding);
            found.request.clone_from(&edit.request);
            found.ticket.shown = edit.shown.clone();
        }
        found.ticket.updated_at = now;
        if !decision.approve {
            found.ticket.state = TicketState::Denied;
        } else if found.ticket.approvals() >= usize::from(found.ticket.rule.count) {
            found.ticket.state = TicketState::Approved;
        }
        let is_moved = self.move_ticket(&found).await?;
        found.revised += 1;
        found.ticket.revised = found.revised;
        Ok(is_moved.then_some(found))
    }

    /// Ends a ticket that waits or was agreed to, in `state`. One that was answered can only be used. False: it has
    /// ended already.
    pub async fn end_ticket(&mut self, id: TicketId, state: TicketState, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = $2, updated_at = $3, revised = revised + 1 \
                   WHERE id = $1 AND (state IN ('open', 'approved') OR (state = 'answered' AND $2 = 'used'))";
        Ok(self.execute(sql, &params![id, Value::word(state.as_str()), now]).await? > 0)
    }

    /// Uses an approved ticket up in favour of the next one. False: it is not approved any more.
    pub async fn supersede_ticket(&mut self, id: TicketId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = 'used', notified = 1, updated_at = $2, revised = revised + 1 \
                   WHERE id = $1 AND state = 'approved'";
        Ok(self.execute(sql, &params![id, now]).await? > 0)
    }

    /// Ends a parked execution as `state`; its intent is free again unless it is `unknown` or `failed`.
    pub async fn end_parked(
        &mut self,
        id: ExecutionId,
        state: State,
        error: &ToolError,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE execution SET state = $2, error = $3, error_class = $4, ended_at = $5, updated_at = $5, \
                   duration_us = $5 - received_at, \
                   intent_slot = CASE WHEN $2 = 'released' THEN NULL ELSE intent_slot END \
                   WHERE id = $1 AND state = 'parked'";
        let params =
            params![id, Value::word(state.as_str()), value::json(error)?, Value::word(error.class.as_str()), now];
        Ok(self.execute(sql, &params).await? > 0)
    }

    /// Ends an execution that is long past its time, as `state`.
    pub async fn end_overdue(
        &mut self,
        id: ExecutionId,
        state: State,
        error: &ToolError,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE execution SET state = $2, error = $3, error_class = $4, ended_at = $5, updated_at = $5, \
                   duration_us = $5 - received_at WHERE id = $1 AND state = 'started'";
        let params =
            params![id, Value::word(state.as_str()), value::json(error)?, Value::word(error.class.as_str()), now];
        Ok(self.execute(sql, &params).await? > 0)
    }

    /// Remembers the intent of an execution at least until `until`.
    pub async fn extend_intent(&mut self, id: ExecutionId, until: Timestamp) -> Result<()> {
        let sql = "UPDATE execution SET intent_expires_at = $2 WHERE id = $1 AND intent_slot IS NOT NULL \
                   AND intent_expires_at < $2";
        self.execute(sql, &params![id, until]).await.map(drop)
    }

    async fn resume(&mut self, resume: &Resume) -> Result<Option<i64>> {
        let ticket = "UPDATE ticket SET state = 'used', updated_at = $2, revised = revised + 1 \
                      WHERE id = $1 AND state = 'approved'";
        if self.execute(ticket, &params![resume.ticket, resume.now]).await? == 0 {
            return Ok(None);
        }
        let start = "UPDATE execution SET state = 'started', node_id = $2, epoch = epoch + 1, started_at = $3, \
                     updated_at = $3, input = $4, \
                     intent_hash = CASE WHEN args_hash = $5 THEN intent_hash ELSE COALESCE(intent_hash, args_hash) END, \
                     args_hash = $5 WHERE id = $1 AND state = 'parked' RETURNING epoch";
        let params =
            params![resume.execution, resume.node_id, resume.now, value::json(&resume.input)?, &resume.args_hash];
        match self.fetch_optional(start, &params).await? {
            Some(row) => {
                if let Some(next) = &resume.next {
                    self.execute("UPDATE ticket SET notified = 1 WHERE id = $1", &params![resume.ticket]).await?;
                    self.insert_ticket(next).await?;
                }
                if let Some(until) = resume.remember_until {
                    self.extend_intent(resume.execution, until).await?;
                }
                row.fields("execution").int("epoch").map(Some)
            }
            None => Err(crate::error::Error::Contended("the execution of a ticket is not parked".to_owned())),
        }
    }
}

impl Store {
    /// Claims an intent and parks its execution with a ticket, in one step. With `state` started instead of parked,
    /// bytes may leave when this returns [`Claim::Ours`].
    pub async fn claim_with_ticket(
        &self,
        new: NewExecution,
        ticket: TicketRow,
        news: Option<OutboxRow>,
    ) -> Result<Claim> {
        let data = (new, ticket, news);
        match self
            .write(data.clone(), |(new, ticket, news), tx| Box::pin(tx.claim_with_ticket(new, ticket, news.as_ref())))
            .await
        {
            // It is not known whether it was kept; asking again tells, and adds nothing twice.
            Err(error) if error.is_unavailable() => {
                self.write(data, |(new, ticket, news), tx| Box::pin(tx.claim_with_ticket(new, ticket, news.as_ref())))
                    .await
            }
            outcome => outcome,
        }
    }

    /// A ticket of any organization: for whoever holds its secret, and for the sweeper.
    pub async fn any_ticket(&self, id: TicketId) -> Result<Option<TicketRow>> {
        self.fetch_optional(format!("SELECT {COLUMNS} FROM ticket WHERE id = $1"), params![id], row).await
    }

    /// A ticket of an organization.
    pub async fn ticket(&self, org: OrgId, id: TicketId) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// The newest ticket of an execution.
    pub async fn ticket_of(&self, org: OrgId, execution: ExecutionId) -> Result<Option<TicketRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1 AND execution_id = $2 ORDER BY id DESC LIMIT 1");
        self.fetch_optional(sql, params![org, execution], row).await
    }

    /// The tickets of an organization, newest first.
    pub async fn tickets(&self, org: OrgId, filter: &TicketFilter, page: &PageRequest) -> Result<Page<Ticket>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1"), params![org]);
        query
            .and("state =", filter.state.map(|state| Value::word(state.as_str())))
            .and("kind =", filter.kind.map(|kind| Value::word(kind.as_str())))
            .and("tool_name =", filter.tool.as_deref())
            .and("execution_id =", filter.execution_id)
            .and("id <", after_id::<callwright_model::id::kind::Ticket>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|found| found.ticket)).await?;
        Ok(Page::from_rows(rows, page.limit, |ticket| vec![ticket.id.to_string()]))
    }

    /// Uses an approved ticket up and starts its execution, durably: bytes may leave when this gives the epoch under
    /// which it is ours. None: somebody else did, or it is no longer approved.
    pub async fn resume(&self, resume: Resume) -> Result<Option<i64>> {
        match self.write(resume.clone(), |resume, tx| Box::pin(tx.resume(resume))).await {
            // The execution was cancelled or taken in between; the ticket stays as it was.
            Err(crate::error::Error::Contended(_)) => Ok(None),
            // It is not known whether it was kept; the row tells.
            Err(error) if error.is_unavailable() => {
                let sql = "SELECT epoch FROM execution WHERE id = $1 AND node_id = $2 AND started_at = $3 \
                           AND state = 'started'";
                let params = params![resume.execution, resume.node_id, resume.now];
                let epoch = self.fetch_optional(sql, params, |row| row.fields("execution").int("epoch")).await?;
                if epoch.is_some() { Ok(epoch) } else { Err(error) }
            }
            other => other,
        }
    }

    /// Puts a ticket that could not be gone on with behind the others.
    pub async fn postpone_ticket(&self, id: TicketId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE ticket SET updated_at = $2 WHERE id = $1 AND state IN ('approved', 'answered')";
        self.execute(sql, params![id, now]).await.map(drop)
    }

    /// Keeps what came to a one-time address; the first one wins. False: there is something already, or it is too late.
    pub async fn answer_ticket(&self, id: TicketId, answer: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = 'answered', answer = $2, updated_at = $3, revised = revised + 1 \
                   WHERE id = $1 AND state = 'open' AND expires_at > $3";
        Ok(self.execute(sql, params![id, answer, now]).await? > 0)
    }

    /// The tickets that somebody has to see to: agreed to or answered and not gone on with since `before`.
    pub async fn stuck_tickets(&self, before: Timestamp, most: u32) -> Result<Vec<TicketRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE state IN ('approved', 'answered') \
             AND updated_at <= $1 ORDER BY updated_at LIMIT $2"
        );
        self.fetch_all(sql, params![before, i64::from(most)], row).await
    }

    /// The open tickets whose time has come.
    pub async fn due_tickets(&self, now: Timestamp, most: u32) -> Result<Vec<TicketRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2"
        );
        self.fetch_all(sql, params![now, i64::from(most)], row).await
    }

    /// The calls that the client of a conversation is to be offered, oldest first.
    pub async fn client_calls(&self, org: OrgId, conversation: &str, now: Timestamp) -> Result<Vec<TicketRow>> {
        let columns = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
        // One that is claimed may still be refused; one that is done wants no answer.
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN execution e ON e.id = t.execution_id \
             WHERE t.conversation_id = $2 AND t.kind = 'client' AND t.state = 'open' AND t.org_id = $1 \
             AND t.expires_at > $3 AND e.state IN ('parked', 'done') ORDER BY t.id LIMIT 200"
        );
        self.fetch_all(sql, params![org, conversation, now], row).await
    }

    /// Open calls of clients whose conversation is over, at most `most`.
    pub async fn deserted_calls(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN conversation c ON c.id = t.conversation_id AND c.org_id = t.org_id \
             JOIN execution e ON e.id = t.execution_id WHERE t.kind = 'client' AND t.state = 'open' \
             AND c.state = 'ended' AND e.state IN ('parked', 'done') ORDER BY t.id LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }

    /// Executions that a dead server left and that are carried out again by themselves, each with its ticket.
    pub async fn orphaned(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = COLUMNS.split(", ").map(|column| format!("ticket.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns} FROM execution e JOIN ticket ON ticket.execution_id = e.id \
             WHERE e.state = 'started' AND e.state <> 'done' AND ticket.rerun = 1 \
             AND ticket.state IN ('open', 'used') AND {} \
             AND NOT EXISTS (SELECT 1 FROM ticket later WHERE later.execution_id = e.id AND later.id > ticket.id) \
             AND (e.node_id IS NULL OR e.node_id NOT IN ({})) ORDER BY ticket.id LIMIT $1",
            crate::execution::RERUN,
            crate::execution::alive(self.dialect())
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }

    /// Tickets whose execution has ended and whose waiting callers were not told yet.
    pub async fn untold_tickets(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN execution e ON e.id = t.execution_id WHERE t.notified = 0 \
             AND (e.state IN ('done', 'failed', 'released') \
             OR (e.state = 'unknown' AND NOT (t.kind = 'callback' AND t.state = 'open'))) ORDER BY t.id LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }

    /// Marks a ticket's callers as told, with the news for them, once.
    pub async fn tell_ticket(&self, id: TicketId, news: Option<OutboxRow>, now: Timestamp) -> Result<bool> {
        self.write((id, news, now), |(id, news, now), tx| {
            Box::pin(async move {
                let sql = "UPDATE ticket SET notified = 1, \
                           state = CASE WHEN state = 'open' AND kind = 'late' THEN 'used' ELSE state END, \
                           updated_at = $2 WHERE id = $1 AND notified = 0";
                let is_first = tx.execute(sql, &params![*id, *now]).await? > 0;
                if is_first && let Some(news) = news {
                    tx.push_outbox(news).await?;
                }
                Ok(is_first)
            })
        })
        .await
    }

    /// Records the result that came to a one-time address and uses the ticket up, in one step. False: the execution
    /// had ended or was settled meanwhile, and its record stands.
    pub async fn finish_answered(&self, ticket: TicketId, id: ExecutionId, end: FinishExecution) -> Result<bool> {
        let (state, ended_at, duration_us) = (end.state, end.ended_at, end.duration_us);
        let tool = self
            .write((ticket, id, end), |(ticket, id, end), tx| {
                Box::pin(async move {
                    let sql = "UPDATE execution SET state = $1, output = $2, error = $3, error_class = $4, \
                               ended_at = $5, duration_us = $6, sealed_outcome = $7, updated_at = $5 \
                               WHERE id = $8 AND state IN ('started', 'parked', 'unknown') AND settled IS NULL \
                               RETURNING tool_id, source";
                    let params = params![
                        Value::word(end.state.as_str()),
                        value::opt_json(end.output.as_ref())?,
                        value::opt_json(end.error.as_ref())?,
                        end.error.as_ref().map(|error| Value::word(error.class.as_str())),
                        end.ended_at,
                        end.duration_us,
                        end.sealed_outcome.as_deref(),
                        *id,
                    ];
                    let row = tx.fetch_optional(sql, &params).await?;
                    tx.end_ticket(*ticket, TicketState::Used, end.ended_at).await?;
                    // It stands in the execution from here on.
                    tx.execute("UPDATE ticket SET answer = NULL WHERE id = $1", &params![*ticket]).await?;
                    row.map(|row| {
                        let mut fields = row.fields("execution");
                        Ok((fields.id("tool_id")?, fields.text("source")? == CASE_SOURCE))
                    })
                    .transpose()
                })
            })
            .await?;
        let Some((tool, is_rehearsal)) = tool else { return Ok(false) };
        if let Some(delta) = UsageDelta::new(tool, state, is_rehearsal, ended_at, duration_us) {
            self.push_behind(Behind::Usage(delta)).await?;
        }
        Ok(true)
    }

    /// Throws tickets away that ended before `before`.
    pub async fn purge_tickets(&self, before: Timestamp, most: u32) -> Result<u64> {
        let sql = "DELETE FROM ticket WHERE id IN (SELECT id FROM ticket WHERE notified = 1 AND updated_at < $1 \
                   AND state IN ('used', 'denied', 'expired', 'void') LIMIT $2)";
        self.execute(sql, params![before, i64::from(most)]).await
    }
}
