"""Made by generate.py from the OpenAPI document. Do not edit."""

# ruff: noqa
from typing import Any, Dict, List, Literal, Union

from typing_extensions import NotRequired, TypedDict


class Accept(TypedDict):
    """What is accepted."""
    dry_run: NotRequired[bool]
    """Only show what has changed."""
    hash: NotRequired[Union[str, None]]
    """The hash of the definition that was looked at. If it has changed once more since, that is a conflict."""


class AcceptInvitation(TypedDict):
    """An invitation that is taken up."""
    name: NotRequired[Union[str, None]]
    """One's name; not needed by who has an account already."""
    password: str
    """A new password, or that of the account one has already."""
    token: str
    """The text of the invitation."""


class Accepted(TypedDict):
    """A changed definition, and what it changes of our tools."""
    diff: List["Change"]
    """What differs between the definition that was agreed to and the one that is shown now."""
    hash: str
    """The hash of its definition now."""
    tool: str
    """The tool's name there."""
    tools: List["Upserted"]
    """Our tools that stand for it, as they are now or would be."""


class Adopt(TypedDict):
    """Which tools of a server become tools of ours."""
    all: NotRequired[bool]
    """All that it offers."""
    dry_run: NotRequired[bool]
    """Only say what would become of them."""
    prefix: NotRequired[Union[str, None]]
    """Put before the names that are not said, for example `crm_`."""
    tools: NotRequired[List["AdoptOne"]]
    """These."""


class AdoptOne(TypedDict):
    """A tool of a server that becomes a tool of ours."""
    description: NotRequired[Union[str, None]]
    """What the model is told; the server's words when absent."""
    effect: NotRequired[Union["Effect", None]]
    name: NotRequired[Union[str, None]]
    """Our name for it; its own when absent, with what no model provider takes replaced by `_`."""
    tool: str
    """Its name there."""


class Adopted(TypedDict):
    """What became of a tool."""
    action: NotRequired[Union["Action", None]]
    effect: "Effect"
    """What it does to the world."""
    error: NotRequired[Union[str, None]]
    """Why it was not taken over."""
    name: str
    """Our name for it."""
    tool: str
    """Its name there."""
    tool_id: NotRequired[Union["ToolId", None]]
    warnings: List[str]
    """What works but may surprise."""


class AdoptedTools(TypedDict):
    """What became of the tools that were to be taken over."""
    tools: List["Adopted"]
    """One entry for each, in the order of the request."""


class Agent(TypedDict):
    """Instructions, model and tools under one name."""
    base_template: NotRequired[Union[str, None]]
    """The template, or the other agent, that it was made from."""
    first_message: NotRequired[Union[str, None]]
    """What it says first in a conversation; `{{ name }}` stands for a dynamic variable."""
    is_shared: NotRequired[bool]
    """Whether everybody in the organization who may run agents may run it."""
    language: NotRequired[Union[str, None]]
    """The language in which it speaks, such as `en` or `pt-BR`."""
    learning_enabled: NotRequired[bool]
    """Whether what a user liked or corrected in its runs is brought into that user's later ones."""
    limits: NotRequired["RunLimits"]
    """How far its runs may go."""
    max_output_tokens: NotRequired[Union[int, None]]
    """The most tokens of one answer of the model, 1 to 1,000,000."""
    metadata: NotRequired[Dict[str, Any]]
    """What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`."""
    overrides: NotRequired[List["Overridden"]]
    """What a client of a conversation may set for itself."""
    public: NotRequired[bool]
    """Whether anybody may talk to it over a conversation socket, without a token. Set by an administrator."""
    temperature: NotRequired[Union[float, None]]
    """How freely the model writes, 0 to 2; absent, as the provider likes."""
    tool_budget: NotRequired[Union[int, None]]
    """With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search."""
    tool_offer: NotRequired["ToolOffer"]
    """How its model is offered its tools."""
    created_at: "Timestamp"
    """When it was made."""
    description: NotRequired[str]
    """What it is for."""
    id: "AsstId"
    """Its id."""
    instructions: NotRequired[str]
    """The system instructions."""
    model: NotRequired[str]
    """The model it uses, for example `gpt-5-mini`."""
    name: str
    """A name, unique in the organization."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    tools_settings: NotRequired[Union["ToolsSettings", None]]
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who made it."""


class AgentConfig(TypedDict):
    """An agent that is called as one tool."""
    agent: str
    """The agent's name or id."""
    input: NotRequired[Union[str, None]]
    """What is said to it, a template. Without it: the argument `message` if it is a text, else all arguments as JSON.
    """


class AgentDraft(TypedDict):
    """Instructions that an agent's model proposed from feedback. They are not the agent's until a person accepts
    them.
    """
    agent_id: "AsstId"
    """The agent."""
    base: str
    """The agent's instructions when it was proposed."""
    created_at: "Timestamp"
    """When it was proposed."""
    decided_at: NotRequired[Union["Timestamp", None]]
    decided_by: NotRequired[Union["UserId", None]]
    feedback: List["FbId"]
    """The feedback that it was made from."""
    id: "DraftId"
    """Its id."""
    instructions: str
    """What is proposed instead."""
    model: str
    """The model that proposed it."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    reasoning: str
    """Why, as the model says."""
    state: "AgentDraftState"
    """Where it stands."""
    user_id: "UserId"
    """Who asked for it."""


class AgentDraftView(TypedDict):
    """A draft with what it would change."""
    diff: str
    """What it changes of the instructions it was made from, as a unified diff."""
    draft: "AgentDraft"
    """The draft."""
    is_outdated: bool
    """Whether the agent's instructions were changed since: then it cannot be accepted."""


class AgentPack(TypedDict):
    """Several agents of one trade with the tools that they need."""
    agents: List["AgentTemplate"]
    """Its agents."""
    description: str
    """What it is for."""
    id: str
    """Its slug."""
    name: str
    """What people call it."""
    tools: List["PackTool"]
    """The tools that it brings."""


class AgentProfile(TypedDict):
    """How an agent works, besides its instructions and its model."""
    base_template: NotRequired[Union[str, None]]
    """The template, or the other agent, that it was made from."""
    first_message: NotRequired[Union[str, None]]
    """What it says first in a conversation; `{{ name }}` stands for a dynamic variable."""
    is_shared: NotRequired[bool]
    """Whether everybody in the organization who may run agents may run it."""
    language: NotRequired[Union[str, None]]
    """The language in which it speaks, such as `en` or `pt-BR`."""
    learning_enabled: NotRequired[bool]
    """Whether what a user liked or corrected in its runs is brought into that user's later ones."""
    limits: NotRequired["RunLimits"]
    """How far its runs may go."""
    max_output_tokens: NotRequired[Union[int, None]]
    """The most tokens of one answer of the model, 1 to 1,000,000."""
    metadata: NotRequired[Dict[str, Any]]
    """What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`."""
    overrides: NotRequired[List["Overridden"]]
    """What a client of a conversation may set for itself."""
    public: NotRequired[bool]
    """Whether anybody may talk to it over a conversation socket, without a token. Set by an administrator."""
    temperature: NotRequired[Union[float, None]]
    """How freely the model writes, 0 to 2; absent, as the provider likes."""
    tool_budget: NotRequired[Union[int, None]]
    """With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search."""
    tool_offer: NotRequired["ToolOffer"]
    """How its model is offered its tools."""


class AgentRule(TypedDict):
    """When another agent takes over."""
    agent_id: str
    """The agent, by id or name."""
    condition: str
    """When, in words for the model."""
    enable_first_message: NotRequired[bool]
    """Whether the other agent speaks first; else it answers what the person said last."""
    pass_context: NotRequired[bool]
    """Whether it is given what was said so far; else only what the person said last."""
    transfer_message: NotRequired[Union[str, None]]
    """Said before the transfer."""


class AgentSharing(TypedDict):
    """With whom to share an agent."""
    grant_access: NotRequired[bool]
    """False takes the share back."""
    user_ids: List["UserId"]
    """The members."""


class AgentSpec(TypedDict):
    """An agent as its author writes it."""
    base_template: NotRequired[Union[str, None]]
    """The template, or the other agent, that it was made from."""
    description: NotRequired[str]
    """What it is for."""
    first_message: NotRequired[Union[str, None]]
    """What it says first in a conversation, at most 4,000 characters; `{{ name }}` stands for a dynamic variable."""
    instructions: NotRequired[str]
    """The system instructions, at most 65,536 characters."""
    is_shared: NotRequired[Union[bool, None]]
    """Whether everybody in the organization who may run agents may run it; true unless said otherwise. One that is
    not shared is run, and changed, by whoever made it, by those it was shared with by name, and by administrators.
    An agent that is there and of which this is not said stays as it is.
    """
    language: NotRequired[Union[str, None]]
    """The language in which it speaks, such as `en` or `pt-BR`."""
    learning_enabled: NotRequired[bool]
    """Whether what a user liked or corrected in its runs is brought into that user's later ones."""
    limits: NotRequired["RunLimits"]
    """How far its runs may go."""
    max_output_tokens: NotRequired[Union[int, None]]
    """The most tokens of one answer of the model, 1 to 1,000,000."""
    metadata: NotRequired[Dict[str, Any]]
    """What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`."""
    model: NotRequired[str]
    """The model it uses, for example `gpt-5-mini`."""
    name: str
    """Unique in the organization, 1 to 100 characters."""
    overrides: NotRequired[List["Overridden"]]
    """What a client of a conversation may set for itself."""
    public: NotRequired[bool]
    """Whether anybody may talk to it over a conversation socket, without a token. Only an administrator may say so.
    """
    temperature: NotRequired[Union[float, None]]
    """How freely the model writes, 0 to 2; absent, as the provider likes."""
    tool_budget: NotRequired[Union[int, None]]
    """With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search: 100
    to 1,000,000, 8,000 when absent.
    """
    tool_offer: NotRequired["ToolOffer"]
    """How its model is offered its tools: `all`, by `search`, or `auto`, which is by search once they are many."""
    tools_settings: NotRequired[Union["ToolsSettings", None]]


class AgentTemplate(TypedDict):
    """An agent to begin with."""
    default_tools: List[str]
    """The tools that it works with, by name."""
    description: str
    """What it is for."""
    extends: NotRequired[Union[str, None]]
    """The template that it extends."""
    id: str
    """Its slug."""
    instructions: str
    """The system instructions, those of what it extends included."""
    model: str
    """The model it was written for."""
    name: str
    """What people call it."""
    role: str
    """The part it plays."""
    suggested_tools: List[str]
    """Tool templates of the library that are worth adding."""
    temperature: float
    """How freely the model chooses its words, 0 to 2."""
    use_cases: List[str]
    """What it is good at."""


class AlertProgress(TypedDict):
    """Where a rule stands between two looks. Times are by the database's clock."""
    calm_since: NotRequired[Union["Timestamp", None]]
    incident_id: NotRequired[Union["IncId", None]]
    is_told: NotRequired[bool]
    """Whether somebody was told of what it has raised."""
    looked_at: NotRequired[Union["Timestamp", None]]
    notified_at: NotRequired[Union["Timestamp", None]]
    since: NotRequired[Union["Timestamp", None]]
    state: NotRequired["RuleState"]
    """Where it stands."""
    value: NotRequired[Union[float, None]]
    """The value at the last look; nothing when there was too little to go by."""


class AlertRule(TypedDict):
    """An alert rule as it is kept: the author's form, and where it stands."""
    condition: "Condition"
    """What is watched."""
    created_at: "Timestamp"
    """When it was made."""
    created_by: "UserId"
    """Who made it."""
    description: NotRequired[str]
    """What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification."""
    enabled: NotRequired[bool]
    """Whether it is looked at."""
    for_s: NotRequired[int]
    """How long the condition must hold before it fires, in seconds; at most a day."""
    id: "AlertId"
    """Its id."""
    name: str
    """Unique in the organization, 1 to 100 characters."""
    notify: NotRequired[List["Target"]]
    """Who is told; at most 5."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    progress: "AlertProgress"
    """Where it stands."""
    repeat_after_s: NotRequired[int]
    """No second notification within this many seconds, and a reminder each time they have passed while it goes on. 0:
    no reminders.
    """
    resolve_below: NotRequired[Union[float, None]]
    """Below this it may be calm again, in the condition's own unit. The condition's threshold when absent."""
    resolve_for_s: NotRequired[int]
    """How long it must have been below that, in seconds; at most a day."""
    scope: NotRequired["AlertScope"]
    """Whose executions are watched; the organization's when empty."""
    severity: NotRequired["Severity"]
    """How bad it is, for whoever sorts the notifications."""
    updated_at: "Timestamp"
    """When it last changed."""


class AlertRuleSpec(TypedDict):
    """A rule as its author writes it."""
    condition: "Condition"
    """What is watched."""
    description: NotRequired[str]
    """What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification."""
    enabled: NotRequired[bool]
    """Whether it is looked at."""
    for_s: NotRequired[int]
    """How long the condition must hold before it fires, in seconds; at most a day."""
    name: str
    """Unique in the organization, 1 to 100 characters."""
    notify: NotRequired[List["Target"]]
    """Who is told; at most 5."""
    repeat_after_s: NotRequired[int]
    """No second notification within this many seconds, and a reminder each time they have passed while it goes on. 0:
    no reminders.
    """
    resolve_below: NotRequired[Union[float, None]]
    """Below this it may be calm again, in the condition's own unit. The condition's threshold when absent."""
    resolve_for_s: NotRequired[int]
    """How long it must have been below that, in seconds; at most a day."""
    scope: NotRequired["AlertScope"]
    """Whose executions are watched; the organization's when empty."""
    severity: NotRequired["Severity"]
    """How bad it is, for whoever sorts the notifications."""


class AlertScope(TypedDict):
    """Whose executions are watched. Both: the tool as called through the agent."""
    agent: NotRequired[Union[str, None]]
    """Through this agent: its name or id."""
    tool: NotRequired[Union[str, None]]
    """Of this tool: its name or id."""


class Announcement(TypedDict):
    """A change of a tool with the agents that it reaches."""
    at: "Timestamp"
    """When."""
    because: List["Reason"]
    """Why."""
    from_revision: int
    """The revision before."""
    from_version: str
    """The version before."""
    level: "Level"
    """What the change means."""
    revision: int
    """The revision that the agent has since then."""
    to_version: str
    """The version since then."""
    tool: str
    """Its name at the time."""
    tool_id: "ToolId"
    """The tool."""
    user_id: "UserId"
    """Who made it."""
    agents: List["Reached"]
    """The agents, at most a thousand."""


class Approve(TypedDict):
    """Agreement, or agreement to something else."""
    arguments: NotRequired[Union[Dict[str, Any], None]]
    """Other arguments than those that were asked for (without bound ones). What others agreed to before is then void.
    """
    note: NotRequired[Union[str, None]]
    """Why, for the audit log and the model."""
    revised: NotRequired[Union[int, None]]
    """The ticket's `revised` that you have seen; another one is a conflict. Must be given once the arguments were
    changed.
    """


class AssignedTool(TypedDict):
    """A tool of an agent."""
    assignment: "Assignment"
    """How the agent has it."""
    tool: "Tool"
    """The tool in the state that the agent has, without the overrides."""


class Assignment(TypedDict):
    """A tool as one agent has it."""
    agent_id: "AsstId"
    """The agent."""
    created_at: "Timestamp"
    """When it was made."""
    enabled: bool
    """Whether the agent may use it now."""
    overrides: Dict[str, Any]
    """A JSON merge patch (RFC 7386) over the tool's `description`, `config`, `bound`, `result`, `policy`, `fallback`
    and `speech`.
    """
    pin: NotRequired[Union["Pin", None]]
    position: int
    """Lower comes first."""
    tool_id: "ToolId"
    """The tool."""
    updated_at: "Timestamp"
    """When it last changed."""


class AssignmentSpec(TypedDict):
    """How an agent has a tool."""
    enabled: NotRequired[bool]
    """Whether it may use it now."""
    follow: NotRequired[Union["Follow", None]]
    overrides: NotRequired[Dict[str, Any]]
    """A JSON merge patch over the tool's `description`, `config`, `bound`, `result`, `policy` and `fallback`."""
    pin: NotRequired[Union["Pin", None]]
    position: NotRequired[int]
    """Lower comes first."""


class Attempt(TypedDict):
    """What one sending of a request came to."""
    duration_ms: int
    """How long it took, in milliseconds."""
    error: NotRequired[Union["ErrorClass", None]]
    message: NotRequired[Union[str, None]]
    """What went wrong, in words."""
    started_at: "Timestamp"
    """When it began."""
    status: NotRequired[Union[int, None]]
    """The upstream's status, when one came."""
    waited_ms: NotRequired[Union[int, None]]
    """How long was waited before the next one, in milliseconds."""


class AuditRow(TypedDict):
    """Something that was changed."""
    action: str
    """What was done, for example `tool.update`."""
    at: "Timestamp"
    """When."""
    chain: NotRequired[Union["Link", None]]
    details: Dict[str, Any]
    """What else is worth knowing; `changes` holds what was before and after. Never a secret."""
    id: "AuditId"
    """Its id."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    request_id: NotRequired[Union[str, None]]
    """The request that asked for it."""
    target_id: str
    """Which one: an id or a name."""
    target_kind: str
    """The kind of thing that it was done to."""
    token_id: NotRequired[Union["TokId", None]]
    user_id: NotRequired[Union["UserId", None]]


class AuthApiKey(TypedDict):
    """A key in a header or in the query. Exactly one of `header` and `query` is given; neither means the header
    `X-API-Key`.
    """
    header: NotRequired[Union[str, None]]
    """The header's name."""
    key: str
    """The key, usually `${NAME}`."""
    query: NotRequired[Union[str, None]]
    """The query parameter's name."""
    type: Literal['api_key']


class AuthBasic(TypedDict):
    """`Authorization: Basic …`."""
    password: str
    """The password, usually `${NAME}`."""
    type: Literal['basic']
    username: str
    """The user's name."""


class AuthBearer(TypedDict):
    """`Authorization: Bearer …`."""
    token: str
    """The token, usually `${NAME}`."""
    type: Literal['bearer']


class AuthNone(TypedDict):
    """Not at all."""
    type: Literal['none']


class AuthOauth2(TypedDict):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4). The token is kept until shortly before it ends."""
    audience: NotRequired[Union[str, None]]
    """Sent as `audience`, for servers that want it."""
    client_auth: NotRequired["ClientAuth"]
    """How the client's own credentials are sent."""
    client_id: str
    """The client's id."""
    client_secret: str
    """The client's secret, usually `${NAME}`."""
    scopes: NotRequired[List[str]]
    """The scopes to ask for."""
    token_url: str
    """Where tokens are given out."""
    type: Literal['oauth2']


class Authorization(TypedDict):
    """What we are allowed, and whether it still holds."""
    authorized_at: NotRequired[Union["Timestamp", None]]
    authorized_by: NotRequired[Union["UserId", None]]
    client_id: NotRequired[Union[str, None]]
    """As which client we are known there."""
    expires_at: NotRequired[Union["Timestamp", None]]
    is_renewable: bool
    """Whether it can be renewed without a person."""
    issuer: NotRequired[Union[str, None]]
    """Who gave the access: the authorization server's own name."""
    missing_scopes: NotRequired[List[str]]
    """Scopes that the server asked for and we do not have; the next authorization asks for them. With a status of
    `needs_authorization`, whatever needs none of them still works.
    """
    scopes: NotRequired[List[str]]
    """What was allowed, as far as the server says."""
    status: "AuthorizationStatus"
    """Whether somebody has to do something."""
    why: NotRequired[Union[str, None]]
    """Why, and who has to do what."""


class AuthorizationBegun(TypedDict):
    """An address to be opened in a browser."""
    authorize_url: str
    """The authorization server's page, where a person signs in."""
    expires_at: "Timestamp"
    """Until when they must have come back."""
    issuer: str
    """The authorization server: who they sign in with."""
    resource: str
    """Who is sent what they allow."""
    scopes: List[str]
    """What they are asked to allow; the authorization server's own choice when empty."""
    warning: NotRequired[Union[str, None]]
    """What they should look at before they do."""


class BlockAudio(TypedDict):
    """A sound."""
    data: str
    """Base64."""
    mime_type: str
    """For example `audio/wav`."""
    type: Literal['audio']


class BlockImage(TypedDict):
    """A picture."""
    data: str
    """Base64."""
    mime_type: str
    """For example `image/png`."""
    type: Literal['image']


class BlockJson(TypedDict):
    """A JSON value."""
    type: Literal['json']
    value: Any
    """The value."""


class BlockResource(TypedDict):
    """A thing with what is in it: a text, or bytes."""
    blob: NotRequired[Union[str, None]]
    """The bytes, in base64."""
    mime_type: NotRequired[Union[str, None]]
    """What it is, if known."""
    text: NotRequired[Union[str, None]]
    """The text."""
    type: Literal['resource']
    uri: str
    """What it is known by."""


class BlockResourceLink(TypedDict):
    """A thing that is kept elsewhere."""
    mime_type: NotRequired[Union[str, None]]
    """What it is, if known."""
    name: str
    """What to call it."""
    type: Literal['resource_link']
    uri: str
    """Where it is."""


class BlockText(TypedDict):
    """Plain text."""
    text: str
    """The text."""
    type: Literal['text']


class Body(TypedDict):
    """What a request carries. Exactly one of the fields is given."""
    content_type: NotRequired[Union[str, None]]
    """The content type of `raw`; default `text/plain; charset=utf-8`."""
    form: NotRequired[Union[Dict[str, Any], None]]
    """Fields of an `application/x-www-form-urlencoded` body; nested values use brackets."""
    json: NotRequired[Any]
    """A JSON value whose texts are templates."""
    none: NotRequired[bool]
    """True: no body at all, whatever the method."""
    raw: NotRequired[Union[str, None]]
    """A text, sent as it is."""


class Breaker(TypedDict):
    """When to stop sending to an upstream that fails: network errors, timeouts and statuses of 500 and more count."""
    failure_ratio: NotRequired[float]
    """The share of failures at which it opens; 0.01 to 1. Default 0.5."""
    half_open_probes: NotRequired[int]
    """How many probes must succeed before it closes, and the most that run at once; 1 to 100. Default 1."""
    minimum_requests: NotRequired[int]
    """Fewer executions than this in the window say nothing; 1 to 10,000. Default 10."""
    open_s: NotRequired[int]
    """How long it stays open before probes are let through, in seconds; 1 to 3600. Default 30."""
    window_s: NotRequired[int]
    """The window in seconds; 1 to 3600. Default 60."""


class BreakerStatus(TypedDict):
    """A breaker now."""
    failed: int
    """Executions in its window whose upstream failed."""
    name: str
    """The tool's name, or `host:port`."""
    of: "Of"
    """What it watches over."""
    retry_after_ms: NotRequired[Union[int, None]]
    """When it is open: how long until probes are let through."""
    settings: "Breaker"
    """As written."""
    state: str
    """`closed`, `open` or `half_open`, in this server."""
    succeeded: int
    """Executions in its window whose upstream answered."""


class Broken(TypedDict):
    """The first place where a chain is broken."""
    damage: "Damage"
    """What is wrong."""
    id: NotRequired[Union["AuditId", None]]
    message: str
    """The same in words."""
    seq: int
    """The number of the row."""


class Bump(TypedDict):
    """How a version goes up, and why."""
    because: List["Reason"]
    """Every change that counts, the weightiest first."""
    level: "Level"
    """The highest of the reasons."""


class Bundle(TypedDict):
    """Tools and agents in one document."""
    agents: NotRequired[List["BundledAgent"]]
    """The agents with their tools, by name."""
    callwright: int
    """The number of this form: 1."""
    lock: NotRequired[Dict[str, "Lock"]]
    """What each tool was, by name. Without it nothing is checked."""
    secrets: NotRequired[List[str]]
    """The secrets that the tools need. Their values are never in a bundle."""
    tools: NotRequired[List["ToolSpec"]]
    """The tools, by name."""


class BundleReport(TypedDict):
    """What an import did, or would do."""
    agents: List["Imported"]
    """The agents."""
    dry_run: bool
    """Whether nothing was changed."""
    missing_secrets: List[str]
    """Secrets that the tools need and that are not set yet."""
    tools: List["Imported"]
    """The tools."""
    warnings: List[str]
    """What may surprise about the bundle as a whole."""


class BundledAgent(TypedDict):
    """An agent with its tools."""
    description: NotRequired[str]
    """What it is for."""
    instructions: NotRequired[str]
    """The system instructions."""
    model: NotRequired[str]
    """The model it uses."""
    name: str
    """Its name."""
    profile: NotRequired[Union["AgentProfile", None]]
    tools: NotRequired[List["BundledAssignment"]]
    """Its tools, in its order."""
    tools_settings: NotRequired[Union["ToolsSettings", None]]


