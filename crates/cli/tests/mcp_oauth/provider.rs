//! An authorization server with rotating refresh tokens, and an MCP server that takes its tokens.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callwright_testkit::{Answer, Recorded, Upstream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// How every secret of theirs begins.
pub(crate) const SECRET: &str = "theirs-secret-";

/// What they do, and what was done to them.
pub(crate) struct State {
    /// How long access tokens live.
    pub(crate) lifetime: Duration,
    /// How long the token endpoint takes.
    pub(crate) slow: Duration,
    /// What a refresh is answered with in the place of tokens.
    pub(crate) refusal: Option<Answer>,
    /// Whether refresh tokens are given at all.
    pub(crate) renews: bool,
    /// Whether the MCP server refuses every token.
    pub(crate) refuses: bool,
    /// Whether it refuses every token where a tool is called.
    pub(crate) refuses_calls: bool,
    /// Whether it has sessions that are ended.
    pub(crate) has_sessions: bool,
    /// What is sent as `iss` in the place of the truth.
    pub(crate) iss: Option<String>,
    /// Put over the metadata of the resource and of the authorization server.
    pub(crate) resource_metadata: Value,
    pub(crate) server_metadata: Value,
    /// The scope that the tool `write` needs.
    pub(crate) write_scope: &'static str,
    /// Whether the refusal of `write` says the token back as a scope.
    pub(crate) echoes: bool,
    /// Whether giving tokens back needs a field `client_secret` in the form, as the Python SDK's servers do.
    pub(crate) wants_secret_field: bool,
    /// Where the MCP server says that it is now.
    pub(crate) moved: Option<String>,
    /// How long the list of tools takes, and giving tokens back.
    pub(crate) slow_list: Duration,
    pub(crate) slow_revocation: Duration,
    /// Counters.
    pub(crate) refreshes: usize,
    pub(crate) reused: usize,
    pub(crate) registrations: usize,
    pub(crate) refused: usize,
    pub(crate) asked_scopes: Vec<String>,
    pub(crate) revoked: Vec<String>,
    count: usize,
    clients: HashMap<String, String>,
    codes: HashMap<String, Grant>,
    access: HashMap<String, (Instant, String)>,
    refresh: HashMap<String, String>,
    spent: HashSet<String>,
}

struct Grant {
    client: String,
    challenge: String,
    redirect_uri: String,
    resource: String,
    scope: String,
}

impl State {
    fn new() -> Self {
        Self {
            lifetime: Duration::from_secs(3600),
            slow: Duration::ZERO,
            refusal: None,
            renews: true,
            refuses: false,
            refuses_calls: false,
            has_sessions: false,
            iss: None,
            resource_metadata: json!({}),
            server_metadata: json!({}),
            write_scope: "files:read",
            echoes: false,
            wants_secret_field: false,
            moved: None,
            slow_list: Duration::ZERO,
            slow_revocation: Duration::ZERO,
            refreshes: 0,
            reused: 0,
            registrations: 0,
            refused: 0,
            asked_scopes: Vec::new(),
            revoked: Vec::new(),
            count: 0,
            clients: HashMap::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            spent: HashSet::new(),
        }
    }

    fn secret(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{SECRET}{what}-{}", self.count)
    }

    fn tokens(&mut self, scope: String) -> Answer {
        let access = self.secret("access");
        self.access.insert(access.clone(), (Instant::now() + self.lifetime, scope.clone()));
        let mut body = json!({"access_token": access, "token_type": "Bearer", "scope": scope,
            "expires_in": self.lifetime.as_secs()});
        if self.renews {
            let refresh = self.secret("refresh");
            self.refresh.insert(refresh.clone(), scope);
            body["refresh_token"] = json!(refresh);
        }
        Answer::json(200, body).delay(self.slow)
    }
}

