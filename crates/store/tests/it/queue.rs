//! The queue and the runs: one owner at a time, and nothing kept by whoever lost a job.

use std::time::Duration;

use callwright_model::{
    Object, Timestamp,
    chat::{ChatMessage, ToolCall, Usage},
    conversation::{Conversation, ConversationState},
    credit::Credits,
    id::{NodeId, OrgId, RunId, ThreadId, UserId},
    job::{Job, JobKind, JobState},
    page::PageRequest,
    run::{HandedTo, Run, RunKind, RunLimits, RunState, Step, StepKind, StepState, Thread},
};
use callwright_store::{
    Error, Store,
    conversation::{ConversationRow, Heir, Room as ConversationRoom},
    job::{JobFence, JobFilter, JobRow, Room},
    params,
    run::{Ending, FlowSettled, Handed, NewRun, RunFilter, RunRow, Settled, Turn, Within},
};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    engine::execute_raw,
    support::{Database, at},
};

pub(crate) fn new_run(db: &Database, org: OrgId, user: UserId) -> NewRun {
    let (run, job): (RunId, _) = (db.id(), db.id());
    let thread = Thread {
        id: db.id(),
        organization_id: org,
        user_id: user,
        agent_id: None,
        title: String::new(),
        context: Object::new(),
        message_count: 0,
        created_at: at(1),
        updated_at: at(1),
    };
    NewRun {
        row: RunRow {
            run: Run {
                id: run,
                organization_id: org,
                user_id: user,
                thread_id: thread.id,
                kind: RunKind::Agent,
                agent_id: Some(db.id()),
                agent_name: Some("Helper".to_owned()),
                workflow_id: None,
                workflow_name: None,
                parent_id: None,
                depth: 0,
                job_id: job,
                state: RunState::Queued,
                model: "scripted".to_owned(),
                input: "hello".to_owned(),
                output: None,
                result: None,
                error: None,
                handed_to: None,
                usage: Usage::default(),
                steps: 0,
                limits: RunLimits::default(),
                metadata: Object::new(),
                deadline_at: at(1_000_000),
                created_at: at(1),
                started_at: None,
                ended_at: None,
                updated_at: at(1),
            },
            request: "sealed".to_owned(),
            root_id: None,
            asked_by: None,
        },
        job: JobRow {
            job: Job {
                id: job,
                organization_id: org,
                user_id: user,
                kind: JobKind::Run,
                state: JobState::Queued,
                subject: Some(run.to_string()),
                title: "Helper".to_owned(),
                priority: 0,
                run_at: at(1),
                attempts: 0,
                max_attempts: 3,
                epoch: 0,
                error: None,
                schedule_id: None,
                created_at: at(1),
                started_at: None,
                ended_at: None,
                updated_at: at(1),
            },
            payload: None,
            dedupe_key: None,
        },
        owner: None,
        charge: None,
        within: None,
        thread: Some(thread),
        messages: vec![ChatMessage::user("hello")],
    }
}

/// A live conversation on a thread.
fn conversation(db: &Database, thread: &Thread) -> ConversationRow {
    ConversationRow {
        conversation: Conversation {
            id: db.id(),
            organization_id: thread.organization_id,
            agent_id: db.id(),
            agent_name: "Helper".to_owned(),
            thread_id: thread.id,
            user_id: thread.user_id,
            is_public: false,
            source: None,
            client_user_id: None,
            dynamic_variables: Object::new(),
            state: ConversationState::Live,
            end_reason: None,
            outcome: None,
            usage: Usage::default(),
            credits: Credits::from_thousandths(0),
            message_count: 0,
            tools: Vec::new(),
            started_at: at(1),
            ended_at: None,
            duration_s: 0,
        },
        request: "sealed".to_owned(),
        hold: "hold".to_owned(),
        seen_at: at(1),
        delivered_seq: 0,
        updates: Vec::new(),
        nonce: None,
        searched_seq: 0,
        earlier: Vec::new(),
    }
}

pub(crate) async fn node(db: &Database) -> NodeId {
    let id = db.id();
    db.store.register_node(id, 60_000).await.unwrap();
    id
}

pub(crate) fn fence(row: &JobRow) -> JobFence {
    JobFence { job: row.job.id, epoch: row.job.epoch }
}

