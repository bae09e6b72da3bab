//! Conversations. A client's socket holds one by a word of its own; whoever takes it up writes another, and what the
//! first one writes after that changes nothing.

use callwright_model::{
    Timestamp,
    chat::{ChatMessage, Usage},
    conversation::{Conversation, ConversationState, EndReason, TalkOutcome, ToolUse},
    credit::Credits,
    id::{AgentId, ConversationId, OrgId, RunId, ThreadId},
    page::{Page, PageRequest},
    run::{HandedTo, Thread},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id, contains},
    value::{self, Row, Value},
};

/// A conversation with what only the server may see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRow {
    /// What everybody may know of it.
    pub conversation: Conversation,
    /// Who talks and how it was begun, sealed.
    pub request: String,
    /// Which socket has it.
    pub hold: String,
    /// When a client was last there.
    pub seen_at: Timestamp,
    /// The place in the thread up to which the client was told.
    pub delivered_seq: i64,
    /// What the client wants the agent to know before its next turn.
    pub updates: Vec<String>,
    /// The name of the signed address that it used up.
    pub nonce: Option<String>,
    /// The place in the thread up to which what was said can be searched.
    pub searched_seq: i64,
    /// The threads before this one, oldest first.
    pub earlier: Vec<ThreadId>,
}

impl ConversationRow {
    /// All its threads, oldest first.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.earlier.iter().copied().chain([self.conversation.thread_id]).collect()
    }
}

/// With whom a conversation goes on, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heir {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub agent_name: String,
    /// The thread.
    pub thread_id: ThreadId,
}

/// Which conversations to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConversationFilter {
    /// With this agent.
    pub agent_id: Option<AgentId>,
    /// In this state.
    pub state: Option<ConversationState>,
    /// With this outcome.
    pub outcome: Option<TalkOutcome>,
    /// Begun at or after this.
    pub from: Option<Timestamp>,
    /// Begun before this.
    pub to: Option<Timestamp>,
    /// In which this was said.
    pub search: Option<String>,
}

/// What a conversation has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The messages that are new to the search, in lower case.
    pub said: String,
    /// The place in the thread up to which they go.
    pub searched_seq: i64,
    /// From which they are.
    pub from_seq: i64,
}

/// The most characters of a conversation that can be searched.
const MOST_SEARCHED: i64 = 100_000;

const COLUMNS: &str = "id, org_id, agent_id, agent_name, thread_id, earlier, user_id, is_public, request, source, \
    client_user_id, variables, state, hold, seen_at, delivered_seq, updates, nonce, end_reason, outcome, \
    prompt_tokens, completion_tokens, total_tokens, credits, message_count, tools, searched_seq, started_at, ended_at";

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn row(row: &Row) -> Result<ConversationRow> {
    let mut fields = row.fields("conversation");
    let id = fields.id("id")?;
    let organization_id = fields.id("org_id")?;
    let agent_id = fields.id("agent_id")?;
    let agent_name = fields.string("agent_name")?;
    let thread_id = fields.id("thread_id")?;
    let earlier = fields.json("earlier")?;
    let user_id = fields.id("user_id")?;
    let is_public = fields.flag("is_public")?;
    let request = fields.string("request")?;
    let source = fields.opt_string("source")?;
    let client_user_id = fields.opt_string("client_user_id")?;
    let dynamic_variables = fields.json("variables")?;
    let state = fields.word("state", ConversationState::parse)?;
    let hold = fields.string("hold")?;
    let seen_at = fields.time("seen_at")?;
    let delivered_seq = fields.int("delivered_seq")?;
    let updates = fields.json("updates")?;
    let nonce = fields.opt_string("nonce")?;
    let end_reason = fields.opt_word("end_reason", EndReason::parse)?;
    let outcome = fields.opt_word("outcome", TalkOutcome::parse)?;
    let usage = Usage {
        prompt_tokens: count(fields.int("prompt_tokens")?),
        completion_tokens: count(fields.int("completion_tokens")?),
        total_tokens: count(fields.int("total_tokens")?),
        cached_tokens: 0,
    };
    let credits = Credits::from_thousandths(fields.int("credits")?);
    let message_count = fields.int("message_count")?;
    let tools = fields.json("tools")?;
    let searched_seq = fields.int("searched_seq")?;
    let started_at = fields.time("started_at")?;
    let ended_at = fields.opt_time("ended_at")?;
    let conversation = Conversation {
        id,
        organization_id,
        agent_id,
        agent_name,
        thread_id,
        user_id,
        is_public,
        source,
        client_user_id,
        dynamic_variables,
        state,
        end_reason,
        outcome,
        usage,
        credits,
        message_count,
        tools,
        started_at,
        ended_at,
        duration_s: ended_at.unwrap_or(seen_at).since(started_at).as_secs(),
    };
    Ok(ConversationRow { conversation, request, hold, seen_at, delivered_seq, updates, nonce, searched_seq, earlier })
}

