//! `callwright import`: tools from OpenAPI documents, function definitions, curl lines, Postman collections and voice
//! tool JSON. First the server says what it would do, which is shown; then, when wanted, it is done.

mod report;

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Remote;
use crate::{failure::Failure, output};

/// Make tools of foreign descriptions.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// An OpenAPI 3.0 or 3.1 document, JSON or YAML, from a file or an address.
    Openapi(Openapi),
    /// Function definitions of OpenAI (and of Anthropic and MCP, which are alike).
    Openai(Openai),
    /// A curl command, or a file that holds one.
    Curl(Curl),
    /// A Postman collection, version 2.1 or 2.0.
    Postman(Postman),
    /// Webhook and system tools of a voice platform.
    Voice(Voice),
    /// Tools of ElevenLabs, as its API takes and gives them.
    Elevenlabs(Voice),
    /// Tools of Vapi, as its API takes and gives them.
    Vapi(Vapi),
    /// The tools that were imported, and from where.
    List(List),
}

/// An OpenAPI document.
#[derive(Debug, Args)]
pub(crate) struct Openapi {
    /// The file, `-` for standard input, or an address, which the server fetches.
    #[arg(value_name = "FILE|URL")]
    document: String,
    /// Hold answers to the document's own schemas.
    #[arg(long)]
    response_schemas: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    how: How,
}

/// Function definitions.
#[derive(Debug, Args)]
pub(crate) struct Openai {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE")]
    document: String,
    /// The address to call, in which {name} is the function's name.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    how: How,
}

/// A curl command.
#[derive(Debug, Args)]
pub(crate) struct Curl {
    /// The command in quotes, a file that holds one, or `-` for standard input.
    #[arg(value_name = "COMMAND|FILE")]
    document: String,
    /// Where the API is, when the command has a variable in its place.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    how: How,
}

/// A Postman collection.
#[derive(Debug, Args)]
pub(crate) struct Postman {
    /// The file, `-` for standard input, or an address, which the server fetches.
    #[arg(value_name = "FILE|URL")]
    document: String,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    how: How,
}

/// Voice tools.
#[derive(Debug, Args)]
pub(crate) struct Voice {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE")]
    document: String,
    #[command(flatten)]
    how: How,
}

/// Tools of Vapi.
#[derive(Debug, Args)]
pub(crate) struct Vapi {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE")]
    document: String,
    /// For functions without a server: the address to call, in which {name} is the function's name.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Which operations.
#[derive(Debug, Default, Args)]
pub(crate) struct Choice {
    /// Only operations with this tag (Postman: in this folder). May be given more than once.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only this operation: its id, 'GET /path', or the tool's name. May be given more than once.
    #[arg(long = "operation", value_name = "ID")]
    operations: Vec<String>,
    /// Only operations whose path begins so, or fits a pattern such as '/users/**'. May be given more than once.
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<String>,
    /// Only operations that have this text in name, path, tags or description.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Where the API is, in the place of what the document says.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// What every import takes.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Put in front of every tool's name.
    #[arg(long)]
    prefix: Option<String>,
    /// The beginning of the secrets' names, such as GITHUB.
    #[arg(long, value_name = "NAME")]
    secret_prefix: Option<String>,
    /// Send this secret as a bearer token, whatever the document says of authentication.
    #[arg(long, value_name = "SECRET")]
    bearer: Option<String>,
    /// What the source is called, to recognise it next time.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Where the source and somebody here both changed a field, take the source's value.
    #[arg(long)]
    take_theirs: bool,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Which imported tools to list.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those of this source.
    #[arg(long)]
    source: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Import) -> Result<(), Failure> {
    match command {
        Import::Openapi(Openapi { document, response_schemas, choice, how }) => {
            let mut options = choice.options();
            options["response_schemas"] = json!(response_schemas);
            import("openapi", &document, options, &how)
        }
        Import::Openai(Openai { document, endpoint, how }) => {
            import("openai", &document, json!({ "endpoint": endpoint }), &how)
        }
        Import::Curl(Curl { document, base_url, how }) => {
            import("curl", &document, json!({ "base_url": base_url }), &how)
        }
        Import::Postman(Postman { document, choice, how }) => import("postman", &document, choice.options(), &how),
        Import::Voice(Voice { document, how }) => import("voice", &document, json!({}), &how),
        Import::Elevenlabs(Voice { document, how }) => import("elevenlabs", &document, json!({}), &how),
        Import::Vapi(Vapi { document, endpoint, how }) => {
            import("vapi", &document, json!({ "endpoint": endpoint }), &how)
        }
        Import::List(command) => report::list(&command),
    }
}

impl Choice {
    fn options(&self) -> Value {
        json!({
            "tags": self.tags, "operations": self.operations, "paths": self.paths, "search": self.search,
            "base_url": self.base_url,
        })
    }
}

fn import(format: &str, document: &str, options: Value, how: &How) -> Result<(), Failure> {
    let request = request(format, document, options, how)?;
    let client = how.remote.connect()?;
    if how.dry_run || !how.yes {
        let preview = client.post("/api/v1/imports/preview", &request)?;
        if how.remote.json {
            if !how.dry_run {
                return Err(Failure::usage("with --json give --yes or --dry-run as well"));
            }
            output::json(&preview)?;
            return report::outcome(&preview);
        }
        report::preview(&preview)?;
        if how.dry_run {
            return report::outcome(&preview);
        }
        if !report::has_work(&preview) {
            output::say("there is nothing to do");
            return report::outcome(&preview);
        }
        if !ask(&report::question(&preview))? {
            output::say("nothing was imported");
            return Ok(());
        }
    }
    let applied = client.post("/api/v1/imports", &request)?;
    if how.remote.json {
        output::json(&applied)?;
    } else {
        report::applied(&applied)?;
    }
    report::outcome(&applied)
}

/// What is sent; fields that nobody gave are left out.
fn request(format: &str, document: &str, mut options: Value, how: &How) -> Result<Value, Failure> {
    options["prefix"] = json!(how.prefix);
    options["secret_prefix"] = json!(how.secret_prefix);
    if let Some(secret) = &how.bearer {
        let name = secret.trim_start_matches("${").trim_end_matches('}');
        options["auth"] = json!({"type": "bearer", "token": format!("${{{name}}}")});
    }
    if let Some(options) = options.as_object_mut() {
        options.retain(|_, value| !value.is_null());
    }
    let mut request = json!({"format": format, "options": options});
    if let Some(source) = &how.source {
        request["source"] = json!(source);
    }
    if how.take_theirs {
        request["take"] = json!("theirs");
    }
    let is_address = format != "curl" && (document.starts_with("http://") || document.starts_with("https://"));
    if is_address {
        request["url"] = json!(document);
    } else {
        request["document"] = json!(read(format, document)?);
    }
    Ok(request)
}

fn read(format: &str, document: &str) -> Result<String, Failure> {
    if document == "-" {
        return Ok(io::read_to_string(io::stdin())?);
    }
    let is_command = format == "curl" && document.trim_start().trim_start_matches("$ ").starts_with("curl");
    if is_command && !Path::new(document).exists() {
        return Ok(document.to_owned());
    }
    fs::read_to_string(document).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Failure::new(format!("{document}: this is not a text in UTF-8")),
        _ => Failure::new(format!("{document}: {error}")),
    })
}

/// Asks the person at the terminal. Without one nobody can answer.
fn ask(question: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("there is no terminal to ask at").hint("give --yes to import, or --dry-run to look"));
    }
    let mut err = io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