/// Both of them.
pub(crate) struct Provider {
    pub(crate) issuer: Upstream,
    pub(crate) mcp: Upstream,
    state: Arc<Mutex<State>>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        Self::with(Upstream::start())
    }

    /// With an authorization server at another place.
    pub(crate) fn with(issuer: Upstream) -> Self {
        let mcp = Upstream::start();
        let state = Arc::new(Mutex::new(State::new()));
        let (shared, base) = (state.clone(), issuer.url(""));
        issuer.respond(move |request| authorization_server(&mut shared.lock().unwrap(), &base, request));
        let (shared, base, own) = (state.clone(), issuer.url(""), mcp.url(""));
        mcp.respond(move |request| mcp_server(&mut shared.lock().unwrap(), &base, &own, request));
        Self { issuer, mcp, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// No access token is good any more.
    pub(crate) fn expire(&self) {
        self.state().access.clear();
    }

    /// How often tokens were renewed, and how often with a refresh token that was spent.
    pub(crate) fn renewals(&self) -> (usize, usize) {
        let state = self.state();
        (state.refreshes, state.reused)
    }

    /// How often tokens were renewed, and how often a request was refused.
    pub(crate) fn asked(&self) -> (usize, usize) {
        let state = self.state();
        (state.refreshes, state.refused)
    }

    pub(crate) fn url(&self) -> String {
        self.mcp.url("/mcp")
    }

    /// No client is known any more.
    pub(crate) fn forget_clients(&self) {
        self.state().clients.clear();
    }

    /// A client that was registered by hand.
    pub(crate) fn register_by_hand(&self, id: &str, secret: &str) {
        self.state().clients.insert(id.to_owned(), secret.to_owned());
    }
}

fn over(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

fn pairs(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn authorization_server(state: &mut State, base: &str, request: &Recorded) -> Answer {
    match (request.method.as_str(), request.path()) {
        ("GET", "/.well-known/oauth-authorization-server") => {
            let metadata = json!({"issuer": base, "authorization_endpoint": format!("{base}/authorize"),
                "token_endpoint": format!("{base}/token"), "registration_endpoint": format!("{base}/register"),
                "revocation_endpoint": format!("{base}/revoke"), "scopes_supported": ["files:read", "offline_access"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": true});
            Answer::json(200, over(metadata, &state.server_metadata))
        }
        ("POST", "/register") => {
            state.registrations += 1;
            let (id, secret) = (format!("client-{}", state.registrations), state.secret("client"));
            state.clients.insert(id.clone(), secret.clone());
            Answer::json(
                201,
                json!({"client_id": id, "client_secret": secret, "client_secret_expires_at": 0,
                "token_endpoint_auth_method": "client_secret_basic", "redirect_uris": request.json()["redirect_uris"]}),
            )
        }
        ("GET", "/authorize") => authorize(state, base, request),
        ("POST", "/token") => token(state, request),
        ("POST", "/revoke") => {
            let form = pairs(&request.text());
            if state.wants_secret_field && !form.contains_key("client_secret") {
                return Answer::json(400, json!({"error": "invalid_request"}));
            }
            state.access.remove(&form["token"]);
            state.refresh.remove(&form["token"]);
            state.revoked.push(form["token_type_hint"].clone());
            Answer::status(200).delay(state.slow_revocation)
        }
        _ => Answer::status(404),
    }
}

/// The person is signed in already and says yes.
fn authorize(state: &mut State, base: &str, request: &Recorded) -> Answer {
    let query = pairs(request.query());
    let get = |name: &str| query.get(name).cloned().unwrap_or_default();
    if get("code_challenge_method") != "S256" || !state.clients.contains_key(&get("client_id")) {
        return Answer::text(400, "no");
    }
    let code = state.secret("code");
    state.asked_scopes.push(get("scope"));
    state.codes.insert(
        code.clone(),
        Grant {
            client: get("client_id"),
            challenge: get("code_challenge"),
            redirect_uri: get("redirect_uri"),
            resource: get("resource"),
            scope: get("scope"),
        },
    );
    let mut back: Url = get("redirect_uri").parse().unwrap();
    let iss = state.iss.clone().unwrap_or_else(|| base.to_owned());
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &get("state")).append_pair("iss", &iss);
    Answer::redirect(302, back.as_str())
}

fn token(state: &mut State, request: &Recorded) -> Answer {
    let form = pairs(&request.text());
    let get = |name: &str| form.get(name).cloned().unwrap_or_default();
    let basic = request.header("authorization").and_then(|header| header.strip_prefix("Basic "));
    let pair = base64::engine::general_purpose::STANDARD.decode(basic.unwrap_or_default()).unwrap();
    let pair = String::from_utf8(pair).unwrap();
    let (id, secret) = pair.split_once(':').unwrap_or_default();
    if state.clients.get(id).map(String::as_str) != Some(secret) {
        return Answer::json(401, json!({"error": "invalid_client"}));
    }
    let invalid = |why: &str| Answer::json(400, json!({"error": "invalid_grant", "error_description": why}));
    if get("grant_type") == "refresh_token" {
        state.refreshes += 1;
        if let Some(refusal) = &state.refusal {
            return refusal.clone();
        }
        let refresh = get("refresh_token");
        if state.spent.contains(&refresh) {
            state.reused += 1;
        }
        let Some(scope) = state.refresh.remove(&refresh) else { return invalid("not known (any more)") };
        state.spent.insert(refresh);
        return state.tokens(scope);
    }
    let Some(grant) = state.codes.remove(&get("code")) else { return invalid("no such code") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier").as_bytes()));
    let fits = grant.client == id
        && grant.challenge == challenge
        && grant.redirect_uri == get("redirect_uri")
        && grant.resource == get("resource")
        && !grant.resource.is_empty();
    if fits { state.tokens(grant.scope) } else { invalid("it does not fit") }
}

fn mcp_server(state: &mut State, issuer: &str, own: &str, request: &Recorded) -> Answer {
    if request.path() == "/.well-known/oauth-protected-resource/mcp" {
        let metadata = json!({"resource": format!("{own}/mcp"), "authorization_servers": [issuer],
            "scopes_supported": ["files:read", "files:write"]});
        return Answer::json(200, over(metadata, &state.resource_metadata));
    }
    if let Some(moved) = state.moved.as_ref().filter(|_| request.path() == "/mcp") {
        return Answer::redirect(307, moved);
    }
    if !["/mcp", "/here"].contains(&request.path()) {
        return Answer::status(404);
    }
    let metadata = format!("resource_metadata=\"{own}/.well-known/oauth-protected-resource/mcp\"");
    let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let known = bearer.and_then(|token| state.access.get(token)).filter(|(end, _)| *end > Instant::now());
    let is_refused = state.refuses || (state.refuses_calls && request.text().contains("tools/call"));
    let known = known.filter(|_| !is_refused);
    let Some((_, scope)) = known.cloned() else {
        state.refused += 1;
        return Answer::status(401).header("www-authenticate", &format!("Bearer scope=\"files:read\", {metadata}"));
    };
    let message = request.json();
    let result = |result: Value| Answer::json(200, json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
    match (request.method.as_str(), message["method"].as_str().unwrap_or_default()) {
        ("POST", "initialize") => {
            let answer = result(json!({"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
                "serverInfo": {"name": "files", "version": "1"}}));
            if state.has_sessions { answer.header("mcp-session-id", "session-1") } else { answer }
        }
        ("POST", "tools/list") => {
            let tool = |name: &str| {
                json!({"name": name, "inputSchema": {"type": "object"},
                "annotations": {"readOnlyHint": name == "read"}})
            };
            result(json!({"tools": [tool("read"), tool("write")]})).delay(state.slow_list)
        }
        ("POST", "tools/call") => {
            let is_write = message["params"]["name"] == "write";
            if is_write && !scope.split(' ').any(|each| each == state.write_scope) {
                let wanted = if state.echoes { bearer.unwrap() } else { state.write_scope };
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{wanted}\", {metadata}");
                return Answer::status(403).header("www-authenticate", &challenge);
            }
            // It says what it must not say.
            result(json!({"content": [{"type": "text", "text": format!("done with {}", bearer.unwrap())}]}))
        }
        ("POST", method) if method.starts_with("notifications/") => Answer::status(202),
        ("POST", _) => Answer::json(
            404,
            json!({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}),
        ),
        ("DELETE", _) => Answer::status(200),
        _ => Answer::status(405),
    }
}
