//! Every route with who may use it, written out by hand from DESIGN section 10: what the server says of itself is not
//! asked.

/// The rows of the table in DESIGN section 10, and above them those who need no row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Who {
    /// Anybody, also without a token.
    Anybody,
    /// Whoever has a token, for what is their own.
    Known,
    /// See tools, agents, executions.
    See,
    /// Call tools granted to the user.
    Call,
    /// Decide approvals, settle, replay, cancel.
    Decide,
    /// Create and change tools and agents; test.
    Build,
    /// Secrets, publishing.
    Secrets,
    /// Members, roles, tokens of others, audit.
    Govern,
    /// Delete the organization, transfer ownership.
    Own,
}

impl Who {
    /// The table itself: viewer, operator, builder, admin, owner.
    pub(crate) fn row(self) -> [bool; 5] {
        match self {
            Self::Anybody | Self::Known | Self::See => [true, true, true, true, true],
            Self::Call | Self::Decide => [false, true, true, true, true],
            Self::Build => [false, false, true, true, true],
            Self::Secrets | Self::Govern => [false, false, false, true, true],
            Self::Own => [false, false, false, false, true],
        }
    }
}

/// What the owner of another organization is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Abroad {
    /// The same as at home: it is about their own organization.
    Own,
    /// There is no such thing.
    Hidden,
    /// A name that is not there yet: this status.
    Status(u16),
}
use Abroad::{Hidden, Own as Theirs, Status};

/// Method, path, who, scopes (any of them will do; with `&` all are needed; empty: none needed), status when allowed, abroad, body.
pub(crate) type Route = (&'static str, &'static str, Who, &'static str, u16, Abroad, &'static str);

const TOOL: &str = r#"{"name": "made_{n}", "kind": "http", "config": {"url": "https://example.com"}}"#;
const AGENT: &str = r#"{"name": "made {n}"}"#;
const SCHEDULE: &str =
    r#"{"name": "made {n}", "cron": "0 0 1 1 *", "target": {"agent": "{agent}", "message": "hello"}}"#;
const WORKFLOW: &str =
    r#"{"name": "made {n}", "flow_type": "sequential", "agents": [{"agent_id": "{talker}", "role": "r"}]}"#;
const GUIDE_WORKFLOW: &str =
    r#"{"name": "guided {n}", "flow_type": "parallel", "agents": [{"agent_id": "{talker}", "role": "r"}]}"#;
const RULE: &str = r#"{"name": "made {n}", "condition": {"kind": "failure"}}"#;
const MCP_SERVER: &str = r#"{"name": "made_{n}", "url": "https://mcp.example.com/mcp", "is_enabled": false}"#;
const PROVIDER: &str = r#"{"name": "made_{n}", "kind": "openai", "secret": "NOT_SET"}"#;
const GUIDE_TOOL: &str =
    r#"{"name": "made_{n}", "tool_type": "api_endpoint", "implementation": {"url": "https://example.com"}}"#;
const PLAN_TOOL: &str = r#"{"name": "made_{n}", "configuration": {"url": "https://example.com"}}"#;

