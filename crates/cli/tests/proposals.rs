//! What takes the agreement of another person: making a tool public, or destructive.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{Api, Database, Options, Person, Reply, Server, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const TOOLS: &str = "/api/v1/tools";

struct World {
    server: Server,
    owner: Api,
    admin: Person,
    builder: Person,
}

impl World {
    fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let owner = server.api();
        let admin = Person::invite(&owner, "admin@example.org", "admin");
        let builder = Person::invite(&owner, "builder@example.org", "builder");
        Self { server, owner, admin, builder }
    }
}

fn spec(rest: Value) -> Value {
    let mut spec = json!({"name": "wipe", "kind": "http", "config": {"url": "https://example.com/wipe"}});
    for (name, value) in rest.as_object().unwrap() {
        spec[name] = value.clone();
    }
    spec
}

fn put(api: &Api, rest: Value) -> Reply {
    api.put(&format!("{TOOLS}/wipe"), spec(rest))
}

fn decide(api: &Api, proposal: &Value, how: &str) -> Reply {
    api.post(&format!("/api/v1/proposals/{}/{how}", proposal["id"].as_str().unwrap()), json!({"note": "seen"}))
}

#[test]
fn a_builder_proposes_and_somebody_else_decides() {
    on_both(|database| {
        let world = World::new(database);
        let builder = &world.builder.api;
        put(builder, json!({})).expect(200);
        let answer = put(builder, json!({"effect": "destructive", "description": "Wipes"})).expect(202);
        assert_eq!((&answer["action"], &answer["tool"]["effect"]), (&json!("proposed"), &json!("write")));
        let proposal = &answer["proposal"];
        assert_eq!(
            (&proposal["kind"], &proposal["state"], &proposal["base_revision"], &proposal["user_id"]),
            (&json!("destructive"), &json!("open"), &json!(1), &json!(world.builder.id))
        );
        let live = world.owner.get(&format!("{TOOLS}/wipe")).expect(200);
        assert_eq!((&live["effect"], &live["revision"]), (&json!("write"), &json!(1)), "nothing changed");
        // The same again takes the place of the first.
        let second = put(builder, json!({"effect": "destructive", "description": "Wipes all"})).expect(202);
        let list = |query: &str| builder.get(&format!("/api/v1/proposals?{query}")).expect(200)["items"].clone();
        assert_eq!(list("state=open&tool=wipe").as_array().unwrap().len(), 1);
        assert_eq!(list("state=withdrawn")[0]["id"], proposal["id"]);
        let proposal = &second["proposal"];
        let shown = builder.get(&format!("/api/v1/proposals/{}", proposal["id"].as_str().unwrap())).expect(200);
        let paths: Vec<_> = shown["diff"].as_array().unwrap().iter().map(|change| &change["path"]).collect();
        assert_eq!(paths, [&json!("description"), &json!("effect")]);
        assert_eq!(shown["bump"]["level"], "major");

        assert_eq!(decide(builder, proposal, "approve").status, 403, "no right");
        let done = decide(&world.admin.api, proposal, "approve").expect(200);
        assert_eq!((&done["action"], &done["tool"]["effect"]), (&json!("updated"), &json!("destructive")));
        let after = builder.get(&format!("/api/v1/proposals/{}", proposal["id"].as_str().unwrap())).expect(200);
        let after = &after["proposal"];
        assert_eq!(
            (&after["state"], &after["decided_by"], &after["decision_note"]),
            (&json!("approved"), &json!(world.admin.id), &json!("seen"))
        );
        assert_eq!(decide(&world.owner, proposal, "approve").code(), "proposal_decided");
        assert_eq!(decide(&world.owner, proposal, "reject").code(), "proposal_decided");
        // What it is already, a builder may go on changing.
        put(builder, json!({"effect": "destructive", "description": "Wipes all of it"})).expect(200);
        let log = world.owner.get("/api/v1/audit?action=proposal.").expect(200);
        let actions: Vec<_> = log["items"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
        assert_eq!(actions, ["proposal.approve", "proposal.create", "proposal.create"]);
    });
}

#[test]
fn a_new_tool_is_made_when_it_is_approved_and_belongs_to_who_proposed_it() {
    on_both(|database| {
        let world = World::new(database);
        let public = spec(json!({"is_public": true, "effect": "destructive"}));
        let answer = world.builder.api.post(TOOLS, public.clone()).expect(202);
        assert_eq!(answer["proposal"]["kind"], "publish_destructive");
        assert_eq!(world.owner.get(&format!("{TOOLS}/wipe")).status, 404);
        let done = decide(&world.owner, &answer["proposal"], "approve").expect(200);
        assert_eq!((&done["action"], &done["tool"]["user_id"]), (&json!("created"), &json!(world.builder.id)));
        assert_eq!(done["tool"]["id"], answer["tool"]["id"]);
        // The name was taken meanwhile.
        let mut other = public;
        other["name"] = json!("other");
        let late = world.builder.api.post(TOOLS, other.clone()).expect(202);
        world.owner.post(TOOLS, other).expect(201);
        assert_eq!(decide(&world.admin.api, &late["proposal"], "approve").code(), "proposal_stale");
        // By the plan's paths too.
        let plan = json!({"name": "shown", "is_public": true, "configuration": {"url": "https://example.com"}});
        world.builder.api.post("/api/organization/tools", plan).expect(202);
        assert_eq!(world.owner.get("/api/organization/tools/shown").status, 404);
    });
}

#[test]
fn a_proposal_whose_tool_went_on_is_stale_and_others_are_refused_or_withdrawn() {
    on_both(|database| {
        let world = World::new(database);
        let builder = &world.builder.api;
        put(builder, json!({})).expect(200);
        let proposal = put(builder, json!({"is_public": true})).expect(202)["proposal"].clone();
        put(builder, json!({"description": "another one"})).expect(200);
        let stale = decide(&world.admin.api, &proposal, "approve");
        assert_eq!((stale.status, stale.code()), (409, "proposal_stale"));
        assert_eq!(stale.body["error"]["details"]["diff"][0]["path"], "description");
        assert_eq!(decide(&world.admin.api, &proposal, "approve").code(), "proposal_decided");
        assert_eq!(world.owner.get(&format!("{TOOLS}/wipe")).expect(200)["is_public"], Value::Null);

        let proposal = put(builder, json!({"is_public": true})).expect(202)["proposal"].clone();
        assert_eq!(decide(&world.admin.api, &proposal, "reject").expect(200)["state"], "rejected");
        let proposal = put(builder, json!({"is_public": true})).expect(202)["proposal"].clone();
        let colleague = Person::invite(&world.owner, "colleague@example.org", "builder");
        let withdraw = |api: &Api| {
            api.send("POST", &format!("/api/v1/proposals/{}/withdraw", proposal["id"].as_str().unwrap()), None)
        };
        assert_eq!(withdraw(&colleague.api).status, 403);
        assert_eq!(withdraw(builder).expect(200)["state"], "withdrawn");
        assert_eq!(decide(&world.admin.api, &proposal, "approve").code(), "proposal_decided");
        // A draft that is proposed goes when it is live.
        let draft = format!("{TOOLS}/wipe/draft");
        builder.put(&draft, spec(json!({"is_public": true, "description": "drafted"}))).expect(200);
        let proposed = builder.post(&format!("{draft}/publish"), json!({})).expect(202);
        builder.get(&draft).expect(200);
        decide(&world.admin.api, &proposed["proposal"], "approve").expect(200);
        assert_eq!(builder.get(&draft).status, 404);
        // A rollback to what was public is no way around.
        put(builder, json!({"description": "private again"})).expect(200);
        builder.post(&format!("{TOOLS}/wipe/rollback"), json!({"revision": 3})).expect(202);
    });
}

#[test]
fn with_four_eyes_nobody_does_it_alone() {
    on_both(|database| {
        let world = World::new(database);
        let publishing = "/api/v1/organization/publishing";
        assert_eq!(world.builder.api.get(publishing).expect(200), json!({"four_eyes": false}));
        put(&world.admin.api, json!({"effect": "destructive"})).expect(200);
        assert_eq!(world.builder.api.put(publishing, json!({"four_eyes": true})).status, 403);
        world.admin.api.put(publishing, json!({"four_eyes": true})).expect(200);
        let proposal = put(&world.owner, json!({"effect": "destructive", "is_public": true})).expect(202);
        let own = decide(&world.owner, &proposal["proposal"], "approve");
        assert_eq!((own.status, own.code()), (403, "own_proposal"));
        assert_eq!(decide(&world.owner, &proposal["proposal"], "reject").code(), "own_proposal");
        decide(&world.admin.api, &proposal["proposal"], "approve").expect(200);
        // Whoever switches it off could close the other pair of eyes: that takes an owner.
        assert_eq!(world.admin.api.put(publishing, json!({"four_eyes": false})).status, 403);
        world.owner.put(publishing, json!({"four_eyes": false})).expect(200);
        assert_eq!(world.owner.put(publishing, json!({"four_eyes": 1})).status, 422);
    });
}

#[test]
fn the_command_line_lists_shows_and_decides() {
    let world = World::new(Database::Sqlite);
    let proposal = put(&world.builder.api, json!({"effect": "destructive"})).expect(202)["proposal"].clone();
    let id = proposal["id"].as_str().unwrap();
    let listed = world.server.run(&["proposals", "list"]).ok().stdout;
    assert!(listed.contains(id) && listed.contains("wipe"), "{listed}");
    let shown = world.server.run(&["proposals", "show", id]).ok().stdout;
    assert!(shown.contains("destructive") && shown.contains("effect"), "{shown}");
    assert!(
        world.server.run(&["proposals", "approve", id, "--note", "fine"]).ok().stdout.contains("created wipe 1.0.0")
    );
    assert!(world.server.run(&["proposals", "reject", id]).expect(1).stderr.contains("approved already"));
    assert!(world.server.run(&["proposals", "list"]).ok().stderr.contains("no proposals"));
}
