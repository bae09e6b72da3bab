//! The driver for Twilio: the call in progress is given new TwiML.
//!
//! The requests are those of an `http` tool that is made here, so they pass the guard and the retry gate like any other,
//! and each is noted as an attempt. Twilio does not recognise a repeated request: a time-out after the request was sent
//! leaves the outcome unknown, and nothing is sent twice.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use callwright_expr::Names;
use callwright_model::{
    ErrorClass, Fault, Object, Outcome, ToolError,
    context::CallContext,
    tool::{
        Config, HttpConfig, Kind, ResultSpec, SystemAction, ToolSpec,
        http::{Auth, Body},
        system::{Driver, NumberRule, TransferMode, is_e164},
    },
};
use serde_json::{Value, json};

use super::{
    step::{Act, Step},
    twiml,
};
use crate::{
    executor::{ExecCx, Executor, PreparedCall},
    http::HttpTool,
};

/// What a person who takes over is told when the model says nothing of the caller.
const INTRODUCTION: &str = "A caller is put through to you.";
/// How long a person is rung, in seconds.
const RING_S: u32 = 30;

/// The driver, ready to act.
#[derive(Debug, Clone)]
pub(super) struct Twilio {
    /// Gives a call new TwiML.
    update: HttpTool,
    /// Ends a call.
    end: HttpTool,
    /// Calls a person; only a transfer needs it.
    create: Option<HttpTool>,
    from: Option<String>,
    resume_url: Option<String>,
}

/// What is sent, one after the other.
enum Sent<'a> {
    /// The caller's call is given this.
    Update(String),
    /// The caller's call ends.
    End,
    /// A person is called, and the caller waits for them.
    Conference { rule: &'a NumberRule, from: String, introduction: Option<String>, message: Option<String> },
}

impl Twilio {
    pub(super) fn compile(driver: &Driver, spec: &ToolSpec, names: &Names) -> Result<Self, Fault> {
        let Driver::Twilio { account_sid, auth_token, base_url, from, resume_url } = driver;
        let base = base_url.as_deref().unwrap_or(Driver::TWILIO).trim_end_matches('/');
        let calls = format!("{base}/2010-04-01/Accounts/{account_sid}/Calls");
        let tool = |url: String, form: &[(&str, &str)]| {
            let form: BTreeMap<String, Value> =
                form.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            let http = HttpConfig {
                preset: None,
                method: "POST".to_owned(),
                url,
                query: BTreeMap::new(),
                headers: BTreeMap::new(),
                body: Some(Body { form: Some(form), ..Body::default() }),
                auth: Auth::Basic { username: account_sid.clone(), password: auth_token.clone() },
                idempotency: None,
                callback: None,
                redirects: 0,
                max_response_bytes: None,
                success_status_codes: Vec::new(),
            };
            let spec = ToolSpec {
                kind: Kind::Http,
                config: Config::from(http),
                result: ResultSpec::default(),
                ..spec.clone()
            };
            HttpTool::compile(&spec, names).map_err(in_driver)
        };
        let one = format!("{calls}/{{{{ parameters.call_sid }}}}.json");
        let is_transfer =
            spec.config.system().is_some_and(|system| matches!(system.action, SystemAction::TransferToNumber { .. }));
        let person = [
            ("To", "{{ parameters.to }}"),
            ("From", "{{ parameters.from }}"),
            ("Timeout", "{{ parameters.timeout }}"),
            ("Twiml", "{{ parameters.twiml }}"),
        ];
        Ok(Self {
            update: tool(one.clone(), &[("Twiml", "{{ parameters.twiml }}")])?,
            end: tool(one, &[("Status", "completed")])?,
            create: if is_transfer { Some(tool(format!("{calls}.json"), &person)?) } else { None },
            from: from.clone(),
            resume_url: resume_url.clone(),
        })
    }

    pub(super) fn secrets(&self) -> BTreeSet<String> {
        self.update.secrets().clone()
    }

    pub(super) fn base_url(&self) -> Option<&url::Url> {
        self.update.base_url()
    }

