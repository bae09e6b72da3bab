//! Workflows.

use callwright_model::{
    id::{OrgId, WorkflowId},
    page::{Page, PageRequest},
    workflow::Workflow,
};

use crate::{
    audit::AuditEntry,
    credit::Charge,
    db::Store,
    error::{Error, Result},
    params,
    query::{Query, after_text},
    value::{self, Row},
};

const COLUMNS: &str = "SELECT id, org_id, user_id, name, description, plan, revision, created_at, updated_at \
                       FROM workflow WHERE org_id = $1";

fn row(row: &Row) -> Result<Workflow> {
    let mut fields = row.fields("workflow");
    Ok(Workflow {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        name: fields.string("name")?,
        description: fields.string("description")?,
        plan: fields.json("plan")?,
        revision: fields.int("revision")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn name_taken(workflow: &Workflow) -> impl FnOnce(Error) -> Error {
    let name = workflow.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is a workflow named `{name}` already"))
}

impl Store {
    /// Adds a workflow.
    ///
    /// # Errors
    /// Conflict `name_taken`. [`Error::Exhausted`]: it costs more than there is.
    pub async fn create_workflow(&self, new: Workflow, entry: AuditEntry, charge: Option<Charge>) -> Result<()> {
        self.write((new, entry, charge), |(new, entry, charge), tx| {
            Box::pin(async move {
                let sql = "INSERT INTO workflow (id, org_id, user_id, name, description, plan, revision, created_at, \
                           updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
                let params = params![
                    new.id,
                    new.organization_id,
                    new.user_id,
                    &new.name,
                    &new.description,
                    value::json(&new.plan)?,
                    new.revision,
                    new.created_at,
                ];
                tx.execute(sql, &params).await.map_err(name_taken(new))?;
                tx.append_audit(entry).await?;
                match charge {
                    Some(charge) => tx.charge(charge).await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    /// Brings a workflow from the revision before to this one. False: it is not there, or another was quicker.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_workflow(&self, new: Workflow, entry: AuditEntry) -> Result<bool> {
        self.write((new, entry), |(new, entry), tx| {
            Box::pin(async move {
                let sql = "UPDATE workflow SET name = $3, description = $4, plan = $5, revision = $6, updated_at = $7 \
                           WHERE org_id = $1 AND id = $2 AND revision = $6 - 1";
                let params = params![
                    new.organization_id,
                    new.id,
                    &new.name,
                    &new.description,
                    value::json(&new.plan)?,
                    new.revision,
                    new.updated_at,
                ];
                if tx.execute(sql, &params).await.map_err(name_taken(new))? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Deletes a workflow. Its runs stay, and those under way go on. False: it is not there.
    pub async fn delete_workflow(&self, org: OrgId, id: WorkflowId, entry: AuditEntry) -> Result<bool> {
        self.write((org, id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                let sql = "DELETE FROM workflow WHERE org_id = $1 AND id = $2";
                if tx.execute(sql, &params![*org, *id]).await? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// A workflow by its id.
    pub async fn workflow_by_id(&self, org: OrgId, id: WorkflowId) -> Result<Option<Workflow>> {
        self.fetch_optional(format!("{COLUMNS} AND id = $2"), params![org, id], row).await
    }

    /// A workflow by its name.
    pub async fn workflow_by_name(&self, org: OrgId, name: &str) -> Result<Option<Workflow>> {
        self.fetch_optional(format!("{COLUMNS} AND name = $2"), params![org, name], row).await
    }

    /// A page of workflows, by name.
    pub async fn workflows(&self, org: OrgId, page: &PageRequest) -> Result<Page<Workflow>> {
        let mut query = Query::new(COLUMNS, params![org]);
        query.and("name >", after_text(page)?);
        query.push(" ORDER BY name").limit(page);
        let rows = self.fetch_query(query, row).await?;
        Ok(Page::from_rows(rows, page.limit, |workflow| vec![workflow.name.clone()]))
    }
}
