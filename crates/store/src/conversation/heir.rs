//! With whom a conversation goes on once its agent has handed it over.

use callwright_model::{
    id::{AgentId, OrgId, ThreadId},
    run::HandedTo,
};

use super::ConversationRow;
use crate::{
    db::{Store, Tx},
    error::Result,
    params, value,
};

/// The most agents that a conversation was handed over to while nobody listened.
const MOST_HEIRS: usize = 20;

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

impl Store {
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
}

impl Tx<'_> {
    /// The threads on which others went on that the last of these was handed over to, while nobody listened.
    pub(super) async fn add_heirs(&mut self, org: OrgId, threads: &mut Vec<ThreadId>) -> Result<()> {
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
