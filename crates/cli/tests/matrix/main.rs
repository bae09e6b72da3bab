//! Who may do what: every route, every role, every scope, and the organization next door.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod routes;

use std::{cell::Cell, collections::BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{
    Answer, Api, Database, Live, Options, Person, Reply, Server, Upstream, eventually, on_both,
    people::{join, other_organization},
};
use serde_json::{Value, json};

use routes::{Abroad, ROUTES, Route, Who};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const ROLES: [&str; 5] = ["viewer", "operator", "builder", "admin", "owner"];
const SCOPES: [&str; 9] = [
    "read",
    "tools:call",
    "tools:write",
    "agents:write",
    "agents:run",
    "executions:decide",
    "mcp",
    "admin",
    "context:trust",
];

struct World {
    _server: Server,
    upstream: Upstream,
    owner: Api,
    other: Api,
    member: String,
    maker: Api,
    counter: Cell<u32>,
}

impl World {
    fn new(database: Database) -> Self {
        let mut server = Server::start(Options::new(BINARY, database));
        let other = other_organization(&mut server);
        let owner = server.api();
        let member = join(&owner, "member@example.org", "viewer");
        let maker = Person::invite(&owner, "maker@example.org", "builder").api;
        Self { _server: server, upstream: Upstream::start(), owner, other, member, maker, counter: Cell::new(0) }
    }

    /// Everybody of the table, then nobody and the neighbour.
    fn people(&self) -> Vec<(&'static str, Api)> {
        let mut people: Vec<_> = ROLES[..4]
            .iter()
            .map(|role| (*role, Person::invite(&self.owner, &format!("{role}@example.org"), role).api))
            .collect();
        people.push(("owner", self.owner.clone()));
        people.push(("anonymous", self.owner.anonymous()));
        people.push(("other", self.other.clone()));
        people
    }

    fn next(&self) -> u32 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    fn tool(&self, maker: &Api, rest: Value) -> Reply {
        let mut tool = json!({"name": format!("tool_{}", self.next()), "kind": "http", "effect": "read",
            "is_shared": true, "config": {"method": "GET", "url": self.upstream.url("/")}});
        for (name, value) in rest.as_object().unwrap() {
            tool[name] = value.clone();
        }
        maker.post("/api/v1/tools", tool)
    }

    fn owners_tool(&self, rest: Value) -> String {
        text(&self.tool(&self.owner, rest).expect(201)["tool"]["id"])
    }

    fn agent(&self) -> String {
        let agent = json!({"name": format!("Agent {}", self.next()), "model": "scripted"});
        text(&self.owner.post("/api/v1/agents", agent).expect(201)["id"])
    }

    /// What a token of its own is answered by a tool with this policy.
    fn asked(&self, policy: Value) -> Value {
        let tool = self.owners_tool(json!({"policy": policy}));
        let token = self.owner.post("/api/v1/tokens", json!({"name": "asker"})).expect(201);
        let asker = self.owner.with_token(text(&token["token"]));
        asker.post(&format!("/api/v1/tools/{tool}/call"), json!({})).expect(200)
    }

    fn execution(&self, tool: &str) -> Value {
        self.owner.post(&format!("/api/v1/tools/{tool}/call"), json!({})).expect(200)
    }

    /// Puts something fresh in the place of each name in braces, made by the first organization's owner, or by
    /// `caller` where only the maker may.
    fn fill(&self, template: &str, caller: &Api) -> String {
        let mut filled = template.to_owned();
        for name in [
            "n",
            "tool",
            "agent",
            "execution",
            "member",
            "nobody",
            "leaver",
            "invitation",
            "secret",
            "provider",
            "unknown",
            "cut",
            "mcp_server",
            "equipped",
            "tested",
            "template",
            "public",
            "installed",
            "own_tool",
            "own_shared",
            "drafted",
            "proposal",
            "own_proposal",
            "own_token",
            "anybodys_token",
            "ticket",
            "no_ticket",
            "delivery",
            "rule",
            "own_agent",
            "run",
            "thread",
            "own_thread",
            "job",
            "schedule",
            "hook",
            "own_hook",
            "talker",
            "workflow",
            "talk_job",
            "rated",
            "criticized",
            "improved",
            "offered",
            "document",
            "conversation",
        ] {
            let place = format!("{{{name}}}");
            if filled.contains(&place) {
                filled = filled.replace(&place, &self.thing(name, caller));
            }
        }
        filled
    }

    fn thing(&self, name: &str, caller: &Api) -> String {
        let api = &self.owner;
        match name {
            "n" => self.next().to_string(),
            "tool" => self.owners_tool(json!({})),
            "agent" => self.agent(),
            "talker" => {
                let agent = json!({"name": format!("Talker {}", self.next()), "model": "scripted"});
                text(&api.post("/api/v1/agents", agent).expect(201)["id"])
            }
            "workflow" => {
                let part = json!({"agent_id": self.thing("talker", caller), "role": "r", "conditions": ["wanted"]});
                let workflow =
                    json!({"name": format!("w {}", self.next()), "flow_type": "conditional", "agents": [part]});
                text(&api.post("/api/v1/workflows", workflow).expect(201)["id"])
            }
            "talk_job" => {
                let run = json!({"agent_id": self.thing("talker", caller), "message": "m"});
                text(&api.post("/agents/execute", run).expect(200)["job_id"])
            }
            "rated" => {
                self.thing("talk_job", caller);
                let run = text(&api.get("/jobs/status/recent?limit=1").expect(200)["jobs"][0]["run_id"]);
                if caller.token() != self.other.token() {
                    caller.post(&format!("/api/v1/runs/{run}/feedback"), json!({"rating": 1}));
                }
                run
            }
            "criticized" | "improved" => {
                let say = json!({"instructions": "Better.", "reasoning": "r"}).to_string();
                let agent = json!({"name": format!("Talker {}", self.next()), "model": "scripted",
                    "metadata": {"script": [{"say": say}]}});
                let id = text(&api.post("/api/v1/agents", agent).expect(201)["id"]);
                api.post("/agents/execute", json!({"agent_id": id, "message": "m"})).expect(200);
                let run = text(&api.get("/jobs/status/recent?limit=1").expect(200)["jobs"][0]["run_id"]);
                api.post(&format!("/api/v1/runs/{run}/feedback"), json!({"rating": -1})).expect(200);
                if name == "criticized" {
                    return id;
                }
                let draft = api.post(&format!("/api/v1/agents/{id}/improve"), json!({})).expect(201);
                format!("{id}/drafts/{}", text(&draft["draft"]["id"]))
            }
            "member" => self.member.clone(),
            "nobody" => self.member.replace("user_", "user_0").chars().take(31).collect(),
            "leaver" => join(api, &format!("leaver{}@example.org", self.next()), "viewer"),
            "execution" => {
                let execution = text(&self.execution(&self.owners_tool(json!({})))["execution_id"]);
                eventually("the execution is written", 5, || {
                    (api.get(&format!("/api/v1/executions/{execution}")).status == 200).then_some(())
                });
                execution
            }
            "unknown" => {
                let tool = self.owners_tool(json!({"effect": "write"}));
                self.upstream.next(Answer::reset());
                text(&self.execution(&tool)["execution_id"])
            }
            "cut" => {
                let tool = self.owners_tool(json!({"result": {"max_bytes": 256}}));
                let rows: Vec<u32> = (0..1000).collect();
                self.upstream.next(Answer::json(200, json!(rows)));
                let answer = self.execution(&tool);
                let (id, cursor) = (text(&answer["execution_id"]), text(&answer["truncated"]["cursor"]));
                let path = format!("{id}/result?cursor={cursor}");
                eventually("the rest is kept", 5, || {
                    (api.get(&format!("/api/v1/executions/{path}")).status == 200).then_some(())
                });
                path
            }
            "invitation" => {
                let invitation = json!({"email": format!("guest{}@example.org", self.next()), "role": "viewer"});
                text(&api.post("/api/v1/invitations", invitation).expect(201)["id"])
            }
            "rule" => {
                let rule = json!({"name": format!("rule {}", self.next()), "condition": {"kind": "failure"}});
                text(&api.post("/api/v1/alerts/rules", rule).expect(201)["id"])
            }
            "secret" => {
                let name = format!("SECRET_{}", self.next());
                api.put(&format!("/api/v1/secrets/{name}"), json!({"value": "hidden-value"})).ok();
                name
            }
            "provider" => {
                let provider = json!({"name": format!("own_{}", self.next()), "kind": "openai", "secret": "NOT_SET"});
                text(&api.post("/api/v1/model-providers", provider).expect(201)["name"])
            }
            "mcp_server" => {
                let server = json!({"name": format!("mcp_{}", self.next()), "url": "https://mcp.example.com/mcp",
                    "is_enabled": false, "auth": {"type": "bearer", "secret": "NOT_SET"}});
                text(&api.post("/api/v1/mcp-servers", server).expect(201)["name"])
            }
            "equipped" => {
                let (agent, tool) = (self.agent(), self.owners_tool(json!({})));
                let path = format!("{agent}/tools/{tool}");
                api.put(&format!("/api/v1/agents/{path}"), json!({})).ok();
                path
            }
            "tested" => {
                let tool = self.owners_tool(json!({}));
                let case = api.post(&format!("/api/v1/tools/{tool}/cases"), json!({"name": "one"})).expect(201);
                format!("{tool}/cases/{}", text(&case["id"]))
            }
            "template" => self.owners_tool(json!({"is_template": true})),
            "public" => {
                let shown = self.tool(&self.other, json!({"is_public": true})).expect(201);
                text(&shown["tool"]["id"])
            }
            "installed" => {
                let public = self.thing("public", caller);
                let copy = json!({"name": format!("copy_{}", self.next())});
                text(&api.post(&format!("/api/v1/library/{public}/install"), copy).expect(201)["tool"]["id"])
            }
            "own_tool" | "own_shared" => {
                let own = self.tool(caller, json!({}));
                let is_own = own.status == 201 && caller.token() != self.other.token();
                let maker = if is_own { caller } else { api };
                let tool = if is_own { text(&own.body["tool"]["id"]) } else { self.owners_tool(json!({})) };
                if name == "own_shared" {
                    maker.put(&format!("/api/v1/tools/{tool}/grants/{}", self.member), json!({})).expect(204);
                }
                tool
            }
            "drafted" => {
                let tool = self.owners_tool(json!({}));
                let draft = json!({"name": format!("tool_{}", self.next()), "kind": "http", "effect": "read",
                    "config": {"url": "https://example.com/draft"}});
                api.put(&format!("/api/v1/tools/{tool}/draft"), draft).ok();
                tool
            }
            "proposal" => text(&self.tool(&self.maker, json!({"is_public": true})).expect(202)["proposal"]["id"]),
            // An owner's own proposals are carried out at once; they may withdraw those of others.
            "own_proposal" => {
                let own = self.tool(caller, json!({"is_public": true}));
                let is_own = own.status == 202 && caller.token() != self.other.token();
                if is_own { text(&own.body["proposal"]["id"]) } else { self.thing("proposal", caller) }
            }
            "own_token" => {
                let own = caller.post("/api/v1/tokens", json!({"name": "own", "scopes": ["admin"]}));
                let is_foreign = own.status != 201 || caller.token() == self.other.token();
                if is_foreign { self.thing("anybodys_token", caller) } else { text(&own.body["id"]) }
            }
            "anybodys_token" => {
                let token = json!({"name": "spare", "role": "viewer", "user_id": self.member});
                text(&api.post("/api/v1/tokens", token).expect(201)["id"])
            }
            "own_agent" => {
                let agent = json!({"name": format!("Agent {}", self.next())});
                let own = caller.post("/api/v1/agents", agent);
                let is_own = own.status == 201 && caller.token() != self.other.token();
                if is_own { text(&own.body["id"]) } else { self.agent() }
            }
            "run" => {
                let wish = json!({"agent": self.agent(), "message": "hello", "wait_ms": 20000});
                text(&api.post("/api/v1/runs", wish).expect(200)["id"])
            }
            "thread" => text(&api.post("/api/v1/threads", json!({})).expect(201)["id"]),
            "own_thread" => {
                let own = caller.post("/api/v1/threads", json!({}));
                let is_own = own.status == 201 && caller.token() != self.other.token();
                if is_own { text(&own.body["id"]) } else { self.thing("thread", caller) }
            }
            "job" => {
                let job = json!({"tool": self.owners_tool(json!({}))});
                let id = text(&api.post("/api/v1/jobs", job).expect(202)["id"]);
                eventually("the job is done", 10, || {
                    (api.get(&format!("/api/v1/jobs/{id}")).expect(200)["state"] == "done").then_some(())
                });
                id
            }
            "schedule" => {
                let target = json!({"agent": self.agent(), "message": "hello"});
                let schedule = json!({"name": format!("s {}", self.next()), "cron": "@yearly", "target": target});
                text(&api.post("/api/v1/schedules", schedule).expect(201)["id"])
            }
            "hook" => {
                let hook = json!({"platform": "vapi", "trusted": false});
                text(&api.post("/api/v1/hooks", hook).expect(201)["hook"]["id"])
            }
            "own_hook" => {
                let own = caller.post("/api/v1/hooks", json!({"platform": "vapi", "trusted": false}));
                let is_own = own.status == 201 && caller.token() != self.other.token();
                if is_own { text(&own.body["hook"]["id"]) } else { self.thing("hook", caller) }
            }
            "offered" => {
                let tool = self.owners_tool(json!({"kind": "client", "config": {}, "policy": {"timeout_ms": 100}}));
                let path = format!("/api/v1/tools/{tool}/call");
                text(&api.post(&path, json!({})).ok()["execution_id"])
            }
            "document" => {
                let execution = self.thing("offered", caller);
                let picture = STANDARD.encode([b"\x89PNG\r\n\x1a\n".as_slice(), &[1; 90]].concat());
                api.post(&format!("/api/v1/executions/{execution}/result"), json!({"result": picture})).expect(200);
                let page = api.get(&format!("/api/v1/documents?execution_id={execution}")).expect(200);
                text(&page["items"][0]["id"])
            }
            "conversation" => {
                let mut live = Live::open(api, &format!("/v1/convai/conversation?agent_id={}", self.agent()));
                live.send(r#"{"type": "conversation_initiation_client_data"}"#);
                let metadata = live.read().unwrap();
                let id = text(&metadata["conversation_initiation_metadata_event"]["conversation_id"]);
                live.close();
                eventually("the conversation has ended", 10, || {
                    let found = api.get(&format!("/api/v1/conversations/{id}")).expect(200);
                    (found["state"] == "ended").then_some(())
                });
                id
            }
            "no_ticket" => "tick_00000000000000000000000000".to_owned(),
            // Asked for with another token, because the one that asked may not decide.
            "ticket" => text(&self.asked(json!({"approval": true}))["pending"]["ticket"]),
            "delivery" => {
                let hook = json!({"approval": {"webhook": {"url": self.upstream.url("/hook")}}});
                let ticket = text(&self.asked(hook)["pending"]["ticket"]);
                eventually("the webhook is delivered", 10, || {
                    let page = api.get(&format!("/api/v1/deliveries?state=delivered&subject={ticket}")).expect(200);
                    page["items"][0]["id"].as_str().map(str::to_owned)
                })
            }
            _ => unreachable!("{name}"),
        }
    }

    /// The status that `caller` is given for a route.
    fn ask(&self, route: &Route, caller: &Api) -> (u16, String) {
        let (method, path, .., status, _, body) = *route;
        let (path, body) = (self.fill(path, caller), self.fill(body, caller));
        if status == 101 {
            let status = Live::attempt(caller, &path, &[]).map_or_else(|refused| refused, |_| 101);
            return (status, String::new());
        }
        let body = (!body.is_empty()).then(|| serde_json::from_str(&body).unwrap());
        let reply = caller.send(method, &path, body);
        (reply.status, format!("{reply:?}"))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The path with its variables nameless and without a query: `/api/v1/tools/{}/call`.
fn shape(path: &str) -> String {
    let path =
        path.split('?').next().unwrap().replace("{equipped}", "{agent}/tools/{tool}").replace("{cut}", "{id}/result");
    let path = path.replace("{tested}", "{tool}/cases/{case}").replace("{improved}", "{agent}/drafts/{draft}");
    let path = path
        .replace("/versions/1", "/versions/{r}")
        .replace("/S{n}", "/{name}")
        .replace("/researcher", "/{id}")
        .replace("/none/", "/{id}/")
        .replace("/tools/no_such/", "/tools/{tool}/")
        .replace("/CA1/", "/{call_id}/");
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_has_a_row_here() {
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let document = server.api().anonymous().get("/openapi.json").expect(200);
    let served: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), shape(path)))
        })
        .collect();
    let known: BTreeSet<(String, String)> = ROUTES.iter().map(|route| (route.0.to_owned(), shape(route.1))).collect();
    assert_eq!(served.difference(&known).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "routes without a row");
    assert_eq!(known.difference(&served).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "rows without a route");
}

