//! Schedules: when to start what. Moving one on and pushing its job is one transaction, so that of all the nodes that
//! look one starts it, once.

use callwright_model::{
    Timestamp,
    id::{JobId, OrgId, ScheduleId},
    page::{Page, PageRequest},
    schedule::Schedule,
};

use crate::{
    audit::AuditEntry,
    db::{Store, Tx},
    error::{Error, Result},
    job::JobRow,
    params,
    query::{Query, after_text},
    run::NewRun,
    value::{self, Row},
};

/// A schedule with what only the clock needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRow {
    /// What everybody may know of it.
    pub schedule: Schedule,
    /// With whose rights it starts things; sealed.
    pub request: String,
}

/// What a schedule starts.
#[derive(Debug, Clone)]
pub enum Started {
    /// A run.
    Run(Box<NewRun>),
    /// A call of a tool.
    Call(Box<JobRow>),
}

/// A schedule whose time has come, and when it comes next.
#[derive(Debug, Clone)]
pub struct Tick {
    /// The schedule.
    pub id: ScheduleId,
    /// The time that has come: whoever moves the schedule on from here has won.
    pub due: Timestamp,
    /// When it comes next.
    pub next: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

const FIELDS: &str = "id, org_id, user_id, name, cron, time_zone, enabled, target, request, next_at, last_at, \
                      last_job_id, last_error, created_at, updated_at";

fn row(row: &Row) -> Result<ScheduleRow> {
    let mut fields = row.fields("schedule");
    let id = fields.id("id")?;
    let organization_id = fields.id("org_id")?;
    let user_id = fields.id("user_id")?;
    let (name, cron, time_zone) = (fields.string("name")?, fields.string("cron")?, fields.string("time_zone")?);
    let enabled = fields.flag("enabled")?;
    let target = fields.json("target")?;
    let request = fields.string("request")?;
    let schedule = Schedule {
        id,
        organization_id,
        user_id,
        name,
        cron,
        time_zone,
        enabled,
        target,
        next_at: fields.opt_time("next_at")?,
        last_at: fields.opt_time("last_at")?,
        last_job_id: fields.opt_id("last_job_id")?,
        last_error: fields.opt_string("last_error")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    };
    Ok(ScheduleRow { schedule, request })
}

fn name_taken(schedule: &Schedule) -> impl FnOnce(Error) -> Error {
    let name = schedule.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is a schedule named `{name}` already"))
}

impl Tx<'_> {
    /// Moves a schedule on. False: another has, or it was changed meanwhile.
    async fn move_on(&mut self, tick: &Tick, job: Option<JobId>, error: Option<&str>) -> Result<bool> {
        let sql = "UPDATE schedule SET next_at = $3, last_at = $4, last_job_id = COALESCE($5, last_job_id), \
                   last_error = $6 WHERE id = $1 AND next_at = $2 AND enabled = 1";
        Ok(self.execute(sql, &params![tick.id, tick.due, tick.next, tick.now, job, error]).await? > 0)
    }
}

impl Store {
    /// Adds a schedule, if its organization has fewer than `most`.
    ///
    /// # Errors
    /// Conflict `name_taken`, or `too_many_schedules`.
    pub async fn create_schedule(&self, new: ScheduleRow, entry: AuditEntry, most: u32) -> Result<()> {
        self.write((new, entry), move |(new, entry), tx| {
            Box::pin(async move {
                let count = "SELECT COUNT(*) AS count FROM schedule WHERE org_id = $1";
                let there = tx.fetch_optional(count, &params![new.schedule.organization_id]).await?;
                if there.map(|row| row.fields("schedule").int("count")).transpose()?.unwrap_or_default() >= most.into()
                {
                    let message = format!("there are {most} schedules already, which is as many as there may be");
                    return Err(Error::conflict("too_many_schedules", message));
                }
                let sql = "INSERT INTO schedule (id, org_id, user_id, name, cron, time_zone, enabled, target, \
                           request, next_at, created_at, updated_at) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
                let it = &new.schedule;
                let params = params![
                    it.id,
                    it.organization_id,
                    it.user_id,
                    &it.name,
                    &it.cron,
                    &it.time_zone,
                    it.enabled,
                    value::json(&it.target)?,
                    &new.request,
                    it.next_at,
                    it.created_at,
                ];
                tx.execute(sql, &params).await.map_err(name_taken(it))?;
                tx.append_audit(entry).await
            })
        })
        .await
    }

