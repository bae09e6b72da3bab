//! The kind `http`: a request with templates in it.
//!
//! A tool is compiled once, when it is saved ([`HttpTool::compile`]); a call only fills it in, sends it and
//! reads the answer. Nothing that a model or a caller says can change where a request goes, end its path
//! segment, add a parameter, a header or a field, or break out of a body: see [`url`], [`query`] and [`body`].
//!
//! What a tool sends when its author says little:
//! - POST, PUT and PATCH without `body`: the arguments as JSON.
//! - GET, HEAD and DELETE with neither `query` nor `body`: the arguments that neither the URL nor a header
//!   nor `auth` reads, as query parameters.
//! - every write: its idempotency key in `Idempotency-Key`, the same in all sendings of one execution.
//! - `Accept`, `User-Agent` and `Content-Type`, unless the author sets them.

mod auth;
mod body;
mod compile;
mod execute;
pub(crate) mod failure;
mod oauth;
mod query;
mod request;
mod response;
mod scan;
mod url;

use std::collections::BTreeSet;

use async_trait::async_trait;
use callwright_expr::Names;
use callwright_model::{Fault, Outcome, ToolError, tool::ToolSpec};
use serde_json::Value;

use crate::{
    executor::{ExecCx, Executor, PreparedCall},
    limits,
};

pub(crate) use compile::refuse;

/// An `http` tool, ready to be called.
#[derive(Debug, Clone)]
pub struct HttpTool {
    plan: compile::Plan,
}

impl HttpTool {
    /// Checks and compiles a tool: its configuration, its policy and the paths of its result.
    ///
    /// `names` are the secrets that exist. The templates of a request may read what the caller sent, whatever
    /// `names.trust` says; only bound arguments are held to verified context.
    ///
    /// # Errors
    /// A [`Fault`] whose details name the field, for example `config.headers.X-Id`.
    pub fn compile(spec: &ToolSpec, names: &Names) -> Result<Self, Fault> {
        limits::check(spec)?;
        let Some(config) = spec.config.http() else {
            return refuse("config", "is not the configuration of an `http` tool");
        };
        Ok(Self { plan: compile::Plan::compile(&spec.name, config, spec.effect, names)? })
    }
}

#[async_trait]
impl Executor for HttpTool {
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        Ok(execute::run(&self.plan, cx, call).await)
    }

    fn base_url(&self) -> Option<&::url::Url> {
        self.plan.url.base()
    }

    fn identity(&self, call: &PreparedCall<'_>) -> Option<Vec<u8>> {
        self.plan.render(call).ok().map(|request| request.identity(&self.plan))
    }

    fn rehearse(&self, _: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        self.plan.rehearse(call)
    }

    fn secrets(&self) -> &BTreeSet<String> {
        &self.plan.secrets
    }
}