    /// Does a step to the call that the verified context names. The inner error is for the model to read.
    pub(super) async fn act(
        &self,
        cx: &ExecCx<'_>,
        call: &PreparedCall<'_>,
        step: &Step<'_>,
    ) -> Result<Result<(), ToolError>, Fault> {
        let call_sid = match call_sid(&call.context) {
            Ok(call_sid) => call_sid,
            Err(error) => return Ok(Err(error)),
        };
        let sent = match self.plan(call, step) {
            Ok(sent) => sent,
            Err(error) => return Ok(Err(error)),
        };
        let (rule, from, introduction, message) = match sent {
            Sent::End => return Ok(send(&self.end, cx, call, json!({ "call_sid": call_sid })).await?.map(drop)),
            Sent::Update(twiml) => {
                return Ok(send(&self.update, cx, call, update(&call_sid, &twiml)).await?.map(drop));
            }
            Sent::Conference { rule, from, introduction, message } => (rule, from, introduction, message),
        };
        let Some(create) = &self.create else { return Ok(Err(no_from())) };
        // The person first: if they cannot be called, nothing has happened to the caller.
        let person = match send(create, cx, call, person(call, rule, &from, introduction.as_deref())).await? {
            Ok(answer) => answer.and_then(|answer| answer["sid"].as_str().map(str::to_owned)),
            Err(error) => return Ok(Err(error)),
        };
        let twiml = twiml::wait(message.as_deref(), &conference(call), rule.play_hold_music);
        match send(&self.update, cx, call, update(&call_sid, &twiml)).await? {
            Ok(_) => Ok(Ok(())),
            Err(error) => {
                if error.class != ErrorClass::OutcomeUnknown
                    && let Some(person) = person.filter(|sid| is_sid(sid))
                    && let Err(second) = send(&self.end, cx, call, json!({ "call_sid": person })).await?
                {
                    // They hang up by themselves when nobody is there.
                    tracing::warn!(execution = %call.execution_id, why = second.message, "a person who was called for a transfer could not be let go");
                }
                Ok(Err(error))
            }
        }
    }

    /// The requests as they would be sent.
    pub(super) fn rehearse(
        &self,
        cx: &ExecCx<'_>,
        call: &PreparedCall<'_>,
        step: &Step<'_>,
    ) -> Result<Value, ToolError> {
        let call_sid = call_sid(&call.context)?;
        let shown = |tool: &HttpTool, arguments: Value| tool.rehearse(cx, &with(call, arguments));
        Ok(match self.plan(call, step)? {
            Sent::End => json!([shown(&self.end, json!({ "call_sid": call_sid }))?]),
            Sent::Update(twiml) => json!([shown(&self.update, update(&call_sid, &twiml))?]),
            Sent::Conference { rule, from, introduction, message } => {
                let create = self.create.as_ref().ok_or_else(no_from)?;
                let twiml = twiml::wait(message.as_deref(), &conference(call), rule.play_hold_music);
                json!([
                    shown(create, person(call, rule, &from, introduction.as_deref()))?,
                    shown(&self.update, update(&call_sid, &twiml))?
                ])
            }
        })
    }

    fn plan<'s>(&self, call: &PreparedCall<'_>, step: &Step<'s>) -> Result<Sent<'s>, ToolError> {
        let message = step.message.as_deref().map(str::trim).filter(|text| !text.is_empty());
        Ok(match &step.act {
            Act::End => match message {
                Some(message) => Sent::Update(twiml::hang_up(message)),
                None => Sent::End,
            },
            Act::Number(rule) if rule.transfer_mode == TransferMode::Cold && !rule.play_hold_music => {
                Sent::Update(twiml::dial(message, &rule.phone_number))
            }
            Act::Number(rule) => {
                let called = call.context.verified.get("to_number").and_then(Value::as_str);
                let from = self.from.as_deref().or(called).filter(|from| is_e164(from)).ok_or_else(no_from)?;
                let said = call.arguments.get("summary").and_then(Value::as_str).or(step.reason.as_deref());
                let introduction = (rule.transfer_mode == TransferMode::Warm)
                    .then(|| said.filter(|text| !text.trim().is_empty()).unwrap_or(INTRODUCTION).to_owned());
                Sent::Conference { rule, from: from.to_owned(), introduction, message: message.map(str::to_owned) }
            }
            Act::Tones { digits, pause_ms } => {
                Sent::Update(twiml::tones(digits, *pause_ms, self.resume_url.as_deref()))
            }
            Act::Agent(_) | Act::Language | Act::Skip { .. } => {
                return Err(ToolError::new(
                    ErrorClass::ValidationError,
                    "not_for_driver",
                    "Twilio has nothing to do with this step",
                ));
            }
        })
    }
}

