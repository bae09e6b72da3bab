//! Agents that work together: the guide's three samples, and what they stand for.

use callwright_testkit::{Answer, Api, Options, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, World, id, is, states, text};

fn guide(world: &World) -> Api {
    world.server.api().anonymous().with_header("X-Token", world.server.token())
}

fn execute(api: &Api, body: Value) -> Value {
    let begun = api.post("/agents/workflow/execute", body).expect(200);
    assert_eq!((&begun["response"], &begun["message"]), (&json!("200"), &json!("Workflow execution started")));
    let job = text(&begun["job_id"]);
    assert_eq!(begun["status_url"], format!("/agents/status/{job}"));
    eventually("the job ends", 30, || {
        let status = api.get(&format!("/agents/status/{job}")).expect(200);
        ["completed", "failed", "cancelled"].contains(&status["status"].as_str().unwrap()).then_some(status)
    })
}

fn roles(status: &Value) -> Vec<(i64, String)> {
    let results = status["result"]["workflow_results"].as_array().unwrap_or_else(|| panic!("{status}"));
    results.iter().map(|result| (result["step"].as_i64().unwrap(), text(&result["role"]))).collect()
}

#[test]
fn the_guides_sequential_sample_feeds_each_output_on() {
    on_both(|database| {
        let world = World::new(database);
        let api = guide(&world);
        let mut agents = Vec::new();
        for (name, say) in [
            ("Market Research Specialist", "research of: {{message}}"),
            ("Product Strategy Manager", "strategy after: {{message}}"),
            ("Launch Marketing Manager", "campaign after: {{message}}"),
        ] {
            agents.push(world.agent(name, json!([{ "say": say }]), &[]));
        }
        let created = api
            .post(
                "/agents/workflow/create",
                json!({
                    "name": "Product Launch Workflow",
                    "description": "Complete product launch process from research to marketing execution",
                    "flow_type": "sequential",
                    "agents": [
                        {"agent_id": agents[0], "role": "Market Research", "description": "Conduct market analysis and competitor research"},
                        {"agent_id": agents[1], "role": "Product Strategy", "description": "Develop positioning and pricing strategy"},
                        {"agent_id": agents[2], "role": "Marketing Campaign", "description": "Create launch marketing campaign"}
                    ]
                }),
            )
            .expect(200);
        let workflow = text(&created["workflow_id"]);
        assert!(workflow.starts_with("wf_"), "{created}");
        assert_eq!((&created["response"], created["message"].is_string()), (&json!("200"), true));
        let status = execute(
            &api,
            json!({
                "workflow_id": workflow,
                "initial_input": "Product: a chatbot",
                "context": {"product_category": "AI_SaaS", "target_segment": "SMB"}
            }),
        );
        assert_eq!(status["status"], "completed", "{status}");
        let results = status["result"]["workflow_results"].as_array().unwrap();
        assert_eq!(
            roles(&status),
            [
                (1, "Market Research".to_owned()),
                (2, "Product Strategy".to_owned()),
                (3, "Marketing Campaign".to_owned())
            ]
        );
        for (result, agent) in results.iter().zip(&agents) {
            assert_eq!(result["agent_id"], json!(agent));
        }
        let first = text(&results[0]["output"]);
        for said in ["Market Research", "Conduct market analysis", "AI_SaaS", "Product: a chatbot"] {
            assert!(first.contains(said), "`{said}` in {first}");
        }
        let second = text(&results[1]["output"]);
        assert!(second.starts_with("strategy after:") && second.contains("research of:"), "{second}");
        let third = text(&results[2]["output"]);
        assert!(third.contains("strategy after:") && third.contains("Create launch marketing campaign"), "{third}");
        assert_eq!(status["result"]["response"], json!(third), "what the last one said is the answer");
        // The job is among the latest, and its parts are not jobs of their own there.
        let recent = api.get("/jobs/status/recent").expect(200);
        let jobs = recent["jobs"].as_array().unwrap();
        assert_eq!((jobs.len(), &jobs[0]["workflow_id"]), (1, &json!(workflow)), "{recent}");
    });
}