pub(crate) fn turn(run: &Run, calls: &[&str]) -> Turn {
    let step = |position, kind, state, name: &str| Step {
        state,
        arguments: Some(json!({})),
        ..Step::open(i64::from(run.steps) + 1, position, kind, name, at(5))
    };
    let mut steps = vec![step(0, StepKind::Model, StepState::Done, "scripted")];
    steps.extend((1..).zip(calls).map(|(position, name)| step(position, StepKind::Tool, StepState::Open, name)));
    let tool_calls = calls
        .iter()
        .map(|name| ToolCall { id: format!("call_{name}"), name: (*name).to_owned(), arguments: json!({}) })
        .collect();
    Turn {
        run: run.id,
        thread: run.thread_id,
        steps,
        message: ChatMessage::Assistant { text: "thinking".to_owned(), tool_calls, opaque: None },
        before: None,
        usage: Usage { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, cached_tokens: 1 },
        now: at(5),
    }
}

pub(crate) fn ending(run: RunId, state: RunState, now: Timestamp) -> Ending {
    Ending {
        run,
        state,
        output: None,
        error: None,
        job: JobState::Done,
        turn: None,
        unkept: Usage::default(),
        settled: None,
        handed: None,
        flow: None,
        news: None,
        let_go: None,
        now,
    }
}

/// Whether each of these threads was begun by no person.
async fn background(store: &Store, threads: &[ThreadId]) -> Vec<bool> {
    let mut found = Vec::new();
    for thread in threads {
        let sql = "SELECT is_background FROM thread WHERE id = $1";
        let flag = store.fetch_optional(sql, params![*thread], |row| row.fields("thread").flag("is_background"));
        found.push(flag.await.unwrap().expect("it is there"));
    }
    found
}

