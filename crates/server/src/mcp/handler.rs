//! What `rmcp` asks us: lists, resources, prompts, completions, subscriptions. `tools/call` comes here only when something
//! about it is unusual; see [`super::gate`].

use std::{
    borrow::Cow,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use callwright_model::{Fault, FaultKind, Object};
use callwright_runtime::App;
use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo,
        DiscoverResult, Extensions, GetPromptRequestParams, GetPromptResponse, Implementation, InitializeRequestParams,
        InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, Reference,
        ServerCapabilities, ServerConfig, SubscriptionFilter,
    },
    service::{RequestContext, SubscriptionContext},
};
use tokio_util::sync::CancellationToken;

use super::{
    Who,
    changes::{Change, Watch},
    prompt, resource,
    session::{Can, MOST_URI, MOST_WATCHED, Session, Watched},
    sessions::{Sessions, is_known},
    tell, tool,
};
use crate::auth::{self, Credential};

/// How often a subscription without a session is asked whether its token still holds.
const RECHECK: Duration = Duration::from_secs(15);

/// Answers one session, or one request without a session.
pub(super) struct Handler {
    app: App,
    sessions: Arc<Sessions>,
    closing: CancellationToken,
}

/// A fault in the protocol's form.
pub(super) fn error(fault: &Fault) -> ErrorData {
    let message = fault.message.clone();
    match fault.kind {
        FaultKind::Internal | FaultKind::Unavailable => {
            tracing::error!(?fault, "a request of the Model Context Protocol failed");
            ErrorData::internal_error(message, None)
        }
        FaultKind::Forbidden | FaultKind::Unauthenticated => ErrorData::invalid_request(message, None),
        _ => ErrorData::invalid_params(message, fault.details.clone()),
    }
}

/// Who asks, as it was found out before `rmcp` was given the request.
fn who(extensions: &Extensions) -> Result<&Who, ErrorData> {
    let who = extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<Who>());
    who.ok_or_else(|| ErrorData::internal_error("nobody is known to ask this", None))
}

impl Handler {
    pub(super) fn new(app: App, sessions: Arc<Sessions>, closing: CancellationToken) -> Self {
        Self { app, sessions, closing }
    }

    fn session(&self, extensions: &Extensions) -> Option<Arc<Session>> {
        who(extensions).ok()?.session.clone()
    }

    fn can(&self, context: &RequestContext<RoleServer>) -> Can {
        match self.session(&context.extensions) {
            Some(session) => session.can,
            None => {
                let capabilities = context.client_capabilities();
                Can::read(capabilities.and_then(|all| serde_json::to_value(all).ok()).as_ref())
            }
        }
    }

    /// What the agent is for, or what the endpoint is.
    async fn instructions(&self, extensions: &Extensions) -> Result<String, ErrorData> {
        let listing = tool::offer(&self.app, who(extensions)?).await.map_err(|fault| error(&fault))?;
        Ok(match &listing.agent {
            Some((name, about)) if about.is_empty() => format!("The tools of the agent {name}."),
            Some((name, about)) => format!("The tools of the agent {name}: {about}"),
            None => "Tools of Callwright. A result that begins with `Pending:` is not the end: follow what it says."
                .to_owned(),
        })
    }
}

fn cursor(request: &Option<PaginatedRequestParams>) -> Option<&str> {
    request.as_ref()?.cursor.as_deref()
}