#[test]
fn the_guides_parallel_sample_gathers_what_all_said() {
    on_both(|database| {
        let world = World::new(database);
        let api = guide(&world);
        let roles_of = ["Financial Analysis", "Market Analysis", "Technology Assessment", "Legal Review"];
        // Each takes a moment: one after the other they would take four.
        let agents: Vec<Value> = roles_of
            .iter()
            .map(|role| {
                let agent = world.agent(
                    &format!("{role} Agent"),
                    json!([{"say": format!("{role}: fine"), "delay_ms": 700}]),
                    &[],
                );
                json!({"agent_id": agent, "role": role})
            })
            .collect();
        let created = api
            .post(
                "/agents/workflow/create",
                json!({"name": "M&A", "description": "d", "flow_type": "parallel", "agents": agents}),
            )
            .expect(200);
        let begun = std::time::Instant::now();
        let status =
            execute(&api, json!({"workflow_id": created["workflow_id"], "initial_input": "Acme", "context": {}}));
        assert!(begun.elapsed().as_millis() < 2_700, "side by side: {:?}", begun.elapsed());
        assert_eq!(roles(&status).into_iter().map(|(_, role)| role).collect::<Vec<_>>(), roles_of);
        let said = text(&status["result"]["response"]);
        for role in roles_of {
            assert!(said.contains(&format!("## {role}\n\n{role}: fine")), "{said}");
        }
        assert!(status["result"]["usage"]["total_tokens"].as_u64().unwrap() > 0);
    });
}

/// The guide's conditional sample.
fn support(world: &World, extra: Value) -> Value {
    let mut agents = vec![
        json!({"agent_id": world.agent("L1 Support Agent", json!([{"say": "L1: {{message}}"}]), &[]), "role": "Initial Triage",
               "conditions": ["issue_type == 'general'", "customer_tier == 'standard'"]}),
        json!({"agent_id": world.agent("Technical Support Specialist", json!([{"say": "TS: {{message}}"}]), &[]), "role": "Technical Resolution",
               "conditions": ["issue_type == 'technical'", "complexity == 'high'"]}),
        json!({"agent_id": world.agent("Account Manager", json!([{"say": "AM: {{message}}"}]), &[]), "role": "VIP Handling",
               "conditions": ["customer_tier == 'enterprise'", "priority == 'high'"]}),
    ];
    agents.extend(extra.as_array().cloned().unwrap_or_default());
    json!({"name": "Customer Support Escalation Workflow", "description": "d", "flow_type": "conditional", "agents": agents})
}

#[test]
fn the_guides_conditional_sample_runs_those_whose_conditions_all_hold() {
    on_both(|database| {
        let world = World::new(database);
        let api = guide(&world);
        let fallback = world.agent("Catch All", json!([{"say": "CA"}]), &[]);
        let workflow = support(&world, json!([{"agent_id": fallback, "role": "Anything Else", "default": true}]));
        let workflow = text(&api.post("/agents/workflow/create", workflow).expect(200)["workflow_id"]);
        let run = |context: Value| {
            execute(&api, json!({"workflow_id": workflow, "initial_input": "help", "context": context}))
        };
        let status = run(json!({"issue_type": "technical", "complexity": "high"}));
        assert_eq!(roles(&status), [(2, "Technical Resolution".to_owned())]);
        assert!(text(&status["result"]["response"]).starts_with("TS: "));
        // Every agent all of whose conditions hold, in order; a missing key is null and does not hold.
        let both =
            json!({"issue_type": "technical", "complexity": "high", "customer_tier": "enterprise", "priority": "high"});
        let status = run(both);
        assert_eq!(roles(&status), [(2, "Technical Resolution".to_owned()), (3, "VIP Handling".to_owned())]);
        let last = text(&status["result"]["workflow_results"][1]["output"]);
        assert!(last.contains("help") && last.contains("TS: "), "the second sees what the first said: {last}");
        // Nobody's hold: the default.
        let status = run(json!({"issue_type": "billing"}));
        assert_eq!(roles(&status), [(4, "Anything Else".to_owned())]);
        assert_eq!(status["result"]["response"], "CA");
        // A skipped step says why, and which names were missing.
        let runs = world.api.get(&format!("/api/v1/runs?workflow={workflow}&kind=workflow")).expect(200);
        let steps = world.steps(&runs["items"][0]);
        assert_eq!(steps[0]["state"], "skipped");
        let note = text(&steps[1]["note"]);
        assert!(note.contains("issue_type == 'technical'"), "{note}");
        let steps = world.steps(&runs["items"][2]);
        let note = text(&steps[2]["note"]);
        assert!(note.contains("customer_tier") && note.contains("missing"), "{note}");
        assert_eq!(runs["items"].as_array().unwrap().len(), 3, "the runs of its agents are not its own");
    });
}

