"""Made by generate.py from the OpenAPI document. Do not edit."""


# ruff: noqa

from typing import Any, Dict, List, Literal, Optional, Union

from .models import (
    Accept,
    AcceptInvitation,
    Accepted,
    Adopt,
    AdoptedTools,
    Agent,
    AgentDraftView,
    AgentSharing,
    AgentSpec,
    AgentTemplate,
    AlertId,
    AlertRule,
    AlertRuleSpec,
    Approve,
    AssignedTool,
    Assignment,
    AssignmentSpec,
    AuthorizationBegun,
    Bundle,
    BundleReport,
    CallAnswer,
    CallBody,
    Case,
    CaseRunSpec,
    CaseSpec,
    Change,
    ChangePassword,
    ClientResult,
    CloneTemplate,
    ConfirmAuthorization,
    ConvId,
    ConversationDetail,
    Copied,
    CreateToken,
    Credentials,
    CreditAccount,
    CreditEntry,
    DecisionBody,
    Definitions,
    Delete,
    Delivery,
    Deny,
    Diagnosis,
    DlvId,
    DocId,
    Document,
    DraftId,
    DraftView,
    ExecId,
    Execution,
    ExportedTool,
    Feature,
    Feedback,
    FeedbackReport,
    FeedbackSpec,
    FromExecution,
    GetToken,
    GrantCredits,
    GrantId,
    Guess,
    Health,
    Hook,
    HookAnswer,
    HookMade,
    HookRequest,
    HookSpec,
    ImportReport,
    ImportSpec,
    InstallPack,
    InstallTool,
    InvitationMade,
    Invite,
    Job,
    JobId,
    JobSpec,
    LibraryTool,
    LimitStatus,
    Limits,
    LinkDecision,
    MadeCase,
    McpServer,
    McpServerSpec,
    Me,
    Member,
    MigrateSettings,
    Migration,
    ModelProvider,
    ModelProviderSpec,
    OfferDescribe,
    OfferDescribed,
    OfferFound,
    OfferSearch,
    Organization,
    PackReport,
    Page_Agent,
    Page_AgentDraft,
    Page_AgentPack,
    Page_AgentTemplate,
    Page_AlertRule,
    Page_AuditRow,
    Page_Case,
    Page_Conversation,
    Page_CreditEntry,
    Page_Delivery,
    Page_Document,
    Page_Execution,
    Page_ExportedTool,
    Page_Grant,
    Page_Hook,
    Page_HookDelivery,
    Page_ImportedTool,
    Page_Incident,
    Page_InstalledTool,
    Page_Invitation,
    Page_Job,
    Page_LibraryTool,
    Page_McpServer,
    Page_McpUpstreamTool,
    Page_Member,
    Page_ModelProvider,
    Page_Proposal,
    Page_Run,
    Page_Schedule,
    Page_SecretInfo,
    Page_Step,
    Page_Template,
    Page_Thread,
    Page_ThreadMessage,
    Page_Ticket,
    Page_Token,
    Page_Tool,
    Page_ToolChange,
    Page_ToolSuggestions,
    Page_ToolVersion,
    Page_UnmatchedCall,
    Page_Workflow,
    PropId,
    Proposal,
    ProposalView,
    Publish,
    Publishing,
    Received,
    Refreshed,
    Rename,
    ReplaySpec,
    ResultReceived,
    Rollback,
    RotateHook,
    Run,
    RunId,
    RunReport,
    RunSpec,
    SampleBody,
    SavedCase,
    Schedule,
    ScheduleSpec,
    SecretInfo,
    Session,
    SetRole,
    SetSecret,
    Settle,
    SignedUrl,
    Template,
    Test,
    TestModel,
    TestReport,
    Thread,
    ThreadId,
    ThreadPatch,
    ThreadSpec,
    TickId,
    Ticket,
    Timestamp,
    TokId,
    TokenGiven,
    TokenMade,
    Tool,
    ToolSpec,
    ToolSuggestions,
    ToolUsage,
    ToolVersion,
    Transfer,
    Trial,
    TrialBody,
    UpdateInstalled,
    UpdateMcpServer,
    Updated,
    Upserted,
    UserId,
    VapiResponse,
    VapiServerMessage,
    Verified,
    Workflow,
    WorkflowRunSpec,
    WorkflowSpec,
)