class BundledAssignment(TypedDict):
    """How an agent has a tool."""
    enabled: NotRequired[bool]
    """Whether the agent may use it now."""
    overrides: NotRequired[Dict[str, Any]]
    """A JSON merge patch over the tool."""
    position: NotRequired[int]
    """Lower comes first."""
    tool: str
    """The tool's name."""


class BusinessConfig(TypedDict):
    """A function that comes with the program, and what the organization says of it."""
    function: "BusinessFunction"
    """Which function."""
    settings: NotRequired[Dict[str, Any]]
    """Settings by function: for `task_manager` `{scope}`, for `calendar_manager` `{time_zone, working_hours,
    working_days}`.
    """


class Cache(TypedDict):
    """Which results of a read are kept, and for how long."""
    respect_http: NotRequired[bool]
    """Follow the upstream's `Cache-Control` and `Age`, and ask again with its `ETag` or `Last-Modified`."""
    shared: NotRequired[bool]
    """One result for all users. Otherwise each acting user has their own."""
    stale_if_error_s: NotRequired[Union[int, None]]
    """For how many seconds after that a result may still be given when the upstream fails; at most 604,800."""
    ttl_s: int
    """How long a result is good, in seconds; at most 86,400. With `respect_http`, for answers that do not say."""


class CacheStatus(TypedDict):
    """What is kept of a tool's results."""
    settings: NotRequired[Union["Cache", None]]
    single_flight: bool
    """Whether equal reads at the same time are one request upstream."""


class CallAnswer(TypedDict):
    """The answer to a call. A tool that failed is an answer too: look at `success`."""
    content: NotRequired[List["Block"]]
    """Content that is not JSON."""
    data: NotRequired[Any]
    """The result as JSON, when it is JSON."""
    directive: NotRequired[Union["Directive", None]]
    error: NotRequired[Union["ToolError", None]]
    execution_id: "ExecId"
    """The execution's id, to find it in the log."""
    message: NotRequired[Union[str, None]]
    """A sentence about the result."""
    meta: "CallMeta"
    """About the execution itself."""
    pending: NotRequired[Union["Pending", None]]
    state: "State"
    """Where the execution stands."""
    success: bool
    """Whether it worked."""
    tool: str
    """The tool's name."""
    truncated: NotRequired[Union["Cut", None]]
    version: str
    """The tool's semantic version."""


class CallBody(TypedDict):
    """A call of a tool."""
    agent: NotRequired[Union[str, None]]
    """Call it as this agent has it: by name or id."""
    arguments: NotRequired[Dict[str, Any]]
    """The arguments, which must fit the tool's schema. Nothing counts as an empty object."""
    channel: NotRequired[Union["Channel", None]]
    context: NotRequired[Dict[str, Any]]
    """What is known about the circumstances: `call_sid`, `phone_number`, `conversation_id`…"""
    cursor: NotRequired[Union[str, None]]
    """Fetch what follows in a cut result instead: `truncated.cursor` of an earlier answer."""
    draft: NotRequired[bool]
    """Try the tool's draft instead of its live state; for builders, and not through an agent."""
    dry_run: NotRequired[bool]
    """Render the request and send nothing."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class CallMeta(TypedDict):
    """About an execution."""
    attempts: int
    """How many times the request was sent."""
    dry_run: bool
    """Whether this was a rehearsal."""
    duplicate: bool
    """Whether this is the outcome of an earlier request with the same key."""
    duration_ms: float
    """From asked to ended, in milliseconds."""
    idempotency: str
    """`keyed`, or why a repeated request would act again."""
    passage: NotRequired[Union["Passage", None]]
    request: NotRequired[Union[Dict[str, Any], None]]
    """In a rehearsal: the request that would have been sent, secrets hidden."""
    speech: NotRequired[List["Said"]]
    """What a voice runtime was told to say, in order."""


class Callback(TypedDict):
    """A result that comes later. The address stands in templates as `${callback_url}`, and in a header."""
    expires_s: NotRequired[int]
    """How long the result is waited for, in seconds: 1 to 604800."""
    header: NotRequired[str]
    """The header that carries the address."""


class Case(TypedDict):
    """A saved test case."""
    created_at: "Timestamp"
    """When it was made."""
    created_by: "UserId"
    """Who made it."""
    id: "CaseId"
    """Its id."""
    last_run: NotRequired[Union["LastRun", None]]
    organization_id: "OrgId"
    """The organization it belongs to."""
    spec: "CaseSpec"
    """The author's form."""
    tool: str
    """The tool's name."""
    tool_id: "ToolId"
    """The tool."""
    updated_at: "Timestamp"
    """When it last changed."""


class CaseResult(TypedDict):
    """What one run of a case came to."""
    duration_ms: float
    """From asked to ended, in milliseconds."""
    error: NotRequired[Union[str, None]]
    """Why it could not be run."""
    execution_id: NotRequired[Union["ExecId", None]]
    failures: NotRequired[List["Mismatch"]]
    """What was not as expected."""
    id: NotRequired[Union["CaseId", None]]
    name: str
    """Its name."""
    requests: NotRequired[List[Dict[str, Any]]]
    """The first requests that the stubbed upstream got, at most 5, with secrets hidden; not kept in `last_run`."""
    speech: NotRequired[List["Said"]]
    """What was said while it ran."""
    state: NotRequired[Union["State", None]]
    status: "CaseStatus"
    """How it went."""


class CaseRunSpec(TypedDict):
    """Which cases to run, and how."""
    allow_effects: NotRequired[bool]
    """Let cases with `upstream: real` of a tool that writes do so."""
    cases: NotRequired[Union[List["CaseSpec"], None]]
    """These instead, which need not be saved."""
    draft: NotRequired[Union["ToolSpec", None]]
    names: NotRequired[Union[List[str], None]]
    """Only these saved cases, by name or id; all of them when absent."""


class CaseSpec(TypedDict):
    """A test case as its author writes it."""
    agent: NotRequired[Union[str, None]]
    """Call it as this agent has it: its name or id."""
    arguments: NotRequired[Dict[str, Any]]
    """What a model would send; it is validated like any call."""
    context: NotRequired[Dict[str, Any]]
    """The circumstances. With a stubbed upstream all of it counts as verified."""
    description: NotRequired[Union[str, None]]
    """What it shows."""
    expect: NotRequired["Expect"]
    """What must come of it. Nothing said about the outcome means that it must work."""
    name: str
    """What it is called: unique among the tool's cases, 1 to 100 characters without `/`."""
    secrets: NotRequired[Dict[str, str]]
    """With a stubbed upstream: values that stand for the tool's secrets, so that none has to be set."""
    stubs: NotRequired[List["Stub"]]
    """What the stubbed upstream does, one for each request, in order."""
    upstream: NotRequired["Upstream"]
    """Whether the upstream is the real one."""


Change = TypedDict(
    "Change",
    {
        "from": NotRequired[Any],
        "path": str,
        "to": NotRequired[Any],
    },
)
"""One field that differs."""


class ChangePassword(TypedDict):
    """A new password."""
    current_password: NotRequired[Union[str, None]]
    """The password until now; not needed by who has none."""
    new_password: str
    """The password from now on."""


class ChatMessageAssistant(TypedDict):
    """What the model says."""
    opaque: NotRequired[Union["Opaque", None]]
    role: Literal['assistant']
    text: NotRequired[str]
    """Its words; may be empty when it calls tools."""
    tool_calls: NotRequired[List["ToolCall"]]
    """The tools that it wants called, in its order."""


class ChatMessageTool(TypedDict):
    """What came of one of the tools."""
    content: List["Part"]
    """What the model reads."""
    is_error: NotRequired[bool]
    """Whether it failed."""
    name: str
    """The tool's name."""
    role: Literal['tool']
    tool_call_id: str
    """Which call."""


class ChatMessageUser(TypedDict):
    """What a person, or whoever started the run, says."""
    content: List["Part"]
    """At least one piece."""
    role: Literal['user']


class Check(TypedDict):
    """What a part of a document must be like."""
    contains: NotRequired[Any]
    """A text with this in it, a list with this item, an object with at least these fields."""
    equals: NotRequired[Any]
    """It is this value."""
    exists: NotRequired[Union[bool, None]]
    """Whether it is there."""
    length: NotRequired[Union[int, None]]
    """A text, list or object of this length."""
    matches: NotRequired[Union[str, None]]
    """A text in which this regular expression finds something."""
    max: NotRequired[Union[float, None]]
    """A number that is not more."""
    min: NotRequired[Union[float, None]]
    """A number that is not less."""
    path: str
    """Which part: a JSON pointer (`/slots/0/time`; empty for the whole) or a JMESPath expression (`length(slots)`).
    """
    type: NotRequired[Union["JsonType", None]]


class ClientConfig(TypedDict):
    """A tool that a client carries out."""
    expects_response: NotRequired[bool]
    """Whether the client's result is waited for; without it the execution is done once the client is told."""
    timeout_s: NotRequired[int]
    """How long the client has, in seconds: 1 to 120, or -1 to wait as long as the run lasts. Default 20."""


class ClientResult(TypedDict):
    """What a client gives back."""
    is_error: NotRequired[bool]
    """Whether it did not work."""
    result: NotRequired[Any]
    """The result: any JSON value, at most 4 MiB. When it did not work, why not."""


class CloneTemplate(TypedDict):
    """How to copy a template."""
    agent: NotRequired[Union[str, None]]
    """An agent that gets the tool, by name or id."""
    dry_run: NotRequired[bool]
    """Only say what would be made."""
    name: NotRequired[Union[str, None]]
    """The new tool's name; the template's own when absent."""
    values: NotRequired[Dict[str, Any]]
    """A value for each blank that has no default."""


class Concurrency(TypedDict):
    """How many executions may run at once, and how many may wait for a place. Counted by each server for itself."""
    limit: int
    """The most at once; 1 to 10,000."""
    per: NotRequired[Union["Per", None]]
    queue: NotRequired[int]
    """The most that wait; 0 to 10,000. Default 32."""
    queue_timeout_ms: NotRequired[int]
    """The longest wait for a place in milliseconds, within the tool's own time. Default 5000."""


ConcurrencyStatus = TypedDict(
    "ConcurrencyStatus",
    {
        "from": "From",
        "limit": "Concurrency",
        "per": "Per",
        "queued": int,
        "running": int,
    },
)
"""A limit on how many run at once, now."""


class ConditionErrorRate(TypedDict):
    """The share of executions that failed, 0 to 1."""
    above: float
    """Fires above this share."""
    classes: NotRequired[List["ErrorClass"]]
    """Only these classes count as failed; empty means any."""
    kind: Literal['error_rate']
    minimum: NotRequired[int]
    """With fewer executions than this it says nothing."""
    window_s: NotRequired[int]
    """How far back to look, in seconds, 10 to 86400. Of a busy window the newest 10,000 are looked at."""


class ConditionFailure(TypedDict):
    """Executions that failed, or whose outcome is not known."""
    at_least: NotRequired[int]
    """Fires at this many."""
    classes: NotRequired[List["ErrorClass"]]
    """Only of these classes; empty means any."""
    kind: Literal['failure']
    window_s: NotRequired[int]
    """How far back to look, in seconds, 10 to 86400."""


class ConditionGuardRefusals(TypedDict):
    """Requests that the outbound policy refused: a tool was pointed at something that it may not reach."""
    at_least: NotRequired[int]
    """Fires at this many."""
    kind: Literal['guard_refusals']
    window_s: NotRequired[int]
    """How far back to look, in seconds, 10 to 86400."""


class ConditionLatency(TypedDict):
    """A percentile of how long executions took, in milliseconds."""
    above_ms: float
    """Fires above this."""
    kind: Literal['latency']
    minimum: NotRequired[int]
    """With fewer executions than this it says nothing."""
    percentile: NotRequired[int]
    """Which percentile, 50 to 99."""
    window_s: NotRequired[int]
    """How far back to look, in seconds, 10 to 86400. Of a busy window the newest 2,000 are looked at."""


class ConditionVolume(TypedDict):
    """More or fewer executions than usual: against plain bounds over a window, or against the same hour of earlier
    days.
    """
    days: NotRequired[int]
    """How many earlier days are compared, 3 to 28. With fewer than three it says nothing."""
    deviations: NotRequired[Union[float, None]]
    """Fires when an hour's number is this many standard deviations from the mean of the same hour on earlier days, 1
    to 10. Too many is noticed during the hour, too few when it is over.
    """
    kind: Literal['volume']
    max: NotRequired[Union[int, None]]
    """Fires above this many."""
    min: NotRequired[Union[int, None]]
    """Fires below this many."""
    window_s: NotRequired[int]
    """How far back to look for `min` and `max`, in seconds, 10 to 86400."""


class ConfirmAuthorization(TypedDict):
    """The code of the page that a sign-in ended with."""
    code: str
    """As the page shows it."""


class Conflict(TypedDict):
    """A field that the source and somebody here both changed."""
    base: NotRequired[Any]
    """What it was when it was imported last; absent when it was not there."""
    ours: NotRequired[Any]
    """What it is here; absent when it was taken out."""
    path: str
    """The field, dotted."""
    theirs: NotRequired[Any]
    """What the source says now; absent when it does not say it any more."""


class Content(TypedDict):
    """The result of an execution that succeeded."""
    blocks: NotRequired[List["Block"]]
    """Content that is not JSON: text, pictures, links."""
    data: NotRequired[Any]
    """The result as JSON, when it is JSON."""
    directive: NotRequired[Union["Directive", None]]
    message: NotRequired[Union[str, None]]
    """A sentence about the result, when the tool has one."""
    truncated: NotRequired[Union["Cut", None]]


class Conversation(TypedDict):
    """A live session of a voice or chat client with an agent."""
    agent_id: "AsstId"
    """The agent that talks now; it changes when another takes over."""
    agent_name: str
    """That agent's name."""
    client_user_id: NotRequired[Union[str, None]]
    """The user, as the client names them. Nobody has checked that."""
    credits: "Credits"
    """What it cost, where operations are paid for."""
    duration_s: int
    """How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen."""
    dynamic_variables: Dict[str, Any]
    """What the client sent as dynamic variables. Nobody has checked them."""
    end_reason: NotRequired[Union["EndReason", None]]
    ended_at: NotRequired[Union["Timestamp", None]]
    id: "ConvId"
    """Its id."""
    is_public: bool
    """Whether nobody knows who talks."""
    message_count: int
    """How many messages were said and told."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    outcome: NotRequired[Union["TalkOutcome", None]]
    source: NotRequired[Union[str, None]]
    """The client, as it names itself, for example `python_sdk`."""
    started_at: "Timestamp"
    """When it began."""
    state: "ConversationState"
    """Where it stands."""
    thread_id: "ThreadId"
    """What is said."""
    tools: List["ToolUse"]
    """The tools that it used, by name."""
    usage: "Usage"
    """Tokens that it used."""
    user_id: "UserId"
    """With whose rights the agent works: those of whoever talks, or of whoever made a public agent."""


class ConversationDetail(TypedDict):
    """A conversation with the beginning of what was said."""
    agent_id: "AsstId"
    """The agent that talks now; it changes when another takes over."""
    agent_name: str
    """That agent's name."""
    client_user_id: NotRequired[Union[str, None]]
    """The user, as the client names them. Nobody has checked that."""
    credits: "Credits"
    """What it cost, where operations are paid for."""
    duration_s: int
    """How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen."""
    dynamic_variables: Dict[str, Any]
    """What the client sent as dynamic variables. Nobody has checked them."""
    end_reason: NotRequired[Union["EndReason", None]]
    ended_at: NotRequired[Union["Timestamp", None]]
    id: "ConvId"
    """Its id."""
    is_public: bool
    """Whether nobody knows who talks."""
    message_count: int
    """How many messages were said and told."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    outcome: NotRequired[Union["TalkOutcome", None]]
    source: NotRequired[Union[str, None]]
    """The client, as it names itself, for example `python_sdk`."""
    started_at: "Timestamp"
    """When it began."""
    state: "ConversationState"
    """Where it stands."""
    thread_id: "ThreadId"
    """What is said."""
    tools: List["ToolUse"]
    """The tools that it used, by name."""
    usage: "Usage"
    """Tokens that it used."""
    user_id: "UserId"
    """With whose rights the agent works: those of whoever talks, or of whoever made a public agent."""
    transcript: "Page_ThreadMessage"
    """The first 200 messages; `next_cursor` goes on at `/api/v1/conversations/{id}/messages`."""


class ConversationLine(TypedDict):
    """A conversation with all that was said."""
    agent_id: "AsstId"
    """The agent that talks now; it changes when another takes over."""
    agent_name: str
    """That agent's name."""
    client_user_id: NotRequired[Union[str, None]]
    """The user, as the client names them. Nobody has checked that."""
    credits: "Credits"
    """What it cost, where operations are paid for."""
    duration_s: int
    """How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen."""
    dynamic_variables: Dict[str, Any]
    """What the client sent as dynamic variables. Nobody has checked them."""
    end_reason: NotRequired[Union["EndReason", None]]
    ended_at: NotRequired[Union["Timestamp", None]]
    id: "ConvId"
    """Its id."""
    is_public: bool
    """Whether nobody knows who talks."""
    message_count: int
    """How many messages were said and told."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    outcome: NotRequired[Union["TalkOutcome", None]]
    source: NotRequired[Union[str, None]]
    """The client, as it names itself, for example `python_sdk`."""
    started_at: "Timestamp"
    """When it began."""
    state: "ConversationState"
    """Where it stands."""
    thread_id: "ThreadId"
    """What is said."""
    tools: List["ToolUse"]
    """The tools that it used, by name."""
    usage: "Usage"
    """Tokens that it used."""
    user_id: "UserId"
    """With whose rights the agent works: those of whoever talks, or of whoever made a public agent."""
    transcript: List["ThreadMessage"]
    """All that was said, in order."""


class Copied(TypedDict):
    """A tool that was made of a template or of a public tool."""
    assignment: NotRequired[Union["Assignment", None]]
    missing_secrets: List[str]
    """The secrets that it names and that are not set yet."""
    proposal: NotRequired[Union["Proposal", None]]
    tool: "Tool"
    """The tool."""
    warnings: List[str]
    """What works but may surprise."""


class CreateToken(TypedDict):
    """An API token to make."""
    expires_at: NotRequired[Union["Timestamp", None]]
    name: str
    """A name to know it by."""
    role: NotRequired[Union["Role", None]]
    scopes: NotRequired[List["Scope"]]
    """What it may be used for; empty means all that the role allows. `context:trust` needs an admin."""
    user_id: NotRequired[Union["UserId", None]]


class Credentials(TypedDict):
    """Address and password."""
    email: str
    """The e-mail address."""
    organization_id: NotRequired[Union["OrgId", None]]
    password: str
    """The password."""


class CreditAccount(TypedDict):
    """How an organization stands."""
    balance: float
    """What there is."""
    enabled: bool
    """Whether operations are paid for here. If not, nothing is charged, whatever the prices say."""
    prices: Dict[str, "Credits"]
    """What operations cost."""


class CreditEntry(TypedDict):
    """A line of an organization's ledger. It never changes."""
    amount: "Credits"
    """What was added; less than nothing for a charge."""
    balance: float
    """What there was after it."""
    created_at: "Timestamp"
    """When."""
    kind: "CreditKind"
    """What it is."""
    note: NotRequired[Union[str, None]]
    """Why."""
    operation: NotRequired[Union["Operation", None]]
    seq: int
    """Its number, from 1, without gaps."""
    subject: NotRequired[Union[str, None]]
    """What it was about: the id of the thing, or a tool's name."""
    user_id: "UserId"
    """Who did it."""


class Cut(TypedDict):
    """How much of a result was cut away to fit the model, and how to get the rest."""
    cursor: NotRequired[Union[str, None]]
    """Fetches what follows; absent when nothing more was kept."""
    shown_bytes: int
    """The bytes shown here."""
    shown_items: NotRequired[Union[int, None]]
    """For a list: the items shown here."""
    total_bytes: int
    """The whole result's size in bytes."""
    total_items: NotRequired[Union[int, None]]
    """For a list: its length."""


class Decision(TypedDict):
    """What somebody decided."""
    approve: bool
    """Whether they agreed."""
    at: "Timestamp"
    """When."""
    edited: NotRequired[bool]
    """Whether they changed the arguments; what others had agreed to before is then void."""
    link: NotRequired[Union[int, None]]
    """Which of the signed links was used, from 1."""
    note: NotRequired[Union[str, None]]
    """What they said."""
    user_id: NotRequired[Union["UserId", None]]


class DecisionBody(TypedDict):
    """What to say about a decision."""
    note: NotRequired[Union[str, None]]
    """Why."""


class Definitions(TypedDict):
    """Tools in the form that a model provider wants."""
    estimated_tokens: int
    """How many tokens of a model's context the definitions take, at four bytes a token."""
    format: "Format"
    """The form."""
    tools: List[Dict[str, Any]]
    """One definition for each tool, in the order given."""
    warnings: List["Warning"]
    """What the form cannot express."""


class Delayed(TypedDict):
    """A sentence for an execution that takes long."""
    after_ms: int
    """How long after the beginning it is said, in milliseconds: 100 to 600000."""
    language: NotRequired[Union[str, None]]
    """Its language."""
    say: str
    """The sentence, a template over `parameters` and `context`."""
    weight: NotRequired[Union[int, None]]
    """How often it is picked among others of the same `after_ms`."""
    when: NotRequired[Union[str, None]]
    """A condition over `parameters` and `context`."""


class Delete(TypedDict):
    """Proof that the deletion is meant."""
    name: str
    """The organization's name, typed once more."""


class Delivery(TypedDict):
    """A piece of news on its way out, or delivered."""
    attempts: int
    """How many times it was sent."""
    channel: str
    """How it is sent: `webhook`."""
    created_at: "Timestamp"
    """When it was made."""
    ended_at: NotRequired[Union["Timestamp", None]]
    event: str
    """What it tells of, for example `approval.requested`."""
    give_up_at: "Timestamp"
    """When it is given up."""
    id: "DlvId"
    """Its id, sent as `webhook-id`: the same each time it is sent."""
    last_error: NotRequired[Union[str, None]]
    """What went wrong last."""
    last_status: NotRequired[Union[int, None]]
    """The last status that the receiver gave."""
    next_at: "Timestamp"
    """When it is sent next, while it is queued."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    state: "DeliveryState"
    """How it stands."""
    subject: NotRequired[Union[str, None]]
    """The thing it is about: an id."""
    target: str
    """To where."""


class Deny(TypedDict):
    """A refusal."""
    note: NotRequired[Union[str, None]]
    """Why, for the audit log and the model."""
    revised: NotRequired[Union[int, None]]
    """The ticket's `revised` that you have seen; another one is a conflict. Must be given once the arguments were
    changed.
    """


class DescribedNumber(TypedDict):
    """A number to transfer to, with more about it."""
    condition: NotRequired[Union[str, None]]
    """When, in words for the model."""
    name: NotRequired[Union[str, None]]
    """What it is called, for example `Sales`."""
    number: str
    """The number."""


class Diagnosis(TypedDict):
    """What a server knows about its health."""
    findings: List["Finding"]
    """What was looked at, in the order of the checks."""
    left_out: List[str]
    """Checks that only an administrator is told about."""


class DirectiveEnd(TypedDict):
    """The agent's work is over."""
    message: NotRequired[Union[str, None]]
    """Its last words."""
    type: Literal['end']


class DirectiveHandoff(TypedDict):
    """Another agent goes on."""
    agent: str
    """Its name."""
    agent_id: "AsstId"
    """Which."""
    first_message: bool
    """Whether it speaks first."""
    message: NotRequired[Union[str, None]]
    """The last words of the one that goes."""
    pass_context: bool
    """Whether it is given what was said so far."""
    reason: NotRequired[Union[str, None]]
    """Why."""
    type: Literal['handoff']


class DirectiveSkip(TypedDict):
    """The agent says nothing this time."""
    type: Literal['skip']