#[test]
fn later_conditions_read_what_earlier_agents_said() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Triage", json!([{"say": "{\"severity\": 3}"}]), &[]);
        world.agent("Escalate", json!([{"say": "escalated"}]), &[]);
        world.workflow(
            "escalation",
            json!({"flow_type": "conditional", "agents": [
                {"agent_id": "Triage", "role": "triage"},
                {"agent_id": "Escalate", "role": "escalate", "conditions": ["results.triage.data.severity >= limit"]}
            ]}),
        );
        let run = world.run_with("escalation", json!({"input": "x", "context": {"limit": 2}}));
        is(&run, "completed");
        assert_eq!(world.states(&run), states(&[("triage", "done"), ("escalate", "done")]));
        let run = world.run_with("escalation", json!({"input": "x", "context": {"limit": 5}}));
        assert_eq!(world.states(&run), states(&[("triage", "done"), ("escalate", "skipped")]));
        let run = world.run_with("escalation", json!({"input": "x"}));
        assert_eq!(
            world.states(&run),
            states(&[("triage", "done"), ("escalate", "skipped")]),
            "a limit that is missing"
        );
    });
}

#[test]
fn an_agent_that_fails_ends_the_workflow_with_its_name() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Good", json!([{"say": "fine"}]), &[]);
        world.agent("Bad", json!([{"fail": {"kind": "invalid_request", "message": "no such model"}}]), &[]);
        world.workflow(
            "broken",
            json!({"flow_type": "sequential", "agents": [
                {"agent_id": "Good", "role": "first"}, {"agent_id": "Bad", "role": "second"}, {"agent_id": "Good", "role": "third"}
            ]}),
        );
        let run = world.run("broken", json!("x"));
        is(&run, "failed");
        assert_eq!(run["error"]["code"], "step_failed");
        let why = text(&run["error"]["message"]);
        assert!(why.contains("step 2 `second`") && why.contains("no such model"), "{why}");
        let steps = world.steps(&run);
        assert_eq!((&steps[0]["state"], &steps[1]["state"]), (&json!("done"), &json!("failed")), "what was done stays");
        let api = guide(&world);
        let status = api.get(&format!("/agents/status/{}", text(&run["job_id"]))).expect(200);
        assert_eq!(status["status"], "failed");
        assert!(text(&status["error_message"]).contains("no such model"));
    });
}

#[test]
fn a_child_waits_for_an_approval_and_the_workflow_with_it() {
    on_both(|database| {
        let mut world = World::new(database);
        world.tool("refund", json!({"effect": "write", "policy": {"approval": true}}));
        world.agent(
            "Clerk",
            json!([{"calls": [{"name": "refund", "arguments": {"amount": 5}}]}, {"say": "refunded"}]),
            &["refund"],
        );
        world.agent("Writer", json!([{"say": "letter: {{message}}"}]), &[]);
        world.workflow(
            "case",
            json!({"flow_type": "sequential", "agents": [{"agent_id": "Clerk", "role": "pay"}, {"agent_id": "Writer", "role": "write"}]}),
        );
        let run = world.run("case", json!("x"));
        is(&run, "waiting");
        let child = &world.children(&run)[0];
        assert_eq!((&child["state"], &child["depth"], &child["parent_id"]), (&json!("waiting"), &json!(1), &run["id"]));
        assert_eq!(world.steps(&run)[0]["child_run_id"], child["id"]);
        world.server.restart();
        world.decide("approve");
        let run = world.ended(&run);
        is(&run, "completed");
        assert!(text(&run["output"]).contains("refunded"));
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_workflow_that_is_cancelled_takes_its_agents_with_it() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("slow", json!({"policy": {"timeout_ms": 20000, "read_timeout_ms": 20000}}));
        world.upstream.always(Answer::never());
        world.agent("Slow", json!([{"calls": [{"name": "slow"}]}, {"say": "done"}]), &["slow"]);
        world.workflow(
            "both",
            json!({"flow_type": "parallel", "agents": [{"agent_id": "Slow", "role": "a"}, {"agent_id": "Slow", "role": "b"}]}),
        );
        let run = world.api.post("/api/v1/workflows/both/runs", json!({"input": "x"})).expect(202);
        world.upstream.wait_for(2);
        world.api.post(&format!("/api/v1/runs/{}/cancel", id(&run)), json!({})).expect(200);
        is(&world.ended(&run), "cancelled");
        for child in world.children(&run) {
            is(&world.ended(&child), "cancelled");
        }
        assert_eq!(world.children(&run).len(), 2);
    });
}

