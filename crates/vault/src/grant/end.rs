//! What ends a grant, what stands in its way, and what does not suffice.

use callwright_model::{Fault, ToolError, secret::SecretString};
use callwright_store::{audit::AuditEntry, oauth::GrantRow};
use serde_json::json;

use super::{
    GrantAsk,
    told::{needs, unreadable},
};
use crate::{Vault, oauth::Terms};

/// The most missing scopes that are noted.
const MAX_MISSING: usize = 100;
/// The most of them that stand in a message.
const MAX_TOLD: usize = 10;

impl Vault {
    /// Notes that a person has to sign in again, and gives the error that says so. `None`: somebody has done so meanwhile,
    /// or noted it before.
    pub(super) async fn broken(
        &self,
        ask: &GrantAsk,
        row: &GrantRow,
        why: &str,
    ) -> Result<Option<ToolError>, ToolError> {
        let told = format!("{why}; {}", ask.remedy);
        let entry = self.entry(ask, row, json!({ "why": why }));
        let is_new = self.inner.store.break_oauth_grant(row, &told, entry).await.map_err(|error| unreadable(&error))?;
        self.inner.grants.forget();
        if !is_new {
            return Ok(None);
        }
        tracing::warn!(what = ask.what, why, "an authorization has ended: somebody has to sign in again");
        Ok(Some(needs(ask, why)))
    }

    /// Notes that a token server says no to a renewal, in words that do not say that it always will. The next renewal that
    /// works takes the note away.
    pub(super) async fn troubled(&self, ask: &GrantAsk, row: &GrantRow, error: &ToolError) {
        if row.trouble.is_some() {
            return;
        }
        let why = format!("the access could not be renewed since {}: {}", self.inner.clock.now(), error.message);
        let entry = self.entry(ask, row, json!({ "why": why }));
        match self.inner.store.trouble_oauth_grant(row, format!("{why}; {}", ask.remedy), entry).await {
            Ok(true) => {
                tracing::warn!(what = ask.what, why, "an authorization is not renewed: somebody may have to sign in")
            }
            Ok(false) => {}
            // It is noted with the next refusal.
            Err(error) => tracing::warn!(%error, "that an authorization is not renewed could not be noted"),
        }
    }

    /// Notes that a server wants scopes that we do not have, and gives the error that says so. `refused` is the token that
    /// did not suffice: what is said of an earlier one says nothing of what was allowed since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_missing_scopes(
        &self,
        ask: &GrantAsk,
        refused: Option<&SecretString>,
        missing: &[String],
    ) -> Result<ToolError, Fault> {
        // All of them are noted; the message is for a model.
        let list = missing.iter().take(MAX_TOLD).map(String::as_str).collect::<Vec<_>>().join(" ");
        let why = match missing.is_empty() {
            true => "the server wants more scopes than we have, and does not say which".to_owned(),
            false => format!("the server wants scopes that we do not have: {list}"),
        };
        let Some(row) = self.inner.store.oauth_grant(ask.org, ask.id).await? else {
            return Ok(needs(ask, "nobody has signed in"));
        };
        let told = needs(ask, &why).with_details(json!({ "missing_scopes": missing }));
        let (_, access) = self.open_grant(&row).await?;
        if refused.is_some_and(|refused| refused.expose() != access.token().expose()) {
            return Ok(told);
        }
        // What other calls found out stays.
        let mut all = row.missing_scopes.clone();
        all.extend(missing.iter().filter(|scope| !row.missing_scopes.contains(scope)).cloned());
        all.truncate(MAX_MISSING);
        if all == row.missing_scopes && row.why.is_some() {
            return Ok(told);
        }
        let entry = self.entry(ask, &row, json!({ "why": why, "missing_scopes": all }));
        if self.inner.store.miss_oauth_scopes(&row, all, format!("{why}; {}", ask.remedy), entry).await? {
            tracing::warn!(what = ask.what, why, "an authorization does not suffice: somebody has to sign in again");
        }
        Ok(told)
    }

    fn entry(&self, ask: &GrantAsk, row: &GrantRow, details: serde_json::Value) -> AuditEntry {
        AuditEntry {
            id: self.inner.ids.next(),
            org_id: row.org_id,
            user_id: None,
            token_id: None,
            action: format!("{}.needs_authorization", ask.kind),
            target_kind: ask.kind.to_owned(),
            target_id: row.subject.clone(),
            details,
            request_id: None,
            at: self.inner.clock.now(),
        }
    }
}

/// Whether a renewal will never work again without a person.
pub(super) fn is_final(error: &ToolError, terms: &Terms) -> bool {
    match &*error.code {
        // The standard's word, and those of GitHub, Slack and others for the same.
        "oauth_invalid_grant"
        | "oauth_bad_refresh_token"
        | "oauth_invalid_refresh_token"
        | "oauth_expired_refresh_token"
        | "oauth_expired_token"
        | "oauth_token_expired" => true,
        // A client that we registered is gone. One that was registered by hand may only have another secret by now, and
        // where we are known by a document, that could perhaps not be read for a moment.
        "oauth_invalid_client" | "oauth_unauthorized_client" => terms.is_registered(),
        _ => false,
    }
}