class Document(TypedDict):
    """Something that a tool gave, without its bytes."""
    conversation_id: NotRequired[Union["ConvId", None]]
    created_at: "Timestamp"
    """When it was kept."""
    execution_id: NotRequired[Union["ExecId", None]]
    expires_at: NotRequired[Union["Timestamp", None]]
    id: "DocId"
    """Its id."""
    media_type: str
    """What it is, as its bytes say."""
    name: str
    """What to call it."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    position: int
    """Which of the things that its execution gave, from 0."""
    size: int
    """How many bytes it has."""


class Draft(TypedDict):
    """A state of a tool that is being worked on, beside the live one."""
    base_revision: int
    """The revision that it was begun from."""
    created_at: "Timestamp"
    """When it was begun."""
    spec: "ToolSpec"
    """The author's form."""
    tool_id: "ToolId"
    """The tool."""
    updated_at: "Timestamp"
    """When it was saved last."""
    user_id: "UserId"
    """Who saved it last."""


class DraftView(TypedDict):
    """A draft beside the live state of its tool."""
    bump: "Bump"
    """How far the version would go up, and why."""
    diff: List["Change"]
    """What would change, field by field."""
    draft: "Draft"
    """The draft."""
    is_outdated: bool
    """Whether somebody changed the tool since the draft was begun: then it cannot be published."""
    revision: int
    """The live revision."""
    warnings: List[str]
    """What works but may surprise."""


DriverTwilio = TypedDict(
    "DriverTwilio",
    {
        "account_sid": str,
        "auth_token": str,
        "base_url": NotRequired[Union[str, None]],
        "from": NotRequired[Union[str, None]],
        "resume_url": NotRequired[Union[str, None]],
        "type": Literal['twilio'],
    },
)
"""Twilio's REST API: the call in progress is given new TwiML. The call is `call_sid` of the verified context."""


class EndCallSettings(TypedDict):
    """How a call is ended."""
    custom_message: NotRequired[Union[str, None]]
    """Said first."""
    enabled: NotRequired[Union[bool, None]]
    """Whether the agent may do it; absent means yes when `enabled_tools` has it."""
    scenarios: NotRequired[List[str]]
    """When, in words for the model."""


class ErrorBody(TypedDict):
    """The body of every answer that is an error."""
    error: "ErrorDetail"
    """What went wrong."""


class ErrorDetail(TypedDict):
    """What went wrong with a request."""
    code: str
    """A stable name such as `idempotency_key_reused`."""
    details: NotRequired[Union[Dict[str, Any], None]]
    """Structured detail, for example `{"field": "config.url"}`."""
    message: str
    """What happened and what to do about it."""
    request_id: str
    """The request's id, as in the header `X-Request-Id`; the server's log has it too."""


class EventExecution(TypedDict):
    """An execution was asked for, or changed its state."""
    event: Literal['execution']
    execution: "Execution"
    """As it stands now."""


class EventProgress(TypedDict):
    """Something happened while it runs."""
    event: Literal['progress']
    execution_id: "ExecId"
    """Which."""
    progress: "Progress"
    """What."""


class EventToolChanged(TypedDict):
    """A tool that agents use was changed."""
    change: "Announcement"
    """From what to what, and for whom."""
    event: Literal['tool_changed']


class Execution(TypedDict):
    """An execution as the log shows it. Secrets and marked fields are hidden."""
    agent_id: NotRequired[Union["AsstId", None]]
    args_hash: str
    """Hash of tool and arguments."""
    attempts: List["Attempt"]
    """Every time the request was sent."""
    call_id: NotRequired[Union[str, None]]
    """The phone call (`call_sid` or `call_id` of the context)."""
    channel: "Channel"
    """Where the tool was used."""
    conversation_id: NotRequired[Union[str, None]]
    """The conversation (`conversation_id` of the context)."""
    dry_run: bool
    """Whether it was a rehearsal: nothing was sent."""
    duration_ms: NotRequired[Union[float, None]]
    """From asked to ended, in milliseconds."""
    effect: "Effect"
    """What the tool does to the world."""
    ended_at: NotRequired[Union["Timestamp", None]]
    error: NotRequired[Union["ToolError", None]]
    id: "ExecId"
    """Its id."""
    input: Dict[str, Any]
    """The arguments."""
    intent_key: NotRequired[Union[str, None]]
    """Given by the caller to have one effect only."""
    kind: "Kind"
    """What carried it out."""
    node_id: NotRequired[Union["NodeId", None]]
    organization_id: "OrgId"
    """The organization it belongs to."""
    output: NotRequired[Union["Content", None]]
    passage: NotRequired[Union["Passage", None]]
    received_at: "Timestamp"
    """When it was asked for."""
    replay_of: NotRequired[Union["ExecId", None]]
    request_id: NotRequired[Union[str, None]]
    """The request that asked for it."""
    settled: NotRequired[Union["Settlement", None]]
    source: str
    """Which entrance it came through: `rest`, `cli`, `test`, `replay`…"""
    started_at: NotRequired[Union["Timestamp", None]]
    state: "State"
    """Where it stands."""
    token_id: NotRequired[Union["TokId", None]]
    tool_id: "ToolId"
    """The tool."""
    tool_name: str
    """The tool's name at the time."""
    tool_revision: int
    """The tool's revision at the time."""
    tool_version: str
    """The tool's semantic version at the time."""
    user_id: NotRequired[Union["UserId", None]]


class Expect(TypedDict):
    """What must come of a case. Everything that is said must hold."""
    attempts: NotRequired[Union[int, None]]
    """How many times the request is sent."""
    error_class: NotRequired[Union["ErrorClass", None]]
    error_code: NotRequired[Union[str, None]]
    """The code of the error, for example `http_404`."""
    max_ms: NotRequired[Union[int, None]]
    """How long it takes at most, in milliseconds."""
    message: NotRequired[Union["TextCheck", None]]
    request: NotRequired[List["Check"]]
    """About the first request: `method`, `url`, `path`, `query`, `headers`, `body`. Secrets are hidden in it."""
    result: NotRequired[List["Check"]]
    """About the result as the model gets it."""
    schema: NotRequired[Any]
    """A JSON Schema that the result fits."""
    state: NotRequired[Union["State", None]]
    success: NotRequired[Union[bool, None]]
    """Whether it works."""


class ExplicitBound(TypedDict):
    """A bound value with its trust spelled out."""
    trust: NotRequired["Trust"]
    """Whose word is good enough."""
    value: Any
    """The template, or a fixed JSON value."""


class ExportLost(TypedDict):
    """Something that a form cannot hold."""
    field: str
    """Where it stands in the tool, such as `policy.approval` or `parameters/properties/id/pattern`."""
    why: str
    """Why it is not in the definition, or what became of it."""


class ExportedTool(TypedDict):
    """A tool in another form."""
    definition: Dict[str, Any]
    """The definition."""
    lost: List["ExportLost"]
    """What the form cannot hold."""
    name: str
    """The tool's own name."""


class Fallback(TypedDict):
    """What to say and do when a tool fails."""
    alternative_action: NotRequired[Union[str, None]]
    """What the agent may do instead, for example `phone_transfer`."""
    by_class: NotRequired[Dict[str, Any]]
    """The same, for single classes of error; these win over the fields above."""
    message: NotRequired[Union[str, None]]
    """Said to the person on the line instead of the class's own sentence."""
    require_human: NotRequired[Union[bool, None]]
    """Whether a person has to act."""


class Feature(TypedDict):
    """A flag as it stands for an organization."""
    about: str
    """What it switches."""
    default_percent: int
    """What holds where nobody says."""
    flag: str
    """Its name."""
    percent: int
    """For how many of a hundred executions it is on."""
    set_by: "SetBy"
    """Who said so."""
    updated_at: NotRequired[Union["Timestamp", None]]


class Feedback(TypedDict):
    """What a user thought of a run."""
    agent_id: "AsstId"
    """The agent of the run."""
    comment: NotRequired[Union[str, None]]
    """In words."""
    correction: NotRequired[Union[str, None]]
    """What the answer should have been."""
    created_at: "Timestamp"
    """When it was first said."""
    id: "FbId"
    """Its id."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    rating: int
    """How good it was."""
    run_id: "RunId"
    """The run."""
    scale: "Scale"
    """How the rating is meant."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who said it."""


class FeedbackReport(TypedDict):
    """Feedback on an agent: what it comes to, and a page of it."""
    items: List["Feedback"]
    """One by one, newest first."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""
    summary: "FeedbackSummary"
    """What all of it comes to."""


class FeedbackSpec(TypedDict):
    """What somebody thinks of a run."""
    comment: NotRequired[Union[str, None]]
    """In words, at most 4,000 characters."""
    correction: NotRequired[Union[str, None]]
    """What the answer should have been, at most 4,000 characters."""
    rating: int
    """-1 (bad) or 1 (good), or stars from 1 to 5."""
    scale: NotRequired[Union["Scale", None]]


class FeedbackSummary(TypedDict):
    """What all feedback on an agent comes to."""
    average: NotRequired[Union[float, None]]
    """The average rating, -1 (bad) to 1 (good): three stars are 0. Absent while there is none."""
    count: int
    """How much there is."""
    disliked: int
    """How many did not."""
    liked: int
    """How many liked it: a thumb up, or more than three stars."""
    weeks: List["FeedbackWeek"]
    """The last weeks in which there was any, oldest first; at most 26."""


class FeedbackWeek(TypedDict):
    """Feedback of one week."""
    average: float
    """The average rating, -1 to 1."""
    count: int
    """How much there was."""
    week: "Timestamp"
    """When the week began: Monday, 0:00 UTC."""


class Finding(TypedDict):
    """One thing that was looked at."""
    check: str
    """What was looked at."""
    fix: NotRequired[Union[str, None]]
    """What to do; a command where there is one."""
    found: str
    """What was found."""
    verdict: "Verdict"
    """How it came out."""
    why: NotRequired[Union[str, None]]
    """Why it matters; absent when all is well."""


class FromExecution(TypedDict):
    """How to make a case of an execution."""
    arguments: NotRequired[Union[Dict[str, Any], None]]
    """Other arguments than the recorded ones: needed where parts of these are hidden."""
    context: NotRequired[Union[Dict[str, Any], None]]
    """The context; the recorded call and conversation when absent."""
    name: NotRequired[Union[str, None]]
    """What to call it; named after the execution when absent."""
    stub: NotRequired[bool]
    """Whether the upstream is stubbed with what is recorded; otherwise it is the real one."""


class GetToken(TypedDict):
    """Address (as `email` or `username`) and password; empty for who shows a valid token."""
    email: NotRequired[Union[str, None]]
    """The e-mail address."""
    password: NotRequired[Union[str, None]]
    """The password."""
    username: NotRequired[Union[str, None]]
    """The e-mail address, by its other name."""


class Gone(TypedDict):
    """A tool whose operation the source does not have any more."""
    name: str
    """Its name."""
    operation: str
    """The operation."""
    tool_id: "ToolId"
    """The tool."""


class Grant(TypedDict):
    """A user with whom a tool was shared by name."""
    created_at: "Timestamp"
    """Since when."""
    email: str
    """Their e-mail address."""
    user_id: "UserId"
    """The user."""


class GrantCredits(TypedDict):
    """Credits to add."""
    amount: "Credits"
    """How many; less than nothing takes some away."""
    note: NotRequired[Union[str, None]]
    """Why, at most 500 characters."""


class Guess(TypedDict):
    """What a tool for such requests would look like."""
    config: NotRequired[Union[Dict[str, Any], None]]
    """The configuration of an `http` tool; absent when the sample has no address."""
    effect: str
    """What calling it would do, by the method."""
    notes: List[str]
    """What was guessed and should be looked at."""
    parameters: Dict[str, Any]
    """JSON Schema of the arguments."""
    secrets: List[str]
    """Secrets to set before it is saved."""


class HandedTo(TypedDict):
    """Who goes on with a conversation: the run of another agent."""
    agent_id: "AsstId"
    """The agent."""
    agent_name: str
    """Its name."""
    run_id: "RunId"
    """Its run."""
    thread_id: "ThreadId"
    """The thread that it goes on with: the same, or a new one where nothing but the last words were passed on."""


class Head(TypedDict):
    """The end of a chain."""
    hash: str
    """Its hash."""
    seq: int
    """The number of the last row; 0 before the first."""


class Health(TypedDict):
    """How a server is."""
    status: str
    """Always `ok`; a server that is not answers with an error."""
    version: str
    """The program's version."""


class HmacRule(TypedDict):
    """A signature by HMAC."""
    algorithm: NotRequired["HmacAlgorithm"]
    """The hash function."""
    encoding: NotRequired["SignatureEncoding"]
    """How the signature is written."""
    message_id_header: NotRequired[Union[str, None]]
    """The header that holds the message's own id, for `{id}` in `payload_format`."""
    payload_format: NotRequired[str]
    """What is signed: `{body}`, `{timestamp}`, `{id}` (or `{svix-id}`), `{method}` and `{url}` are filled in."""
    secret_is_base64: NotRequired[bool]
    """Whether the secret is base64 of the key."""
    signature_header: NotRequired[str]
    """The header that holds the signature."""
    signature_prefix: NotRequired[str]
    """What stands before the signature in it, such as `sha256=`."""
    timestamp_header: NotRequired[Union[str, None]]
    """The header that holds the time, in seconds or milliseconds since 1970; `null` when there is none. Then an old
    request cannot be told from a new one.
    """
    tolerance_s: NotRequired[int]
    """How old a request may be, in seconds."""


class Hook(TypedDict):
    """An address at which others start something here."""
    addresses: NotRequired[List[str]]
    """The only addresses or networks from which requests are taken; from anywhere when empty."""
    protection: "HookProtection"
    """How requests show where they come from."""
    rate_per_minute: int
    """The most requests in a minute."""
    response_secret: NotRequired[Union[str, None]]
    """The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when there is one."""
    target: NotRequired["HookTarget"]
    """What it may start."""
    trusted: NotRequired[bool]
    """Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so."""
    wait_ms: int
    """How long a request waits for its result, in milliseconds."""
    created_at: "Timestamp"
    """When it was made."""
    enabled: bool
    """Whether it takes anything."""
    id: "HookId"
    """Its id."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    platform: "HookPlatform"
    """Whose form its requests have."""
    rotated_at: "Timestamp"
    """When it got its secret."""
    secret_hint: str
    """The beginning of the secret, to know it by."""
    slug: str
    """Its name in the address, one of its kind on this server."""
    updated_at: "Timestamp"
    """When it was last changed."""
    user_id: "UserId"
    """Whoever made it: what it starts is done with their rights, as they are then."""


class HookAnswer(TypedDict):
    """The answer to a request to a hook."""
    action: str
    """What was carried out: a tool's name, an agent's, or a workflow's."""
    conversation_id: NotRequired[Union[str, None]]
    """The thread of an agent's run; sent as `conversation_id` the next time, the agent goes on with it."""
    duplicate: NotRequired[bool]
    """Whether this is the outcome of an earlier request with the same key."""
    error: NotRequired[Union["ToolError", None]]
    execution_id: NotRequired[Union["ExecId", None]]
    message: NotRequired[Union[str, None]]
    """A sentence about the result, or about what is waited for."""
    result: NotRequired[Any]
    """The result."""
    run_id: NotRequired[Union["RunId", None]]
    status: "HookAnswerStatus"
    status_url: NotRequired[Union[str, None]]
    """Where to ask how it stands, without a token, for a day; while it goes on."""


class HookAnswerStatus(TypedDict):
    pass


class HookDelivery(TypedDict):
    """A request that came to a hook."""
    action: NotRequired[Union[str, None]]
    """What was asked for: a tool's name."""
    address: NotRequired[Union[str, None]]
    """Where it came from."""
    created_at: "Timestamp"
    """When it came."""
    duration_ms: float
    """From its arrival to its answer, in milliseconds."""
    error: NotRequired[Union[str, None]]
    """Why it was refused, or failed."""
    execution_id: NotRequired[Union["ExecId", None]]
    hook_id: "HookId"
    """The hook."""
    id: "HdlId"
    """Its id."""
    idempotency_key: NotRequired[Union[str, None]]
    """The key under which it acts once."""
    organization_id: "OrgId"
    """The organization."""
    outcome: "HookOutcome"
    """What became of it."""
    run_id: NotRequired[Union["RunId", None]]


class HookMade(TypedDict):
    """A hook together with its secret, which is shown this once."""
    address: str
    """The address to give to whoever uses it."""
    hook: "Hook"
    """The hook."""
    secret: str
    """The secret. Nobody can read it back."""


class HookProtection2(TypedDict):
    """A signature over the body and its time, as Vapi makes it unless the fields say otherwise."""
    algorithm: NotRequired["HmacAlgorithm"]
    """The hash function."""
    encoding: NotRequired["SignatureEncoding"]
    """How the signature is written."""
    message_id_header: NotRequired[Union[str, None]]
    """The header that holds the message's own id, for `{id}` in `payload_format`."""
    payload_format: NotRequired[str]
    """What is signed: `{body}`, `{timestamp}`, `{id}` (or `{svix-id}`), `{method}` and `{url}` are filled in."""
    secret_is_base64: NotRequired[bool]
    """Whether the secret is base64 of the key."""
    signature_header: NotRequired[str]
    """The header that holds the signature."""
    signature_prefix: NotRequired[str]
    """What stands before the signature in it, such as `sha256=`."""
    timestamp_header: NotRequired[Union[str, None]]
    """The header that holds the time, in seconds or milliseconds since 1970; `null` when there is none. Then an old
    request cannot be told from a new one.
    """
    tolerance_s: NotRequired[int]
    """How old a request may be, in seconds."""
    type: Literal['hmac']


class HookProtectionRetell(TypedDict):
    """Retell's signature; the secret is the API key of the Retell account."""
    tolerance_s: NotRequired[int]
    """How old a request may be, in seconds."""
    type: Literal['retell']


class HookProtectionStandardWebhooks(TypedDict):
    """The signature of Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`."""
    tolerance_s: NotRequired[int]
    """How old a request may be, in seconds."""
    type: Literal['standard_webhooks']


class HookProtectionToken(TypedDict):
    """The secret itself, as `Authorization: Bearer` or in a header of its own."""
    header: NotRequired[Union[str, None]]
    """The header that holds it and nothing else, besides `Authorization`."""
    type: Literal['token']


class HookRequest(TypedDict):
    """What is asked for. Other fields are passed over, because platforms add their own."""
    action: NotRequired[Union[str, None]]
    """Which of the hook's tools; not needed where there is only one. For an agent or a workflow, a word about what is
    wanted.
    """
    agent_id: NotRequired[Union[str, None]]
    """The agent that the sender works for, as a word about the circumstances."""
    conversation_id: NotRequired[Union[str, None]]
    """The conversation that it belongs to. An agent goes on with it if it is one that the hook began."""
    idempotency_key: NotRequired[Union[str, None]]
    """Names the intent: however often it is sent with this key, it acts once."""
    parameters: NotRequired[Dict[str, Any]]
    """The tool's arguments, or what the workflow is given. An agent is told `message` of it, else all of it."""
    webhook_response_url: NotRequired[Union[str, None]]
    """An address that is sent the outcome, signed as in Standard Webhooks."""


class HookRules(TypedDict):
    """What a hook does, as its maker writes it."""
    addresses: NotRequired[List[str]]
    """The only addresses or networks from which requests are taken; from anywhere when empty."""
    protection: "HookProtection"
    """How requests show where they come from."""
    rate_per_minute: int
    """The most requests in a minute."""
    response_secret: NotRequired[Union[str, None]]
    """The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when there is one."""
    target: NotRequired["HookTarget"]
    """What it may start."""
    trusted: NotRequired[bool]
    """Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so."""
    wait_ms: int
    """How long a request waits for its result, in milliseconds."""


class HookSpec(TypedDict):
    """A hook as its maker writes it. It holds a secret, so it cannot be printed."""
    addresses: NotRequired[List[str]]
    """The only addresses or networks from which requests are taken; from anywhere when empty."""
    enabled: NotRequired[bool]
    """Whether it takes anything; true unless said otherwise."""
    platform: NotRequired["HookSpecPlatform"]
    protection: NotRequired[Union["HookProtection", None]]
    rate_per_minute: NotRequired[Union[int, None]]
    """The most requests in a minute; 600 when absent."""
    response_secret: NotRequired[Union[str, None]]
    """The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when absent and there
    is one.
    """
    secret: NotRequired[Union[str, None]]
    """The secret, where the platform has one already: for Retell the account's API key. A fresh one when absent. It
    is changed by `rotate`, and by nothing else.
    """
    slug: NotRequired[Union[str, None]]
    """Its name in the address, one of its kind on this server; made up when absent."""
    target: NotRequired["HookTarget"]
    """What it may start."""
    trusted: NotRequired[Union[bool, None]]
    """Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so.
    For Vapi and Retell, when absent, it does if an administrator makes the hook.
    """
    wait_ms: NotRequired[Union[int, None]]
    """How long a request waits for its result, in milliseconds; 25,000, for Vapi 18,000 and for Retell 110,000 when
    absent.
    """


class HookSpecPlatform(TypedDict):
    pass


class HookTarget(TypedDict):
    """What a hook may start. With `workflow` a run of it, with `tools` a call of one of them, with `agent` alone a
    run of that agent. For Vapi and Retell it names the tools that they may call; all that the hook's maker may
    call (or that the agent has) when it names none.
    """
    agent: NotRequired[Union[str, None]]
    """The agent that is run; with tools, the agent through which they are called. A name or an id."""
    tools: NotRequired[List[str]]
    """The tools that may be called, by name. Where there is one, `action` need not be said."""
    workflow: NotRequired[Union[str, None]]
    """The workflow that is run, by name or id."""


class HttpConfig(TypedDict):
    """An HTTP request with templates in it. Texts may hold `${NAME}` (a secret or a call field) and `{{ expression
    }}`. A text that is one expression and nothing else keeps the JSON type of its value in `query` and in JSON and
    form bodies.
    """
    auth: NotRequired["Auth"]
    """How we identify ourselves upstream."""
    body: NotRequired[Union["Body", None]]
    callback: NotRequired[Union["CallbackSetting", None]]
    headers: NotRequired[Dict[str, str]]
    """Sent as they are; a value that renders to nothing is left out."""
    idempotency: NotRequired[Union["Idempotency", None]]
    max_response_bytes: NotRequired[Union[int, None]]
    """The most bytes to read of an answer, after decompression. Default 4 MiB, at most 32 MiB."""
    method: NotRequired[str]
    """Any HTTP method but CONNECT and TRACE."""
    preset: NotRequired[Union[Literal['automation'], None]]
    """A body of a known form instead of `body`."""
    query: NotRequired[Dict[str, Any]]
    """Added to the query; a list gives the name once for each item, `null` leaves it out."""
    redirects: NotRequired[int]
    """How many redirects to follow."""
    success_status_codes: NotRequired[List[int]]
    """Statuses that mean success besides 200 to 299."""
    url: str
    """The address. Scheme, host and port must be literal, or come from a secret; path and query may be templates."""


class Idempotency(TypedDict):
    """How the upstream recognises a repeated request. Give `header` or `field`; neither means the header
    `Idempotency-Key`.
    """
    field: NotRequired[Union[str, None]]
    """The field of a JSON or form body that carries the key."""
    header: NotRequired[Union[str, None]]
    """The header that carries the key."""
    honoured: NotRequired[bool]
    """Whether the upstream is known to honour it: only then may a write be sent again."""


class ImportItem(TypedDict):
    """One operation and its tool."""
    conflicts: List["Conflict"]
    """Fields that the source and somebody here both changed."""
    diff: List["Change"]
    """What changes in a tool that is there already."""
    effect: "Effect"
    """What calling it does to the world."""
    error: NotRequired[Union[str, None]]
    """Why it failed."""
    kept: List[str]
    """Fields that were changed here and stay so."""
    method: str
    """Its method; empty where there is none."""
    name: str
    """The tool's name."""
    operation: str
    """What the operation is recognised by."""
    path: str
    """Its path or address; empty where there is none."""
    secrets: List[str]
    """The secrets that it sends to its address, set or not: look at them before you trust a document of others."""
    state: "ItemState"
    """What was done, or would be."""
    tags: List[str]
    """Its tags or folders."""
    tokens: int
    """About how many tokens its definition costs."""
    tool: NotRequired[Union["ToolSpec", None]]
    tool_id: NotRequired[Union["ToolId", None]]
    warnings: List[str]
    """What could not be carried over, or may surprise."""


class ImportReport(TypedDict):
    """What an import did, or would do."""
    applied: bool
    """Whether it was done."""
    format: "ImportFormat"
    """The format."""
    gone: List["Gone"]
    """Tools that came from this source, whose operation it does not have any more. They stay as they are."""
    items: List["ImportItem"]
    """The chosen operations."""
    missing_secrets: List[str]
    """Secrets that the tools name and that are not set yet."""
    operation_count: int
    """How many operations the document has."""
    skipped: List["Skipped"]
    """Chosen operations that cannot become a tool."""
    source: str
    """What the source is called."""
    title: NotRequired[Union[str, None]]
    """What the document calls itself."""
    tokens: int
    """About how many tokens the definitions of all chosen tools cost a model in every turn: bytes divided by four."""
    warnings: List[str]
    """What is true of the document as a whole."""


