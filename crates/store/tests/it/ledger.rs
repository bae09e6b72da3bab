//! One effect per intent: claims, fences, take-overs, and what dead servers leave behind.

use std::time::Duration;

use callwright_model::{
    Content, ErrorClass, ToolError,
    execution::{Settlement, State},
    id::{ExecutionId, NodeId, UserId},
    ticket::{Shown, Ticket, TicketKind, TicketRule, TicketState},
};
use callwright_store::{
    Store,
    execution::{Claim, Fence, FinishExecution, NewExecution, Whose},
    ticket::TicketRow,
};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Database, at};

const LEASE_MS: u32 = 60_000;

fn first(node: NodeId) -> Fence {
    Fence { node_id: node, epoch: 1 }
}

fn end(fence: Fence, state: State) -> FinishExecution {
    FinishExecution {
        fence,
        state,
        output: (state == State::Done).then(|| Content::json(json!({"ok": true}))),
        error: matches!(state, State::Failed | State::Unknown).then(lost),
        attempts: Vec::new(),
        ended_at: at(20),
        duration_us: 10_000_000,
        sealed_outcome: Some("sealed".to_owned()),
        keep_slot: true,
        news: None,
        void: None,
    }
}

fn lost() -> ToolError {
    ToolError::new(ErrorClass::OutcomeUnknown, "server_lost", "the server went away")
}

/// The ticket of a result that comes later.
fn callback(db: &Database, new: &NewExecution, user: UserId) -> TicketRow {
    let shown = Shown {
        arguments: json!({}),
        question: None,
        title: String::new(),
        description: String::new(),
        version: "1.0.0".to_owned(),
        effect: "write".to_owned(),
    };
    let rule = TicketRule { count: 1, role: None, users: Vec::new(), four_eyes: false, links: Vec::new() };
    let ticket = Ticket {
        id: db.id(),
        organization_id: new.execution.organization_id,
        execution_id: new.execution.id,
        kind: TicketKind::Callback,
        state: TicketState::Open,
        tool_id: new.execution.tool_id,
        tool_name: new.execution.tool_name.clone(),
        revision: 1,
        agent_id: None,
        user_id: user,
        token_id: db.id(),
        conversation_id: None,
        call_id: None,
        shown,
        rule,
        decisions: Vec::new(),
        expires_at: at(1_000),
        created_at: at(1),
        updated_at: at(1),
        revised: 1,
    };
    TicketRow {
        ticket,
        binding: String::new(),
        request: String::new(),
        secret_hash: None,
        answer: None,
        rerun: false,
        notified: true,
        revised: 1,
    }
}

async fn node(db: &Database) -> NodeId {
    let node = db.id();
    db.store.register_node(node, LEASE_MS).await.unwrap();
    node
}

/// Another server takes the place of `node`, which is dead from now on.
async fn succeed(db: &Database, node: NodeId) -> NodeId {
    db.store.remove_node(node).await.unwrap();
    self::node(db).await
}

fn existing(claim: Claim) -> Box<callwright_store::execution::LedgerRow> {
    match claim {
        Claim::Existing(row) => row,
        Claim::Ours => panic!("the slot was free"),
    }
}

async fn state(store: &Store, new: &NewExecution) -> State {
    store.execution(new.execution.organization_id, new.execution.id).await.unwrap().unwrap().state
}

