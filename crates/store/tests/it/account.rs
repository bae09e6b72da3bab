//! Organizations, members, tokens, invitations, and the slowing down of guesses.

use std::time::Duration;

use callwright_model::{
    account::{Invitation, Role, Scope, Token, TokenKind},
    id::{OrgId, UserId},
    page::PageRequest,
};
use callwright_store::{account::User, invitation::NewInvitation, token::NewToken};
use futures_util::future::join_all;

use crate::support::{Database, all_pages, at, code};

fn token(db: &Database, org: OrgId, user: UserId, hash: &str) -> NewToken {
    let token = Token {
        id: db.id(),
        user_id: user,
        name: "for the tests".to_owned(),
        kind: TokenKind::Api,
        prefix: "cw_abcd".to_owned(),
        role: Role::Builder,
        scopes: vec![Scope::ToolsCall, Scope::ContextTrust],
        expires_at: None,
        last_used_at: None,
        created_at: at(0),
    };
    NewToken { token, org_id: org, hash: hash.to_owned() }
}

fn invitation(db: &Database, org: OrgId, by: UserId, email: &str, hash: &str) -> NewInvitation {
    let invitation = Invitation {
        id: db.id(),
        email: email.to_owned(),
        role: Role::Builder,
        invited_by: by,
        expires_at: at(100),
        created_at: at(0),
    };
    NewInvitation { invitation, org_id: org, hash: hash.to_owned() }
}

fn user(db: &Database, email: &str) -> User {
    User { id: db.id(), email: email.to_owned(), name: "New".to_owned(), password_hash: None, created_at: at(0) }
}