class ImportSpec(TypedDict):
    """What is to be imported."""
    document: NotRequired[Any]
    """The document, as a text or as JSON."""
    format: NotRequired["ImportFormat"]
    """The document's format; without it, whatever it looks like."""
    include_tools: NotRequired[bool]
    """Whether to give the whole of each tool."""
    options: NotRequired["Options"]
    """What of it, and how."""
    source: NotRequired[Union[str, None]]
    """What the source is called, to recognise it next time. Without it: the address, or the document's title."""
    take: NotRequired["Take"]
    """Whose value stays where the source and somebody here both changed a field."""
    url: NotRequired[Union[str, None]]
    """Where to fetch the document instead."""


class Imported(TypedDict):
    """One part of a bundle, and what was done with it."""
    action: "ImportAction"
    """What was done, or would be."""
    diff: List["Change"]
    """What differs from what was there."""
    name: str
    """Its name."""
    warnings: List[str]
    """What works but may surprise."""


class ImportedTool(TypedDict):
    """Where a tool came from."""
    created_at: "Timestamp"
    """When it was imported first."""
    format: str
    """The format."""
    hash: str
    """The SHA-256 of what was generated last."""
    name: str
    """Its name."""
    operation: str
    """The operation."""
    source: str
    """The source."""
    tool_id: "ToolId"
    """The tool."""
    updated_at: "Timestamp"
    """When it was imported last."""


class Incident(TypedDict):
    """One time that a rule fired."""
    facts: "IncidentFacts"
    """What was seen."""
    fired_at: "Timestamp"
    """When it fired."""
    id: "IncId"
    """Its id."""
    resolved_at: NotRequired[Union["Timestamp", None]]
    rule_id: "AlertId"
    """The rule."""
    rule_name: str
    """The rule's name at that time."""
    state: "IncidentState"
    """How it stands."""


class IncidentFacts(TypedDict):
    """What was seen when a rule fired."""
    ended_by: NotRequired[Union[str, None]]
    """Why it ended, when that was not by itself."""
    message: str
    """What happened, in a sentence."""
    notifications: int
    """How often somebody was told, reminders included. 0: another notification of the rule was too recent."""
    severity: "Severity"
    """How bad it is."""
    threshold: float
    """Where it fires."""
    unit: str
    """`executions`, `share` or `ms`."""
    value: float
    """The value that made it fire."""


class InstallPack(TypedDict):
    """How to install a pack."""
    dry_run: NotRequired[bool]
    """Only say what would be made."""
    prefix: NotRequired[Union[str, None]]
    """Put before the names of tools and agents, for example `clinic`: lower-case letters, digits and `_`, at most 20.
    """


class InstallTool(TypedDict):
    """How to take a copy."""
    agent: NotRequired[Union[str, None]]
    """An agent that gets the tool, by name or id."""
    dry_run: NotRequired[bool]
    """Only say what would be made."""
    name: NotRequired[Union[str, None]]
    """The copy's name; the tool's own when absent."""


class InstalledTool(TypedDict):
    """A tool that came from somewhere."""
    id: "InstId"
    """The note's own id."""
    installed_at: "Timestamp"
    """When."""
    installed_by: "UserId"
    """Who took it over."""
    is_available: NotRequired[Union[bool, None]]
    """Whether the source can still be seen; absent when there is nothing to follow."""
    is_edited: bool
    """Whether it was edited here since."""
    name: str
    """Its name here."""
    publisher: NotRequired[Union[str, None]]
    """What they are called, while they show the tool."""
    publisher_id: NotRequired[Union["OrgId", None]]
    sha256: str
    """SHA-256 of what was taken over."""
    source: "InstallSource"
    """What it came from."""
    source_id: str
    """Which one: a tool's id, a template's slug, a name in a bundle."""
    source_revision: int
    """The source's revision when it was taken over."""
    source_version: str
    """The source's semantic version when it was taken over."""
    tool_id: "ToolId"
    """The tool."""
    update: NotRequired[Union["Update", None]]
    updated_at: "Timestamp"
    """When it last followed its source."""
    version: str
    """Its semantic version here."""


class Invitation(TypedDict):
    """An invitation that has not been taken up."""
    created_at: "Timestamp"
    """When it was made."""
    email: str
    """Whom it invites."""
    expires_at: "Timestamp"
    """Until when it can be taken up."""
    id: "GrantId"
    """Its id."""
    invited_by: "UserId"
    """Who invited them."""
    role: "Role"
    """What they will be."""


class InvitationMade(TypedDict):
    """An invitation with its text."""
    created_at: "Timestamp"
    """When it was made."""
    email: str
    """Whom it invites."""
    expires_at: "Timestamp"
    """Until when it can be taken up."""
    id: "GrantId"
    """Its id."""
    invited_by: "UserId"
    """Who invited them."""
    role: "Role"
    """What they will be."""
    token: str
    """The text to send to the address; shown this once."""


class Invite(TypedDict):
    """Whom to invite."""
    email: str
    """Their e-mail address."""
    role: "Role"
    """What they will be, at most one's own role."""


class Job(TypedDict):
    """A durable unit of background work."""
    attempts: int
    """How often it was tried since it last got anywhere."""
    created_at: "Timestamp"
    """When it was made."""
    ended_at: NotRequired[Union["Timestamp", None]]
    epoch: int
    """Counts its owners; a former owner can change nothing any more."""
    error: NotRequired[Union[str, None]]
    """What went wrong last."""
    id: "JobId"
    """Its id."""
    kind: "JobKind"
    """What it does."""
    max_attempts: int
    """How often it may be tried without getting anywhere."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    priority: int
    """Higher goes first; 0 unless said otherwise."""
    run_at: "Timestamp"
    """Not before this time."""
    schedule_id: NotRequired[Union["SchId", None]]
    started_at: NotRequired[Union["Timestamp", None]]
    state: "JobState"
    """Where it stands."""
    subject: NotRequired[Union[str, None]]
    """The run that it carries, or the execution that it made."""
    title: str
    """What it is about, in words: the agent's or the tool's name."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Whoever asked for it."""


class JobResult(TypedDict):
    """What a job came to."""
    completed_at: NotRequired[Union["Timestamp", None]]
    response: str
    """The answer; of a workflow what it came to, as a text."""
    run_id: "RunId"
    """The run."""
    thread_id: "ThreadId"
    """Its thread; a later run goes on with it."""
    usage: "Usage"
    """Tokens used."""
    workflow_results: NotRequired[Union[List["WorkflowResult"], None]]
    """What each step of a workflow said or gave."""


class JobSpec(TypedDict):
    """A call of a tool in the background."""
    agent: NotRequired[Union[str, None]]
    """The agent through which it is called, by name or id."""
    arguments: NotRequired[Dict[str, Any]]
    """Its arguments."""
    channel: NotRequired[Union[Literal['call', 'chat', 'sms', 'webhook', 'test', 'mcp'], None]]
    """Where it is used, for tools that are allowed in some places only; `webhook` unless said otherwise."""
    context: NotRequired[Dict[str, Any]]
    """What is known about the circumstances."""
    delay_s: NotRequired[int]
    """Not before this many seconds from now; at most a year."""
    max_attempts: NotRequired[int]
    """How often it may be tried before it is laid aside."""
    priority: NotRequired[int]
    """Higher goes first where jobs wait for a worker."""
    tool: str
    """The tool's name or id."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class JobStatus(TypedDict):
    """The guide's status of a job. Also the body of its webhook."""
    completed_at: NotRequired[Union["Timestamp", None]]
    created_at: "Timestamp"
    """When it was asked for."""
    elapsed_seconds: int
    """Seconds since it was asked for, or that it took."""
    error_message: NotRequired[Union[str, None]]
    """Why there is no result."""
    estimated_remaining: NotRequired[Union[int, None]]
    """Seconds that it will probably take from now on, by the agent's last runs; `null` when nobody can tell."""
    job_id: "JobId"
    """The job."""
    response: str
    """Always `200`."""
    result: NotRequired[Union["JobResult", None]]
    started_at: NotRequired[Union["Timestamp", None]]
    status: str
    """`queued`, `processing`, `waiting`, `completed`, `failed` or `cancelled`."""


class LastRun(TypedDict):
    """How a case went when it was last run."""
    at: "Timestamp"
    """When."""
    result: "CaseResult"
    """How it went."""
    tool_revision: int
    """The revision of the tool that was tested."""


class LibraryTool(TypedDict):
    """A public tool of another organization."""
    category: NotRequired[Union[str, None]]
    """A word to sort by."""
    description: str
    """What it does and when to use it."""
    display_name: str
    """What people call it."""
    effect: "Effect"
    """What calling it does to the world."""
    id: "ToolId"
    """The tool's id there."""
    installs: int
    """How many copies organizations have."""
    kind: "Kind"
    """What carries it out."""
    name: str
    """Its name there."""
    publisher: "Publisher"
    """Whose it is."""
    revision: int
    """Its revision."""
    secrets: List[str]
    """The secrets that a copy needs."""
    tool: NotRequired[Union["ToolSpec", None]]
    updated_at: "Timestamp"
    """When it last changed."""
    url: NotRequired[Union[str, None]]
    """Where its requests go, when that is known before a call."""
    version: str
    """Its semantic version."""
    warnings: NotRequired[List[str]]
    """What was left out or replaced, and why."""


class LimitStatus(TypedDict):
    """How a tool stands with its limits."""
    breakers: List["BreakerStatus"]
    """The tool's breaker and its host's."""
    cache: NotRequired[Union["CacheStatus", None]]
    concurrency: List["ConcurrencyStatus"]
    """Every limit on how many run at once."""
    rate_limits: List["RateStatus"]
    """Every rate limit, in the order in which they are asked."""


class Limits(TypedDict):
    """The limits of an agent or an organization, beside those of its tools."""
    breaker: NotRequired[Union["BreakerForm", None]]
    concurrency: NotRequired[Union["ConcurrencyForm", None]]
    rate_limit: NotRequired["RateLimitForm"]
    """How often; one limit or a list of at most 8."""


class Link(TypedDict):
    """A row's place in the chain of its organization."""
    hash: str
    """SHA-256 of this row and `prev_hash`, in hexadecimal."""
    prev_hash: str
    """The hash of the row before it; of the first row, of how many rows are older than the chain."""
    seq: int
    """Counts up from 1 without a gap."""


class LinkDecision(TypedDict):
    """A decision by a signed link."""
    decision: "Choice"
    """`approve` or `deny`."""
    note: NotRequired[Union[str, None]]
    """Why."""
    revised: NotRequired[Union[int, None]]
    """The ticket's `revised` that was looked at."""


class Lock(TypedDict):
    """What exactly a tool was."""
    revision: int
    """Its revision where the bundle was first made."""
    sha256: str
    """SHA-256 of the tool as it stands in the bundle, as JSON with sorted fields."""
    version: str
    """Its semantic version."""


class MadeCase(TypedDict):
    """A case that was made of an execution."""
    case: "Case"
    """The case."""
    warnings: List[str]
    """What the log could not tell, and what to do about it."""


class McpAuthAuthorizationCode(TypedDict):
    """OAuth 2.1 with a person who signs in: `POST /api/v1/mcp-servers/{name}/authorize`. Everything is found through
    the server's metadata; what is said here goes before what was found.
    """
    authorization_url: NotRequired[Union[str, None]]
    """Where people sign in, for a server without metadata; with `token_url`."""
    client_auth: NotRequired[Union["ClientAuth", None]]
    client_id: NotRequired[Union[str, None]]
    """A client that was registered by hand. Without it we register ourselves where the authorization server allows
    it.
    """
    issuer: NotRequired[Union[str, None]]
    """The authorization server."""
    scopes: NotRequired[List[str]]
    """The scopes to ask for, in the place of those that the server names."""
    secret: NotRequired[Union[str, None]]
    """The name of the secret that is that client's, if it has one."""
    token_url: NotRequired[Union[str, None]]
    """Where tokens are given out; with `authorization_url`."""
    type: Literal['authorization_code']


class McpAuthBearer(TypedDict):
    """`Authorization: Bearer` and a secret."""
    secret: str
    """The secret's name."""
    type: Literal['bearer']


class McpAuthClientCredentials(TypedDict):
    """OAuth 2.0 client credentials. Without `token_url` the token server is found through the server's metadata (RFC
    9728 and RFC 8414).
    """
    client_auth: NotRequired["ClientAuth"]
    """How the client's own credentials are sent."""
    client_id: str
    """The client's id."""
    scopes: NotRequired[List[str]]
    """The scopes to ask for."""
    secret: str
    """The name of the secret that is the client's."""
    token_url: NotRequired[Union[str, None]]
    """Where tokens are given out."""
    type: Literal['client_credentials']


class McpAuthHeader(TypedDict):
    """A header of its own and a secret."""
    header: str
    """The header's name, for example `X-API-Key`."""
    secret: str
    """The secret's name."""
    type: Literal['header']


class McpAuthNone(TypedDict):
    """Not at all."""
    type: Literal['none']


class McpConfig(TypedDict):
    """A tool of a registered MCP server."""
    definition: NotRequired[Union[str, None]]
    """The hash of the definition that was agreed to: calls are refused while the server shows another one. Filled in
    when the tool is saved, if the server's tools are known then.
    """
    server: str
    """The name of the registered server. The guide's name is `server_name`."""
    tool: str
    """The tool's name there. The guide's name is `tool_name`."""


class McpDefinition(TypedDict):
    """A tool as its server defines it."""
    annotations: NotRequired[Union[Dict[str, Any], None]]
    """What the server hints at: `readOnlyHint`, `destructiveHint` and others."""
    description: NotRequired[Union[str, None]]
    """What it does."""
    input_schema: Dict[str, Any]
    """JSON Schema of its arguments."""
    name: str
    """Its name there."""
    output_schema: NotRequired[Union[Dict[str, Any], None]]
    """JSON Schema of its structured result."""
    title: NotRequired[Union[str, None]]
    """Its title."""


class McpFound(TypedDict):
    """What was found out about a server when it was last asked."""
    authorization: NotRequired[Union["Authorization", None]]
    endpoint: NotRequired[Union[str, None]]
    """The address that answers: the registered one, or `{url}/mcp`."""
    error: NotRequired[Union[str, None]]
    """Why it could not be asked the last time."""
    instructions: NotRequired[Union[str, None]]
    """What it says about its use; the beginning of it."""
    protocol_version: NotRequired[Union[str, None]]
    """The version of the protocol that is spoken."""
    refreshed_at: NotRequired[Union["Timestamp", None]]
    server_name: NotRequired[Union[str, None]]
    """What the server calls itself."""
    server_version: NotRequired[Union[str, None]]
    """Its version."""
    tools: NotRequired[int]
    """How many tools it offers."""


class McpServer(TypedDict):
    """A registered MCP server."""
    args: NotRequired[List[str]]
    """Its arguments."""
    auth: NotRequired["McpAuth"]
    """How we say who we are."""
    capabilities: NotRequired[List[str]]
    """Words about what it can do. The server does nothing by them."""
    command: NotRequired[Union[str, None]]
    """The program that is the server, with `stdio`. The operator allows each by the setting `mcp_stdio_commands`."""
    connect_timeout_ms: NotRequired[int]
    """How long connecting may take, the handshake included, in milliseconds."""
    env: NotRequired[Dict[str, str]]
    """Its environment, and nothing else of ours; `${NAME}` in a value is a secret."""
    headers: NotRequired[Dict[str, str]]
    """More headers of every request; `${NAME}` in a value is a secret."""
    idle_timeout_s: NotRequired[int]
    """How long a session without calls is kept, in seconds."""
    is_enabled: NotRequired[bool]
    """Whether its tools may be called."""
    max_concurrency: NotRequired[int]
    """The most calls at once; more wait."""
    max_response_bytes: NotRequired[int]
    """The most bytes of one answer."""
    name: str
    """A name, unique in the organization; tools name the server by it."""
    protocol: NotRequired["McpProtocol"]
    """Which era of the protocol is spoken."""
    transport: NotRequired[Union["McpTransport", None]]
    url: NotRequired[Union[str, None]]
    """Its address. Where this one does not speak MCP, `{url}/mcp` is tried."""
    created_at: "Timestamp"
    """When it was registered."""
    created_by: "UserId"
    """Who registered it."""
    found: "McpFound"
    """What was found out about it."""
    id: "McpId"
    """Its id."""
    updated_at: "Timestamp"
    """When it was last changed."""


class McpServerSpec(TypedDict):
    """What is said of an MCP server."""
    args: NotRequired[List[str]]
    """Its arguments."""
    auth: NotRequired["McpAuth"]
    """How we say who we are."""
    capabilities: NotRequired[List[str]]
    """Words about what it can do. The server does nothing by them."""
    command: NotRequired[Union[str, None]]
    """The program that is the server, with `stdio`. The operator allows each by the setting `mcp_stdio_commands`."""
    connect_timeout_ms: NotRequired[int]
    """How long connecting may take, the handshake included, in milliseconds."""
    env: NotRequired[Dict[str, str]]
    """Its environment, and nothing else of ours; `${NAME}` in a value is a secret."""
    headers: NotRequired[Dict[str, str]]
    """More headers of every request; `${NAME}` in a value is a secret."""
    idle_timeout_s: NotRequired[int]
    """How long a session without calls is kept, in seconds."""
    is_enabled: NotRequired[bool]
    """Whether its tools may be called."""
    max_concurrency: NotRequired[int]
    """The most calls at once; more wait."""
    max_response_bytes: NotRequired[int]
    """The most bytes of one answer."""
    name: str
    """A name, unique in the organization; tools name the server by it."""
    protocol: NotRequired["McpProtocol"]
    """Which era of the protocol is spoken."""
    transport: NotRequired[Union["McpTransport", None]]
    url: NotRequired[Union[str, None]]
    """Its address. Where this one does not speak MCP, `{url}/mcp` is tried."""


class McpUpstreamTool(TypedDict):
    """A tool of an MCP server as it was last seen."""
    annotations: NotRequired[Union[Dict[str, Any], None]]
    """What the server hints at: `readOnlyHint`, `destructiveHint` and others."""
    description: NotRequired[Union[str, None]]
    """What it does."""
    input_schema: Dict[str, Any]
    """JSON Schema of its arguments."""
    name: str
    """Its name there."""
    output_schema: NotRequired[Union[Dict[str, Any], None]]
    """JSON Schema of its structured result."""
    title: NotRequired[Union[str, None]]
    """Its title."""
    adopted_as: NotRequired[Union[str, None]]
    """Our tool's name, when it was taken over."""
    changed_at: "Timestamp"
    """When its definition last changed."""
    first_seen_at: "Timestamp"
    """When it was first seen."""
    hash: str
    """The definition's hash."""
    state: "McpToolState"
    """How it stands with us."""
    tool_id: NotRequired[Union["ToolId", None]]


class Me(TypedDict):
    """What is known about the caller."""
    email: str
    """Their e-mail address."""
    has_password: bool
    """Whether they can sign in with a password."""
    memberships: List["Membership"]
    """Every organization that they are a member of; for a token only the one in which it works."""
    name: str
    """Their name."""
    organization: "Organization"
    """The organization in which they ask."""
    role: "Role"
    """What they may do here: the lesser of the token's role and the member's."""
    scopes: List["Scope"]
    """What the token may be used for; empty means all that the role allows."""
    user_id: "UserId"
    """The user."""


class Member(TypedDict):
    """A user as a member of one organization."""
    created_at: "Timestamp"
    """Since when."""
    email: str
    """Their e-mail address, lower case."""
    name: str
    """Their name."""
    role: "Role"
    """What they are here."""
    user_id: "UserId"
    """The user's id."""


class Membership(TypedDict):
    """An organization as one of its members sees it."""
    organization: "Organization"
    """The organization."""
    role: "Role"
    """What one is there."""


class MergeConflict(TypedDict):
    """A field that was changed here and there, and not in the same way."""
    base: NotRequired[Any]
    """What was taken over."""
    ours: NotRequired[Any]
    """What it is here."""
    path: str
    """The field, dotted."""
    theirs: NotRequired[Any]
    """What it is at the source."""


class MigrateSettings(TypedDict):
    """Settings to migrate."""
    dry_run: NotRequired[bool]
    """Only say what would be done."""
    tools_settings: NotRequired[Union["ToolsSettings", None]]


class MigratedTool(TypedDict):
    """What became of one tool of the settings, or would."""
    action: "Action"
    """What was done to the tool, or would be."""
    diff: List["Change"]
    """What differs from before."""
    name: str
    """The tool's name."""
    newly_assigned: bool
    """Whether the agent did not have it yet."""
    setting: str
    """What the settings call it."""


class Migration(TypedDict):
    """What a migration did, or would do."""
    agent: str
    """The agent's name."""
    dry_run: bool
    """Whether nothing was changed."""
    tools: List["MigratedTool"]
    """The tools."""
    warnings: List[str]
    """What could not be taken over, and what may surprise."""


class Mismatch(TypedDict):
    """An expectation that did not hold."""
    actual: NotRequired[Any]
    """What was there; long values are cut."""
    expectation: str
    """Which one, for example `result[0] (/slots/0) equals`."""
    expected: NotRequired[Any]
    """What was expected."""
    message: str
    """The same in words."""


class Missed(TypedDict):
    """Tells a watcher that it missed something."""
    count: int
    """How many events went by, before any filter."""
    event: "MissedTag"
    """Always `missed`."""


class ModelProvider(TypedDict):
    """A provider."""
    base_url: NotRequired[Union[str, None]]
    """Its address; the provider's own when absent. `azure` and `openai_compatible` need one."""
    is_default: NotRequired[bool]
    """Whether it is asked for models that nobody else claims. One provider is; the last that was made so."""
    kind: "ProviderKind"
    """How it is spoken to."""
    models: NotRequired[List[str]]
    """The models that it serves: names, or beginnings of names that end in `*`."""
    name: str
    """A name, unique in the organization: `NAME/model` asks this provider."""
    options: NotRequired["ProviderOptions"]
    """What only some providers want to know."""
    secret: NotRequired[Union[str, None]]
    """The name of the secret that is its key. Only `openai_compatible` does without."""
    created_at: NotRequired[Union["Timestamp", None]]
    id: NotRequired[Union["ProvId", None]]
    source: "ProviderSource"
    """Where it comes from."""
    updated_at: NotRequired[Union["Timestamp", None]]


class ModelProviderSpec(TypedDict):
    """What is said of a provider when it is made or changed."""
    base_url: NotRequired[Union[str, None]]
    """Its address; the provider's own when absent. `azure` and `openai_compatible` need one."""
    is_default: NotRequired[bool]
    """Whether it is asked for models that nobody else claims. One provider is; the last that was made so."""
    kind: "ProviderKind"
    """How it is spoken to."""
    models: NotRequired[List[str]]
    """The models that it serves: names, or beginnings of names that end in `*`."""
    name: str
    """A name, unique in the organization: `NAME/model` asks this provider."""
    options: NotRequired["ProviderOptions"]
    """What only some providers want to know."""
    secret: NotRequired[Union[str, None]]
    """The name of the secret that is its key. Only `openai_compatible` does without."""


class NumberRule(TypedDict):
    """When a person takes over."""
    condition: NotRequired[str]
    """When, in words for the model."""
    phone_number: str
    """The number in the form of E.164, for example `+61411234567`, or a `sip:` address."""
    play_hold_music: NotRequired[bool]
    """Whether the caller hears music meanwhile."""
    transfer_message: NotRequired[Union[str, None]]
    """Said before the transfer."""
    transfer_mode: NotRequired["TransferMode"]
    """Whether the agent introduces the caller first."""


class OfferDescribe(TypedDict):
    """Which tool."""
    agent: NotRequired[Union[str, None]]
    """As this agent has it, by name or id."""
    name: str
    """The tool's name."""


class OfferDescribed(TypedDict):
    """How a tool is called."""
    asks_first: NotRequired[bool]
    """Whether somebody is asked first."""
    description: str
    """What it does and when to use it."""
    effect: "Effect"
    """What calling it does to the world."""
    name: str
    """Its name."""
    parameters: Dict[str, Any]
    """The JSON Schema of its arguments; what the server fills in is not there."""


