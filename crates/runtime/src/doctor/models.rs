//! Whether the providers of models can be reached and take their keys.

use std::time::Duration;

use callwright_llm::ErrorKind;
use callwright_model::{Fault, id::OrgId, model_provider::ProviderSource};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::Finding;
use crate::{App, models};

const CHECK: &str = "model providers";
/// How long one may take; all are asked at once.
const TIME: Duration = Duration::from_secs(6);
/// The most that are asked.
const MOST: usize = 20;

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let providers = models::all(app, org).await?;
    if providers.is_empty() {
        let found = "no model provider is set; agents can use the model `scripted` (docs/guides/model-providers.md)";
        return Ok(vec![Finding::ok(CHECK, found)]);
    }
    let deadline = Instant::now() + TIME;
    let asked = providers.iter().take(MOST).map(|provider| async move {
        let name = &provider.spec.name;
        let Err(error) = models::probe(app, org, provider, deadline).await else {
            return Finding::ok(CHECK, format!("`{name}` answers and takes the key"));
        };
        let why = "agents whose model it serves cannot run";
        let is_ours = provider.source == ProviderSource::Organization;
        match (error.kind, provider.spec.secret.as_deref()) {
            (ErrorKind::Auth, Some(secret)) if is_ours => {
                let fix = format!("callwright secret set {secret}");
                Finding::fail(CHECK, format!("`{name}`: {}", error.message), why, fix)
            }
            (ErrorKind::Auth, _) => {
                let fix = "set another key in the server's environment and start it anew";
                Finding::fail(CHECK, format!("`{name}`: {}", error.message), why, fix)
            }
            // Many servers that speak like OpenAI have no list of models.
            (ErrorKind::NotFound, _) => {
                Finding::ok(CHECK, format!("`{name}` answers, and has no list of models to try the key with"))
            }
            (ErrorKind::RateLimited, _) => Finding::ok(CHECK, format!("`{name}` answers, and is asked too often now")),
            _ => {
                let fix = format!("callwright model test {name}");
                Finding::fail(CHECK, format!("`{name}`: {}", error.message), why, fix)
            }
        }
    });
    Ok(join_all(asked).await)
}
