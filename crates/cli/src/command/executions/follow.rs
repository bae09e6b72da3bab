//! `callwright executions follow`: the live stream, one line for each thing that happens.
//!
//! The stream is lossy by design and the connection may break; the command then connects again and says so. What
//! happened meanwhile is in `callwright executions list`.

use std::time::Duration;

use clap::Args;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::row;
use crate::{
    client::{Client, with_query},
    command::Remote,
    failure::Failure,
    output::{self, text},
};

/// The first wait before connecting again; doubled each time up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// A connection on which nothing comes for this long is asked whether it still lives.
const SILENCE: Duration = Duration::from_secs(45);

/// Watch executions as they happen.
#[derive(Debug, Args)]
pub(crate) struct Follow {
    /// Only of this tool, by name or id.
    #[arg(long)]
    tool: Option<String>,
    /// Only asked for by this agent, by name or id.
    #[arg(long)]
    agent: Option<String>,
    /// Only of this phone call.
    #[arg(long = "call", value_name = "ID")]
    call_id: Option<String>,
    /// Stop after this many executions have ended.
    #[arg(long, value_name = "COUNT")]
    count: Option<usize>,
    #[command(flatten)]
    remote: Remote,
}

/// How a connection came to its end.
enum End {
    /// All that was asked for has been seen.
    Enough,
    /// It broke.
    Broken(String),
    /// The server will not have us.
    Refused(Failure),
}

pub(super) fn run(command: &Follow) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            result = follow(&client, command) => result,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })
}

async fn follow(client: &Client, command: &Follow) -> Result<(), Failure> {
    let mut seen = 0;
    let mut wait = FIRST_WAIT;
    loop {
        match watch(client, command, &mut seen, &mut wait).await {
            Ok(End::Enough) => return Ok(()),
            Ok(End::Refused(failure)) => return Err(failure),
            Ok(End::Broken(why)) => {
                output::say(format!("the live stream broke ({why}); connecting again in {} ms", wait.as_millis()));
            }
            Err(failure) => return Err(failure),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn watch(client: &Client, command: &Follow, seen: &mut usize, wait: &mut Duration) -> Result<End, Failure> {
    let (mut socket, _) = match connect_async(request(client, command)?).await {
        Ok(connected) => connected,
        Err(tungstenite::Error::Http(answer)) => {
            let status = answer.status().as_u16();
            let failure = Failure::new(format!("the server answered {status} to the request for its live stream"))
                .hint("`callwright doctor` looks into address and token");
            return Ok(if status < 500 { End::Refused(failure) } else { End::Broken(format!("status {status}")) });
        }
        Err(error) => return Ok(End::Broken(error.to_string())),
    };
    output::say(format!("following {}", client.prefix()));
    *wait = FIRST_WAIT;
    let mut asked = false;
    loop {
        let message = match tokio::time::timeout(SILENCE, socket.next()).await {
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(error))) => return Ok(End::Broken(error.to_string())),
            Ok(None) => return Ok(End::Broken("the server closed it".to_owned())),
            Err(_) if asked => return Ok(End::Broken("nothing came back".to_owned())),
            Err(_) => {
                asked = socket.send(Message::Ping(Vec::new().into())).await.is_ok();
                continue;
            }
        };
        asked = false;
        match message {
            Message::Text(frame) => {
                let frame: Value = serde_json::from_str(&frame).unwrap_or_default();
                *seen += usize::from(print(&frame, command.remote.json)?);
            }
            Message::Close(_) => return Ok(End::Broken("the server closed it".to_owned())),
            _ => {}
        }
        if command.count.is_some_and(|count| *seen >= count) {
            let _ = socket.close(None).await;
            return Ok(End::Enough);
        }
    }
}

fn request(client: &Client, command: &Follow) -> Result<tungstenite::handshake::client::Request, Failure> {
    let scheme = if client.base().scheme() == "https" { "wss" } else { "ws" };
    let rest = client.prefix().split_once("://").map_or("", |(_, rest)| rest);
    let query = [
        ("tool", command.tool.as_deref()),
        ("agent", command.agent.as_deref()),
        ("call_id", command.call_id.as_deref()),
    ];
    let path = with_query("/api/v1/executions/live", &query);
    let wrong = |error: &dyn std::fmt::Display| Failure::new(format!("the live stream has no address: {error}"));
    let mut request = format!("{scheme}://{rest}{path}").into_client_request().map_err(|error| wrong(&error))?;
    if let Some(token) = client.token() {
        let value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|error| wrong(&error))?;
        request.headers_mut().insert("authorization", value);
    }
    Ok(request)
}

/// Prints a frame; true when an execution has ended with it.
fn print(frame: &Value, as_json: bool) -> Result<bool, Failure> {
    let execution = &frame["execution"];
    if as_json {
        output::line(&frame.to_string())?;
    } else if execution.is_null() {
        output::say(news(frame));
    } else {
        let [id, at, tool, state, ms, sent, note] = row(execution);
        let took = if ms.is_empty() { String::new() } else { format!("{ms} ms {sent}") };
        output::line(format!("{at}  {id}  {tool}  {state}  {took}  {note}").trim_end())?;
    }
    let state = text(execution, "state");
    Ok(matches!(state.as_str(), "done" | "failed" | "unknown" | "released"))
}

/// A frame that is not about an execution's state.
fn news(frame: &Value) -> String {
    let (id, progress) = (text(frame, "execution_id"), &frame["progress"]);
    match (frame["event"].as_str(), progress["type"].as_str()) {
        (Some("missed"), _) => format!("{} events were missed", text(frame, "count")),
        (_, Some("retrying")) => format!(
            "{id} is sent again (number {}) in {} ms after a {}",
            text(progress, "attempt"),
            text(progress, "wait_ms"),
            text(progress, "class")
        ),
        (_, Some("speech")) => format!("{id} says ({}): {}", text(progress, "stage"), text(progress, "say")),
        _ => format!("{id} {}", text(progress, "line")),
    }
}
