//! Tasks that business tools keep. An execution makes or deletes a task once, however often it is carried out.

use callwright_model::{
    Timestamp,
    business::{Due, Priority, Task, TaskStatus},
    id::{ExecutionId, OrgId, TaskId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, contains},
    value::{self, Row, Value},
};

/// Which tasks to list. An empty filter lists everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskFilter {
    /// Of this user; of everybody when absent.
    pub user_id: Option<UserId>,
    /// That stand so.
    pub status: Option<TaskStatus>,
    /// Only what is still to be done.
    pub open_only: bool,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Of this assignee, in any letter case.
    pub assignee: Option<String>,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// Title or description contain this, in any letter case.
    pub search: Option<String>,
    /// Due before.
    pub due_before: Option<Timestamp>,
    /// Due at or after.
    pub due_after: Option<Timestamp>,
}

const TASK: &str = "SELECT id, org_id, user_id, title, description, status, priority, due, due_key, assignee, tags, \
                    execution_id, created_at, updated_at, completed_at FROM task \
                    WHERE org_id = $1 AND deleted_at IS NULL";

fn task(row: &Row) -> Result<Task> {
    let mut fields = row.fields("task");
    Ok(Task {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        title: fields.string("title")?,
        description: fields.opt_string("description")?,
        status: fields.word("status", TaskStatus::parse)?,
        priority: fields.word("priority", Priority::parse)?,
        due: {
            let (text, at) = (fields.opt_string("due")?, fields.time("due_key")?);
            text.map(|text| Due { text, at })
        },
        assignee: fields.opt_string("assignee")?,
        tags: fields.json("tags")?,
        execution_id: fields.id("execution_id")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        completed_at: fields.opt_time("completed_at")?,
    })
}

fn due_key(task: &Task) -> i64 {
    task.due.as_ref().map_or(i64::MAX, |due| due.at.micros())
}

/// What a search looks through.
fn search_text(task: &Task) -> String {
    format!("{}\n{}", task.title, task.description.as_deref().unwrap_or_default()).to_lowercase()
}

/// What is written of a task, in the order of both statements.
fn written(task: &Task) -> Result<Vec<Value>> {
    Ok(params![
        task.id,
        task.organization_id,
        &task.title,
        task.description.as_deref(),
        Value::word(task.status.as_str()),
        Value::word(task.priority.as_str()),
        task.due.as_ref().map(|due| due.text.as_str()),
        due_key(task),
        task.assignee.as_deref(),
        value::json(&task.tags)?,
        search_text(task),
        task.updated_at,
        task.completed_at,
    ])
}

impl Tx<'_> {
    /// Adds a task, unless its user has `most` already or its execution has made one, which is given then. What was
    /// deleted before `forget` is forgotten on the way.
    ///
    /// # Errors
    /// Conflict `too_many_tasks`.
    pub async fn create_task(&mut self, new: &Task, most: i64, forget: Timestamp) -> Result<Task> {
        let (org, user) = (new.organization_id, new.user_id);
        let made = format!("{TASK} AND execution_id = $2");
        if let Some(row) = self.fetch_optional(&made, &params![org, new.execution_id]).await? {
            return task(&row);
        }
        self.execute("DELETE FROM task WHERE org_id = $1 AND deleted_at < $2", &params![org, forget]).await?;
        let count = "SELECT COUNT(*) FROM task WHERE org_id = $1 AND user_id = $2 AND deleted_at IS NULL";
        let row = self.fetch_optional(count, &params![org, user]).await?;
        if row.map_or(Ok(0), |row| row.fields("task").int("count"))? >= most {
            let message = format!("there are {most} tasks already; delete some that are done first");
            return Err(Error::conflict("too_many_tasks", message));
        }
        let sql = "INSERT INTO task (id, org_id, title, description, status, priority, due, due_key, assignee, tags, \
                   search, updated_at, completed_at, user_id, execution_id, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
        let mut params = written(new)?;
        params.extend(params![user, new.execution_id, new.created_at]);
        self.execute(sql, &params).await?;
        Ok(new.clone())
    }

    /// A task that nobody else changes until the transaction ends; of `user` when one is given.
    pub async fn task_to_change(&mut self, org: OrgId, user: Option<UserId>, id: TaskId) -> Result<Option<Task>> {
        let lock = self.dialect().for_update();
        let sql = format!("{TASK} AND id = $2 AND ($3 = '' OR user_id = $3){lock}");
        self.fetch_optional(&sql, &params![org, id, owner(user)]).await?.as_ref().map(task).transpose()
    }

    /// Writes a task that was read with [`Tx::task_to_change`].
    pub async fn update_task(&mut self, task: &Task) -> Result<()> {
        let sql = "UPDATE task SET title = $3, description = $4, status = $5, priority = $6, due = $7, due_key = $8, \
                   assignee = $9, tags = $10, search = $11, updated_at = $12, completed_at = $13 \
                   WHERE id = $1 AND org_id = $2";
        self.execute(sql, &written(task)?).await.map(drop)
    }

    /// Deletes a task. True also when the same execution has deleted it before; false: it is not there.
    pub async fn delete_task(
        &mut self,
        (org, user): (OrgId, Option<UserId>),
        id: TaskId,
        by: ExecutionId,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE task SET deleted_at = COALESCE(deleted_at, $5), deleted_by = $4 \
                   WHERE org_id = $1 AND id = $2 AND ($3 = '' OR user_id = $3) \
                   AND (deleted_at IS NULL OR deleted_by = $4)";
        Ok(self.execute(sql, &params![org, id, owner(user), by, now]).await? > 0)
    }
}

