//! The beginning of a conversation, where there is room for one more.

use callwright_model::{
    chat::ChatMessage,
    id::{AgentId, OrgId},
    run::Thread,
};

use super::{COLUMNS, ConversationRow, count};
use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    value::{self, Row, Value},
};

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
                tx.begin_thread(thread, None, first).await
            })
        })
        .await
    }

    /// How many conversations are live in an organization.
    pub async fn live_conversations(&self, org: OrgId, agent: AgentId) -> Result<Live> {
        Ok(self.fetch_optional(LIVE, params![org, agent], live).await?.unwrap_or_default())
    }
}