class OfferFound(TypedDict):
    """What a search found."""
    estimated_tokens: int
    """About how many tokens the answer takes before a model, at four bytes a token."""
    more: int
    """How many more fit, which are not shown."""
    tools: List["OfferHit"]
    """The best first."""


class OfferHit(TypedDict):
    """A tool that a search found."""
    description: str
    """What it does, in one line."""
    name: str
    """Its name."""
    parameters: str
    """Its parameters in one line; `*` marks those that are required."""
    score: float
    """How well it fits; only to be compared within one answer."""


class OfferSearch(TypedDict):
    """What is looked for."""
    agent: NotRequired[Union[str, None]]
    """Only among this agent's tools, by name or id. Without it: all tools that you may call."""
    limit: NotRequired[Union[int, None]]
    """The most tools to give, 5 when absent."""
    max_tokens: NotRequired[Union[int, None]]
    """About how many tokens the answer may take before a model, 1,000 when absent. The best tool is always given."""
    query: str
    """What somebody wants to do, in a few words."""


class Opaque(TypedDict):
    """What a provider wants back word for word with the next request: signed thoughts, reasoning items."""
    form: str
    """The form that it belongs to, for example `gemini`; another provider is not given it."""
    value: Any
    """The pieces as they came."""


class Options(TypedDict):
    """What is to be imported and how."""
    auth: NotRequired[Union["Auth", None]]
    base_url: NotRequired[Union[str, None]]
    """Where the API is, when the document does not say or says it wrong. It replaces every server of the document."""
    endpoint: NotRequired[Union[str, None]]
    """For formats that do not say where a tool is: the address to call, in which `{name}` is the tool's name."""
    operations: NotRequired[List[str]]
    """Only these: by operation id, by `GET /path`, or by the tool's name."""
    paths: NotRequired[List[str]]
    """Only operations whose path begins so, or fits a pattern in which `*` is a segment and `**` any number of them.
    """
    prefix: NotRequired[Union[str, None]]
    """Put in front of every tool's name."""
    response_schemas: NotRequired[bool]
    """Hold answers to the document's own schemas. Off by default, because live APIs break theirs."""
    search: NotRequired[Union[str, None]]
    """Only operations that have this text in their name, path, tags or description, in any letter case."""
    secret_prefix: NotRequired[Union[str, None]]
    """The beginning of the secrets' names; without it, a short form of the document's title."""
    tags: NotRequired[List[str]]
    """Only operations with one of these tags (or, with Postman, in a folder of that name)."""


class Organization(TypedDict):
    """A tenant."""
    created_at: "Timestamp"
    """When it was made."""
    id: "OrgId"
    """Its id."""
    name: str
    """Its name."""


class PackReport(TypedDict):
    """What an installation made, or would make."""
    agents: List["PackedAgent"]
    """The agents."""
    dry_run: bool
    """Whether nothing was changed."""
    missing_secrets: List[str]
    """Secrets that the tools need and that are not set yet."""
    pack: str
    """The pack."""
    tools: List["PackedTool"]
    """The tools."""
    warnings: List[str]
    """What works but may surprise."""


class PackTool(TypedDict):
    """A tool that a pack brings."""
    cases: int
    """How many test cases it brings."""
    description: str
    """What it does and when to use it."""
    name: str
    """Its name."""
    template: NotRequired[Union[str, None]]
    """The template that it is made of; absent for one that the pack has itself."""
    title: str
    """What people call it."""


class PackedAgent(TypedDict):
    """An agent of a pack, and what was done with it."""
    action: "PackAction"
    """What was done, or would be."""
    id: NotRequired[Union["AsstId", None]]
    name: str
    """Its name."""
    tools: List[str]
    """The tools that it is given. One that was kept has those that it had."""


class PackedTool(TypedDict):
    """A tool of a pack, and what was done with it."""
    action: "PackAction"
    """What was done, or would be."""
    cases: int
    """How many test cases came with it."""
    id: NotRequired[Union["ToolId", None]]
    name: str
    """Its name."""


