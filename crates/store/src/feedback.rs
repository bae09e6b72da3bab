//! What people thought of runs, and instructions that were proposed from it.

use callwright_model::{
    Timestamp,
    feedback::{AgentDraft, AgentDraftState, Feedback, FeedbackSummary, FeedbackWeek, Scale},
    id::{AgentDraftId, AgentId, OrgId, RunId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

const FEEDBACK: &str = "SELECT id, org_id, run_id, agent_id, user_id, rating, scale, comment, correction, created_at, \
                        updated_at FROM feedback WHERE org_id = $1";
const DRAFT: &str = "SELECT id, org_id, agent_id, user_id, base, instructions, reasoning, feedback, model, state, \
                     decided_by, decided_at, created_at FROM agent_draft WHERE org_id = $1";
const WEEK: i64 = 7 * 24 * 3_600 * 1_000_000;
/// The epoch was a Thursday; weeks begin on Mondays.
const SINCE_MONDAY: i64 = 3 * 24 * 3_600 * 1_000_000;
const MOST_WEEKS: i64 = 26;

fn feedback(row: &Row) -> Result<Feedback> {
    let mut fields = row.fields("feedback");
    Ok(Feedback {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        run_id: fields.id("run_id")?,
        agent_id: fields.id("agent_id")?,
        user_id: fields.id("user_id")?,
        rating: fields.int("rating")?,
        scale: fields.word("scale", Scale::parse)?,
        comment: fields.opt_string("comment")?,
        correction: fields.opt_string("correction")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn draft(row: &Row) -> Result<AgentDraft> {
    let mut fields = row.fields("agent_draft");
    Ok(AgentDraft {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        agent_id: fields.id("agent_id")?,
        user_id: fields.id("user_id")?,
        base: fields.string("base")?,
        instructions: fields.string("instructions")?,
        reasoning: fields.string("reasoning")?,
        feedback: fields.json("feedback")?,
        model: fields.string("model")?,
        state: fields.word("state", AgentDraftState::parse)?,
        decided_by: fields.opt_id("decided_by")?,
        decided_at: fields.opt_time("decided_at")?,
        created_at: fields.time("created_at")?,
    })
}

/// Scores are kept in thousandths.
fn average(sum: i64, count: i64) -> f64 {
    sum as f64 / count.max(1) as f64 / 1_000.0
}

impl Tx<'_> {
    /// Keeps a draft.
    pub async fn create_agent_draft(&mut self, new: &AgentDraft) -> Result<()> {
        let sql = "INSERT INTO agent_draft (id, org_id, agent_id, user_id, base, instructions, reasoning, feedback, \
                   model, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let params = params![
            new.id,
            new.organization_id,
            new.agent_id,
            new.user_id,
            &new.base,
            &new.instructions,
            &new.reasoning,
            value::json(&new.feedback)?,
            &new.model,
            Value::word(new.state.as_str()),
            new.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Closes an open draft.
    ///
    /// # Errors
    /// Conflict `draft_decided`.
    pub async fn decide_agent_draft(
        &mut self,
        org: OrgId,
        id: AgentDraftId,
        state: AgentDraftState,
        by: UserId,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "UPDATE agent_draft SET state = $3, decided_by = $4, decided_at = $5 \
                   WHERE org_id = $1 AND id = $2 AND state = 'open'";
        match self.execute(sql, &params![org, id, Value::word(state.as_str()), by, now]).await? {
            0 => Err(Error::conflict("draft_decided", "somebody has decided about this draft already")),
            _ => Ok(()),
        }
    }

    /// Changes an agent's instructions, if they are still `from`.
    ///
    /// # Errors
    /// Conflict `draft_stale`.
    pub async fn replace_instructions(
        &mut self,
        org: OrgId,
        agent: AgentId,
        from: &str,
        to: &str,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "UPDATE agent SET instructions = $4, updated_at = $5 \
                   WHERE org_id = $1 AND id = $2 AND instructions = $3";
        if self.execute(sql, &params![org, agent, from, to, now]).await? == 0 {
            let message = "the agent's instructions were changed since this was proposed; have it proposed again";
            return Err(Error::conflict("draft_stale", message));
        }
        self.bump(org).await
    }
}

impl Store {
    /// Keeps what a user thought of a run, in place of what they said before. What comes back has the first one's id
    /// and time.
    pub async fn put_feedback(&self, new: Feedback) -> Result<Feedback> {
        let sql = "INSERT INTO feedback (id, org_id, run_id, agent_id, user_id, rating, scale, score, comment, \
                   correction, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) \
                   ON CONFLICT (run_id, user_id) DO UPDATE SET rating = excluded.rating, scale = excluded.scale, \
                   score = excluded.score, comment = excluded.comment, correction = excluded.correction, \
                   updated_at = excluded.updated_at RETURNING id, org_id, run_id, agent_id, user_id, rating, scale, \
                   comment, correction, created_at, updated_at";
        let params = params![
            new.id,
            new.organization_id,
            new.run_id,
            new.agent_id,
            new.user_id,
            new.rating,
            Value::word(new.scale.as_str()),
            new.scale.score(new.rating),
            new.comment.as_deref(),
            new.correction.as_deref(),
            new.created_at,
        ];
        let rows = self.execute_returning(sql, params).await?;
        rows.first().map(feedback).transpose()?.ok_or_else(|| Error::Internal("feedback was not written".to_owned()))
    }

    /// Forgets what a user thought of a run. False: they said nothing.
    pub async fn delete_feedback(&self, org: OrgId, run: RunId, user: UserId) -> Result<bool> {
        let sql = "DELETE FROM feedback WHERE org_id = $1 AND run_id = $2 AND user_id = $3";
        Ok(self.execute(sql, params![org, run, user]).await? > 0)
    }

    /// Feedback on an agent, newest first.
    pub async fn feedback_on(&self, org: OrgId, agent: AgentId, page: &PageRequest) -> Result<Page<Feedback>> {
        let mut query = Query::new(format!("{FEEDBACK} AND agent_id = $2"), params![org, agent]);
        query.and("id <", after_id::<callwright_model::id::kind::Feedback>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, feedback).await?;
        Ok(Page::from_rows(rows, page.limit, |one| vec![one.id.to_string()]))
    }

    /// The latest that one user said in words about an agent, newest first.
    pub async fn words_of(&self, org: OrgId, user: UserId, agent: AgentId, most: u32) -> Result<Vec<Feedback>> {
        let sql = format!(
            "{FEEDBACK} AND user_id = $2 AND agent_id = $3 AND (comment IS NOT NULL OR correction IS NOT NULL) \
             ORDER BY id DESC LIMIT $4"
        );
        self.fetch_all(sql, params![org, user, agent, i64::from(most)], feedback).await
    }

    /// What all feedback on an agent comes to.
    pub async fn feedback_summary(&self, org: OrgId, agent: AgentId) -> Result<FeedbackSummary> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(score), 0) AS BIGINT), \
                   CAST(COALESCE(SUM(CASE WHEN score > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), \
                   CAST(COALESCE(SUM(CASE WHEN score < 0 THEN 1 ELSE 0 END), 0) AS BIGINT) \
                   FROM feedback WHERE org_id = $1 AND agent_id = $2";
        let whole = self
            .fetch_optional(sql, params![org, agent], |row| {
                let mut fields = row.fields("feedback");
                let (count, sum) = (fields.int("count")?, fields.int("sum")?);
                Ok(FeedbackSummary {
                    count,
                    average: (count > 0).then(|| average(sum, count)),
                    liked: fields.int("liked")?,
                    disliked: fields.int("disliked")?,
                    weeks: Vec::new(),
                })
            })
            .await?;
        let sql = format!(
            "SELECT (created_at + {SINCE_MONDAY}) / {WEEK}, COUNT(*), CAST(SUM(score) AS BIGINT) FROM feedback \
             WHERE org_id = $1 AND agent_id = $2 GROUP BY 1 ORDER BY 1 DESC LIMIT {MOST_WEEKS}"
        );
        let mut weeks = self
            .fetch_all(sql, params![org, agent], |row| {
                let mut fields = row.fields("feedback");
                let week = fields.int("week")? * WEEK - SINCE_MONDAY;
                let count = fields.int("count")?;
                let average = average(fields.int("sum")?, count);
                Ok(FeedbackWeek { week: Timestamp::from_micros(week), count, average })
            })
            .await?;
        weeks.reverse();
        let whole = whole.ok_or_else(|| Error::Internal("a count has no row".to_owned()))?;
        Ok(FeedbackSummary { weeks, ..whole })
    }

    /// One draft of an agent.
    pub async fn agent_draft(&self, org: OrgId, agent: AgentId, id: AgentDraftId) -> Result<Option<AgentDraft>> {
        self.fetch_optional(format!("{DRAFT} AND agent_id = $2 AND id = $3"), params![org, agent, id], draft).await
    }

    /// Drafts of an agent, newest first.
    pub async fn agent_drafts(&self, org: OrgId, agent: AgentId, page: &PageRequest) -> Result<Page<AgentDraft>> {
        let mut query = Query::new(format!("{DRAFT} AND agent_id = $2"), params![org, agent]);
        query.and("id <", after_id::<callwright_model::id::kind::AgentDraft>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, draft).await?;
        Ok(Page::from_rows(rows, page.limit, |one| vec![one.id.to_string()]))
    }
}
