//! Every call about agents and jobs that the guide makes, one after the other as its programs make them: nothing is
//! changed but the host, the words that a model would read, and the model where one has to answer.

use callwright_testkit::{Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

use crate::{BINARY, World, agents::TOOLS, ok, refused, text};

/// The templates that the samples build on.
const TEMPLATES: [&str; 11] = [
    "executive_assistant",
    "financial_analyst",
    "marketing_strategist",
    "business_consultant",
    "researcher",
    "product_manager",
    "legal_advisor",
    "customer_service",
    "sales_director",
    "hr_business_partner",
    "operations_manager",
];

/// What `POST /agents/custom/create` is sent in the samples: name, base, tools.
const CUSTOM: [(&str, &str, &[&str]); 25] = [
    ("Technical Recruiting Specialist", "hr_business_partner", &["web_search", "data_analysis", "calendar_manager"]),
    ("Senior Executive Assistant", "executive_assistant", &["calendar_manager", "send_email", "task_manager"]),
    ("SaaS Financial Analyst", "financial_analyst", &["data_analysis", "calculator", "document_generator"]),
    ("Digital Marketing Strategist", "marketing_strategist", &["web_search", "data_analysis", "send_email"]),
    ("Management Consultant", "business_consultant", &["web_search", "data_analysis", "document_generator"]),
    ("Technology Consultant", "business_consultant", &["web_search", "data_analysis", "calculator"]),
    ("AI Strategy Consultant", "business_consultant", &["web_search", "data_analysis", "document_generator"]),
    ("Market Research Specialist", "researcher", &["web_search", "data_analysis", "document_generator"]),
    ("Product Strategy Manager", "product_manager", &["data_analysis", "calculator", "document_generator"]),
    ("Launch Marketing Manager", "marketing_strategist", &["web_search", "send_email", "calendar_manager"]),
    ("Financial Due Diligence Agent", "financial_analyst", &["data_analysis", "calculator", "document_generator"]),
    ("Market Due Diligence Agent", "researcher", &["web_search", "data_analysis", "document_generator"]),
    ("Technology Due Diligence Agent", "business_consultant", &["web_search", "document_generator"]),
    ("Legal Due Diligence Agent", "legal_advisor", &["web_search", "document_generator"]),
    ("L1 Support Agent", "customer_service", &["database_query", "send_email", "task_manager"]),
    ("Technical Support Specialist", "customer_service", &["database_query", "document_generator", "send_email"]),
    ("Account Manager", "sales_director", &["crm_integration", "send_email", "calendar_manager"]),
    ("Clinical Research Manager", "product_manager", &["data_analysis", "document_generator", "task_manager"]),
    ("Healthcare Operations Director", "operations_manager", &["data_analysis", "task_manager", "calculator"]),
    ("Medical Affairs Specialist", "researcher", &["web_search", "document_generator", "send_email"]),
    ("Risk Management Director", "financial_analyst", &["data_analysis", "calculator", "web_search"]),
    ("Product Compliance Officer", "legal_advisor", &["web_search", "document_generator", "database_query"]),
    ("Customer Success Manager", "customer_service", &["crm_integration", "data_analysis", "send_email"]),
    ("Senior Financial Analyst", "financial_analyst", &["data_analysis", "calculator", "web_search"]),
    ("B2B SaaS Marketing Director", "marketing_strategist", &["web_search", "send_email", "crm_integration"]),
];

fn world(database: Database) -> World {
    let options = Options::new(BINARY, database).env("CALLWRIGHT_DEFAULT_MODEL", "scripted");
    let world = World { server: Server::start(options), upstream: Upstream::start() };
    let api = world.api();
    for tool in TOOLS.into_iter().chain(["financial_reporting"]) {
        world.made(&api, tool, "general");
    }
    // Where the server has no templates of these names, agents of these names stand in for them.
    for template in TEMPLATES {
        let body = json!({"name": template, "instructions": "Base.", "model": "scripted", "temperature": 0.5});
        ok(api.post("/agents/create", body));
    }
    world
}

fn create(api: &Api, path: &str, body: Value) -> String {
    let made = api.post(path, body).expect(200);
    assert_eq!(made["message"], "Agent created successfully");
    text(&made["agent_id"])
}

/// Begins a run and asks how it stands until it has ended, as the guide's helper does.
fn execute(api: &Api, body: Value) -> Value {
    let job = text(&ok(api.post("/agents/execute", body))["job_id"]);
    eventually("the run has ended", 20, || {
        let status = ok(api.get(&format!("/agents/status/{job}")));
        match status["status"].as_str().unwrap() {
            "completed" => Some(status["result"].clone()),
            "queued" | "processing" => None,
            other => panic!("{other}: {status}"),
        }
    })
}

#[test]
fn the_guides_programs_run() {
    on_both(|database| {
        let world = world(database);
        let api = world.api();
        let analyst = json!({
            "name": "Data Analysis Specialist", "instructions": "Analyze data.\n    Explain it.",
            "tools": ["data_analysis", "calculator", "document_generator", "web_search"],
            "model": "scripted", "temperature": 0.5,
            "metadata": {"specialization": "business_intelligence", "department": "analytics"}
        });
        let analyst = create(&api, "/agents/create", analyst);
        let result = execute(
            &api,
            json!({"agent_id": analyst, "message": "A report", "tools": ["web_search", "data_analysis"],
                "context": {"execution_time": "2024-01-15 10:30:00", "priority": "high"}}),
        );
        assert_eq!(result["response"], "scripted model: A report");
        let result = execute(
            &api,
            json!({"agent_id": analyst, "message": "Q3", "thread_id": result["thread_id"],
                "tools": ["data_analysis", "web_search", "document_generator"],
                "context": {"company": "TechCorp", "quarter": "Q3_2024", "focus_areas": ["revenue"]},
                "webhook_url": world.upstream.url("/webhook/agent-complete")}),
        );
        assert_eq!(world.upstream.wait_for(1)[0].json()["result"], result);
        let pro = json!({"name": "Business Analyst Pro", "instructions": "i", "model": "gpt-4o",
            "tools": ["data_analysis", "calculator", "web_search", "document_generator"]});
        create(&api, "/agents/create", pro);
        let unauthorized = json!({"name": "Test Agent", "instructions": "Test agent", "tools": ["unauthorized_tool"]});
        refused(api.post("/agents/create", unauthorized), 403);
        let crm = json!({"name": "CRM", "instructions": "i", "model": "scripted", "temperature": 0.6,
            "tools": ["crm_integration", "financial_reporting", "data_analysis", "document_generator"]});
        let crm = create(&api, "/agents/create", crm);
        execute(
            &api,
            json!({"agent_id": crm, "message": "A sales report for customer 12345",
                "tools": ["crm_integration", "financial_reporting"],
                "context": {"customer_focus": "high_value_clients", "report_urgency": "high"}}),
        );
        // Agents on templates; the first two say less and more than the others.
        for (name, base, tools) in CUSTOM {
            let body = json!({"name": name, "base_template": base, "instructions": "\n        More.\n", "tools": tools,
                "description": "d", "temperature": 0.6});
            create(&api, "/agents/custom/create", body);
        }
        let learning = json!({"name": "Learner", "instructions": "i", "base_template": "business_consultant",
            "metadata": {"learning_enabled": true, "feedback_system": true, "adaptation_level": "high"}});
        let learner = create(&api, "/agents/custom/create", learning);
        let native = world.server.api().get(&format!("/api/v1/agents/{learner}")).expect(200);
        assert_eq!(native["learning_enabled"], true);
        for (task, temperature) in [("creative_writing", 0.9), ("technical_writing", 0.3), ("data_analysis", 0.2)] {
            let body = json!({"name": format!("Advanced Content Specialist - {task}"), "instructions": "i",
                "tools": ["web_search", "document_generator"], "model": "gpt-4o", "temperature": temperature,
                "metadata": {"parent_agent": "Advanced Content Specialist", "task_specialization": task}});
            create(&api, "/agents/create", body);
        }
        let agents = ok(api.get("/agents/list"));
        let agents = agents["agents"].as_array().unwrap();
        assert_eq!(agents.len(), TEMPLATES.len() + CUSTOM.len() + 7);
        for agent in agents {
            assert!(agent["name"].is_string() && agent["model"].is_string() && agent["is_owner"] == true, "{agent}");
            assert!(agent["tools"].is_array(), "{agent}");
        }
        ok(api.get("/agents/list?include_shared=true"));
        // The troubleshooter: a small agent without tools, then what was asked for lately.
        let tiny = json!({"name": "Performance Test Agent", "instructions": "i", "tools": ["web_search"]});
        let tiny = create(&api, "/agents/create", tiny);
        let hello = execute(&api, json!({"agent_id": tiny, "message": "Say hello", "tools": []}));
        assert_eq!(hello["response"], "scripted model: Say hello", "with the server's own model");
        let recent = ok(api.get("/jobs/status/recent"));
        let jobs = recent["jobs"].as_array().unwrap();
        assert_eq!(jobs.iter().filter(|job| job["status"] == "failed").count(), 0);
        assert_eq!(jobs.len(), 4);
        assert!(jobs.iter().all(|job| job["id"].is_string() && job.get("error_message").is_none()), "{recent}");
    });
}