impl Tx<'_> {
    async fn insert_conversation(&mut self, new: &ConversationRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO conversation ({COLUMNS}, search) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
             $13, $14, $15, $16, $17, $18, NULL, NULL, 0, 0, 0, 0, 0, $19, 0, $20, NULL, '')"
        );
        let it = &new.conversation;
        let params = params![
            it.id,
            it.organization_id,
            it.agent_id,
            &it.agent_name,
            it.thread_id,
            value::json(&new.earlier)?,
            it.user_id,
            it.is_public,
            &new.request,
            it.source.as_deref(),
            it.client_user_id.as_deref(),
            value::json(&it.dynamic_variables)?,
            Value::word(it.state.as_str()),
            &new.hold,
            new.seen_at,
            new.delivered_seq,
            value::json(&new.updates)?,
            new.nonce.as_deref(),
            value::json(&it.tools)?,
            it.started_at,
        ];
        let used_up = |error: Error| {
            error.unique_means("address_used", || {
                "this signed address was used for a conversation before; get another one".to_owned()
            })
        };
        self.execute(&sql, &params).await.map(drop).map_err(used_up)
    }
}

/// Live conversations of an organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Live {
    /// All of them.
    pub all: u64,
    /// With strangers.
    pub public: u64,
    /// With strangers, of one agent.
    pub of_agent: u64,
}

/// How many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In the organization.
    pub all: u64,
    /// For a stranger's, these count as well.
    pub public: Option<Live>,
}

impl Room {
    /// Whether there is room for one more.
    pub fn holds(&self, live: &Live) -> bool {
        live.all < self.all && self.public.is_none_or(|most| live.public < most.public && live.of_agent < most.of_agent)
    }
}

