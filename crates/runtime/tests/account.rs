//! Accounts over a real SQLite file: who gets in, who is kept out, and who may change whom.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use callwright_guard::{Guard, Options as GuardOptions};
use callwright_model::{
    Clock, Fault, FaultKind, IdSource, SystemClock, Timestamp,
    account::{Caller, Role, Scope},
    page::PageRequest,
    secret::SecretString,
};
use callwright_runtime::{
    App, Settings,
    account::{
        self, SignIn, audit_log, invitation, member, organization, password,
        token::{self, CreateToken},
    },
};
use callwright_store::{Options, Store, audit::AuditFilter};
use callwright_tools::Python;
use callwright_vault::{MasterKey, Vault};
use tempfile::TempDir;

const ADMIN: &str = "a-token-that-somebody-chose";
const PASSWORD: &str = "correct horse battery";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The real time, moved on by hand.
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().micros() + self.0.load(Ordering::SeqCst))
    }
}

struct Place {
    app: App,
    clock: Arc<Moved>,
    _folder: TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            url: None,
            data_dir: folder.path().to_owned(),
            synchronous: callwright_store::Synchronous::Normal,
        };
        let store = Store::open(options).await.unwrap();
        let clock = Arc::new(Moved(AtomicI64::new(0)));
        let guard = Guard::new(GuardOptions::default()).unwrap();
        let key = MasterKey::parse(&"11".repeat(32)).unwrap();
        let ids = IdSource::new(clock.clone());
        let vault = Vault::open(store.clone(), guard.clone(), key, clock.clone(), ids).await.unwrap();
        let app = App::start(Settings::default(), store, vault, guard, Python::new(Default::default()), clock.clone()).await.unwrap();
        account::bootstrap(&app, Some(ADMIN)).await.unwrap();
        Self { app, clock, _folder: folder }
    }

    fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }

    async fn owner(&self) -> Caller {
        account::authenticate(&self.app, ADMIN).await.unwrap()
    }

    async fn join(&self, email: &str, role: Role) -> Caller {
        let (text, _) = invitation::create(&self.app, &self.owner().await, email, role).await.unwrap();
        invitation::accept(&self.app, accept(&text, PASSWORD)).await.unwrap();
        account::sign_in(&self.app, sign_in(email, PASSWORD)).await.unwrap().caller
    }

    async fn actions(&self) -> Vec<String> {
        let page = PageRequest::first(100);
        let rows = audit_log::list(&self.app, &self.owner().await, &AuditFilter::default(), &page).await.unwrap();
        rows.items.into_iter().map(|row| row.action).collect()
    }
}

fn accept(text: &SecretString, password: &str) -> invitation::Accept {
    invitation::Accept {
        token: text.clone(),
        name: Some("Ada".to_owned()),
        password: SecretString::new(password),
        client: HERE,
    }
}

fn sign_in(email: &str, password: &str) -> SignIn {
    SignIn { email: email.to_owned(), password: SecretString::new(password), organization: None, client: HERE }
}

fn plain_token(name: &str) -> CreateToken {
    CreateToken { name: name.to_owned(), role: None, scopes: Vec::new(), expires_at: None, user_id: None }
}

#[track_caller]
fn refused<T>(result: Result<T, Fault>, kind: FaultKind) -> Fault {
    match result {
        Ok(_) => panic!("this was let through"),
        Err(fault) => {
            assert_eq!(fault.kind, kind, "{fault:?}");
            fault
        }
    }
}

#[tokio::test]
async fn the_first_start_makes_an_owner_and_later_ones_keep_them() {
    let place = Place::new().await;
    let owner = place.owner().await;
    assert_eq!((owner.role, owner.email.as_str(), owner.by_session), (Role::Owner, "admin@localhost", false));
    let again = account::bootstrap(&place.app, Some(ADMIN)).await.unwrap();
    assert!(!again.created && again.token.is_none());
    let other = "another-token-that-somebody-chose";
    account::bootstrap(&place.app, Some(other)).await.unwrap();
    assert_eq!(account::authenticate(&place.app, other).await.unwrap().user_id, owner.user_id);
    assert!(account::bootstrap(&place.app, Some("two words")).await.is_err());
}

#[tokio::test]
async fn a_chosen_token_that_was_revoked_stays_so_and_the_start_says_why() {
    let place = Place::new().await;
    let owner = place.owner().await;
    token::revoke(&place.app, &owner, owner.token_id).await.unwrap();
    refused(account::authenticate(&place.app, ADMIN).await, FaultKind::Unauthenticated);
    let fault = refused(account::bootstrap(&place.app, Some(ADMIN)).await, FaultKind::Conflict);
    assert_eq!(fault.code, "bootstrap_token_revoked");
}

