//! Importing foreign descriptions of tools: preview, apply, and what came from where.
//!
//! `fetch` gets a document through the guard, `check` compiles every tool that would be made, `plan` compares it with
//! what is there and `merge` brings three states together. The formats themselves are read by `callwright-import`.
//! Reading and compiling run on threads for blocking work, and only a few imports at a time.

mod check;
mod fetch;
mod merge;
mod plan;
mod save;

use std::collections::{BTreeMap, BTreeSet};

use callwright_import::{Document, Imported};
use callwright_model::{
    Fault, FaultKind, Timestamp,
    account::{Caller, Right, Scope},
    id::ToolId,
    page::{Page, PageRequest},
    tool::{Effect, ToolSpec},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;
use utoipa::ToSchema;

pub use callwright_import::{Format, MAX_DOCUMENT_BYTES, Options, Skipped};
pub use merge::Conflict;

use crate::{App, app::require, registry::Change};

/// The most tools that one import makes or changes.
pub const MAX_APPLIED: usize = 1_000;
/// The longest name of a source, in bytes.
const MAX_SOURCE_BYTES: usize = 500;
/// How many imports are worked on at a time in this process.
const AT_A_TIME: usize = 2;

static WORKING: Semaphore = Semaphore::const_new(AT_A_TIME);

/// What is to be imported.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImportSpec {
    /// The document's format; without it, whatever it looks like.
    pub format: Format,
    /// The document, as a text or as JSON.
    #[schema(value_type = Option<Value>)]
    pub document: Option<Value>,
    /// Where to fetch the document instead.
    pub url: Option<String>,
    /// What the source is called, to recognise it next time. Without it: the address, or the document's title.
    pub source: Option<String>,
    /// What of it, and how.
    pub options: Options,
    /// Whose value stays where the source and somebody here both changed a field.
    pub take: Take,
    /// Whether to give the whole of each tool.
    pub include_tools: bool,
}

/// Whose value stays in a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The one that is here.
    #[default]
    Ours,
    /// The one of the source.
    Theirs,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether it was done.
    pub applied: bool,
    /// The format.
    pub format: Format,
    /// What the source is called.
    pub source: String,
    /// What the document calls itself.
    pub title: Option<String>,
    /// How many operations the document has.
    pub operation_count: usize,
    /// About how many tokens the definitions of all chosen tools cost a model in every turn: bytes divided by four.
    pub tokens: usize,
    /// Secrets that the tools name and that are not set yet.
    pub missing_secrets: BTreeSet<String>,
    /// What is true of the document as a whole.
    pub warnings: Vec<String>,
    /// The chosen operations.
    pub items: Vec<ImportItem>,
    /// Chosen operations that cannot become a tool.
    pub skipped: Vec<Skipped>,
    /// Tools that came from this source, whose operation it does not have any more. They stay as they are.
    pub gone: Vec<Gone>,
}

/// One operation and its tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportItem {
    /// What the operation is recognised by.
    pub operation: String,
    /// Its method; empty where there is none.
    pub method: String,
    /// Its path or address; empty where there is none.
    pub path: String,
    /// Its tags or folders.
    pub tags: Vec<String>,
    /// The tool's name.
    pub name: String,
    /// What calling it does to the world.
    pub effect: Effect,
    /// About how many tokens its definition costs.
    pub tokens: usize,
    /// The secrets that it sends to its address, set or not: look at them before you trust a document of others.
    pub secrets: BTreeSet<String>,
    /// What was done, or would be.
    pub state: ItemState,
    /// The tool's id, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_id: Option<ToolId>,
    /// What changes in a tool that is there already.
    pub diff: Vec<Change>,
    /// Fields that were changed here and stay so.
    pub kept: Vec<String>,
    /// Fields that the source and somebody here both changed.
    pub conflicts: Vec<Conflict>,
    /// What could not be carried over, or may surprise.
    pub warnings: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The tool, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolSpec>,
}

/// What an import does to one tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// It would be made.
    New,
    /// It would be changed.
    Changed,
    /// There is nothing to do.
    Unchanged,
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// Another person has to agree first; nothing changed yet. Import it again after that.
    Proposed,
    /// A tool of that name is there that did not come from this source. A `prefix` helps.
    NameTaken,
    /// It cannot be saved; `error` says why.
    Failed,
}

/// A tool whose operation the source does not have any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gone {
    /// The operation.
    pub operation: String,
    /// The tool.
    pub tool_id: ToolId,
    /// Its name.
    pub name: String,
}

/// Where a tool came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportedTool {
    /// The tool.
    pub tool_id: ToolId,
    /// Its name.
    pub name: String,
    /// The source.
    pub source: String,
    /// The operation.
    pub operation: String,
    /// The format.
    pub format: String,
    /// The SHA-256 of what was generated last.
    pub hash: String,
    /// When it was imported first.
    pub created_at: Timestamp,
    /// When it was imported last.
    pub updated_at: Timestamp,
}

/// Refuses a caller who may not import; to be asked before a large body is read.
pub fn allow(caller: &Caller) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)
}

/// What importing would do. Nothing is saved.
pub async fn preview(app: &App, caller: &Caller, spec: ImportSpec) -> Result<ImportReport, Fault> {
    allow(caller)?;
    let work = prepare(app, caller, spec).await?;
    let planned = plan::all(app, caller, &work).await?;
    Ok(work.report(planned, false))
}

