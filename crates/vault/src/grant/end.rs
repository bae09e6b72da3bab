//! What ends a grant, and what does not suffice.

use callwright_model::{Fault, ToolError};
use callwright_store::{audit::AuditEntry, oauth::GrantRow};
use serde_json::json;

use super::{
    GrantAsk,
    told::{needs, unreadable},
};
use crate::{Vault, oauth::Terms};

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

    /// Notes that a server wants scopes that we do not have, and gives the error that says so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_missing_scopes(&self, ask: &GrantAsk, missing: &[String]) -> Result<ToolError, Fault> {
        let list = missing.join(" ");
        let why = match missing.is_empty() {
            true => "the server wants more scopes than we have".to_owned(),
            false => format!("the server wants scopes that we do not have: {list}"),
        };
        let Some(row) = self.inner.store.oauth_grant(ask.org, ask.id).await? else {
            return Ok(needs(ask, "nobody has signed in"));
        };
        // What other calls found out stays.
        let mut all = row.missing_scopes.clone();
        all.extend(missing.iter().filter(|scope| !row.missing_scopes.contains(scope)).cloned());
        all.truncate(100);
        let told = format!("{why}; {}", ask.remedy);
        let entry = self.entry(ask, &row, json!({ "why": why, "missing_scopes": all }));
        if all != row.missing_scopes && self.inner.store.miss_oauth_scopes(&row, all, told, entry).await? {
            tracing::warn!(what = ask.what, why, "an authorization does not suffice: somebody has to sign in again");
        }
        Ok(needs(ask, &why).with_details(json!({ "missing_scopes": missing })))
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
    match error.code.as_str() {
        "oauth_invalid_grant" => true,
        // A client that we registered is gone; one that was registered by hand may only have another secret by now.
        "oauth_invalid_client" | "oauth_unauthorized_client" => !terms.is_given,
        _ => false,
    }
}
