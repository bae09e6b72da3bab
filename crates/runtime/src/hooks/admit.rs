//! Lets a request in, or says why not: its secret, its address, whether the hook takes anything, how often it comes.

use std::net::IpAddr;

use callwright_guard::IpNet;
use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Scope},
    hook::{Hook, HookOutcome, HookPlatform, HookProtection},
    id::HookId,
};
use callwright_store::hook::HookRow;
use http::HeaderMap;

use super::{
    calls,
    delivery::{self, Came},
    may_vouch, protect,
};
use crate::{
    App,
    account::kept::KeptCaller,
    limits::{bucket::Shape, rate::Shortage},
};

/// What a request shows of itself.
#[derive(Debug, Clone)]
pub struct Presented<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its method.
    pub method: &'a str,
    /// The whole address that it was sent to, as far as we know.
    pub url: String,
    /// Its body, to the byte.
    pub body: &'a [u8],
    /// Where it comes from.
    pub address: IpAddr,
}

/// A request that was let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// By which hook.
    pub hook: Hook,
    /// As whom it acts.
    pub caller: Caller,
    /// Whether what it tells about the circumstances counts as verified.
    pub trusted: bool,
    /// Where it comes from.
    pub address: IpAddr,
    /// The signature over it, as we write it; none where the secret itself was shown.
    pub signature: Option<String>,
}

impl Admitted {
    /// What names a signed request that has no id of its own: the same bytes, signed at the same time, act once.
    pub fn signed_key(&self) -> Option<String> {
        let signature = self.signature.as_ref()?;
        Some(calls::digest(format!("{}:{signature}", self.hook.id).as_bytes()))
    }
}

/// The request to the hook at `/hooks/{slug}`.
///
/// # Errors
/// Unauthenticated, the same for a hook that is not there and for a wrong secret. Forbidden: switched off, from an
/// address that is not on its list, or its maker is gone. Limited: too often.
pub async fn by_slug(app: &App, slug: &str, presented: &Presented<'_>) -> Result<Admitted, Fault> {
    let found = match slug.parse::<HookId>() {
        Ok(id) => app.store().any_hook(id).await?,
        Err(_) => app.store().any_hook_by_slug(slug).await?,
    };
    admit(app, found, HookPlatform::Automation, presented).await
}

/// The request of a voice platform that names its hook by its id.
///
/// # Errors
/// As [`by_slug`].
pub async fn by_id(app: &App, id: &str, platform: HookPlatform, presented: &Presented<'_>) -> Result<Admitted, Fault> {
    let found = match id.parse::<HookId>() {
        Ok(id) => app.store().any_hook(id).await?,
        Err(_) => None,
    };
    admit(app, found, platform, presented).await
}

/// The request of a voice platform that names no hook, but shows a hook's secret. None: it shows none.
///
/// # Errors
/// As [`by_slug`].
pub async fn by_secret(
    app: &App,
    platform: HookPlatform,
    presented: &Presented<'_>,
) -> Result<Option<Admitted>, Fault> {
    let Some(secret) = protect::sent(presented.headers).filter(|secret| secret.len() <= 512) else { return Ok(None) };
    let found = app.store().any_hook_by_secret(&callwright_vault::token::hash(secret)).await?;
    let Some(found) = found.filter(|row| row.hook.platform == platform) else { return Ok(None) };
    admit(app, Some(found), platform, presented).await.map(Some)
}

async fn admit(
    app: &App,
    found: Option<HookRow>,
    platform: HookPlatform,
    presented: &Presented<'_>,
) -> Result<Admitted, Fault> {
    let Some(row) = found.filter(|row| row.hook.platform == platform) else { return Err(unknown("")) };
    match let_in(app, &row, presented).await {
        Ok(admitted) => Ok(admitted),
        Err(fault) => {
            note_refused(app, &row.hook, presented, &fault).await;
            // Slugs can be guessed: whoever guesses one is told no more than of a hook that is not there.
            let is_guess = fault.kind == FaultKind::Unauthenticated && row.hook.rules.protection.is_token();
            Err(if is_guess { unknown("") } else { fault })
        }
    }
}

async fn let_in(app: &App, row: &HookRow, presented: &Presented<'_>) -> Result<Admitted, Fault> {
    let (hook, rules) = (&row.hook, &row.hook.rules);
    let signature = verify(app, row, presented).await.map_err(|refused| match refused {
        Refused::Wrong(why) => unknown(why),
        Refused::Fault(fault) => fault,
    })?;
    let networks = networks(&rules.addresses)?;
    let address = presented.address.to_canonical();
    if !networks.is_empty() && !networks.iter().any(|net| net.contains(&address)) {
        let message = format!("this hook takes no requests from {address}");
        return Err(Fault::new(FaultKind::Forbidden, "address_not_allowed", message));
    }
    if !hook.enabled {
        return Err(Fault::new(FaultKind::Forbidden, "hook_disabled", "this hook is switched off"));
    }
    let org = hook.organization_id;
    let bytes = app.vault().unseal(org, &row.request).await?;
    let kept: KeptCaller = serde_json::from_slice(&bytes).map_err(Fault::internal)?;
    let caller = kept.caller(app, org).await?.map_err(|_| {
        let message = "whoever made this hook may not run anything here any more; somebody else has to save it again";
        Fault::new(FaultKind::Forbidden, "hook_orphaned", message)
    })?;
    // Asked anew: whoever is no administrator any more vouches for nobody.
    let trusted = rules.trusted && may_vouch(&caller);
    let caller = narrowed(caller)?;
    take_turn(app, hook).await?;
    Ok(Admitted { hook: hook.clone(), caller, trusted, address: presented.address, signature })
}

