//! What rules raised: the history.

use callwright_model::{
    Timestamp,
    alert::{Incident, IncidentFacts, IncidentState},
    id::{AlertRuleId, IncidentId, OrgId, kind},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

/// Which incidents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Of this rule.
    pub rule: Option<AlertRuleId>,
    /// In this state.
    pub state: Option<IncidentState>,
}

const INCIDENT: &str =
    "SELECT id, rule_id, rule_name, state, fired_at, resolved_at, facts FROM alert_incident WHERE org_id = $1";

fn incident(row: &Row) -> Result<Incident> {
    let mut fields = row.fields("alert_incident");
    Ok(Incident {
        id: fields.id("id")?,
        rule_id: fields.id("rule_id")?,
        rule_name: fields.string("rule_name")?,
        state: fields.word("state", IncidentState::parse)?,
        fired_at: fields.time("fired_at")?,
        resolved_at: fields.opt_time("resolved_at")?,
        facts: fields.json("facts")?,
    })
}

impl Tx<'_> {
    /// Adds an incident, which goes on.
    pub async fn open_incident(&mut self, org: OrgId, incident: &Incident) -> Result<()> {
        let sql = "INSERT INTO alert_incident (id, org_id, rule_id, rule_name, state, fired_at, resolved_at, facts) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![
            incident.id,
            org,
            incident.rule_id,
            &incident.rule_name,
            Value::word(incident.state.as_str()),
            incident.fired_at,
            incident.resolved_at,
            value::json(&incident.facts)?,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Writes what else was seen of an incident.
    pub async fn note_incident(&mut self, org: OrgId, id: IncidentId, facts: &IncidentFacts) -> Result<()> {
        let sql = "UPDATE alert_incident SET facts = $3 WHERE org_id = $1 AND id = $2";
        self.execute(sql, &params![org, id, value::json(facts)?]).await.map(drop)
    }

    /// Ends all that a rule has raised, for a reason of ours.
    pub(super) async fn end_incidents(
        &mut self,
        org: OrgId,
        rule: AlertRuleId,
        why: &str,
        now: Timestamp,
    ) -> Result<()> {
        let firing = format!("{INCIDENT} AND rule_id = $2 AND state = 'firing'");
        for row in self.fetch_all(&firing, &params![org, rule]).await? {
            let mut incident = incident(&row)?;
            incident.facts.ended_by = Some(why.to_owned());
            self.close_incident(org, incident.id, &incident.facts, now).await?;
        }
        Ok(())
    }

    /// Ends an incident.
    pub async fn close_incident(
        &mut self,
        org: OrgId,
        id: IncidentId,
        facts: &IncidentFacts,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "UPDATE alert_incident SET state = 'resolved', resolved_at = $4, facts = $3 \
                   WHERE org_id = $1 AND id = $2 AND state = 'firing'";
        self.execute(sql, &params![org, id, value::json(facts)?, now]).await.map(drop)
    }
}

impl Store {
    /// The incident of that id.
    pub async fn incident(&self, org: OrgId, id: IncidentId) -> Result<Option<Incident>> {
        self.fetch_optional(format!("{INCIDENT} AND id = $2"), params![org, id], incident).await
    }

    /// Incidents, newest first.
    pub async fn incidents(&self, org: OrgId, filter: &IncidentFilter, page: &PageRequest) -> Result<Page<Incident>> {
        let mut query = Query::new(INCIDENT, params![org]);
        query.and("rule_id =", filter.rule);
        match filter.state {
            None => {}
            // Said as the index of the few that go on says it.
            Some(IncidentState::Firing) => drop(query.push(" AND state = 'firing'")),
            Some(IncidentState::Resolved) => drop(query.push(" AND state = 'resolved'")),
        }
        query.and("id <", after_id::<kind::Incident>(page)?).push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, incident).await?;
        Ok(Page::from_rows(rows, page.limit, |incident| vec![incident.id.to_string()]))
    }

    /// Deletes up to `batch` incidents that ended before `before`. Gives their number.
    pub async fn purge_incidents(&self, before: Timestamp, batch: u32) -> Result<u64> {
        let sql = "DELETE FROM alert_incident WHERE id IN \
                   (SELECT id FROM alert_incident WHERE resolved_at IS NOT NULL AND resolved_at < $1 LIMIT $2)";
        self.execute(sql, params![before, batch]).await
    }
}