class Operations:
    """Every operation of the API, by its name in the OpenAPI document."""

    def _send(
        self, method: str, path_template: str, *, reading: str, path: Optional[Dict[str, Any]] = None,
        query: Optional[Dict[str, Any]] = None, headers: Optional[Dict[str, Any]] = None,
        body: Any = None, timeout: Optional[float] = None,
    ) -> Any:
        raise NotImplementedError

    def accept_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Makes the proposed instructions those of the agent. A draft whose base was changed meanwhile is a conflict.
        """
        answer: AgentDraftView = self._send(
            "POST",
            "/api/v1/agents/{agent}/drafts/{draft}/accept",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    def accept_invitation(
        self,
        body: AcceptInvitation,
        *,
        timeout: Optional[float] = None,
    ) -> Member:
        """Take an invitation up: makes the account, or joins with the one that the address has. Then sign in."""
        answer: Member = self._send(
            "POST",
            "/api/v1/invitations/accept",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def accept_mcp_server_tool(
        self,
        name: str,
        tool: str,
        body: Accept,
        *,
        timeout: Optional[float] = None,
    ) -> Accepted:
        """Accepts the definition that an MCP server shows of a tool now: each of our tools that stands for it gets a
        new revision and can be called again. With `dry_run` only the difference is shown.
        """
        answer: Accepted = self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/tools/{tool}/accept",
            reading="json",
            path={"name": name, "tool": tool},
            body=body,
            timeout=timeout,
        )
        return answer

    def adopt_mcp_server_tools(
        self,
        name: str,
        body: Adopt,
        *,
        timeout: Optional[float] = None,
    ) -> AdoptedTools:
        """Makes tools of ours of tools of an MCP server, under the same names or others. What each does to the world
        follows from the server's hints unless it is said.
        """
        answer: AdoptedTools = self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/tools",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def agent_feedback(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> FeedbackReport:
        """What people think of an agent's runs: all of it in figures and by weeks, and one by one, newest first."""
        answer: FeedbackReport = self._send(
            "GET",
            "/api/v1/agents/{agent}/feedback",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def apply_import(
        self,
        body: ImportSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """Imports: makes new tools and brings imported ones up to date. What was changed here since stays, and where
        the source changed the same field that is a conflict: `take` decides. A tool whose operation is gone is
        reported and stays. Bodies may have 16 MiB.
        """
        answer: ImportReport = self._send(
            "POST",
            "/api/v1/imports",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def approve(
        self,
        id: TickId,
        body: Approve,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Agrees. Once enough people have, the execution goes on by itself, once. The token that asked may not agree.
        """
        answer: Ticket = self._send(
            "POST",
            "/api/v1/approvals/{id}/approve",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def approve_proposal(
        self,
        id: PropId,
        body: DecisionBody,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Agrees to a proposal and carries it out; not for who made it. When the tool was changed meanwhile it is a
        conflict, and the proposal is `stale`.
        """
        answer: Upserted = self._send(
            "POST",
            "/api/v1/proposals/{id}/approve",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def assign_tool(
        self,
        agent: str,
        tool: str,
        body: AssignmentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Assignment:
        """Gives an agent a tool, or changes how it has it."""
        answer: Assignment = self._send(
            "PUT",
            "/api/v1/agents/{agent}/tools/{tool}",
            reading="json",
            path={"agent": agent, "tool": tool},
            body=body,
            timeout=timeout,
        )
        return answer

    def authorize_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> AuthorizationBegun:
        """Prepares a sign-in at the authorization server of an MCP server whose `auth` is of the type
        `authorization_code`. Open `authorize_url` in a browser; it comes back to this server. In a browser that
        has a session of the same person that is all; otherwise the last page shows a code for
        `…/authorize/confirm`. How it stands is told in `found.authorization`.
        """
        answer: AuthorizationBegun = self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/authorize",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def call_tool(
        self,
        name: str,
        body: CallBody,
        *,
        idempotency_key: Union[str, None] = None,
        cache_control: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """Calls a tool. A tool that failed is an answer like any other: look at `success`. With an `Idempotency-Key`
        one effect happens however often this is sent, and every one of the requests is given the same outcome.
        """
        answer: CallAnswer = self._send(
            "POST",
            "/api/v1/tools/{name}/call",
            reading="json",
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key, "Cache-Control": cache_control},
            body=body,
            timeout=timeout,
        )
        return answer

    def callback(
        self,
        ticket: TickId,
        secret: str,
        body: Any,
        *,
        timeout: Optional[float] = None,
    ) -> Received:
        """Takes the result of an execution from its upstream. The address is given out with the request and good for
        one result; a second one changes nothing. JSON is taken as JSON, anything else as text.
        """
        answer: Received = self._send(
            "POST",
            "/callbacks/{ticket}/{secret}",
            reading="json",
            path={"ticket": ticket, "secret": secret},
            body=body,
            timeout=timeout,
        )
        return answer

    def cancel_execution(
        self,
        id: ExecId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Asks a running execution to stop. A write that was already sent becomes `unknown` unless it may be
        repeated.
        """
        self._send(
            "POST",
            "/api/v1/executions/{id}/cancel",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def cancel_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Stops a job: your own, or as an operator anybody's. One that carries a run stops the run."""
        answer: Job = self._send(
            "POST",
            "/api/v1/jobs/{id}/cancel",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def cancel_run(
        self,
        id: RunId,
        *,
        timeout: Optional[float] = None,
    ) -> Run:
        """Stops a run, whatever it is at: your own, or as an operator anybody's. What a tool has begun by then is
        carried out and recorded. A run on another server may still be `running` in the answer; it stops within a
        second.
        """
        answer: Run = self._send(
            "POST",
            "/api/v1/runs/{id}/cancel",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def change_password(
        self,
        body: ChangePassword,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Set one's own password. All other sessions and short-lived tokens of one's own end."""
        self._send(
            "PUT",
            "/api/v1/password",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    def clone_template(
        self,
        id: str,
        body: CloneTemplate,
        *,
        timeout: Optional[float] = None,
    ) -> Copied:
        """Makes a tool of a template. Secrets that it names may be set later; `missing_secrets` says which."""
        answer: Copied = self._send(
            "POST",
            "/api/v1/templates/{id}/clone",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def confirm_mcp_server_authorization(
        self,
        name: str,
        body: ConfirmAuthorization,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Hands in the code of the page that a sign-in ended with. Only who began it may."""
        answer: McpServer = self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/authorize/confirm",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def create_agent(
        self,
        body: AgentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """Makes an agent. A name that is taken is a conflict."""
        answer: Agent = self._send(
            "POST",
            "/api/v1/agents",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_alert_rule(
        self,
        body: AlertRuleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """Makes an alert rule. A name that is taken is a conflict."""
        answer: AlertRule = self._send(
            "POST",
            "/api/v1/alerts/rules",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_case(
        self,
        name: str,
        body: CaseSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Case:
        """Saves a test case with a tool. A name that is taken is a conflict; to make or change, use PUT."""
        answer: Case = self._send(
            "POST",
            "/api/v1/tools/{name}/cases",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def create_hook(
        self,
        body: HookSpec,
        *,
        timeout: Optional[float] = None,
    ) -> HookMade:
        """Makes a hook. Its secret is in the answer and nowhere else. What it starts is done with your rights, as
        they are then; of a token with scopes it has `tools:call` and `agents:run`, as far as the token has them.
        """
        answer: HookMade = self._send(
            "POST",
            "/api/v1/hooks",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_invitation(
        self,
        body: Invite,
        *,
        timeout: Optional[float] = None,
    ) -> InvitationMade:
        """Invite an e-mail address. Send the text in the answer there; it is good for seven days."""
        answer: InvitationMade = self._send(
            "POST",
            "/api/v1/invitations",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_job(
        self,
        body: JobSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Job:
        """Calls a tool in the background, now or later. What may be tried again is tried again with growing pauses;
        what failed too often is laid aside (`dead`), to be looked at and tried again by hand.
        """
        answer: Job = self._send(
            "POST",
            "/api/v1/jobs",
            reading="json",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    def create_mcp_server(
        self,
        body: McpServerSpec,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Registers an MCP server and asks it what it offers. Where `url` itself does not speak MCP, `{url}/mcp` is
        tried. A server that cannot be asked is registered all the same; `found.error` tells why. None of its tools
        can be called before it was adopted.
        """
        answer: McpServer = self._send(
            "POST",
            "/api/v1/mcp-servers",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_model_provider(
        self,
        body: ModelProviderSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """Makes a model provider. A name that is taken is a conflict."""
        answer: ModelProvider = self._send(
            "POST",
            "/api/v1/model-providers",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_schedule(
        self,
        body: ScheduleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """Makes a schedule: a run of an agent, or a call of a tool, that the clock starts. It is done with your
        rights as they are then, so a token with scopes also needs the one to run agents or to call tools. What was
        missed while no server was there is made up for once.
        """
        answer: Schedule = self._send(
            "POST",
            "/api/v1/schedules",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_thread(
        self,
        body: ThreadSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """Begins a thread. A run without a thread begins one by itself; this is for one with a title, with variables,
        or with what was said elsewhere before.
        """
        answer: Thread = self._send(
            "POST",
            "/api/v1/threads",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_token(
        self,
        body: CreateToken,
        *,
        timeout: Optional[float] = None,
    ) -> TokenMade:
        """Make a token. Its text is in the answer and nowhere else."""
        answer: TokenMade = self._send(
            "POST",
            "/api/v1/tokens",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def create_tool(
        self,
        body: ToolSpec,
        *,
        note: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes a tool. A name that is taken is a conflict; to make or change, use PUT."""
        answer: Upserted = self._send(
            "POST",
            "/api/v1/tools",
            reading="json",
            query={"note": note},
            body=body,
            timeout=timeout,
        )
        return answer

    def create_workflow(
        self,
        body: WorkflowSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """Makes a workflow: `flow_type` and `agents`, or `steps`. A name that is taken is a conflict; a step that
        names what is not there, or comes later, is refused with its place.
        """
        answer: Workflow = self._send(
            "POST",
            "/api/v1/workflows",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def decide_by_link(
        self,
        ticket: TickId,
        secret: str,
        body: LinkDecision,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Decides by a signed link, which is good for one decision. Takes JSON, or the form of the page."""
        answer: Ticket = self._send(
            "POST",
            "/approvals/{ticket}/{secret}",
            reading="json",
            path={"ticket": ticket, "secret": secret},
            body=body,
            timeout=timeout,
        )
        return answer

    def define_offer(
        self,
        *,
        agent: Optional[str] = None,
        format: Optional[Literal['openai', 'openai_strict', 'anthropic', 'gemini', 'mcp']] = None,
        timeout: Optional[float] = None,
    ) -> Definitions:
        """The three functions `search_tools`, `describe_tool` and `call_tool` in the form that a model wants. A
        runtime answers the first two with `/api/v1/offer/search` and `/api/v1/offer/describe`, the third with a
        call of the tool named in it.
        """
        answer: Definitions = self._send(
            "GET",
            "/api/v1/offer/definitions",
            reading="json",
            query={"agent": agent, "format": format},
            timeout=timeout,
        )
        return answer

    def define_tools(
        self,
        *,
        agent: Optional[str] = None,
        format: Optional[Literal['openai', 'openai_strict', 'anthropic', 'gemini', 'mcp']] = None,
        timeout: Optional[float] = None,
    ) -> Definitions:
        """The tools in the form that a model wants. What a provider cannot express is left out and named in a
        warning.
        """
        answer: Definitions = self._send(
            "GET",
            "/api/v1/tools/definitions",
            reading="json",
            query={"agent": agent, "format": format},
            timeout=timeout,
        )
        return answer

    def delete_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an agent and its assignments. Its executions stay in the log."""
        self._send(
            "DELETE",
            "/api/v1/agents/{agent}",
            reading="nothing",
            path={"agent": agent},
            timeout=timeout,
        )

    def delete_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an alert rule. What it raised stays in the history."""
        self._send(
            "DELETE",
            "/api/v1/alerts/rules/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def delete_case(
        self,
        name: str,
        case: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a test case. The executions that it made stay in the log."""
        self._send(
            "DELETE",
            "/api/v1/tools/{name}/cases/{case}",
            reading="nothing",
            path={"name": name, "case": case},
            timeout=timeout,
        )

    def delete_conversation(
        self,
        id: ConvId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a conversation that has ended, with all that was said and kept in it. Its executions stay in the
        log.
        """
        self._send(
            "DELETE",
            "/api/v1/conversations/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def delete_feedback(
        self,
        run: RunId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Forgets what you said of a run. Later runs learn nothing from it any more."""
        self._send(
            "DELETE",
            "/api/v1/runs/{run}/feedback",
            reading="nothing",
            path={"run": run},
            timeout=timeout,
        )

    def delete_hook(
        self,
        hook: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a hook. What it started goes on."""
        self._send(
            "DELETE",
            "/api/v1/hooks/{hook}",
            reading="nothing",
            path={"hook": hook},
            timeout=timeout,
        )

    def delete_invitation(
        self,
        id: GrantId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Withdraw an invitation."""
        self._send(
            "DELETE",
            "/api/v1/invitations/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def delete_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an MCP server, and the key that came with it. Tools that were adopted from it stay; their calls are
        refused.
        """
        self._send(
            "DELETE",
            "/api/v1/mcp-servers/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    def delete_model_provider(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a model provider. Its secret stays."""
        self._send(
            "DELETE",
            "/api/v1/model-providers/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    def delete_organization(
        self,
        body: Delete,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Delete it with everything in it, for good."""
        self._send(
            "DELETE",
            "/api/v1/organization",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    def delete_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a schedule. What it started goes on."""
        self._send(
            "DELETE",
            "/api/v1/schedules/{schedule}",
            reading="nothing",
            path={"schedule": schedule},
            timeout=timeout,
        )

    def delete_secret(
        self,
        name: str,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> None:
        """Delete a secret. Tools that refer to it fail from now on."""
        self._send(
            "DELETE",
            "/api/v1/secrets/{name}",
            reading="nothing",
            path={"name": name},
            query={"agent": agent},
            timeout=timeout,
        )

    def delete_thread(
        self,
        id: ThreadId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a thread with its messages, unless a run is at work on it. Its runs stay in the list."""
        self._send(
            "DELETE",
            "/api/v1/threads/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def delete_tool(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a tool out of use. Its history and its executions stay in the log."""
        self._send(
            "DELETE",
            "/api/v1/tools/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    def delete_tool_draft(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Throws the draft away."""
        self._send(
            "DELETE",
            "/api/v1/tools/{name}/draft",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    def delete_workflow(
        self,
        workflow: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a workflow. Its runs stay in the log, and those under way go on."""
        self._send(
            "DELETE",
            "/api/v1/workflows/{workflow}",
            reading="nothing",
            path={"workflow": workflow},
            timeout=timeout,
        )

    def deny(
        self,
        id: TickId,
        body: Deny,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Refuses. Nothing is done, and the model is told."""
        answer: Ticket = self._send(
            "POST",
            "/api/v1/approvals/{id}/deny",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def describe_tool(
        self,
        body: OfferDescribe,
        *,
        timeout: Optional[float] = None,
    ) -> OfferDescribed:
        """How a tool is called: what it does, and the schema of its arguments. Of a name that is not there the
        nearest are told.
        """
        answer: OfferDescribed = self._send(
            "POST",
            "/api/v1/offer/describe",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def diagnose(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Diagnosis:
        """What the server knows about its own health. What tells of the machine, of secrets or of receivers is left
        out for those who are no administrators.
        """
        answer: Diagnosis = self._send(
            "GET",
            "/api/v1/doctor",
            reading="json",
            timeout=timeout,
        )
        return answer

    def diff_tool(
        self,
        name: str,
        *,
        from_: int,
        to: int,
        timeout: Optional[float] = None,
    ) -> List[Change]:
        """What differs between two states of a tool."""
        answer: List[Change] = self._send(
            "GET",
            "/api/v1/tools/{name}/diff",
            reading="json",
            path={"name": name},
            query={"from": from_, "to": to},
            timeout=timeout,
        )
        return answer

    def disconnect_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Gives an MCP server's tokens back where its authorization server takes them (RFC 7009), and forgets them.
        """
        self._send(
            "DELETE",
            "/api/v1/mcp-servers/{name}/authorize",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    def export_audit(
        self,
        *,
        action: Optional[str] = None,
        user_id: Optional[UserId] = None,
        target_kind: Optional[str] = None,
        target_id: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        timeout: Optional[float] = None,
    ) -> str:
        """The log in the order of its chain, oldest first: what can be kept elsewhere and verified without a server.
        """
        answer: str = self._send(
            "GET",
            "/api/v1/audit/export",
            reading="text",
            query={"action": action, "user_id": user_id, "target_kind": target_kind, "target_id": target_id, "text": text, "since": since, "until": until},
            timeout=timeout,
        )
        return answer

    def export_bundle(
        self,
        *,
        tools: Optional[str] = None,
        agents: Optional[str] = None,
        format: Optional[Literal['yaml', 'json']] = None,
        timeout: Optional[float] = None,
    ) -> Bundle:
        """A bundle of the named tools and agents, or of everything. It holds no secret and no credential."""
        answer: Bundle = self._send(
            "GET",
            "/api/v1/export",
            reading="json",
            query={"tools": tools, "agents": agents, "format": format},
            timeout=timeout,
        )
        return answer

    def export_conversations(
        self,
        *,
        agent: Optional[str] = None,
        state: Optional[Literal['live', 'ended']] = None,
        outcome: Optional[Literal['success', 'failure', 'unknown']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        search: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> str:
        """Conversations with all that was said in them, one a line, newest first."""
        answer: str = self._send(
            "GET",
            "/api/v1/conversations/export",
            reading="text",
            query={"agent": agent, "state": state, "outcome": outcome, "since": since, "until": until, "search": search},
            timeout=timeout,
        )
        return answer

    def export_tool(
        self,
        name: str,
        *,
        format: Optional[Literal['openai', 'openai_plain', 'openai_responses', 'openai_realtime', 'anthropic', 'gemini', 'mcp', 'elevenlabs', 'vapi', 'vapi_api_request']] = None,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> ExportedTool:
        """A tool in another form. What the form cannot hold is listed beside it."""
        answer: ExportedTool = self._send(
            "GET",
            "/api/v1/tools/{name}/export",
            reading="json",
            path={"name": name},
            query={"format": format, "agent": agent},
            timeout=timeout,
        )
        return answer

    def export_tools(
        self,
        *,
        format: Optional[Literal['openai', 'openai_plain', 'openai_responses', 'openai_realtime', 'anthropic', 'gemini', 'mcp', 'elevenlabs', 'vapi', 'vapi_api_request']] = None,
        agent: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ExportedTool:
        """Tools in another form, by name. What the form cannot hold of a tool is listed beside it."""
        answer: Page_ExportedTool = self._send(
            "GET",
            "/api/v1/export/tools",
            reading="json",
            query={"format": format, "agent": agent, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def get_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """One agent."""
        answer: Agent = self._send(
            "GET",
            "/api/v1/agents/{agent}",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    def get_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """One draft, with what it would change."""
        answer: AgentDraftView = self._send(
            "GET",
            "/api/v1/agents/{agent}/drafts/{draft}",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    def get_agent_template(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> AgentTemplate:
        """One agent template, with all that it extends."""
        answer: AgentTemplate = self._send(
            "GET",
            "/api/v1/agent-templates/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """One alert rule, with where it stands."""
        answer: AlertRule = self._send(
            "GET",
            "/api/v1/alerts/rules/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_answer(
        self,
        id: ExecId,
        *,
        wait_ms: Optional[int] = None,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """How an execution went, in the form of the answer to its call. While it still waits or runs, `pending` says
        for what.
        """
        answer: CallAnswer = self._send(
            "GET",
            "/api/v1/executions/{id}/answer",
            reading="json",
            path={"id": id},
            query={"wait_ms": wait_ms},
            timeout=timeout,
        )
        return answer

    def get_approval(
        self,
        id: TickId,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """One ticket."""
        answer: Ticket = self._send(
            "GET",
            "/api/v1/approvals/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_case(
        self,
        name: str,
        case: str,
        *,
        timeout: Optional[float] = None,
    ) -> Case:
        """A test case, with how it went when it was last run."""
        answer: Case = self._send(
            "GET",
            "/api/v1/tools/{name}/cases/{case}",
            reading="json",
            path={"name": name, "case": case},
            timeout=timeout,
        )
        return answer

    def get_conversation(
        self,
        id: ConvId,
        *,
        timeout: Optional[float] = None,
    ) -> ConversationDetail:
        """A conversation: what was said, what it used and what it cost."""
        answer: ConversationDetail = self._send(
            "GET",
            "/api/v1/conversations/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_credits(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> CreditAccount:
        """What your organization has, and what operations cost. Nothing is charged unless the operator switched that
        on.
        """
        answer: CreditAccount = self._send(
            "GET",
            "/api/v1/credits",
            reading="json",
            timeout=timeout,
        )
        return answer

    def get_document(
        self,
        id: DocId,
        *,
        timeout: Optional[float] = None,
    ) -> Document:
        """What is known of a document."""
        answer: Document = self._send(
            "GET",
            "/api/v1/documents/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_document_content(
        self,
        id: DocId,
        *,
        timeout: Optional[float] = None,
    ) -> bytes:
        """The bytes of a document. A picture may be looked at; anything else is for downloading, whatever it says
        that it is.
        """
        answer: bytes = self._send(
            "GET",
            "/api/v1/documents/{id}/content",
            reading="bytes",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_execution(
        self,
        id: ExecId,
        *,
        timeout: Optional[float] = None,
    ) -> Execution:
        """One execution."""
        answer: Execution = self._send(
            "GET",
            "/api/v1/executions/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_execution_result(
        self,
        id: ExecId,
        *,
        cursor: str,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """What follows in a result that was cut."""
        answer: CallAnswer = self._send(
            "GET",
            "/api/v1/executions/{id}/result",
            reading="json",
            path={"id": id},
            query={"cursor": cursor},
            timeout=timeout,
        )
        return answer

    def get_hook(
        self,
        hook: str,
        *,
        timeout: Optional[float] = None,
    ) -> Hook:
        """One hook."""
        answer: Hook = self._send(
            "GET",
            "/api/v1/hooks/{hook}",
            reading="json",
            path={"hook": hook},
            timeout=timeout,
        )
        return answer

    def get_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """One job: your own, or with the right to read anybody's."""
        answer: Job = self._send(
            "GET",
            "/api/v1/jobs/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_library_tool(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> LibraryTool:
        """One public tool of another organization, as a copy gets it: with the names of its secrets and without
        credentials.
        """
        answer: LibraryTool = self._send(
            "GET",
            "/api/v1/library/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_limits(
        self,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Limits:
        """The limits of the organization, or of one of its agents. They hold beside those of each tool."""
        answer: Limits = self._send(
            "GET",
            "/api/v1/limits",
            reading="json",
            query={"agent": agent},
            timeout=timeout,
        )
        return answer

    def get_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """One MCP server."""
        answer: McpServer = self._send(
            "GET",
            "/api/v1/mcp-servers/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def get_me(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Me:
        """Who one is."""
        answer: Me = self._send(
            "GET",
            "/api/v1/me",
            reading="json",
            timeout=timeout,
        )
        return answer

    def get_model_provider(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """One model provider."""
        answer: ModelProvider = self._send(
            "GET",
            "/api/v1/model-providers/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def get_organization(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Organization:
        """The organization."""
        answer: Organization = self._send(
            "GET",
            "/api/v1/organization",
            reading="json",
            timeout=timeout,
        )
        return answer

    def get_proposal(
        self,
        id: PropId,
        *,
        timeout: Optional[float] = None,
    ) -> ProposalView:
        """One proposal, with what it would change."""
        answer: ProposalView = self._send(
            "GET",
            "/api/v1/proposals/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_publishing(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Publishing:
        """What the organization demands before a tool is made public or destructive."""
        answer: Publishing = self._send(
            "GET",
            "/api/v1/organization/publishing",
            reading="json",
            timeout=timeout,
        )
        return answer

    def get_run(
        self,
        id: RunId,
        *,
        wait_ms: Optional[int] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """One run: your own, or with the right to read anybody's."""
        answer: Run = self._send(
            "GET",
            "/api/v1/runs/{id}",
            reading="json",
            path={"id": id},
            query={"wait_ms": wait_ms},
            timeout=timeout,
        )
        return answer

    def get_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """One schedule."""
        answer: Schedule = self._send(
            "GET",
            "/api/v1/schedules/{schedule}",
            reading="json",
            path={"schedule": schedule},
            timeout=timeout,
        )
        return answer

    def get_session(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Session:
        """The session at hand, with its CSRF token: for a page that was loaded anew."""
        answer: Session = self._send(
            "GET",
            "/api/v1/session",
            reading="json",
            timeout=timeout,
        )
        return answer

    def get_signed_url(
        self,
        *,
        agent_id: str,
        timeout: Optional[float] = None,
    ) -> SignedUrl:
        """An address at which one conversation with an agent may be begun without a token, within 15 minutes. Whoever
        has it talks with the rights of the token that asked for it, as long as that one is good.
        """
        answer: SignedUrl = self._send(
            "GET",
            "/v1/convai/conversation/get-signed-url",
            reading="json",
            query={"agent_id": agent_id},
            timeout=timeout,
        )
        return answer

    def get_template(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> Template:
        """One template."""
        answer: Template = self._send(
            "GET",
            "/api/v1/templates/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_thread(
        self,
        id: ThreadId,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """One thread: your own, or with the right to read anybody's."""
        answer: Thread = self._send(
            "GET",
            "/api/v1/threads/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def get_token(
        self,
        *,
        body: Optional[Union[GetToken, None]] = None,
        timeout: Optional[float] = None,
    ) -> TokenGiven:
        """A short-lived token, for address and password or for a token that is valid."""
        answer: TokenGiven = self._send(
            "POST",
            "/token/get_token",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def get_tool(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> Tool:
        """One tool."""
        answer: Tool = self._send(
            "GET",
            "/api/v1/tools/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def get_tool_draft(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> DraftView:
        """The draft of a tool, and what it would change."""
        answer: DraftView = self._send(
            "GET",
            "/api/v1/tools/{name}/draft",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def get_tool_limits(
        self,
        name: str,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> LimitStatus:
        """How a tool stands with its limits now, as the caller would meet them: calls left, places taken, breakers,
        cache. Places and breakers are those of the server that answers.
        """
        answer: LimitStatus = self._send(
            "GET",
            "/api/v1/tools/{name}/limits",
            reading="json",
            path={"name": name},
            query={"agent": agent},
            timeout=timeout,
        )
        return answer

    def get_tool_usage(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ToolUsage:
        """How a tool has been used."""
        answer: ToolUsage = self._send(
            "GET",
            "/api/v1/tools/{name}/usage",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def get_tool_version(
        self,
        name: str,
        revision: int,
        *,
        timeout: Optional[float] = None,
    ) -> ToolVersion:
        """One state that a tool has been in."""
        answer: ToolVersion = self._send(
            "GET",
            "/api/v1/tools/{name}/versions/{revision}",
            reading="json",
            path={"name": name, "revision": revision},
            timeout=timeout,
        )
        return answer

    def get_workflow(
        self,
        workflow: str,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """One workflow."""
        answer: Workflow = self._send(
            "GET",
            "/api/v1/workflows/{workflow}",
            reading="json",
            path={"workflow": workflow},
            timeout=timeout,
        )
        return answer

    def give_execution_result(
        self,
        id: ExecId,
        body: ClientResult,
        *,
        timeout: Optional[float] = None,
    ) -> ResultReceived:
        """Gives the result of an execution of a `client` tool that waits for its client. The first result counts; a
        second one changes nothing. Whoever asked may answer, and so may operators.
        """
        answer: ResultReceived = self._send(
            "POST",
            "/api/v1/executions/{id}/result",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def give_feedback(
        self,
        run: RunId,
        body: FeedbackSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Feedback:
        """Says what you think of a run. Said again, it takes the place of what you said before. An agent with
        `learning_enabled` is told your comments and corrections in your own later runs.
        """
        answer: Feedback = self._send(
            "POST",
            "/api/v1/runs/{run}/feedback",
            reading="json",
            path={"run": run},
            body=body,
            timeout=timeout,
        )
        return answer

    def grant_credits(
        self,
        body: GrantCredits,
        *,
        timeout: Optional[float] = None,
    ) -> CreditEntry:
        """Adds credits, or takes some away; never more than there are."""
        answer: CreditEntry = self._send(
            "POST",
            "/api/v1/credits/grants",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def grant_tool(
        self,
        name: str,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Shares a tool with a member. Its maker and administrators may do that."""
        self._send(
            "PUT",
            "/api/v1/tools/{name}/grants/{user_id}",
            reading="nothing",
            path={"name": name, "user_id": user_id},
            timeout=timeout,
        )

    def guess_parameters(
        self,
        body: SampleBody,
        *,
        timeout: Optional[float] = None,
    ) -> Guess:
        """Guesses the parameters and the configuration of a tool from one request. Nothing is sent and nothing is
        kept.
        """
        answer: Guess = self._send(
            "POST",
            "/api/v1/suggestions/parameters",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def health(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Health:
        """The process is up. Says nothing about the database."""
        answer: Health = self._send(
            "GET",
            "/healthz",
            reading="json",
            timeout=timeout,
        )
        return answer

    def hook_status(
        self,
        slug: str,
        *,
        key: str,
        timeout: Optional[float] = None,
    ) -> HookAnswer:
        """How something stands that a hook started. The address is given out with the answer and good for a day."""
        answer: HookAnswer = self._send(
            "GET",
            "/hooks/{slug}/status",
            reading="json",
            path={"slug": slug},
            query={"key": key},
            timeout=timeout,
        )
        return answer

    def import_bundle(
        self,
        body: Bundle,
        *,
        dry_run: Optional[bool] = None,
        on_conflict: Optional[Literal['fail', 'skip', 'replace']] = None,
        timeout: Optional[float] = None,
    ) -> BundleReport:
        """Brings the tools and agents of a bundle, JSON or YAML, into the organization."""
        answer: BundleReport = self._send(
            "POST",
            "/api/v1/bundles",
            reading="json",
            query={"dry_run": dry_run, "on_conflict": on_conflict},
            body=body,
            timeout=timeout,
        )
        return answer

    def improve_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Has the agent's own model propose changed instructions from the feedback. They are kept as a draft and
        change nothing until a person accepts it.
        """
        answer: AgentDraftView = self._send(
            "POST",
            "/api/v1/agents/{agent}/improve",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    def install_agent_pack(
        self,
        id: str,
        body: InstallPack,
        *,
        timeout: Optional[float] = None,
    ) -> PackReport:
        """Makes what of a pack is not there yet: all of it, or nothing. What is there by its name is kept. Unless it
        is a dry run, it needs the scope `agents:write` too.
        """
        answer: PackReport = self._send(
            "POST",
            "/api/v1/agent-packs/{id}/install",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def install_library_tool(
        self,
        id: str,
        body: InstallTool,
        *,
        timeout: Optional[float] = None,
    ) -> Copied:
        """Takes a copy of a public tool. Where it came from is kept with it."""
        answer: Copied = self._send(
            "POST",
            "/api/v1/library/{id}/install",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def list_agent_drafts(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentDraft:
        """Proposed instructions of an agent, newest first."""
        answer: Page_AgentDraft = self._send(
            "GET",
            "/api/v1/agents/{agent}/drafts",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_agent_grants(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Grant:
        """The users with whom an agent is shared. With `is_shared` everybody may run it, whoever stands here."""
        answer: Page_Grant = self._send(
            "GET",
            "/api/v1/agents/{agent}/grants",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_agent_packs(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentPack:
        """The packs that come with the program, by id, with their agents and tools."""
        answer: Page_AgentPack = self._send(
            "GET",
            "/api/v1/agent-packs",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_agent_templates(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentTemplate:
        """The agent templates that come with the program, by id."""
        answer: Page_AgentTemplate = self._send(
            "GET",
            "/api/v1/agent-templates",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_agent_tool_changes(
        self,
        agent: str,
        *,
        since: Optional[Timestamp] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolChange:
        """The changes of an agent's tools that reached it, newest first. An agent with a pin is not reached by what
        it does not have.
        """
        answer: Page_ToolChange = self._send(
            "GET",
            "/api/v1/agents/{agent}/tools/changes",
            reading="json",
            path={"agent": agent},
            query={"since": since, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_agent_tools(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> List[AssignedTool]:
        """The tools of an agent, in its order."""
        answer: List[AssignedTool] = self._send(
            "GET",
            "/api/v1/agents/{agent}/tools",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    def list_agents(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Agent:
        """The organization's agents, by name."""
        answer: Page_Agent = self._send(
            "GET",
            "/api/v1/agents",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_alert_rules(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AlertRule:
        """The organization's alert rules, by name. A webhook's path is shown only to those who may change rules."""
        answer: Page_AlertRule = self._send(
            "GET",
            "/api/v1/alerts/rules",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_alerts(
        self,
        *,
        rule: Optional[AlertId] = None,
        state: Optional[Literal['firing', 'resolved']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Incident:
        """What alert rules have raised, newest first: one item for each time that a rule fired, with when it was
        over.
        """
        answer: Page_Incident = self._send(
            "GET",
            "/api/v1/alerts",
            reading="json",
            query={"rule": rule, "state": state, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_all_cases(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Case:
        """The test cases of all tools, oldest first."""
        answer: Page_Case = self._send(
            "GET",
            "/api/v1/cases",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_approvals(
        self,
        *,
        state: Optional[Literal['open', 'approved', 'answered', 'used', 'denied', 'expired', 'void']] = None,
        kind: Optional[Literal['approval', 'confirmation', 'callback', 'late', 'client', 'run']] = None,
        tool: Optional[str] = None,
        execution: Optional[ExecId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Ticket:
        """What executions wait for, newest first."""
        answer: Page_Ticket = self._send(
            "GET",
            "/api/v1/approvals",
            reading="json",
            query={"state": state, "kind": kind, "tool": tool, "execution": execution, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_audit(
        self,
        *,
        action: Optional[str] = None,
        user_id: Optional[UserId] = None,
        target_kind: Optional[str] = None,
        target_id: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        format: Optional[Literal['json', 'ndjson']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AuditRow:
        """What was changed, newest first."""
        answer: Page_AuditRow = self._send(
            "GET",
            "/api/v1/audit",
            reading="json",
            query={"action": action, "user_id": user_id, "target_kind": target_kind, "target_id": target_id, "text": text, "since": since, "until": until, "format": format, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_cases(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Case:
        """The test cases of a tool, by name, each with how it went when it was last run."""
        answer: Page_Case = self._send(
            "GET",
            "/api/v1/tools/{name}/cases",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_conversation_messages(
        self,
        id: ConvId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ThreadMessage:
        """What was said in a conversation, oldest first: what the model has seen of it, word for word."""
        answer: Page_ThreadMessage = self._send(
            "GET",
            "/api/v1/conversations/{id}/messages",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_conversations(
        self,
        *,
        agent: Optional[str] = None,
        state: Optional[Literal['live', 'ended']] = None,
        outcome: Optional[Literal['success', 'failure', 'unknown']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        search: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Conversation:
        """The organization's conversations, newest first."""
        answer: Page_Conversation = self._send(
            "GET",
            "/api/v1/conversations",
            reading="json",
            query={"agent": agent, "state": state, "outcome": outcome, "since": since, "until": until, "search": search, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_credit_entries(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_CreditEntry:
        """The ledger, newest first: every charge, refund and grant, with what there was after it."""
        answer: Page_CreditEntry = self._send(
            "GET",
            "/api/v1/credits/entries",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_deliveries(
        self,
        *,
        state: Optional[Literal['queued', 'delivered', 'failed']] = None,
        subject: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Delivery:
        """The organization's webhooks, newest first: each is tried for a day and kept for a week."""
        answer: Page_Delivery = self._send(
            "GET",
            "/api/v1/deliveries",
            reading="json",
            query={"state": state, "subject": subject, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_documents(
        self,
        *,
        execution_id: Optional[ExecId] = None,
        conversation_id: Optional[ConvId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Document:
        """The organization's documents, newest first."""
        answer: Page_Document = self._send(
            "GET",
            "/api/v1/documents",
            reading="json",
            query={"execution_id": execution_id, "conversation_id": conversation_id, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_executions(
        self,
        *,
        tool: Optional[str] = None,
        agent: Optional[str] = None,
        call_id: Optional[str] = None,
        conversation_id: Optional[str] = None,
        user: Optional[UserId] = None,
        state: Optional[Literal['received', 'claimed', 'started', 'done', 'failed', 'unknown', 'released', 'parked']] = None,
        error_class: Optional[Literal['network_error', 'auth_error', 'validation_error', 'rate_limit_error', 'timeout_error', 'permission_error', 'approval_required', 'circuit_open', 'sandbox_error', 'upstream_error', 'not_found', 'cancelled', 'outcome_unknown', 'unknown_error']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Execution:
        """The organization's executions, newest first."""
        answer: Page_Execution = self._send(
            "GET",
            "/api/v1/executions",
            reading="json",
            query={"tool": tool, "agent": agent, "call_id": call_id, "conversation_id": conversation_id, "user": user, "state": state, "error_class": error_class, "since": since, "until": until, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_features(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> List[Feature]:
        """Every feature that is known, and how it stands."""
        answer: List[Feature] = self._send(
            "GET",
            "/api/v1/features",
            reading="json",
            timeout=timeout,
        )
        return answer

    def list_hook_deliveries(
        self,
        hook: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_HookDelivery:
        """What came to a hook lately, newest first: at most the last 500 requests, for a week."""
        answer: Page_HookDelivery = self._send(
            "GET",
            "/api/v1/hooks/{hook}/deliveries",
            reading="json",
            path={"hook": hook},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_hooks(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Hook:
        """The organization's hooks, newest first, without their secrets."""
        answer: Page_Hook = self._send(
            "GET",
            "/api/v1/hooks",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_imports(
        self,
        *,
        source: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ImportedTool:
        """The tools that were imported, with where each came from."""
        answer: Page_ImportedTool = self._send(
            "GET",
            "/api/v1/imports",
            reading="json",
            query={"source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_installed(
        self,
        *,
        source: Optional[Literal['library', 'template', 'bundle', 'settings']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_InstalledTool:
        """The organization's tools that came from the library, a template, a bundle or an agent's settings, oldest
        first.
        """
        answer: Page_InstalledTool = self._send(
            "GET",
            "/api/v1/library/installed",
            reading="json",
            query={"source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_invitations(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Invitation:
        """The invitations that were not taken up, oldest first; expired ones too."""
        answer: Page_Invitation = self._send(
            "GET",
            "/api/v1/invitations",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_jobs(
        self,
        *,
        state: Optional[Literal['queued', 'running', 'waiting', 'done', 'dead', 'cancelled']] = None,
        kind: Optional[Literal['run', 'call']] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Job:
        """The organization's jobs, newest first."""
        answer: Page_Job = self._send(
            "GET",
            "/api/v1/jobs",
            reading="json",
            query={"state": state, "kind": kind, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_library(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        kind: Optional[Literal['http', 'system', 'python', 'business', 'client', 'agent', 'workflow', 'mcp']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_LibraryTool:
        """Public tools of other organizations, by name."""
        answer: Page_LibraryTool = self._send(
            "GET",
            "/api/v1/library",
            reading="json",
            query={"search": search, "category": category, "kind": kind, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_mcp_server_tools(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_McpUpstreamTool:
        """What an MCP server offers, by name, and how each tool stands: `available`, `adopted`, `quarantined` (its
        definition has changed since it was agreed to) or `gone`.
        """
        answer: Page_McpUpstreamTool = self._send(
            "GET",
            "/api/v1/mcp-servers/{name}/tools",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_mcp_servers(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_McpServer:
        """The organization's MCP servers, by name. Credentials are names of secrets."""
        answer: Page_McpServer = self._send(
            "GET",
            "/api/v1/mcp-servers",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_members(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Member:
        """The members, oldest user first."""
        answer: Page_Member = self._send(
            "GET",
            "/api/v1/members",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_messages(
        self,
        id: ThreadId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ThreadMessage:
        """What was said on a thread, oldest first: what the model has seen of it, word for word. For whose thread it
        is, and for administrators.
        """
        answer: Page_ThreadMessage = self._send(
            "GET",
            "/api/v1/threads/{id}/messages",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_model_providers(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ModelProvider:
        """The model providers that the organization can use, by name: its own, and those of the server's environment.
        Names of secrets and options are shown to those who may set them.
        """
        answer: Page_ModelProvider = self._send(
            "GET",
            "/api/v1/model-providers",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_proposals(
        self,
        *,
        state: Optional[Literal['open', 'approved', 'rejected', 'withdrawn', 'stale']] = None,
        tool: Optional[str] = None,
        user_id: Optional[UserId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Proposal:
        """Changes that wait for somebody, or waited, newest first."""
        answer: Page_Proposal = self._send(
            "GET",
            "/api/v1/proposals",
            reading="json",
            query={"state": state, "tool": tool, "user_id": user_id, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_run_steps(
        self,
        id: RunId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Step:
        """What a run did, in order: each answer of the model, then the tools that it called, with their executions.
        """
        answer: Page_Step = self._send(
            "GET",
            "/api/v1/runs/{id}/steps",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_runs(
        self,
        *,
        state: Optional[Literal['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']] = None,
        agent: Optional[str] = None,
        workflow: Optional[str] = None,
        kind: Optional[Literal['agent', 'workflow']] = None,
        parent_id: Optional[RunId] = None,
        thread_id: Optional[ThreadId] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Run:
        """The organization's runs, newest first."""
        answer: Page_Run = self._send(
            "GET",
            "/api/v1/runs",
            reading="json",
            query={"state": state, "agent": agent, "workflow": workflow, "kind": kind, "parent_id": parent_id, "thread_id": thread_id, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_schedules(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Schedule:
        """The organization's schedules, by name, each with when it comes next and how it went last."""
        answer: Page_Schedule = self._send(
            "GET",
            "/api/v1/schedules",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_secrets(
        self,
        *,
        agent: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_SecretInfo:
        """The names of the secrets, without their values."""
        answer: Page_SecretInfo = self._send(
            "GET",
            "/api/v1/secrets",
            reading="json",
            query={"agent": agent, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_suggestions(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolSuggestions:
        """What could be better about the organization's tools, by name. Tools about which there is nothing to say are
        left out, so a page may have fewer items than asked for.
        """
        answer: Page_ToolSuggestions = self._send(
            "GET",
            "/api/v1/suggestions",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_templates(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        source: Optional[Literal['builtin', 'organization']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Template:
        """The templates of the program by id, then those of the organization by name."""
        answer: Page_Template = self._send(
            "GET",
            "/api/v1/templates",
            reading="json",
            query={"search": search, "category": category, "source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_threads(
        self,
        *,
        agent: Optional[str] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Thread:
        """The organization's threads, newest first."""
        answer: Page_Thread = self._send(
            "GET",
            "/api/v1/threads",
            reading="json",
            query={"agent": agent, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_tokens(
        self,
        *,
        all: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Token:
        """The tokens and sessions that were not revoked, oldest first. Their texts are not shown."""
        answer: Page_Token = self._send(
            "GET",
            "/api/v1/tokens",
            reading="json",
            query={"all": all, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_tool_grants(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Grant:
        """The users with whom a tool is shared. With `is_shared` everybody may call it, whoever stands here."""
        answer: Page_Grant = self._send(
            "GET",
            "/api/v1/tools/{name}/grants",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_tool_versions(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolVersion:
        """Every state that a tool has been in, newest first."""
        answer: Page_ToolVersion = self._send(
            "GET",
            "/api/v1/tools/{name}/versions",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_tools(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        kind: Optional[Literal['http', 'system', 'python', 'business', 'client', 'agent', 'workflow', 'mcp']] = None,
        mine: Optional[bool] = None,
        active: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Tool:
        """The organization's tools, by name."""
        answer: Page_Tool = self._send(
            "GET",
            "/api/v1/tools",
            reading="json",
            query={"search": search, "category": category, "kind": kind, "mine": mine, "active": active, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_unmatched_calls(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_UnmatchedCall:
        """Tools that were called and do not exist, by name, each with the tools that may have been meant."""
        answer: Page_UnmatchedCall = self._send(
            "GET",
            "/api/v1/suggestions/unmatched",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def list_workflows(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Workflow:
        """The organization's workflows, by name."""
        answer: Page_Workflow = self._send(
            "GET",
            "/api/v1/workflows",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    def make_case_of_execution(
        self,
        id: ExecId,
        body: FromExecution,
        *,
        timeout: Optional[float] = None,
    ) -> MadeCase:
        """Makes a test case of an execution: the same call, with the recorded outcome expected."""
        answer: MadeCase = self._send(
            "POST",
            "/api/v1/executions/{id}/case",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def metrics(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> str:
        """The figures of this process, in Prometheus's text form."""
        answer: str = self._send(
            "GET",
            "/metrics",
            reading="text",
            timeout=timeout,
        )
        return answer

    def migrate_tools_settings(
        self,
        agent: str,
        body: MigrateSettings,
        *,
        timeout: Optional[float] = None,
    ) -> Migration:
        """Makes tools of an agent's `tools_settings` and assigns them; the agent then carries none. Doing it again
        changes nothing.
        """
        answer: Migration = self._send(
            "POST",
            "/api/v1/agents/{agent}/tools-settings",
            reading="json",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    def oauth_client_metadata(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Dict[str, Any]:
        """Who we are, for authorization servers that take the address of such a document for a client's id. Only
        where this server has an `https` address.
        """
        answer: Dict[str, Any] = self._send(
            "GET",
            "/oauth/client-metadata.json",
            reading="json",
            timeout=timeout,
        )
        return answer

    def openapi(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Dict[str, Any]:
        """This document."""
        answer: Dict[str, Any] = self._send(
            "GET",
            "/openapi.json",
            reading="json",
            timeout=timeout,
        )
        return answer

    def preview_import(
        self,
        body: ImportSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """What importing would do: the tools with their costs, warnings and differences. Nothing is saved. Bodies may
        have 16 MiB.
        """
        answer: ImportReport = self._send(
            "POST",
            "/api/v1/imports/preview",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def publish_tool_draft(
        self,
        name: str,
        body: Publish,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes the draft the live state, as a new revision. When somebody changed the tool since the draft was begun
        it is a conflict, and `details.diff` says what they changed.
        """
        answer: Upserted = self._send(
            "POST",
            "/api/v1/tools/{name}/draft/publish",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_agent(
        self,
        agent: str,
        body: AgentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """Makes the agent, or brings it to this state."""
        answer: Agent = self._send(
            "PUT",
            "/api/v1/agents/{agent}",
            reading="json",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_alert_rule(
        self,
        id: AlertId,
        body: AlertRuleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """Brings an alert rule to this state. When it watches something else now, it begins anew."""
        answer: AlertRule = self._send(
            "PUT",
            "/api/v1/alerts/rules/{id}",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_case(
        self,
        name: str,
        case: str,
        body: CaseSpec,
        *,
        timeout: Optional[float] = None,
    ) -> SavedCase:
        """Makes the test case, or brings it to this state."""
        answer: SavedCase = self._send(
            "PUT",
            "/api/v1/tools/{name}/cases/{case}",
            reading="json",
            path={"name": name, "case": case},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_features(
        self,
        body: Dict[str, Union[int, None]],
        *,
        timeout: Optional[float] = None,
    ) -> List[Feature]:
        """Sets features, each to a share of 0 (off) to 100 (on), or with `null` back to what holds for all. Others
        stay.
        """
        answer: List[Feature] = self._send(
            "PUT",
            "/api/v1/features",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def put_hook(
        self,
        hook: str,
        body: HookSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Hook:
        """Brings a hook to this state; from then on it acts with your rights. Its platform and its secret stay."""
        answer: Hook = self._send(
            "PUT",
            "/api/v1/hooks/{hook}",
            reading="json",
            path={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_model_provider(
        self,
        name: str,
        body: ModelProviderSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """Brings a model provider to this state. One of the environment can only be read: that is a conflict."""
        answer: ModelProvider = self._send(
            "PUT",
            "/api/v1/model-providers/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_schedule(
        self,
        schedule: str,
        body: ScheduleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """Brings a schedule to this state; from then on it does what it does with your rights."""
        answer: Schedule = self._send(
            "PUT",
            "/api/v1/schedules/{schedule}",
            reading="json",
            path={"schedule": schedule},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_tool(
        self,
        name: str,
        body: ToolSpec,
        *,
        dry_run: Optional[bool] = None,
        refuse_breaking: Optional[bool] = None,
        note: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes the tool, or brings it to this state. Saying the same again changes nothing and makes no revision."""
        answer: Upserted = self._send(
            "PUT",
            "/api/v1/tools/{name}",
            reading="json",
            path={"name": name},
            query={"dry_run": dry_run, "refuse_breaking": refuse_breaking, "note": note},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_tool_draft(
        self,
        name: str,
        body: ToolSpec,
        *,
        rebase: Optional[bool] = None,
        timeout: Optional[float] = None,
    ) -> DraftView:
        """Begins a draft, or saves it again. It remembers the revision that it was begun from; calls and models do
        not see it.
        """
        answer: DraftView = self._send(
            "PUT",
            "/api/v1/tools/{name}/draft",
            reading="json",
            path={"name": name},
            query={"rebase": rebase},
            body=body,
            timeout=timeout,
        )
        return answer

    def put_workflow(
        self,
        workflow: str,
        body: WorkflowSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """Makes the workflow of that name, or brings it to this state. Runs under way go on as they began. With
        `revision` nothing is done when somebody else has changed it since: a conflict.
        """
        answer: Workflow = self._send(
            "PUT",
            "/api/v1/workflows/{workflow}",
            reading="json",
            path={"workflow": workflow},
            body=body,
            timeout=timeout,
        )
        return answer

    def readiness(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Health:
        """The server can do its work: the database answers, and it is not stopping."""
        answer: Health = self._send(
            "GET",
            "/readyz",
            reading="json",
            timeout=timeout,
        )
        return answer

    def refresh_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> Refreshed:
        """Asks an MCP server what it offers now; that it cannot be asked is told in `server.found.error`. Adopted
        tools whose definition has changed are not called any more until somebody accepts the change.
        """
        answer: Refreshed = self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/refresh",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def reject_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Puts a draft aside."""
        answer: AgentDraftView = self._send(
            "POST",
            "/api/v1/agents/{agent}/drafts/{draft}/reject",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    def reject_proposal(
        self,
        id: PropId,
        body: DecisionBody,
        *,
        timeout: Optional[float] = None,
    ) -> Proposal:
        """Refuses a proposal; not for who made it, who can withdraw it."""
        answer: Proposal = self._send(
            "POST",
            "/api/v1/proposals/{id}/reject",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def remove_member(
        self,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Remove a member, with their tokens and grants here."""
        self._send(
            "DELETE",
            "/api/v1/members/{user_id}",
            reading="nothing",
            path={"user_id": user_id},
            timeout=timeout,
        )

    def rename_organization(
        self,
        body: Rename,
        *,
        timeout: Optional[float] = None,
    ) -> Organization:
        """Rename it."""
        answer: Organization = self._send(
            "PATCH",
            "/api/v1/organization",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def replay_execution(
        self,
        id: ExecId,
        body: ReplaySpec,
        *,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """Makes the same call again, as a new execution of the tool as it is now."""
        answer: CallAnswer = self._send(
            "POST",
            "/api/v1/executions/{id}/replay",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def retell_tool(
        self,
        name: str,
        body: Dict[str, Any],
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """Calls a tool for a Retell agent. The body is `{name, call, args}`, or the arguments themselves; the answer
        is the result, at most 15,000 characters of JSON or text. Give `?hook=` in the address for Retell's
        signature, or a token of this server as a header of the function.
        """
        answer: Any = self._send(
            "POST",
            "/retell/tools/{name}",
            reading="json",
            path={"name": name},
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    def retell_tool_by_get(
        self,
        name: str,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """The same for a function whose method is GET: the arguments are in the query."""
        answer: Any = self._send(
            "GET",
            "/retell/tools/{name}",
            reading="json",
            path={"name": name},
            query={"hook": hook},
            timeout=timeout,
        )
        return answer

    def retry_delivery(
        self,
        id: DlvId,
        *,
        timeout: Optional[float] = None,
    ) -> Delivery:
        """Sends a webhook again that arrived or was given up, with the same `webhook-id`."""
        answer: Delivery = self._send(
            "POST",
            "/api/v1/deliveries/{id}/retry",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def retry_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Tries a job again that was laid aside (`dead`). A run goes on where it was: what its tools have done is not
        done again.
        """
        answer: Job = self._send(
            "POST",
            "/api/v1/jobs/{id}/retry",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def revoke_token(
        self,
        id: TokId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Revoke a token or session: one's own, or anybody's with the right `govern`. It ends at once."""
        self._send(
            "DELETE",
            "/api/v1/tokens/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    def revoke_tool_grant(
        self,
        name: str,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a share back."""
        self._send(
            "DELETE",
            "/api/v1/tools/{name}/grants/{user_id}",
            reading="nothing",
            path={"name": name, "user_id": user_id},
            timeout=timeout,
        )

    def roll_tool_back(
        self,
        name: str,
        body: Rollback,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Brings a tool back to an earlier state, as a new revision."""
        answer: Upserted = self._send(
            "POST",
            "/api/v1/tools/{name}/rollback",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def rotate_hook(
        self,
        hook: str,
        body: RotateHook,
        *,
        timeout: Optional[float] = None,
    ) -> HookMade:
        """Gives a hook another secret. The one before is good for nothing from then on."""
        answer: HookMade = self._send(
            "POST",
            "/api/v1/hooks/{hook}/rotate",
            reading="json",
            path={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    def run_agent(
        self,
        agent: str,
        body: RunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of this agent; see `POST /api/v1/runs`."""
        answer: Run = self._send(
            "POST",
            "/api/v1/agents/{agent}/runs",
            reading="json",
            path={"agent": agent},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    def run_cases(
        self,
        name: str,
        body: CaseRunSpec,
        *,
        timeout: Optional[float] = None,
    ) -> RunReport:
        """Runs a tool's test cases, all or some, saved or not, on the tool as it is or on a draft. Four run at a
        time, for five minutes at most. A case that failed is an answer like any other: look at `failed` and
        `errors`.
        """
        answer: RunReport = self._send(
            "POST",
            "/api/v1/tools/{name}/cases/run",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def run_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Starts what a schedule starts, now and once, with your own rights. Its times stay as they are. A token with
        scopes needs `agents:run` for a run, `tools:call` for a call.
        """
        answer: Job = self._send(
            "POST",
            "/api/v1/schedules/{schedule}/run",
            reading="json",
            path={"schedule": schedule},
            timeout=timeout,
        )
        return answer

    def run_workflow(
        self,
        workflow: str,
        body: WorkflowRunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of this workflow. It is durable when this answers, and goes on whatever becomes of this
        server.
        """
        answer: Run = self._send(
            "POST",
            "/api/v1/workflows/{workflow}/runs",
            reading="json",
            path={"workflow": workflow},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    def search_tools(
        self,
        body: OfferSearch,
        *,
        timeout: Optional[float] = None,
    ) -> OfferFound:
        """The tools that fit a wish, the best first, each in one line."""
        answer: OfferFound = self._send(
            "POST",
            "/api/v1/offer/search",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def set_limits(
        self,
        body: Limits,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Limits:
        """Replaces the limits of the organization, or of one of its agents. An empty object takes them away."""
        answer: Limits = self._send(
            "PUT",
            "/api/v1/limits",
            reading="json",
            query={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    def set_member_role(
        self,
        user_id: UserId,
        body: SetRole,
        *,
        timeout: Optional[float] = None,
    ) -> Member:
        """Give a member another role. An admin cannot change an owner, and there is always an owner left."""
        answer: Member = self._send(
            "PUT",
            "/api/v1/members/{user_id}",
            reading="json",
            path={"user_id": user_id},
            body=body,
            timeout=timeout,
        )
        return answer

    def set_publishing(
        self,
        body: Publishing,
        *,
        timeout: Optional[float] = None,
    ) -> Publishing:
        """Sets it. `four_eyes: false` after `true` takes an owner."""
        answer: Publishing = self._send(
            "PUT",
            "/api/v1/organization/publishing",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def set_secret(
        self,
        name: str,
        body: SetSecret,
        *,
        timeout: Optional[float] = None,
    ) -> SecretInfo:
        """Set a secret, over an earlier one of that name. Tools refer to it as `${NAME}`."""
        answer: SecretInfo = self._send(
            "PUT",
            "/api/v1/secrets/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def settle_execution(
        self,
        id: ExecId,
        body: Settle,
        *,
        timeout: Optional[float] = None,
    ) -> Execution:
        """Settles an execution whose outcome is unknown; the same call is then no longer held."""
        answer: Execution = self._send(
            "POST",
            "/api/v1/executions/{id}/settle",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def share_agent(
        self,
        agent: str,
        body: AgentSharing,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Shares an agent with members by name, or takes that back. Its maker and administrators may do that."""
        self._send(
            "POST",
            "/api/v1/agents/{agent}/grants",
            reading="nothing",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )

    def sign_in(
        self,
        body: Credentials,
        *,
        timeout: Optional[float] = None,
    ) -> Session:
        """Sign in. The answer sets the cookie `callwright_session`."""
        answer: Session = self._send(
            "POST",
            "/api/v1/session",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    def sign_out(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Sign out: the session ends and its cookie is taken back."""
        self._send(
            "DELETE",
            "/api/v1/session",
            reading="nothing",
            timeout=timeout,
        )

    def start_run(
        self,
        body: RunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of an agent. It is durable when this answers, and goes on whatever becomes of this server."""
        answer: Run = self._send(
            "POST",
            "/api/v1/runs",
            reading="json",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    def test_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> TestReport:
        """Sends every target of an alert rule a notification that says that it is only a test."""
        answer: TestReport = self._send(
            "POST",
            "/api/v1/alerts/rules/{id}/test",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    def test_model_provider(
        self,
        name: str,
        body: TestModel,
        *,
        timeout: Optional[float] = None,
    ) -> Test:
        """Asks a model provider something small, with its key. This is a real request that the provider may bill."""
        answer: Test = self._send(
            "POST",
            "/api/v1/model-providers/{name}/test",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def test_tool(
        self,
        name: str,
        body: TrialBody,
        *,
        timeout: Optional[float] = None,
    ) -> Trial:
        """Tries a tool out, with real effects. Whoever tests is the person who would be asked to confirm. A tool that
        failed is an answer like any other: look at `success`.
        """
        answer: Trial = self._send(
            "POST",
            "/api/v1/tools/{name}/test",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def tool_suggestions(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ToolSuggestions:
        """What could be better about one tool, what its log says included."""
        answer: ToolSuggestions = self._send(
            "GET",
            "/api/v1/tools/{name}/suggestions",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    def transfer_organization(
        self,
        body: Transfer,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Make another member the owner. One is an admin afterwards."""
        self._send(
            "POST",
            "/api/v1/organization/transfer",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    def unassign_tool(
        self,
        agent: str,
        tool: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a tool from an agent."""
        self._send(
            "DELETE",
            "/api/v1/agents/{agent}/tools/{tool}",
            reading="nothing",
            path={"agent": agent, "tool": tool},
            timeout=timeout,
        )

    def update_installed(
        self,
        id: str,
        body: UpdateInstalled,
        *,
        timeout: Optional[float] = None,
    ) -> Updated:
        """Brings a copy up to date with its source. Edits that were made to the copy stay."""
        answer: Updated = self._send(
            "POST",
            "/api/v1/library/installed/{id}/update",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def update_mcp_server(
        self,
        name: str,
        body: UpdateMcpServer,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Changes an MCP server. Its sessions are closed, and it is asked again what it offers."""
        answer: McpServer = self._send(
            "PATCH",
            "/api/v1/mcp-servers/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    def update_thread(
        self,
        id: ThreadId,
        body: ThreadPatch,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """Changes what a thread is called, and its variables. What was said stays as it is."""
        answer: Thread = self._send(
            "PATCH",
            "/api/v1/threads/{id}",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    def use_hook(
        self,
        slug: str,
        body: HookRequest,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> HookAnswer:
        """Starts what a hook is for: a tool, an agent or a workflow. The secret is sent as `Authorization: Bearer`,
        or the body is signed, as the hook's maker says. The answer has the result when there is one within the
        hook's wait; else it is 202 and says where to ask. Where `webhook_response_url` is given, the outcome is
        sent there in any case.
        """
        answer: HookAnswer = self._send(
            "POST",
            "/hooks/{slug}",
            reading="json",
            path={"slug": slug},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    def vapi_tools(
        self,
        body: VapiServerMessage,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> VapiResponse:
        """Carries out the tool calls of a Vapi assistant. Say who you are with a token of this server, with the
        secret of a hook for Vapi (`Authorization: Bearer` or `X-Vapi-Secret`), or with Vapi's HMAC signature and
        `?hook=` in the address. Messages of other kinds are answered with an empty object.
        """
        answer: VapiResponse = self._send(
            "POST",
            "/vapi/tools",
            reading="json",
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    def vapi_tools_of_agent(
        self,
        agent: str,
        body: VapiServerMessage,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> VapiResponse:
        """The same for the tools of this agent, as they are assigned to it."""
        answer: VapiResponse = self._send(
            "POST",
            "/vapi/agents/{agent}/tools",
            reading="json",
            path={"agent": agent},
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    def verify_audit(
        self,
        *,
        after_seq: Optional[int] = None,
        after_hash: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Verified:
        """Whether the log is still what was written: every row is hashed again, and each hash compared with the next
        row's.
        """
        answer: Verified = self._send(
            "GET",
            "/api/v1/audit/verify",
            reading="json",
            query={"after_seq": after_seq, "after_hash": after_hash},
            timeout=timeout,
        )
        return answer

    def withdraw_proposal(
        self,
        id: PropId,
        *,
        timeout: Optional[float] = None,
    ) -> Proposal:
        """Takes one's own proposal back."""
        answer: Proposal = self._send(
            "POST",
            "/api/v1/proposals/{id}/withdraw",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer



class AsyncOperations:
    """Every operation of the API, awaited."""

    async def _send(
        self, method: str, path_template: str, *, reading: str, path: Optional[Dict[str, Any]] = None,
        query: Optional[Dict[str, Any]] = None, headers: Optional[Dict[str, Any]] = None,
        body: Any = None, timeout: Optional[float] = None,
    ) -> Any:
        raise NotImplementedError

    async def accept_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Makes the proposed instructions those of the agent. A draft whose base was changed meanwhile is a conflict.
        """
        answer: AgentDraftView = await self._send(
            "POST",
            "/api/v1/agents/{agent}/drafts/{draft}/accept",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    async def accept_invitation(
        self,
        body: AcceptInvitation,
        *,
        timeout: Optional[float] = None,
    ) -> Member:
        """Take an invitation up: makes the account, or joins with the one that the address has. Then sign in."""
        answer: Member = await self._send(
            "POST",
            "/api/v1/invitations/accept",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def accept_mcp_server_tool(
        self,
        name: str,
        tool: str,
        body: Accept,
        *,
        timeout: Optional[float] = None,
    ) -> Accepted:
        """Accepts the definition that an MCP server shows of a tool now: each of our tools that stands for it gets a
        new revision and can be called again. With `dry_run` only the difference is shown.
        """
        answer: Accepted = await self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/tools/{tool}/accept",
            reading="json",
            path={"name": name, "tool": tool},
            body=body,
            timeout=timeout,
        )
        return answer

    async def adopt_mcp_server_tools(
        self,
        name: str,
        body: Adopt,
        *,
        timeout: Optional[float] = None,
    ) -> AdoptedTools:
        """Makes tools of ours of tools of an MCP server, under the same names or others. What each does to the world
        follows from the server's hints unless it is said.
        """
        answer: AdoptedTools = await self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/tools",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def agent_feedback(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> FeedbackReport:
        """What people think of an agent's runs: all of it in figures and by weeks, and one by one, newest first."""
        answer: FeedbackReport = await self._send(
            "GET",
            "/api/v1/agents/{agent}/feedback",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def apply_import(
        self,
        body: ImportSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """Imports: makes new tools and brings imported ones up to date. What was changed here since stays, and where
        the source changed the same field that is a conflict: `take` decides. A tool whose operation is gone is
        reported and stays. Bodies may have 16 MiB.
        """
        answer: ImportReport = await self._send(
            "POST",
            "/api/v1/imports",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def approve(
        self,
        id: TickId,
        body: Approve,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Agrees. Once enough people have, the execution goes on by itself, once. The token that asked may not agree.
        """
        answer: Ticket = await self._send(
            "POST",
            "/api/v1/approvals/{id}/approve",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def approve_proposal(
        self,
        id: PropId,
        body: DecisionBody,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Agrees to a proposal and carries it out; not for who made it. When the tool was changed meanwhile it is a
        conflict, and the proposal is `stale`.
        """
        answer: Upserted = await self._send(
            "POST",
            "/api/v1/proposals/{id}/approve",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def assign_tool(
        self,
        agent: str,
        tool: str,
        body: AssignmentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Assignment:
        """Gives an agent a tool, or changes how it has it."""
        answer: Assignment = await self._send(
            "PUT",
            "/api/v1/agents/{agent}/tools/{tool}",
            reading="json",
            path={"agent": agent, "tool": tool},
            body=body,
            timeout=timeout,
        )
        return answer

    async def authorize_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> AuthorizationBegun:
        """Prepares a sign-in at the authorization server of an MCP server whose `auth` is of the type
        `authorization_code`. Open `authorize_url` in a browser; it comes back to this server. In a browser that
        has a session of the same person that is all; otherwise the last page shows a code for
        `…/authorize/confirm`. How it stands is told in `found.authorization`.
        """
        answer: AuthorizationBegun = await self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/authorize",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def call_tool(
        self,
        name: str,
        body: CallBody,
        *,
        idempotency_key: Union[str, None] = None,
        cache_control: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """Calls a tool. A tool that failed is an answer like any other: look at `success`. With an `Idempotency-Key`
        one effect happens however often this is sent, and every one of the requests is given the same outcome.
        """
        answer: CallAnswer = await self._send(
            "POST",
            "/api/v1/tools/{name}/call",
            reading="json",
            path={"name": name},
            headers={"Idempotency-Key": idempotency_key, "Cache-Control": cache_control},
            body=body,
            timeout=timeout,
        )
        return answer

    async def callback(
        self,
        ticket: TickId,
        secret: str,
        body: Any,
        *,
        timeout: Optional[float] = None,
    ) -> Received:
        """Takes the result of an execution from its upstream. The address is given out with the request and good for
        one result; a second one changes nothing. JSON is taken as JSON, anything else as text.
        """
        answer: Received = await self._send(
            "POST",
            "/callbacks/{ticket}/{secret}",
            reading="json",
            path={"ticket": ticket, "secret": secret},
            body=body,
            timeout=timeout,
        )
        return answer

    async def cancel_execution(
        self,
        id: ExecId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Asks a running execution to stop. A write that was already sent becomes `unknown` unless it may be
        repeated.
        """
        await self._send(
            "POST",
            "/api/v1/executions/{id}/cancel",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def cancel_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Stops a job: your own, or as an operator anybody's. One that carries a run stops the run."""
        answer: Job = await self._send(
            "POST",
            "/api/v1/jobs/{id}/cancel",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def cancel_run(
        self,
        id: RunId,
        *,
        timeout: Optional[float] = None,
    ) -> Run:
        """Stops a run, whatever it is at: your own, or as an operator anybody's. What a tool has begun by then is
        carried out and recorded. A run on another server may still be `running` in the answer; it stops within a
        second.
        """
        answer: Run = await self._send(
            "POST",
            "/api/v1/runs/{id}/cancel",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def change_password(
        self,
        body: ChangePassword,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Set one's own password. All other sessions and short-lived tokens of one's own end."""
        await self._send(
            "PUT",
            "/api/v1/password",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    async def clone_template(
        self,
        id: str,
        body: CloneTemplate,
        *,
        timeout: Optional[float] = None,
    ) -> Copied:
        """Makes a tool of a template. Secrets that it names may be set later; `missing_secrets` says which."""
        answer: Copied = await self._send(
            "POST",
            "/api/v1/templates/{id}/clone",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def confirm_mcp_server_authorization(
        self,
        name: str,
        body: ConfirmAuthorization,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Hands in the code of the page that a sign-in ended with. Only who began it may."""
        answer: McpServer = await self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/authorize/confirm",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_agent(
        self,
        body: AgentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """Makes an agent. A name that is taken is a conflict."""
        answer: Agent = await self._send(
            "POST",
            "/api/v1/agents",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_alert_rule(
        self,
        body: AlertRuleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """Makes an alert rule. A name that is taken is a conflict."""
        answer: AlertRule = await self._send(
            "POST",
            "/api/v1/alerts/rules",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_case(
        self,
        name: str,
        body: CaseSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Case:
        """Saves a test case with a tool. A name that is taken is a conflict; to make or change, use PUT."""
        answer: Case = await self._send(
            "POST",
            "/api/v1/tools/{name}/cases",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_hook(
        self,
        body: HookSpec,
        *,
        timeout: Optional[float] = None,
    ) -> HookMade:
        """Makes a hook. Its secret is in the answer and nowhere else. What it starts is done with your rights, as
        they are then; of a token with scopes it has `tools:call` and `agents:run`, as far as the token has them.
        """
        answer: HookMade = await self._send(
            "POST",
            "/api/v1/hooks",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_invitation(
        self,
        body: Invite,
        *,
        timeout: Optional[float] = None,
    ) -> InvitationMade:
        """Invite an e-mail address. Send the text in the answer there; it is good for seven days."""
        answer: InvitationMade = await self._send(
            "POST",
            "/api/v1/invitations",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_job(
        self,
        body: JobSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Job:
        """Calls a tool in the background, now or later. What may be tried again is tried again with growing pauses;
        what failed too often is laid aside (`dead`), to be looked at and tried again by hand.
        """
        answer: Job = await self._send(
            "POST",
            "/api/v1/jobs",
            reading="json",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_mcp_server(
        self,
        body: McpServerSpec,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Registers an MCP server and asks it what it offers. Where `url` itself does not speak MCP, `{url}/mcp` is
        tried. A server that cannot be asked is registered all the same; `found.error` tells why. None of its tools
        can be called before it was adopted.
        """
        answer: McpServer = await self._send(
            "POST",
            "/api/v1/mcp-servers",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_model_provider(
        self,
        body: ModelProviderSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """Makes a model provider. A name that is taken is a conflict."""
        answer: ModelProvider = await self._send(
            "POST",
            "/api/v1/model-providers",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_schedule(
        self,
        body: ScheduleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """Makes a schedule: a run of an agent, or a call of a tool, that the clock starts. It is done with your
        rights as they are then, so a token with scopes also needs the one to run agents or to call tools. What was
        missed while no server was there is made up for once.
        """
        answer: Schedule = await self._send(
            "POST",
            "/api/v1/schedules",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_thread(
        self,
        body: ThreadSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """Begins a thread. A run without a thread begins one by itself; this is for one with a title, with variables,
        or with what was said elsewhere before.
        """
        answer: Thread = await self._send(
            "POST",
            "/api/v1/threads",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_token(
        self,
        body: CreateToken,
        *,
        timeout: Optional[float] = None,
    ) -> TokenMade:
        """Make a token. Its text is in the answer and nowhere else."""
        answer: TokenMade = await self._send(
            "POST",
            "/api/v1/tokens",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_tool(
        self,
        body: ToolSpec,
        *,
        note: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes a tool. A name that is taken is a conflict; to make or change, use PUT."""
        answer: Upserted = await self._send(
            "POST",
            "/api/v1/tools",
            reading="json",
            query={"note": note},
            body=body,
            timeout=timeout,
        )
        return answer

    async def create_workflow(
        self,
        body: WorkflowSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """Makes a workflow: `flow_type` and `agents`, or `steps`. A name that is taken is a conflict; a step that
        names what is not there, or comes later, is refused with its place.
        """
        answer: Workflow = await self._send(
            "POST",
            "/api/v1/workflows",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def decide_by_link(
        self,
        ticket: TickId,
        secret: str,
        body: LinkDecision,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Decides by a signed link, which is good for one decision. Takes JSON, or the form of the page."""
        answer: Ticket = await self._send(
            "POST",
            "/approvals/{ticket}/{secret}",
            reading="json",
            path={"ticket": ticket, "secret": secret},
            body=body,
            timeout=timeout,
        )
        return answer

    async def define_offer(
        self,
        *,
        agent: Optional[str] = None,
        format: Optional[Literal['openai', 'openai_strict', 'anthropic', 'gemini', 'mcp']] = None,
        timeout: Optional[float] = None,
    ) -> Definitions:
        """The three functions `search_tools`, `describe_tool` and `call_tool` in the form that a model wants. A
        runtime answers the first two with `/api/v1/offer/search` and `/api/v1/offer/describe`, the third with a
        call of the tool named in it.
        """
        answer: Definitions = await self._send(
            "GET",
            "/api/v1/offer/definitions",
            reading="json",
            query={"agent": agent, "format": format},
            timeout=timeout,
        )
        return answer

    async def define_tools(
        self,
        *,
        agent: Optional[str] = None,
        format: Optional[Literal['openai', 'openai_strict', 'anthropic', 'gemini', 'mcp']] = None,
        timeout: Optional[float] = None,
    ) -> Definitions:
        """The tools in the form that a model wants. What a provider cannot express is left out and named in a
        warning.
        """
        answer: Definitions = await self._send(
            "GET",
            "/api/v1/tools/definitions",
            reading="json",
            query={"agent": agent, "format": format},
            timeout=timeout,
        )
        return answer

    async def delete_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an agent and its assignments. Its executions stay in the log."""
        await self._send(
            "DELETE",
            "/api/v1/agents/{agent}",
            reading="nothing",
            path={"agent": agent},
            timeout=timeout,
        )

    async def delete_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an alert rule. What it raised stays in the history."""
        await self._send(
            "DELETE",
            "/api/v1/alerts/rules/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def delete_case(
        self,
        name: str,
        case: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a test case. The executions that it made stay in the log."""
        await self._send(
            "DELETE",
            "/api/v1/tools/{name}/cases/{case}",
            reading="nothing",
            path={"name": name, "case": case},
            timeout=timeout,
        )

    async def delete_conversation(
        self,
        id: ConvId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a conversation that has ended, with all that was said and kept in it. Its executions stay in the
        log.
        """
        await self._send(
            "DELETE",
            "/api/v1/conversations/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def delete_feedback(
        self,
        run: RunId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Forgets what you said of a run. Later runs learn nothing from it any more."""
        await self._send(
            "DELETE",
            "/api/v1/runs/{run}/feedback",
            reading="nothing",
            path={"run": run},
            timeout=timeout,
        )

    async def delete_hook(
        self,
        hook: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a hook. What it started goes on."""
        await self._send(
            "DELETE",
            "/api/v1/hooks/{hook}",
            reading="nothing",
            path={"hook": hook},
            timeout=timeout,
        )

    async def delete_invitation(
        self,
        id: GrantId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Withdraw an invitation."""
        await self._send(
            "DELETE",
            "/api/v1/invitations/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def delete_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes an MCP server, and the key that came with it. Tools that were adopted from it stay; their calls are
        refused.
        """
        await self._send(
            "DELETE",
            "/api/v1/mcp-servers/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    async def delete_model_provider(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a model provider. Its secret stays."""
        await self._send(
            "DELETE",
            "/api/v1/model-providers/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    async def delete_organization(
        self,
        body: Delete,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Delete it with everything in it, for good."""
        await self._send(
            "DELETE",
            "/api/v1/organization",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    async def delete_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Removes a schedule. What it started goes on."""
        await self._send(
            "DELETE",
            "/api/v1/schedules/{schedule}",
            reading="nothing",
            path={"schedule": schedule},
            timeout=timeout,
        )

    async def delete_secret(
        self,
        name: str,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> None:
        """Delete a secret. Tools that refer to it fail from now on."""
        await self._send(
            "DELETE",
            "/api/v1/secrets/{name}",
            reading="nothing",
            path={"name": name},
            query={"agent": agent},
            timeout=timeout,
        )

    async def delete_thread(
        self,
        id: ThreadId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a thread with its messages, unless a run is at work on it. Its runs stay in the list."""
        await self._send(
            "DELETE",
            "/api/v1/threads/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def delete_tool(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a tool out of use. Its history and its executions stay in the log."""
        await self._send(
            "DELETE",
            "/api/v1/tools/{name}",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    async def delete_tool_draft(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Throws the draft away."""
        await self._send(
            "DELETE",
            "/api/v1/tools/{name}/draft",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    async def delete_workflow(
        self,
        workflow: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Deletes a workflow. Its runs stay in the log, and those under way go on."""
        await self._send(
            "DELETE",
            "/api/v1/workflows/{workflow}",
            reading="nothing",
            path={"workflow": workflow},
            timeout=timeout,
        )

    async def deny(
        self,
        id: TickId,
        body: Deny,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """Refuses. Nothing is done, and the model is told."""
        answer: Ticket = await self._send(
            "POST",
            "/api/v1/approvals/{id}/deny",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def describe_tool(
        self,
        body: OfferDescribe,
        *,
        timeout: Optional[float] = None,
    ) -> OfferDescribed:
        """How a tool is called: what it does, and the schema of its arguments. Of a name that is not there the
        nearest are told.
        """
        answer: OfferDescribed = await self._send(
            "POST",
            "/api/v1/offer/describe",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def diagnose(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Diagnosis:
        """What the server knows about its own health. What tells of the machine, of secrets or of receivers is left
        out for those who are no administrators.
        """
        answer: Diagnosis = await self._send(
            "GET",
            "/api/v1/doctor",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def diff_tool(
        self,
        name: str,
        *,
        from_: int,
        to: int,
        timeout: Optional[float] = None,
    ) -> List[Change]:
        """What differs between two states of a tool."""
        answer: List[Change] = await self._send(
            "GET",
            "/api/v1/tools/{name}/diff",
            reading="json",
            path={"name": name},
            query={"from": from_, "to": to},
            timeout=timeout,
        )
        return answer

    async def disconnect_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Gives an MCP server's tokens back where its authorization server takes them (RFC 7009), and forgets them.
        """
        await self._send(
            "DELETE",
            "/api/v1/mcp-servers/{name}/authorize",
            reading="nothing",
            path={"name": name},
            timeout=timeout,
        )

    async def export_audit(
        self,
        *,
        action: Optional[str] = None,
        user_id: Optional[UserId] = None,
        target_kind: Optional[str] = None,
        target_id: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        timeout: Optional[float] = None,
    ) -> str:
        """The log in the order of its chain, oldest first: what can be kept elsewhere and verified without a server.
        """
        answer: str = await self._send(
            "GET",
            "/api/v1/audit/export",
            reading="text",
            query={"action": action, "user_id": user_id, "target_kind": target_kind, "target_id": target_id, "text": text, "since": since, "until": until},
            timeout=timeout,
        )
        return answer

    async def export_bundle(
        self,
        *,
        tools: Optional[str] = None,
        agents: Optional[str] = None,
        format: Optional[Literal['yaml', 'json']] = None,
        timeout: Optional[float] = None,
    ) -> Bundle:
        """A bundle of the named tools and agents, or of everything. It holds no secret and no credential."""
        answer: Bundle = await self._send(
            "GET",
            "/api/v1/export",
            reading="json",
            query={"tools": tools, "agents": agents, "format": format},
            timeout=timeout,
        )
        return answer

    async def export_conversations(
        self,
        *,
        agent: Optional[str] = None,
        state: Optional[Literal['live', 'ended']] = None,
        outcome: Optional[Literal['success', 'failure', 'unknown']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        search: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> str:
        """Conversations with all that was said in them, one a line, newest first."""
        answer: str = await self._send(
            "GET",
            "/api/v1/conversations/export",
            reading="text",
            query={"agent": agent, "state": state, "outcome": outcome, "since": since, "until": until, "search": search},
            timeout=timeout,
        )
        return answer

    async def export_tool(
        self,
        name: str,
        *,
        format: Optional[Literal['openai', 'openai_plain', 'openai_responses', 'openai_realtime', 'anthropic', 'gemini', 'mcp', 'elevenlabs', 'vapi', 'vapi_api_request']] = None,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> ExportedTool:
        """A tool in another form. What the form cannot hold is listed beside it."""
        answer: ExportedTool = await self._send(
            "GET",
            "/api/v1/tools/{name}/export",
            reading="json",
            path={"name": name},
            query={"format": format, "agent": agent},
            timeout=timeout,
        )
        return answer

    async def export_tools(
        self,
        *,
        format: Optional[Literal['openai', 'openai_plain', 'openai_responses', 'openai_realtime', 'anthropic', 'gemini', 'mcp', 'elevenlabs', 'vapi', 'vapi_api_request']] = None,
        agent: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ExportedTool:
        """Tools in another form, by name. What the form cannot hold of a tool is listed beside it."""
        answer: Page_ExportedTool = await self._send(
            "GET",
            "/api/v1/export/tools",
            reading="json",
            query={"format": format, "agent": agent, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def get_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """One agent."""
        answer: Agent = await self._send(
            "GET",
            "/api/v1/agents/{agent}",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    async def get_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """One draft, with what it would change."""
        answer: AgentDraftView = await self._send(
            "GET",
            "/api/v1/agents/{agent}/drafts/{draft}",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    async def get_agent_template(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> AgentTemplate:
        """One agent template, with all that it extends."""
        answer: AgentTemplate = await self._send(
            "GET",
            "/api/v1/agent-templates/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """One alert rule, with where it stands."""
        answer: AlertRule = await self._send(
            "GET",
            "/api/v1/alerts/rules/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_answer(
        self,
        id: ExecId,
        *,
        wait_ms: Optional[int] = None,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """How an execution went, in the form of the answer to its call. While it still waits or runs, `pending` says
        for what.
        """
        answer: CallAnswer = await self._send(
            "GET",
            "/api/v1/executions/{id}/answer",
            reading="json",
            path={"id": id},
            query={"wait_ms": wait_ms},
            timeout=timeout,
        )
        return answer

    async def get_approval(
        self,
        id: TickId,
        *,
        timeout: Optional[float] = None,
    ) -> Ticket:
        """One ticket."""
        answer: Ticket = await self._send(
            "GET",
            "/api/v1/approvals/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_case(
        self,
        name: str,
        case: str,
        *,
        timeout: Optional[float] = None,
    ) -> Case:
        """A test case, with how it went when it was last run."""
        answer: Case = await self._send(
            "GET",
            "/api/v1/tools/{name}/cases/{case}",
            reading="json",
            path={"name": name, "case": case},
            timeout=timeout,
        )
        return answer

    async def get_conversation(
        self,
        id: ConvId,
        *,
        timeout: Optional[float] = None,
    ) -> ConversationDetail:
        """A conversation: what was said, what it used and what it cost."""
        answer: ConversationDetail = await self._send(
            "GET",
            "/api/v1/conversations/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_credits(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> CreditAccount:
        """What your organization has, and what operations cost. Nothing is charged unless the operator switched that
        on.
        """
        answer: CreditAccount = await self._send(
            "GET",
            "/api/v1/credits",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def get_document(
        self,
        id: DocId,
        *,
        timeout: Optional[float] = None,
    ) -> Document:
        """What is known of a document."""
        answer: Document = await self._send(
            "GET",
            "/api/v1/documents/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_document_content(
        self,
        id: DocId,
        *,
        timeout: Optional[float] = None,
    ) -> bytes:
        """The bytes of a document. A picture may be looked at; anything else is for downloading, whatever it says
        that it is.
        """
        answer: bytes = await self._send(
            "GET",
            "/api/v1/documents/{id}/content",
            reading="bytes",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_execution(
        self,
        id: ExecId,
        *,
        timeout: Optional[float] = None,
    ) -> Execution:
        """One execution."""
        answer: Execution = await self._send(
            "GET",
            "/api/v1/executions/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_execution_result(
        self,
        id: ExecId,
        *,
        cursor: str,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """What follows in a result that was cut."""
        answer: CallAnswer = await self._send(
            "GET",
            "/api/v1/executions/{id}/result",
            reading="json",
            path={"id": id},
            query={"cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def get_hook(
        self,
        hook: str,
        *,
        timeout: Optional[float] = None,
    ) -> Hook:
        """One hook."""
        answer: Hook = await self._send(
            "GET",
            "/api/v1/hooks/{hook}",
            reading="json",
            path={"hook": hook},
            timeout=timeout,
        )
        return answer

    async def get_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """One job: your own, or with the right to read anybody's."""
        answer: Job = await self._send(
            "GET",
            "/api/v1/jobs/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_library_tool(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> LibraryTool:
        """One public tool of another organization, as a copy gets it: with the names of its secrets and without
        credentials.
        """
        answer: LibraryTool = await self._send(
            "GET",
            "/api/v1/library/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_limits(
        self,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Limits:
        """The limits of the organization, or of one of its agents. They hold beside those of each tool."""
        answer: Limits = await self._send(
            "GET",
            "/api/v1/limits",
            reading="json",
            query={"agent": agent},
            timeout=timeout,
        )
        return answer

    async def get_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """One MCP server."""
        answer: McpServer = await self._send(
            "GET",
            "/api/v1/mcp-servers/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def get_me(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Me:
        """Who one is."""
        answer: Me = await self._send(
            "GET",
            "/api/v1/me",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def get_model_provider(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """One model provider."""
        answer: ModelProvider = await self._send(
            "GET",
            "/api/v1/model-providers/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def get_organization(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Organization:
        """The organization."""
        answer: Organization = await self._send(
            "GET",
            "/api/v1/organization",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def get_proposal(
        self,
        id: PropId,
        *,
        timeout: Optional[float] = None,
    ) -> ProposalView:
        """One proposal, with what it would change."""
        answer: ProposalView = await self._send(
            "GET",
            "/api/v1/proposals/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_publishing(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Publishing:
        """What the organization demands before a tool is made public or destructive."""
        answer: Publishing = await self._send(
            "GET",
            "/api/v1/organization/publishing",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def get_run(
        self,
        id: RunId,
        *,
        wait_ms: Optional[int] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """One run: your own, or with the right to read anybody's."""
        answer: Run = await self._send(
            "GET",
            "/api/v1/runs/{id}",
            reading="json",
            path={"id": id},
            query={"wait_ms": wait_ms},
            timeout=timeout,
        )
        return answer

    async def get_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """One schedule."""
        answer: Schedule = await self._send(
            "GET",
            "/api/v1/schedules/{schedule}",
            reading="json",
            path={"schedule": schedule},
            timeout=timeout,
        )
        return answer

    async def get_session(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Session:
        """The session at hand, with its CSRF token: for a page that was loaded anew."""
        answer: Session = await self._send(
            "GET",
            "/api/v1/session",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def get_signed_url(
        self,
        *,
        agent_id: str,
        timeout: Optional[float] = None,
    ) -> SignedUrl:
        """An address at which one conversation with an agent may be begun without a token, within 15 minutes. Whoever
        has it talks with the rights of the token that asked for it, as long as that one is good.
        """
        answer: SignedUrl = await self._send(
            "GET",
            "/v1/convai/conversation/get-signed-url",
            reading="json",
            query={"agent_id": agent_id},
            timeout=timeout,
        )
        return answer

    async def get_template(
        self,
        id: str,
        *,
        timeout: Optional[float] = None,
    ) -> Template:
        """One template."""
        answer: Template = await self._send(
            "GET",
            "/api/v1/templates/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_thread(
        self,
        id: ThreadId,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """One thread: your own, or with the right to read anybody's."""
        answer: Thread = await self._send(
            "GET",
            "/api/v1/threads/{id}",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def get_token(
        self,
        *,
        body: Optional[Union[GetToken, None]] = None,
        timeout: Optional[float] = None,
    ) -> TokenGiven:
        """A short-lived token, for address and password or for a token that is valid."""
        answer: TokenGiven = await self._send(
            "POST",
            "/token/get_token",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def get_tool(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> Tool:
        """One tool."""
        answer: Tool = await self._send(
            "GET",
            "/api/v1/tools/{name}",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def get_tool_draft(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> DraftView:
        """The draft of a tool, and what it would change."""
        answer: DraftView = await self._send(
            "GET",
            "/api/v1/tools/{name}/draft",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def get_tool_limits(
        self,
        name: str,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> LimitStatus:
        """How a tool stands with its limits now, as the caller would meet them: calls left, places taken, breakers,
        cache. Places and breakers are those of the server that answers.
        """
        answer: LimitStatus = await self._send(
            "GET",
            "/api/v1/tools/{name}/limits",
            reading="json",
            path={"name": name},
            query={"agent": agent},
            timeout=timeout,
        )
        return answer

    async def get_tool_usage(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ToolUsage:
        """How a tool has been used."""
        answer: ToolUsage = await self._send(
            "GET",
            "/api/v1/tools/{name}/usage",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def get_tool_version(
        self,
        name: str,
        revision: int,
        *,
        timeout: Optional[float] = None,
    ) -> ToolVersion:
        """One state that a tool has been in."""
        answer: ToolVersion = await self._send(
            "GET",
            "/api/v1/tools/{name}/versions/{revision}",
            reading="json",
            path={"name": name, "revision": revision},
            timeout=timeout,
        )
        return answer

    async def get_workflow(
        self,
        workflow: str,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """One workflow."""
        answer: Workflow = await self._send(
            "GET",
            "/api/v1/workflows/{workflow}",
            reading="json",
            path={"workflow": workflow},
            timeout=timeout,
        )
        return answer

    async def give_execution_result(
        self,
        id: ExecId,
        body: ClientResult,
        *,
        timeout: Optional[float] = None,
    ) -> ResultReceived:
        """Gives the result of an execution of a `client` tool that waits for its client. The first result counts; a
        second one changes nothing. Whoever asked may answer, and so may operators.
        """
        answer: ResultReceived = await self._send(
            "POST",
            "/api/v1/executions/{id}/result",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def give_feedback(
        self,
        run: RunId,
        body: FeedbackSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Feedback:
        """Says what you think of a run. Said again, it takes the place of what you said before. An agent with
        `learning_enabled` is told your comments and corrections in your own later runs.
        """
        answer: Feedback = await self._send(
            "POST",
            "/api/v1/runs/{run}/feedback",
            reading="json",
            path={"run": run},
            body=body,
            timeout=timeout,
        )
        return answer

    async def grant_credits(
        self,
        body: GrantCredits,
        *,
        timeout: Optional[float] = None,
    ) -> CreditEntry:
        """Adds credits, or takes some away; never more than there are."""
        answer: CreditEntry = await self._send(
            "POST",
            "/api/v1/credits/grants",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def grant_tool(
        self,
        name: str,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Shares a tool with a member. Its maker and administrators may do that."""
        await self._send(
            "PUT",
            "/api/v1/tools/{name}/grants/{user_id}",
            reading="nothing",
            path={"name": name, "user_id": user_id},
            timeout=timeout,
        )

    async def guess_parameters(
        self,
        body: SampleBody,
        *,
        timeout: Optional[float] = None,
    ) -> Guess:
        """Guesses the parameters and the configuration of a tool from one request. Nothing is sent and nothing is
        kept.
        """
        answer: Guess = await self._send(
            "POST",
            "/api/v1/suggestions/parameters",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def health(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Health:
        """The process is up. Says nothing about the database."""
        answer: Health = await self._send(
            "GET",
            "/healthz",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def hook_status(
        self,
        slug: str,
        *,
        key: str,
        timeout: Optional[float] = None,
    ) -> HookAnswer:
        """How something stands that a hook started. The address is given out with the answer and good for a day."""
        answer: HookAnswer = await self._send(
            "GET",
            "/hooks/{slug}/status",
            reading="json",
            path={"slug": slug},
            query={"key": key},
            timeout=timeout,
        )
        return answer

    async def import_bundle(
        self,
        body: Bundle,
        *,
        dry_run: Optional[bool] = None,
        on_conflict: Optional[Literal['fail', 'skip', 'replace']] = None,
        timeout: Optional[float] = None,
    ) -> BundleReport:
        """Brings the tools and agents of a bundle, JSON or YAML, into the organization."""
        answer: BundleReport = await self._send(
            "POST",
            "/api/v1/bundles",
            reading="json",
            query={"dry_run": dry_run, "on_conflict": on_conflict},
            body=body,
            timeout=timeout,
        )
        return answer

    async def improve_agent(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Has the agent's own model propose changed instructions from the feedback. They are kept as a draft and
        change nothing until a person accepts it.
        """
        answer: AgentDraftView = await self._send(
            "POST",
            "/api/v1/agents/{agent}/improve",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    async def install_agent_pack(
        self,
        id: str,
        body: InstallPack,
        *,
        timeout: Optional[float] = None,
    ) -> PackReport:
        """Makes what of a pack is not there yet: all of it, or nothing. What is there by its name is kept. Unless it
        is a dry run, it needs the scope `agents:write` too.
        """
        answer: PackReport = await self._send(
            "POST",
            "/api/v1/agent-packs/{id}/install",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def install_library_tool(
        self,
        id: str,
        body: InstallTool,
        *,
        timeout: Optional[float] = None,
    ) -> Copied:
        """Takes a copy of a public tool. Where it came from is kept with it."""
        answer: Copied = await self._send(
            "POST",
            "/api/v1/library/{id}/install",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def list_agent_drafts(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentDraft:
        """Proposed instructions of an agent, newest first."""
        answer: Page_AgentDraft = await self._send(
            "GET",
            "/api/v1/agents/{agent}/drafts",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_agent_grants(
        self,
        agent: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Grant:
        """The users with whom an agent is shared. With `is_shared` everybody may run it, whoever stands here."""
        answer: Page_Grant = await self._send(
            "GET",
            "/api/v1/agents/{agent}/grants",
            reading="json",
            path={"agent": agent},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_agent_packs(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentPack:
        """The packs that come with the program, by id, with their agents and tools."""
        answer: Page_AgentPack = await self._send(
            "GET",
            "/api/v1/agent-packs",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_agent_templates(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AgentTemplate:
        """The agent templates that come with the program, by id."""
        answer: Page_AgentTemplate = await self._send(
            "GET",
            "/api/v1/agent-templates",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_agent_tool_changes(
        self,
        agent: str,
        *,
        since: Optional[Timestamp] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolChange:
        """The changes of an agent's tools that reached it, newest first. An agent with a pin is not reached by what
        it does not have.
        """
        answer: Page_ToolChange = await self._send(
            "GET",
            "/api/v1/agents/{agent}/tools/changes",
            reading="json",
            path={"agent": agent},
            query={"since": since, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_agent_tools(
        self,
        agent: str,
        *,
        timeout: Optional[float] = None,
    ) -> List[AssignedTool]:
        """The tools of an agent, in its order."""
        answer: List[AssignedTool] = await self._send(
            "GET",
            "/api/v1/agents/{agent}/tools",
            reading="json",
            path={"agent": agent},
            timeout=timeout,
        )
        return answer

    async def list_agents(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Agent:
        """The organization's agents, by name."""
        answer: Page_Agent = await self._send(
            "GET",
            "/api/v1/agents",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_alert_rules(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AlertRule:
        """The organization's alert rules, by name. A webhook's path is shown only to those who may change rules."""
        answer: Page_AlertRule = await self._send(
            "GET",
            "/api/v1/alerts/rules",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_alerts(
        self,
        *,
        rule: Optional[AlertId] = None,
        state: Optional[Literal['firing', 'resolved']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Incident:
        """What alert rules have raised, newest first: one item for each time that a rule fired, with when it was
        over.
        """
        answer: Page_Incident = await self._send(
            "GET",
            "/api/v1/alerts",
            reading="json",
            query={"rule": rule, "state": state, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_all_cases(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Case:
        """The test cases of all tools, oldest first."""
        answer: Page_Case = await self._send(
            "GET",
            "/api/v1/cases",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_approvals(
        self,
        *,
        state: Optional[Literal['open', 'approved', 'answered', 'used', 'denied', 'expired', 'void']] = None,
        kind: Optional[Literal['approval', 'confirmation', 'callback', 'late', 'client', 'run']] = None,
        tool: Optional[str] = None,
        execution: Optional[ExecId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Ticket:
        """What executions wait for, newest first."""
        answer: Page_Ticket = await self._send(
            "GET",
            "/api/v1/approvals",
            reading="json",
            query={"state": state, "kind": kind, "tool": tool, "execution": execution, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_audit(
        self,
        *,
        action: Optional[str] = None,
        user_id: Optional[UserId] = None,
        target_kind: Optional[str] = None,
        target_id: Optional[str] = None,
        text: Optional[str] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        format: Optional[Literal['json', 'ndjson']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_AuditRow:
        """What was changed, newest first."""
        answer: Page_AuditRow = await self._send(
            "GET",
            "/api/v1/audit",
            reading="json",
            query={"action": action, "user_id": user_id, "target_kind": target_kind, "target_id": target_id, "text": text, "since": since, "until": until, "format": format, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_cases(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Case:
        """The test cases of a tool, by name, each with how it went when it was last run."""
        answer: Page_Case = await self._send(
            "GET",
            "/api/v1/tools/{name}/cases",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_conversation_messages(
        self,
        id: ConvId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ThreadMessage:
        """What was said in a conversation, oldest first: what the model has seen of it, word for word."""
        answer: Page_ThreadMessage = await self._send(
            "GET",
            "/api/v1/conversations/{id}/messages",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_conversations(
        self,
        *,
        agent: Optional[str] = None,
        state: Optional[Literal['live', 'ended']] = None,
        outcome: Optional[Literal['success', 'failure', 'unknown']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        search: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Conversation:
        """The organization's conversations, newest first."""
        answer: Page_Conversation = await self._send(
            "GET",
            "/api/v1/conversations",
            reading="json",
            query={"agent": agent, "state": state, "outcome": outcome, "since": since, "until": until, "search": search, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_credit_entries(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_CreditEntry:
        """The ledger, newest first: every charge, refund and grant, with what there was after it."""
        answer: Page_CreditEntry = await self._send(
            "GET",
            "/api/v1/credits/entries",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_deliveries(
        self,
        *,
        state: Optional[Literal['queued', 'delivered', 'failed']] = None,
        subject: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Delivery:
        """The organization's webhooks, newest first: each is tried for a day and kept for a week."""
        answer: Page_Delivery = await self._send(
            "GET",
            "/api/v1/deliveries",
            reading="json",
            query={"state": state, "subject": subject, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_documents(
        self,
        *,
        execution_id: Optional[ExecId] = None,
        conversation_id: Optional[ConvId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Document:
        """The organization's documents, newest first."""
        answer: Page_Document = await self._send(
            "GET",
            "/api/v1/documents",
            reading="json",
            query={"execution_id": execution_id, "conversation_id": conversation_id, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_executions(
        self,
        *,
        tool: Optional[str] = None,
        agent: Optional[str] = None,
        call_id: Optional[str] = None,
        conversation_id: Optional[str] = None,
        user: Optional[UserId] = None,
        state: Optional[Literal['received', 'claimed', 'started', 'done', 'failed', 'unknown', 'released', 'parked']] = None,
        error_class: Optional[Literal['network_error', 'auth_error', 'validation_error', 'rate_limit_error', 'timeout_error', 'permission_error', 'approval_required', 'circuit_open', 'sandbox_error', 'upstream_error', 'not_found', 'cancelled', 'outcome_unknown', 'unknown_error']] = None,
        since: Optional[Timestamp] = None,
        until: Optional[Timestamp] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Execution:
        """The organization's executions, newest first."""
        answer: Page_Execution = await self._send(
            "GET",
            "/api/v1/executions",
            reading="json",
            query={"tool": tool, "agent": agent, "call_id": call_id, "conversation_id": conversation_id, "user": user, "state": state, "error_class": error_class, "since": since, "until": until, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_features(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> List[Feature]:
        """Every feature that is known, and how it stands."""
        answer: List[Feature] = await self._send(
            "GET",
            "/api/v1/features",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def list_hook_deliveries(
        self,
        hook: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_HookDelivery:
        """What came to a hook lately, newest first: at most the last 500 requests, for a week."""
        answer: Page_HookDelivery = await self._send(
            "GET",
            "/api/v1/hooks/{hook}/deliveries",
            reading="json",
            path={"hook": hook},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_hooks(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Hook:
        """The organization's hooks, newest first, without their secrets."""
        answer: Page_Hook = await self._send(
            "GET",
            "/api/v1/hooks",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_imports(
        self,
        *,
        source: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ImportedTool:
        """The tools that were imported, with where each came from."""
        answer: Page_ImportedTool = await self._send(
            "GET",
            "/api/v1/imports",
            reading="json",
            query={"source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_installed(
        self,
        *,
        source: Optional[Literal['library', 'template', 'bundle', 'settings']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_InstalledTool:
        """The organization's tools that came from the library, a template, a bundle or an agent's settings, oldest
        first.
        """
        answer: Page_InstalledTool = await self._send(
            "GET",
            "/api/v1/library/installed",
            reading="json",
            query={"source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_invitations(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Invitation:
        """The invitations that were not taken up, oldest first; expired ones too."""
        answer: Page_Invitation = await self._send(
            "GET",
            "/api/v1/invitations",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_jobs(
        self,
        *,
        state: Optional[Literal['queued', 'running', 'waiting', 'done', 'dead', 'cancelled']] = None,
        kind: Optional[Literal['run', 'call']] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Job:
        """The organization's jobs, newest first."""
        answer: Page_Job = await self._send(
            "GET",
            "/api/v1/jobs",
            reading="json",
            query={"state": state, "kind": kind, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_library(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        kind: Optional[Literal['http', 'system', 'python', 'business', 'client', 'agent', 'workflow', 'mcp']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_LibraryTool:
        """Public tools of other organizations, by name."""
        answer: Page_LibraryTool = await self._send(
            "GET",
            "/api/v1/library",
            reading="json",
            query={"search": search, "category": category, "kind": kind, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_mcp_server_tools(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_McpUpstreamTool:
        """What an MCP server offers, by name, and how each tool stands: `available`, `adopted`, `quarantined` (its
        definition has changed since it was agreed to) or `gone`.
        """
        answer: Page_McpUpstreamTool = await self._send(
            "GET",
            "/api/v1/mcp-servers/{name}/tools",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_mcp_servers(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_McpServer:
        """The organization's MCP servers, by name. Credentials are names of secrets."""
        answer: Page_McpServer = await self._send(
            "GET",
            "/api/v1/mcp-servers",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_members(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Member:
        """The members, oldest user first."""
        answer: Page_Member = await self._send(
            "GET",
            "/api/v1/members",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_messages(
        self,
        id: ThreadId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ThreadMessage:
        """What was said on a thread, oldest first: what the model has seen of it, word for word. For whose thread it
        is, and for administrators.
        """
        answer: Page_ThreadMessage = await self._send(
            "GET",
            "/api/v1/threads/{id}/messages",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_model_providers(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ModelProvider:
        """The model providers that the organization can use, by name: its own, and those of the server's environment.
        Names of secrets and options are shown to those who may set them.
        """
        answer: Page_ModelProvider = await self._send(
            "GET",
            "/api/v1/model-providers",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_proposals(
        self,
        *,
        state: Optional[Literal['open', 'approved', 'rejected', 'withdrawn', 'stale']] = None,
        tool: Optional[str] = None,
        user_id: Optional[UserId] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Proposal:
        """Changes that wait for somebody, or waited, newest first."""
        answer: Page_Proposal = await self._send(
            "GET",
            "/api/v1/proposals",
            reading="json",
            query={"state": state, "tool": tool, "user_id": user_id, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_run_steps(
        self,
        id: RunId,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Step:
        """What a run did, in order: each answer of the model, then the tools that it called, with their executions.
        """
        answer: Page_Step = await self._send(
            "GET",
            "/api/v1/runs/{id}/steps",
            reading="json",
            path={"id": id},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_runs(
        self,
        *,
        state: Optional[Literal['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']] = None,
        agent: Optional[str] = None,
        workflow: Optional[str] = None,
        kind: Optional[Literal['agent', 'workflow']] = None,
        parent_id: Optional[RunId] = None,
        thread_id: Optional[ThreadId] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Run:
        """The organization's runs, newest first."""
        answer: Page_Run = await self._send(
            "GET",
            "/api/v1/runs",
            reading="json",
            query={"state": state, "agent": agent, "workflow": workflow, "kind": kind, "parent_id": parent_id, "thread_id": thread_id, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_schedules(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Schedule:
        """The organization's schedules, by name, each with when it comes next and how it went last."""
        answer: Page_Schedule = await self._send(
            "GET",
            "/api/v1/schedules",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_secrets(
        self,
        *,
        agent: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_SecretInfo:
        """The names of the secrets, without their values."""
        answer: Page_SecretInfo = await self._send(
            "GET",
            "/api/v1/secrets",
            reading="json",
            query={"agent": agent, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_suggestions(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolSuggestions:
        """What could be better about the organization's tools, by name. Tools about which there is nothing to say are
        left out, so a page may have fewer items than asked for.
        """
        answer: Page_ToolSuggestions = await self._send(
            "GET",
            "/api/v1/suggestions",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_templates(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        source: Optional[Literal['builtin', 'organization']] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Template:
        """The templates of the program by id, then those of the organization by name."""
        answer: Page_Template = await self._send(
            "GET",
            "/api/v1/templates",
            reading="json",
            query={"search": search, "category": category, "source": source, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_threads(
        self,
        *,
        agent: Optional[str] = None,
        user: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Thread:
        """The organization's threads, newest first."""
        answer: Page_Thread = await self._send(
            "GET",
            "/api/v1/threads",
            reading="json",
            query={"agent": agent, "user": user, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_tokens(
        self,
        *,
        all: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Token:
        """The tokens and sessions that were not revoked, oldest first. Their texts are not shown."""
        answer: Page_Token = await self._send(
            "GET",
            "/api/v1/tokens",
            reading="json",
            query={"all": all, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_tool_grants(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Grant:
        """The users with whom a tool is shared. With `is_shared` everybody may call it, whoever stands here."""
        answer: Page_Grant = await self._send(
            "GET",
            "/api/v1/tools/{name}/grants",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_tool_versions(
        self,
        name: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_ToolVersion:
        """Every state that a tool has been in, newest first."""
        answer: Page_ToolVersion = await self._send(
            "GET",
            "/api/v1/tools/{name}/versions",
            reading="json",
            path={"name": name},
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_tools(
        self,
        *,
        search: Optional[str] = None,
        category: Optional[str] = None,
        kind: Optional[Literal['http', 'system', 'python', 'business', 'client', 'agent', 'workflow', 'mcp']] = None,
        mine: Optional[bool] = None,
        active: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Tool:
        """The organization's tools, by name."""
        answer: Page_Tool = await self._send(
            "GET",
            "/api/v1/tools",
            reading="json",
            query={"search": search, "category": category, "kind": kind, "mine": mine, "active": active, "limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_unmatched_calls(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_UnmatchedCall:
        """Tools that were called and do not exist, by name, each with the tools that may have been meant."""
        answer: Page_UnmatchedCall = await self._send(
            "GET",
            "/api/v1/suggestions/unmatched",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def list_workflows(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Page_Workflow:
        """The organization's workflows, by name."""
        answer: Page_Workflow = await self._send(
            "GET",
            "/api/v1/workflows",
            reading="json",
            query={"limit": limit, "cursor": cursor},
            timeout=timeout,
        )
        return answer

    async def make_case_of_execution(
        self,
        id: ExecId,
        body: FromExecution,
        *,
        timeout: Optional[float] = None,
    ) -> MadeCase:
        """Makes a test case of an execution: the same call, with the recorded outcome expected."""
        answer: MadeCase = await self._send(
            "POST",
            "/api/v1/executions/{id}/case",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def metrics(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> str:
        """The figures of this process, in Prometheus's text form."""
        answer: str = await self._send(
            "GET",
            "/metrics",
            reading="text",
            timeout=timeout,
        )
        return answer

    async def migrate_tools_settings(
        self,
        agent: str,
        body: MigrateSettings,
        *,
        timeout: Optional[float] = None,
    ) -> Migration:
        """Makes tools of an agent's `tools_settings` and assigns them; the agent then carries none. Doing it again
        changes nothing.
        """
        answer: Migration = await self._send(
            "POST",
            "/api/v1/agents/{agent}/tools-settings",
            reading="json",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    async def oauth_client_metadata(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Dict[str, Any]:
        """Who we are, for authorization servers that take the address of such a document for a client's id. Only
        where this server has an `https` address.
        """
        answer: Dict[str, Any] = await self._send(
            "GET",
            "/oauth/client-metadata.json",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def openapi(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Dict[str, Any]:
        """This document."""
        answer: Dict[str, Any] = await self._send(
            "GET",
            "/openapi.json",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def preview_import(
        self,
        body: ImportSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ImportReport:
        """What importing would do: the tools with their costs, warnings and differences. Nothing is saved. Bodies may
        have 16 MiB.
        """
        answer: ImportReport = await self._send(
            "POST",
            "/api/v1/imports/preview",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def publish_tool_draft(
        self,
        name: str,
        body: Publish,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes the draft the live state, as a new revision. When somebody changed the tool since the draft was begun
        it is a conflict, and `details.diff` says what they changed.
        """
        answer: Upserted = await self._send(
            "POST",
            "/api/v1/tools/{name}/draft/publish",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_agent(
        self,
        agent: str,
        body: AgentSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Agent:
        """Makes the agent, or brings it to this state."""
        answer: Agent = await self._send(
            "PUT",
            "/api/v1/agents/{agent}",
            reading="json",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_alert_rule(
        self,
        id: AlertId,
        body: AlertRuleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> AlertRule:
        """Brings an alert rule to this state. When it watches something else now, it begins anew."""
        answer: AlertRule = await self._send(
            "PUT",
            "/api/v1/alerts/rules/{id}",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_case(
        self,
        name: str,
        case: str,
        body: CaseSpec,
        *,
        timeout: Optional[float] = None,
    ) -> SavedCase:
        """Makes the test case, or brings it to this state."""
        answer: SavedCase = await self._send(
            "PUT",
            "/api/v1/tools/{name}/cases/{case}",
            reading="json",
            path={"name": name, "case": case},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_features(
        self,
        body: Dict[str, Union[int, None]],
        *,
        timeout: Optional[float] = None,
    ) -> List[Feature]:
        """Sets features, each to a share of 0 (off) to 100 (on), or with `null` back to what holds for all. Others
        stay.
        """
        answer: List[Feature] = await self._send(
            "PUT",
            "/api/v1/features",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_hook(
        self,
        hook: str,
        body: HookSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Hook:
        """Brings a hook to this state; from then on it acts with your rights. Its platform and its secret stay."""
        answer: Hook = await self._send(
            "PUT",
            "/api/v1/hooks/{hook}",
            reading="json",
            path={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_model_provider(
        self,
        name: str,
        body: ModelProviderSpec,
        *,
        timeout: Optional[float] = None,
    ) -> ModelProvider:
        """Brings a model provider to this state. One of the environment can only be read: that is a conflict."""
        answer: ModelProvider = await self._send(
            "PUT",
            "/api/v1/model-providers/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_schedule(
        self,
        schedule: str,
        body: ScheduleSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Schedule:
        """Brings a schedule to this state; from then on it does what it does with your rights."""
        answer: Schedule = await self._send(
            "PUT",
            "/api/v1/schedules/{schedule}",
            reading="json",
            path={"schedule": schedule},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_tool(
        self,
        name: str,
        body: ToolSpec,
        *,
        dry_run: Optional[bool] = None,
        refuse_breaking: Optional[bool] = None,
        note: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Makes the tool, or brings it to this state. Saying the same again changes nothing and makes no revision."""
        answer: Upserted = await self._send(
            "PUT",
            "/api/v1/tools/{name}",
            reading="json",
            path={"name": name},
            query={"dry_run": dry_run, "refuse_breaking": refuse_breaking, "note": note},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_tool_draft(
        self,
        name: str,
        body: ToolSpec,
        *,
        rebase: Optional[bool] = None,
        timeout: Optional[float] = None,
    ) -> DraftView:
        """Begins a draft, or saves it again. It remembers the revision that it was begun from; calls and models do
        not see it.
        """
        answer: DraftView = await self._send(
            "PUT",
            "/api/v1/tools/{name}/draft",
            reading="json",
            path={"name": name},
            query={"rebase": rebase},
            body=body,
            timeout=timeout,
        )
        return answer

    async def put_workflow(
        self,
        workflow: str,
        body: WorkflowSpec,
        *,
        timeout: Optional[float] = None,
    ) -> Workflow:
        """Makes the workflow of that name, or brings it to this state. Runs under way go on as they began. With
        `revision` nothing is done when somebody else has changed it since: a conflict.
        """
        answer: Workflow = await self._send(
            "PUT",
            "/api/v1/workflows/{workflow}",
            reading="json",
            path={"workflow": workflow},
            body=body,
            timeout=timeout,
        )
        return answer

    async def readiness(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> Health:
        """The server can do its work: the database answers, and it is not stopping."""
        answer: Health = await self._send(
            "GET",
            "/readyz",
            reading="json",
            timeout=timeout,
        )
        return answer

    async def refresh_mcp_server(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> Refreshed:
        """Asks an MCP server what it offers now; that it cannot be asked is told in `server.found.error`. Adopted
        tools whose definition has changed are not called any more until somebody accepts the change.
        """
        answer: Refreshed = await self._send(
            "POST",
            "/api/v1/mcp-servers/{name}/refresh",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def reject_agent_draft(
        self,
        agent: str,
        draft: DraftId,
        *,
        timeout: Optional[float] = None,
    ) -> AgentDraftView:
        """Puts a draft aside."""
        answer: AgentDraftView = await self._send(
            "POST",
            "/api/v1/agents/{agent}/drafts/{draft}/reject",
            reading="json",
            path={"agent": agent, "draft": draft},
            timeout=timeout,
        )
        return answer

    async def reject_proposal(
        self,
        id: PropId,
        body: DecisionBody,
        *,
        timeout: Optional[float] = None,
    ) -> Proposal:
        """Refuses a proposal; not for who made it, who can withdraw it."""
        answer: Proposal = await self._send(
            "POST",
            "/api/v1/proposals/{id}/reject",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def remove_member(
        self,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Remove a member, with their tokens and grants here."""
        await self._send(
            "DELETE",
            "/api/v1/members/{user_id}",
            reading="nothing",
            path={"user_id": user_id},
            timeout=timeout,
        )

    async def rename_organization(
        self,
        body: Rename,
        *,
        timeout: Optional[float] = None,
    ) -> Organization:
        """Rename it."""
        answer: Organization = await self._send(
            "PATCH",
            "/api/v1/organization",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def replay_execution(
        self,
        id: ExecId,
        body: ReplaySpec,
        *,
        timeout: Optional[float] = None,
    ) -> CallAnswer:
        """Makes the same call again, as a new execution of the tool as it is now."""
        answer: CallAnswer = await self._send(
            "POST",
            "/api/v1/executions/{id}/replay",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def retell_tool(
        self,
        name: str,
        body: Dict[str, Any],
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """Calls a tool for a Retell agent. The body is `{name, call, args}`, or the arguments themselves; the answer
        is the result, at most 15,000 characters of JSON or text. Give `?hook=` in the address for Retell's
        signature, or a token of this server as a header of the function.
        """
        answer: Any = await self._send(
            "POST",
            "/retell/tools/{name}",
            reading="json",
            path={"name": name},
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    async def retell_tool_by_get(
        self,
        name: str,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Any:
        """The same for a function whose method is GET: the arguments are in the query."""
        answer: Any = await self._send(
            "GET",
            "/retell/tools/{name}",
            reading="json",
            path={"name": name},
            query={"hook": hook},
            timeout=timeout,
        )
        return answer

    async def retry_delivery(
        self,
        id: DlvId,
        *,
        timeout: Optional[float] = None,
    ) -> Delivery:
        """Sends a webhook again that arrived or was given up, with the same `webhook-id`."""
        answer: Delivery = await self._send(
            "POST",
            "/api/v1/deliveries/{id}/retry",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def retry_job(
        self,
        id: JobId,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Tries a job again that was laid aside (`dead`). A run goes on where it was: what its tools have done is not
        done again.
        """
        answer: Job = await self._send(
            "POST",
            "/api/v1/jobs/{id}/retry",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def revoke_token(
        self,
        id: TokId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Revoke a token or session: one's own, or anybody's with the right `govern`. It ends at once."""
        await self._send(
            "DELETE",
            "/api/v1/tokens/{id}",
            reading="nothing",
            path={"id": id},
            timeout=timeout,
        )

    async def revoke_tool_grant(
        self,
        name: str,
        user_id: UserId,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a share back."""
        await self._send(
            "DELETE",
            "/api/v1/tools/{name}/grants/{user_id}",
            reading="nothing",
            path={"name": name, "user_id": user_id},
            timeout=timeout,
        )

    async def roll_tool_back(
        self,
        name: str,
        body: Rollback,
        *,
        timeout: Optional[float] = None,
    ) -> Upserted:
        """Brings a tool back to an earlier state, as a new revision."""
        answer: Upserted = await self._send(
            "POST",
            "/api/v1/tools/{name}/rollback",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def rotate_hook(
        self,
        hook: str,
        body: RotateHook,
        *,
        timeout: Optional[float] = None,
    ) -> HookMade:
        """Gives a hook another secret. The one before is good for nothing from then on."""
        answer: HookMade = await self._send(
            "POST",
            "/api/v1/hooks/{hook}/rotate",
            reading="json",
            path={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    async def run_agent(
        self,
        agent: str,
        body: RunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of this agent; see `POST /api/v1/runs`."""
        answer: Run = await self._send(
            "POST",
            "/api/v1/agents/{agent}/runs",
            reading="json",
            path={"agent": agent},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    async def run_cases(
        self,
        name: str,
        body: CaseRunSpec,
        *,
        timeout: Optional[float] = None,
    ) -> RunReport:
        """Runs a tool's test cases, all or some, saved or not, on the tool as it is or on a draft. Four run at a
        time, for five minutes at most. A case that failed is an answer like any other: look at `failed` and
        `errors`.
        """
        answer: RunReport = await self._send(
            "POST",
            "/api/v1/tools/{name}/cases/run",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def run_schedule(
        self,
        schedule: str,
        *,
        timeout: Optional[float] = None,
    ) -> Job:
        """Starts what a schedule starts, now and once, with your own rights. Its times stay as they are. A token with
        scopes needs `agents:run` for a run, `tools:call` for a call.
        """
        answer: Job = await self._send(
            "POST",
            "/api/v1/schedules/{schedule}/run",
            reading="json",
            path={"schedule": schedule},
            timeout=timeout,
        )
        return answer

    async def run_workflow(
        self,
        workflow: str,
        body: WorkflowRunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of this workflow. It is durable when this answers, and goes on whatever becomes of this
        server.
        """
        answer: Run = await self._send(
            "POST",
            "/api/v1/workflows/{workflow}/runs",
            reading="json",
            path={"workflow": workflow},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    async def search_tools(
        self,
        body: OfferSearch,
        *,
        timeout: Optional[float] = None,
    ) -> OfferFound:
        """The tools that fit a wish, the best first, each in one line."""
        answer: OfferFound = await self._send(
            "POST",
            "/api/v1/offer/search",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def set_limits(
        self,
        body: Limits,
        *,
        agent: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Limits:
        """Replaces the limits of the organization, or of one of its agents. An empty object takes them away."""
        answer: Limits = await self._send(
            "PUT",
            "/api/v1/limits",
            reading="json",
            query={"agent": agent},
            body=body,
            timeout=timeout,
        )
        return answer

    async def set_member_role(
        self,
        user_id: UserId,
        body: SetRole,
        *,
        timeout: Optional[float] = None,
    ) -> Member:
        """Give a member another role. An admin cannot change an owner, and there is always an owner left."""
        answer: Member = await self._send(
            "PUT",
            "/api/v1/members/{user_id}",
            reading="json",
            path={"user_id": user_id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def set_publishing(
        self,
        body: Publishing,
        *,
        timeout: Optional[float] = None,
    ) -> Publishing:
        """Sets it. `four_eyes: false` after `true` takes an owner."""
        answer: Publishing = await self._send(
            "PUT",
            "/api/v1/organization/publishing",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def set_secret(
        self,
        name: str,
        body: SetSecret,
        *,
        timeout: Optional[float] = None,
    ) -> SecretInfo:
        """Set a secret, over an earlier one of that name. Tools refer to it as `${NAME}`."""
        answer: SecretInfo = await self._send(
            "PUT",
            "/api/v1/secrets/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def settle_execution(
        self,
        id: ExecId,
        body: Settle,
        *,
        timeout: Optional[float] = None,
    ) -> Execution:
        """Settles an execution whose outcome is unknown; the same call is then no longer held."""
        answer: Execution = await self._send(
            "POST",
            "/api/v1/executions/{id}/settle",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def share_agent(
        self,
        agent: str,
        body: AgentSharing,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Shares an agent with members by name, or takes that back. Its maker and administrators may do that."""
        await self._send(
            "POST",
            "/api/v1/agents/{agent}/grants",
            reading="nothing",
            path={"agent": agent},
            body=body,
            timeout=timeout,
        )

    async def sign_in(
        self,
        body: Credentials,
        *,
        timeout: Optional[float] = None,
    ) -> Session:
        """Sign in. The answer sets the cookie `callwright_session`."""
        answer: Session = await self._send(
            "POST",
            "/api/v1/session",
            reading="json",
            body=body,
            timeout=timeout,
        )
        return answer

    async def sign_out(
        self,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Sign out: the session ends and its cookie is taken back."""
        await self._send(
            "DELETE",
            "/api/v1/session",
            reading="nothing",
            timeout=timeout,
        )

    async def start_run(
        self,
        body: RunSpec,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> Run:
        """Begins a run of an agent. It is durable when this answers, and goes on whatever becomes of this server."""
        answer: Run = await self._send(
            "POST",
            "/api/v1/runs",
            reading="json",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    async def test_alert_rule(
        self,
        id: AlertId,
        *,
        timeout: Optional[float] = None,
    ) -> TestReport:
        """Sends every target of an alert rule a notification that says that it is only a test."""
        answer: TestReport = await self._send(
            "POST",
            "/api/v1/alerts/rules/{id}/test",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer

    async def test_model_provider(
        self,
        name: str,
        body: TestModel,
        *,
        timeout: Optional[float] = None,
    ) -> Test:
        """Asks a model provider something small, with its key. This is a real request that the provider may bill."""
        answer: Test = await self._send(
            "POST",
            "/api/v1/model-providers/{name}/test",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def test_tool(
        self,
        name: str,
        body: TrialBody,
        *,
        timeout: Optional[float] = None,
    ) -> Trial:
        """Tries a tool out, with real effects. Whoever tests is the person who would be asked to confirm. A tool that
        failed is an answer like any other: look at `success`.
        """
        answer: Trial = await self._send(
            "POST",
            "/api/v1/tools/{name}/test",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def tool_suggestions(
        self,
        name: str,
        *,
        timeout: Optional[float] = None,
    ) -> ToolSuggestions:
        """What could be better about one tool, what its log says included."""
        answer: ToolSuggestions = await self._send(
            "GET",
            "/api/v1/tools/{name}/suggestions",
            reading="json",
            path={"name": name},
            timeout=timeout,
        )
        return answer

    async def transfer_organization(
        self,
        body: Transfer,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Make another member the owner. One is an admin afterwards."""
        await self._send(
            "POST",
            "/api/v1/organization/transfer",
            reading="nothing",
            body=body,
            timeout=timeout,
        )

    async def unassign_tool(
        self,
        agent: str,
        tool: str,
        *,
        timeout: Optional[float] = None,
    ) -> None:
        """Takes a tool from an agent."""
        await self._send(
            "DELETE",
            "/api/v1/agents/{agent}/tools/{tool}",
            reading="nothing",
            path={"agent": agent, "tool": tool},
            timeout=timeout,
        )

    async def update_installed(
        self,
        id: str,
        body: UpdateInstalled,
        *,
        timeout: Optional[float] = None,
    ) -> Updated:
        """Brings a copy up to date with its source. Edits that were made to the copy stay."""
        answer: Updated = await self._send(
            "POST",
            "/api/v1/library/installed/{id}/update",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def update_mcp_server(
        self,
        name: str,
        body: UpdateMcpServer,
        *,
        timeout: Optional[float] = None,
    ) -> McpServer:
        """Changes an MCP server. Its sessions are closed, and it is asked again what it offers."""
        answer: McpServer = await self._send(
            "PATCH",
            "/api/v1/mcp-servers/{name}",
            reading="json",
            path={"name": name},
            body=body,
            timeout=timeout,
        )
        return answer

    async def update_thread(
        self,
        id: ThreadId,
        body: ThreadPatch,
        *,
        timeout: Optional[float] = None,
    ) -> Thread:
        """Changes what a thread is called, and its variables. What was said stays as it is."""
        answer: Thread = await self._send(
            "PATCH",
            "/api/v1/threads/{id}",
            reading="json",
            path={"id": id},
            body=body,
            timeout=timeout,
        )
        return answer

    async def use_hook(
        self,
        slug: str,
        body: HookRequest,
        *,
        idempotency_key: Union[str, None] = None,
        timeout: Optional[float] = None,
    ) -> HookAnswer:
        """Starts what a hook is for: a tool, an agent or a workflow. The secret is sent as `Authorization: Bearer`,
        or the body is signed, as the hook's maker says. The answer has the result when there is one within the
        hook's wait; else it is 202 and says where to ask. Where `webhook_response_url` is given, the outcome is
        sent there in any case.
        """
        answer: HookAnswer = await self._send(
            "POST",
            "/hooks/{slug}",
            reading="json",
            path={"slug": slug},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            timeout=timeout,
        )
        return answer

    async def vapi_tools(
        self,
        body: VapiServerMessage,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> VapiResponse:
        """Carries out the tool calls of a Vapi assistant. Say who you are with a token of this server, with the
        secret of a hook for Vapi (`Authorization: Bearer` or `X-Vapi-Secret`), or with Vapi's HMAC signature and
        `?hook=` in the address. Messages of other kinds are answered with an empty object.
        """
        answer: VapiResponse = await self._send(
            "POST",
            "/vapi/tools",
            reading="json",
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    async def vapi_tools_of_agent(
        self,
        agent: str,
        body: VapiServerMessage,
        *,
        hook: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> VapiResponse:
        """The same for the tools of this agent, as they are assigned to it."""
        answer: VapiResponse = await self._send(
            "POST",
            "/vapi/agents/{agent}/tools",
            reading="json",
            path={"agent": agent},
            query={"hook": hook},
            body=body,
            timeout=timeout,
        )
        return answer

    async def verify_audit(
        self,
        *,
        after_seq: Optional[int] = None,
        after_hash: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Verified:
        """Whether the log is still what was written: every row is hashed again, and each hash compared with the next
        row's.
        """
        answer: Verified = await self._send(
            "GET",
            "/api/v1/audit/verify",
            reading="json",
            query={"after_seq": after_seq, "after_hash": after_hash},
            timeout=timeout,
        )
        return answer

    async def withdraw_proposal(
        self,
        id: PropId,
        *,
        timeout: Optional[float] = None,
    ) -> Proposal:
        """Takes one's own proposal back."""
        answer: Proposal = await self._send(
            "POST",
            "/api/v1/proposals/{id}/withdraw",
            reading="json",
            path={"id": id},
            timeout=timeout,
        )
        return answer