/// A parameter that is empty where any user will do.
fn owner(user: Option<UserId>) -> String {
    user.map(|user| user.to_string()).unwrap_or_default()
}

impl Store {
    /// A task, of `user` when one is given.
    pub async fn task(&self, org: OrgId, user: Option<UserId>, id: TaskId) -> Result<Option<Task>> {
        let sql = format!("{TASK} AND id = $2 AND ($3 = '' OR user_id = $3)");
        self.fetch_optional(sql, params![org, id, owner(user)], task).await
    }

    /// Tasks by when they are due, those that never are last.
    pub async fn tasks(&self, org: OrgId, filter: &TaskFilter, page: &PageRequest) -> Result<Page<Task>> {
        let mut query = Query::new(TASK, params![org]);
        query
            .and("user_id =", filter.user_id)
            .and("status =", filter.status.map(|status| Value::word(status.as_str())))
            .and("priority =", filter.priority.map(|priority| Value::word(priority.as_str())))
            .and("due_key <", filter.due_before)
            .and("due_key >=", filter.due_after);
        if filter.open_only {
            query.push(" AND status NOT IN ('completed', 'cancelled')");
        }
        if filter.due_after.is_some() {
            query.push(" AND due IS NOT NULL");
        }
        if let Some(assignee) = &filter.assignee {
            query.push(" AND LOWER(assignee) = ").bind(assignee.to_lowercase());
        }
        for tag in &filter.tags {
            query.push(" AND tags LIKE ").bind(contains(&format!("\"{tag}\""))).push(" ESCAPE '!'");
        }
        if let Some(search) = filter.search.as_deref().filter(|text| !text.trim().is_empty()) {
            query.push(" AND search LIKE ").bind(contains(search.trim())).push(" ESCAPE '!'");
        }
        if let Some((key, id)) = after(page)? {
            query.push(" AND (due_key > ").bind(key).push(" OR (due_key = ").bind(key);
            query.push(" AND id > ").bind(id).push("))");
        }
        query.push(" ORDER BY due_key, id").limit(page);
        let rows = self.fetch_query(query, task).await?;
        Ok(Page::from_rows(rows, page.limit, |task| vec![due_key(task).to_string(), task.id.to_string()]))
    }
}

fn after(page: &PageRequest) -> Result<Option<(i64, TaskId)>> {
    match page.after.as_deref() {
        None => Ok(None),
        Some([key, id]) => Ok(Some((key.parse().map_err(|_| Error::Cursor)?, id.parse().map_err(|_| Error::Cursor)?))),
        Some(_) => Err(Error::Cursor),
    }
}
