//! The rest of a result that was cut.

use callwright_model::{
    Content, Fault, FaultKind,
    account::{Caller, Right, Scope},
    id::ExecutionId,
};

use super::{
    CallAnswer, CallMeta,
    shape::{Cursor, page},
};
use crate::App;

/// What follows in the result of an execution; `cursor` is from its `truncated`. It is no secret: whoever did not make the
/// call themselves is shown what the log shows.
pub async fn rest(app: &App, caller: &Caller, id: Option<ExecutionId>, cursor: &str) -> Result<CallAnswer, Fault> {
    let may_read = caller.may(Right::View, Scope::Read);
    if !caller.may(Right::Call, Scope::ToolsCall) && !may_read {
        return Err(Fault::forbidden("this needs the scope `tools:call` or `read`"));
    }
    let bad_cursor = || Fault::invalid("cursor", "`cursor` is not one that this execution gave");
    let cursor =
        Cursor::decode(cursor).filter(|cursor| id.is_none_or(|id| id == cursor.execution)).ok_or_else(bad_cursor)?;
    let gone = || {
        Fault::new(FaultKind::NotFound, "result_gone", "the rest of this result is no longer kept; call the tool again")
    };
    let execution = app.store().execution(caller.org_id, cursor.execution).await?.ok_or_else(gone)?;
    let is_own = execution.user_id == Some(caller.user_id);
    if !is_own && !may_read {
        return Err(gone());
    }
    let sealed = app.store().result(caller.org_id, cursor.execution, app.clock().now()).await?.ok_or_else(gone)?;
    let bytes = app.vault().unseal(caller.org_id, &sealed).await?;
    let mut whole: Content = serde_json::from_slice(&bytes).map_err(Fault::internal)?;
    if !is_own {
        let (tool, revision) = (execution.tool_id, execution.tool_revision);
        let found = app.tools().find_at(app, caller.org_id, tool, revision, None).await?.ok_or_else(gone)?;
        whole = found.tool.shaper.hide(whole);
    }
    let mut content = page(&whole, cursor.offset, cursor.max_bytes).ok_or_else(bad_cursor)?;
    if let Some(cut) = &mut content.truncated {
        cut.cursor = cut
            .cursor
            .take()
            .and_then(|offset| offset.parse().ok())
            .map(|offset| Cursor { offset, ..cursor.clone() }.encode());
    }
    Ok(CallAnswer {
        execution_id: execution.id,
        tool: execution.tool_name,
        version: execution.tool_version,
        state: execution.state,
        success: true,
        message: content.message,
        data: content.data,
        content: content.blocks,
        truncated: content.truncated,
        error: None,
        pending: None,
        directive: None,
        meta: CallMeta { idempotency: "none: nothing was sent".to_owned(), ..CallMeta::default() },
    })
}