on_both! {
    async fn of_two_hundred_who_want_an_intent_one_gets_it(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        let wishes: Vec<_> = (0..200).map(|_| db.write(org, node, Some("slot"))).collect();
        let claims = join_all(wishes.into_iter().map(|new| {
            let store = db.store.clone();
            tokio::spawn(async move { (new.execution.id, store.claim_and_start(&new).await.unwrap()) })
        }))
        .await;
        let claims: Vec<_> = claims.into_iter().map(|claim| claim.unwrap()).collect();
        let winners: Vec<ExecutionId> =
            claims.iter().filter(|(_, claim)| *claim == Claim::Ours).map(|(id, _)| *id).collect();
        assert_eq!(winners.len(), 1);
        for (_, claim) in claims.into_iter().filter(|(_, claim)| *claim != Claim::Ours) {
            let row = existing(claim);
            assert_eq!((row.execution.id, row.execution.state, row.epoch), (winners[0], State::Started, 1));
        }
    }

    async fn an_intent_belongs_to_one_organization(db) {
        let (org, _) = db.organization().await;
        let (other, _) = db.organization().await;
        let node = node(db).await;
        let new = db.write(org, node, Some("slot"));
        assert_eq!(db.store.claim_and_start(&new).await.unwrap(), Claim::Ours);
        assert_eq!(db.store.claim_and_start(&db.write(other, node, Some("slot"))).await.unwrap(), Claim::Ours);
        let row = db.store.ledger_row(org, "slot").await.unwrap().unwrap();
        assert_eq!(row.execution.id, new.execution.id);
        assert_eq!(db.store.ledger_row(other, "other").await.unwrap(), None);
        assert_eq!(db.store.ledger_row_by_id(other, new.execution.id).await.unwrap(), None);
    }

    async fn without_an_intent_nothing_is_deduplicated(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        for _ in 0..3 {
            assert_eq!(db.store.claim_and_start(&db.write(org, node, None)).await.unwrap(), Claim::Ours);
        }
        // The same row twice is one claim whose answer was lost.
        let new = db.write(org, node, Some("slot"));
        assert_eq!(db.store.claim_and_start(&new).await.unwrap(), Claim::Ours);
        assert_eq!(db.store.claim_and_start(&new).await.unwrap(), Claim::Ours);
    }

    async fn a_finished_intent_gives_its_outcome(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        let new = db.write(org, node, Some("slot"));
        db.store.claim_and_start(&new).await.unwrap();
        assert!(db.store.finish(new.execution.id, end(first(node), State::Done)).await.unwrap());
        let row = existing(db.store.claim_and_start(&db.write(org, node, Some("slot"))).await.unwrap());
        assert_eq!((row.execution.id, row.execution.state), (new.execution.id, State::Done));
        assert_eq!(row.execution.output, Some(Content::json(json!({"ok": true}))));
        assert_eq!((row.sealed_outcome.as_deref(), row.updated_at), (Some("sealed"), at(20)));
        assert_eq!((row.execution.ended_at, row.execution.duration_ms), (Some(at(20)), Some(10_000.0)));
        assert_eq!(row.execution.started_at, Some(at(10)));
    }

    async fn a_ticket_is_closed_with_its_execution_and_only_by_its_owner(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let mut new = db.write(org, node, None);
        new.execution.state = State::Started;
        let ticket = callback(db, &new, user);
        let id = ticket.ticket.id;
        assert_eq!(db.store.claim_with_ticket(new.clone(), ticket, None).await.unwrap(), Claim::Ours);
        let state = async || db.store.any_ticket(id).await.unwrap().unwrap().ticket.state;
        let failed = |fence| FinishExecution { void: Some(id), ..end(fence, State::Failed) };
        // Another node is at it by now: its callback still needs the ticket.
        assert!(!db.store.finish(new.execution.id, failed(Fence { node_id: node, epoch: 2 })).await.unwrap());
        assert_eq!(state().await, TicketState::Open);
        assert!(db.store.finish(new.execution.id, failed(first(node))).await.unwrap());
        assert_eq!(state().await, TicketState::Void);
    }

    async fn an_expired_intent_may_be_claimed_again_but_not_while_it_is_under_way(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        let new = db.write(org, node, Some("slot"));
        db.store.claim_and_start(&new).await.unwrap();
        let mut late = db.write(org, node, Some("slot"));
        late.execution.received_at = at(1_000);
        late.intent_expires_at = Some(at(2_000));
        assert_eq!(existing(db.store.claim_and_start(&late).await.unwrap()).execution.id, new.execution.id);
        db.store.finish(new.execution.id, end(first(node), State::Done)).await.unwrap();
        let mut early = late.clone();
        early.execution.received_at = at(999);
        existing(db.store.claim_and_start(&early).await.unwrap());

        let many: Vec<_> = (0..50)
            .map(|_| {
                let mut again = db.write(org, node, Some("slot"));
                (again.execution.received_at, again.intent_expires_at) = (at(1_000), Some(at(2_000)));
                again
            })
            .collect();
        let claims = join_all(many.iter().map(|new| db.store.claim_and_start(new))).await;
        assert_eq!(claims.into_iter().filter(|claim| *claim.as_ref().unwrap() == Claim::Ours).count(), 1);
        assert_eq!(state(&db.store, &new).await, State::Done, "the old record stays");
    }

    async fn a_claim_that_was_not_started_may_be_given_back(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        let new = db.write(org, node, Some("slot"));
        assert_eq!(db.store.claim(&new).await.unwrap(), Claim::Ours);
        assert_eq!(state(&db.store, &new).await, State::Claimed);
        assert!(!db.store.start(new.execution.id, first(db.id()), at(12)).await.unwrap());
        assert!(db.store.finish(new.execution.id, end(first(node), State::Released)).await.unwrap());
        assert!(!db.store.start(new.execution.id, first(node), at(12)).await.unwrap());

        let again = db.write(org, node, Some("slot"));
        assert_eq!(db.store.claim(&again).await.unwrap(), Claim::Ours);
        assert!(db.store.start(again.execution.id, first(node), at(12)).await.unwrap());
        assert!(!db.store.start(again.execution.id, first(node), at(13)).await.unwrap());
        let row = db.store.ledger_row(org, "slot").await.unwrap().unwrap();
        assert_eq!((row.execution.state, row.execution.started_at), (State::Started, Some(at(12))));
    }

    async fn a_failure_keeps_or_frees_its_intent_and_an_unknown_never_frees_it(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        for (state, keep_slot, is_kept) in
            [(State::Failed, true, true), (State::Failed, false, false), (State::Unknown, false, true)]
        {
            let slot = format!("{state:?}-{keep_slot}");
            let new = db.write(org, node, Some(&slot));
            db.store.claim_and_start(&new).await.unwrap();
            let end = FinishExecution { keep_slot, ..end(first(node), state) };
            assert!(db.store.finish(new.execution.id, end).await.unwrap());
            assert_eq!(db.store.ledger_row(org, &slot).await.unwrap().is_some(), is_kept, "{slot}");
        }
    }

    async fn only_the_owner_finishes_and_only_once(db) {
        let (org, _) = db.organization().await;
        let node = node(db).await;
        let new = db.write(org, node, Some("slot"));
        db.store.claim_and_start(&new).await.unwrap();
        let id = new.execution.id;
        assert!(!db.store.finish(id, end(first(db.id()), State::Done)).await.unwrap());
        assert!(!db.store.finish(id, end(Fence { node_id: node, epoch: 2 }, State::Done)).await.unwrap());
        let ends = [State::Done, State::Failed, State::Unknown].map(|state| end(first(node), state));
        let finished = join_all(ends.map(|end| db.store.finish(id, end))).await;
        assert_eq!(finished.into_iter().filter(|finished| *finished.as_ref().unwrap()).count(), 1);
    }

    async fn a_take_over_needs_a_dead_owner_and_consent_and_fences_the_old_one_off(db) {
        let (org, _) = db.organization().await;
        let old = node(db).await;
        let mut resendable = db.write(org, old, Some("keyed"));
        resendable.resendable = true;
        let plain = db.write(org, old, Some("plain"));
        for new in [&resendable, &plain] {
            db.store.claim_and_start(new).await.unwrap();
        }
        let (id, heir) = (resendable.execution.id, db.id());
        assert!(!db.store.take_over(id, heir, 1, at(15)).await.unwrap(), "its owner lives");
        let heir = succeed(db, old).await;
        assert!(!db.store.take_over(plain.execution.id, heir, 1, at(15)).await.unwrap(), "it may not be sent again");
        assert!(!db.store.take_over(id, heir, 2, at(15)).await.unwrap(), "somebody else was faster");
        let taken = join_all((0..10).map(|_| db.store.take_over(id, heir, 1, at(15)))).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
        assert!(!db.store.finish(id, end(first(old), State::Done)).await.unwrap(), "the old owner is fenced off");
        assert!(!db.store.finish(id, end(first(heir), State::Done)).await.unwrap());
        let fence = Fence { node_id: heir, epoch: 2 };
        assert!(db.store.finish(id, end(fence, State::Unknown)).await.unwrap());
        // Unknown and resendable: a repetition may try again.
        assert!(db.store.take_over(id, heir, 2, at(16)).await.unwrap());
        let row = db.store.ledger_row(org, "keyed").await.unwrap().unwrap();
        assert_eq!((row.epoch, row.execution.state, row.execution.error), (3, State::Started, None));
        assert_eq!((row.execution.ended_at, row.execution.node_id), (None, Some(heir)));
        assert!(db.store.finish(id, end(Fence { node_id: heir, epoch: 3 }, State::Done)).await.unwrap());
        assert!(!db.store.take_over(id, heir, 3, at(17)).await.unwrap(), "it is done");
    }

    async fn the_dead_leave_nothing_under_way(db) {
        let (org, _) = db.organization().await;
        let old = node(db).await;
        let claimed = db.write(org, old, Some("claimed"));
        assert_eq!(db.store.claim(&claimed).await.unwrap(), Claim::Ours);
        let started = db.write(org, old, Some("started"));
        let mut resendable = db.write(org, old, Some("resendable"));
        resendable.resendable = true;
        let done = db.write(org, old, Some("done"));
        for new in [&started, &resendable, &done] {
            assert_eq!(db.store.claim_and_start(new).await.unwrap(), Claim::Ours);
        }
        db.store.finish(done.execution.id, end(first(old), State::Done)).await.unwrap();
        assert_eq!(db.store.reap(&lost(), at(30)).await.unwrap(), Default::default(), "the owner lives");

        let heir = succeed(db, old).await;
        let own = db.write(org, heir, Some("own"));
        db.store.claim_and_start(&own).await.unwrap();
        let reaped = db.store.reap(&lost(), at(30)).await.unwrap();
        assert_eq!(reaped.released, [claimed.execution.id]);
        assert_eq!(reaped.unknown, [started.execution.id]);
        assert_eq!(reaped.resendable, [resendable.execution.id]);
        assert_eq!(state(&db.store, &own).await, State::Started);
        assert_eq!(state(&db.store, &done).await, State::Done);
        assert_eq!(db.store.ledger_row(org, "claimed").await.unwrap(), None, "the key may be used again");
        let row = db.store.ledger_row(org, "started").await.unwrap().unwrap();
        assert_eq!((row.execution.state, row.execution.error), (State::Unknown, Some(lost())));
        assert!(!db.store.finish(started.execution.id, end(first(old), State::Done)).await.unwrap());
        let again = db.store.reap(&lost(), at(31)).await.unwrap();
        assert!(again.released.is_empty() && again.unknown.is_empty());
        assert_eq!(again.resendable, [resendable.execution.id]);
        // Nobody recognises its key any more, so nobody will ask for it.
        let late = db.store.reap(&lost(), at(1_000)).await.unwrap();
        assert_eq!((late.unknown, late.resendable), (vec![resendable.execution.id], vec![]));
    }

    async fn what_nobody_can_ask_for_again_is_unknown_at_once(db) {
        let (org, _) = db.organization().await;
        let old = node(db).await;
        let mut new = db.write(org, old, None);
        new.resendable = true;
        db.store.claim_and_start(&new).await.unwrap();
        succeed(db, old).await;
        let reaped = db.store.reap(&lost(), at(30)).await.unwrap();
        assert_eq!((reaped.unknown, reaped.resendable), (vec![new.execution.id], vec![]));
    }

    async fn a_lease_ends_when_it_is_not_renewed(db) {
        let short: NodeId = db.id();
        db.store.register_node(short, 300).await.unwrap();
        assert!(db.store.heartbeat(short, 300).await.unwrap());
        assert!(db.store.dead_nodes().await.unwrap().is_empty());
        assert!(!db.store.heartbeat(db.id(), 300).await.unwrap(), "nobody knows that one");
        if db.is_postgres() {
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert_eq!(db.store.dead_nodes().await.unwrap(), [short]);
            assert!(!db.store.heartbeat(short, 300).await.unwrap(), "too late");
            db.store.reap(&lost(), at(30)).await.unwrap();
        } else {
            // The lock on the data directory proves that there is one server: the newer.
            let next = node(db).await;
            assert!(!db.store.heartbeat(short, 300).await.unwrap());
            assert!(db.store.heartbeat(next, 300).await.unwrap());
        }
        assert!(db.store.dead_nodes().await.unwrap().is_empty());
    }

    async fn servers_that_reap_together_reap_each_execution_once(db) {
        let (org, _) = db.organization().await;
        let old = node(db).await;
        for _ in 0..100 {
            db.store.claim_and_start(&db.write(org, old, None)).await.unwrap();
        }
        succeed(db, old).await;
        let reaped = join_all((0..4).map(|_| async { db.store.reap(&lost(), at(30)).await.unwrap().unknown })).await;
        let mut all: Vec<_> = reaped.into_iter().flatten().collect();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!((count, all.len()), (100, 100));
    }

    async fn an_unknown_outcome_is_found_until_it_is_settled(db) {
        let (org, owner) = db.organization().await;
        let (other, _) = db.organization().await;
        let node = node(db).await;
        for (settlement, state, is_kept) in [
            (Settlement::Done, State::Done, true),
            (Settlement::Failed, State::Failed, true),
            (Settlement::Repeat, State::Failed, false),
        ] {
            let mut new = db.write(org, node, Some(settlement.as_str()));
            (new.execution.user_id, new.execution.conversation_id) = (Some(owner), Some("conv".to_owned()));
            let id = new.execution.id;
            db.store.claim_and_start(&new).await.unwrap();
            let find = |org, hash: &'static str, whose| async move {
                db.store.unsettled_unknown(org, new.execution.tool_id, hash, whose).await.unwrap()
            };
            let by_user = Whose { user_id: Some(owner), ..Whose::default() };
            let by_conversation = Whose { conversation_id: Some("conv"), ..Whose::default() };
            let settle = |org| db.store.settle(org, id, settlement, owner, Some("I looked"), at(40));
            assert_eq!((find(org, "hash", by_user).await, settle(org).await.unwrap()), (None, None));
            db.store.finish(id, end(first(node), State::Unknown)).await.unwrap();
            assert_eq!(find(org, "hash", by_user).await, Some(id));
            assert_eq!(find(org, "hash", by_conversation).await, Some(id));
            assert_eq!(find(org, "hash", Whose { call_id: Some("conv"), ..Whose::default() }).await, None);
            assert_eq!(find(org, "hash", Whose::default()).await, None);
            assert_eq!(find(org, "other", by_user).await, None);
            assert_eq!(find(other, "hash", by_user).await, None);

            assert_eq!(settle(other).await.unwrap(), None);
            let settled = settle(org).await.unwrap().unwrap();
            assert_eq!((settled.state, settled.settled), (state, Some(settlement)));
            assert_eq!(settled.error.is_none(), state == State::Done);
            assert_eq!(settle(org).await.unwrap(), None, "once");
            assert_eq!(find(org, "hash", by_user).await, None);
            let row = db.store.ledger_row_by_id(org, id).await.unwrap().unwrap();
            assert_eq!((row.settled_by, row.settled_note.as_deref()), (Some(owner), Some("I looked")));
            assert_eq!(db.store.ledger_row(org, settlement.as_str()).await.unwrap().is_some(), is_kept);
        }
    }
}
