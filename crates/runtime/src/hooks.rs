//! Hooks: addresses at which others start something here. Made by people ([`mod@self`]), shown a secret by whoever uses
//! them ([`admit`]), carried out as tools, runs of agents or of workflows ([`take`]), or as the tool calls of a voice
//! platform ([`calls`]).
//!
//! A hook acts with the rights of whoever made it, as they are then, and of those only what calling tools and
//! running agents needs. What a request tells about the circumstances is the client's word, unless an administrator said
//! that this hook's requests vouch for it.

pub mod admit;
mod answer;
pub mod calls;
mod delivery;
mod protect;
pub mod status;
pub mod take;
pub mod text;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    hook::{Hook, HookDelivery, HookPlatform, HookProtection, HookRules, HookTarget, check_slug},
    id::HookId,
    page::{Page, PageRequest},
    secret::SecretString,
};
use callwright_store::hook::{HookRow, NewSecret};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{App, account::kept::KeptCaller, agents, app::require, audit, call, workflow, workflow::plan};
pub use answer::HookAnswer;

/// How many hooks an organization may have.
const MOST: u32 = 200;
/// How many requests in a minute, unless its maker says otherwise.
const RATE: u32 = 600;

/// A hook as its maker writes it. It holds a secret, so it cannot be printed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HookSpec {
    /// Its name in the address, one of its kind on this server; made up when absent.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]{2,63}$", example = "crm-updates")]
    pub slug: Option<String>,
    /// Whose form its requests have. It stays as it was made.
    #[serde(default)]
    #[schema(inline)]
    pub platform: HookPlatform,
    /// Whether it takes anything; true unless said otherwise.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What it may start.
    #[serde(default)]
    pub target: HookTarget,
    /// How requests show where they come from: a token unless said otherwise, Retell's own signature for Retell.
    #[serde(default)]
    pub protection: Option<HookProtection>,
    /// The only addresses or networks from which requests are taken; from anywhere when empty.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub addresses: Vec<String>,
    /// Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so. For
    /// Vapi and Retell, when absent, it does if an administrator makes the hook.
    #[serde(default)]
    pub trusted: Option<bool>,
    /// How long a request waits for its result, in milliseconds; 25,000, for Vapi 18,000 and for Retell 110,000 when
    /// absent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 110000)]
    pub wait_ms: Option<u32>,
    /// The most requests in a minute; 600 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100000)]
    pub rate_per_minute: Option<u32>,
    /// The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when absent and there is
    /// one.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub response_secret: Option<String>,
    /// The secret, where the platform has one already: for Retell the account's API key. A fresh one when absent. It is
    /// changed by `rotate`, and by nothing else.
    #[serde(default)]
    #[schema(format = Password, min_length = 16, max_length = 512)]
    pub secret: Option<String>,
}

fn yes() -> bool {
    true
}

/// A hook together with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HookMade {
    /// The hook.
    pub hook: Hook,
    /// The secret. Nobody can read it back.
    pub secret: String,
    /// The address to give to whoever uses it.
    pub address: String,
}

/// Makes a hook.
///
/// # Errors
/// Conflict `slug_taken` or `too_many_hooks`. Invalid, with the place: a target that is not there or not the caller's to
/// use.
pub async fn create(app: &App, caller: &Caller, mut spec: HookSpec) -> Result<HookMade, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let chosen = spec.secret.take().map(SecretString::new);
    let id: HookId = app.ids().next();
    let rules = rules(caller, &spec)?;
    check(app, caller, spec.platform, &rules).await?;
    let slug = spec.slug.unwrap_or_else(|| id.to_string().replace("hook_", "h-"));
    check_slug(&slug)?;
    let (plain, secret) = secret(app, caller, spec.platform, &rules.protection, chosen).await?;
    let now = app.clock().now();
    let hook = Hook {
        id,
        organization_id: caller.org_id,
        user_id: caller.user_id,
        slug,
        platform: spec.platform,
        enabled: spec.enabled,
        rules,
        secret_hint: secret.hint,
        created_at: now,
        updated_at: now,
        rotated_at: now,
    };
    let details = audit::between(json!({ "slug": hook.slug }), &(), &text_of(&hook));
    let entry = audit::entry(app, caller, "hook.create", "hook", hook.id, details);
    let row = HookRow {
        hook: hook.clone(),
        request: seal(app, caller).await?,
        secret_hash: secret.hash,
        secret: secret.sealed,
    };
    app.store().create_hook(row, entry, MOST).await?;
    Ok(HookMade { address: address(app, &hook), hook, secret: plain.expose().to_owned() })
}

