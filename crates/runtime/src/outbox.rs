//! The outbox: webhooks that arrive, though the receiver or we may be down for a while.
//!
//! A delivery is made with [`prepare`] and kept by `tx.push_outbox` in the transaction of the change that it tells
//! of. It is sent at least once: the receiver recognises a repetition by `webhook-id`. Signatures are those of
//! Standard Webhooks (<https://www.standardwebhooks.com>): `v1,` and the base64 of HMAC-SHA256 over
//! `id.timestamp.body`. Everything goes through the outbound guard.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use callwright_guard::Outgoing;
use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::{DeliveryId, OrgId},
    page::{Page, PageRequest},
    secret::SecretString,
    webhook::{Delivery, DeliveryState, WebhookTarget},
};
use callwright_store::outbox::{DeliveryFilter, OutboxRow, Sent};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    sync::Semaphore,
    time::{Instant, MissedTickBehavior, interval},
};
use url::Url;

use crate::{App, app::require, audit, mail, metering};

/// How long a delivery is tried.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);
/// How long what ended is kept.
pub(crate) const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long one sending may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A delivery that was taken and not finished is taken again after this long.
const RETAKEN: Duration = Duration::from_secs(60);
/// Deliveries sent at once by one server.
const AT_ONCE: usize = 16;
/// How much of a receiver's answer is read.
const MAX_ANSWER: usize = 64 * 1024;
/// How often it is looked for what is due.
const TICK: Duration = Duration::from_millis(500);
/// The waits before each further sending, in seconds; the last one repeats.
const WAITS: [u64; 8] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400];

/// What is sealed in a delivery.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    body: Value,
    secret: Option<String>,
}

/// A delivery to `target`, ready for `tx.push_outbox`: `{"type": event, "timestamp": …, "data": data}`.
///
/// # Errors
/// When the organization's key cannot be had.
pub async fn prepare(
    app: &App,
    org: OrgId,
    target: &WebhookTarget,
    event: &str,
    subject: Option<String>,
    data: Value,
) -> Result<OutboxRow, Fault> {
    let body = json!({ "type": event, "timestamp": app.clock().now(), "data": data });
    prepare_body(app, org, target, event, subject, body).await
}

/// The same with a body of another form.
///
/// # Errors
/// As [`prepare`].
pub(crate) async fn prepare_body(
    app: &App,
    org: OrgId,
    target: &WebhookTarget,
    event: &str,
    subject: Option<String>,
    body: Value,
) -> Result<OutboxRow, Fault> {
    let now = app.clock().now();
    let payload = Payload { body, secret: target.secret.clone() };
    let sealed = app.vault().seal(org, &serde_json::to_vec(&payload).map_err(Fault::internal)?).await?;
    let delivery = Delivery {
        id: app.ids().next(),
        organization_id: org,
        channel: "webhook".to_owned(),
        event: event.to_owned(),
        target: target.url.clone(),
        subject,
        state: DeliveryState::Queued,
        attempts: 0,
        next_at: now,
        give_up_at: now.plus(PATIENCE),
        last_status: None,
        last_error: None,
        created_at: now,
        ended_at: None,
    };
    Ok(OutboxRow { delivery, sealed })
}

/// A page of the organization's deliveries, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: DeliveryFilter,
    page: PageRequest,
) -> Result<Page<Delivery>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().deliveries(caller.org_id, &filter, &page).await?.map(hide_address))
}

/// Sends a delivery again that arrived or was given up.
pub async fn retry(app: &App, caller: &Caller, id: DeliveryId) -> Result<Delivery, Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    let now = app.clock().now();
    let is_queued = app.store().requeue_outbox(caller.org_id, id, now, now.plus(PATIENCE)).await?;
    let found = app.store().delivery(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("delivery", id))?;
    if !is_queued {
        return Err(Fault::conflict("already_queued", "this delivery is queued already"));
    }
    audit::write(app, caller, "delivery.retry", "delivery", id, json!({ "event": found.event })).await?;
    Ok(hide_address(found))
}

/// Addresses of webhooks often carry a key in their path or query: only where they lead is shown.
fn hide_address(mut delivery: Delivery) -> Delivery {
    delivery.target = match Url::parse(&delivery.target) {
        Ok(url) => format!("{}/…", url.origin().ascii_serialization()),
        Err(_) => "…".to_owned(),
    };
    delivery
}

