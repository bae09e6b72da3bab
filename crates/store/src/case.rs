//! Test cases of tools.

use callwright_model::{
    case::{Case, LastRun},
    id::{CaseId, OrgId, ToolId, kind},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id, after_text},
    value::{self, Row},
};

const CASE: &str = "SELECT c.id, c.org_id, c.tool_id, t.name, c.spec, c.created_by, c.created_at, c.updated_at, \
                    c.last_run FROM tool_case c JOIN tool t ON t.id = c.tool_id \
                    WHERE c.org_id = $1 AND t.deleted_at IS NULL";

fn case(row: &Row) -> Result<Case> {
    let mut fields = row.fields("tool_case");
    Ok(Case {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        tool_id: fields.id("tool_id")?,
        tool: fields.string("name")?,
        spec: fields.json("spec")?,
        created_by: fields.id("created_by")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        last_run: fields.opt_json("last_run")?,
    })
}

fn name_taken(case: &Case) -> impl FnOnce(Error) -> Error {
    let name = case.spec.name.clone();
    move |error| error.unique_means("name_taken", || format!("this tool has a case named `{name}` already"))
}

impl Tx<'_> {
    /// Adds a case, unless its tool has `most` of them.
    ///
    /// # Errors
    /// Conflict `name_taken`, `too_many_cases`, or `reference_missing` when the tool is not there, in that
    /// organization.
    pub async fn create_case(&mut self, case: &Case, most: i64) -> Result<()> {
        // The row of the tool is touched, so that of two who add at the same time one waits for the other.
        let lock = "UPDATE tool SET updated_at = updated_at WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
        if self.execute(lock, &params![case.organization_id, case.tool_id]).await? == 0 {
            return Err(Error::conflict("reference_missing", "the tool does not exist any more"));
        }
        let count = "SELECT COUNT(*) FROM tool_case WHERE tool_id = $1";
        let row = self.fetch_optional(count, &params![case.tool_id]).await?;
        let count = row.map_or(Ok(0), |row| row.fields("tool_case").int("count"))?;
        if count >= most {
            let message = format!("a tool may have at most {most} cases; delete one first");
            return Err(Error::conflict("too_many_cases", message));
        }
        let sql = "INSERT INTO tool_case (id, org_id, tool_id, name, spec, created_by, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![
            case.id,
            case.organization_id,
            case.tool_id,
            &case.spec.name,
            value::json(&case.spec)?,
            case.created_by,
            case.created_at,
            case.updated_at,
        ];
        self.execute(sql, &params).await.map_err(name_taken(case))?;
        Ok(())
    }

    /// Replaces a case; how it went last is forgotten. False: it is not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_case(&mut self, case: &Case) -> Result<bool> {
        let sql = "UPDATE tool_case SET name = $3, spec = $4, updated_at = $5, last_run = NULL \
                   WHERE org_id = $1 AND id = $2";
        let params = params![case.organization_id, case.id, &case.spec.name, value::json(&case.spec)?, case.updated_at];
        Ok(self.execute(sql, &params).await.map_err(name_taken(case))? > 0)
    }

    /// Deletes a case. False: it is not there.
    pub async fn delete_case(&mut self, org: OrgId, id: CaseId) -> Result<bool> {
        Ok(self.execute("DELETE FROM tool_case WHERE org_id = $1 AND id = $2", &params![org, id]).await? > 0)
    }
}

impl Store {
    /// A case of a tool by its id.
    pub async fn case_by_id(&self, org: OrgId, tool: ToolId, id: CaseId) -> Result<Option<Case>> {
        self.fetch_optional(format!("{CASE} AND c.tool_id = $2 AND c.id = $3"), params![org, tool, id], case).await
    }

    /// A case of a tool by its name.
    pub async fn case_by_name(&self, org: OrgId, tool: ToolId, name: &str) -> Result<Option<Case>> {
        self.fetch_optional(format!("{CASE} AND c.tool_id = $2 AND c.name = $3"), params![org, tool, name], case).await
    }

    /// The cases of a tool, by name.
    pub async fn cases(&self, org: OrgId, tool: ToolId, page: &PageRequest) -> Result<Page<Case>> {
        let mut query = Query::new(format!("{CASE} AND c.tool_id = $2"), params![org, tool]);
        query.and("c.name >", after_text(page)?).push(" ORDER BY c.name").limit(page);
        let rows = self.fetch_query(query, case).await?;
        Ok(Page::from_rows(rows, page.limit, |case| vec![case.spec.name.clone()]))
    }

    /// The cases of all tools of an organization, oldest first.
    pub async fn all_cases(&self, org: OrgId, page: &PageRequest) -> Result<Page<Case>> {
        let mut query = Query::new(CASE, params![org]);
        query.and("c.id >", after_id::<kind::Case>(page)?).push(" ORDER BY c.id").limit(page);
        let rows = self.fetch_query(query, case).await?;
        Ok(Page::from_rows(rows, page.limit, |case| vec![case.id.to_string()]))
    }

    /// Notes how a case went, unless it has changed or gone meanwhile.
    pub async fn note_case_run(&self, case: &Case, run: &LastRun) -> Result<()> {
        let sql = "UPDATE tool_case SET last_run = $3 WHERE org_id = $1 AND id = $2 AND updated_at = $4";
        let params = params![case.organization_id, case.id, value::json(run)?, case.updated_at];
        self.execute(sql, params).await.map(drop)
    }
}