/// Brings a hook to this state; from then on it acts with the rights of whoever did so. Its secret stays.
///
/// # Errors
/// As [`create`].
pub async fn put(app: &App, caller: &Caller, name: &str, spec: HookSpec) -> Result<Hook, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let current = found(app, caller, name).await?;
    if spec.secret.is_some() {
        return Err(Fault::invalid("secret", "`secret` is changed by `rotate`; leave it out here"));
    }
    if spec.platform != current.hook.platform {
        return Err(Fault::invalid("platform", "`platform` stays as it was; make another hook"));
    }
    // Whoever made it knows its secret, and it acts as them: others change neither.
    let is_own = current.hook.user_id == caller.user_id;
    if !is_own && !caller.role.may(Right::Configure) {
        return Err(Fault::forbidden("only whoever made this hook, or an administrator, may change it"));
    }
    let spec = HookSpec { trusted: Some(spec.trusted.unwrap_or(current.hook.rules.trusted)), ..spec };
    let rules = rules(caller, &spec)?;
    if rules.trusted && !current.hook.rules.trusted && !is_own {
        let message =
            "whoever made this hook knows its secret, so their word would count as verified; make a hook of your own";
        return Err(Fault::conflict("not_yours", message));
    }
    if rules.protection.is_token() != current.hook.rules.protection.is_token() {
        let message = "`protection.type`: a secret that is sent cannot become one that signs, or the other way round; make another hook";
        return Err(Fault::invalid("protection.type", message));
    }
    check(app, caller, spec.platform, &rules).await?;
    let slug = spec.slug.unwrap_or_else(|| current.hook.slug.clone());
    check_slug(&slug)?;
    let before = text_of(&current.hook);
    let hook = Hook { slug, enabled: spec.enabled, rules, updated_at: app.clock().now(), ..current.hook };
    let details = audit::between(json!({ "slug": hook.slug }), &before, &text_of(&hook));
    let entry = audit::entry(app, caller, "hook.update", "hook", hook.id, details);
    let request = if is_own { seal(app, caller).await? } else { current.request.clone() };
    let row = HookRow { hook: hook.clone(), request, ..current };
    match app.store().update_hook(row, entry).await? {
        true => Ok(hook),
        false => Err(Fault::not_found("hook", name)),
    }
}

/// The hook of that id or slug.
pub async fn get(app: &App, caller: &Caller, name: &str) -> Result<Hook, Fault> {
    require(caller, Right::View, Scope::Read)?;
    found(app, caller, name).await.map(|row| row.hook)
}

/// A page of hooks, newest first.
pub async fn list(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Hook>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().hooks(caller.org_id, &page).await?)
}

/// What came to a hook lately, newest first.
pub async fn deliveries(
    app: &App,
    caller: &Caller,
    name: &str,
    page: PageRequest,
) -> Result<Page<HookDelivery>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let hook = found(app, caller, name).await?.hook;
    Ok(app.store().hook_deliveries(caller.org_id, hook.id, &page).await?)
}

/// Gives a hook another secret; the one before is good for nothing from now on. Whoever does so knows it, so the hook
/// acts as them from then on.
///
/// # Errors
/// Not found. Forbidden: only an administrator gives a secret to a hook whose requests vouch for what they tell.
pub async fn rotate(app: &App, caller: &Caller, name: &str, chosen: Option<SecretString>) -> Result<HookMade, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let HookRow { mut hook, mut request, .. } = found(app, caller, name).await?;
    // Whoever has the secret acts as whoever made the hook.
    if hook.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        return Err(Fault::forbidden("only whoever made this hook, or an administrator, may give it another secret"));
    }
    if hook.rules.trusted && !may_vouch(caller) {
        return Err(only_admins());
    }
    let (plain, secret) = secret(app, caller, hook.platform, &hook.rules.protection, chosen).await?;
    if hook.user_id != caller.user_id {
        hook.user_id = caller.user_id;
        request = seal(app, caller).await?;
    }
    hook.rotated_at = app.clock().now();
    hook.secret_hint.clone_from(&secret.hint);
    let entry = audit::entry(app, caller, "hook.rotate", "hook", hook.id, json!({ "slug": hook.slug }));
    match app.store().rotate_hook(hook.clone(), request, secret, entry).await? {
        true => Ok(HookMade { address: address(app, &hook), hook, secret: plain.expose().to_owned() }),
        false => Err(Fault::not_found("hook", name)),
    }
}

/// Removes a hook. What it started goes on.
pub async fn delete(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let hook = found(app, caller, name).await?.hook;
    let details = audit::between(json!({ "slug": hook.slug }), &text_of(&hook), &());
    let entry = audit::entry(app, caller, "hook.delete", "hook", hook.id, details);
    match app.store().delete_hook(caller.org_id, hook.id, entry).await? {
        true => Ok(()),
        false => Err(Fault::not_found("hook", name)),
    }
}

/// Where a hook is used.
fn address(app: &App, hook: &Hook) -> String {
    match hook.platform {
        HookPlatform::Automation => app.public_address(&format!("/hooks/{}", hook.slug)),
        HookPlatform::Vapi => app.public_address(&format!("/vapi/tools?hook={}", hook.id)),
        HookPlatform::Retell => app.public_address(&format!("/retell/tools/TOOL?hook={}", hook.id)),
    }
}

