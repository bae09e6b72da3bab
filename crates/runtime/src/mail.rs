//! E-mail by the operator's own SMTP server, which is exempt from the outbound guard because the operator names it.
//!
//! A mail goes through the outbox like a webhook: kept with the change that it tells of, tried for a day.

use std::{fmt, time::Duration};

use callwright_model::{
    Fault,
    id::{DeliveryId, OrgId},
    webhook::WebhookTarget,
};
use callwright_store::outbox::OutboxRow;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{App, outbox};

/// How [`OutboxRow`]s that are mails are marked.
pub(crate) const CHANNEL: &str = "email";
/// How long one conversation with the SMTP server may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The way to the operator's SMTP server.
#[derive(Clone)]
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Text {
    /// The subject line.
    pub(crate) subject: String,
    /// The body, plain text.
    pub(crate) text: String,
}

impl Mail {
    /// By the server at `url` (`smtp://host:25`, `smtp://user:password@host:587?tls=required`, `smtps://host:465`), in
    /// the name of `from`. Nothing is connected to yet.
    ///
    /// # Errors
    /// Says what is wrong, without the URL, which may hold a password.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|error| format!("the sender is no e-mail address: {error}"))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "it must look like smtp://user:password@host:587?tls=required or smtps://host:465".to_owned()
        })?;
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).build(), from })
    }

    /// Whether the server answers and takes our credentials.
    ///
    /// # Errors
    /// What it said.
    pub async fn probe(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the SMTP server is not ready".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn send(&self, id: DeliveryId, to: &str, text: Text) -> Result<u16, String> {
        let host = self.from.email.domain();
        // The same each time that it is sent, so that a mail program recognises a repetition.
        let mut message = Message::builder().from(self.from.clone()).message_id(Some(format!("<{id}@{host}>")));
        for address in to.split(", ") {
            message = message.to(address.parse().map_err(|error| format!("`{address}`: {error}"))?);
        }
        let message = message
            .subject(text.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.text)
            .map_err(|error| error.to_string())?;
        let response = self.transport.send(message).await.map_err(|error| error.to_string())?;
        Ok(response.code().to_string().parse().unwrap_or(250))
    }
}

/// A mail ready for the outbox.
///
/// # Errors
/// When the organization's key cannot be had.
pub(crate) async fn prepare(
    app: &App,
    org: OrgId,
    to: &[String],
    event: &str,
    about: Option<String>,
    text: &Text,
) -> Result<OutboxRow, Fault> {
    let target = WebhookTarget { url: to.join(", "), secret: None };
    let mut row = outbox::prepare(app, org, &target, event, about, json!(text)).await?;
    row.delivery.channel = CHANNEL.to_owned();
    Ok(row)
}

/// Sends a mail of the outbox; gives the server's code.
///
/// # Errors
/// Why it was not sent.
pub(crate) async fn send(app: &App, row: &OutboxRow, body: &Value) -> Result<u16, String> {
    let mail = app.settings().mail.as_ref().ok_or("no SMTP server is set on this server (CALLWRIGHT_SMTP_URL)")?;
    let text = Text::deserialize(&body["data"]).map_err(|_| "the mail cannot be read".to_owned())?;
    mail.send(row.delivery.id, &row.delivery.target, text).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_address_is_refused_without_giving_the_password_away() {
        assert!(Mail::new("smtp://127.0.0.1:25", "Callwright <alerts@example.com>").is_ok());
        assert!(Mail::new("smtp://127.0.0.1:25", "nobody").unwrap_err().contains("sender"));
        let wrong = Mail::new("http://me:geheim@mail.example.com", "a@example.com").unwrap_err();
        assert!(wrong.contains("smtp") && !wrong.contains("geheim"), "{wrong}");
    }
}