/// The call of the verified context: whoever may call a tool may not steer somebody else's call.
fn call_sid(context: &CallContext) -> Result<String, ToolError> {
    let found = context.verified.get("call_sid").and_then(Value::as_str);
    found.filter(|sid| is_sid(sid)).map(str::to_owned).ok_or_else(|| {
        ToolError::new(
            ErrorClass::ValidationError,
            "call_unknown",
            "nothing was done: the verified context has no `call_sid` of a Twilio call (CA and 32 hexadecimal digits)",
        )
    })
}

fn is_sid(text: &str) -> bool {
    text.strip_prefix("CA").is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn no_from() -> ToolError {
    ToolError::new(
        ErrorClass::ValidationError,
        "no_caller_id",
        "nothing was done: a warm transfer, or one with music, needs a number to call from; set `config.driver.from`",
    )
}

fn conference(call: &PreparedCall<'_>) -> String {
    format!("transfer-{}", call.execution_id)
}

fn update(call_sid: &str, twiml: &str) -> Value {
    json!({ "call_sid": call_sid, "twiml": twiml })
}

fn person(call: &PreparedCall<'_>, rule: &NumberRule, from: &str, introduction: Option<&str>) -> Value {
    let twiml = twiml::join(introduction, &conference(call));
    json!({ "to": rule.phone_number, "from": from, "timeout": RING_S, "twiml": twiml })
}

fn with<'a>(call: &PreparedCall<'a>, arguments: Value) -> PreparedCall<'a> {
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => Object::new(),
    };
    PreparedCall { arguments: Cow::Owned(arguments), ..call.clone() }
}

async fn send(
    tool: &HttpTool,
    cx: &ExecCx<'_>,
    call: &PreparedCall<'_>,
    arguments: Value,
) -> Result<Result<Option<Value>, ToolError>, Fault> {
    Ok(match tool.execute(cx, &with(call, arguments)).await? {
        Outcome::Done(content) => Ok(content.data),
        Outcome::Failed(error) => Err(told(error)),
    })
}

/// Twilio's refusals in the words of a call.
fn told(mut error: ToolError) -> ToolError {
    let body = error.details.as_ref().and_then(|details| details["body"].as_str()).unwrap_or_default();
    let (class, code, message) = match error.code.as_str() {
        "http_404" => {
            (ErrorClass::NotFound, "call_not_found", "Twilio knows no such call; it may belong to another account")
        }
        "http_400" if body.contains("21220") => (
            ErrorClass::ValidationError,
            "call_not_in_progress",
            "the call is over already, so nothing could be done to it",
        ),
        "http_400" if body.contains("21210") || body.contains("21212") => (
            ErrorClass::ValidationError,
            "no_caller_id",
            "Twilio does not let the account call from this number (`config.driver.from`)",
        ),
        _ => return error,
    };
    (error.class, error.retryable, error.require_human) = (class, class.retryable(), class.require_human());
    (error.code, error.message) = (code.to_owned(), message.to_owned());
    class.spoken().clone_into(&mut error.spoken);
    error
}

/// The same fault, told of the driver: the request is ours, not the author's.
fn in_driver(mut fault: Fault) -> Fault {
    let field = "config.driver";
    fault.message = format!("`{field}`: {}", fault.message);
    fault.with_details(json!({ "field": field }))
}