#[test]
fn every_role_may_do_what_the_table_says_and_nothing_else() {
    on_both(|database| {
        let world = World::new(database);
        let people = world.people();
        let mut wrong = Vec::new();
        for route in ROUTES {
            let (method, path, who, _, status, abroad, _) = *route;
            for (index, (role, api)) in people.iter().enumerate() {
                let expected = match *role {
                    "anonymous" if who == Who::Anybody => status,
                    "anonymous" => 401,
                    "other" => match abroad {
                        Abroad::Own => status,
                        Abroad::Hidden => 404,
                        Abroad::Status(status) => status,
                    },
                    _ if who.row()[index] => status,
                    // Who may not govern is not told whose tokens there are.
                    _ if path.ends_with("{anybodys_token}") => 404,
                    _ => 403,
                };
                let (given, answer) = world.ask(route, api);
                if given != expected {
                    wrong.push(format!("{role}: {method} {path}: {given} instead of {expected}: {answer}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn a_scope_opens_its_own_routes_only() {
    on_both(|database| {
        let world = World::new(database);
        let mut wrong = Vec::new();
        for scope in SCOPES {
            let token = world.owner.post("/api/v1/tokens", json!({"name": scope, "scopes": [scope]})).expect(201);
            let api = world.owner.with_token(text(&token["token"]));
            for route in ROUTES {
                let (method, path, _, scopes, status, ..) = *route;
                let is_open = scopes.is_empty() || scopes.split('|').any(|one| one == scope);
                let expected = if is_open { status } else { 403 };
                let (given, answer) = world.ask(route, &api);
                if given != expected {
                    wrong.push(format!("{scope}: {method} {path}: {given} instead of {expected}: {answer}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // Every scope that routes need can be given to a token.
        let used: BTreeSet<&str> =
            ROUTES.iter().flat_map(|route| route.3.split(['|', '&'])).filter(|s| !s.is_empty()).collect();
        assert!(used.iter().all(|scope| SCOPES.contains(scope)));
    });
}
