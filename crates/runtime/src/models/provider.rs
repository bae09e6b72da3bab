//! An organization's model providers: made, changed, listed, deleted.

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    id::{ModelProviderId, OrgId},
    model_provider::{ModelProvider, ModelProviderSpec, ProviderOptions, ProviderSource},
    page::{Page, PageRequest},
};
use callwright_store::model_provider::MAX_PROVIDERS;
use serde_json::{Value, json};

use super::ask;
use crate::{App, app::require, audit};

/// Makes a provider. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: ModelProviderSpec) -> Result<ModelProvider, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    check(app, &spec)?;
    let (id, now) = (app.ids().next::<callwright_model::id::kind::ModelProvider>(), app.clock().now());
    let row = ModelProvider {
        id: Some(id),
        spec,
        source: ProviderSource::Organization,
        created_at: Some(now),
        updated_at: Some(now),
    };
    let entry = audit::entry(app, caller, "model_provider.create", "model_provider", id, details(&row.spec));
    let org = caller.org_id;
    let is_made = app
        .store()
        .write((row.clone(), entry), move |(row, entry), tx| {
            Box::pin(async move {
                let is_made = tx.create_model_provider(org, id, row).await?;
                if is_made {
                    tx.append_audit(entry).await?;
                }
                Ok(is_made)
            })
        })
        .await?;
    if !is_made {
        let message = format!("an organization may have at most {MAX_PROVIDERS} model providers; delete one first");
        return Err(Fault::new(FaultKind::Conflict, "too_many_providers", message));
    }
    Ok(row)
}

/// Brings a provider to the state of `spec`.
pub async fn put(app: &App, caller: &Caller, name: &str, spec: ModelProviderSpec) -> Result<ModelProvider, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let (id, current) = own(app, caller.org_id, name).await?;
    check(app, &spec)?;
    let change = audit::between(details(&spec), &details(&current.spec), &details(&spec));
    let entry = audit::entry(app, caller, "model_provider.update", "model_provider", id, change);
    let row = ModelProvider { spec, updated_at: Some(app.clock().now()), ..current };
    let org = caller.org_id;
    let is_there = app
        .store()
        .write((row.clone(), entry), move |(row, entry), tx| {
            Box::pin(async move {
                let is_there = tx.update_model_provider(org, id, row).await?;
                if is_there {
                    tx.append_audit(entry).await?;
                }
                Ok(is_there)
            })
        })
        .await?;
    if is_there { Ok(row) } else { Err(Fault::not_found("model provider", name)) }
}

/// Removes a provider. Its secret stays.
pub async fn delete(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let (id, current) = own(app, caller.org_id, name).await?;
    let entry = audit::entry(app, caller, "model_provider.delete", "model_provider", id, details(&current.spec));
    let org = caller.org_id;
    app.store()
        .write(entry, move |entry, tx| {
            Box::pin(async move {
                if tx.delete_model_provider(org, id).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(Fault::from)
}

/// One provider, as the caller may see it.
pub async fn get(app: &App, caller: &Caller, name: &str) -> Result<ModelProvider, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = all(app, caller.org_id).await?.into_iter().find(|provider| provider.spec.name == name);
    found.map(|provider| shown(caller, provider)).ok_or_else(|| Fault::not_found("model provider", name))
}

/// A page of the providers that the organization can use, by name: its own and the environment's.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<ModelProvider>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let after = match page.after.as_deref() {
        None => None,
        Some([name]) => Some(name.as_str()),
        Some(_) => return Err(Fault::invalid("cursor", "`cursor` is not one of this list; start again without it")),
    };
    // There are never more than a page can hold.
    let mut providers = all(app, caller.org_id).await?;
    providers.retain(|provider| after.is_none_or(|after| provider.spec.name.as_str() > after));
    let page = Page::from_rows(providers, page.limit, |provider| vec![provider.spec.name.clone()]);
    Ok(page.map(|provider| shown(caller, provider)))
}

/// All providers that an organization can use, by name. One of its own hides the environment's of that name.
pub(crate) async fn all(app: &App, org: OrgId) -> Result<Vec<ModelProvider>, Fault> {
    let mut providers = app.store().model_providers(org).await?;
    for builtin in &app.settings().models {
        if !providers.iter().any(|provider| provider.spec.name == builtin.name) {
            providers.push(builtin.shown());
        }
    }
    providers.sort_by(|one, other| one.spec.name.cmp(&other.spec.name));
    Ok(providers)
}

/// The organization's own provider of that name.
async fn own(app: &App, org: OrgId, name: &str) -> Result<(ModelProviderId, ModelProvider), Fault> {
    let own = app.store().model_providers(org).await?.into_iter().find(|provider| provider.spec.name == name);
    if let Some((id, provider)) = own.and_then(|provider| Some((provider.id?, provider))) {
        return Ok((id, provider));
    }
    if app.settings().models.iter().any(|builtin| builtin.name == name) {
        let message = format!("`{name}` is set in the server's environment and can only be read");
        return Err(Fault::conflict("read_only", message));
    }
    Err(Fault::not_found("model provider", name))
}

/// Refuses a spec that makes no sense, or whose address the outbound policy refuses.
fn check(app: &App, spec: &ModelProviderSpec) -> Result<(), Fault> {
    spec.check()?;
    let endpoint = ask::endpoint(spec, None)?;
    app.guard().check_url(&endpoint.base_url).map_err(|why| Fault::invalid("base_url", why))
}

/// A provider as `caller` may see it: names of secrets, headers and fields are for those who set them.
fn shown(caller: &Caller, mut provider: ModelProvider) -> ModelProvider {
    if !caller.may(Right::Configure, Scope::Admin) {
        provider.spec.secret = None;
        provider.spec.options = ProviderOptions::default();
    }
    provider
}

/// What the audit log keeps: no header, since some carry more than they should.
fn details(spec: &ModelProviderSpec) -> Value {
    json!({
        "name": spec.name,
        "kind": spec.kind,
        "base_url": spec.base_url,
        "secret": spec.secret,
        "models": spec.models,
        "is_default": spec.is_default,
    })
}