const LIVE: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN is_public = 1 THEN 1 ELSE 0 END), 0) AS BIGINT), \
                    CAST(COALESCE(SUM(CASE WHEN agent_id = $2 AND is_public = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) \
                    FROM conversation WHERE org_id = $1 AND state = 'live'";

fn live(row: &Row) -> Result<Live> {
    let mut fields = row.fields("conversation");
    Ok(Live {
        all: count(fields.int("all")?),
        public: count(fields.int("public")?),
        of_agent: count(fields.int("of_agent")?),
    })
}

impl Store {
    /// Begins a conversation with its thread and what is said first.
    ///
    /// # Errors
    /// Conflict `address_used`: its signed address was used before; `too_many_conversations`.
    pub async fn begin_conversation(
        &self,
        new: ConversationRow,
        thread: Thread,
        first: Vec<ChatMessage>,
        room: Room,
    ) -> Result<()> {
        self.write((new, thread, first, room), |(new, thread, first, room), tx| {
            Box::pin(async move {
                // Many may have been let in at the same time; here they come one by one.
                let org = new.conversation.organization_id;
                let lock = format!("SELECT id FROM organization WHERE id = $1{}", tx.dialect().for_update());
                tx.fetch_optional(&lock, &params![org]).await?;
                let found = tx.fetch_optional(LIVE, &params![org, new.conversation.agent_id]).await?;
                let found = found.as_ref().map(live).transpose()?.unwrap_or_default();
                if !room.holds(&found) {
                    let message = "there are as many conversations as there may be; try again later";
                    return Err(Error::conflict("too_many_conversations", message));
                }
                tx.insert_conversation(new).await?;
                tx.create_thread(thread).await?;
                if !first.is_empty() {
                    tx.append_messages(thread.id, None, first, thread.created_at).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// A conversation of `org`.
    pub async fn conversation(&self, org: OrgId, id: ConversationId) -> Result<Option<ConversationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM conversation WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// Conversations, newest first.
    pub async fn conversations(
        &self,
        org: OrgId,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Result<Page<Conversation>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM conversation WHERE org_id = $1"), params![org]);
        query.and("agent_id =", filter.agent_id);
        query.and("state =", filter.state.map(|state| Value::word(state.as_str())));
        query.and("outcome =", filter.outcome.map(|outcome| Value::word(outcome.as_str())));
        query.and("started_at >=", filter.from).and("started_at <", filter.to);
        if let Some(search) = &filter.search {
            query.push(" AND search LIKE ").bind(contains(search)).push(" ESCAPE '!'");
        }
        query.and("id <", after_id::<callwright_model::id::kind::Conversation>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|row| row.conversation)).await?;
        Ok(Page::from_rows(rows, page.limit, |conversation| vec![conversation.id.to_string()]))
    }

    /// How many conversations are live in an organization.
    pub async fn live_conversations(&self, org: OrgId, agent: AgentId) -> Result<Live> {
        Ok(self.fetch_optional(LIVE, params![org, agent], live).await?.unwrap_or_default())
    }

    /// A socket takes a live conversation up; whoever had it before has it no longer. False: it is over.
    pub async fn hold_conversation(&self, org: OrgId, id: ConversationId, hold: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE conversation SET hold = $3, seen_at = $4 WHERE org_id = $1 AND id = $2 AND state = 'live'";
        Ok(self.execute(sql, params![org, id, hold, now]).await? > 0)
    }

    /// The client is still there. False: it is over, or another socket has it.
    pub async fn see_conversation(&self, id: ConversationId, hold: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE conversation SET seen_at = $3 WHERE id = $1 AND hold = $2 AND state = 'live'";
        Ok(self.execute(sql, params![id, hold, now]).await? > 0)
    }

    /// The client was told everything up to this place in the thread.
    pub async fn deliver_conversation(
        &self,
        id: ConversationId,
        hold: &str,
        thread: ThreadId,
        seq: i64,
    ) -> Result<bool> {
        let sql = "UPDATE conversation SET delivered_seq = $3 WHERE id = $1 AND hold = $2 AND delivered_seq < $3 \
                   AND thread_id = $4";
        Ok(self.execute(sql, params![id, hold, seq, thread]).await? > 0)
    }

    /// What the client wants the agent to know before its next turn.
    pub async fn set_updates(&self, id: ConversationId, hold: &str, updates: &[String]) -> Result<bool> {
        let sql = "UPDATE conversation SET updates = $3 WHERE id = $1 AND hold = $2";
        Ok(self.execute(sql, params![id, hold, value::json(updates)?]).await? > 0)
    }

    /// With whom a thread goes on: the agent of its last run, or whoever that one handed the conversation over to.
    pub async fn heir_of(&self, org: OrgId, thread: ThreadId) -> Result<Option<Heir>> {
        let sql = "SELECT agent_id, agent_name, thread_id, handed_to FROM run WHERE org_id = $1 AND thread_id = $2 \
                   ORDER BY id DESC LIMIT 1";
        self.fetch_optional(sql, params![org, thread], |row| {
            let mut fields = row.fields("run");
            let own = Heir {
                agent_id: fields.id("agent_id")?,
                agent_name: fields.string("agent_name")?,
                thread_id: fields.id("thread_id")?,
            };
            let handed: Option<HandedTo> = fields.opt_json("handed_to")?;
            Ok(handed.map_or(own, |to| Heir {
                agent_id: to.agent_id,
                agent_name: to.agent_name,
                thread_id: to.thread_id,
            }))
        })
        .await
    }

    /// A conversation goes on with another agent, and maybe on another thread, of which the client was told nothing yet.
    pub async fn hand_conversation_over(&self, org: OrgId, row: &ConversationRow, to: &Heir) -> Result<bool> {
        let before = row.conversation.thread_id;
        let is_new = before != to.thread_id;
        let earlier = if is_new { row.threads() } else { row.earlier.clone() };
        let sql = "UPDATE conversation SET agent_id = $3, agent_name = $4, thread_id = $5, earlier = $6, \
                   delivered_seq = CASE WHEN $7 = 1 THEN 0 ELSE delivered_seq END, \
                   searched_seq = CASE WHEN $7 = 1 THEN 0 ELSE searched_seq END \
                   WHERE org_id = $1 AND id = $2 AND thread_id = $8";
        let params = params![
            org,
            row.conversation.id,
            to.agent_id,
            &to.agent_name,
            to.thread_id,
            value::json(&earlier)?,
            is_new,
            before,
        ];
        Ok(self.execute(sql, params).await? > 0)
    }

    /// Ends a live conversation. With `hold`, only if that socket has it. False: it was over, or is another's.
    pub async fn end_conversation(
        &self,
        id: ConversationId,
        hold: Option<&str>,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE conversation SET state = 'ended', end_reason = $3, ended_at = $4 \
                   WHERE id = $1 AND state = 'live' AND hold = COALESCE($2, hold)";
        Ok(self.execute(sql, params![id, hold, Value::word(reason.as_str()), now]).await? > 0)
    }

    /// Live conversations whose client was last seen before `before`.
    pub async fn forsaken_conversations(&self, before: Timestamp, most: u32) -> Result<Vec<ConversationRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conversation WHERE state = 'live' AND seen_at < $1 ORDER BY seen_at LIMIT $2"
        );
        self.fetch_all(sql, params![before, i64::from(most)], row).await
    }

    /// The run that is at work on a thread.
    pub async fn open_run(&self, org: OrgId, thread: ThreadId) -> Result<Option<RunId>> {
        let sql = "SELECT id FROM run WHERE org_id = $1 AND thread_id = $2 \
                   AND state IN ('queued', 'running', 'waiting') LIMIT 1";
        self.fetch_optional(sql, params![org, thread], |row| row.fields("run").id("id")).await
    }

    /// Brings what a conversation has come to up to date: tokens, tools and credits from the tables, and the words that
    /// are new. Nothing is counted twice, however often this is asked.
    pub async fn tally_conversation(&self, row: ConversationRow, tally: Tally) -> Result<()> {
        self.write((row, tally), |(row, tally), tx| Box::pin(tx.tally_conversation(row, tally))).await
    }

    /// Deletes a conversation that is over, with its thread and its documents.
    ///
    /// # Errors
    /// Conflict `conversation_live`, and `thread_busy` while a run is at work on it.
    pub async fn delete_conversation(&self, org: OrgId, id: ConversationId) -> Result<bool> {
        self.write((org, id), |(org, id), tx| {
            Box::pin(async move {
                let sql = "SELECT thread_id, state FROM conversation WHERE org_id = $1 AND id = $2";
                let Some(row) = tx.fetch_optional(sql, &params![*org, *id]).await? else { return Ok(false) };
                let mut fields = row.fields("conversation");
                let thread: ThreadId = fields.id("thread_id")?;
                if fields.text("state")? == ConversationState::Live.as_str() {
                    let message = "this conversation is still going on; it can be deleted once it has ended";
                    return Err(Error::conflict("conversation_live", message));
                }
                if !tx.forget_conversation(*org, *id, thread).await? {
                    return Err(Error::conflict(
                        "thread_busy",
                        "a run is at work on this conversation; cancel it first",
                    ));
                }
                Ok(true)
            })
        })
        .await
    }

    /// Forgets conversations that ended before `before`, at most `most` of them. One on which a run is at work waits.
    pub async fn purge_conversations(&self, before: Timestamp, most: u32) -> Result<u64> {
        self.write((before, most), |(before, most), tx| {
            Box::pin(async move {
                let sql = "SELECT c.org_id, c.id, c.thread_id FROM conversation c WHERE c.ended_at IS NOT NULL \
                           AND c.ended_at < $1 AND NOT EXISTS (SELECT 1 FROM run r WHERE r.thread_id = c.thread_id \
                           AND r.state IN ('queued', 'running', 'waiting')) ORDER BY c.ended_at LIMIT $2";
                let rows = tx.fetch_all(sql, &params![*before, i64::from(*most)]).await?;
                let mut found = 0;
                for row in rows {
                    let mut fields = row.fields("conversation");
                    let (org, id, thread) = (fields.id("org_id")?, fields.id("id")?, fields.id("thread_id")?);
                    found += u64::from(tx.forget_conversation(org, id, thread).await?);
                }
                Ok(found)
            })
        })
        .await
    }
}

/// The most agents that a conversation was handed over to while nobody listened.
const MOST_HEIRS: usize = 20;

impl Tx<'_> {
    async fn tally_conversation(&mut self, row: &ConversationRow, tally: &Tally) -> Result<()> {
        let (org, id, thread) = (row.conversation.organization_id, row.conversation.id, row.conversation.thread_id);
        let threads = || row.threads().into_iter().map(Value::from);
        let mut query = Query::new(
            "SELECT CAST(COALESCE(SUM(prompt_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(completion_tokens), 0) AS BIGINT), \
             CAST(COALESCE(SUM(total_tokens), 0) AS BIGINT) FROM run WHERE org_id = $1 AND thread_id IN ",
            params![org],
        );
        query.bind_all(threads());
        let tokens = self.fetch_optional(&query.sql, &query.params).await?;
        let (prompt, completion, total) = match &tokens {
            None => (0, 0, 0),
            Some(row) => {
                let mut fields = row.fields("run");
                (fields.int("prompt")?, fields.int("completion")?, fields.int("total")?)
            }
        };
        let mut query = Query::new(
            "SELECT s.name, COUNT(*), CAST(SUM(CASE WHEN s.state = 'failed' THEN 1 ELSE 0 END) AS BIGINT) FROM step s \
             JOIN run r ON r.id = s.run_id WHERE r.org_id = $1 AND s.kind = 'tool' AND r.thread_id IN ",
            params![org],
        );
        query.bind_all(threads()).push(" GROUP BY s.name ORDER BY s.name LIMIT 200");
        let mut tools = Vec::new();
        for row in self.fetch_all(&query.sql, &query.params).await? {
            let mut fields = row.fields("step");
            let name = fields.string("name")?;
            tools.push(ToolUse { name, count: count(fields.int("count")?), failed: count(fields.int("failed")?) });
        }
        let mut query = Query::new(
            "SELECT CAST(COALESCE(SUM(-c.amount), 0) AS BIGINT) FROM credit_entry c JOIN run r ON r.id = c.subject \
             WHERE c.org_id = $1 AND r.org_id = $1 AND r.thread_id IN ",
            params![org],
        );
        query.bind_all(threads());
        let credits = match self.fetch_optional(&query.sql, &query.params).await? {
            Some(row) => row.fields("credit_entry").int("amount")?,
            None => 0,
        };
        let mut query = Query::new(
            "SELECT CAST(COALESCE(SUM(message_count), 0) AS BIGINT) FROM thread WHERE org_id = $1 AND id IN ",
            params![org],
        );
        query.bind_all(threads());
        let messages = match self.fetch_optional(&query.sql, &query.params).await? {
            Some(row) => row.fields("thread").int("message_count")?,
            None => 0,
        };
        let sql = "UPDATE conversation SET prompt_tokens = $2, completion_tokens = $3, total_tokens = $4, tools = $5, \
                   credits = $6, outcome = (SELECT CASE WHEN r.state = 'completed' THEN 'success' \
                   WHEN r.state = 'failed' THEN 'failure' ELSE 'unknown' END FROM run r \
                   WHERE r.org_id = $7 AND r.thread_id = $8 ORDER BY r.id DESC LIMIT 1), message_count = $9 \
                   WHERE id = $1";
        let params = params![id, prompt, completion, total, value::json(&tools)?, credits, org, thread, messages];
        self.execute(sql, &params).await?;
        let sql = "UPDATE conversation SET search = SUBSTR(search || $3, 1, $5), searched_seq = $4 \
                   WHERE id = $1 AND searched_seq = $2 AND thread_id = $6";
        let params = params![id, tally.from_seq, &tally.said, tally.searched_seq, MOST_SEARCHED, thread];
        self.execute(sql, &params).await.map(drop)
    }

    /// Forgets a conversation with all that was said in it, by whoever it was handed over to as well. Its runs stay,
    /// without words. False: a run is at work on one of its threads.
    async fn forget_conversation(&mut self, org: OrgId, id: ConversationId, thread: ThreadId) -> Result<bool> {
        let sql = "SELECT earlier FROM conversation WHERE org_id = $1 AND id = $2";
        let mut threads: Vec<ThreadId> = match self.fetch_optional(sql, &params![org, id]).await? {
            Some(row) => row.fields("conversation").json("earlier")?,
            None => Vec::new(),
        };
        threads.push(thread);
        self.add_heirs(org, &mut threads).await?;
        let mut busy = Query::new(
            "SELECT 1 FROM run WHERE org_id = $1 AND state IN ('queued', 'running', 'waiting') AND thread_id IN ",
            params![org],
        );
        busy.bind_all(threads.iter().copied().map(Value::from));
        if self.fetch_optional(&busy.sql, &busy.params).await?.is_some() {
            return Ok(false);
        }
        let here = params![org, id];
        self.execute("DELETE FROM document WHERE org_id = $1 AND conversation_id = $2", &here).await?;
        self.execute("DELETE FROM conversation WHERE org_id = $1 AND id = $2", &here).await?;
        for thread in threads {
            self.silence_runs(thread).await?;
            self.execute("DELETE FROM message WHERE thread_id = $1", &params![thread]).await?;
            self.execute("DELETE FROM thread WHERE org_id = $1 AND id = $2", &params![org, thread]).await?;
        }
        Ok(true)
    }

    /// The threads on which others went on that the last of these was handed over to, while nobody listened.
    async fn add_heirs(&mut self, org: OrgId, threads: &mut Vec<ThreadId>) -> Result<()> {
        let sql = "SELECT handed_to FROM run WHERE org_id = $1 AND thread_id = $2 ORDER BY id DESC LIMIT 1";
        for _ in 0..MOST_HEIRS {
            let Some(last) = threads.last().copied() else { break };
            let Some(row) = self.fetch_optional(sql, &params![org, last]).await? else { break };
            let to: Option<HandedTo> = row.fields("run").opt_json("handed_to")?;
            match to {
                Some(to) if !threads.contains(&to.thread_id) => threads.push(to.thread_id),
                _ => break,
            }
        }
        Ok(())
    }
}