async fn found(app: &App, caller: &Caller, name: &str) -> Result<HookRow, Fault> {
    if let Ok(id) = name.parse::<HookId>()
        && let Some(found) = app.store().hook(caller.org_id, id).await?
    {
        return Ok(found);
    }
    let found = app.store().hook_by_slug(caller.org_id, name).await?;
    found.ok_or_else(|| Fault::not_found("hook", name))
}

/// Whether somebody may say that others' word counts as verified.
fn may_vouch(caller: &Caller) -> bool {
    caller.may(Right::Configure, Scope::Admin)
}

fn only_admins() -> Fault {
    Fault::forbidden("only an administrator can have a hook vouch for what its requests tell (`trusted`)")
}

/// The rules that a specification comes to.
fn rules(caller: &Caller, spec: &HookSpec) -> Result<HookRules, Fault> {
    let platform = spec.platform;
    let protection = spec.protection.clone().unwrap_or(match platform {
        HookPlatform::Automation | HookPlatform::Vapi => HookProtection::Token { header: None },
        HookPlatform::Retell => HookProtection::Retell { tolerance_s: 300 },
    });
    let by_itself = platform != HookPlatform::Automation && may_vouch(caller);
    let trusted = spec.trusted.unwrap_or(by_itself);
    if trusted && !may_vouch(caller) {
        return Err(only_admins());
    }
    Ok(HookRules {
        target: spec.target.clone(),
        protection,
        addresses: spec.addresses.clone(),
        trusted,
        wait_ms: spec.wait_ms.unwrap_or(platform.wait_ms()),
        rate_per_minute: spec.rate_per_minute.unwrap_or(RATE),
        response_secret: spec.response_secret.clone(),
    })
}

/// Refuses what cannot be now, not when a request comes.
async fn check(app: &App, caller: &Caller, platform: HookPlatform, rules: &HookRules) -> Result<(), Fault> {
    rules.check(platform)?;
    admit::networks(&rules.addresses)?;
    let target = &rules.target;
    if let Some(name) = &target.workflow {
        require(caller, Right::Call, Scope::AgentsRun)?;
        let found = workflow::find(app, caller.org_id, name).await?;
        let found = found.ok_or_else(|| not_there("target.workflow", "workflow", name))?;
        workflow::usable(app, caller, &plan::compile(&found.plan)?).await?;
    }
    if let Some(name) = &target.agent {
        require(caller, Right::Call, Scope::AgentsRun)?;
        let missing = || not_there("target.agent", "agent", name);
        let agent = agents::find(app, caller.org_id, name).await?.ok_or_else(missing)?;
        if !agents::may_run(app, caller, &agent).await? {
            return Err(missing());
        }
    }
    if platform != HookPlatform::Automation || !target.tools.is_empty() {
        require(caller, Right::Call, Scope::ToolsCall)?;
    }
    for (place, name) in target.tools.iter().enumerate() {
        if name == call::CONFIRM_TOOL {
            continue;
        }
        let missing = || not_there(&format!("target.tools.{place}"), "tool", name);
        let found = app.tools().find(app, caller.org_id, name, target.agent.as_deref()).await?.ok_or_else(missing)?;
        call::may_ask(app, caller, &found).await.map_err(|_| missing())?;
    }
    Ok(())
}

/// One that is not there and one that was not shared are told alike: names are nobody else's business.
fn not_there(field: &str, what: &str, name: &str) -> Fault {
    Fault::invalid(field, format!("`{field}`: there is no {what} `{name}`, or it was not shared with you"))
}

/// A secret for a hook: the one that was chosen, or a fresh one.
async fn secret(
    app: &App,
    caller: &Caller,
    platform: HookPlatform,
    protection: &HookProtection,
    chosen: Option<SecretString>,
) -> Result<(SecretString, NewSecret), Fault> {
    let plain = match chosen {
        Some(chosen) => {
            protect::check_secret(protection, chosen.expose())?;
            chosen
        }
        None if platform == HookPlatform::Retell => {
            let message = "`secret` is missing: the API key of the Retell account, with which Retell signs";
            return Err(Fault::invalid("secret", message));
        }
        None => protect::fresh_secret(protection)?,
    };
    // Of a short one that somebody chose, less is shown.
    let shown = plain.expose().chars().count().div_ceil(4).min(8);
    let hint = plain.expose().chars().take(shown).collect();
    let new = match protection.is_token() {
        true => NewSecret { hash: Some(callwright_vault::token::hash(plain.expose())), sealed: None, hint },
        false => {
            let sealed = app.vault().seal(caller.org_id, plain.expose().as_bytes()).await?;
            NewSecret { hash: None, sealed: Some(sealed), hint }
        }
    };
    Ok((plain, new))
}

async fn seal(app: &App, caller: &Caller) -> Result<String, Fault> {
    let bytes = serde_json::to_vec(&KeptCaller::of(caller)).map_err(Fault::internal)?;
    app.vault().seal(caller.org_id, &bytes).await
}

/// What of a hook can be changed, for the audit log.
fn text_of(hook: &Hook) -> serde_json::Value {
    json!({ "slug": hook.slug, "enabled": hook.enabled, "rules": hook.rules, "user_id": hook.user_id })
}