enum Refused {
    Wrong(&'static str),
    Fault(Fault),
}

/// Gives the signature, where there is one.
async fn verify(app: &App, row: &HookRow, presented: &Presented<'_>) -> Result<Option<String>, Refused> {
    let protection = &row.hook.rules.protection;
    if let HookProtection::Token { header } = protection {
        let hash = row.secret_hash.as_deref().ok_or(Refused::Wrong("this hook has no secret"))?;
        return protect::check_token(header.as_deref(), hash, presented).map(|()| None).map_err(Refused::Wrong);
    }
    let sealed = row.secret.as_deref().ok_or(Refused::Wrong("this hook has no secret"))?;
    let secret = app.vault().unseal(row.hook.organization_id, sealed).await.map_err(Refused::Fault)?;
    let secret = String::from_utf8(secret).map_err(|error| Refused::Fault(Fault::internal(error)))?;
    protect::check_signature(protection, &secret, presented, app.clock().now()).map(Some).map_err(Refused::Wrong)
}

/// Only what calling tools and running agents needs, and never more than the maker's token may.
fn narrowed(mut caller: Caller) -> Result<Caller, Fault> {
    const NEEDED: [Scope; 2] = [Scope::ToolsCall, Scope::AgentsRun];
    let had = std::mem::take(&mut caller.scopes);
    caller.scopes = NEEDED.into_iter().filter(|scope| had.is_empty() || had.contains(scope)).collect();
    match caller.scopes.is_empty() {
        // Without a scope it would have them all.
        true => Err(Fault::forbidden("the token that made this hook may neither call tools nor run agents")),
        false => Ok(caller),
    }
}

async fn take_turn(app: &App, hook: &Hook) -> Result<(), Fault> {
    let rate = hook.rules.rate_per_minute;
    match take(app, &format!("hook:{}", hook.id), rate).await {
        Ok(()) => Ok(()),
        Err(wait_ms) => {
            let message =
                format!("this hook takes {rate} requests in a minute; try again in {} s", wait_ms.div_ceil(1_000));
            let fault = Fault::new(FaultKind::Limited, "hook_rate_limited", message);
            Err(fault.with_details(serde_json::json!({ "retry_after_ms": wait_ms })))
        }
    }
}

/// Takes a turn of `rate` in a minute.
async fn take(app: &App, key: &str, rate: u32) -> Result<(), u64> {
    let room = app.limits();
    match room.rates.take(app.store(), room.epoch, key, Shape::new(rate, 60, rate)).await {
        Ok(token) => {
            token.spend();
            Ok(())
        }
        Err(Shortage::Empty(ns)) => Err(ns.div_ceil(1_000_000)),
        Err(Shortage::Unknown) => Err(1_000),
    }
}

/// The networks of a hook's list.
///
/// # Errors
/// Names the place of what is neither an address nor a network.
pub(super) fn networks(list: &[String]) -> Result<Vec<IpNet>, Fault> {
    let read = |text: &str| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    list.iter()
        .enumerate()
        .map(|(place, text)| {
            let field = format!("addresses.{place}");
            let wrong =
                || Fault::invalid(&field, format!("`{field}` must be an address or a network such as 192.0.2.0/24"));
            read(text).ok_or_else(wrong)
        })
        .collect()
}

/// The request does not show that it comes from whom it should.
fn unknown(why: &str) -> Fault {
    let why = if why.is_empty() { "there is no such hook, or its secret was not shown" } else { why };
    Fault::new(FaultKind::Unauthenticated, "unauthenticated", why)
}

/// What was refused is noted, a few times in a minute: those who guess shall not push out what was not refused.
async fn note_refused(app: &App, hook: &Hook, presented: &Presented<'_>, fault: &Fault) {
    if take(app, &format!("hook-refused:{}", hook.id), 6).await.is_err() {
        return;
    }
    let came = Came::now(app, hook, presented.address);
    delivery::note(app, came.ended(HookOutcome::Refused).because(&fault.message));
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, account::Role};

    use super::*;

    #[test]
    fn addresses_and_networks_are_read_and_others_named() {
        let list = |texts: &[&str]| networks(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let nets = list(&["192.0.2.0/24", "2001:db8::1"]).unwrap();
        assert!(nets[0].contains(&"192.0.2.9".parse::<IpAddr>().unwrap()));
        assert!(nets[1].contains(&"2001:db8::1".parse::<IpAddr>().unwrap()));
        assert_eq!(list(&["10.0.0.1", "host"]).unwrap_err().details.unwrap()["field"], "addresses.1");
    }

    #[test]
    fn a_hook_has_no_more_scopes_than_it_needs_and_its_maker_had() {
        let ids = IdSource::default();
        let caller = |scopes: &[Scope]| Caller {
            org_id: ids.next(),
            user_id: ids.next(),
            email: String::new(),
            role: Role::Owner,
            token_id: ids.next(),
            scopes: scopes.to_vec(),
            by_session: false,
            request_id: None,
        };
        assert_eq!(narrowed(caller(&[])).unwrap().scopes, [Scope::ToolsCall, Scope::AgentsRun]);
        let some = narrowed(caller(&[Scope::AgentsWrite, Scope::ToolsCall, Scope::ContextTrust])).unwrap();
        assert_eq!(some.scopes, [Scope::ToolsCall]);
        assert!(narrowed(caller(&[Scope::AgentsWrite])).is_err());
    }
}
