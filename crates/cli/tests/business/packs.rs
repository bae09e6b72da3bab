//! Agent templates, and packs that install whole or not at all.

use callwright_testkit::{Api, Database, Options, Server, on_both};
use serde_json::{Value, json};

use crate::{BINARY, EIGHT, text};

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

fn counts(api: &Api) -> (usize, usize) {
    let count = |path: &str| api.get(path).expect(200)["items"].as_array().unwrap().len();
    (count("/api/v1/tools?limit=200"), count("/api/v1/agents?limit=200"))
}

#[test]
fn the_templates_are_listed_in_both_forms() {
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let api = server.api();
    let guide = api.get("/agents/templates").expect(200);
    assert_eq!(guide["response"], "200");
    let templates = guide["templates"].as_array().unwrap();
    assert_eq!(templates.len(), 16);
    let assistant = templates.iter().find(|template| template["id"] == "executive_assistant").unwrap();
    assert_eq!(
        assistant["default_tools"],
        json!(["calendar_manager", "send_email", "task_manager", "document_generator"])
    );
    assert_eq!(
        (&assistant["model"], &assistant["temperature"], &assistant["role"]),
        (&json!("gpt-4o"), &json!(0.6), &json!("executive_assistant"))
    );
    for template in templates {
        for tool in template["default_tools"].as_array().unwrap() {
            assert!(EIGHT.contains(&tool.as_str().unwrap()), "{template}");
        }
    }
    let first = api.get("/api/v1/agent-templates?limit=10").expect(200);
    let rest = api.get(&format!("/api/v1/agent-templates?limit=10&cursor={}", text(&first["next_cursor"]))).expect(200);
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (10, 6));
    let recruiter = api.get("/api/v1/agent-templates/recruiter").expect(200);
    assert_eq!(recruiter["extends"], "hr_business_partner");
    assert!(
        text(&recruiter["instructions"]).contains("HR business partner")
            && text(&recruiter["instructions"]).contains("hiring")
    );
    api.get("/api/v1/agent-templates/nobody").expect(404);
    let ran = server.run(&["agent", "templates"]);
    assert!(ran.code == 0 && ran.stdout.contains("executive_assistant"), "{ran:?}");
    let ran = server.run(&["agent", "templates", "legal_advisor"]);
    assert!(ran.code == 0 && ran.stdout.contains("no legal advice"), "{ran:?}");
}

#[test]
fn a_pack_installs_whole_into_an_empty_organization_and_its_cases_pass() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let packs = api.get("/api/v1/agent-packs").expect(200);
        assert_eq!(packs["items"].as_array().unwrap().len(), 2);
        for pack in packs["items"].as_array().unwrap() {
            let id = text(&pack["id"]);
            let path = format!("/api/v1/agent-packs/{id}/install");
            let before = counts(&api);
            let rehearsed = api.post(&path, json!({"dry_run": true})).expect(200);
            assert_eq!(counts(&api), before, "a dry run makes nothing");
            let report = api.post(&path, json!({})).expect(200);
            assert_eq!(
                (names(&report["tools"]), names(&report["agents"])),
                (names(&rehearsed["tools"]), names(&rehearsed["agents"]))
            );
            assert_eq!(report["agents"].as_array().unwrap().len(), 3);
            let secrets: &[&str] = if id == "healthcare" { &["STRIPE_KEY"] } else { &[] };
            assert_eq!(report["missing_secrets"], json!(secrets));
            for agent in report["agents"].as_array().unwrap() {
                let has = api.get(&format!("/api/v1/agents/{}/tools", text(&agent["id"]))).expect(200);
                let has = has["items"].as_array().or_else(|| has.as_array()).unwrap();
                let has: Vec<_> = has.iter().map(|item| item["tool"]["name"].clone()).collect();
                assert_eq!(json!(has), agent["tools"], "in the template's order");
            }
            for tool in report["tools"].as_array().unwrap().iter().filter(|tool| tool["cases"] != 0) {
                let name = text(&tool["name"]);
                let run = api.post(&format!("/api/v1/tools/{name}/cases/run"), json!({})).expect(200);
                assert_eq!(
                    (&run["passed"], &run["failed"], &run["errors"]),
                    (&tool["cases"], &json!(0), &json!(0)),
                    "{name}: {run}"
                );
            }
            // Again, nothing is made; what is missing is, and what was changed stays.
            let after = counts(&api);
            let again = api.post(&path, json!({})).expect(200);
            let is_kept = |list: &Value| list.as_array().unwrap().iter().all(|item| item["action"] == "kept");
            assert!(is_kept(&again["tools"]) && is_kept(&again["agents"]), "{again}");
            assert_eq!(counts(&api), after);
            let gone = text(&report["agents"][0]["name"]);
            api.delete(&format!("/api/v1/agents/{}", text(&report["agents"][0]["id"]))).expect(204);
            let again = api.post(&path, json!({})).expect(200);
            let made: Vec<_> =
                again["agents"].as_array().unwrap().iter().filter(|agent| agent["action"] == "created").collect();
            assert!(made.len() == 1 && made[0]["name"] == gone.as_str());
        }
        let audit = api.get("/api/v1/audit?action=agent_pack.install").expect(200);
        assert_eq!(audit["items"].as_array().unwrap().len(), 4, "{audit}");
    });
}

#[test]
fn with_a_prefix_a_pack_stands_beside_others_and_what_fails_leaves_nothing() {
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let api = server.api();
    // A template of the organization has the name of the pack's last tool: nothing at all is made.
    let taken = json!({"name": "affordability_check", "kind": "http", "is_template": true, "config": {"url": "https://example.com"}});
    api.post("/api/v1/tools", taken).expect(201);
    let fault = api.post("/api/v1/agent-packs/fintech/install", json!({})).expect(409);
    assert!(fault.to_string().contains("affordability_check"), "{fault}");
    assert_eq!(counts(&api), (1, 0));
    // So it is when tools of a kind that it needs are switched off.
    api.put("/api/v1/features", json!({"kind.python": 0})).ok();
    api.post("/api/v1/agent-packs/fintech/install", json!({"prefix": "bank"})).expect(422);
    assert_eq!(counts(&api), (1, 0));
    api.put("/api/v1/features", json!({"kind.python": 100})).ok();

    for prefix in ["Bank", "1st", "", "a-b"] {
        let fault = api.post("/api/v1/agent-packs/fintech/install", json!({ "prefix": prefix })).expect(422);
        assert!(fault.to_string().contains("prefix"), "{fault}");
    }
    let report = api.post("/api/v1/agent-packs/fintech/install", json!({"prefix": "bank"})).expect(200);
    assert!(names(&report["tools"]).contains(&"bank_affordability_check".to_owned()), "{report}");
    let officer = api.get(&format!("/api/v1/agents/{}", text(&report["agents"][2]["id"]))).expect(200);
    assert_eq!(officer["name"], "bank Loan Officer");
    let told = text(&officer["instructions"]);
    assert!(
        told.contains("`bank_affordability_check`")
            && !told.contains("`affordability_check`")
            && told.contains("`calculator`")
    );
    api.post("/api/v1/agent-packs/unknown/install", json!({})).expect(404);

    let ran = server.run(&["agent", "pack", "list"]);
    assert!(ran.code == 0 && ran.stdout.contains("healthcare"), "{ran:?}");
    let ran = server.run(&["agent", "pack", "install", "healthcare", "--prefix", "clinic"]);
    assert!(ran.code == 0 && ran.stdout.contains("clinic_symptom_urgency"), "{ran:?}");
    assert!(format!("{ran:?}").contains("STRIPE_KEY"), "{ran:?}");
}