/// Every route. What needs more than its role to succeed (a name typed right, an execution under way) is refused for
/// that reason, which shows that the role was enough.
#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    ("GET", "/healthz", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/readyz", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/metrics", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/openapi.json", Who::Anybody, "", 200, Theirs, ""),
    ("POST", "/token/get_token", Who::Anybody, "", 422, Theirs, r#"{"email": "a@example.org"}"#),
    ("POST", "/api/v1/session", Who::Anybody, "", 422, Theirs, "{}"),
    ("POST", "/api/v1/invitations/accept", Who::Anybody, "", 404, Theirs, r#"{"token": "cw_none", "password": "long enough"}"#),
    ("GET", "/api/v1/session", Who::Known, "", 200, Theirs, ""),
    ("DELETE", "/api/v1/session", Who::Known, "", 409, Theirs, ""),
    ("GET", "/api/v1/me", Who::Known, "", 200, Theirs, ""),
    ("PUT", "/api/v1/password", Who::Known, "admin", 422, Theirs, r#"{"new_password": "short"}"#),
    ("GET", "/api/v1/tokens", Who::Known, "admin", 200, Theirs, ""),
    ("GET", "/api/v1/tokens?all=true", Who::Govern, "admin", 200, Theirs, ""),
    ("POST", "/api/v1/tokens", Who::Known, "admin", 201, Theirs, r#"{"name": "t", "scopes": ["admin"]}"#),
    ("DELETE", "/api/v1/tokens/{own_token}", Who::Known, "admin", 204, Hidden, ""),
    ("DELETE", "/api/v1/tokens/{anybodys_token}", Who::Govern, "admin", 204, Hidden, ""),
    ("GET", "/api/v1/organization", Who::See, "read", 200, Theirs, ""),
    ("PATCH", "/api/v1/organization", Who::Govern, "admin", 200, Theirs, r#"{"name": "Renamed"}"#),
    ("DELETE", "/api/v1/organization", Who::Own, "admin", 422, Theirs, r#"{"name": "not its name"}"#),
    ("POST", "/api/v1/organization/transfer", Who::Own, "admin", 409, Theirs, r#"{"user_id": "{nobody}"}"#),
    // Whoever shares a tool has to see with whom; the table's row is about changing members.
    ("GET", "/api/v1/members", Who::See, "read", 200, Theirs, ""),
    ("PUT", "/api/v1/members/{member}", Who::Govern, "admin", 200, Hidden, r#"{"role": "viewer"}"#),
    ("DELETE", "/api/v1/members/{leaver}", Who::Govern, "admin", 204, Hidden, ""),
    ("GET", "/api/v1/invitations", Who::Govern, "admin", 200, Theirs, ""),
    ("POST", "/api/v1/invitations", Who::Govern, "admin", 201, Theirs, r#"{"email": "new{n}@example.org", "role": "viewer"}"#),
    ("DELETE", "/api/v1/invitations/{invitation}", Who::Govern, "admin", 204, Hidden, ""),
    // Names, never values: whoever writes a tool has to know what `${NAME}` may be.
    ("GET", "/api/v1/secrets", Who::Build, "admin", 200, Theirs, ""),
    ("GET", "/api/v1/secrets?agent={agent}", Who::Build, "admin", 200, Hidden, ""),
    ("PUT", "/api/v1/secrets/S{n}", Who::Secrets, "admin", 200, Theirs, r#"{"value": "hidden-value"}"#),
    ("DELETE", "/api/v1/secrets/{secret}", Who::Secrets, "admin", 204, Hidden, ""),
    ("GET", "/api/v1/model-providers", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/model-providers", Who::Secrets, "admin", 201, Theirs, PROVIDER),
    ("GET", "/api/v1/model-providers/{provider}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/model-providers/{provider}", Who::Secrets, "admin", 200, Hidden, PROVIDER),
    ("DELETE", "/api/v1/model-providers/{provider}", Who::Secrets, "admin", 204, Hidden, ""),
    // Its secret is not set, so nothing is sent; that is told in the answer.
    ("POST", "/api/v1/model-providers/{provider}/test", Who::Secrets, "admin", 200, Hidden, r#"{"model": "m"}"#),
    ("GET", "/api/v1/mcp-servers", Who::Secrets, "admin", 200, Theirs, ""),
    ("POST", "/api/v1/mcp-servers", Who::Secrets, "admin", 201, Theirs, MCP_SERVER),
    ("GET", "/api/v1/mcp-servers/{mcp_server}", Who::Secrets, "admin", 200, Hidden, ""),
    ("PATCH", "/api/v1/mcp-servers/{mcp_server}", Who::Secrets, "admin", 200, Hidden, r#"{"capabilities": ["a"]}"#),
    ("DELETE", "/api/v1/mcp-servers/{mcp_server}", Who::Secrets, "admin", 204, Hidden, ""),
    // Its secret is not set, so nothing is sent; that is told in the answer.
    ("POST", "/api/v1/mcp-servers/{mcp_server}/refresh", Who::Secrets, "admin", 200, Hidden, ""),
    ("POST", "/api/v1/mcp-servers/{mcp_server}/authorize", Who::Secrets, "admin", 409, Hidden, ""),
    ("DELETE", "/api/v1/mcp-servers/{mcp_server}/authorize", Who::Secrets, "admin", 204, Hidden, ""),
    ("POST", "/api/v1/mcp-servers/{mcp_server}/authorize/confirm", Who::Secrets, "admin", 422, Hidden, r#"{"code": "ABCD-EFGH"}"#),
    ("GET", "/api/v1/mcp-servers/{mcp_server}/tools", Who::Secrets, "admin", 200, Hidden, ""),
    ("POST", "/api/v1/mcp-servers/{mcp_server}/tools", Who::Secrets, "admin", 200, Hidden, r#"{"all": true}"#),
    // It was never asked, so it has no such tool.
    ("POST", "/api/v1/mcp-servers/{mcp_server}/tools/no_such/accept", Who::Secrets, "admin", 404, Hidden, "{}"),
    ("GET", "/api/v1/audit", Who::Govern, "admin", 200, Theirs, ""),
    ("GET", "/api/v1/tools", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/tools", Who::Build, "tools:write", 201, Theirs, TOOL),
    ("GET", "/api/v1/tools/definitions", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/offer/search", Who::See, "read", 200, Theirs, r#"{"query": "send"}"#),
    ("POST", "/api/v1/offer/search", Who::See, "read", 200, Hidden, r#"{"query": "send", "agent": "{agent}"}"#),
    ("POST", "/api/v1/offer/describe", Who::See, "read", 200, Hidden, r#"{"name": "{tool}"}"#),
    ("GET", "/api/v1/offer/definitions", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/tools/{tool}/export?format=mcp", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/export/tools?format=mcp", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/export/tools?agent={agent}", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/tools/{tool}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/tools/{tool}", Who::Build, "tools:write", 200, Status(422), TOOL),
    ("DELETE", "/api/v1/tools/{tool}", Who::Build, "tools:write", 204, Hidden, ""),
    ("POST", "/api/v1/tools/{tool}/call", Who::Call, "tools:call", 200, Hidden, "{}"),
    ("POST", "/api/v1/tools/{tool}/test", Who::Build, "tools:call", 200, Hidden, "{}"),
    ("GET", "/api/v1/tools/{tool}/diff?from=1&to=1", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/tools/{tool}/grants", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/tools/{own_tool}/grants/{member}", Who::Build, "tools:write", 204, Hidden, ""),
    ("DELETE", "/api/v1/tools/{own_shared}/grants/{member}", Who::Build, "tools:write", 204, Hidden, ""),
    ("POST", "/api/v1/tools/{tool}/rollback", Who::Build, "tools:write", 200, Hidden, r#"{"revision": 1}"#),
    ("GET", "/api/v1/limits", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/limits?agent={agent}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/limits", Who::Secrets, "admin", 200, Theirs, r#"{"rate_limit": {"requests": 9999, "per_seconds": 1}}"#),
    ("PUT", "/api/v1/limits?agent={agent}", Who::Secrets, "admin", 200, Hidden, "{}"),
    ("GET", "/api/v1/tools/{tool}/limits", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/tools/{tool}/usage", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/tools/{tool}/versions", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/tools/{tool}/versions/1", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/imports", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/imports/preview", Who::Build, "tools:write", 200, Theirs, r#"{"document": "curl https://example.com/p{n}"}"#),
    ("POST", "/api/v1/imports", Who::Build, "tools:write", 200, Theirs, r#"{"document": "curl https://example.com/i{n}"}"#),
    ("GET", "/api/v1/agents", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/agents", Who::Build, "agents:write", 201, Theirs, AGENT),
    ("GET", "/api/v1/agents/{agent}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/agents/{agent}", Who::Build, "agents:write", 200, Status(422), AGENT),
    ("DELETE", "/api/v1/agents/{agent}", Who::Build, "agents:write", 204, Hidden, ""),
    ("GET", "/api/v1/agents/{agent}/tools", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/agents/{agent}/tools/{tool}", Who::Build, "tools:write", 200, Hidden, "{}"),
    ("DELETE", "/api/v1/agents/{equipped}", Who::Build, "tools:write", 204, Hidden, ""),
    ("GET", "/api/v1/agents/{agent}/grants", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/agents/{own_agent}/grants", Who::Build, "agents:write", 204, Hidden, r#"{"user_ids": ["{member}"]}"#),
    // Workflows.
    ("GET", "/api/v1/workflows", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/workflows", Who::Build, "agents:write", 201, Status(422), WORKFLOW),
    ("GET", "/api/v1/workflows/{workflow}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/workflows/{workflow}", Who::Build, "agents:write", 200, Status(422), WORKFLOW),
    ("DELETE", "/api/v1/workflows/{workflow}", Who::Build, "agents:write", 204, Hidden, ""),
    ("POST", "/api/v1/workflows/{workflow}/runs", Who::Call, "agents:run", 200, Hidden, r#"{"input": "x", "wait_ms": 20000}"#),
    // Runs, threads, jobs. Whoever may run agents sees how their own go.
    ("GET", "/api/v1/runs", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/runs", Who::Call, "agents:run", 200, Hidden, r#"{"agent": "{agent}", "message": "hello", "wait_ms": 20000}"#),
    ("POST", "/api/v1/agents/{agent}/runs", Who::Call, "agents:run", 200, Hidden, r#"{"message": "hello", "wait_ms": 20000}"#),
    ("GET", "/api/v1/runs/{run}", Who::See, "read|agents:run", 200, Hidden, ""),
    ("GET", "/api/v1/runs/{run}/steps", Who::See, "read|agents:run", 200, Hidden, ""),
    ("GET", "/api/v1/runs/{run}/events", Who::See, "read|agents:run", 200, Hidden, ""),
    ("POST", "/api/v1/runs/{run}/cancel", Who::Call, "agents:run", 409, Hidden, ""),
    ("GET", "/api/v1/threads", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/threads", Who::Call, "agents:run", 201, Theirs, "{}"),
    ("GET", "/api/v1/threads/{thread}", Who::See, "read|agents:run", 200, Hidden, ""),
    // What is said is for whose thread it is, and for administrators.
    ("GET", "/api/v1/threads/{own_thread}/messages", Who::Call, "read|agents:run", 200, Hidden, ""),
    ("PATCH", "/api/v1/threads/{own_thread}", Who::Call, "agents:run", 200, Hidden, r#"{"title": "Renamed"}"#),
    ("DELETE", "/api/v1/threads/{own_thread}", Who::Call, "agents:run", 204, Hidden, ""),
    ("GET", "/api/v1/jobs", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/jobs", Who::Call, "tools:call", 202, Hidden, r#"{"tool": "{tool}"}"#),
    ("GET", "/api/v1/jobs/{job}", Who::See, "read|tools:call", 200, Hidden, ""),
    ("POST", "/api/v1/jobs/{job}/cancel", Who::Call, "tools:call", 409, Hidden, ""),
    ("POST", "/api/v1/jobs/{job}/retry", Who::Decide, "executions:decide", 409, Hidden, ""),
    // A schedule starts things in its author's name: with a scope to change agents alone nobody gets that far.
    ("GET", "/api/v1/schedules", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/schedules", Who::Build, "agents:write&agents:run", 201, Hidden, SCHEDULE),
    ("GET", "/api/v1/schedules/{schedule}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/schedules/{schedule}", Who::Build, "agents:write&agents:run", 200, Hidden, SCHEDULE),
    ("DELETE", "/api/v1/schedules/{schedule}", Who::Build, "agents:write", 204, Hidden, ""),
    ("POST", "/api/v1/schedules/{schedule}/run", Who::Call, "agents:run", 202, Hidden, ""),
    // A hook starts things in its maker's name, too.
    ("GET", "/api/v1/hooks", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/hooks", Who::Build, "agents:write&tools:call", 201, Theirs, r#"{"platform": "vapi"}"#),
    ("GET", "/api/v1/hooks/{hook}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/hooks/{own_hook}", Who::Build, "agents:write&tools:call", 200, Hidden, r#"{"platform": "vapi"}"#),
    ("DELETE", "/api/v1/hooks/{hook}", Who::Build, "agents:write", 204, Hidden, ""),
    ("POST", "/api/v1/hooks/{own_hook}/rotate", Who::Build, "agents:write", 200, Hidden, "{}"),
    ("GET", "/api/v1/hooks/{hook}/deliveries", Who::See, "read", 200, Hidden, ""),
    // Anybody may knock; who has not the secret stays outside.
    ("POST", "/hooks/{nobody}", Who::Anybody, "", 401, Theirs, "{}"),
    ("GET", "/hooks/{nobody}/status?key=none", Who::Anybody, "", 404, Theirs, ""),
    // Voice platforms: a tool that is not there is an answer that the model reads.
    ("POST", "/vapi/tools", Who::Call, "tools:call", 200, Theirs, r#"{"message": {"type": "status-update"}}"#),
    ("POST", "/vapi/agents/{agent}/tools", Who::Call, "tools:call", 200, Hidden, r#"{"message": {"type": "status-update"}}"#),
    ("POST", "/retell/tools/{tool}", Who::Call, "tools:call", 200, Theirs, "{}"),
    ("GET", "/retell/tools/{tool}", Who::Call, "tools:call", 200, Theirs, ""),
    ("GET", "/api/v1/executions", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/executions/live", Who::See, "read", 101, Theirs, ""),
    ("GET", "/api/v1/executions/{execution}", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/executions/{cut}", Who::See, "read|tools:call", 200, Hidden, ""),
    ("POST", "/api/v1/executions/{execution}/cancel", Who::Decide, "executions:decide", 409, Hidden, ""),
    ("POST", "/api/v1/executions/{execution}/replay", Who::Decide, "executions:decide", 200, Hidden, "{}"),
    ("POST", "/api/v1/executions/{unknown}/settle", Who::Decide, "executions:decide", 200, Hidden, r#"{"as": "done"}"#),
    ("GET", "/api/v1/executions/{execution}/answer", Who::See, "read|tools:call|mcp", 200, Hidden, ""),
    (
        "POST",
        "/api/v1/executions/{offered}/result",
        Who::Decide,
        "tools:call|executions:decide",
        200,
        Hidden,
        r#"{"result": 1}"#,
    ),
    ("GET", "/api/v1/conversations", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/conversations/export", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/documents", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/documents/{document}", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/documents/{document}/content", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/conversations/{conversation}", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/conversations/{conversation}/messages", Who::See, "read", 200, Hidden, ""),
    ("DELETE", "/api/v1/conversations/{conversation}", Who::Decide, "executions:decide", 204, Hidden, ""),
    // The client says nothing of what it accepts, which is the first thing that the protocol asks.
    ("POST", "/mcp", Who::See, "mcp|tools:call", 406, Theirs, "{}"),
    ("GET", "/mcp", Who::See, "mcp|tools:call", 406, Theirs, ""),
    ("DELETE", "/mcp", Who::See, "mcp|tools:call", 400, Theirs, ""),
    ("POST", "/mcp/agents/{agent}", Who::See, "mcp|tools:call", 406, Hidden, "{}"),
    ("GET", "/mcp/agents/{agent}", Who::See, "mcp|tools:call", 406, Hidden, ""),
    ("DELETE", "/mcp/agents/{agent}", Who::See, "mcp|tools:call", 400, Hidden, ""),
    ("GET", "/.well-known/oauth-protected-resource", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/oauth/callback?state=nobody", Who::Anybody, "", 410, Theirs, ""),
    ("GET", "/oauth/client-metadata.json", Who::Anybody, "", 404, Theirs, ""),
    ("GET", "/.well-known/oauth-protected-resource/mcp", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/.well-known/oauth-protected-resource/mcp/agents/{agent}", Who::Anybody, "", 200, Theirs, ""),
    ("GET", "/v1/convai/conversation?agent_id={agent}", Who::Call, "agents:run", 101, Hidden, ""),
    ("GET", "/v1/convai/conversation/get-signed-url?agent_id={agent}", Who::Call, "agents:run", 200, Hidden, ""),
    ("GET", "/v1/convai/conversation/token", Who::Anybody, "", 404, Theirs, ""),
    ("GET", "/api/v1/approvals", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/approvals/{ticket}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/approvals/{ticket}/approve", Who::Decide, "executions:decide", 200, Hidden, "{}"),
    ("POST", "/api/v1/approvals/{ticket}/deny", Who::Decide, "executions:decide", 200, Hidden, "{}"),
    ("GET", "/api/v1/deliveries", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/deliveries/{delivery}/retry", Who::Decide, "executions:decide", 200, Hidden, ""),
    // What opens these is the secret in the address; there is none like this.
    ("POST", "/callbacks/{no_ticket}/{secret}", Who::Anybody, "", 404, Theirs, "{}"),
    ("GET", "/approvals/{no_ticket}/{secret}", Who::Anybody, "", 404, Theirs, ""),
    ("POST", "/approvals/{no_ticket}/{secret}", Who::Anybody, "", 404, Theirs, r#"{"decision": "approve"}"#),
    ("GET", "/api/v1/alerts", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/alerts/rules", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/alerts/rules", Who::Build, "tools:write", 201, Theirs, RULE),
    ("GET", "/api/v1/alerts/rules/{rule}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/alerts/rules/{rule}", Who::Build, "tools:write", 200, Hidden, RULE),
    ("DELETE", "/api/v1/alerts/rules/{rule}", Who::Build, "tools:write", 204, Hidden, ""),
    // It tells nobody, so there is nobody to try.
    ("POST", "/api/v1/alerts/rules/{rule}/test", Who::Build, "tools:write", 409, Hidden, ""),
    ("GET", "/api/v1/doctor", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/suggestions", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/suggestions/unmatched", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/suggestions/parameters", Who::See, "read", 200, Theirs, r#"{"sample": {"body": {"a": 1}}}"#),
    ("GET", "/api/v1/tools/{tool}/suggestions", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/organization/tools", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/organization/tools", Who::Build, "tools:write", 201, Theirs, PLAN_TOOL),
    ("GET", "/api/organization/tools/{tool}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/organization/tools/{tool}", Who::Build, "tools:write", 200, Hidden, r#"{"description": "d"}"#),
    ("DELETE", "/api/organization/tools/{tool}", Who::Build, "tools:write", 204, Hidden, ""),
    ("POST", "/api/organization/tools/{tool}/test", Who::Build, "tools:call", 200, Hidden, "{}"),
    ("GET", "/api/organization/tools/{tool}/logs", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/assistants/{agent}/tools", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/assistants/{agent}/tools/{tool}/assign", Who::Build, "tools:write", 201, Hidden, "{}"),
    ("PUT", "/api/assistants/{equipped}/configure", Who::Build, "tools:write", 200, Hidden, r#"{"enabled": false}"#),
    ("DELETE", "/api/assistants/{equipped}/unassign", Who::Build, "tools:write", 204, Hidden, ""),
    ("GET", "/api/assistants/{agent}/tool-executions", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/calls/CA1/tool-executions", Who::See, "read", 200, Theirs, ""),
    ("GET", "/ws/tool-executions", Who::See, "read", 101, Theirs, ""),
    // Test cases of tools.
    ("GET", "/api/v1/cases", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/tools/{tool}/cases", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/tools/{tool}/cases", Who::Build, "tools:write", 201, Hidden, r#"{"name": "made {n}"}"#),
    ("POST", "/api/v1/tools/{tool}/cases/run", Who::Build, "tools:call", 200, Hidden, "{}"),
    ("GET", "/api/v1/tools/{tested}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/api/v1/tools/{tested}", Who::Build, "tools:write", 200, Hidden, r#"{"name": "renamed {n}"}"#),
    ("DELETE", "/api/v1/tools/{tested}", Who::Build, "tools:write", 204, Hidden, ""),
    ("POST", "/api/v1/executions/{execution}/case", Who::Build, "tools:write", 201, Hidden, "{}"),
    // Agents to begin with.
    ("GET", "/api/v1/agent-templates", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/agent-templates/researcher", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/agent-packs", Who::See, "read", 200, Theirs, ""),
    // No such pack: the matrix needs no sandbox to see who may.
    ("POST", "/api/v1/agent-packs/none/install", Who::Build, "tools:write", 404, Theirs, r#"{"dry_run": true}"#),
    ("GET", "/agents/templates", Who::See, "read", 200, Theirs, ""),
    // The library.
    ("GET", "/api/v1/templates", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/templates/{template}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/templates/{template}/clone", Who::Build, "tools:write", 201, Hidden, r#"{"name": "made_{n}"}"#),
    // What is public is there for everybody but its own organization.
    ("GET", "/api/v1/library", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/library/{public}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/library/{public}/install", Who::Build, "tools:write", 201, Hidden, r#"{"name": "made_{n}"}"#),
    ("GET", "/api/v1/library/installed", Who::See, "read", 200, Theirs, ""),
    ("POST", "/api/v1/library/installed/{installed}/update", Who::Build, "tools:write", 200, Hidden, "{}"),
    ("GET", "/api/v1/export?tools={tool}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/bundles", Who::Build, "tools:write", 200, Theirs, r#"{"callwright": 1}"#),
    ("GET", "/api/v1/features", Who::Secrets, "admin", 200, Theirs, ""),
    ("PUT", "/api/v1/features", Who::Secrets, "admin", 200, Theirs, r#"{"kind.system": 100}"#),
    ("POST", "/api/v1/agents/{agent}/tools-settings", Who::Build, "tools:write", 200, Hidden, r#"{"tools_settings": {}}"#),
    ("GET", "/api/tools/public", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/tools/templates", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/tool-templates", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/tool-templates/{template}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/organization/tools/from-template/{template}", Who::Build, "tools:write", 201, Hidden, r#"{"name": "made_{n}"}"#),
    ("POST", "/api/assistants/{agent}/tools/from-template/{template}", Who::Build, "tools:write", 201, Hidden, r#"{"name": "made_{n}"}"#),
    // The agent guide's tools.
    ("GET", "/agents/tools", Who::See, "read", 200, Theirs, ""),
    ("POST", "/agents/tools/create", Who::Build, "tools:write", 200, Theirs, GUIDE_TOOL),
    ("GET", "/agents/tools/list", Who::See, "read", 200, Theirs, ""),
    ("GET", "/agents/tools/templates", Who::See, "read", 200, Theirs, ""),
    ("GET", "/agents/tools/templates/{template}", Who::See, "read", 200, Hidden, ""),
    ("GET", "/agents/tools/{tool}", Who::See, "read", 200, Hidden, ""),
    ("PUT", "/agents/tools/{tool}", Who::Build, "tools:write", 200, Hidden, r#"{"description": "d"}"#),
    ("DELETE", "/agents/tools/{tool}", Who::Build, "tools:write", 200, Hidden, ""),
    ("POST", "/agents/tools/{tool}/test", Who::Build, "tools:call", 200, Hidden, "{}"),
    ("POST", "/agents/tools/{own_tool}/share", Who::Build, "tools:write", 200, Hidden, r#"{"user_ids": ["{member}"]}"#),
    // The agent guide's agents and jobs.
    ("POST", "/agents/create", Who::Build, "agents:write", 200, Theirs, r#"{"name": "guided", "instructions": "i"}"#),
    ("POST", "/agents/custom/create", Who::Build, "agents:write", 200, Theirs, r#"{"name": "guided"}"#),
    ("POST", "/agents/execute", Who::Call, "agents:run", 200, Hidden, r#"{"agent_id": "{talker}", "message": "m"}"#),
    ("GET", "/agents/status/{talk_job}", Who::See, "read|agents:run", 200, Hidden, ""),
    ("POST", "/agents/workflow/create", Who::Build, "agents:write", 200, Status(400), GUIDE_WORKFLOW),
    ("POST", "/agents/workflow/execute", Who::Call, "agents:run", 200, Hidden, r#"{"workflow_id": "{workflow}", "initial_input": "x"}"#),
    ("GET", "/agents/list", Who::See, "read", 200, Theirs, ""),
    ("POST", "/agents/{own_agent}/share", Who::Build, "agents:write", 200, Hidden, r#"{"user_ids": ["{member}"]}"#),
    ("GET", "/jobs/status/recent", Who::See, "read", 200, Theirs, ""),
    // Credits.
    ("GET", "/api/v1/credits", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/credits/entries", Who::Secrets, "admin", 200, Theirs, ""),
    ("POST", "/api/v1/credits/grants", Who::Secrets, "admin", 201, Theirs, r#"{"amount": 1}"#),
    // Feedback.
    ("POST", "/api/v1/runs/{run}/feedback", Who::Call, "agents:run", 200, Hidden, r#"{"rating": 1}"#),
    ("DELETE", "/api/v1/runs/{rated}/feedback", Who::Call, "agents:run", 204, Hidden, ""),
    ("GET", "/api/v1/agents/{agent}/feedback", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/agents/{criticized}/improve", Who::Build, "agents:write", 201, Hidden, ""),
    ("GET", "/api/v1/agents/{agent}/drafts", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/agents/{improved}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/agents/{improved}/accept", Who::Build, "agents:write", 200, Hidden, ""),
    ("POST", "/api/v1/agents/{improved}/reject", Who::Build, "agents:write", 200, Hidden, ""),
    // Versions, proposals, the audit log's chain.
    ("GET", "/api/v1/tools/{drafted}/draft", Who::Build, "tools:write", 200, Hidden, ""),
    ("PUT", "/api/v1/tools/{tool}/draft", Who::Build, "tools:write", 200, Hidden, TOOL),
    ("DELETE", "/api/v1/tools/{drafted}/draft", Who::Build, "tools:write", 204, Hidden, ""),
    ("POST", "/api/v1/tools/{drafted}/draft/publish", Who::Build, "tools:write", 200, Hidden, "{}"),
    ("GET", "/api/v1/agents/{agent}/tools/changes", Who::See, "read", 200, Hidden, ""),
    ("GET", "/api/v1/proposals", Who::See, "read", 200, Theirs, ""),
    ("GET", "/api/v1/proposals/{proposal}", Who::See, "read", 200, Hidden, ""),
    ("POST", "/api/v1/proposals/{proposal}/approve", Who::Secrets, "admin", 200, Hidden, "{}"),
    ("POST", "/api/v1/proposals/{proposal}/reject", Who::Secrets, "admin", 200, Hidden, "{}"),
    ("POST", "/api/v1/proposals/{own_proposal}/withdraw", Who::Build, "tools:write", 200, Hidden, ""),
    ("GET", "/api/v1/organization/publishing", Who::See, "read", 200, Theirs, ""),
    ("PUT", "/api/v1/organization/publishing", Who::Govern, "admin", 200, Theirs, r#"{"four_eyes": false}"#),
    ("GET", "/api/v1/audit/export", Who::Govern, "admin", 200, Theirs, ""),
    ("GET", "/api/v1/audit/verify", Who::Govern, "admin", 200, Theirs, ""),
];