#[test]
fn a_plan_is_as_it_was_when_its_run_began() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("gate", json!({"effect": "write", "policy": {"approval": true}}));
        world.agent("Gate", json!([{"calls": [{"name": "gate"}]}, {"say": "open"}]), &["gate"]);
        world.agent("Old", json!([{"say": "old"}]), &[]);
        world.agent("New", json!([{"say": "new"}]), &[]);
        let plan = |second: &str| json!({"name": "w", "flow_type": "sequential", "agents": [{"agent_id": "Gate", "role": "a"}, {"agent_id": second, "role": "b"}]});
        let made = world.workflow("w", plan("Old"));
        let run = world.run("w", json!("x"));
        is(&run, "waiting");
        let changed = world.api.put("/api/v1/workflows/w", plan("New")).expect(200);
        assert_eq!((&made["revision"], &changed["revision"]), (&json!(1), &json!(2)));
        world.decide("approve");
        assert_eq!(world.ended(&run)["output"], "old");
        let mut stale = plan("Old");
        stale["revision"] = json!(1);
        let refusal = world.api.put("/api/v1/workflows/w", stale);
        assert_eq!((refusal.status, refusal.code()), (409, "changed_meanwhile"));
    });
}

#[test]
fn an_agent_that_hands_over_is_answered_for_by_the_one_that_takes_over() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Specialist", json!([{"say": "solved"}]), &[]);
        world.tool(
            "to_specialist",
            json!({"kind": "system", "effect": null, "parameters": null, "config": {
                "action": "transfer_to_ai_agent", "rules": [{"agent_id": "Specialist", "condition": "always"}]
            }}),
        );
        world.agent("Reception", json!([{"calls": [{"name": "to_specialist", "arguments": {}}]}]), &["to_specialist"]);
        world.agent("Writer", json!([{"say": "letter: {{message}}"}]), &[]);
        world.workflow(
            "case",
            json!({"flow_type": "sequential", "agents": [
                {"agent_id": "Reception", "role": "receive"}, {"agent_id": "Writer", "role": "write"}
            ]}),
        );
        let run = world.run("case", json!("help"));
        is(&run, "completed");
        assert!(text(&run["output"]).contains("solved"), "{run}");
        let names: Vec<String> = world.children(&run).iter().map(|child| text(&child["agent_name"])).collect();
        assert_eq!(names, ["Reception", "Specialist", "Writer"]);
        // The same through a tool: its caller waits for the successor.
        world.tool("ask", json!({"kind": "agent", "config": {"agent": "Reception"}, "parameters": null}));
        let answer = world.api.post("/api/v1/tools/ask/call", json!({"arguments": {"message": "help"}})).expect(200);
        assert_eq!((&answer["success"], &answer["data"]["output"]), (&json!(true), &json!("solved")), "{answer}");
    });
}

#[test]
fn the_guides_webhook_tells_what_each_agent_said() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database));
        let agent = world.agent("One", json!([{"say": "one: {{message}}"}]), &[]);
        let workflow =
            world.workflow("w", json!({"flow_type": "sequential", "agents": [{"agent_id": agent, "role": "first"}]}));
        let begun = guide(&world)
            .post(
                "/agents/workflow/execute",
                json!({"workflow_id": id(&workflow), "initial_input": "hi", "webhook_url": world.upstream.url("/hook")}),
            )
            .expect(200);
        let told = world.upstream.wait_for(1)[0].json();
        assert_eq!((&told["job_id"], &told["status"]), (&begun["job_id"], &json!("completed")), "{told}");
        let results = &told["result"]["workflow_results"];
        assert_eq!((&results[0]["role"], &results[0]["agent_id"]), (&json!("first"), &json!(agent)), "{told}");
        assert!(text(&results[0]["output"]).contains("hi"));
    });
}

