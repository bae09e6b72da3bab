//! Whether the operator's SMTP server answers.

use callwright_model::Fault;

use super::Finding;
use crate::App;

const CHECK: &str = "mail";

pub(super) async fn look(app: &App) -> Result<Vec<Finding>, Fault> {
    let Some(mail) = &app.settings().mail else {
        return Ok(vec![Finding::ok(CHECK, "no SMTP server is set; alerts go to webhooks only")]);
    };
    let finding = match mail.probe().await {
        Ok(()) => Finding::ok(CHECK, "the SMTP server answers"),
        Err(why_not) => Finding::warn(
            CHECK,
            format!("the SMTP server: {why_not}"),
            "alerts by e-mail wait until it answers, for a day at most",
            "look at CALLWRIGHT_SMTP_URL: host, port, TLS and password",
        ),
    };
    Ok(vec![finding])
}