on_both! {
    async fn a_job_has_one_owner_however_many_ask(db) {
        let (org, user) = db.organization().await;
        for _ in 0..20 {
            db.store.create_run(new_run(db, org, user)).await.unwrap();
        }
        let node = node(db).await;
        let claims = join_all((0..10).map(|_| db.store.claim_jobs(node, at(2), Room::of(5)))).await;
        let mut taken: Vec<_> = claims.into_iter().flat_map(|claim| claim.unwrap()).collect();
        assert_eq!(taken.len(), 20);
        taken.sort_by_key(|row| row.job.id);
        taken.dedup_by_key(|row| row.job.id);
        assert_eq!(taken.len(), 20);
        assert!(taken.iter().all(|row| row.job.epoch == 1 && row.job.attempts == 1 && row.job.state == JobState::Running));
        assert!(db.store.claim_jobs(node, at(2), Room::of(5)).await.unwrap().is_empty());
    }

    async fn nobody_waits_for_all_of_another_s_jobs(db) {
        let ((busy, one), (idle, two)) = (db.organization().await, db.organization().await);
        let node = node(db).await;
        for (org, user, count) in [(busy, one, 20), (idle, two, 3)] {
            for _ in 0..count {
                db.store.create_run(new_run(db, org, user)).await.unwrap();
            }
        }
        let count = |taken: &[JobRow], org| taken.iter().filter(|row| row.job.organization_id == org).count();
        let taken = db.store.claim_jobs(node, at(2), Room::of(4)).await.unwrap();
        assert_eq!((count(&taken, busy), count(&taken, idle)), (2, 2), "{taken:?}");
        // What one does not need the other is given, up to its share.
        let room = |most, share| Room { most, share, loads: [(busy, 2), (idle, 2)].into() };
        let taken = db.store.claim_jobs(node, at(2), room(20, 8)).await.unwrap();
        assert_eq!((count(&taken, busy), count(&taken, idle)), (6, 1), "{taken:?}");
        assert!(db.store.claim_jobs(node, at(2), room(20, 2)).await.unwrap().is_empty());
        assert_eq!(db.store.claim_jobs(node, at(2), Room::of(50)).await.unwrap().len(), 12);
    }

    async fn a_run_whose_time_is_over_ends_in_the_queue(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let (run, deadline) = (new.row.run.id, new.row.run.deadline_at);
        db.store.create_run(new).await.unwrap();
        assert!(db.store.overdue_runs(deadline.minus(std::time::Duration::from_secs(1)), 10).await.unwrap().is_empty());
        let overdue = db.store.overdue_runs(deadline, 10).await.unwrap();
        assert_eq!(overdue.iter().map(|row| row.run.id).collect::<Vec<_>>(), [run]);
        assert!(db.store.end_queued_run(ending(run, RunState::Failed, deadline)).await.unwrap());
        assert!(!db.store.end_queued_run(ending(run, RunState::Failed, deadline)).await.unwrap());
        assert!(db.store.overdue_runs(deadline, 10).await.unwrap().is_empty());
        let row = db.store.run(org, run).await.unwrap().unwrap();
        let job = db.store.job(org, row.run.job_id).await.unwrap().unwrap().job;
        assert_eq!((row.run.state, job.state), (RunState::Failed, JobState::Done));
    }

    async fn what_a_provider_counts_beyond_all_measure_can_be_read(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let new = new_run(db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        for _ in 0..3 {
            let usage = Usage { prompt_tokens: u64::MAX, total_tokens: u64::MAX, ..Usage::default() };
            let turn = Turn { usage, steps: Vec::new(), ..turn(&run, &[]) };
            db.store.append_turn(fence(&job), turn).await.unwrap();
        }
        let usage = db.store.run(org, run.id).await.unwrap().unwrap().run.usage;
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (3_000_000_000_000, 0));
    }

    async fn what_an_answer_took_that_came_too_late_is_counted(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let new = new_run(db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let late = turn(&run, &[]);
        let ending = Ending { unkept: late.usage, ..ending(run.id, RunState::Cancelled, at(6)) };
        assert!(db.store.end_run(fence(&job), ending).await.unwrap());
        let ended = db.store.run(org, run.id).await.unwrap().unwrap().run;
        assert_eq!((ended.state, ended.usage, ended.steps), (RunState::Cancelled, late.usage, 0));
        assert_eq!(db.store.last_messages(run.thread_id, 9).await.unwrap().len(), 1, "it is no answer");
    }

    async fn a_thread_that_no_person_began_is_forgotten_in_its_own_time(db) {
        let (org, user) = db.organization().await;
        let begun = |change: &dyn Fn(&mut NewRun)| {
            let mut new = new_run(db, org, user);
            change(&mut new);
            new
        };
        let mut threads = Vec::new();
        for (new, is_ended) in [
            (begun(&|new| new.row.run.kind = RunKind::Workflow), true),
            (begun(&|new| new.job.job.schedule_id = Some(db.id())), true),
            (begun(&|new| new.row.run.parent_id = Some(db.id())), true),
            (begun(&|new| new.row.asked_by = Some(db.id())), true),
            (begun(&|new| new.job.job.schedule_id = Some(db.id())), false),
            (begun(&|_| {}), true),
        ] {
            let (run, thread) = (new.row.run.id, new.row.run.thread_id);
            db.store.create_run(new).await.unwrap();
            if is_ended {
                assert!(db.store.cancel_run(org, ending(run, RunState::Cancelled, at(2))).await.unwrap());
            }
            threads.push(thread);
        }
        // Something was added to the first of them later.
        let later = (threads[0], at(50));
        db.store.write(later, |(thread, now), tx| Box::pin(async move {
            tx.append_messages(*thread, None, &[ChatMessage::user("more")], *now).await.map(drop)
        })).await.unwrap();
        let left = async || {
            let mut left = Vec::new();
            for thread in &threads {
                left.push(db.store.thread(org, *thread).await.unwrap().is_some());
            }
            left
        };
        assert_eq!(db.store.purge_threads(true, at(1), 9).await.unwrap(), 0, "not yet");
        assert_eq!(db.store.purge_threads(true, at(50), 9).await.unwrap(), 3);
        assert_eq!(left().await, [true, false, false, false, true, true], "one is at work, one is a person's");
        assert!(db.store.last_messages(threads[1], 9).await.unwrap().is_empty());
        assert_eq!(db.store.purge_threads(true, at(51), 9).await.unwrap(), 1);
        assert_eq!(db.store.purge_threads(false, at(50), 9).await.unwrap(), 1);
        assert_eq!(left().await, [false, false, false, false, true, false]);
    }

    async fn a_thread_is_theirs_who_go_on_with_it(db) {
        let (org, user) = db.organization().await;
        let scheduled = || {
            let mut new = new_run(db, org, user);
            new.job.job.schedule_id = Some(db.id());
            new
        };
        let ended = async |run: &Run, handed: Option<NewRun>| {
            let handed = handed.map(|next| {
                let (thread_id, run_id) = (next.row.run.thread_id, next.row.run.id);
                let to = HandedTo { agent_id: db.id(), agent_name: "Other".to_owned(), thread_id, run_id };
                Box::new(Handed { to, next })
            });
            let ending = Ending { handed, ..ending(run.id, RunState::Cancelled, at(2)) };
            assert!(db.store.cancel_run(org, ending).await.unwrap());
        };
        let on = |thread, mut new: NewRun| {
            new.row.run.thread_id = thread;
            new.thread = None;
            new
        };
        let begun = async |new: NewRun| {
            let run = new.row.run.clone();
            db.store.create_run(new).await.unwrap();
            run
        };
        // The schedule's own runs leave it as it is, a person's makes it theirs.
        let (again, theirs) = (begun(scheduled()).await, begun(scheduled()).await);
        ended(&again, None).await;
        ended(&theirs, None).await;
        let second = begun(on(again.thread_id, scheduled())).await;
        ended(&second, None).await;
        let second = begun(on(theirs.thread_id, new_run(db, org, user))).await;
        ended(&second, None).await;
        // Whoever a schedule's run hands over to is nobody's either, on the same thread or on a new one.
        let (same, fresh) = (begun(scheduled()).await, begun(scheduled()).await);
        let next = on(same.thread_id, new_run(db, org, user));
        let heir = next.row.run.clone();
        ended(&same, Some(next)).await;
        ended(&heir, None).await;
        let next = new_run(db, org, user);
        let heir = next.row.run.clone();
        ended(&fresh, Some(next)).await;
        ended(&heir, None).await;
        // And that of a person's is a person's.
        let mine = begun(new_run(db, org, user)).await;
        let next = new_run(db, org, user);
        let my_heir = next.row.run.clone();
        ended(&mine, Some(next)).await;
        ended(&my_heir, None).await;
        let threads = [&again, &same, &fresh, &heir, &theirs, &mine, &my_heir].map(|run| run.thread_id);
        assert_eq!(background(&db.store, &threads).await, [true, true, true, true, false, false, false]);
        assert_eq!(db.store.purge_threads(true, at(50), 9).await.unwrap(), 4);
    }

    async fn an_update_finds_the_threads_that_no_person_began(db) {
        let (org, user) = db.organization().await;
        let mut threads = Vec::new();
        let workflow = |new: &mut NewRun| new.row.run.kind = RunKind::Workflow;
        let scheduled = |new: &mut NewRun| new.job.job.schedule_id = Some(db.id());
        let within = |new: &mut NewRun| new.row.run.parent_id = Some(db.id());
        let by_tool = |new: &mut NewRun| new.row.asked_by = Some(db.id());
        let person = |_: &mut NewRun| {};
        // The runs on each, and whether it is in the background.
        type Changes<'c> = &'c [&'c dyn Fn(&mut NewRun)];
        let kinds: [(Changes<'_>, bool); 9] = [
            (&[&workflow], true),
            (&[&scheduled], true),
            (&[&within], true),
            (&[&by_tool], true),
            (&[&scheduled, &scheduled], true),
            (&[&person], false),
            (&[&scheduled, &person], false),
            (&[&person, &scheduled], false),
            (&[&by_tool, &person, &within], false),
        ];
        for (runs, _) in kinds {
            let mut thread = None;
            for change in runs {
                let mut new = new_run(db, org, user);
                change(&mut new);
                if let Some(thread) = thread {
                    (new.row.run.thread_id, new.thread) = (thread, None);
                }
                let run = new.row.run.id;
                thread = Some(new.row.run.thread_id);
                db.store.create_run(new).await.unwrap();
                assert!(db.store.cancel_run(org, ending(run, RunState::Cancelled, at(2))).await.unwrap());
            }
            threads.extend(thread);
        }
        // A run whose job was thrown away is a person's for all that is known; a thread without runs is left alone, and
        // so is a conversation's.
        let mut jobless = new_run(db, org, user);
        jobless.row.run.state = RunState::Cancelled;
        let (job, thread) = (jobless.job.job.id, jobless.row.run.thread_id);
        db.store.create_run(jobless).await.unwrap();
        db.store.execute("DELETE FROM job WHERE id = $1", params![job]).await.unwrap();
        let empty = new_run(db, org, user).thread.unwrap();
        db.store.create_thread(empty.clone(), Vec::new(), false).await.unwrap();
        let mut talked = new_run(db, org, user);
        scheduled(&mut talked);
        let talk = conversation(db, talked.thread.as_ref().unwrap());
        talked.thread = None;
        let (begun, room) = (Thread { id: talk.conversation.thread_id, ..empty.clone() }, ConversationRoom { all: 9, public: None });
        db.store.begin_conversation(talk.clone(), begun, Vec::new(), room).await.unwrap();
        db.store.create_run(talked).await.unwrap();
        threads.extend([thread, empty.id, talk.conversation.thread_id]);

        db.store.close().await.unwrap();
        execute_raw(db, "DROP INDEX thread_age; DROP INDEX conversation_handed; \
            ALTER TABLE thread DROP COLUMN is_background; DELETE FROM schema_migration WHERE version = 22").await;
        let store = Store::open(db.options()).await.expect("updates");
        let expected: Vec<bool> = kinds.iter().map(|(_, expected)| *expected).chain([false; 3]).collect();
        assert_eq!(background(&store, &threads).await, expected);
        store.close().await.unwrap();
    }

    async fn a_thread_of_a_conversation_goes_with_it(db) {
        let (org, user) = db.organization().await;
        let mut threads = Vec::new();
        for _ in 0..3 {
            let new = new_run(db, org, user);
            let (run, thread) = (new.row.run.id, new.thread.clone().unwrap());
            db.store.create_run(new).await.unwrap();
            assert!(db.store.cancel_run(org, ending(run, RunState::Cancelled, at(2))).await.unwrap());
            threads.push(thread);
        }
        let mut talk = conversation(db, &threads[0]);
        talk.conversation.thread_id = db.id();
        let begun = Thread { id: talk.conversation.thread_id, ..threads[0].clone() };
        let room = ConversationRoom { all: 9, public: None };
        db.store.begin_conversation(talk.clone(), begun, Vec::new(), room).await.unwrap();
        for thread in &threads[..2] {
            let (agent_id, agent_name) = (db.id(), "Other".to_owned());
            let heir = Heir { agent_id, agent_name, thread_id: thread.id };
            assert!(db.store.hand_conversation_over(org, &talk, &heir).await.unwrap());
            talk.earlier = talk.threads();
            talk.conversation.thread_id = thread.id;
        }
        assert_eq!(db.store.purge_threads(false, at(50), 9).await.unwrap(), 1);
        assert!(db.store.thread(org, threads[2].id).await.unwrap().is_none(), "this one is nobody's");
        for thread in talk.threads() {
            assert!(db.store.thread(org, thread).await.unwrap().is_some());
        }
    }

    async fn what_tools_did_is_kept_with_the_answer_behind_it_or_not_at_all(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let new = new_run(db, org, user);
        let mut run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let did = |seq| {
            let result = ChatMessage::Tool {
                tool_call_id: "call_find".to_owned(),
                name: "find".to_owned(),
                content: Vec::new(),
                is_error: false,
            };
            let step = Step { state: StepState::Done, ..Step::open(seq, 1, StepKind::Tool, "find", at(6)) };
            Settled { run: run.id, thread: run.thread_id, steps: vec![step], messages: vec![result], now: at(6) }
        };
        let (first, second) = (did(1), did(2));
        db.store.append_turn(fence(&job), turn(&run, &["find"])).await.unwrap();
        run.steps = 1;
        let answer = Turn { before: Some(first), ..turn(&run, &["find"]) };
        assert_eq!(db.store.append_turn(fence(&job), answer).await.unwrap().1, 4, "behind the result");
        run.steps = 2;
        let end = |state| Ending { turn: Some(Turn { before: Some(second.clone()), ..turn(&run, &[]) }), ..ending(run.id, state, at(7)) };
        assert!(!db.store.cancel_run(org, ending(run.id, RunState::Cancelled, at(7))).await.unwrap(), "it is carried");
        assert!(!db.store.end_run(fence(&job), end(RunState::Completed)).await.unwrap());
        let state = |steps: &[Step]| steps.iter().filter(|step| step.position == 1).map(|step| step.state).collect::<Vec<_>>();
        assert_eq!(state(&db.store.steps(run.id, 1, 9).await.unwrap()), [StepState::Done, StepState::Open]);
        assert!(db.store.end_run(fence(&job), end(RunState::Failed)).await.unwrap());
        let steps = db.store.steps(run.id, 1, 9).await.unwrap();
        assert_eq!((state(&steps), steps.len()), (vec![StepState::Done, StepState::Done], 5));
        let thread = db.store.last_messages(run.thread_id, 9).await.unwrap();
        let kinds: String = thread.iter().map(|one| match &one.message {
            ChatMessage::User { .. } => 'u',
            ChatMessage::Tool { .. } => 't',
            _ => 'a',
        }).collect();
        assert_eq!(kinds, "uatata");
        let kept = db.store.run(org, run.id).await.unwrap().unwrap().run;
        assert_eq!((kept.steps, kept.usage.total_tokens), (3, 36), "each answer is counted once");
    }

    async fn messages_of_a_run_come_in_small_pieces(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let (run, thread) = (new.row.run.id, new.row.run.thread_id);
        db.store.create_run(new).await.unwrap();
        let long = ChatMessage::user("x".repeat(1_000));
        let job = db.store.claim_jobs(node(db).await, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let messages = vec![long; 5];
        db.store
            .settle_steps(fence(&job), Settled { run, thread, steps: Vec::new(), messages, now: at(3) })
            .await
            .unwrap();
        let seqs = async |after, most, bytes| -> Vec<i64> {
            let found = db.store.messages_of_run(thread, run, after, most, bytes).await.unwrap();
            found.messages.into_iter().map(|message| message.seq).collect()
        };
        assert_eq!(seqs(0, 100, 1_000_000).await, [1, 2, 3, 4, 5, 6]);
        assert_eq!(seqs(1, 100, 1_500).await, [2, 3]);
        assert_eq!(seqs(3, 100, 1).await, [4], "at least one");
        assert_eq!(seqs(4, 1, 1_000_000).await, [5]);
        assert_eq!(db.store.messages_of_run(thread, db.id(), 0, 9, 9_999).await.unwrap().messages, []);
    }

    async fn the_urgent_come_first_and_nobody_before_their_time(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let mut ids = Vec::new();
        for (priority, run_at) in [(0, 3), (0, 2), (5, 4), (9, 100)] {
            let mut new = new_run(db, org, user);
            (new.job.job.priority, new.job.job.run_at) = (priority, at(run_at));
            ids.push(new.job.job.id);
            db.store.create_run(new).await.unwrap();
        }
        assert_eq!(db.store.next_job_at().await.unwrap(), Some(at(2)));
        let mut order = Vec::new();
        while let Some(row) = db.store.claim_jobs(node, at(10), Room::of(1)).await.unwrap().pop() {
            order.push(row.job.id);
        }
        assert_eq!(order, [ids[2], ids[1], ids[0]]);
    }

    async fn whoever_lost_a_job_changes_nothing(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let node = node(db).await;
        let old = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        db.store.put_back_job(fence(&old), at(2), "got nowhere", None, at(2)).await.unwrap();
        let new = db.store.claim_jobs(node, at(3), Room::of(1)).await.unwrap().pop().unwrap();
        assert_eq!((new.job.epoch, new.job.attempts, new.job.error.as_deref()), (2, 2, Some("got nowhere")));

        let lost = |error: Error| matches!(error, Error::Fenced);
        assert!(lost(db.store.append_turn(fence(&old), turn(&run, &[])).await.unwrap_err()));
        let settled = Settled { run: run.id, thread: run.thread_id, steps: Vec::new(), messages: vec![ChatMessage::user("x")], now: at(4) };
        assert!(lost(db.store.settle_steps(fence(&old), settled.clone()).await.unwrap_err()));
        assert!(lost(db.store.lay_down_run(fence(&old), settled).await.unwrap_err()));
        assert!(lost(db.store.end_run(fence(&old), ending(run.id, RunState::Failed, at(4))).await.unwrap_err()));
        assert!(lost(db.store.take_up_run(fence(&old), run.id, at(4)).await.unwrap_err()));
        assert!(!db.store.put_back_job(fence(&old), at(9), "no", None, at(4)).await.unwrap());
        assert!(!db.store.hand_back_job(fence(&old), at(4)).await.unwrap());
        assert!(!db.store.end_held_job(fence(&old), JobState::Dead, None, None, at(4)).await.unwrap());
        assert_eq!(db.store.job_held(fence(&old)).await.unwrap(), None);

        let now = db.store.run(org, run.id).await.unwrap().unwrap().run;
        assert_eq!((now.state, now.steps), (RunState::Queued, 0));
        assert_eq!(db.store.last_messages(run.thread_id, 10).await.unwrap().len(), 1);
        // And the one that has it can.
        db.store.take_up_run(fence(&new), run.id, at(5)).await.unwrap();
        let (held, seq) = db.store.append_turn(fence(&new), turn(&run, &["a", "b"])).await.unwrap();
        assert_eq!((held.cancel, seq), (false, 2));
        let job = db.store.job(org, run.job_id).await.unwrap().unwrap().job;
        assert_eq!((job.attempts, job.error), (0, None), "it got somewhere");
    }

    async fn a_run_waits_for_its_execution_and_goes_on(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let node = node(db).await;
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        db.store.take_up_run(fence(&job), run.id, at(2)).await.unwrap();
        let turn = turn(&run, &["refund"]);
        db.store.append_turn(fence(&job), turn.clone()).await.unwrap();
        let mut step = turn.steps[1].clone();
        (step.state, step.execution_id) = (StepState::Waiting, Some(db.id()));
        let execution = step.execution_id.unwrap();
        let settled = Settled { run: run.id, thread: run.thread_id, steps: vec![step], messages: Vec::new(), now: at(6) };
        db.store.lay_down_run(fence(&job), settled).await.unwrap();
        let now = db.store.run(org, run.id).await.unwrap().unwrap().run;
        assert_eq!(now.state, RunState::Waiting);
        assert_eq!(db.store.awaited(run.id).await.unwrap(), [execution]);
        assert!(db.store.claim_jobs(node, at(1_000), Room::of(5)).await.unwrap().is_empty(), "nobody carries what waits");

        assert!(!db.store.wake_job_of(db.id(), at(7)).await.unwrap());
        assert!(db.store.wake_job_of(execution, at(7)).await.unwrap());
        assert!(!db.store.wake_job_of(execution, at(7)).await.unwrap(), "woken once");
        let job = db.store.claim_jobs(node, at(8), Room::of(5)).await.unwrap().pop().unwrap();
        let steps = db.store.steps(run.id, 1, 100).await.unwrap();
        assert_eq!(steps.iter().map(|step| (step.position, step.state)).collect::<Vec<_>>(), [(0, StepState::Done), (1, StepState::Waiting)]);
        db.store.end_run(fence(&job), ending(run.id, RunState::Completed, at(9))).await.unwrap();
        let now = db.store.run(org, run.id).await.unwrap().unwrap().run;
        assert_eq!((now.state, now.usage.total_tokens, now.steps), (RunState::Completed, 12, 1));
    }

    async fn a_run_that_waits_too_long_is_woken_to_end(db) {
        let (org, user) = db.organization().await;
        let mut new = new_run(db, org, user);
        new.row.run.deadline_at = at(50);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let node = node(db).await;
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let settled = Settled { run: run.id, thread: run.thread_id, steps: Vec::new(), messages: Vec::new(), now: at(3) };
        db.store.lay_down_run(fence(&job), settled).await.unwrap();
        assert_eq!(db.store.wake_overlooked_jobs(at(49), 10).await.unwrap(), 0);
        assert_eq!(db.store.wake_overlooked_jobs(at(50), 10).await.unwrap(), 1);
    }

    async fn one_run_at_a_time_is_at_work_on_a_thread(db) {
        let (org, user) = db.organization().await;
        let first = new_run(db, org, user);
        let (run, thread) = (first.row.run.id, first.row.run.thread_id);
        db.store.create_run(first).await.unwrap();
        let again = || {
            let mut new = new_run(db, org, user);
            (new.row.run.thread_id, new.thread) = (thread, None);
            new
        };
        let refused = db.store.create_run(again()).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict { code: "thread_busy", message } if message.contains(&run.to_string())), "{refused}");
        assert!(matches!(db.store.delete_thread(org, thread).await, Err(Error::Conflict { code: "thread_busy", .. })));
        assert!(db.store.cancel_run(org, ending(run, RunState::Cancelled, at(3))).await.unwrap());
        // Of many that come together one gets in.
        let together = join_all((0..8).map(|_| db.store.create_run(again()))).await;
        assert_eq!(together.iter().filter(|one| one.is_ok()).count(), 1, "{together:?}");
        let messages = db.store.messages_after(thread, 0, 10).await.unwrap();
        assert_eq!(messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2], "those that were refused left nothing");
    }

    async fn a_job_under_a_key_is_there_once(db) {
        let (org, user) = db.organization().await;
        let keyed = || {
            let mut new = new_run(db, org, user);
            new.job.dedupe_key = Some("order-7".to_owned());
            new
        };
        let together = join_all((0..6).map(|_| db.store.create_run(keyed()))).await;
        assert_eq!(together.iter().filter(|one| one.is_ok()).count(), 1, "{together:?}");
        let page = PageRequest::first(50);
        assert_eq!(db.store.runs(org, &RunFilter::default(), &page).await.unwrap().items.len(), 1);
        assert_eq!(db.store.jobs(org, &JobFilter::default(), &page).await.unwrap().items.len(), 1);
        let (other, stranger) = db.organization().await;
        let mut new = new_run(db, other, stranger);
        new.job.dedupe_key = Some("order-7".to_owned());
        db.store.create_run(new).await.unwrap();
    }

    async fn what_somebody_wants_stopped_is_told_to_its_carrier(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let node = node(db).await;
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        assert!(!db.store.cancel_run(org, ending(run.id, RunState::Cancelled, at(3))).await.unwrap());
        let (held, _) = db.store.append_turn(fence(&job), turn(&run, &[])).await.unwrap();
        assert!(held.cancel);
        // Whoever takes it up after the carrier has died is told as well, and an answer that comes now is none.
        assert!(db.store.take_up_run(fence(&job), run.id, at(3)).await.unwrap().cancel);
        assert!(!db.store.end_run(fence(&job), ending(run.id, RunState::Completed, at(4))).await.unwrap());
        assert_eq!(db.store.run(org, run.id).await.unwrap().unwrap().run.state, RunState::Running);
        db.store.end_run(fence(&job), Ending { job: JobState::Cancelled, ..ending(run.id, RunState::Cancelled, at(4)) }).await.unwrap();
        let (other, _) = db.organization().await;
        assert!(db.store.run(other, run.id).await.unwrap().is_none());
        assert!(!db.store.revive_job(other, run.job_id, at(5)).await.unwrap());
        assert!(db.store.revive_job(org, run.job_id, at(5)).await.unwrap());
    }

    async fn a_node_finds_what_it_has_and_nobody_carries(db) {
        let (org, user) = db.organization().await;
        let new = new_run(db, org, user);
        let id = new.job.job.id;
        db.store.create_run(new).await.unwrap();
        let node = node(db).await;
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        assert_eq!(db.store.jobs_of_node(node, at(2), 9).await.unwrap(), [], "it was taken just now");
        assert_eq!(db.store.jobs_of_node(db.id(), at(9), 9).await.unwrap(), []);
        assert_eq!(db.store.jobs_of_node(node, at(3), 9).await.unwrap(), [fence(&job)]);
        assert!(db.store.hand_back_job(fence(&job), at(3)).await.unwrap());
        let again = db.store.claim_jobs(node, at(4), Room::of(1)).await.unwrap().pop().unwrap();
        assert_eq!((again.job.id, again.job.epoch, again.job.attempts), (id, 2, 1), "the attempt does not count");
    }

    async fn a_dead_nodes_jobs_go_back_to_the_queue(db) {
        let (org, user) = db.organization().await;
        db.store.create_run(new_run(db, org, user)).await.unwrap();
        let dead = db.id();
        db.store.register_node(dead, 150).await.unwrap();
        let job = db.store.claim_jobs(dead, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let reap = || async {
            let error = callwright_model::ToolError::new(callwright_model::ErrorClass::OutcomeUnknown, "server_died", "gone");
            db.store.reap(&error, at(3)).await.unwrap().jobs
        };
        assert_eq!(reap().await, 0, "its lease holds");
        if db.is_postgres() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert!(db.store.claim_jobs(dead, at(2), Room::of(1)).await.unwrap().is_empty());
        } else {
            // The lock on the directory proves that a new one is the only one.
            node(db).await;
        }
        assert_eq!(reap().await, 1);
        let alive = node(db).await;
        let again = db.store.claim_jobs(alive, at(4), Room::of(1)).await.unwrap().pop().unwrap();
        assert_eq!((again.job.id, again.job.epoch, again.job.attempts), (job.job.id, 2, 2));
    }
}

on_both! {
    async fn a_run_within_another_is_made_only_while_that_one_is_at_work(db) {
        let (org, user) = db.organization().await;
        let node = node(db).await;
        let parent = new_run(db, org, user);
        let (outer, root) = (parent.row.run.id, parent.row.run.id);
        db.store.create_run(parent).await.unwrap();
        let job = db.store.claim_jobs(node, at(2), Room::of(10)).await.unwrap().remove(0);
        let child = |fence: Option<JobFence>, most| {
            let mut new = new_run(db, org, user);
            (new.row.run.parent_id, new.row.run.depth, new.row.root_id) = (Some(outer), 1, Some(root));
            new.within = Some(Within { parent: outer, root, fence, most });
            new
        };
        let first = child(Some(fence(&job)), 1);
        let inner = first.row.run.id;
        db.store.create_run(first).await.unwrap();
        let conflict = |result: callwright_store::Result<()>| match result {
            Err(Error::Conflict { code, .. }) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(conflict(db.store.create_run(child(Some(fence(&job)), 1)).await), "too_many_runs");
        let old = JobFence { job: job.job.id, epoch: job.job.epoch - 1 };
        assert!(matches!(db.store.create_run(child(Some(old), 9)).await, Err(Error::Fenced)));
        assert_eq!(db.store.live_children(org, outer, 10).await.unwrap().len(), 1);
        // The step that waits for the child is news once the child has ended; then the job is put back in the queue.
        let step = Step { state: StepState::Waiting, child_run_id: Some(inner), ..Step::open(1, 0, StepKind::Agent, "a", at(3)) };
        let settled = FlowSettled { run: outer, steps: vec![step], ended: 0, usage: Usage::default(), now: at(3) };
        db.store.lay_down_flow(fence(&job), settled).await.unwrap();
        assert!(!db.store.has_news(outer).await.unwrap() && !db.store.is_idle(outer).await.unwrap(), "the child is queued");
        assert!(db.store.cancel_run(org, ending(inner, RunState::Cancelled, at(4))).await.unwrap());
        assert!(db.store.has_news(outer).await.unwrap());
        assert_eq!(db.store.wake_overlooked_jobs(at(5), 10).await.unwrap(), 1);
        // A run that has ended asks for nothing more, and what it asked for is found.
        let late = child(None, 9);
        let late_run = late.row.run.id;
        db.store.create_run(late).await.unwrap();
        assert!(db.store.askers_gone(10).await.unwrap().is_empty());
        assert!(db.store.cancel_run(org, ending(outer, RunState::Cancelled, at(6))).await.unwrap());
        assert_eq!(conflict(db.store.create_run(child(None, 9)).await), "parent_ended");
        assert_eq!(db.store.askers_gone(10).await.unwrap(), [(org, outer)]);
        assert_eq!(db.store.live_children(org, outer, 10).await.unwrap()[0].run.id, late_run);
    }
}