/// Imports: makes and changes tools, and notes where they came from. A tool that fails does not keep the others back.
pub async fn apply(app: &App, caller: &Caller, spec: ImportSpec) -> Result<ImportReport, Fault> {
    allow(caller)?;
    let work = prepare(app, caller, spec).await?;
    if work.checked.len() > MAX_APPLIED {
        let message = format!(
            "{} tools were chosen; at most {MAX_APPLIED} are imported at once: choose by `tags`, `paths`, `operations` or `search`",
            work.checked.len()
        );
        return Err(Fault::invalid("options", message));
    }
    let planned = plan::all(app, caller, &work).await?;
    let saved = save::all(app, caller, &work, planned).await?;
    Ok(work.report(saved, true))
}

/// A page of the tools that were imported, of `source` or of all.
pub async fn list(
    app: &App,
    caller: &Caller,
    source: Option<&str>,
    page: PageRequest,
) -> Result<Page<ImportedTool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = app.store().origins(caller.org_id, source, &page).await?;
    let items = found.items.into_iter().map(|head| ImportedTool {
        tool_id: head.tool_id,
        name: head.tool_name,
        source: head.source,
        operation: head.operation,
        format: head.format,
        hash: head.hash,
        created_at: head.created_at,
        updated_at: head.updated_at,
    });
    Ok(Page { items: items.collect(), next_cursor: found.next_cursor })
}

fn turn() -> Result<tokio::sync::SemaphorePermit<'static>, Fault> {
    WORKING.try_acquire().map_err(|_| {
        let message = format!("{AT_A_TIME} imports are being worked on already; try again in a moment");
        Fault::new(FaultKind::Limited, "imports_busy", message)
    })
}

/// A document that was read, with the tools that it makes.
struct Work {
    format: Format,
    source: String,
    take: Take,
    include_tools: bool,
    imported: Imported,
    checked: Vec<check::Checked>,
    missing: BTreeSet<String>,
    gone: Vec<Gone>,
    /// Operations whose tools are here, with the tools' names.
    known: BTreeMap<String, ToolId>,
}

async fn prepare(app: &App, caller: &Caller, spec: ImportSpec) -> Result<Work, Fault> {
    let ImportSpec { format, document, url, source, options, take, include_tools } = spec;
    check_source(source.as_deref())?;
    let (document, origin) = match (document, url) {
        (Some(_), Some(_)) => return Err(Fault::invalid("url", "give `document` or `url`, not both")),
        (None, None) => return Err(Fault::invalid("document", "give `document`, or `url` to fetch it from")),
        (Some(Value::String(text)), None) => (Document::Text(text), None),
        (Some(value), None) => (Document::Json(value), None),
        (None, Some(url)) => {
            let (text, url) = fetch::document(app, &url).await?;
            (Document::Text(text), Some(url))
        }
    };
    let secrets = app.vault().secret_names(caller.org_id).await?;
    let (app_there, origin_there, caller_there) = (app.clone(), origin.clone(), caller.clone());
    // Taken only now, so that nobody waits for somebody's slow address, and kept by the work itself, which goes on when
    // its caller hangs up.
    let turn = turn()?;
    let (mut imported, checked, missing) = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let mut imported = callwright_import::import(&document, format, &options, origin_there.as_ref())?;
        drop(document);
        let items = std::mem::take(&mut imported.items);
        let missing: BTreeSet<String> =
            items.iter().flat_map(callwright_import::Item::secrets).filter(|name| !secrets.contains(name)).collect();
        let checked = check::all(&app_there, &caller_there, items, &secrets)?;
        Ok::<_, Fault>((imported, checked, missing))
    })
    .await
    .map_err(Fault::internal)??;
    imported.items = Vec::new();
    let source = source.unwrap_or_else(|| source_name(&imported, origin.as_ref()));
    let mut work = Work {
        format: imported.format,
        source,
        take,
        include_tools,
        imported,
        checked,
        missing,
        gone: Vec::new(),
        known: BTreeMap::new(),
    };
    for head in app.store().origins_of(caller.org_id, &work.source).await? {
        if work.format.is_complete() && !work.imported.operations.contains(&head.operation) {
            work.gone.push(Gone { operation: head.operation.clone(), tool_id: head.tool_id, name: head.tool_name });
        }
        work.known.insert(head.operation, head.tool_id);
    }
    Ok(work)
}

fn check_source(source: Option<&str>) -> Result<(), Fault> {
    let Some(source) = source else { return Ok(()) };
    if source.trim().is_empty() || source.len() > MAX_SOURCE_BYTES || source.chars().any(char::is_control) {
        let message = format!("`source` must have 1 to {MAX_SOURCE_BYTES} bytes and no control characters");
        return Err(Fault::invalid("source", message));
    }
    Ok(())
}

/// The address without its query, which may hold a credential; else the title; else the format.
fn source_name(imported: &Imported, origin: Option<&Url>) -> String {
    let name = match (origin, &imported.title) {
        (Some(url), _) => {
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        }
        (None, Some(title)) => title.clone(),
        (None, None) => imported.format.as_str().to_owned(),
    };
    name[..name.floor_char_boundary(MAX_SOURCE_BYTES)].to_owned()
}

impl Work {
    fn report(self, items: Vec<ImportItem>, applied: bool) -> ImportReport {
        ImportReport {
            applied,
            format: self.format,
            source: self.source,
            title: self.imported.title,
            operation_count: self.imported.operation_count,
            tokens: items.iter().map(|item| item.tokens).sum(),
            missing_secrets: self.missing,
            warnings: self.imported.warnings,
            items,
            skipped: self.imported.skipped,
            gone: self.gone,
        }
    }
}
