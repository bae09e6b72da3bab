//! Alert rules, whose turn it is to be looked at, and what they raised.

mod incident;
mod measure;

use callwright_model::{
    Timestamp,
    alert::{AlertRule, Progress},
    id::{AgentId, AlertRuleId, OrgId, ToolId},
    page::{Page, PageRequest},
};

pub use self::{
    incident::IncidentFilter,
    measure::{Counted, Watched},
};
use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_text},
    value::{self, Fields, Row},
};

/// A rule with what only the server needs.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleRow {
    /// The rule.
    pub rule: AlertRule,
    /// The tool that its scope names.
    pub tool_id: Option<ToolId>,
    /// The agent that its scope names.
    pub agent_id: Option<AgentId>,
}

/// A rule that this server has taken, to look at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The rule.
    pub row: RuleRow,
    /// The number of the turn; what was found is written only while it is the rule's last.
    pub number: i64,
    /// The database's time.
    pub now: Timestamp,
}

const RULE: &str = "id, org_id, spec, progress, tool_id, agent_id, created_by, created_at, updated_at";

fn rule(row: &Row) -> Result<RuleRow> {
    rule_fields(&mut row.fields("alert_rule"))
}

fn rule_fields(fields: &mut Fields<'_>) -> Result<RuleRow> {
    let (id, organization_id) = (fields.id("id")?, fields.id("org_id")?);
    let (spec, progress) = (fields.json("spec")?, fields.json("progress")?);
    let (tool_id, agent_id) = (fields.opt_id("tool_id")?, fields.opt_id("agent_id")?);
    let rule = AlertRule {
        id,
        organization_id,
        spec,
        progress,
        created_by: fields.id("created_by")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    };
    Ok(RuleRow { rule, tool_id, agent_id })
}

fn name_taken(row: &RuleRow) -> impl FnOnce(Error) -> Error {
    let name = row.rule.spec.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is an alert rule named `{name}` already"))
}

impl Tx<'_> {
    /// Adds a rule, unless the organization has `most` of them already: then false. It is looked at at once.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_alert_rule(&mut self, row: &RuleRow, most: i64) -> Result<bool> {
        let rule = &row.rule;
        let count = "SELECT COUNT(*) FROM alert_rule WHERE org_id = $1";
        let count = self.fetch_optional(count, &params![rule.organization_id]).await?;
        if count.map_or(Ok(0), |row| row.fields("alert_rule").int("count"))? >= most {
            return Ok(false);
        }
        let sql = "INSERT INTO alert_rule (id, org_id, name, enabled, spec, tool_id, agent_id, progress, due_at, turn, \
                   created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10, $11)";
        let params = params![
            rule.id,
            rule.organization_id,
            &rule.spec.name,
            rule.spec.enabled,
            value::json(&rule.spec)?,
            row.tool_id,
            row.agent_id,
            value::json(&rule.progress)?,
            rule.created_by,
            rule.created_at,
            rule.updated_at,
        ];
        self.execute(sql, &params).await.map_err(name_taken(row))?;
        Ok(true)
    }

    /// Replaces what the author wrote of a rule and leaves where it stands; it is looked at again at once. False: it is
    /// not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_alert_rule(&mut self, row: &RuleRow) -> Result<bool> {
        let sql = "UPDATE alert_rule SET name = $3, enabled = $4, spec = $5, tool_id = $6, agent_id = $7, \
                   updated_at = $8, due_at = 0 WHERE org_id = $1 AND id = $2";
        let rule = &row.rule;
        let params = params![
            rule.organization_id,
            rule.id,
            &rule.spec.name,
            rule.spec.enabled,
            value::json(&rule.spec)?,
            row.tool_id,
            row.agent_id,
            rule.updated_at,
        ];
        Ok(self.execute(sql, &params).await.map_err(name_taken(row))? > 0)
    }

    /// Begins a rule anew, because something else is watched now, and ends what it had raised: `why` is written there.
    /// Whoever is just looking at it loses the turn.
    pub async fn reset_alert_rule(&mut self, org: OrgId, id: AlertRuleId, why: &str, now: Timestamp) -> Result<()> {
        let sql = "UPDATE alert_rule SET progress = $3, due_at = 0, turn = turn + 1 WHERE org_id = $1 AND id = $2";
        self.execute(sql, &params![org, id, value::json(&Progress::default())?]).await?;
        self.end_incidents(org, id, why, now).await
    }

    /// Deletes a rule. False: it is not there.
    pub async fn delete_alert_rule(&mut self, org: OrgId, id: AlertRuleId) -> Result<bool> {
        Ok(self.execute("DELETE FROM alert_rule WHERE org_id = $1 AND id = $2", &params![org, id]).await? > 0)
    }

    /// Writes down where a rule stands after a look, and when the next is due. False: the turn is no longer ours, and
    /// nothing was written.
    pub async fn finish_alert_turn(
        &mut self,
        id: AlertRuleId,
        turn: i64,
        progress: &Progress,
        next_in_us: i64,
    ) -> Result<bool> {
        let now = self.dialect().now();
        let sql = format!("UPDATE alert_rule SET progress = $3, due_at = {now} + $4 WHERE id = $1 AND turn = $2");
        Ok(self.execute(&sql, &params![id, turn, value::json(progress)?, next_in_us]).await? > 0)
    }
}

impl Store {
    /// The rule of that id.
    pub async fn alert_rule(&self, org: OrgId, id: AlertRuleId) -> Result<Option<RuleRow>> {
        let sql = format!("SELECT {RULE} FROM alert_rule WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], rule).await
    }

    /// Rules by name.
    pub async fn alert_rules(&self, org: OrgId, page: &PageRequest) -> Result<Page<RuleRow>> {
        let mut query = Query::new(format!("SELECT {RULE} FROM alert_rule WHERE org_id = $1"), params![org]);
        query.and("name >", after_text(page)?).push(" ORDER BY name").limit(page);
        let rows = self.fetch_query(query, rule).await?;
        Ok(Page::from_rows(rows, page.limit, |row| vec![row.rule.spec.name.clone()]))
    }

    /// Takes up to `most` rules whose time has come, for `lease_us`: another server takes a rule again when nothing
    /// was written by then.
    pub async fn take_alert_turns(&self, most: u32, lease_us: i64) -> Result<Vec<Turn>> {
        let now = self.dialect().now();
        let is_due = format!("SELECT 1 FROM alert_rule WHERE enabled = 1 AND due_at <= {now} LIMIT 1");
        // Often nothing is, and asking does not trouble the writer.
        let due = self.fetch_optional(is_due, Vec::new(), |row| row.fields("alert_rule").int("one")).await?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "UPDATE alert_rule SET due_at = {now} + $2, turn = turn + 1 WHERE id IN \
             (SELECT id FROM alert_rule WHERE enabled = 1 AND due_at <= {now} ORDER BY due_at LIMIT $1{}) \
             RETURNING {RULE}, turn, {now}",
            self.dialect().for_update_skip_locked()
        );
        let rows = self.execute_returning(sql, params![most, lease_us]).await?;
        rows.iter()
            .map(|row| {
                let mut fields = row.fields("alert_rule");
                let row = rule_fields(&mut fields)?;
                Ok(Turn { row, number: fields.int("turn")?, now: fields.time("now")? })
            })
            .collect()
    }
}