/// What `rmcp` holds as an object of its own, as one of ours.
fn object<T: serde::Serialize>(value: &Option<T>) -> Object {
    let value = value.as_ref().and_then(|value| serde_json::to_value(value).ok());
    value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

impl ServerHandler for Handler {
    #[expect(deprecated, reason = "clients of the revisions with sessions want lines of the log")]
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        let mut info = ServerConfig::new(capabilities);
        info.server_info = Implementation::new("callwright", env!("CARGO_PKG_VERSION")).with_title("Callwright");
        info
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        let instructions = self.instructions(&context.extensions).await?;
        Ok(self.negotiate_initialize(&request)?.with_instructions(instructions))
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let instructions = self.instructions(&context.extensions).await?;
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info().with_instructions(instructions)))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let offer = tool::offer(&self.app, who(&context.extensions)?).await.map_err(|fault| error(&fault))?;
        tool::page(&offer, self.can(&context), cursor(&request)).map_err(|fault| error(&fault))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let who = who(&context.extensions)?.clone();
        let can = self.can(&context);
        let params = serde_json::to_value(&request).and_then(serde_json::from_value);
        let mut params: super::wire::CallParams =
            params.map_err(|why| ErrorData::invalid_params(why.to_string(), None))?;
        // `rmcp` takes `_meta` out of the parameters: the key of the intent is in it.
        if let Ok(serde_json::Value::Object(meta)) = serde_json::to_value(&context.meta) {
            params.meta.extend(meta);
        }
        let session = self.session(&context.extensions).is_some();
        let era = if session { super::Era::Session } else { super::Era::Stateless };
        let asking = if session { super::ask::Asking::Never } else { super::ask::Asking::Result };
        let call = super::call::Call { app: self.app.clone(), who, era, can, level: None, params };
        let ended = tokio::select! {
            ended = call.carry(None, asking) => ended,
            () = context.ct.cancelled() => return Err(ErrorData::invalid_request("the client gave this up", None)),
        };
        match ended {
            Ok(super::call::Ended::Result(result)) => {
                let value = serde_json::to_value(result).unwrap_or_default();
                let result: CallToolResult =
                    serde_json::from_value(value).map_err(|why| ErrorData::internal_error(why.to_string(), None))?;
                Ok(CallToolResponse::Complete(result))
            }
            Ok(super::call::Ended::Asked(asked)) => {
                let asked = serde_json::from_value(*asked);
                Ok(CallToolResponse::InputRequired(
                    asked.map_err(|why| ErrorData::internal_error(why.to_string(), None))?,
                ))
            }
            Err(refused) => Err(ErrorData::new(rmcp::model::ErrorCode(refused.code), refused.message, refused.data)),
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let who = who(&context.extensions)?;
        resource::list(&self.app, who, cursor(&request)).await.map_err(|fault| error(&fault))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(resource::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = resource::read(&self.app, who(&context.extensions)?, &request.uri).await?;
        Ok(ReadResourceResponse::Complete(read))
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let who = who(&context.extensions)?;
        prompt::list(&self.app, who, cursor(&request)).await.map_err(|fault| error(&fault))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let has_session = self.session(&context.extensions).is_some();
        let wish = prompt::Wish {
            name: &request.name,
            arguments: object(&request.arguments),
            responses: object(&request.input_responses),
            may_ask: !has_session && self.can(&context).elicit,
        };
        prompt::get(&self.app, who(&context.extensions)?, wish).await
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let mut values = match &request.r#ref {
            Reference::Prompt(reference) => {
                let found = prompt::find(&self.app, who(&context.extensions)?, &reference.name).await;
                let found = found.map_err(|fault| error(&fault))?;
                let prompt = found
                    .ok_or_else(|| ErrorData::invalid_params(format!("Unknown prompt: {}", reference.name), None))?;
                prompt.values(&request.argument.name, &request.argument.value)
            }
            _ => Vec::new(),
        };
        values.truncate(CompletionInfo::MAX_VALUES);
        let completion = CompletionInfo::with_all_values(values);
        Ok(CompleteResult::new(completion.map_err(|why| ErrorData::internal_error(why, None))?))
    }

    #[expect(deprecated, reason = "clients of the revisions with sessions use it")]
    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let name = serde_json::to_value(request.level).unwrap_or_default();
        let level = name.as_str().and_then(tell::level);
        let level = level.ok_or_else(|| ErrorData::invalid_params("`level` is none that there is", None))?;
        if let Some(session) = self.session(&context.extensions) {
            session.level.store(level, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn subscribe(
        &self,
        request: rmcp::model::SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let Some(session) = self.session(&context.extensions) else { return Ok(()) };
        // What changes from now on is told, whenever the stream looks.
        let now = resource::stamp(&self.app, who(&context.extensions)?, &request.uri).await;
        match session.watch(&request.uri, now) {
            true => Ok(()),
            false => Err(ErrorData::invalid_request("this session watches as many resources as it may", None)),
        }
    }

    async fn unsubscribe(
        &self,
        request: rmcp::model::UnsubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if let Some(session) = self.session(&context.extensions) {
            session.unwatch(&request.uri);
        }
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        // Compared one by one from here on, so there are not many of them.
        let mut accepted = requested.clone();
        if let Some(uris) = &mut accepted.resource_subscriptions {
            uris.retain(|uri| uri.len() <= MOST_URI);
            uris.truncate(MOST_WATCHED);
        }
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let request = context.request_context();
        let who = who(&request.extensions)?.clone();
        let credential = request.extensions.get::<Parts>().and_then(|parts| match auth::credential(&parts.headers)? {
            Credential::Token(text) | Credential::Session(text) => Some(text.to_owned()),
        });
        let Some(_place) = self.sessions.listen(who.caller.org_id) else {
            return Err(ErrorData::invalid_request(
                "your organization listens as often as it may; end a stream first",
                None,
            ));
        };
        let mut watch = Watch::new(&self.app, &who).await;
        let mut resources = Watched::new();
        for uri in context.accepted().resource_subscriptions.clone().unwrap_or_default() {
            let now = resource::stamp(&self.app, &who, &uri).await;
            resources.insert(uri, now);
        }
        let mut recheck = tokio::time::interval(RECHECK);
        loop {
            let changes = tokio::select! {
                () = context.cancelled() => return Ok(()),
                () = self.closing.cancelled() => return Ok(()),
                _ = recheck.tick() => {
                    // The fixtures' endpoint stands for a token of its own.
                    if let Some(credential) = &credential && !is_known(&self.app, credential).await {
                        return Ok(());
                    }
                    continue;
                }
                changes = watch.next(|| resources.clone()) => changes,
            };
            let Some(changes) = changes else { return Ok(()) };
            let sink = context.sink();
            for change in changes {
                // What the client did not ask for is passed over, and a client that has gone ends this by itself.
                let _ = match change {
                    Change::Tools => sink.notify_tool_list_changed().await,
                    Change::Prompts => sink.notify_prompt_list_changed().await,
                    Change::Resources => sink.notify_resource_list_changed().await,
                    Change::Resource(uri) => sink.notify_resource_updated(uri).await,
                };
            }
        }
    }
}