#[test]
fn a_deadline_ends_the_workflow_and_its_agents() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Slow", json!([{"say": "late", "delay_ms": 20000}]), &[]);
        world.workflow(
            "w",
            json!({"timeout_s": 1, "flow_type": "parallel", "agents": [{"agent_id": "Slow", "role": "a"}]}),
        );
        let run = world.run("w", json!("x"));
        let run = world.ended(&run);
        assert_eq!((&run["state"], &run["error"]["code"]), (&json!("failed"), &json!("deadline")), "{run}");
        is(&world.ended(&world.children(&run)[0]), "cancelled");
    });
}

#[test]
fn making_a_workflow_is_paid_for_and_so_are_its_agents_runs() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_CREDITS", "true"));
        world.api.post("/api/v1/credits/grants", json!({"amount": 100, "note": "n"})).expect(201);
        world.agent("One", json!([{"say": "1"}]), &[]);
        let before = world.api.get("/api/v1/credits").expect(200)["balance"].as_f64().unwrap();
        world.workflow(
            "w",
            json!({"flow_type": "parallel", "agents": [{"agent_id": "One", "role": "a"}, {"agent_id": "One", "role": "b"}]}),
        );
        is(&world.run("w", json!("x")), "completed");
        let after = world.api.get("/api/v1/credits").expect(200)["balance"].as_f64().unwrap();
        assert_eq!(before - after, 3.0 + 2.0 * 5.0);
    });
}

#[test]
fn whoever_asks_vouches_for_what_they_sent_and_not_for_what_the_plan_says() {
    on_both(|database| {
        let world = World::new(database);
        let one = json!({"type": "object", "properties": {"who": {"type": "string"}, "tier": {"type": "string"}}});
        world.tool("whose", json!({"parameters": one, "bound": {"who": "{{ context.verified.contact_id }}"}}));
        world.tool("rank", json!({"parameters": one, "bound": {"tier": "{{ context.verified.tier }}"}}));
        world.upstream.always(Answer::json(200, json!({"ok": true})));
        let script = json!([
            {"calls": [{"name": "whose", "arguments": {}}]},
            {"calls": [{"name": "rank", "arguments": {}}]},
            {"say": "{{results.rank}}"}
        ]);
        world.agent("Reader", script, &["whose", "rank"]);
        // Its author would like to say who somebody is, and what they are.
        let context = json!({"contact_id": "victim", "tier": "gold"});
        world.workflow(
            "w",
            json!({"steps": [{"name": "read", "agent": "Reader", "params": {"message": "go", "context": context}}]}),
        );
        let wish = json!({"name": "backend", "scopes": ["context:trust", "tools:call", "agents:run", "read"]});
        let made = world.api.post("/api/v1/tokens", wish).expect(201);
        let backend = world.api.with_token(text(&made["token"]));
        let wish = json!({"context": {"contact_id": "me"}, "wait_ms": 30_000});
        let run = backend.post("/api/v1/workflows/w/runs", wish.clone()).ok();
        is(&run, "completed");
        let asked = world.upstream.take();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!((asked[0].path(), asked[0].json()), ("/whose", json!({"who": "me"})), "what was vouched for stands");
        let said = text(&run["result"]["output"]["read"]["output"]);
        assert!(said.contains("bound_missing"), "nobody vouched for the rest: {said}");
        // Without a word of the plan's own all of it is the caller's.
        world.workflow("own", json!({"steps": [{"name": "read", "agent": "Reader", "params": {"message": "go"}}]}));
        let wish = json!({"context": {"contact_id": "me", "tier": "silver"}, "wait_ms": 30_000});
        is(&backend.post("/api/v1/workflows/own/runs", wish).ok(), "completed");
        let asked: Vec<_> = world.upstream.take().iter().map(callwright_testkit::Recorded::json).collect();
        assert_eq!(asked, [json!({"who": "me"}), json!({"tier": "silver"})]);
    });
}
