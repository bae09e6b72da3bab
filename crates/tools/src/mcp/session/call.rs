//! Calls in a session.

use std::{sync::atomic::Ordering, time::Duration};

use callwright_model::{Content, Object, ToolError};
use rmcp::{
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, InputRequest, InputRequests,
        InputResponses, ProgressNotificationParam, RequestMetaObject, ServerResult,
    },
    service::{PeerRequestOptions, ServiceError},
};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{CLOSING, Session};
use crate::mcp::{
    KEY_IN_META, content,
    failure::{self, Broken},
    handler::Progresses,
};

/// How often a server may ask back within one call.
const MAX_ROUNDS: usize = 4;

/// One call.
pub(in crate::mcp) struct Call<'a> {
    pub(in crate::mcp) tool: &'a str,
    pub(in crate::mcp) arguments: Object,
    pub(in crate::mcp) key: &'a str,
    pub(in crate::mcp) deadline: Instant,
    pub(in crate::mcp) cancel: &'a CancellationToken,
}

impl Session {
    /// Makes one call. `told` hears its progress.
    pub(in crate::mcp) async fn call(
        &self,
        call: Call<'_>,
        mut told: impl FnMut(ProgressNotificationParam) + Send,
    ) -> Result<CallToolResult, Broken> {
        let permit = tokio::select! {
            biased;
            () = call.cancel.cancelled() => return Err(Broken::cancelled(false)),
            () = tokio::time::sleep_until(call.deadline) => return Err(Broken::no_place()),
            permit = self.places.acquire() => permit.map_err(|_| Broken::closed())?,
        };
        // Without it nothing is sent, and here that is known. It is kept, so that the request has it at once.
        if let Some(tokens) = &self.tokens {
            tokio::select! {
                biased;
                () = call.cancel.cancelled() => return Err(Broken::cancelled(false)),
                () = tokio::time::sleep_until(call.deadline) => return Err(Broken::no_token()),
                token = tokens.token() => drop(token.map_err(Broken::without_session)?),
            }
        }
        let mut params = CallToolRequestParams::new(call.tool.to_owned()).with_arguments(call.arguments.clone());
        for _ in 0..MAX_ROUNDS {
            match self.ask(params.clone(), &call, &mut told).await? {
                ServerResult::CallToolResult(result) => {
                    drop(permit);
                    return Ok(result);
                }
                ServerResult::EmptyResult(_) | ServerResult::TaskAckResult(_) => {
                    return Ok(CallToolResult::success(Vec::new()));
                }
                ServerResult::InputRequiredResult(result) => {
                    params.input_responses = Some(declined(result.input_requests.unwrap_or_default())?);
                    params.request_state = result.request_state;
                }
                _ => return Err(Broken::unexpected()),
            }
        }
        Err(Broken::input_required())
    }

    /// One request of a call, and what is answered to it.
    async fn ask(
        &self,
        params: CallToolRequestParams,
        call: &Call<'_>,
        told: &mut (impl FnMut(ProgressNotificationParam) + Send),
    ) -> Result<ServerResult, Broken> {
        let mut meta = RequestMetaObject::new();
        meta.insert(KEY_IN_META.to_owned(), json!(call.key));
        let options = PeerRequestOptions::no_options().with_meta(meta);
        let (tell, mut progress) = Progresses::channel();
        let mut handle = {
            let mut waiting = self.progresses.waiting.lock().await;
            let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
            let handle = self.peer.send_cancellable_request(request, options).await;
            let handle = handle.map_err(|error| failure::of_call(&error, &self.hide()))?;
            waiting.insert(handle.progress_token.clone(), tell);
            handle
        };
        let token = handle.progress_token.clone();
        let ending = loop {
            tokio::select! {
                biased;
                answer = &mut handle.rx => break Some(answer),
                () = call.cancel.cancelled() => break None,
                () = tokio::time::sleep_until(call.deadline) => break None,
                Some(params) = progress.recv() => told(params),
            }
        };
        self.progresses.forget(&token).await;
        // What came just before the answer is told as well.
        while let Ok(params) = progress.try_recv() {
            told(params);
        }
        let Some(answer) = ending else {
            let is_cancelled = call.cancel.is_cancelled();
            let reason = if is_cancelled { "the call was cancelled" } else { "the call took too long" };
            let _ = tokio::time::timeout(CLOSING, handle.cancel(Some(reason.to_owned()))).await;
            return Err(if is_cancelled { Broken::cancelled(true) } else { Broken::out_of_time() });
        };
        match answer.unwrap_or(Err(ServiceError::TransportClosed)) {
            Ok(result) => Ok(result),
            // The stream was given up because it said too much; the session is as good as before.
            Err(_) if self.oversized.swap(false, Ordering::Relaxed) => Err(Broken::too_large()),
            Err(error) => {
                if failure::is_lost(&error) {
                    self.lose();
                }
                Err(failure::of_call(&error, &self.hide()))
            }
        }
    }

    /// One call outside of the corridor, for whoever tries a server out. The inner error is the tool's own.
    ///
    /// # Errors
    /// Why there is no result.
    pub async fn try_call(
        &self,
        tool: &str,
        arguments: Object,
        limit: Duration,
    ) -> Result<Result<Content, ToolError>, ToolError> {
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + limit;
        let call = Call { tool, arguments, key: "probe", deadline, cancel: &cancel };
        let result = self.call(call, |_| {}).await.map_err(|broken| broken.error)?;
        Ok(content::of(result, &self.hide()))
    }
}

/// What is answered to a server that asks a person: nobody sits here. What else it asks for is not offered.
fn declined(requests: InputRequests) -> Result<InputResponses, Broken> {
    requests
        .into_iter()
        .map(|(key, request)| match request {
            InputRequest::Elicitation(_) => Ok((key, json!({ "action": "decline" }))),
            _ => Err(Broken::input_required()),
        })
        .collect()
}