    /// Replaces what a person may change of a schedule. False: it is not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_schedule(&self, new: ScheduleRow, entry: AuditEntry) -> Result<bool> {
        self.write((new, entry), |(new, entry), tx| {
            Box::pin(async move {
                let sql = "UPDATE schedule SET user_id = $3, name = $4, cron = $5, time_zone = $6, enabled = $7, \
                           target = $8, request = $9, next_at = $10, last_error = NULL, updated_at = $11 \
                           WHERE org_id = $1 AND id = $2";
                let it = &new.schedule;
                let params = params![
                    it.organization_id,
                    it.id,
                    it.user_id,
                    &it.name,
                    &it.cron,
                    &it.time_zone,
                    it.enabled,
                    value::json(&it.target)?,
                    &new.request,
                    it.next_at,
                    it.updated_at,
                ];
                if tx.execute(sql, &params).await.map_err(name_taken(it))? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Removes a schedule. What it started goes on. False: it is not there.
    pub async fn delete_schedule(&self, org: OrgId, id: ScheduleId, entry: AuditEntry) -> Result<bool> {
        self.write((org, id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                let sql = "DELETE FROM schedule WHERE org_id = $1 AND id = $2";
                if tx.execute(sql, &params![*org, *id]).await? == 0 {
                    return Ok(false);
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }

    /// The schedule of that id.
    pub async fn schedule(&self, org: OrgId, id: ScheduleId) -> Result<Option<ScheduleRow>> {
        self.fetch_optional(
            format!("SELECT {FIELDS} FROM schedule WHERE org_id = $1 AND id = $2"),
            params![org, id],
            row,
        )
        .await
    }

    /// The schedule of that name.
    pub async fn schedule_by_name(&self, org: OrgId, name: &str) -> Result<Option<ScheduleRow>> {
        self.fetch_optional(
            format!("SELECT {FIELDS} FROM schedule WHERE org_id = $1 AND name = $2"),
            params![org, name],
            row,
        )
        .await
    }

    /// Schedules by name.
    pub async fn schedules(&self, org: OrgId, page: &PageRequest) -> Result<Page<Schedule>> {
        let mut query = Query::new(format!("SELECT {FIELDS} FROM schedule WHERE org_id = $1"), params![org]);
        query.and("name >", after_text(page)?).push(" ORDER BY name").limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|row| row.schedule)).await?;
        Ok(Page::from_rows(rows, page.limit, |schedule| vec![schedule.name.clone()]))
    }

    /// Schedules of every organization whose time has come, at most `most`: first the one of each that has waited
    /// longest, then the next of each, so that nobody waits for all of another's.
    pub async fn due_schedules(&self, now: Timestamp, most: u32) -> Result<Vec<ScheduleRow>> {
        let sql = format!(
            "SELECT {FIELDS} FROM (SELECT {FIELDS}, ROW_NUMBER() OVER (PARTITION BY org_id ORDER BY next_at, id) \
             AS place FROM schedule WHERE enabled = 1 AND next_at <= $1) AS due ORDER BY place, next_at LIMIT $2"
        );
        self.fetch_all(sql, params![now, i64::from(most)], row).await
    }

    /// Moves a schedule on and pushes what it starts. False: another node has.
    ///
    /// # Errors
    /// Those of [`Tx::create_run`]; then nothing has happened.
    pub async fn start_schedule(&self, tick: Tick, started: Started) -> Result<bool> {
        self.write((tick, started), |(tick, started), tx| {
            Box::pin(async move {
                let job = match started {
                    Started::Run(new) => new.job.job.id,
                    Started::Call(job) => job.job.id,
                };
                if !tx.move_on(tick, Some(job), None).await? {
                    return Ok(false);
                }
                match started {
                    Started::Run(new) => tx.create_run(new).await?,
                    // There is one under its key already: this tick was carried out before.
                    Started::Call(job) => drop(tx.push_job(job, None).await?),
                }
                Ok(true)
            })
        })
        .await
    }

    /// Moves a schedule on that could start nothing, and keeps why.
    pub async fn skip_schedule(&self, tick: Tick, error: String) -> Result<bool> {
        self.write((tick, error), |(tick, error), tx| Box::pin(tx.move_on(tick, None, Some(error.as_str())))).await
    }
}
