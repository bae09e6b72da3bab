//! Appointments that business tools keep. An execution makes one once, however often it is carried out.

use callwright_model::{
    Timestamp,
    business::{CalendarEvent, EventStatus},
    id::{CalendarEventId, ExecutionId, OrgId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::Query,
    value::{self, Row, Value},
};

/// Whose calendar.
pub type Calendar = (OrgId, UserId);

/// From when to when: the first instant, and the one after the last.
pub type Span = (Timestamp, Timestamp);

/// The most appointments that are read to find free time, or told as being in the way.
const MOST_BUSY: u32 = 5_000;
const MOST_IN_THE_WAY: u32 = 10;

const EVENT: &str = "SELECT id, org_id, user_id, title, description, location, attendees, starts_at, ends_at, \
                     time_zone, status, execution_id, created_at, updated_at FROM calendar_event \
                     WHERE org_id = $1 AND user_id = $2";

fn event(row: &Row) -> Result<CalendarEvent> {
    let mut fields = row.fields("calendar_event");
    Ok(CalendarEvent {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        title: fields.string("title")?,
        description: fields.opt_string("description")?,
        location: fields.opt_string("location")?,
        attendees: fields.json("attendees")?,
        starts_at: fields.time("starts_at")?,
        ends_at: fields.time("ends_at")?,
        time_zone: fields.string("time_zone")?,
        status: fields.word("status", EventStatus::parse)?,
        execution_id: fields.id("execution_id")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

/// What is written of an appointment, in the order of both statements.
fn written(event: &CalendarEvent) -> Result<Vec<Value>> {
    Ok(params![
        event.id,
        event.organization_id,
        &event.title,
        event.description.as_deref(),
        event.location.as_deref(),
        value::json(&event.attendees)?,
        event.starts_at,
        event.ends_at,
        &event.time_zone,
        Value::word(event.status.as_str()),
        event.updated_at,
    ])
}

impl Tx<'_> {
    /// Makes others who want to change the same calendar wait until this transaction ends, so that two who book the same
    /// time at once do not both find it free.
    pub async fn lock_calendar(&mut self, (org, user): Calendar) -> Result<()> {
        let lock = self.dialect().for_update();
        let sql = format!("SELECT user_id FROM member WHERE org_id = $1 AND user_id = $2{lock}");
        self.fetch_optional(&sql, &params![org, user]).await.map(drop)
    }

    /// The appointment that an execution made.
    pub async fn event_of(&mut self, (org, user): Calendar, by: ExecutionId) -> Result<Option<CalendarEvent>> {
        let sql = format!("{EVENT} AND execution_id = $3");
        self.fetch_optional(&sql, &params![org, user, by]).await?.as_ref().map(event).transpose()
    }

    /// An appointment of a calendar that was locked.
    pub async fn event_to_change(
        &mut self,
        (org, user): Calendar,
        id: CalendarEventId,
    ) -> Result<Option<CalendarEvent>> {
        let sql = format!("{EVENT} AND id = $3");
        self.fetch_optional(&sql, &params![org, user, id]).await?.as_ref().map(event).transpose()
    }

    /// The first of the appointments that hold and overlap `span`, without `but`.
    pub async fn events_in_the_way(
        &mut self,
        (org, user): Calendar,
        (from, to): Span,
        but: CalendarEventId,
    ) -> Result<Vec<CalendarEvent>> {
        let sql = format!(
            "{EVENT} AND status = 'confirmed' AND starts_at < $4 AND ends_at > $3 AND id <> $5 \
             ORDER BY starts_at, id LIMIT {MOST_IN_THE_WAY}"
        );
        self.fetch_all(&sql, &params![org, user, from, to, but]).await?.iter().map(event).collect()
    }

    /// Adds an appointment, unless the calendar has `most` already.
    ///
    /// # Errors
    /// Conflict `too_many_events`.
    pub async fn create_event(&mut self, new: &CalendarEvent, most: i64) -> Result<()> {
        let count = "SELECT COUNT(*) FROM calendar_event WHERE org_id = $1 AND user_id = $2";
        let row = self.fetch_optional(count, &params![new.organization_id, new.user_id]).await?;
        if row.map_or(Ok(0), |row| row.fields("calendar_event").int("count"))? >= most {
            let message = format!("the calendar has {most} appointments already, which is the most it can hold");
            return Err(Error::conflict("too_many_events", message));
        }
        let sql = "INSERT INTO calendar_event (id, org_id, title, description, location, attendees, starts_at, \
                   ends_at, time_zone, status, updated_at, user_id, execution_id, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let mut params = written(new)?;
        params.extend(params![new.user_id, new.execution_id, new.created_at]);
        self.execute(sql, &params).await.map(drop)
    }

    /// Writes an appointment that was read with [`Tx::event_to_change`].
    pub async fn update_event(&mut self, event: &CalendarEvent) -> Result<()> {
        let sql = "UPDATE calendar_event SET title = $3, description = $4, location = $5, attendees = $6, \
                   starts_at = $7, ends_at = $8, time_zone = $9, status = $10, updated_at = $11 \
                   WHERE id = $1 AND org_id = $2";
        self.execute(sql, &written(event)?).await.map(drop)
    }
}

impl Store {
    /// An appointment.
    pub async fn event(&self, (org, user): Calendar, id: CalendarEventId) -> Result<Option<CalendarEvent>> {
        self.fetch_optional(format!("{EVENT} AND id = $3"), params![org, user, id], event).await
    }

    /// Appointments that overlap `span`, by when they begin; also cancelled ones when `with_cancelled`.
    pub async fn events(
        &self,
        (org, user): Calendar,
        (from, to): Span,
        with_cancelled: bool,
        page: &PageRequest,
    ) -> Result<Page<CalendarEvent>> {
        let mut query = Query::new(EVENT, params![org, user]);
        query.push(" AND ends_at > ").bind(from).push(" AND starts_at < ").bind(to);
        if !with_cancelled {
            query.push(" AND status = 'confirmed'");
        }
        match page.after.as_deref() {
            None => {}
            Some([start, id]) => {
                let start: i64 = start.parse().map_err(|_| Error::Cursor)?;
                let id: CalendarEventId = id.parse().map_err(|_| Error::Cursor)?;
                query.push(" AND (starts_at > ").bind(start).push(" OR (starts_at = ").bind(start);
                query.push(" AND id > ").bind(id).push("))");
            }
            Some(_) => return Err(Error::Cursor),
        }
        query.push(" ORDER BY starts_at, id").limit(page);
        let rows = self.fetch_query(query, event).await?;
        Ok(Page::from_rows(rows, page.limit, |event| vec![event.starts_at.micros().to_string(), event.id.to_string()]))
    }

    /// When a calendar is taken within `span`, by when that begins.
    pub async fn busy(&self, (org, user): Calendar, (from, to): Span) -> Result<Vec<Span>> {
        let sql = format!(
            "SELECT starts_at, ends_at FROM calendar_event WHERE org_id = $1 AND user_id = $2 \
             AND status = 'confirmed' AND starts_at < $4 AND ends_at > $3 ORDER BY starts_at, id LIMIT {MOST_BUSY}"
        );
        self.fetch_all(sql, params![org, user, from, to], |row| {
            let mut fields = row.fields("calendar_event");
            Ok((fields.time("starts_at")?, fields.time("ends_at")?))
        })
        .await
    }
}
