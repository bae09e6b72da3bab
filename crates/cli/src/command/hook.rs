//! `callwright hook`: addresses at which others start something here.

use std::io::{self, IsTerminal};

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Remote;
use crate::{
    argument,
    client::segment,
    failure::Failure,
    output::{self, Table, short, text, time},
};

/// Hooks: addresses at which others start something here.
#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// List hooks.
    List(List),
    /// Make a hook, for example `hook add --slug crm --tool create_lead`, and print its address and its secret. The secret
    /// cannot be shown again.
    Add(Add),
    /// Show a hook and what came to it lately.
    Show(Named),
    /// Give a hook another secret and print it. The one before is good for nothing from then on.
    Rotate(Rotate),
    /// Remove a hook. What it started goes on.
    Remove(Named),
}

/// All hooks.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// One hook.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The hook's slug or id.
    hook: String,
    #[command(flatten)]
    remote: Remote,
}

/// Another secret.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The hook's slug or id.
    hook: String,
    /// Read the secret from standard input instead of making one.
    #[arg(long)]
    secret_stdin: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Whose form the requests have.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Platform {
    /// Ours: n8n, Make, Zapier and everything else.
    Automation,
    /// Vapi.
    Vapi,
    /// Retell.
    Retell,
}

/// How requests show where they come from.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protection {
    /// The secret itself, as a bearer token.
    Token,
    /// A signature by HMAC, as Vapi makes it.
    Hmac,
    /// The signature of Standard Webhooks.
    StandardWebhooks,
}

/// A new hook.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("how").args(["protection", "protection_json"])))]
pub(crate) struct Add {
    /// Its name in the address; made up when absent.
    #[arg(long)]
    slug: Option<String>,
    /// Whose form its requests have.
    #[arg(long, value_enum, default_value = "automation")]
    platform: Platform,
    /// A tool that it may call. May be given more than once; with Vapi and Retell, every tool when absent.
    #[arg(long = "tool", value_name = "TOOL")]
    tools: Vec<String>,
    /// The agent that it runs; with tools, the agent that has them.
    #[arg(long)]
    agent: Option<String>,
    /// The workflow that it runs.
    #[arg(long, conflicts_with_all = ["tools", "agent"])]
    workflow: Option<String>,
    /// How requests show where they come from: a token unless said otherwise, Retell's own signature for Retell.
    #[arg(long, value_enum)]
    protection: Option<Protection>,
    /// The same as JSON, for what the words do not say, such as '{"type": "hmac", "signature_prefix": "sha256="}'.
    #[arg(long, value_name = "JSON")]
    protection_json: Option<String>,
    /// Take requests only from this address or network. May be given more than once.
    #[arg(long = "from", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// What the requests tell about the circumstances counts as verified; for administrators.
    #[arg(long, conflicts_with = "untrusted")]
    trusted: bool,
    /// It does not, also for Vapi and Retell.
    #[arg(long)]
    untrusted: bool,
    /// How long a request waits for its result, in milliseconds.
    #[arg(long)]
    wait_ms: Option<u32>,
    /// The most requests in a minute.
    #[arg(long)]
    rate: Option<u32>,
    /// Read the secret from standard input instead of making one: for Retell its account's API key.
    #[arg(long)]
    secret_stdin: bool,
    /// Make it without switching it on.
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Hook) -> Result<(), Failure> {
    match command {
        Hook::List(command) => list(&command),
        Hook::Add(command) => add(&command),
        Hook::Show(command) => show(&command),
        Hook::Rotate(command) => rotate(&command),
        Hook::Remove(command) => {
            command.remote.connect()?.delete(&path(&command.hook, ""))?;
            output::say(format!("removed hook {}", command.hook));
            Ok(())
        }
    }
}

fn path(hook: &str, below: &str) -> String {
    format!("/api/v1/hooks/{}{below}", segment(hook))
}

fn list(command: &List) -> Result<(), Failure> {
    let hooks = command.remote.connect()?.list("/api/v1/hooks", &[], command.limit)?;
    if command.remote.json {
        return output::json(&hooks.into());
    }
    let mut table = Table::new(["SLUG", "PLATFORM", "STARTS", "PROTECTION", "TRUSTED", "ON", "ID"]);
    for hook in &hooks {
        let yes = |name: &str| if hook[name] == true { "yes".to_owned() } else { "no".to_owned() };
        table.row([
            text(hook, "slug"),
            text(hook, "platform"),
            short(&starts(&hook["target"]), 50),
            text(&hook["protection"], "type"),
            yes("trusted"),
            yes("enabled"),
            text(hook, "id"),
        ]);
    }
    table.print("no hooks; `callwright hook add` makes one")
}