#[tokio::test]
async fn a_token_ends_at_once_when_it_is_revoked_and_by_itself_when_it_expires() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let (text, made) = token::create(&place.app, &owner, plain_token("ci")).await.unwrap();
    assert_eq!(account::authenticate(&place.app, text.expose()).await.unwrap().token_id, made.id);
    token::revoke(&place.app, &owner, made.id).await.unwrap();
    refused(account::authenticate(&place.app, text.expose()).await, FaultKind::Unauthenticated);
    refused(token::revoke(&place.app, &owner, made.id).await, FaultKind::NotFound);

    let expires_at = Some(place.clock.now().plus(Duration::from_secs(60)));
    let (text, _) =
        token::create(&place.app, &owner, CreateToken { expires_at, ..plain_token("short") }).await.unwrap();
    account::authenticate(&place.app, text.expose()).await.unwrap();
    place.pass(Duration::from_secs(61));
    refused(account::authenticate(&place.app, text.expose()).await, FaultKind::Unauthenticated);
    let past = CreateToken { expires_at, ..plain_token("past") };
    refused(token::create(&place.app, &owner, past).await, FaultKind::Invalid);
    for nonsense in ["", "nonsense", &"x".repeat(100_000)] {
        refused(account::authenticate(&place.app, nonsense).await, FaultKind::Unauthenticated);
    }
}

#[tokio::test]
async fn a_caller_is_the_lesser_of_token_and_member() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let ada = place.join("ada@example.org", Role::Builder).await;
    let viewer = CreateToken { role: Some(Role::Viewer), scopes: vec![Scope::Read], ..plain_token("read") };
    let (text, _) = token::create(&place.app, &ada, viewer).await.unwrap();
    let caller = account::authenticate(&place.app, text.expose()).await.unwrap();
    assert_eq!((caller.role, caller.scopes), (Role::Viewer, vec![Scope::Read]));

    let (text, _) = token::create(&place.app, &ada, plain_token("whole")).await.unwrap();
    assert_eq!(account::authenticate(&place.app, text.expose()).await.unwrap().role, Role::Builder);
    member::set_role(&place.app, &owner, ada.user_id, Role::Viewer).await.unwrap();
    assert_eq!(account::authenticate(&place.app, text.expose()).await.unwrap().role, Role::Viewer, "at once");
    member::remove(&place.app, &owner, ada.user_id).await.unwrap();
    refused(account::authenticate(&place.app, text.expose()).await, FaultKind::Unauthenticated);
}

#[tokio::test]
async fn a_token_never_makes_more_than_it_is() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let admin = place.join("ada@example.org", Role::Admin).await;
    let builder = place.join("bob@example.org", Role::Builder).await;
    let as_role = |role| CreateToken { role: Some(role), ..plain_token("x") };
    refused(token::create(&place.app, &builder, as_role(Role::Admin)).await, FaultKind::Forbidden);
    let for_user = |user_id| CreateToken { user_id: Some(user_id), ..plain_token("x") };
    refused(token::create(&place.app, &builder, for_user(admin.user_id)).await, FaultKind::Forbidden);
    refused(token::create(&place.app, &admin, for_user(owner.user_id)).await, FaultKind::Forbidden);
    let (_, made) = token::create(&place.app, &admin, for_user(builder.user_id)).await.unwrap();
    assert_eq!((made.user_id, made.role), (builder.user_id, Role::Builder));

    let scoped = CreateToken { scopes: vec![Scope::ToolsCall], ..plain_token("calls") };
    let (text, _) = token::create(&place.app, &admin, scoped.clone()).await.unwrap();
    let caller = account::authenticate(&place.app, text.expose()).await.unwrap();
    refused(token::create(&place.app, &caller, scoped).await, FaultKind::Forbidden);
    refused(token::list(&place.app, &caller, false, &PageRequest::first(10)).await, FaultKind::Forbidden);
    refused(token::revoke(&place.app, &builder, admin.token_id).await, FaultKind::NotFound);
    refused(token::list(&place.app, &builder, true, &PageRequest::first(10)).await, FaultKind::Forbidden);
    refused(token::revoke(&place.app, &admin, owner.token_id).await, FaultKind::Forbidden);
}

