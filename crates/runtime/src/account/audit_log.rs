//! The audit log, for those who govern: read, exported, and verified.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    audit::{AuditRow, Broken, Damage, Head, Verifier},
    page::{Page, PageRequest},
};
use callwright_store::audit::AuditFilter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, app::require};

/// Rows read at a time.
const SLICE: u32 = 1_000;
/// The most rows verified in one request; the next goes on from there.
const MOST_ROWS: i64 = 200_000;

/// What a walk along the chain came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verified {
    /// Whether nothing is broken as far as it was walked.
    pub ok: bool,
    /// Whether that was to its end. If not, ask again with `after_seq` and `after_hash` of `last`.
    pub complete: bool,
    /// How many rows of the chain were walked over now.
    pub rows: i64,
    /// How many rows are older than the chain; they are not protected.
    pub unchained: i64,
    /// The last row that was walked over. Keep it somewhere else: with it the chain shows also that its end was cut
    /// off together with its head.
    pub last: Option<Head>,
    /// The first place where the chain is broken.
    pub broken: Option<Broken>,
}

/// The rows that fit `filter`, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRow>, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    Ok(app.store().audit(caller.org_id, filter, page).await?)
}

/// The same in the order of the chain, oldest first.
pub async fn export(
    app: &App,
    caller: &Caller,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRow>, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    Ok(app.store().audit_chain(caller.org_id, filter, page).await?)
}

/// Walks the chain from its first row, or from behind one that was verified earlier, and finds the first row that was
/// altered, removed, put in or moved, and an end that was cut off.
pub async fn verify(app: &App, caller: &Caller, after: Option<Head>) -> Result<Verified, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    app.store().flush().await?;
    let mut walk = Walk { app, caller, verifier: Verifier::default(), rows: 0, unchained: 0 };
    if let Some(head) = after {
        walk.verifier = Verifier::resume(head);
    }
    let outcome = walk.all().await?;
    let (broken, complete) = match outcome {
        Ok(complete) => (None, complete),
        Err(broken) => (Some(broken), true),
    };
    Ok(Verified {
        ok: broken.is_none(),
        complete,
        rows: walk.rows,
        unchained: walk.unchained,
        last: walk.verifier.head().cloned(),
        broken,
    })
}

struct Walk<'w> {
    app: &'w App,
    caller: &'w Caller,
    verifier: Verifier,
    rows: i64,
    unchained: i64,
}

impl Walk<'_> {
    /// Whether the end was reached; rows that are added meanwhile are walked over too.
    async fn all(&mut self) -> Result<Result<bool, Broken>, Fault> {
        let (store, org) = (self.app.store(), self.caller.org_id);
        if let Err(broken) = self.older_rows().await? {
            return Ok(Err(broken));
        }
        loop {
            let seq = self.verifier.head().map_or(0, |head| head.seq);
            let rows = store.audit_links(org, seq, SLICE).await?;
            for row in &rows {
                if let Err(broken) = self.verifier.push(row) {
                    return Ok(Err(broken));
                }
                self.rows += 1;
            }
            if self.rows >= MOST_ROWS {
                return Ok(Ok(false));
            }
            if rows.is_empty() {
                let head = store.audit_head(org).await?.map(|(head, _)| head);
                let head = head.unwrap_or(Head { seq: 0, hash: String::new() });
                let last = self.verifier.head().map_or(0, |last| last.seq);
                // A row was added since the last look; a head without its rows does not get any.
                if head.seq > last && !store.audit_links(org, last, 1).await?.is_empty() {
                    continue;
                }
                return Ok(self.verifier.finish(&head).map(|()| true));
            }
        }
    }

    /// Rows outside the chain: as many as there were when it began.
    async fn older_rows(&mut self) -> Result<Result<(), Broken>, Fault> {
        let (store, org) = (self.app.store(), self.caller.org_id);
        self.unchained = store.audit_unchained(org).await?;
        let known = store.audit_head(org).await?.map(|(_, unchained)| unchained);
        if self.verifier.head().is_none() {
            self.verifier = Verifier::behind(self.unchained);
        }
        let (Some(known), unchained) = (known, self.unchained) else { return Ok(Ok(())) };
        if known == unchained {
            return Ok(Ok(()));
        }
        let message = format!("{known} rows are older than the chain, but {unchained} stand outside of it");
        let damage = if unchained > known { Damage::Misplaced } else { Damage::Removed };
        Ok(Err(Broken { seq: 0, id: None, damage, message }))
    }
}