/// Sends what is due, for as long as the application runs. A receiver that does not answer holds up one of
/// [`AT_ONCE`] places, not the others.
pub(crate) async fn deliver(app: App) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = app.clock().now();
        let free = places.available_permits() as u32;
        let due = match free {
            0 => continue,
            free => app.store().claim_outbox(now, now.plus(RETAKEN), free).await,
        };
        match due {
            Ok(due) => {
                for row in due {
                    let Ok(place) = places.clone().acquire_owned().await else { return };
                    let sender = app.clone();
                    app.spawn(async move {
                        one(&sender, row).await;
                        drop(place);
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "the outbox could not be read"),
        }
    }
}

async fn one(app: &App, row: OutboxRow) {
    let delivery = &row.delivery;
    let sent = match send(app, &row).await {
        Ok(status) if (200..300).contains(&status) => {
            Sent { state: DeliveryState::Delivered, next_at: delivery.next_at, status: Some(status), error: None }
        }
        // The receiver says that it is gone for good.
        Ok(410) => failed(delivery, Some(410), "the receiver answered 410: it wants no more of these".to_owned()),
        Ok(status) => again(app, delivery, Some(status), format!("the receiver answered {status}")),
        Err(why) => again(app, delivery, None, why),
    };
    metering::webhook(sent.state);
    if let Err(error) = app.store().outbox_sent(delivery.id, sent, app.clock().now()).await {
        tracing::warn!(delivery = %delivery.id, %error, "how a delivery ended could not be noted; it will be sent again");
    }
}

fn failed(delivery: &Delivery, status: Option<u16>, error: String) -> Sent {
    tracing::warn!(delivery = %delivery.id, event = delivery.event, error, "a webhook was given up");
    Sent { state: DeliveryState::Failed, next_at: delivery.next_at, status, error: Some(error) }
}

fn again(app: &App, delivery: &Delivery, status: Option<u16>, error: String) -> Sent {
    let now = app.clock().now();
    let next_at = now.plus(wait(delivery.attempts, rand::random()));
    if next_at >= delivery.give_up_at {
        return failed(delivery, status, error);
    }
    Sent { state: DeliveryState::Queued, next_at, status, error: Some(error) }
}

/// The wait after the sending number `attempts` (from 1), between three quarters and all of the step.
fn wait(attempts: i64, dice: f64) -> Duration {
    let step = usize::try_from(attempts.max(1) - 1).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    Duration::from_secs(WAITS[step]).mul_f64(0.75 + 0.25 * dice)
}

async fn send(app: &App, row: &OutboxRow) -> Result<u16, String> {
    let delivery = &row.delivery;
    let org = delivery.organization_id;
    let plain = app.vault().unseal(org, &row.sealed).await.map_err(|fault| fault.message)?;
    let payload: Payload = serde_json::from_slice(&plain).map_err(|_| "the delivery cannot be read".to_owned())?;
    if delivery.channel == mail::CHANNEL {
        return mail::send(app, row, &payload.body).await;
    }
    let body = payload.body.to_string();
    let secret = match &payload.secret {
        None => None,
        Some(name) => Some(secret(app, org, name).await?),
    };
    let headers = headers(delivery.id, app.clock().now(), &body, secret.as_ref()).ok_or("the headers are not valid")?;
    let url = Url::parse(&delivery.target).map_err(|error| format!("the address is not valid: {error}"))?;
    let outgoing = Outgoing {
        method: Method::POST,
        url,
        headers,
        body: Bytes::from(body),
        connect_timeout: Duration::from_secs(5),
        read_timeout: TIMEOUT,
        deadline: Instant::now() + TIMEOUT,
        redirects: 0,
        max_bytes: MAX_ANSWER,
        sensitive: Vec::new(),
    };
    match app.guard().send(outgoing).await {
        Ok(answer) => Ok(answer.status.as_u16()),
        Err(error) => Err(error.to_string()),
    }
}

async fn secret(app: &App, org: OrgId, name: &str) -> Result<SecretString, String> {
    let lent = app.vault().lend(org, None, &BTreeSet::from([name.to_owned()])).await;
    let lent = lent.map_err(|_| format!("the secret `{name}` that signs is not set"))?;
    lent.into_values().next().ok_or_else(|| format!("the secret `{name}` that signs is not set"))
}

fn headers(id: DeliveryId, now: Timestamp, body: &str, secret: Option<&SecretString>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let (id, timestamp) = (id.to_string(), (now.micros() / 1_000_000).to_string());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("callwright/", env!("CARGO_PKG_VERSION"))));
    if let Some(secret) = secret {
        let signature = sign(secret.expose(), &id, &timestamp, body)?;
        headers.insert(HeaderName::from_static("webhook-signature"), HeaderValue::from_str(&signature).ok()?);
    }
    headers.insert(HeaderName::from_static("webhook-id"), HeaderValue::from_str(&id).ok()?);
    headers.insert(HeaderName::from_static("webhook-timestamp"), HeaderValue::from_str(&timestamp).ok()?);
    Some(headers)
}

/// The signature of Standard Webhooks. A secret that begins with `whsec_` is base64, any other is taken as it is.
fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> Option<String> {
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        // The example of the specification's reference libraries.
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn waits_grow_and_stay_within_their_steps() {
        assert_eq!(wait(1, 1.0), Duration::from_secs(5));
        assert_eq!(wait(2, 0.0), Duration::from_millis(22_500));
        assert_eq!(wait(1_000, 1.0), Duration::from_secs(14_400));
        assert_eq!(wait(0, 1.0), Duration::from_secs(5));
    }
}
