//! News on its way out: kept with the change that it tells of, sent later, again and again until it arrives.

use callwright_model::{
    Timestamp,
    id::{DeliveryId, OrgId},
    page::{Page, PageRequest},
    webhook::{Delivery, DeliveryState},
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::{Query, after_id},
    value::{Row, Value},
};

/// A delivery with what is to be sent, sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// What everybody may know of it.
    pub delivery: Delivery,
    /// What is to be sent, sealed by the vault.
    pub sealed: String,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeliveryFilter {
    /// In this state.
    pub state: Option<DeliveryState>,
    /// About this thing.
    pub subject: Option<String>,
}

/// How one sending ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// How the delivery stands after it.
    pub state: DeliveryState,
    /// When it is sent again, if it is.
    pub next_at: Timestamp,
    /// The receiver's status.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, org_id, channel, event, target, subject, state, attempts, next_at, give_up_at, last_status, \
                       last_error, created_at, ended_at, sealed";

fn row(row: &Row) -> Result<OutboxRow> {
    let mut fields = row.fields("outbox");
    Ok(OutboxRow {
        delivery: Delivery {
            id: fields.id("id")?,
            organization_id: fields.id("org_id")?,
            channel: fields.string("channel")?,
            event: fields.string("event")?,
            target: fields.string("target")?,
            subject: fields.opt_string("subject")?,
            state: fields.word("state", DeliveryState::parse)?,
            attempts: fields.int("attempts")?,
            next_at: fields.time("next_at")?,
            give_up_at: fields.time("give_up_at")?,
            last_status: fields.opt_int("last_status")?.and_then(|status| u16::try_from(status).ok()),
            last_error: fields.opt_string("last_error")?,
            created_at: fields.time("created_at")?,
            ended_at: fields.opt_time("ended_at")?,
        },
        sealed: fields.string("sealed")?,
    })
}

impl Tx<'_> {
    /// Adds a delivery, in the transaction of the change that it tells of.
    pub async fn push_outbox(&mut self, new: &OutboxRow) -> Result<()> {
        let sql = "INSERT INTO outbox (id, org_id, channel, event, target, subject, sealed, state, attempts, next_at, \
                   give_up_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                   ON CONFLICT DO NOTHING";
        let it = &new.delivery;
        let params = params![
            it.id,
            it.organization_id,
            &it.channel,
            &it.event,
            &it.target,
            it.subject.as_deref(),
            &new.sealed,
            Value::word(it.state.as_str()),
            it.attempts,
            it.next_at,
            it.give_up_at,
            it.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    async fn claim_outbox(&mut self, now: Timestamp, again_at: Timestamp, most: u32) -> Result<Vec<OutboxRow>> {
        let sql = format!(
            "UPDATE outbox SET attempts = attempts + 1, next_at = $2 WHERE id IN (SELECT id FROM outbox \
             WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at LIMIT $3{}) RETURNING {COLUMNS}",
            self.dialect().for_update_skip_locked()
        );
        self.fetch_all(&sql, &params![now, again_at, i64::from(most)]).await?.iter().map(row).collect()
    }
}

impl Store {
    /// Takes what is due, at most `most`. Whoever took it and dies leaves it to others from `again_at` on.
    pub async fn claim_outbox(&self, now: Timestamp, again_at: Timestamp, most: u32) -> Result<Vec<OutboxRow>> {
        let is_due = "SELECT 1 FROM outbox WHERE state = 'queued' AND next_at <= $1 LIMIT 1";
        // Nearly always nothing is, and asking does not trouble the writer.
        let due = self.fetch_optional(is_due, params![now], |row| row.fields("outbox").int("one")).await?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        self.write((now, again_at, most), |(now, again_at, most), tx| Box::pin(tx.claim_outbox(*now, *again_at, *most)))
            .await
    }

    /// Notes how a sending ended.
    pub async fn outbox_sent(&self, id: DeliveryId, sent: Sent, now: Timestamp) -> Result<()> {
        let sql = "UPDATE outbox SET state = $2, next_at = $3, last_status = $4, last_error = $5, ended_at = $6 \
                   WHERE id = $1 AND state = 'queued'";
        let ended = (sent.state != DeliveryState::Queued).then_some(now);
        let params = params![
            id,
            Value::word(sent.state.as_str()),
            sent.next_at,
            sent.status.map(i64::from),
            sent.error.as_deref(),
            ended
        ];
        self.execute(sql, params).await.map(drop)
    }

    /// Queues a delivery of `org` again. False: there is none, or it is queued already.
    pub async fn requeue_outbox(
        &self,
        org: OrgId,
        id: DeliveryId,
        now: Timestamp,
        give_up_at: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE outbox SET state = 'queued', next_at = $3, give_up_at = $4, ended_at = NULL \
                   WHERE org_id = $1 AND id = $2 AND state <> 'queued'";
        Ok(self.execute(sql, params![org, id, now, give_up_at]).await? > 0)
    }

    /// The deliveries of an organization, newest first.
    pub async fn deliveries(&self, org: OrgId, filter: &DeliveryFilter, page: &PageRequest) -> Result<Page<Delivery>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM outbox WHERE org_id = $1"), params![org]);
        query
            .and("state =", filter.state.map(|state| Value::word(state.as_str())))
            .and("subject =", filter.subject.as_deref())
            .and("id <", after_id::<callwright_model::id::kind::Delivery>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|found| found.delivery)).await?;
        Ok(Page::from_rows(rows, page.limit, |delivery| vec![delivery.id.to_string()]))
    }

    /// One delivery of an organization.
    pub async fn delivery(&self, org: OrgId, id: DeliveryId) -> Result<Option<Delivery>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], |found| row(found).map(|found| found.delivery)).await
    }

    /// Throws deliveries away that ended before `before`.
    pub async fn purge_outbox(&self, before: Timestamp, most: u32) -> Result<u64> {
        let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE ended_at < $1 LIMIT $2)";
        self.execute(sql, params![before, i64::from(most)]).await
    }
}