on_both! {
    async fn addresses_are_one_in_any_letter_case(db) {
        let ann = user(db, "Ann@Example.com");
        db.store.create_user(&ann).await.unwrap();
        let found = db.store.user_by_email("aNN@example.COM").await.unwrap().unwrap();
        assert_eq!((found.id, found.email.as_str()), (ann.id, "ann@example.com"));
        assert_eq!(code(db.store.create_user(&user(db, "ANN@example.com")).await), "email_taken");
        assert!(db.store.set_password(ann.id, "$argon2id$x").await.unwrap());
        let found = db.store.user_by_id(ann.id).await.unwrap().unwrap();
        assert_eq!(found.password_hash.as_deref(), Some("$argon2id$x"));
        assert!(!format!("{found:?}").contains("argon2id") && !format!("{found:?}").contains("ann@"));
        assert!(!db.store.set_password(db.id(), "x").await.unwrap());
    }

    async fn an_organization_keeps_an_owner(db) {
        let (org, owner) = db.organization().await;
        let admin = db.user(org, Role::Admin).await;
        assert_eq!(code(db.store.set_role(org, owner, Role::Admin).await), "last_owner");
        assert_eq!(code(db.store.remove_member(org, owner, at(1)).await), "last_owner");
        assert_eq!(db.store.member(org, owner).await.unwrap().unwrap().role, Role::Owner);
        assert!(db.store.set_role(org, admin, Role::Owner).await.unwrap());
        assert!(db.store.remove_member(org, owner, at(1)).await.unwrap());
        assert_eq!(db.store.member(org, owner).await.unwrap(), None);
        assert!(!db.store.remove_member(org, owner, at(1)).await.unwrap());
        assert!(!db.store.set_role(org, owner, Role::Viewer).await.unwrap());
    }

    async fn two_owners_cannot_demote_each_other_at_once(db) {
        for _ in 0..10 {
            let (org, one) = db.organization().await;
            let other = db.user(org, Role::Owner).await;
            let (a, b) = tokio::join!(
                db.store.set_role(org, one, Role::Viewer),
                db.store.remove_member(org, other, at(1)),
            );
            assert_eq!([a, b].iter().filter(|outcome| outcome.is_ok()).count(), 1);
        }
    }

    async fn ownership_goes_from_an_owner_to_a_member(db) {
        let (org, owner) = db.organization().await;
        let heir = db.user(org, Role::Viewer).await;
        assert_eq!(code(db.store.transfer_organization(org, heir, owner).await), "not_owner");
        assert_eq!(code(db.store.transfer_organization(org, owner, owner).await), "not_owner");
        assert_eq!(code(db.store.transfer_organization(org, owner, db.id()).await), "not_a_member");
        db.store.transfer_organization(org, owner, heir).await.unwrap();
        assert_eq!(db.store.user_organizations(heir).await.unwrap(), [(org, Role::Owner)]);
        assert_eq!(db.store.user_organizations(owner).await.unwrap(), [(org, Role::Admin)]);
    }

    async fn members_are_listed_once_each(db) {
        let (org, owner) = db.organization().await;
        let (other_org, _) = db.organization().await;
        let mut expected = vec![owner];
        for _ in 0..7 {
            expected.push(db.user(org, Role::Viewer).await);
        }
        db.user(other_org, Role::Viewer).await;
        expected.sort();
        for limit in [1, 3, 8, 200] {
            let found = all_pages(limit, |page| async move { db.store.members(org, &page).await }).await;
            assert_eq!(found.iter().map(|member| member.user_id).collect::<Vec<_>>(), expected);
        }
        assert_eq!(code(db.store.add_member(org, owner, Role::Viewer, at(0)).await), "already_member");
    }

    async fn a_token_is_found_with_its_user_and_membership(db) {
        let (org, owner) = db.organization().await;
        let new = token(db, org, owner, "h1");
        db.store.create_token(&new).await.unwrap();
        let found = db.store.token_by_hash("h1").await.unwrap().unwrap();
        assert_eq!((&found.token, found.org_id, found.member_role), (&new.token, org, Role::Owner));
        assert_eq!((found.email, found.hash, found.revoked_at), (format!("{owner}@example.com"), "h1".to_owned(), None));
        assert_eq!(db.store.token_by_hash("h2").await.unwrap(), None);

        db.store.touch_tokens(&[(new.token.id, at(60)), (db.id(), at(60))]).await.unwrap();
        db.store.touch_tokens(&[(new.token.id, at(30))]).await.unwrap();
        let found = db.store.token_by_hash("h1").await.unwrap().unwrap();
        assert_eq!(found.token.last_used_at, Some(at(60)));

        assert!(db.store.revoke_token(org, new.token.id, at(70)).await.unwrap());
        assert!(!db.store.revoke_token(org, new.token.id, at(80)).await.unwrap());
        assert_eq!(db.store.token_by_hash("h1").await.unwrap().unwrap().revoked_at, Some(at(70)));
    }

    async fn leaving_ends_tokens_and_grants_in_that_organization_only(db) {
        let (org, owner) = db.organization().await;
        let (other_org, other_owner) = db.organization().await;
        let member = db.user(org, Role::Builder).await;
        db.store.add_member(other_org, member, Role::Builder, at(0)).await.unwrap();
        db.store.create_token(&token(db, org, member, "here")).await.unwrap();
        db.store.create_token(&token(db, other_org, member, "there")).await.unwrap();
        let tool = db.tool(org, owner, "private");
        db.store.create_tool(&tool, None, owner).await.unwrap();
        db.store.grant_tool(org, tool.id, member, owner, at(1)).await.unwrap();
        let other_tool = db.tool(other_org, other_owner, "private");
        db.store.create_tool(&other_tool, None, other_owner).await.unwrap();
        db.store.grant_tool(other_org, other_tool.id, member, other_owner, at(1)).await.unwrap();

        assert!(db.store.remove_member(org, member, at(2)).await.unwrap());
        assert_eq!(db.store.token_by_hash("here").await.unwrap(), None);
        assert_eq!(db.store.token_by_hash("there").await.unwrap().unwrap().revoked_at, None);
        assert!(!db.store.is_granted(org, tool.id, member).await.unwrap());
        assert!(db.store.is_granted(other_org, other_tool.id, member).await.unwrap());
        // Coming back does not bring the old token back.
        db.store.add_member(org, member, Role::Viewer, at(3)).await.unwrap();
        assert_eq!(db.store.token_by_hash("here").await.unwrap().unwrap().revoked_at, Some(at(2)));
    }

    async fn tokens_are_listed_revoked_and_purged(db) {
        let (org, owner) = db.organization().await;
        let member = db.user(org, Role::Viewer).await;
        for n in 0..6 {
            let user = if n % 2 == 0 { owner } else { member };
            let mut new = token(db, org, user, &format!("t{n}"));
            new.token.expires_at = (n >= 4).then(|| at(10));
            db.store.create_token(&new).await.unwrap();
        }
        let list = |user| all_pages(2, move |page| async move { db.store.tokens(org, user, &page).await });
        assert_eq!(list(None).await.len(), 6);
        assert_eq!(list(Some(member)).await.len(), 3);
        assert_eq!(db.store.purge_expired_tokens(at(10)).await.unwrap(), 0);
        assert_eq!(db.store.purge_expired_tokens(at(11)).await.unwrap(), 2);
        assert_eq!(db.store.revoke_tokens_of(org, member, at(12)).await.unwrap(), 2);
        let left = list(None).await;
        assert!(left.len() == 2 && left.iter().all(|token| token.user_id == owner));
        assert!(db.store.token(org, left[0].id).await.unwrap().is_some());
        let (other_org, _) = db.organization().await;
        assert_eq!(db.store.token(other_org, left[0].id).await.unwrap(), None);
        assert!(!db.store.revoke_token(other_org, left[0].id, at(13)).await.unwrap());
    }

    async fn a_revoked_token_is_remembered_and_one_that_was_left_is_not(db) {
        let (org, owner) = db.organization().await;
        let mut ids = Vec::new();
        for name in ["expires", "revoked", "left", "left, then revoked"] {
            let mut new = token(db, org, owner, name);
            new.token.expires_at = Some(at(10));
            ids.push(new.token.id);
            db.store.create_token(&new).await.unwrap();
        }
        assert!(db.store.revoke_token(org, ids[1], at(2)).await.unwrap());
        for id in [ids[2], ids[3]] {
            let left = db.store.write((org, id), |(org, id), tx| Box::pin(tx.sign_out(*org, *id, at(2)))).await;
            assert!(left.unwrap());
        }
        assert!(db.store.revoke_token(org, ids[3], at(3)).await.unwrap());
        assert!(!db.store.revoke_token(org, ids[3], at(3)).await.unwrap());
        // Years later what it had set going may still be there.
        assert_eq!(db.store.purge_expired_tokens(at(10_000_000)).await.unwrap(), 2);
        let mut revoked = Vec::new();
        for id in ids {
            revoked.push(db.store.is_token_revoked(org, id).await.unwrap());
        }
        assert_eq!(revoked, [false, true, false, true]);
    }

    async fn an_invitation_is_good_once(db) {
        let (org, owner) = db.organization().await;
        db.store.create_invitation(&invitation(db, org, owner, "New@Example.com", "first")).await.unwrap();
        // A second one to the same address makes the first void.
        let new = invitation(db, org, owner, "new@example.com", "second");
        db.store.create_invitation(&new).await.unwrap();
        let somebody = user(db, "new@example.com");
        assert_eq!(db.store.accept_invitation("first", &somebody, at(1)).await.unwrap(), None);
        let stranger = user(db, "stranger@example.com");
        assert_eq!(code(db.store.accept_invitation("second", &stranger, at(1)).await), "invitation_for_other");
        assert_eq!(db.store.user_by_email("stranger@example.com").await.unwrap(), None);
        assert_eq!(db.store.accept_invitation("second", &somebody, at(100)).await.unwrap(), None, "it has expired");
        let (found_org, found) = db.store.invitation_by_hash("second").await.unwrap().unwrap();
        assert_eq!((found_org, found.email.as_str()), (org, "new@example.com"));

        let outcomes = join_all((0..10).map(|_| db.store.accept_invitation("second", &somebody, at(2)))).await;
        let accepted: Vec<_> = outcomes.into_iter().filter_map(|outcome| outcome.expect("answers")).collect();
        assert_eq!(accepted, [(org, Role::Builder)]);
        assert_eq!(db.store.member(org, somebody.id).await.unwrap().unwrap().role, Role::Builder);
    }

    async fn a_known_user_takes_an_invitation_up_under_their_own_address(db) {
        let (org, owner) = db.organization().await;
        let known = user(db, "known@example.com");
        db.store.create_user(&known).await.unwrap();
        db.store.create_invitation(&invitation(db, org, owner, "known@example.com", "k")).await.unwrap();
        // The same id with another address does not help, nor the same address with another id.
        let pretender = User { email: "known@example.com".to_owned(), ..user(db, "") };
        assert_eq!(code(db.store.accept_invitation("k", &pretender, at(1)).await), "email_taken");
        let renamed = User { email: "other@example.com".to_owned(), ..known.clone() };
        assert_eq!(db.store.accept_invitation("k", &renamed, at(1)).await.unwrap(), Some((org, Role::Builder)));
        assert_eq!(db.store.user_by_id(known.id).await.unwrap().unwrap().email, "known@example.com");
    }

    async fn invitations_are_listed_and_withdrawn(db) {
        let (org, owner) = db.organization().await;
        let (other_org, _) = db.organization().await;
        for n in 0..5 {
            let new = invitation(db, org, owner, &format!("u{n}@example.com"), &format!("i{n}"));
            db.store.create_invitation(&new).await.unwrap();
        }
        let list = |org| all_pages(2, move |page| async move { db.store.invitations(org, &page).await });
        let found = list(org).await;
        assert_eq!((found.len(), list(other_org).await.len()), (5, 0));
        assert!(!db.store.delete_invitation(other_org, found[0].id).await.unwrap());
        assert!(db.store.delete_invitation(org, found[0].id).await.unwrap());
        assert_eq!(list(org).await.len(), 4);
    }

    async fn failures_are_counted_for_a_while(db) {
        let window = Duration::from_secs(60);
        assert_eq!(db.store.failures("ip", at(0)).await.unwrap(), 0);
        for n in 1..=3 {
            assert_eq!(db.store.record_failure("ip", at(n), window).await.unwrap(), n);
        }
        assert_eq!(db.store.failures("ip", at(62)).await.unwrap(), 3);
        assert_eq!(db.store.failures("ip", at(63)).await.unwrap(), 0);
        assert_eq!(db.store.record_failure("ip", at(63), window).await.unwrap(), 1);
        db.store.clear_failures("ip").await.unwrap();
        assert_eq!(db.store.failures("ip", at(63)).await.unwrap(), 0);
        db.store.record_failure("old", at(0), window).await.unwrap();
        assert_eq!(db.store.purge_failures(at(60)).await.unwrap(), 1);
    }

    async fn a_deleted_organization_takes_everything_along_and_nothing_else(db) {
        let (org, owner) = db.organization().await;
        let (other_org, other_owner) = db.organization().await;
        for (org, owner) in [(org, owner), (other_org, other_owner)] {
            db.store.create_token(&token(db, org, owner, &format!("t-{org}"))).await.unwrap();
            let tool = db.tool(org, owner, "look");
            db.store.create_tool(&tool, None, owner).await.unwrap();
            for _ in 0..30 {
                let mut execution = db.execution(org);
                execution.tool_id = tool.id;
                db.store.record_read(execution).await.unwrap();
            }
        }
        assert_eq!(db.store.count_organizations().await.unwrap(), 2);
        assert!(db.store.delete_organization(org).await.unwrap());
        assert!(!db.store.delete_organization(org).await.unwrap());
        assert_eq!(db.store.organization(org).await.unwrap(), None);
        assert_eq!(db.store.token_by_hash(&format!("t-{org}")).await.unwrap(), None);
        assert!(db.store.token_by_hash(&format!("t-{other_org}")).await.unwrap().is_some());
        let page = PageRequest::first(200);
        assert!(db.store.executions(org, &Default::default(), &page).await.unwrap().items.is_empty());
        assert_eq!(db.store.executions(other_org, &Default::default(), &page).await.unwrap().items.len(), 30);
        assert!(db.store.all_tools_of(org).await.unwrap().is_empty());
        assert_eq!(db.store.all_tools_of(other_org).await.unwrap().len(), 1);
        assert!(db.store.user_by_id(owner).await.unwrap().is_some(), "people outlive organizations");
        assert!(db.store.rename_organization(other_org, "Other").await.unwrap());
        assert_eq!(db.store.organization(other_org).await.unwrap().unwrap().name, "Other");
    }
}
