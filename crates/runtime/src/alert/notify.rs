//! Addressing a notification: one letter for each target of a rule, put into the outbox with the change it tells of.

use callwright_model::{
    Fault,
    alert::{AlertRule, Target},
    webhook::WebhookTarget,
};
use callwright_store::outbox::OutboxRow;

use super::notice::Notice;
use crate::{App, mail, outbox};

/// The letters of `notice`, ready for the outbox.
///
/// # Errors
/// When the organization's key cannot be had.
pub(super) async fn letters(app: &App, rule: &AlertRule, notice: &Notice) -> Result<Vec<OutboxRow>, Fault> {
    let (org, about) = (rule.organization_id, rule.id.to_string());
    let mut letters = Vec::with_capacity(rule.spec.notify.len());
    for target in &rule.spec.notify {
        letters.push(match target {
            Target::Webhook { url, secret } => {
                let target = WebhookTarget { url: url.clone(), secret: secret.clone() };
                outbox::prepare(app, org, &target, notice.event, Some(about.clone()), notice.data.clone()).await?
            }
            Target::Email { to } => {
                let text = mail::Text { subject: notice.subject.clone(), text: notice.text.clone() };
                mail::prepare(app, org, to, notice.event, Some(about.clone()), &text).await?
            }
        });
    }
    Ok(letters)
}