fn starts(target: &Value) -> String {
    let tools: Vec<&str> = target["tools"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match (target["workflow"].as_str(), target["agent"].as_str()) {
        (Some(workflow), _) => format!("workflow {workflow}"),
        (None, Some(agent)) if tools.is_empty() => format!("agent {agent}"),
        (None, _) if tools.is_empty() => "every tool".to_owned(),
        (None, _) => tools.join(", "),
    }
}

fn add(command: &Add) -> Result<(), Failure> {
    let platform = match command.platform {
        Platform::Automation => "automation",
        Platform::Vapi => "vapi",
        Platform::Retell => "retell",
    };
    let mut body = json!({ "platform": platform, "target": target(command), "enabled": !command.disabled });
    let protection = match (&command.protection, &command.protection_json) {
        (_, Some(text)) => Some(Value::Object(argument::object("--protection-json", text)?)),
        (Some(Protection::Token), None) => Some(json!({"type": "token"})),
        (Some(Protection::Hmac), None) => Some(json!({"type": "hmac"})),
        (Some(Protection::StandardWebhooks), None) => Some(json!({"type": "standard_webhooks"})),
        (None, None) => None,
    };
    let trusted = (command.trusted || command.untrusted).then_some(json!(command.trusted));
    let secret = if command.secret_stdin { Some(json!(secret()?)) } else { None };
    for (field, value) in [
        ("slug", command.slug.as_ref().map(|slug| json!(slug))),
        ("protection", protection),
        ("addresses", (!command.addresses.is_empty()).then(|| json!(command.addresses))),
        ("trusted", trusted),
        ("wait_ms", command.wait_ms.map(|ms| json!(ms))),
        ("rate_per_minute", command.rate.map(|rate| json!(rate))),
        ("secret", secret),
    ] {
        if let Some(value) = value {
            body[field] = value;
        }
    }
    let made = command.remote.connect()?.post("/api/v1/hooks", &body)?;
    print(&made, command.remote.json, command.secret_stdin)
}

fn target(command: &Add) -> Value {
    let mut target = json!({});
    if !command.tools.is_empty() {
        target["tools"] = json!(command.tools);
    }
    for (field, value) in [("agent", &command.agent), ("workflow", &command.workflow)] {
        if let Some(value) = value {
            target[field] = json!(value);
        }
    }
    target
}

/// Prints the secret, unless whoever asks has it already, and says where it is used.
fn print(made: &Value, as_json: bool, is_theirs: bool) -> Result<(), Failure> {
    if as_json {
        return output::json(made);
    }
    output::say(format!("address: {}", text(made, "address")));
    if is_theirs {
        return Ok(());
    }
    output::say("the secret follows; keep it now, it cannot be shown again");
    output::line(&text(made, "secret"))
}

fn secret() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("secret (not shown): ")?);
    }
    Ok(io::read_to_string(io::stdin())?.trim_end_matches(['\r', '\n']).to_owned())
}

fn show(command: &Named) -> Result<(), Failure> {
    let client = command.remote.connect()?;
    let hook = client.get(&path(&command.hook, ""))?;
    let came = client.list(&path(&command.hook, "/deliveries"), &[], 20)?;
    if command.remote.json {
        return output::json(&json!({ "hook": hook, "deliveries": came }));
    }
    output::pretty(&hook)?;
    let mut table = Table::new(["CAME", "ACTION", "OUTCOME", "EXECUTION OR RUN", "FROM", "ERROR"]);
    for one in &came {
        let led_to = if one["run_id"].is_string() { text(one, "run_id") } else { text(one, "execution_id") };
        table.row([
            time(one, "created_at"),
            short(&text(one, "action"), 30),
            text(one, "outcome"),
            led_to,
            text(one, "address"),
            short(&text(one, "error"), 60),
        ]);
    }
    table.print("nothing came to it lately")
}

fn rotate(command: &Rotate) -> Result<(), Failure> {
    let body = match command.secret_stdin {
        true => json!({ "secret": secret()? }),
        false => json!({}),
    };
    let made = command.remote.connect()?.post(&path(&command.hook, "/rotate"), &body)?;
    print(&made, command.remote.json, command.secret_stdin)
}