#[tokio::test]
async fn guessing_is_slowed_down_even_when_the_guess_is_right() {
    let place = Place::new().await;
    place.join("ada@example.org", Role::Viewer).await;
    for _ in 0..5 {
        let fault = refused(
            account::sign_in(&place.app, sign_in("ada@example.org", "wrong password")).await,
            FaultKind::Unauthenticated,
        );
        assert_eq!(fault.code, "wrong_credentials");
    }
    let wait = |fault: Fault| fault.details.unwrap()["retry_after_ms"].as_u64().unwrap();
    let locked = refused(account::sign_in(&place.app, sign_in("Ada@Example.org", PASSWORD)).await, FaultKind::Limited);
    let first = wait(locked);
    place.pass(Duration::from_millis(first + 1));
    refused(
        account::get_token(&place.app, sign_in("ada@example.org", "wrong again")).await,
        FaultKind::Unauthenticated,
    );
    let second =
        wait(refused(account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await, FaultKind::Limited));
    assert!(second > first, "{second} after {first}");
    place.pass(Duration::from_millis(second + 1));
    account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await.unwrap();
    refused(account::sign_in(&place.app, sign_in("ada@example.org", "wrong")).await, FaultKind::Unauthenticated);
    account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn many_guesses_at_once_gain_nothing() {
    let place = Place::new().await;
    place.join("ada@example.org", Role::Viewer).await;
    let guesses = (0..12).map(|_| account::sign_in(&place.app, sign_in("ada@example.org", "wrong password")));
    let results = futures_util::future::join_all(guesses).await;
    let looked_at =
        results.iter().filter(|result| result.as_ref().is_err_and(|f| f.kind == FaultKind::Unauthenticated));
    assert!(looked_at.count() <= 5);
}

#[tokio::test]
async fn strangers_are_told_the_same_as_those_who_mistype() {
    let place = Place::new().await;
    place.join("ada@example.org", Role::Viewer).await;
    let known = refused(
        account::sign_in(&place.app, sign_in("ada@example.org", "wrong password")).await,
        FaultKind::Unauthenticated,
    );
    for email in ["nobody@example.org", "admin@localhost", "no address"] {
        let fault =
            refused(account::sign_in(&place.app, sign_in(email, "wrong password")).await, FaultKind::Unauthenticated);
        assert_eq!((fault.code, fault.message.as_str()), (known.code, known.message.as_str()));
    }
}

#[tokio::test]
async fn a_session_ends_when_its_user_signs_out_and_a_short_token_after_an_hour() {
    let place = Place::new().await;
    place.join("ada@example.org", Role::Viewer).await;
    let session = account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await.unwrap();
    let caller = account::authenticate(&place.app, session.token.expose()).await.unwrap();
    assert!(caller.by_session);
    let csrf = account::csrf_token(session.token.expose());
    assert!(account::is_csrf_token(session.token.expose(), &csrf) && !account::is_csrf_token("other", &csrf));
    account::sign_out(&place.app, &caller).await.unwrap();
    refused(account::authenticate(&place.app, session.token.expose()).await, FaultKind::Unauthenticated);

    let short = account::get_token(&place.app, sign_in("ada@example.org", PASSWORD)).await.unwrap();
    place.pass(Duration::from_secs(3000));
    let caller = account::authenticate(&place.app, short.token.expose()).await.unwrap();
    let renewed = account::renew(&place.app, &caller).await.unwrap();
    assert!(renewed.expires_at > short.expires_at);
    place.pass(Duration::from_secs(1000));
    refused(account::authenticate(&place.app, short.token.expose()).await, FaultKind::Unauthenticated);
    account::authenticate(&place.app, renewed.token.expose()).await.unwrap();
    refused(account::sign_out(&place.app, &place.owner().await).await, FaultKind::Conflict);
}

#[tokio::test]
async fn an_admin_cannot_touch_an_owner_and_an_owner_is_always_left() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let admin = place.join("ada@example.org", Role::Admin).await;
    let builder = place.join("bob@example.org", Role::Builder).await;
    refused(member::set_role(&place.app, &admin, owner.user_id, Role::Viewer).await, FaultKind::Forbidden);
    refused(member::remove(&place.app, &admin, owner.user_id).await, FaultKind::Forbidden);
    refused(member::set_role(&place.app, &admin, builder.user_id, Role::Owner).await, FaultKind::Forbidden);
    refused(member::set_role(&place.app, &admin, admin.user_id, Role::Owner).await, FaultKind::Forbidden);
    refused(invitation::create(&place.app, &admin, "c@example.org", Role::Owner).await, FaultKind::Forbidden);
    refused(member::set_role(&place.app, &builder, builder.user_id, Role::Admin).await, FaultKind::Forbidden);
    let last = refused(member::set_role(&place.app, &owner, owner.user_id, Role::Admin).await, FaultKind::Conflict);
    assert_eq!(last.code, "last_owner");
    refused(member::remove(&place.app, &owner, owner.user_id).await, FaultKind::Conflict);
    let raised = member::set_role(&place.app, &admin, builder.user_id, Role::Admin).await.unwrap();
    assert_eq!(raised.role, Role::Admin);
    organization::transfer(&place.app, &owner, admin.user_id).await.unwrap();
    assert_eq!(place.owner().await.role, Role::Admin);
    refused(organization::delete(&place.app, &place.owner().await, "Default").await, FaultKind::Forbidden);
}

