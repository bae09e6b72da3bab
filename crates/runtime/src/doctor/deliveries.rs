//! Webhooks and e-mails that do not arrive.

use std::collections::BTreeMap;

use callwright_model::{
    Fault,
    id::OrgId,
    page::{MAX_LIMIT, PageRequest},
    webhook::{Delivery, DeliveryState},
};
use callwright_store::outbox::DeliveryFilter;

use super::Finding;
use crate::App;

const CHECK: &str = "deliveries";
/// A delivery that was tried this often and is still queued does not arrive.
const TRIED: i64 = 2;
/// The most receivers told.
const MOST: usize = 5;

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let page = PageRequest::first(MAX_LIMIT);
    let in_state = |state| DeliveryFilter { state: Some(state), ..DeliveryFilter::default() };
    let queued = app.store().deliveries(org, &in_state(DeliveryState::Queued), &page).await?;
    let failed = app.store().deliveries(org, &in_state(DeliveryState::Failed), &page).await?;
    let stuck = queued.items.into_iter().filter(|delivery| delivery.attempts >= TRIED);
    let mut receivers: BTreeMap<String, (usize, Delivery)> = BTreeMap::new();
    for delivery in stuck.chain(failed.items) {
        receivers.entry(receiver(&delivery)).or_insert_with(|| (0, delivery)).0 += 1;
    }
    if receivers.is_empty() {
        return Ok(vec![Finding::ok(CHECK, "every webhook and e-mail arrived, or is on its first way")]);
    }
    let why = "whoever should be told is not";
    let told = receivers.into_iter().take(MOST).map(|(receiver, (count, newest))| {
        let last = newest.last_error.as_deref().unwrap_or("no answer");
        let found = format!("{count} to {receiver} do not arrive: {last}");
        let fix = format!("when it is mended, send again: POST /api/v1/deliveries/{}/retry", newest.id);
        Finding::warn(CHECK, found, why, fix)
    });
    Ok(told.collect())
}

/// The host of a webhook, because its path may be a password; the addresses of an e-mail.
fn receiver(delivery: &Delivery) -> String {
    match url::Url::parse(&delivery.target) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => delivery.target.clone(),
    }
}