class Page_Agent(TypedDict):
    """One page of a list."""
    items: List["Page_AgentItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_AgentDraft(TypedDict):
    """One page of a list."""
    items: List["AgentDraft"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_AgentItemsItem(TypedDict):
    """Instructions, model and tools under one name."""
    base_template: NotRequired[Union[str, None]]
    """The template, or the other agent, that it was made from."""
    first_message: NotRequired[Union[str, None]]
    """What it says first in a conversation; `{{ name }}` stands for a dynamic variable."""
    is_shared: NotRequired[bool]
    """Whether everybody in the organization who may run agents may run it."""
    language: NotRequired[Union[str, None]]
    """The language in which it speaks, such as `en` or `pt-BR`."""
    learning_enabled: NotRequired[bool]
    """Whether what a user liked or corrected in its runs is brought into that user's later ones."""
    limits: NotRequired["RunLimits"]
    """How far its runs may go."""
    max_output_tokens: NotRequired[Union[int, None]]
    """The most tokens of one answer of the model, 1 to 1,000,000."""
    metadata: NotRequired[Dict[str, Any]]
    """What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`."""
    overrides: NotRequired[List["Overridden"]]
    """What a client of a conversation may set for itself."""
    public: NotRequired[bool]
    """Whether anybody may talk to it over a conversation socket, without a token. Set by an administrator."""
    temperature: NotRequired[Union[float, None]]
    """How freely the model writes, 0 to 2; absent, as the provider likes."""
    tool_budget: NotRequired[Union[int, None]]
    """With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search."""
    tool_offer: NotRequired["ToolOffer"]
    """How its model is offered its tools."""
    created_at: "Timestamp"
    """When it was made."""
    description: NotRequired[str]
    """What it is for."""
    id: "AsstId"
    """Its id."""
    instructions: NotRequired[str]
    """The system instructions."""
    model: NotRequired[str]
    """The model it uses, for example `gpt-5-mini`."""
    name: str
    """A name, unique in the organization."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    tools_settings: NotRequired[Union["ToolsSettings", None]]
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who made it."""


class Page_AgentPack(TypedDict):
    """One page of a list."""
    items: List["AgentPack"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_AgentTemplate(TypedDict):
    """One page of a list."""
    items: List["AgentTemplate"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_AlertRule(TypedDict):
    """One page of a list."""
    items: List["AlertRule"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_AuditRow(TypedDict):
    """One page of a list."""
    items: List["AuditRow"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Case(TypedDict):
    """One page of a list."""
    items: List["Case"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Conversation(TypedDict):
    """One page of a list."""
    items: List["Conversation"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_CreditEntry(TypedDict):
    """One page of a list."""
    items: List["CreditEntry"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Delivery(TypedDict):
    """One page of a list."""
    items: List["Delivery"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Document(TypedDict):
    """One page of a list."""
    items: List["Document"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Execution(TypedDict):
    """One page of a list."""
    items: List["Execution"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ExportedTool(TypedDict):
    """One page of a list."""
    items: List["ExportedTool"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Grant(TypedDict):
    """One page of a list."""
    items: List["Grant"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Hook(TypedDict):
    """One page of a list."""
    items: List["Page_HookItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_HookDelivery(TypedDict):
    """One page of a list."""
    items: List["HookDelivery"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_HookItemsItem(TypedDict):
    """An address at which others start something here."""
    addresses: NotRequired[List[str]]
    """The only addresses or networks from which requests are taken; from anywhere when empty."""
    protection: "HookProtection"
    """How requests show where they come from."""
    rate_per_minute: int
    """The most requests in a minute."""
    response_secret: NotRequired[Union[str, None]]
    """The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when there is one."""
    target: NotRequired["HookTarget"]
    """What it may start."""
    trusted: NotRequired[bool]
    """Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so."""
    wait_ms: int
    """How long a request waits for its result, in milliseconds."""
    created_at: "Timestamp"
    """When it was made."""
    enabled: bool
    """Whether it takes anything."""
    id: "HookId"
    """Its id."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    platform: "HookPlatform"
    """Whose form its requests have."""
    rotated_at: "Timestamp"
    """When it got its secret."""
    secret_hint: str
    """The beginning of the secret, to know it by."""
    slug: str
    """Its name in the address, one of its kind on this server."""
    updated_at: "Timestamp"
    """When it was last changed."""
    user_id: "UserId"
    """Whoever made it: what it starts is done with their rights, as they are then."""


class Page_ImportedTool(TypedDict):
    """One page of a list."""
    items: List["ImportedTool"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Incident(TypedDict):
    """One page of a list."""
    items: List["Incident"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_InstalledTool(TypedDict):
    """One page of a list."""
    items: List["InstalledTool"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Invitation(TypedDict):
    """One page of a list."""
    items: List["Invitation"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Job(TypedDict):
    """One page of a list."""
    items: List["Job"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_LibraryTool(TypedDict):
    """One page of a list."""
    items: List["LibraryTool"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_McpServer(TypedDict):
    """One page of a list."""
    items: List["Page_McpServerItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_McpServerItemsItem(TypedDict):
    """A registered MCP server."""
    args: NotRequired[List[str]]
    """Its arguments."""
    auth: NotRequired["McpAuth"]
    """How we say who we are."""
    capabilities: NotRequired[List[str]]
    """Words about what it can do. The server does nothing by them."""
    command: NotRequired[Union[str, None]]
    """The program that is the server, with `stdio`. The operator allows each by the setting `mcp_stdio_commands`."""
    connect_timeout_ms: NotRequired[int]
    """How long connecting may take, the handshake included, in milliseconds."""
    env: NotRequired[Dict[str, str]]
    """Its environment, and nothing else of ours; `${NAME}` in a value is a secret."""
    headers: NotRequired[Dict[str, str]]
    """More headers of every request; `${NAME}` in a value is a secret."""
    idle_timeout_s: NotRequired[int]
    """How long a session without calls is kept, in seconds."""
    is_enabled: NotRequired[bool]
    """Whether its tools may be called."""
    max_concurrency: NotRequired[int]
    """The most calls at once; more wait."""
    max_response_bytes: NotRequired[int]
    """The most bytes of one answer."""
    name: str
    """A name, unique in the organization; tools name the server by it."""
    protocol: NotRequired["McpProtocol"]
    """Which era of the protocol is spoken."""
    transport: NotRequired[Union["McpTransport", None]]
    url: NotRequired[Union[str, None]]
    """Its address. Where this one does not speak MCP, `{url}/mcp` is tried."""
    created_at: "Timestamp"
    """When it was registered."""
    created_by: "UserId"
    """Who registered it."""
    found: "McpFound"
    """What was found out about it."""
    id: "McpId"
    """Its id."""
    updated_at: "Timestamp"
    """When it was last changed."""


class Page_McpUpstreamTool(TypedDict):
    """One page of a list."""
    items: List["Page_McpUpstreamToolItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_McpUpstreamToolItemsItem(TypedDict):
    """A tool of an MCP server as it was last seen."""
    annotations: NotRequired[Union[Dict[str, Any], None]]
    """What the server hints at: `readOnlyHint`, `destructiveHint` and others."""
    description: NotRequired[Union[str, None]]
    """What it does."""
    input_schema: Dict[str, Any]
    """JSON Schema of its arguments."""
    name: str
    """Its name there."""
    output_schema: NotRequired[Union[Dict[str, Any], None]]
    """JSON Schema of its structured result."""
    title: NotRequired[Union[str, None]]
    """Its title."""
    adopted_as: NotRequired[Union[str, None]]
    """Our tool's name, when it was taken over."""
    changed_at: "Timestamp"
    """When its definition last changed."""
    first_seen_at: "Timestamp"
    """When it was first seen."""
    hash: str
    """The definition's hash."""
    state: "McpToolState"
    """How it stands with us."""
    tool_id: NotRequired[Union["ToolId", None]]


class Page_Member(TypedDict):
    """One page of a list."""
    items: List["Member"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ModelProvider(TypedDict):
    """One page of a list."""
    items: List["Page_ModelProviderItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ModelProviderItemsItem(TypedDict):
    """A provider."""
    base_url: NotRequired[Union[str, None]]
    """Its address; the provider's own when absent. `azure` and `openai_compatible` need one."""
    is_default: NotRequired[bool]
    """Whether it is asked for models that nobody else claims. One provider is; the last that was made so."""
    kind: "ProviderKind"
    """How it is spoken to."""
    models: NotRequired[List[str]]
    """The models that it serves: names, or beginnings of names that end in `*`."""
    name: str
    """A name, unique in the organization: `NAME/model` asks this provider."""
    options: NotRequired["ProviderOptions"]
    """What only some providers want to know."""
    secret: NotRequired[Union[str, None]]
    """The name of the secret that is its key. Only `openai_compatible` does without."""
    created_at: NotRequired[Union["Timestamp", None]]
    id: NotRequired[Union["ProvId", None]]
    source: "ProviderSource"
    """Where it comes from."""
    updated_at: NotRequired[Union["Timestamp", None]]


class Page_Proposal(TypedDict):
    """One page of a list."""
    items: List["Proposal"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Run(TypedDict):
    """One page of a list."""
    items: List["Run"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Schedule(TypedDict):
    """One page of a list."""
    items: List["Schedule"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_SecretInfo(TypedDict):
    """One page of a list."""
    items: List["SecretInfo"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Step(TypedDict):
    """One page of a list."""
    items: List["Step"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Template(TypedDict):
    """One page of a list."""
    items: List["Template"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Thread(TypedDict):
    """One page of a list."""
    items: List["Thread"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ThreadMessage(TypedDict):
    """One page of a list."""
    items: List[Union["Page_ThreadMessageItemsItemUser", "Page_ThreadMessageItemsItemAssistant", "Page_ThreadMessageItemsItemTool"]]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ThreadMessageItemsItemAssistant(TypedDict):
    opaque: NotRequired[Union["Opaque", None]]
    role: Literal['assistant']
    text: NotRequired[str]
    """Its words; may be empty when it calls tools."""
    tool_calls: NotRequired[List["ToolCall"]]
    """The tools that it wants called, in its order."""
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class Page_ThreadMessageItemsItemTool(TypedDict):
    content: List["Part"]
    """What the model reads."""
    is_error: NotRequired[bool]
    """Whether it failed."""
    name: str
    """The tool's name."""
    role: Literal['tool']
    tool_call_id: str
    """Which call."""
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class Page_ThreadMessageItemsItemUser(TypedDict):
    content: List["Part"]
    """At least one piece."""
    role: Literal['user']
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class Page_Ticket(TypedDict):
    """One page of a list."""
    items: List["Ticket"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Token(TypedDict):
    """One page of a list."""
    items: List["Token"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Tool(TypedDict):
    """One page of a list."""
    items: List["Tool"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ToolChange(TypedDict):
    """One page of a list."""
    items: List["ToolChange"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ToolSuggestions(TypedDict):
    """One page of a list."""
    items: List["ToolSuggestions"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_ToolVersion(TypedDict):
    """One page of a list."""
    items: List["ToolVersion"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_UnmatchedCall(TypedDict):
    """One page of a list."""
    items: List["UnmatchedCall"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_Workflow(TypedDict):
    """One page of a list."""
    items: List["Page_WorkflowItemsItem"]
    """The items, in the list's order."""
    next_cursor: NotRequired[Union[str, None]]
    """Give this as `cursor` to go on; absent on the last page."""


class Page_WorkflowItemsItem(TypedDict):
    """A fixed plan of steps over tools or agents, under a name."""
    agents: NotRequired[List["WorkflowAgent"]]
    """Its agents, in order."""
    flow_type: NotRequired[Union["FlowType", None]]
    output: NotRequired[Any]
    """What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    """
    parameters: NotRequired[Union[Dict[str, Any], None]]
    """The JSON Schema of what its runs are given."""
    steps: NotRequired[List["WorkflowStep"]]
    """Its steps, in order."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds that a run takes, the time it waits for others included."""
    created_at: "Timestamp"
    """When it was made."""
    description: NotRequired[str]
    """What it is for."""
    id: "WfId"
    """Its id."""
    name: str
    """A name, unique in the organization."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    revision: int
    """Counts its changes, from 1. Whoever changes it may name the one that they have seen."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who made it."""


class PartDocument(TypedDict):
    """A picture that is kept as a document; a model is shown its bytes."""
    document: "DocId"
    """Which."""
    media_type: str
    """Its media type."""
    type: Literal['document']


class PartImage(TypedDict):
    """A picture."""
    data: str
    """The bytes in base64."""
    media_type: str
    """Its media type, such as `image/png`."""
    type: Literal['image']


class PartText(TypedDict):
    """Text."""
    text: str
    """The text itself."""
    type: Literal['text']


class Passage(TypedDict):
    """How an execution came past limits and the cache, and what a sandbox says of it. What refused one stands in its
    error.
    """
    cache: NotRequired[Union["CacheUse", None]]
    cache_age_ms: NotRequired[Union[int, None]]
    """How old the result was that the cache gave, in milliseconds."""
    queued_ms: NotRequired[Union[float, None]]
    """How long it waited for a place, in milliseconds."""
    sandbox: NotRequired[Union["SandboxReport", None]]


class Pending(TypedDict):
    """Something that an execution waits for, as the caller is told."""
    expires_at: "Timestamp"
    """Until when it waits."""
    kind: "TicketKind"
    """What is waited for."""
    poll: str
    """Where the outcome can be asked for."""
    question: NotRequired[Union[str, None]]
    """What to ask the person on the line, for a confirmation."""
    spoken: str
    """A sentence for the person on the line."""
    ticket: "TickId"
    """The ticket."""


class Policy(TypedDict):
    """Time, retries, confirmation, and where a tool may be used."""
    allowed_contexts: NotRequired[List["Channel"]]
    """Where it may be used; empty means anywhere."""
    answer_by_ms: NotRequired[Union[int, None]]
    """The caller is answered at the latest after this long, 100 to 600000 ms; the execution finishes behind, within
    `timeout_ms`. Without it the caller waits.
    """
    answer_by_say: NotRequired[Union[str, None]]
    """What the person on the line is told then."""
    approval: NotRequired[Any]
    """An operator must agree first: `true`, or a rule."""
    breaker: NotRequired[Union["BreakerForm", None]]
    cache: NotRequired[Union["Cache", None]]
    cache_ttl_s: NotRequired[Union[int, None]]
    """Short for `cache: {ttl_s: …}`."""
    concurrency: NotRequired[Union["ConcurrencyForm", None]]
    confirm: NotRequired[Any]
    """The person on the line must agree first: `true`, a question, or a rule."""
    connect_timeout_ms: NotRequired[int]
    """To reach the upstream, TLS included; each attempt anew."""
    parallel: NotRequired[bool]
    """Whether a model that calls several tools at once may have this one carried out beside the others though it
    changes something. Reads may always.
    """
    rate_limit: NotRequired["RateLimitForm"]
    """How often it may be called; one limit or a list of at most 8."""
    read_timeout_ms: NotRequired[int]
    """From the request sent to the first byte, and from one piece of the answer to the next; each attempt anew."""
    retry: NotRequired["RetryPolicy"]
    """When to send again. What *may* be sent again is decided by the retry gate, whatever stands here."""
    single_flight: NotRequired[bool]
    """Equal reads at the same time become one request upstream, also without a cache."""
    timeout_ms: NotRequired[int]
    """The caller's whole wait, retries included. 100 to 600000 ms."""


class ProgressControl(TypedDict):
    """Whoever carries the call is to act."""
    control: Dict[str, Any]
    """What to do: `action` and what belongs to it."""
    type: Literal['control']


class ProgressLog(TypedDict):
    """A line for the execution's log."""
    line: str
    """The line."""
    type: Literal['log']


class ProgressPart(TypedDict):
    """Part of it is done."""
    done: float
    """How much."""
    message: NotRequired[Union[str, None]]
    """What is being done."""
    total: NotRequired[Union[float, None]]
    """Of how much, if that is known."""
    type: Literal['part']


ProgressRetrying = TypedDict(
    "ProgressRetrying",
    {
        "attempt": int,
        "class": "ErrorClass",
        "type": Literal['retrying'],
        "wait_ms": int,
    },
)
"""The request is sent again after a wait."""


class ProgressSpeech(TypedDict):
    """Whoever carries the call is to say something."""
    after_ms: NotRequired[Union[int, None]]
    """For `delayed`: which stage, by its time after the beginning."""
    blocking: NotRequired[bool]
    """Whether the sentence should be finished before anything else is said."""
    language: NotRequired[Union[str, None]]
    """Its language, when it has one."""
    say: str
    """The sentence."""
    stage: "SpeechStage"
    """When in the execution."""
    type: Literal['speech']


class Proposal(TypedDict):
    """A change that waits, or waited, for the agreement of another person."""
    base_revision: NotRequired[Union[int, None]]
    """The revision that the change was made from; `null` for a tool that is yet to be made."""
    created_at: "Timestamp"
    """When it was made."""
    decided_at: NotRequired[Union["Timestamp", None]]
    decided_by: NotRequired[Union["UserId", None]]
    decision_note: NotRequired[Union[str, None]]
    """What they said."""
    id: "PropId"
    """Its id."""
    kind: "ProposalKind"
    """What there is to agree to."""
    note: NotRequired[Union[str, None]]
    """Why."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    spec: "ToolSpec"
    """The tool as it is wanted."""
    state: "ProposalState"
    """Where it stands."""
    tool: str
    """The tool's name."""
    tool_id: "ToolId"
    """The tool; one that is yet to be made gets this id."""
    user_id: "UserId"
    """Who made it."""


class ProposalView(TypedDict):
    """A proposal with what it would change now."""
    bump: NotRequired[Union["Bump", None]]
    diff: List["Change"]
    """What it would change, field by field; for a new tool, every field."""
    is_outdated: bool
    """Whether the tool was changed since: then it cannot be approved."""
    proposal: "Proposal"
    """The proposal."""


class ProtectedResource(TypedDict):
    """What is told of a resource that needs a token."""
    authorization_servers: NotRequired[List[str]]
    """Who gives out tokens for it; none when people make them here."""
    bearer_methods_supported: List[str]
    """How a token is sent."""
    resource: str
    """The resource's address."""
    resource_name: str
    """What it is."""
    scopes_supported: List[str]
    """What tokens may be good for."""


class ProviderOptions(TypedDict):
    """What only some providers want to know."""
    api_version: NotRequired[Union[str, None]]
    """Azure: the version of the interface, `2024-10-21` when absent; none with an address that ends in `/v1`."""
    body: NotRequired[Dict[str, Any]]
    """More fields of every request's body, for example `{"reasoning": {"effort": "low"}}`. They do not replace ours.
    """
    deployment: NotRequired[Union[str, None]]
    """Azure: the deployment that is called; absent, the model's name is the deployment's."""
    headers: NotRequired[Dict[str, str]]
    """More headers of every request. Keys have no place here: they are secrets."""
    token: NotRequired[bool]
    """Azure: the secret is a token of Entra ID, not a key."""


class Publish(TypedDict):
    """What to say about a draft that becomes the live state."""
    note: NotRequired[Union[str, None]]
    """Why, for the history."""


class Publisher(TypedDict):
    """The organization that shows a tool."""
    name: str
    """Its name."""
    organization_id: "OrgId"
    """Its id."""


class Publishing(TypedDict):
    """What an organization demands before a tool is made public or destructive."""
    four_eyes: bool
    """Two people, also when the first has the right: nobody does it alone."""


class PythonConfig(TypedDict):
    """A Python function, run in a fresh sandbox for each execution."""
    allowed_imports: NotRequired[Union[List[str], None]]
    """The modules that the code may import; a name allows what is under it too. Without it: the standard library as
    far as it is safe.
    """
    code: str
    """The source, at most 256 KiB, with the function in it."""
    environment_variables: NotRequired[List[str]]
    """Names of secrets that the code may read, in `os.environ` and `context["env"]`."""
    execution_timeout: NotRequired[Union[float, None]]
    """The same in seconds, for tools that come from elsewhere."""
    function_name: NotRequired[Union[str, None]]
    """The function to call. Without it: `execute_tool`, else the only function, else the one named like the tool."""
    max_output_bytes: NotRequired[Union[int, None]]
    """The most bytes of the result as JSON, before it is shaped: 1 to 8388608. Default 1048576."""
    memory_limit_mb: NotRequired[Union[int, None]]
    """The most memory that the sandbox may hold, in MiB, the interpreter's own 20 included: 32 to 512. Default 128.
    """
    network: NotRequired[Union["Network", None]]
    timeout_ms: NotRequired[Union[int, None]]
    """The function's own wall time in milliseconds, 10 to 600000; `policy.timeout_ms` holds besides."""


class RateLimit(TypedDict):
    """A token bucket: `requests` in `per_seconds` on the long run, `burst` of them at once."""
    burst: NotRequired[Union[int, None]]
    """How many at once after a quiet time; `requests` when absent."""
    per: NotRequired[Union["Per", None]]
    per_seconds: int
    """In how many seconds; 1 to 2,678,400 (31 days)."""
    requests: int
    """How many calls; 1 to 1,000,000."""


RateStatus = TypedDict(
    "RateStatus",
    {
        "from": "From",
        "left": int,
        "limit": "RateLimit",
        "per": "Per",
    },
)
"""A rate limit now."""


class Reached(TypedDict):
    """An agent that a change reaches."""
    id: "AsstId"
    """Its id."""
    name: str
    """Its name."""


class Reason(TypedDict):
    """One change and what it means."""
    level: "Level"
    """What it means by itself."""
    path: str
    """The field, dotted, for example `parameters.properties.date`."""
    what: str
    """What happened to it, in words."""


class Received(TypedDict):
    """What became of a result."""
    status: str
    """`received`, or `already_received` when there was one before."""


class Refreshed(TypedDict):
    """What was found when a server was asked."""
    has_changed: bool
    """Whether any tool is new, gone, or defined in another way than before."""
    refused: List[str]
    """Tools that cannot be used, with the reason."""
    server: "McpServer"
    """The server as it is known now."""


class Rename(TypedDict):
    """An organization's new name."""
    name: str
    """The name."""


class ReplaySpec(TypedDict):
    """How to repeat an execution."""
    arguments: NotRequired[Union[Dict[str, Any], None]]
    """Other arguments than the recorded ones."""
    context: NotRequired[Union[Dict[str, Any], None]]
    """The context; the recorded call and conversation when absent."""
    dry_run: NotRequired[bool]
    """Only show what would be sent."""


class ResultReceived(TypedDict):
    """What became of a result."""
    status: str
    """`received`, or `already_received` when there was one before."""


class ResultSpec(TypedDict):
    """How an answer becomes a result for the model. Paths are JSON pointers (`/data/items`) or dotted (`data.items`).
    """
    data: NotRequired[Union[str, None]]
    """Where the answer has the data; without it, all of it."""
    map: NotRequired[Union["ResultMap", None]]
    max_bytes: NotRequired[Union[int, None]]
    """The most bytes that the model is shown; more is cut and can be fetched with a cursor. Default 16384."""
    message: NotRequired[Union[str, None]]
    """Where the answer has a sentence about the result."""
    redact: NotRequired[List[str]]
    """Paths whose values are hidden in the execution log (the caller still gets them)."""
    schema: NotRequired[Union[Dict[str, Any], None]]
    """A JSON Schema that the answer must fit."""
    success: NotRequired[Union[str, None]]
    """Where the answer says whether it worked. A value that is false, null or absent makes the execution fail."""


class RetryPolicy(TypedDict):
    """When to send again, for each class of error."""
    jitter: NotRequired[bool]
    """A wait is drawn between half and all of its length, so that many callers do not come back at once."""
    max_delay_ms: NotRequired[int]
    """No wait is longer than this."""
    network: NotRequired["RetryRule"]
    """Connection errors, and 502, 503 and 504. Default 3 times from 1 s."""
    rate_limit: NotRequired["RetryRule"]
    """429, and 503 with `Retry-After`. Default 5 times from 5 s."""
    retry_on_status_codes: NotRequired[List[int]]
    """Other statuses that the author wants sent again, by the `network` rule. This is consent to repeat a write when
    one of these was *received*.
    """
    timeout: NotRequired["RetryRule"]
    """No answer in time. Default 2 times from 2 s."""


class RetryRule(TypedDict):
    """How often, and how long to wait: `base_ms`, doubled each time."""
    attempts: int
    """How many times to send again after the first; at most 10."""
    base_ms: int
    """The first wait in milliseconds."""


class Rollback(TypedDict):
    """Where to go back to."""
    note: NotRequired[Union[str, None]]
    """Why, for the history."""
    revision: int
    """The revision to bring back."""


class RotateHook(TypedDict):
    """The secret that a hook is to have."""
    secret: NotRequired[Union[str, None]]
    """The new secret, where the platform has one already; a fresh one when absent."""


class Run(TypedDict):
    """An agent or a workflow at work on a thread."""
    agent_id: NotRequired[Union["AsstId", None]]
    agent_name: NotRequired[Union[str, None]]
    """The agent's name when it began."""
    created_at: "Timestamp"
    """When it was asked for."""
    deadline_at: "Timestamp"
    """When it gives up."""
    depth: NotRequired[int]
    """How many runs stand above it."""
    ended_at: NotRequired[Union["Timestamp", None]]
    error: NotRequired[Union["RunError", None]]
    handed_to: NotRequired[Union["HandedTo", None]]
    id: "RunId"
    """Its id."""
    input: str
    """What was asked."""
    job_id: "JobId"
    """The job that carries it."""
    kind: "RunKind"
    """Who is at work."""
    limits: "RunLimits"
    """How far it may go."""
    metadata: Dict[str, Any]
    """What its caller wants kept with it."""
    model: str
    """The model, as the agent named it when it began."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    output: NotRequired[Union[str, None]]
    """The answer."""
    parent_id: NotRequired[Union["RunId", None]]
    result: NotRequired[Union[Dict[str, Any], None]]
    """What a workflow came to: `output` as a value, and `workflow_results` step by step. Not in lists."""
    started_at: NotRequired[Union["Timestamp", None]]
    state: "RunState"
    """Where it stands."""
    steps: int
    """Answers of the model so far, or steps of a workflow that have ended."""
    thread_id: "ThreadId"
    """The thread that it takes forward. That of a workflow holds what it was given and what came of it."""
    updated_at: "Timestamp"
    """When it last changed."""
    usage: "Usage"
    """Tokens used so far; a workflow's are those of its agents."""
    user_id: "UserId"
    """For whom it runs: with their rights, never more."""
    workflow_id: NotRequired[Union["WfId", None]]
    workflow_name: NotRequired[Union[str, None]]
    """The workflow's name when it began."""


class RunBounds(TypedDict):
    """How far one run may go at most, within its agent's limits."""
    max_steps: NotRequired[Union[int, None]]
    """The most answers of the model, 1 to 200; absent, the agent's."""
    max_tokens: NotRequired[Union[int, None]]
    """The most tokens in all; absent, the agent's."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds from its beginning, 1 to 2,592,000; absent, the agent's."""


class RunError(TypedDict):
    """Why a run ended without an answer."""
    code: str
    """For programs: `model_error`, `step_limit`, `token_limit`, `deadline`, `loop_detected`, `died`, `not_allowed`,
    `internal`; of a workflow also `step_failed` and `too_large`.
    """
    message: str
    """For people."""


class RunLimits(TypedDict):
    """How far a run may go."""
    max_steps: NotRequired[int]
    """The most answers of the model, 1 to 200."""
    max_tokens: NotRequired[Union[int, None]]
    """The most tokens in all, as the provider counts them; absent, as many as it takes."""
    timeout_s: NotRequired[int]
    """The most seconds from its beginning, the time it waits for others included; 1 to 2,592,000 (30 days)."""


class RunReport(TypedDict):
    """What a run came to."""
    cases: List["CaseResult"]
    """Each case."""
    duration_ms: float
    """How long all of them took, in milliseconds."""
    errors: int
    """How many could not be run."""
    failed: int
    """How many did not."""
    passed: int
    """How many cases passed."""
    tool: str
    """The tool's name."""


class RunSpec(TypedDict):
    """A run to begin."""
    agent: NotRequired[Union[str, None]]
    """The agent's name or id. Left out on the agent's own path."""
    channel: NotRequired[Union[Literal['call', 'chat', 'sms', 'webhook', 'test', 'mcp'], None]]
    """Where it is used, for tools that are allowed in some places only; `chat` unless said otherwise."""
    context: NotRequired[Dict[str, Any]]
    """Variables of this run, over those of the thread; at most 64 KiB."""
    delay_s: NotRequired[int]
    """Begin it this many seconds from now; at most a year."""
    limits: NotRequired[Union["RunBounds", None]]
    message: "Utterance"
    """What is said: a text of at most 400,000 characters, or a list of parts."""
    metadata: NotRequired[Dict[str, Any]]
    """Kept with the run; at most 64 KiB."""
    priority: NotRequired[int]
    """Higher goes first where runs wait for a worker."""
    thread_id: NotRequired[Union["ThreadId", None]]
    tools: NotRequired[Union[List[str], None]]
    """These tools instead of the agent's: the agent's own, and others that you may call. `[]` means none."""
    wait_ms: NotRequired[int]
    """Wait this long for its end, or until it waits for somebody, in milliseconds."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class Said(TypedDict):
    """Something that was said during an execution."""
    at_ms: float
    """How long after the execution was asked for, in milliseconds."""
    language: NotRequired[Union[str, None]]
    """Its language, when it has one."""
    say: str
    """The sentence."""
    stage: "SpeechStage"
    """When in the execution."""


class Sample(TypedDict):
    """A request that somebody made once."""
    body: NotRequired[Any]
    """The JSON body."""
    headers: NotRequired[Dict[str, Any]]
    """The headers."""
    method: NotRequired[Union[str, None]]
    """`POST` when there is a body, else `GET`."""
    url: NotRequired[Union[str, None]]
    """The whole address, query included."""


class SampleBody(TypedDict):
    """A sample request."""
    sample: "Sample"
    """The request."""


class SandboxReport(TypedDict):
    """What a run in the sandbox took, and what it printed."""
    logs: NotRequired[List[str]]
    """The lines that it printed or logged, secrets hidden; at most 64 KiB."""
    logs_omitted_bytes: NotRequired[int]
    """How many printed bytes are not kept."""
    memory_bytes: int
    """The most memory that it held, in bytes; the interpreter's own 20 MiB are in it."""
    waited_ms: float
    """How long it waited for its turn, in milliseconds."""
    wall_ms: float
    """How long the code ran, in milliseconds."""


class SavedCase(TypedDict):
    """A case that was saved."""
    action: "Action"
    """What was done."""
    case: "Case"
    """The case as it is now."""


class Say(TypedDict):
    """A sentence: a plain text, or an object that says when it fits."""
    blocking: NotRequired[bool]
    """Only for `start`: whoever speaks should finish the sentence before anything else is said. Delivered as a flag;
    the call itself does not wait.
    """
    language: NotRequired[Union[str, None]]
    """Its language, for example `de` or `de-AT`; it is said when `context.language` is that language or a kind of it.
    """
    say: str
    """The sentence, a template over `parameters` and `context`. It may not read secrets."""
    weight: NotRequired[Union[int, None]]
    """How often it is picked among others that fit as well, 1 when absent, at most 100."""
    when: NotRequired[Union[str, None]]
    """A condition over `parameters`, `context`, and at the end `result` or `error`; the sentence fits when it holds.
    """


class Schedule(TypedDict):
    """When to start what."""
    created_at: "Timestamp"
    """When it was made."""
    cron: str
    """When, as in cron."""
    enabled: bool
    """Whether it starts anything."""
    id: "SchId"
    """Its id."""
    last_at: NotRequired[Union["Timestamp", None]]
    last_error: NotRequired[Union[str, None]]
    """Why it could not start anything the last time."""
    last_job_id: NotRequired[Union["JobId", None]]
    name: str
    """A name, unique in the organization."""
    next_at: NotRequired[Union["Timestamp", None]]
    organization_id: "OrgId"
    """The organization it belongs to."""
    target: "ScheduleTarget"
    """What it starts."""
    time_zone: str
    """By which clock."""
    updated_at: "Timestamp"
    """When it was last changed by a person."""
    user_id: "UserId"
    """Whoever wrote it last: what it starts is done with their rights."""


class ScheduleSpec(TypedDict):
    """A schedule as its author writes it."""
    cron: str
    """When: five cron fields (six with seconds first), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."""
    enabled: NotRequired[bool]
    """Whether it starts anything."""
    name: str
    """Unique in the organization, 1 to 100 characters."""
    target: "ScheduleTarget"
    """What it starts."""
    time_zone: NotRequired[str]
    """By which clock: the name of a time zone."""


class ScheduleTarget(TypedDict):
    """What a schedule starts: a run of an agent (`agent` and `message`), or a call of a tool (`tool`)."""
    agent: NotRequired[Union[str, None]]
    """The agent that is run; with `tool` the agent through which the tool is called. A name or an id."""
    arguments: NotRequired[Union[Dict[str, Any], None]]
    """Its arguments."""
    context: NotRequired[Dict[str, Any]]
    """Variables of the run or of the call; at most 64 KiB."""
    message: NotRequired[Union["Utterance", None]]
    thread_id: NotRequired[Union["ThreadId", None]]
    tool: NotRequired[Union[str, None]]
    """The tool that is called, by name or id."""
    tools: NotRequired[Union[List[str], None]]
    """These tools instead of the agent's."""


class SecretInfo(TypedDict):
    """What may be told of a secret."""
    agent_id: NotRequired[Union["AsstId", None]]
    created_at: "Timestamp"
    """When it was first set."""
    id: "SecId"
    """Its id."""
    name: str
    """The name that configurations use."""
    updated_at: "Timestamp"
    """When it was last set."""
    version: int
    """Counts up with every new value, from 1."""


class Session(TypedDict):
    """A browser session."""
    csrf_token: NotRequired[Union[str, None]]
    """To be sent as `X-CSRF-Token` with everything that is not a GET; absent when a token, not the cookie, was shown.
    """
    user: "Me"
    """Who one is."""


class SetRole(TypedDict):
    """What a member is to be."""
    role: "Role"
    """The role, at most one's own."""


class SetSecret(TypedDict):
    """A secret to keep."""
    agent: NotRequired[Union[str, None]]
    """The agent whose own it is to be, by its name or id; the organization's when absent."""
    value: str
    """The plaintext. Nobody can read it back."""


Settle = TypedDict(
    "Settle",
    {
        "as": "Settlement",
        "note": NotRequired[Union[str, None]],
    },
)
"""What somebody found out about an unknown outcome."""


class Shown(TypedDict):
    """What a person who decides may see. Hidden fields are hidden."""
    arguments: Dict[str, Any]
    """The arguments, bound ones included."""
    description: str
    """What the tool does."""
    effect: str
    """What the tool does to the world."""
    question: NotRequired[Union[str, None]]
    """What the person is asked."""
    title: str
    """What the tool is called."""
    version: str
    """The tool's semantic version."""


class SignedUrl(TypedDict):
    """An address for one conversation."""
    signed_url: str
    """Good for one conversation within 15 minutes, with the rights of whoever asked for it."""


class Skipped(TypedDict):
    """An operation that cannot become a tool."""
    operation: str
    """The operation."""
    reason: str
    """Why."""


class Speech(TypedDict):
    """Sentences to say while a tool works. Of several that fit one is picked, the same for every retry of an
    execution.
    """
    complete: NotRequired[List["Say"]]
    """Said when it worked."""
    delayed: NotRequired[List["Delayed"]]
    """Said when it is still running after a while; each `after_ms` is a stage of its own."""
    failed: NotRequired[List["Say"]]
    """Said when it failed; the error's own `spoken` when none of these fits."""
    start: NotRequired[List["Say"]]
    """Said when the execution begins."""


class Step(TypedDict):
    """One thing that a run did: an answer of the model, or one of the tools that the answer called; in a workflow a
    step, or one item of it.
    """
    arguments: NotRequired[Any]
    """What the tool was called with."""
    child_run_id: NotRequired[Union["RunId", None]]
    ended_at: NotRequired[Union["Timestamp", None]]
    execution_id: NotRequired[Union["ExecId", None]]
    kind: "StepKind"
    """What it is."""
    name: str
    """The tool's name; the model's for an answer; the step's in a workflow."""
    note: NotRequired[Union[str, None]]
    """Why it was skipped, and which names were missing; or what went wrong."""
    output: NotRequired[Any]
    """What later steps of a workflow find under its name; a step with items has none of its own."""
    position: int
    """0 for the answer itself; its tools follow from 1, in the model's order. In a workflow 0 for the step itself;
    its items follow from 1.
    """
    result: NotRequired[Union[str, None]]
    """What the model was told of it."""
    retries: NotRequired[int]
    """How often it was tried again."""
    seq: int
    """Which answer of the model, from 1; which step of the workflow."""
    started_at: "Timestamp"
    """When it began."""
    state: "StepState"
    """Where it stands."""
    tool_call_id: NotRequired[Union[str, None]]
    """The provider's id of the call."""
    usage: NotRequired[Union["Usage", None]]


class StepRetry(TypedDict):
    """How often a step is tried, when it is known that nothing was done."""
    delay_ms: NotRequired[int]
    """How long to wait before the next one, in milliseconds."""
    max_attempts: int
    """The most attempts in all."""


class Stub(TypedDict):
    """What a stubbed upstream does with one request: it answers, or fails."""
    body: NotRequired[Any]
    """The body: JSON, or a text that is sent as it is."""
    delay_ms: NotRequired[int]
    """How long the answer takes, in milliseconds; it is really waited."""
    fault: NotRequired[Union["StubFault", None]]
    headers: NotRequired[Dict[str, str]]
    """The headers. `Content-Type` is `application/json`, or `text/plain` when `body` is a text, unless it stands
    here.
    """
    match: NotRequired["StubMatch"]
    """Which request it is for; any when absent."""
    repeat: NotRequired[bool]
    """Answers all further requests that fit as well."""
    status: NotRequired[Union[int, None]]
    """The status, 200 when absent."""


class StubMatch(TypedDict):
    """Which request a stub is for."""
    body: NotRequired[Any]
    """What the body holds: for JSON these fields at least, for a text this text."""
    method: NotRequired[Union[str, None]]
    """The method."""
    url: NotRequired[Union[str, None]]
    """The URL: the whole of it, or the path when it starts with `/`; a `*` stands for anything."""


class Suggestion(TypedDict):
    """What could be better about a tool."""
    code: str
    """A stable name, for example `description_short`."""
    field: str
    """Where, dotted, for example `parameters.properties.date`."""
    fix: NotRequired[Union[Dict[str, Any], None]]
    """What to change, as a JSON merge patch over the tool, when that needs no thought."""
    message: str
    """What is the matter and what to do."""
    severity: "Weight"
    """How much it matters."""


class SystemActionEndCall(TypedDict):
    """The agent ends the conversation."""
    action: Literal['end_call']
    message: NotRequired[Union[str, None]]
    """Said before the call ends, unless the model says something itself."""


class SystemActionLanguageDetection(TypedDict):
    """The conversation goes on in another language."""
    action: Literal['language_detection']
    detection_threshold: NotRequired[Union[float, None]]
    """How sure the model must be, 0 to 1."""
    supported_languages: NotRequired[List[str]]
    """Codes such as `en` and `de`; empty means any."""
    switch_message: NotRequired[Union[str, None]]
    """Said when the language changes; `{language}` is its code."""


class SystemActionPlayDtmf(TypedDict):
    """Telephone keys are pressed. `play_keypad_touch_tone` means the same."""
    action: Literal['play_dtmf']
    pause_ms: NotRequired[Union[int, None]]
    """The pause between two keys, in milliseconds."""


class SystemActionSkipTurn(TypedDict):
    """The agent stays silent for one turn."""
    action: Literal['skip_turn']
    max_skips: NotRequired[Union[int, None]]
    """At most this often in a row."""
    trigger_silence_duration: NotRequired[Union[float, None]]
    """After this many seconds of silence."""


class SystemActionTransferToAiAgent(TypedDict):
    """Another agent takes over. `transfer_to_agent` means the same."""
    action: Literal['transfer_to_ai_agent']
    rules: List["AgentRule"]
    """To whom, and when; 1 to 50."""


class SystemActionTransferToNumber(TypedDict):
    """A person takes over by telephone."""
    action: Literal['transfer_to_number']
    rules: List["NumberRule"]
    """To which number, and when; 1 to 50."""


class SystemConfigEndCall(TypedDict):
    action: Literal['end_call']
    message: NotRequired[Union[str, None]]
    """Said before the call ends, unless the model says something itself."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class SystemConfigLanguageDetection(TypedDict):
    action: Literal['language_detection']
    detection_threshold: NotRequired[Union[float, None]]
    """How sure the model must be, 0 to 1."""
    supported_languages: NotRequired[List[str]]
    """Codes such as `en` and `de`; empty means any."""
    switch_message: NotRequired[Union[str, None]]
    """Said when the language changes; `{language}` is its code."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class SystemConfigPlayDtmf(TypedDict):
    action: Literal['play_dtmf']
    pause_ms: NotRequired[Union[int, None]]
    """The pause between two keys, in milliseconds."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class SystemConfigSkipTurn(TypedDict):
    action: Literal['skip_turn']
    max_skips: NotRequired[Union[int, None]]
    """At most this often in a row."""
    trigger_silence_duration: NotRequired[Union[float, None]]
    """After this many seconds of silence."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class SystemConfigTransferToAiAgent(TypedDict):
    action: Literal['transfer_to_ai_agent']
    rules: List["AgentRule"]
    """To whom, and when; 1 to 50."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class SystemConfigTransferToNumber(TypedDict):
    action: Literal['transfer_to_number']
    rules: List["NumberRule"]
    """To which number, and when; 1 to 50."""
    driver: NotRequired[Union["Driver", None]]
    trigger_phrases: NotRequired[List[str]]
    """What people say when they want it, at most 50; told to the model."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class TargetEmail(TypedDict):
    """An e-mail, by the operator's SMTP server."""
    to: List[str]
    """To whom; 1 to 10 addresses."""
    type: Literal['email']


class TargetWebhook(TypedDict):
    """A POST of JSON, signed in the manner of Standard Webhooks."""
    secret: NotRequired[Union[str, None]]
    """The secret of the organization that signs it, by name."""
    type: Literal['webhook']
    url: str
    """Where to; http or https. It may carry a secret path, so that only those who may change rules see it."""


class Template(TypedDict):
    """A tool with blanks."""
    cases: NotRequired[List[Dict[str, Any]]]
    """Test cases that a copy gets, with the same blanks; a list of templates leaves them out."""
    category: str
    """A word to sort by."""
    description: str
    """What it is for."""
    effect: "Effect"
    """What calling the tool does to the world."""
    id: str
    """Its slug, or the id of the tool that it is."""
    kind: "Kind"
    """What carries the tool out."""
    parameters: Dict[str, Any]
    """JSON Schema of the values for its blanks."""
    secrets: List[str]
    """The secrets that the tool names, with the default values."""
    source: "TemplateSource"
    """Where it comes from."""
    tags: List[str]
    """Words to find it by."""
    title: str
    """What people call it."""
    tool: Dict[str, Any]
    """The tool with its blanks, `<<name>>`."""


class Test(TypedDict):
    """How a real request to a provider went."""
    error: NotRequired[Union[str, None]]
    """What went wrong."""
    latency_ms: int
    """How long it took."""
    model: str
    """The model that answered, or was asked."""
    ok: bool
    """Whether it answered."""


class TestModel(TypedDict):
    """Which model to try."""
    model: NotRequired[Union[str, None]]
    """The model's name; the first whole name that the provider lists when absent."""


class TestReport(TypedDict):
    """How a test notification went out."""
    queued: int
    """How many targets the notification was queued for."""


class TextCheck(TypedDict):
    """What a text must be like."""
    contains: NotRequired[Union[str, None]]
    """It has this in it."""
    equals: NotRequired[Union[str, None]]
    """It is this."""
    matches: NotRequired[Union[str, None]]
    """A regular expression finds something in it."""


class Thread(TypedDict):
    """A conversation: an append-only list of messages."""
    agent_id: NotRequired[Union["AsstId", None]]
    context: Dict[str, Any]
    """Variables that every run of it is given as context; a run's own context comes over them."""
    created_at: "Timestamp"
    """When it was begun."""
    id: "ThreadId"
    """Its id."""
    message_count: int
    """How many messages it has."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    title: NotRequired[str]
    """What to call it; empty when nobody said."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who began it. Others of the organization see that it is there; only they, and administrators, read it and go on
    with it.
    """


class ThreadMessageAssistant(TypedDict):
    opaque: NotRequired[Union["Opaque", None]]
    role: Literal['assistant']
    text: NotRequired[str]
    """Its words; may be empty when it calls tools."""
    tool_calls: NotRequired[List["ToolCall"]]
    """The tools that it wants called, in its order."""
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class ThreadMessageTool(TypedDict):
    content: List["Part"]
    """What the model reads."""
    is_error: NotRequired[bool]
    """Whether it failed."""
    name: str
    """The tool's name."""
    role: Literal['tool']
    tool_call_id: str
    """Which call."""
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class ThreadMessageUser(TypedDict):
    content: List["Part"]
    """At least one piece."""
    role: Literal['user']
    created_at: "Timestamp"
    """When it was added."""
    run_id: NotRequired[Union["RunId", None]]
    seq: int
    """Its place in the thread, from 1, without gaps."""


class ThreadPatch(TypedDict):
    """What to change of a thread; what is left out stays."""
    context: NotRequired[Union[Dict[str, Any], None]]
    """All of its variables, at most 64 KiB; the next run is given them."""
    title: NotRequired[Union[str, None]]
    """What to call it, at most 200 characters."""


class ThreadSpec(TypedDict):
    """A thread as its author writes it."""
    agent: NotRequired[Union[str, None]]
    """The agent that it is with, by name or id."""
    context: NotRequired[Dict[str, Any]]
    """Variables that every run of it is given, at most 64 KiB. They count as verified in runs of a token that may
    vouch for what it sends (`context:trust`), if such a token wrote them.
    """
    messages: NotRequired[List["ChatMessage"]]
    """What was said before, for example in another system; at most 1,000 messages. Only when it is made."""
    title: NotRequired[str]
    """What to call it, at most 200 characters."""


class Ticket(TypedDict):
    """A ticket, as whoever decides it sees it."""
    agent_id: NotRequired[Union["AsstId", None]]
    call_id: NotRequired[Union[str, None]]
    """The phone call."""
    conversation_id: NotRequired[Union[str, None]]
    """The conversation."""
    created_at: "Timestamp"
    """When it was made."""
    decisions: List["Decision"]
    """What was decided so far."""
    execution_id: "ExecId"
    """The execution that waits."""
    expires_at: "Timestamp"
    """When it expires."""
    id: "TickId"
    """Its id."""
    kind: "TicketKind"
    """What is waited for."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    revised: int
    """Counts the changes. Whoever decides may name the one that they have seen."""
    revision: int
    """The tool's revision when it was asked for; the execution goes on with this one."""
    rule: "TicketRule"
    """Who may decide."""
    shown: "Shown"
    """What is to be done."""
    state: "TicketState"
    """Where it stands."""
    token_id: "TokId"
    """The token."""
    tool_id: "ToolId"
    """The tool."""
    tool_name: str
    """The tool's name when it was asked for."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Whose token asked."""


class TicketRule(TypedDict):
    """Who may decide a ticket, and how many of them."""
    count: int
    """How many different people have to agree."""
    four_eyes: NotRequired[bool]
    """Whether the user whose token asked may not decide. The token itself never may."""
    role: NotRequired[Union["Role", None]]
    users: NotRequired[List[str]]
    """Only these people, by e-mail address; empty means whoever has the role."""


class Token(TypedDict):
    """A token without its text, which is shown once when it is made and never again."""
    created_at: "Timestamp"
    """When it was made."""
    expires_at: NotRequired[Union["Timestamp", None]]
    id: "TokId"
    """Its id."""
    kind: "TokenKind"
    """What it is for."""
    last_used_at: NotRequired[Union["Timestamp", None]]
    name: str
    """A name to know it by."""
    prefix: str
    """The first characters of its text, to tell tokens apart."""
    role: "Role"
    """Its role, no higher than the user's."""
    scopes: List["Scope"]
    """What it may be used for; empty means all that the role allows."""
    user_id: "UserId"
    """Whose it is."""


class TokenGiven(TypedDict):
    """A short-lived token."""
    expires_at: "Timestamp"
    """Until when it is good."""
    response: str
    """Always `200`."""
    token: str
    """The token, to be sent as `X-Token` or `Authorization: Bearer`."""


class TokenMade(TypedDict):
    """A new token with its text."""
    created_at: "Timestamp"
    """When it was made."""
    expires_at: NotRequired[Union["Timestamp", None]]
    id: "TokId"
    """Its id."""
    kind: "TokenKind"
    """What it is for."""
    last_used_at: NotRequired[Union["Timestamp", None]]
    name: str
    """A name to know it by."""
    prefix: str
    """The first characters of its text, to tell tokens apart."""
    role: "Role"
    """Its role, no higher than the user's."""
    scopes: List["Scope"]
    """What it may be used for; empty means all that the role allows."""
    user_id: "UserId"
    """Whose it is."""
    token: str
    """The text, shown this once."""


class Tool(TypedDict):
    """A tool as the registry keeps it: the author's form with its identity."""
    active: NotRequired[bool]
    """Whether it may be called."""
    bound: NotRequired[Dict[str, "Bound"]]
    """Arguments that the server fills in. The model neither sees nor may send them."""
    category: NotRequired[Union[str, None]]
    """A word to sort tools by."""
    config: "Config"
    """The configuration of its kind."""
    created_at: "Timestamp"
    """When it was made."""
    description: NotRequired[str]
    """What it does and when to use it, for the model."""
    display_name: NotRequired[Union[str, None]]
    """What people call it; the name when absent."""
    effect: NotRequired["Effect"]
    """What calling it does to the world. A tool that says nothing is taken to write."""
    fallback: NotRequired[Union["Fallback", None]]
    id: "ToolId"
    """Its id."""
    is_public: NotRequired[bool]
    """Whether other organizations may see and copy it."""
    is_shared: NotRequired[bool]
    """Whether everybody in the organization may call it."""
    is_template: NotRequired[bool]
    """Whether it is meant to be copied rather than called."""
    kind: "Kind"
    """What carries it out."""
    labels: NotRequired[Dict[str, str]]
    """Words that other interfaces and programs keep with it. The server does nothing by them."""
    name: str
    """Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    parameters: NotRequired[Dict[str, Any]]
    """JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
    configuration, a `business` tool that says nothing gets its own.
    """
    policy: NotRequired["Policy"]
    """Time, retries, confirmation and where it may be used."""
    redact: NotRequired[List[str]]
    """Paths into the arguments whose values are hidden in the execution log."""
    repeatable: NotRequired[bool]
    """A write that may be sent again at will, for example one that sets a value."""
    result: NotRequired["ResultSpec"]
    """How an answer becomes a result."""
    revision: int
    """Counts up with every change, from 1."""
    speech: NotRequired[Union["Speech", None]]
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who made it."""
    version: NotRequired[Union[str, None]]
    """A semantic version to give this state of the tool. Without it the patch number goes up by one."""


class ToolCall(TypedDict):
    """A tool that the model wants to be called."""
    arguments: Any
    """An object; a text when what the model wrote is not JSON."""
    id: str
    """The provider's id of the call, unique within its message; ours where the provider gives none."""
    name: str
    """The tool's name as the model wrote it."""


class ToolChange(TypedDict):
    """A change of a tool as one of the agents that it reached sees it."""
    at: "Timestamp"
    """When."""
    because: List["Reason"]
    """Why."""
    from_revision: int
    """The revision before."""
    from_version: str
    """The version before."""
    level: "Level"
    """What the change means."""
    revision: int
    """The revision that the agent has since then."""
    to_version: str
    """The version since then."""
    tool: str
    """Its name at the time."""
    tool_id: "ToolId"
    """The tool."""
    user_id: "UserId"
    """Who made it."""


ToolError = TypedDict(
    "ToolError",
    {
        "alternative_action": NotRequired[Union[str, None]],
        "class": "ErrorClass",
        "code": str,
        "details": NotRequired[Union[Dict[str, Any], None]],
        "message": str,
        "require_human": NotRequired[bool],
        "retry_after_ms": NotRequired[Union[int, None]],
        "retryable": bool,
        "spoken": str,
    },
)
"""A failed execution, as the model and the caller see it."""


class ToolSpec(TypedDict):
    """A tool as its author writes it."""
    active: NotRequired[bool]
    """Whether it may be called."""
    bound: NotRequired[Dict[str, "Bound"]]
    """Arguments that the server fills in. The model neither sees nor may send them."""
    category: NotRequired[Union[str, None]]
    """A word to sort tools by."""
    config: "Config"
    """The configuration of its kind."""
    description: NotRequired[str]
    """What it does and when to use it, for the model."""
    display_name: NotRequired[Union[str, None]]
    """What people call it; the name when absent."""
    effect: NotRequired["Effect"]
    """What calling it does to the world. A tool that says nothing is taken to write."""
    fallback: NotRequired[Union["Fallback", None]]
    is_public: NotRequired[bool]
    """Whether other organizations may see and copy it."""
    is_shared: NotRequired[bool]
    """Whether everybody in the organization may call it."""
    is_template: NotRequired[bool]
    """Whether it is meant to be copied rather than called."""
    kind: "Kind"
    """What carries it out."""
    labels: NotRequired[Dict[str, str]]
    """Words that other interfaces and programs keep with it. The server does nothing by them."""
    name: str
    """Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`."""
    parameters: NotRequired[Dict[str, Any]]
    """JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
    configuration, a `business` tool that says nothing gets its own.
    """
    policy: NotRequired["Policy"]
    """Time, retries, confirmation and where it may be used."""
    redact: NotRequired[List[str]]
    """Paths into the arguments whose values are hidden in the execution log."""
    repeatable: NotRequired[bool]
    """A write that may be sent again at will, for example one that sets a value."""
    result: NotRequired["ResultSpec"]
    """How an answer becomes a result."""
    speech: NotRequired[Union["Speech", None]]
    version: NotRequired[Union[str, None]]
    """A semantic version to give this state of the tool. Without it the patch number goes up by one."""


class ToolSuggestions(TypedDict):
    """What could be better about one tool."""
    suggestions: List["Suggestion"]
    """The weightiest first; at most 100."""
    tool: str
    """The tool's name."""


class ToolUsage(TypedDict):
    """How a tool has been used."""
    average_ms: float
    """The mean duration in milliseconds."""
    count: int
    """Executions in all."""
    error_count: int
    """Of these, failed or unknown."""
    error_rate: float
    """`error_count / count`, 0 when never used."""
    last_used_at: NotRequired[Union["Timestamp", None]]
    p50_ms: float
    """The median of the last thousand executions, in milliseconds."""
    p95_ms: float
    """The 95th percentile of the last thousand executions, in milliseconds."""


class ToolUse(TypedDict):
    """A tool, and how often a conversation used it."""
    count: int
    """How often it was called."""
    failed: int
    """How often it failed."""
    name: str
    """The tool's name."""


class ToolVersion(TypedDict):
    """One state that a tool has been in."""
    created_at: "Timestamp"
    """When."""
    note: NotRequired[Union[str, None]]
    """Why, if they said."""
    revision: int
    """Counts up with every change, from 1."""
    spec: "ToolSpec"
    """The author's form at that time."""
    user_id: "UserId"
    """Who made it so."""
    version: str
    """Its semantic version."""


class ToolsSettings(TypedDict):
    """The plan's older settings of an agent."""
    custom_tools: NotRequired[List[Any]]
    """Further tools: names of tools that there are, or whole tools. They count when the settings are migrated."""
    enabled_tools: NotRequired[Union[List[str], None]]
    """Which of `endCall` and `transferCall` the agent has; absent leaves it to their own switches."""
    end_call: NotRequired[Union["EndCallSettings", None]]
    transfer_call: NotRequired[Union["TransferCallSettings", None]]


class Transfer(TypedDict):
    """Who is to be the owner."""
    user_id: "UserId"
    """A member of the organization."""


class TransferCallSettings(TypedDict):
    """How a call is transferred."""
    custom_message: NotRequired[Union[str, None]]
    """Said first."""
    enabled: NotRequired[Union[bool, None]]
    """Whether the agent may do it; absent means yes when `enabled_tools` has it."""
    scenarios: NotRequired[List[str]]
    """When, in words for the model."""
    transfer_numbers: NotRequired[List["TransferNumber"]]
    """Whereto; without any number the agent cannot transfer."""


class Trial(TypedDict):
    """How a trial went."""
    error: NotRequired[Union["ToolError", None]]
    execution_id: "ExecId"
    """The execution, in the log."""
    execution_time_ms: float
    """From asked to ended, in milliseconds."""
    logs: List[str]
    """What code printed and logged, line by line."""
    memory_bytes: NotRequired[Union[int, None]]
    """The most memory that code held, in bytes; null for a tool that is none."""
    result: Any
    """The result; null when there is none."""
    state: "State"
    """Its state: `done`, `failed`, `unknown`, or `parked` when somebody must agree first."""
    success: bool
    """Whether it worked."""


class TrialBody(TypedDict):
    """A trial of a tool by whoever builds it."""
    arguments: NotRequired[Dict[str, Any]]
    """The arguments, which must fit the tool's schema; `parameters` means the same."""
    context: NotRequired[Dict[str, Any]]
    """What is known about the circumstances."""
    draft: NotRequired[bool]
    """Try the tool's draft instead of its live state."""


class UnmatchedCall(TypedDict):
    """Calls of one name that is no tool's."""
    agent: NotRequired[Union[str, None]]
    """The agent through which it was asked for, as the caller wrote it."""
    argument_names: List[str]
    """The names of the last call's arguments."""
    count: int
    """How often."""
    first_at: "Timestamp"
    """When it was first asked for."""
    last_at: "Timestamp"
    """When it was last asked for."""
    message: str
    """What to do about it."""
    name: str
    """The name that was asked for."""
    nearest: List[str]
    """Tools that may have been meant, the nearest first."""


class Update(TypedDict):
    """What a source is now."""
    revision: int
    """Its revision."""
    version: str
    """Its semantic version."""


class UpdateInstalled(TypedDict):
    """How to bring a copy up to date."""
    accept: NotRequired[bool]
    """The new state may use more of your secrets, send to another address, or act without asking as it did before."""
    dry_run: NotRequired[bool]
    """Only say what would change."""
    prefer: NotRequired["Prefer"]
    """Whose change wins where both sides changed a field."""


class UpdateMcpServer(TypedDict):
    """What changes of an MCP server. What is not given stays; `null` takes away."""
    api_key: NotRequired[Union[str, None]]
    """A new key in plain."""
    args: NotRequired[Union[List[str], None]]
    """The program's arguments."""
    auth: NotRequired[Union["McpAuth", None]]
    capabilities: NotRequired[Union[List[str], None]]
    """Words about what it can do."""
    command: NotRequired[Union[str, None]]
    """The program that is the server."""
    connect_timeout_ms: NotRequired[Union[int, None]]
    """How long connecting may take, in milliseconds."""
    env: NotRequired[Union[Dict[str, Any], None]]
    """The program's environment."""
    headers: NotRequired[Union[Dict[str, Any], None]]
    """More headers of every request."""
    idle_timeout_s: NotRequired[Union[int, None]]
    """How long a session without calls is kept, in seconds."""
    is_enabled: NotRequired[Union[bool, None]]
    """Whether its tools may be called."""
    max_concurrency: NotRequired[Union[int, None]]
    """The most calls at once."""
    max_response_bytes: NotRequired[Union[int, None]]
    """The most bytes of one answer."""
    protocol: NotRequired[Union["McpProtocol", None]]
    url: NotRequired[Union[str, None]]
    """Its address."""


class Updated(TypedDict):
    """What an update did, or would do."""
    action: "Action"
    """What was done, or would be."""
    conflicts: List["MergeConflict"]
    """Fields that both sides changed."""
    diff: List["Change"]
    """What differs from before."""
    kept: List[str]
    """Fields that were edited here and stay so."""
    tool: "Tool"
    """The tool as it is now, or would be."""
    warnings: List[str]
    """What works but may surprise."""


class Upserted(TypedDict):
    """The outcome of a save."""
    action: "Action"
    """What was done, or would be."""
    bump: NotRequired[Union["Bump", None]]
    diff: List["Change"]
    """What differs from before."""
    proposal: NotRequired[Union["Proposal", None]]
    tool: "Tool"
    """The tool as it is now, or would be."""
    warnings: List[str]
    """What works but may surprise."""


class Usage(TypedDict):
    """Tokens that were used, as the provider counts them."""
    cached_tokens: NotRequired[int]
    """Those of `prompt_tokens` that the provider had kept."""
    completion_tokens: NotRequired[int]
    """What it wrote, its thoughts included."""
    prompt_tokens: NotRequired[int]
    """What the model was given."""
    total_tokens: NotRequired[int]
    """Both."""


class VapiMessage(TypedDict):
    """A message of Vapi."""
    assistant: NotRequired[Union[Dict[str, Any], None]]
    """The assistant."""
    call: NotRequired[Union[Dict[str, Any], None]]
    """The telephone or web call."""
    chat: NotRequired[Union[Dict[str, Any], None]]
    """The chat, if it is one."""
    customer: NotRequired[Union[Dict[str, Any], None]]
    """Who is on the line."""
    phoneNumber: NotRequired[Union[Dict[str, Any], None]]
    """The number on our side."""
    toolCallList: NotRequired[Union[List[Dict[str, Any]], None]]
    """The calls: `{id, function: {name, arguments}}` or `{id, name, parameters}`."""
    toolWithToolCallList: NotRequired[Union[List[Dict[str, Any]], None]]
    """The same calls with the tools as Vapi knows them: `{…, toolCall}`."""
    type: NotRequired[Union[str, None]]
    """`tool-calls`; other messages are taken note of."""


class VapiResponse(TypedDict):
    """What Vapi is answered."""
    error: NotRequired[Union[str, None]]
    """Why there is no answer to this message."""
    results: NotRequired[Union[List["VapiToolResult"], None]]
    """One for each call."""


class VapiServerMessage(TypedDict):
    """What Vapi sends. Fields that are not named here are passed over."""
    message: "VapiMessage"


class VapiToolResult(TypedDict):
    """The result of one call."""
    error: NotRequired[Union[str, None]]
    """Why nothing came of it, on one line."""
    name: str
    result: NotRequired[Union[str, None]]
    """What came of it, on one line."""
    toolCallId: str


class Verified(TypedDict):
    """What a walk along the chain came to."""
    broken: NotRequired[Union["Broken", None]]
    complete: bool
    """Whether that was to its end. If not, ask again with `after_seq` and `after_hash` of `last`."""
    last: NotRequired[Union["Head", None]]
    ok: bool
    """Whether nothing is broken as far as it was walked."""
    rows: int
    """How many rows of the chain were walked over now."""
    unchained: int
    """How many rows are older than the chain; they are not protected."""


class Warning(TypedDict):
    """Something that a format cannot express."""
    keyword: str
    """The keyword that is lost or changed."""
    message: str
    """What became of it."""
    path: str
    """Where, as a JSON pointer into the tool's `parameters`."""
    tool: str
    """The tool's name."""


class WebhookTarget(TypedDict):
    """Where news is sent."""
    secret: NotRequired[Union[str, None]]
    """The name of the secret that signs, as in Standard Webhooks: `whsec_` and base64, or any text. Without it
    nothing is signed.
    """
    url: str
    """An http or https address, reached through the outbound guard."""


class Workflow(TypedDict):
    """A fixed plan of steps over tools or agents, under a name."""
    agents: NotRequired[List["WorkflowAgent"]]
    """Its agents, in order."""
    flow_type: NotRequired[Union["FlowType", None]]
    output: NotRequired[Any]
    """What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    """
    parameters: NotRequired[Union[Dict[str, Any], None]]
    """The JSON Schema of what its runs are given."""
    steps: NotRequired[List["WorkflowStep"]]
    """Its steps, in order."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds that a run takes, the time it waits for others included."""
    created_at: "Timestamp"
    """When it was made."""
    description: NotRequired[str]
    """What it is for."""
    id: "WfId"
    """Its id."""
    name: str
    """A name, unique in the organization."""
    organization_id: "OrgId"
    """The organization it belongs to."""
    revision: int
    """Counts its changes, from 1. Whoever changes it may name the one that they have seen."""
    updated_at: "Timestamp"
    """When it last changed."""
    user_id: "UserId"
    """Who made it."""


class WorkflowAgent(TypedDict):
    """An agent's part in a workflow."""
    agent_id: str
    """The agent's id or name."""
    conditions: NotRequired[List[str]]
    """In a conditional workflow: expressions over the context and `results`, all of which must hold."""
    default: NotRequired[bool]
    """In a conditional workflow: it works when no other does."""
    description: NotRequired[Union[str, None]]
    """What exactly it is to do."""
    role: str
    """What it is here for, in few words; its name within the workflow."""


class WorkflowConfig(TypedDict):
    """A workflow that is called as one tool. Its arguments are what the workflow is given."""
    workflow: str
    """The workflow's name or id."""


class WorkflowPlan(TypedDict):
    """What a workflow does: either agents and how they work together, or steps one after the other."""
    agents: NotRequired[List["WorkflowAgent"]]
    """Its agents, in order."""
    flow_type: NotRequired[Union["FlowType", None]]
    output: NotRequired[Any]
    """What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    """
    parameters: NotRequired[Union[Dict[str, Any], None]]
    """The JSON Schema of what its runs are given."""
    steps: NotRequired[List["WorkflowStep"]]
    """Its steps, in order."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds that a run takes, the time it waits for others included."""


class WorkflowResult(TypedDict):
    """What one step of a workflow came to, in the guide's form."""
    agent_id: NotRequired[Union[str, None]]
    """The agent, if it was one."""
    output: str
    """What it said or gave."""
    role: str
    """The agent's role, or the step's name."""
    step: int
    """Which step, from 1."""
    tool: NotRequired[Union[str, None]]
    """The tool, if it was one."""


class WorkflowRunSpec(TypedDict):
    """A run of a workflow to begin."""
    channel: NotRequired[Union[Literal['call', 'chat', 'sms', 'webhook', 'test', 'mcp'], None]]
    """Where it is used, for tools that are allowed in some places only; `chat` unless said otherwise."""
    context: NotRequired[Dict[str, Any]]
    """Variables of this run that conditions, templates, agents and tools may read; at most 64 KiB."""
    delay_s: NotRequired[int]
    """Begin it this many seconds from now; at most a year."""
    input: NotRequired[Any]
    """What it is given: an object, which steps read as `params`, or a text; at most 1 MiB as JSON."""
    metadata: NotRequired[Dict[str, Any]]
    """Kept with the run; at most 64 KiB."""
    priority: NotRequired[int]
    """Higher goes first where runs wait for a worker."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds that it takes, the time it waits for others included, instead of the workflow's."""
    wait_ms: NotRequired[int]
    """Wait this long for its end, or until it waits for somebody, in milliseconds."""
    webhook: NotRequired[Union["WebhookTarget", None]]


class WorkflowSpec(TypedDict):
    """A workflow as its author writes it: `flow_type` and `agents`, or `steps`."""
    agents: NotRequired[List["WorkflowAgent"]]
    """Its agents, in order."""
    description: NotRequired[str]
    """What it is for."""
    flow_type: NotRequired[Union["FlowType", None]]
    name: str
    """Unique in the organization, 1 to 100 characters."""
    output: NotRequired[Any]
    """What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    """
    parameters: NotRequired[Union[Dict[str, Any], None]]
    """The JSON Schema of what its runs are given."""
    revision: NotRequired[Union[int, None]]
    """The revision that was seen; when the workflow was changed since, nothing is done."""
    steps: NotRequired[List["WorkflowStep"]]
    """Its steps, in order; at most 100, those in groups included."""
    timeout_s: NotRequired[Union[int, None]]
    """The most seconds that a run takes, the time it waits for others included; a day unless said otherwise."""


class WorkflowStep(TypedDict):
    """One step of a workflow: a tool, an agent, or a group of steps side by side."""
    agent: NotRequired[Union[str, None]]
    """The agent's name or id."""
    concurrency: NotRequired[Union[int, None]]
    """The most items at the same time; 8 unless said otherwise."""
    condition: NotRequired[Union[str, None]]
    """An expression; the step is skipped unless it holds."""
    exit_on_failure: NotRequired[bool]
    """The run is over when the step did not work."""
    exit_on_success: NotRequired[bool]
    """The run is over when the step worked."""
    foreach: NotRequired[Union[str, None]]
    """An expression that gives a list: the step runs once for each `item` of it, with its `index`."""
    name: NotRequired[Union[str, None]]
    """Under which its result is found; the tool's or the agent's name unless said."""
    parallel: NotRequired[Union[List["WorkflowStep"], None]]
    """Steps that run side by side; none of them may be a group."""
    params: NotRequired[Dict[str, Any]]
    """The tool's arguments, or for an agent its `message` (and `context`); texts in them are templates."""
    required: NotRequired[bool]
    """Whether the run fails when the step does; true unless said otherwise."""
    retry: NotRequired[Union["StepRetry", None]]
    tool: NotRequired[Union[str, None]]
    """The tool's name or id."""


Action = Literal['created', 'updated', 'unchanged', 'proposed']
"""What a save did, or would do."""


AgentDraftState = Literal['open', 'accepted', 'rejected']
"""Where a draft stands."""


AlertId = str


AsstId = str


AuditId = str


Auth = Union["AuthNone", "AuthBearer", "AuthApiKey", "AuthBasic", "AuthOauth2"]
"""How we identify ourselves upstream."""


AuthorizationStatus = Literal['connected', 'needs_authorization']
"""Whether somebody has to do something."""


Block = Union["BlockText", "BlockJson", "BlockImage", "BlockAudio", "BlockResource", "BlockResourceLink"]
"""One piece of content. MCP, conversations and model APIs each take what they can use."""


Bound = Any
"""A value that the server, not the model, puts into the arguments."""


BreakerForm = Union[bool, "Breaker"]
"""What may be written for a breaker."""


BusinessFunction = Literal['web_search', 'database_query', 'calculator', 'send_email', 'data_analysis', 'document_generator', 'calendar_manager', 'task_manager']
"""A function that comes with the program."""


CacheUse = Literal['hit', 'miss', 'joined', 'stale', 'revalidated', 'bypass']
"""What the cache did for a read."""


CallbackSetting = Union[bool, "Callback"]
"""`true`, or what is to be said about it."""


CaseId = str


CaseStatus = Literal['passed', 'failed', 'error']
"""How a case went."""


Channel = Literal['call', 'chat', 'sms', 'webhook', 'test', 'mcp']
"""Where a tool is being used; a tool may be restricted to some of these."""


ChatMessage = Union["ChatMessageUser", "ChatMessageAssistant", "ChatMessageTool"]
"""One message of a thread."""


Choice = Literal['approve', 'deny']
"""Yes or no."""


ClientAuth = Literal['basic', 'body', 'private_key_jwt']
"""How an OAuth client sends its own credentials."""


ConcurrencyForm = Union[int, "Concurrency"]
"""What may be written for concurrency."""


Condition = Union["ConditionFailure", "ConditionErrorRate", "ConditionLatency", "ConditionVolume", "ConditionGuardRefusals"]
"""What a rule watches. Rehearsals (`dry_run`) never count."""


SystemConfig = Union["SystemConfigEndCall", "SystemConfigTransferToAiAgent", "SystemConfigTransferToNumber", "SystemConfigLanguageDetection", "SystemConfigSkipTurn", "SystemConfigPlayDtmf"]
"""The configuration of a `system` tool."""


Config = Union["HttpConfig", "SystemConfig", "PythonConfig", "BusinessConfig", "ClientConfig", "AgentConfig", "WorkflowConfig", "McpConfig"]
"""The configuration of a tool, by its kind."""


ConvId = str


ConversationState = Literal['live', 'ended']
"""Where a conversation stands."""


CreditKind = Literal['charge', 'refund', 'grant']
"""What a line of the ledger is."""


Credits = float
"""An exact amount with at most three decimals"""


Damage = Literal['altered', 'removed', 'misplaced', 'cut']
"""What is wrong with a chain."""


DeliveryState = Literal['queued', 'delivered', 'failed']
"""How a delivery stands."""


Directive = Union["DirectiveEnd", "DirectiveHandoff", "DirectiveSkip"]
"""What whoever called a tool does next, besides reading its result. Part of the recorded outcome, so that a run which
is taken up again obeys it as well.
"""


DlvId = str


DocId = str


DraftId = str


Driver = DriverTwilio
"""Who acts on the telephone call itself. The call is the one that verified context names."""


Effect = Literal['read', 'write', 'destructive']
"""What calling a tool does to the world."""


EndReason = Literal['client', 'agent', 'idle_timeout', 'max_duration_exceeded', 'client_gone', 'policy_violation', 'not_allowed']
"""Why a conversation ended."""


ErrorClass = Literal['network_error', 'auth_error', 'validation_error', 'rate_limit_error', 'timeout_error', 'permission_error', 'approval_required', 'circuit_open', 'sandbox_error', 'upstream_error', 'not_found', 'cancelled', 'outcome_unknown', 'unknown_error']
"""The taxonomy of failed executions."""


Event = Union["EventExecution", "EventProgress", "EventToolChanged"]
"""A frame of the live stream."""


ExecId = str


FbId = str


FlowType = Literal['sequential', 'parallel', 'conditional']
"""How the agents of a workflow work together."""


Follow = Literal['all', 'minor', 'none']
"""Which changes of a tool reach an agent by themselves."""


Format = Literal['openai', 'openai_strict', 'anthropic', 'gemini', 'mcp']
"""The form of a definition."""


From = Literal['tool', 'agent', 'organization']
"""Where a limit is written."""


GrantId = str


HdlId = str


HmacAlgorithm = Literal['sha256', 'sha512', 'sha1']
"""The hash function of a signature."""


HookId = str


HookOutcome = Literal['done', 'failed', 'pending', 'refused']
"""What became of a request."""


HookPlatform = Literal['automation', 'vapi', 'retell']
"""Whose form the requests have."""


HookProtection = Union["HookProtectionToken", "HookProtection2", "HookProtectionStandardWebhooks", "HookProtectionRetell"]
"""How requests show that they come from whom they should."""


ImportAction = Literal['created', 'updated', 'unchanged', 'proposed', 'skipped', 'conflict']
"""What was done with one part of a bundle."""


ImportFormat = Literal['auto', 'openapi', 'openai', 'curl', 'postman', 'voice', 'elevenlabs', 'vapi']
"""The format of a document."""


IncId = str


IncidentState = Literal['firing', 'resolved']
"""How an incident stands."""


InstId = str


InstallSource = Literal['library', 'template', 'bundle', 'settings']
"""What a tool was copied from."""


ItemState = Literal['new', 'changed', 'unchanged', 'created', 'updated', 'proposed', 'name_taken', 'failed']
"""What an import does to one tool."""


JobId = str


JobKind = Literal['run', 'call']
"""What a job does."""


JobState = Literal['queued', 'running', 'waiting', 'done', 'dead', 'cancelled']
"""Where a job stands."""


JsonType = Literal['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
"""The types of JSON values."""


Kind = Literal['http', 'system', 'python', 'business', 'client', 'agent', 'workflow', 'mcp']
"""What carries a tool out."""


Level = Literal['patch', 'minor', 'major']
"""How much a change means to those who call a tool."""


LiveFrame = Union["Event", "Missed"]
"""A frame of the live stream."""


McpAuth = Union["McpAuthNone", "McpAuthBearer", "McpAuthHeader", "McpAuthClientCredentials", "McpAuthAuthorizationCode"]
"""How we say who we are to an MCP server."""


McpId = str


McpProtocol = Literal['auto', 'initialize', 'stateless']
"""Which era of the protocol is spoken."""


McpToolState = Literal['available', 'adopted', 'quarantined', 'gone']
"""How a tool of an MCP server stands with us."""


McpTransport = Literal['streamable_http', 'stdio']
"""How a server is reached."""


MissedTag = Literal['missed']
"""The name of the frame."""


Network = Literal['none', 'policy']
"""What a sandbox may reach."""


NodeId = str


Of = Literal['tool', 'host']
"""What a breaker watches over."""


Operation = Literal['agent.create', 'agent.execute', 'agent.custom', 'workflow.create', 'tool.create', 'tool.update', 'tool.test']
"""What costs something."""


OrgId = str


Overridden = Literal['first_message', 'language', 'prompt']
"""Something that a client of a conversation may set for itself, if the agent allows it."""


PackAction = Literal['created', 'kept']
"""What was done with one part of a pack."""


Part = Union["PartText", "PartImage", "PartDocument"]
"""A piece of a message."""


Per = Literal['tool', 'agent', 'organization', 'user', 'conversation']
"""Who shares a limit: each of them has an allowance of their own."""


Pin = Union[int, str]
"""Which state of a tool an agent has."""


Prefer = Literal['ours', 'theirs']
"""Whose change wins where both sides changed a field."""


Progress = Union["ProgressRetrying", "ProgressControl", "ProgressPart", "ProgressLog", "ProgressSpeech"]
"""Something that happens while an execution runs."""


PropId = str


ProposalKind = Literal['publish', 'destructive', 'publish_destructive']
"""What it is about a change that somebody else has to agree to."""


ProposalState = Literal['open', 'approved', 'rejected', 'withdrawn', 'stale']
"""Where a proposal stands."""


ProvId = str


ProviderKind = Literal['openai', 'openai_responses', 'azure', 'anthropic', 'gemini', 'openai_compatible']
"""How a provider is spoken to."""


ProviderSource = Literal['organization', 'environment']
"""Where a provider comes from."""


RateLimitForm = Union["RateLimit", List["RateLimit"]]
"""What may be written for rate limits."""


ResultMap = Union[str, Dict[str, str]]
"""A projection of a result."""


Role = Literal['viewer', 'operator', 'builder', 'admin', 'owner']
"""What a member is in an organization. Later roles include the rights of earlier ones."""


RuleState = Literal['ok', 'pending', 'firing']
"""Where a rule stands."""


RunId = str


RunKind = Literal['agent', 'workflow']
"""Who is at work."""


RunState = Literal['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']
"""Where a run stands. ```text queued -> running -> completed | failed | cancelled ^ | | v waiting for an approval, a
callback, a client: nothing is held in memory ```
"""


Scale = Literal['thumbs', 'stars']
"""How a rating is meant."""


SchId = str


Scope = Literal['read', 'tools:call', 'tools:write', 'agents:write', 'agents:run', 'executions:decide', 'mcp', 'admin', 'context:trust']
"""What a token may be used for, when it is not for everything that its role allows."""


SecId = str


SetBy = Literal['default', 'all', 'organization']
"""Who said how a flag stands."""


Settlement = Literal['done', 'failed', 'repeat']
"""What a person decided about an unknown outcome."""


Severity = Literal['info', 'warning', 'critical']
"""How bad it is."""


SignatureEncoding = Literal['hex', 'base64']
"""How a signature is written."""


SpeechStage = Literal['start', 'delayed', 'complete', 'failed']
"""When something is said."""


State = Literal['received', 'claimed', 'started', 'done', 'failed', 'unknown', 'released', 'parked']
"""Where an execution stands. ```text received -> claimed -> started -> done | failed | unknown | (reads go from
received to done or failed; nothing is written before) +-> released nothing was sent; the key may be used again ```
"""


StepKind = Literal['model', 'tool', 'agent', 'group']
"""What a step of a run is."""


StepState = Literal['open', 'waiting', 'done', 'failed', 'skipped']
"""Where a step stands."""


StubFault = Literal['reset', 'timeout', 'dns', 'connect']
"""How a stubbed upstream fails."""


SystemAction = Union["SystemActionEndCall", "SystemActionTransferToAiAgent", "SystemActionTransferToNumber", "SystemActionLanguageDetection", "SystemActionSkipTurn", "SystemActionPlayDtmf"]
"""A step of the call."""


Take = Literal['ours', 'theirs']
"""Whose value stays in a conflict."""


TalkOutcome = Literal['success', 'failure', 'unknown']
"""How a conversation went, as far as that is known without reading it."""


Target = Union["TargetWebhook", "TargetEmail"]
"""Who is told."""


TemplateSource = Literal['builtin', 'organization']
"""Where a template comes from."""


ThreadId = str


ThreadMessage = Union["ThreadMessageUser", "ThreadMessageAssistant", "ThreadMessageTool"]
"""A message of a thread, in its place."""


TickId = str


TicketKind = Literal['approval', 'confirmation', 'callback', 'late', 'client', 'run']
"""What is waited for."""


TicketState = Literal['open', 'approved', 'answered', 'used', 'denied', 'expired', 'void']
"""Where a ticket stands. It only ever moves on. ```text open -> approved -> used an operator or the person on the
line agreed, and the execution goes on open -> answered -> used the upstream sent the result, and it was recorded
open -> denied | expired | void void: nothing is waited for any more ```
"""


Timestamp = str


TokId = str


TokenKind = Literal['api', 'short', 'session']
"""What a token is for."""


ToolId = str


ToolOffer = Literal['all', 'search', 'auto']
"""How a model is offered tools."""


TransferMode = Literal['warm', 'cold']
"""How a call is handed to a person."""


TransferNumber = Union[str, "DescribedNumber"]
"""A number to transfer to: the number alone, or with the condition under which."""


Trust = Literal['verified', 'client']
"""Which part of the context a bound value may read."""


Upstream = Literal['stub', 'real']
"""Where the requests of a case go."""


UserId = str


Utterance = Union[str, List["Part"]]
"""What somebody says: a text, or pieces."""


Verdict = Literal['ok', 'warn', 'fail']
"""How a check came out."""


Weight = Literal['info', 'warning', 'error']
"""How much it matters."""


WfId = str


__all__ = [
    "Accept",
    "AcceptInvitation",
    "Accepted",
    "Action",
    "Adopt",
    "AdoptOne",
    "Adopted",
    "AdoptedTools",
    "Agent",
    "AgentConfig",
    "AgentDraft",
    "AgentDraftState",
    "AgentDraftView",
    "AgentPack",
    "AgentProfile",
    "AgentRule",
    "AgentSharing",
    "AgentSpec",
    "AgentTemplate",
    "AlertId",
    "AlertProgress",
    "AlertRule",
    "AlertRuleSpec",
    "AlertScope",
    "Announcement",
    "Approve",
    "AssignedTool",
    "Assignment",
    "AssignmentSpec",
    "AsstId",
    "Attempt",
    "AuditId",
    "AuditRow",
    "Auth",
    "AuthApiKey",
    "AuthBasic",
    "AuthBearer",
    "AuthNone",
    "AuthOauth2",
    "Authorization",
    "AuthorizationBegun",
    "AuthorizationStatus",
    "Block",
    "BlockAudio",
    "BlockImage",
    "BlockJson",
    "BlockResource",
    "BlockResourceLink",
    "BlockText",
    "Body",
    "Bound",
    "Breaker",
    "BreakerForm",
    "BreakerStatus",
    "Broken",
    "Bump",
    "Bundle",
    "BundleReport",
    "BundledAgent",
    "BundledAssignment",
    "BusinessConfig",
    "BusinessFunction",
    "Cache",
    "CacheStatus",
    "CacheUse",
    "CallAnswer",
    "CallBody",
    "CallMeta",
    "Callback",
    "CallbackSetting",
    "Case",
    "CaseId",
    "CaseResult",
    "CaseRunSpec",
    "CaseSpec",
    "CaseStatus",
    "Change",
    "ChangePassword",
    "Channel",
    "ChatMessage",
    "ChatMessageAssistant",
    "ChatMessageTool",
    "ChatMessageUser",
    "Check",
    "Choice",
    "ClientAuth",
    "ClientConfig",
    "ClientResult",
    "CloneTemplate",
    "Concurrency",
    "ConcurrencyForm",
    "ConcurrencyStatus",
    "Condition",
    "ConditionErrorRate",
    "ConditionFailure",
    "ConditionGuardRefusals",
    "ConditionLatency",
    "ConditionVolume",
    "Config",
    "ConfirmAuthorization",
    "Conflict",
    "Content",
    "ConvId",
    "Conversation",
    "ConversationDetail",
    "ConversationLine",
    "ConversationState",
    "Copied",
    "CreateToken",
    "Credentials",
    "CreditAccount",
    "CreditEntry",
    "CreditKind",
    "Credits",
    "Cut",
    "Damage",
    "Decision",
    "DecisionBody",
    "Definitions",
    "Delayed",
    "Delete",
    "Delivery",
    "DeliveryState",
    "Deny",
    "DescribedNumber",
    "Diagnosis",
    "Directive",
    "DirectiveEnd",
    "DirectiveHandoff",
    "DirectiveSkip",
    "DlvId",
    "DocId",
    "Document",
    "Draft",
    "DraftId",
    "DraftView",
    "Driver",
    "DriverTwilio",
    "Effect",
    "EndCallSettings",
    "EndReason",
    "ErrorBody",
    "ErrorClass",
    "ErrorDetail",
    "Event",
    "EventExecution",
    "EventProgress",
    "EventToolChanged",
    "ExecId",
    "Execution",
    "Expect",
    "ExplicitBound",
    "ExportLost",
    "ExportedTool",
    "Fallback",
    "FbId",
    "Feature",
    "Feedback",
    "FeedbackReport",
    "FeedbackSpec",
    "FeedbackSummary",
    "FeedbackWeek",
    "Finding",
    "FlowType",
    "Follow",
    "Format",
    "From",
    "FromExecution",
    "GetToken",
    "Gone",
    "Grant",
    "GrantCredits",
    "GrantId",
    "Guess",
    "HandedTo",
    "HdlId",
    "Head",
    "Health",
    "HmacAlgorithm",
    "HmacRule",
    "Hook",
    "HookAnswer",
    "HookAnswerStatus",
    "HookDelivery",
    "HookId",
    "HookMade",
    "HookOutcome",
    "HookPlatform",
    "HookProtection",
    "HookProtection2",
    "HookProtectionRetell",
    "HookProtectionStandardWebhooks",
    "HookProtectionToken",
    "HookRequest",
    "HookRules",
    "HookSpec",
    "HookSpecPlatform",
    "HookTarget",
    "HttpConfig",
    "Idempotency",
    "ImportAction",
    "ImportFormat",
    "ImportItem",
    "ImportReport",
    "ImportSpec",
    "Imported",
    "ImportedTool",
    "IncId",
    "Incident",
    "IncidentFacts",
    "IncidentState",
    "InstId",
    "InstallPack",
    "InstallSource",
    "InstallTool",
    "InstalledTool",
    "Invitation",
    "InvitationMade",
    "Invite",
    "ItemState",
    "Job",
    "JobId",
    "JobKind",
    "JobResult",
    "JobSpec",
    "JobState",
    "JobStatus",
    "JsonType",
    "Kind",
    "LastRun",
    "Level",
    "LibraryTool",
    "LimitStatus",
    "Limits",
    "Link",
    "LinkDecision",
    "LiveFrame",
    "Lock",
    "MadeCase",
    "McpAuth",
    "McpAuthAuthorizationCode",
    "McpAuthBearer",
    "McpAuthClientCredentials",
    "McpAuthHeader",
    "McpAuthNone",
    "McpConfig",
    "McpDefinition",
    "McpFound",
    "McpId",
    "McpProtocol",
    "McpServer",
    "McpServerSpec",
    "McpToolState",
    "McpTransport",
    "McpUpstreamTool",
    "Me",
    "Member",
    "Membership",
    "MergeConflict",
    "MigrateSettings",
    "MigratedTool",
    "Migration",
    "Mismatch",
    "Missed",
    "MissedTag",
    "ModelProvider",
    "ModelProviderSpec",
    "Network",
    "NodeId",
    "NumberRule",
    "Of",
    "OfferDescribe",
    "OfferDescribed",
    "OfferFound",
    "OfferHit",
    "OfferSearch",
    "Opaque",
    "Operation",
    "Options",
    "OrgId",
    "Organization",
    "Overridden",
    "PackAction",
    "PackReport",
    "PackTool",
    "PackedAgent",
    "PackedTool",
    "Page_Agent",
    "Page_AgentDraft",
    "Page_AgentItemsItem",
    "Page_AgentPack",
    "Page_AgentTemplate",
    "Page_AlertRule",
    "Page_AuditRow",
    "Page_Case",
    "Page_Conversation",
    "Page_CreditEntry",
    "Page_Delivery",
    "Page_Document",
    "Page_Execution",
    "Page_ExportedTool",
    "Page_Grant",
    "Page_Hook",
    "Page_HookDelivery",
    "Page_HookItemsItem",
    "Page_ImportedTool",
    "Page_Incident",
    "Page_InstalledTool",
    "Page_Invitation",
    "Page_Job",
    "Page_LibraryTool",
    "Page_McpServer",
    "Page_McpServerItemsItem",
    "Page_McpUpstreamTool",
    "Page_McpUpstreamToolItemsItem",
    "Page_Member",
    "Page_ModelProvider",
    "Page_ModelProviderItemsItem",
    "Page_Proposal",
    "Page_Run",
    "Page_Schedule",
    "Page_SecretInfo",
    "Page_Step",
    "Page_Template",
    "Page_Thread",
    "Page_ThreadMessage",
    "Page_ThreadMessageItemsItemAssistant",
    "Page_ThreadMessageItemsItemTool",
    "Page_ThreadMessageItemsItemUser",
    "Page_Ticket",
    "Page_Token",
    "Page_Tool",
    "Page_ToolChange",
    "Page_ToolSuggestions",
    "Page_ToolVersion",
    "Page_UnmatchedCall",
    "Page_Workflow",
    "Page_WorkflowItemsItem",
    "Part",
    "PartDocument",
    "PartImage",
    "PartText",
    "Passage",
    "Pending",
    "Per",
    "Pin",
    "Policy",
    "Prefer",
    "Progress",
    "ProgressControl",
    "ProgressLog",
    "ProgressPart",
    "ProgressRetrying",
    "ProgressSpeech",
    "PropId",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "ProposalView",
    "ProtectedResource",
    "ProvId",
    "ProviderKind",
    "ProviderOptions",
    "ProviderSource",
    "Publish",
    "Publisher",
    "Publishing",
    "PythonConfig",
    "RateLimit",
    "RateLimitForm",
    "RateStatus",
    "Reached",
    "Reason",
    "Received",
    "Refreshed",
    "Rename",
    "ReplaySpec",
    "ResultMap",
    "ResultReceived",
    "ResultSpec",
    "RetryPolicy",
    "RetryRule",
    "Role",
    "Rollback",
    "RotateHook",
    "RuleState",
    "Run",
    "RunBounds",
    "RunError",
    "RunId",
    "RunKind",
    "RunLimits",
    "RunReport",
    "RunSpec",
    "RunState",
    "Said",
    "Sample",
    "SampleBody",
    "SandboxReport",
    "SavedCase",
    "Say",
    "Scale",
    "SchId",
    "Schedule",
    "ScheduleSpec",
    "ScheduleTarget",
    "Scope",
    "SecId",
    "SecretInfo",
    "Session",
    "SetBy",
    "SetRole",
    "SetSecret",
    "Settle",
    "Settlement",
    "Severity",
    "Shown",
    "SignatureEncoding",
    "SignedUrl",
    "Skipped",
    "Speech",
    "SpeechStage",
    "State",
    "Step",
    "StepKind",
    "StepRetry",
    "StepState",
    "Stub",
    "StubFault",
    "StubMatch",
    "Suggestion",
    "SystemAction",
    "SystemActionEndCall",
    "SystemActionLanguageDetection",
    "SystemActionPlayDtmf",
    "SystemActionSkipTurn",
    "SystemActionTransferToAiAgent",
    "SystemActionTransferToNumber",
    "SystemConfig",
    "SystemConfigEndCall",
    "SystemConfigLanguageDetection",
    "SystemConfigPlayDtmf",
    "SystemConfigSkipTurn",
    "SystemConfigTransferToAiAgent",
    "SystemConfigTransferToNumber",
    "Take",
    "TalkOutcome",
    "Target",
    "TargetEmail",
    "TargetWebhook",
    "Template",
    "TemplateSource",
    "Test",
    "TestModel",
    "TestReport",
    "TextCheck",
    "Thread",
    "ThreadId",
    "ThreadMessage",
    "ThreadMessageAssistant",
    "ThreadMessageTool",
    "ThreadMessageUser",
    "ThreadPatch",
    "ThreadSpec",
    "TickId",
    "Ticket",
    "TicketKind",
    "TicketRule",
    "TicketState",
    "Timestamp",
    "TokId",
    "Token",
    "TokenGiven",
    "TokenKind",
    "TokenMade",
    "Tool",
    "ToolCall",
    "ToolChange",
    "ToolError",
    "ToolId",
    "ToolOffer",
    "ToolSpec",
    "ToolSuggestions",
    "ToolUsage",
    "ToolUse",
    "ToolVersion",
    "ToolsSettings",
    "Transfer",
    "TransferCallSettings",
    "TransferMode",
    "TransferNumber",
    "Trial",
    "TrialBody",
    "Trust",
    "UnmatchedCall",
    "Update",
    "UpdateInstalled",
    "UpdateMcpServer",
    "Updated",
    "Upserted",
    "Upstream",
    "Usage",
    "UserId",
    "Utterance",
    "VapiMessage",
    "VapiResponse",
    "VapiServerMessage",
    "VapiToolResult",
    "Verdict",
    "Verified",
    "Warning",
    "WebhookTarget",
    "Weight",
    "WfId",
    "Workflow",
    "WorkflowAgent",
    "WorkflowConfig",
    "WorkflowPlan",
    "WorkflowResult",
    "WorkflowRunSpec",
    "WorkflowSpec",
    "WorkflowStep",
]