#[tokio::test]
async fn an_invitation_is_good_once_and_opens_nobody_elses_account() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let (first, _) = invitation::create(&place.app, &owner, "Ada@Example.org", Role::Viewer).await.unwrap();
    let (second, _) = invitation::create(&place.app, &owner, "ada@example.org", Role::Builder).await.unwrap();
    refused(invitation::accept(&place.app, accept(&first, PASSWORD)).await, FaultKind::NotFound);
    refused(invitation::accept(&place.app, accept(&second, "short")).await, FaultKind::Invalid);
    let joined = invitation::accept(&place.app, accept(&second, PASSWORD)).await.unwrap();
    assert_eq!((joined.role, joined.email.as_str()), (Role::Builder, "ada@example.org"));
    refused(invitation::accept(&place.app, accept(&second, PASSWORD)).await, FaultKind::NotFound);
    refused(invitation::create(&place.app, &owner, "ada@example.org", Role::Viewer).await, FaultKind::Conflict);

    member::remove(&place.app, &owner, joined.user_id).await.unwrap();
    let (back, _) = invitation::create(&place.app, &owner, "ada@example.org", Role::Viewer).await.unwrap();
    refused(invitation::accept(&place.app, accept(&back, "another password")).await, FaultKind::Unauthenticated);
    let again = invitation::accept(&place.app, accept(&back, PASSWORD)).await.unwrap();
    assert_eq!(again.user_id, joined.user_id);

    let (late, _) = invitation::create(&place.app, &owner, "late@example.org", Role::Viewer).await.unwrap();
    place.pass(Duration::from_secs(8 * 24 * 3600));
    refused(invitation::accept(&place.app, accept(&late, PASSWORD)).await, FaultKind::NotFound);
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_but_not_api_tokens() {
    let place = Place::new().await;
    let ada = place.join("ada@example.org", Role::Builder).await;
    let other = account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await.unwrap();
    let (api, _) = token::create(&place.app, &ada, plain_token("ci")).await.unwrap();
    let new = SecretString::new("a different password");
    refused(password::change(&place.app, &ada, None, &new, HERE).await, FaultKind::Invalid);
    let wrong = SecretString::new("not the password");
    refused(password::change(&place.app, &ada, Some(&wrong), &new, HERE).await, FaultKind::Forbidden);
    password::change(&place.app, &ada, Some(&SecretString::new(PASSWORD)), &new, HERE).await.unwrap();
    refused(account::authenticate(&place.app, other.token.expose()).await, FaultKind::Unauthenticated);
    account::authenticate(&place.app, api.expose()).await.unwrap();
    account::sign_in(&place.app, sign_in("ada@example.org", "a different password")).await.unwrap();
    refused(account::sign_in(&place.app, sign_in("ada@example.org", PASSWORD)).await, FaultKind::Unauthenticated);
}

#[tokio::test]
async fn the_first_password_needs_a_token_that_is_worth_as_much_as_its_user() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let lesser = CreateToken { role: Some(Role::Viewer), ..plain_token("lesser") };
    let (text, _) = token::create(&place.app, &owner, lesser).await.unwrap();
    let caller = account::authenticate(&place.app, text.expose()).await.unwrap();
    let new = SecretString::new("a different password");
    refused(password::change(&place.app, &caller, None, &new, HERE).await, FaultKind::Forbidden);
    password::change(&place.app, &owner, None, &new, HERE).await.unwrap();
    let session = account::sign_in(&place.app, sign_in("admin@localhost", "a different password")).await.unwrap();
    assert_eq!(account::me(&place.app, &session.caller).await.unwrap().role, Role::Owner);
}

#[tokio::test]
async fn everything_leaves_a_row_in_the_audit_log() {
    let place = Place::new().await;
    let owner = place.owner().await;
    let ada = place.join("ada@example.org", Role::Viewer).await;
    organization::rename(&place.app, &owner, "Engines").await.unwrap();
    member::remove(&place.app, &owner, ada.user_id).await.unwrap();
    refused(organization::rename(&place.app, &ada, "Mine").await, FaultKind::Forbidden);
    assert_eq!(
        place.actions().await,
        [
            "member.remove",
            "organization.rename",
            "session.create",
            "invitation.accept",
            "invitation.create",
            "organization.create"
        ]
    );
    refused(organization::delete(&place.app, &owner, "Default").await, FaultKind::Invalid);
    organization::delete(&place.app, &owner, "Engines").await.unwrap();
    refused(account::authenticate(&place.app, ADMIN).await, FaultKind::Unauthenticated);
}
