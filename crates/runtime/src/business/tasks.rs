//! `task_manager`: a list of things to do, of one user, or of everybody in the organization when the tool says so.

use std::time::Duration;

use callwright_model::{
    Timestamp, ToolError,
    business::{Due, Priority, Task, TaskStatus},
    id::{OrgId, TaskId, UserId},
    page::PageRequest,
    tool::{BusinessConfig, business::TaskScope},
};
use callwright_store::task::TaskFilter;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Stop, at_most, given, instant, missing, read, refuse_if_stubbed, refused, trimmed};
use crate::App;

/// The most tasks of one user.
const MOST_TASKS: i64 = 10_000;
/// The most tasks of one page.
const MOST_LISTED: u32 = 100;
const USUALLY_LISTED: u32 = 20;
const MOST_TAGS: usize = 10;
/// How long a deleted task is known, so that a deletion that is carried out again finds what it did.
const DELETED_KNOWN_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Create,
    List,
    Get,
    Update,
    Complete,
    Delete,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::List => "list",
            Self::Get => "get",
            Self::Update => "update",
            Self::Complete => "complete",
            Self::Delete => "delete",
        }
    }
}

/// What the model says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    action: Action,
    task_id: Option<String>,
    title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    due_at: Option<Option<String>>,
    priority: Option<Priority>,
    status: Option<TaskStatus>,
    #[serde(default, deserialize_with = "given")]
    assignee: Option<Option<String>>,
    tags: Option<Vec<String>>,
    search: Option<String>,
    due_before: Option<String>,
    due_after: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What a create or an update says of a task, checked.
struct Changes {
    title: Option<String>,
    description: Option<Option<String>>,
    due: Option<Option<Due>>,
    priority: Option<Priority>,
    status: Option<TaskStatus>,
    assignee: Option<Option<String>>,
    tags: Option<Vec<String>>,
}

/// Carries an action out.
pub(super) async fn run(app: &App, config: &BusinessConfig, ask: &Ask<'_>) -> Result<Value, Stop> {
    let arguments: Arguments = read(ask.arguments)?;
    let org = ask.caller.org_id;
    let user = match config.tasks()?.scope {
        TaskScope::User => Some(ask.caller.user_id),
        TaskScope::Organization => None,
    };
    let now = app.clock().now();
    match arguments.action {
        Action::Create => {
            let changes = Changes::read(&arguments)?;
            refuse_if_stubbed(ask)?;
            create(app, ask, changes).await
        }
        Action::List => list(app, (org, user), &arguments).await,
        Action::Get => {
            let id = arguments.id()?;
            let task = app.store().task(org, user, id).await?.ok_or_else(|| unknown(id))?;
            Ok(json!({ "task": shown(&task, now) }))
        }
        Action::Update => {
            let (id, changes) = (arguments.id()?, Changes::read(&arguments)?);
            if changes.are_none() {
                let message = "`update` changes nothing: give at least one of `title`, `description`, `status`, `priority`, `due_at`, `assignee`, `tags`";
                return Err(refused("missing_argument", message).into());
            }
            refuse_if_stubbed(ask)?;
            let task = change(app, (org, user), id, changes).await?;
            Ok(json!({ "task": shown(&task, now), "message": format!("Changed the task \"{}\".", task.title) }))
        }
        Action::Complete => {
            let id = arguments.id()?;
            refuse_if_stubbed(ask)?;
            let task = change(app, (org, user), id, Changes::completed()).await?;
            Ok(json!({ "task": shown(&task, now), "message": format!("Completed the task \"{}\".", task.title) }))
        }
        Action::Delete => {
            let id = arguments.id()?;
            refuse_if_stubbed(ask)?;
            let by = ask.execution;
            let is_gone =
                app.store().write((), move |(), tx| Box::pin(tx.delete_task((org, user), id, by, now))).await?;
            if !is_gone {
                return Err(unknown(id).into());
            }
            Ok(json!({ "deleted": true, "task_id": id, "message": "Deleted the task." }))
        }
    }
}

impl Arguments {
    fn id(&self) -> Result<TaskId, ToolError> {
        let text = self.task_id.as_deref().ok_or_else(|| missing("task_id", self.action.as_str()))?;
        text.trim().parse().map_err(|_| {
            refused("invalid_argument", format!("`task_id`: `{text}` is no id of a task; `list` gives them"))
                .with_details(json!({ "field": "task_id" }))
        })
    }
}

impl Changes {
    fn read(arguments: &Arguments) -> Result<Self, ToolError> {
        let title = arguments.title.as_deref().map(|title| {
            at_most("title", title, 200)?;
            trimmed(title).ok_or_else(|| refused("invalid_argument", "`title` is empty"))
        });
        let text = |field: &'static str, said: &Option<Option<String>>, most: usize| {
            let said = said.as_ref().map(|text| text.as_deref().and_then(trimmed));
            said.iter().flatten().try_for_each(|text| at_most(field, text, most))?;
            Ok::<_, ToolError>(said)
        };
        let due = arguments.due_at.as_ref().map(|text| text.as_deref().map(|text| due("due_at", text)).transpose());
        Ok(Self {
            title: title.transpose()?,
            description: text("description", &arguments.description, 4_000)?,
            due: due.transpose()?,
            priority: arguments.priority,
            status: arguments.status,
            assignee: text("assignee", &arguments.assignee, 200)?,
            tags: arguments.tags.as_deref().map(tags).transpose()?,
        })
    }

    fn completed() -> Self {
        Self {
            title: None,
            description: None,
            due: None,
            priority: None,
            status: Some(TaskStatus::Completed),
            assignee: None,
            tags: None,
        }
    }

    fn are_none(&self) -> bool {
        self.title.is_none()
            && self.description.is_none()
            && self.due.is_none()
            && self.priority.is_none()
            && self.status.is_none()
            && self.assignee.is_none()
            && self.tags.is_none()
    }

    fn apply(&self, task: &mut Task, now: Timestamp) {
        let copied = |field: &mut Option<String>, said: &Option<Option<String>>| {
            if let Some(said) = said {
                field.clone_from(said);
            }
        };
        if let Some(title) = &self.title {
            task.title.clone_from(title);
        }
        copied(&mut task.description, &self.description);
        copied(&mut task.assignee, &self.assignee);
        if let Some(due) = &self.due {
            task.due.clone_from(due);
        }
        if let Some(tags) = &self.tags {
            task.tags.clone_from(tags);
        }
        task.priority = self.priority.unwrap_or(task.priority);
        task.status = self.status.unwrap_or(task.status);
        task.completed_at = match task.status {
            TaskStatus::Completed => task.completed_at.or(Some(now)),
            _ => None,
        };
        task.updated_at = now;
    }
}

/// A date, or a time with its offset.
fn due(field: &str, text: &str) -> Result<Due, ToolError> {
    let text = text.trim();
    let wrong = || {
        let message = format!(
            "`{field}` must be a date such as 2026-12-01, or a time with its offset such as 2026-12-01T17:00:00+01:00, not `{text}`"
        );
        refused("invalid_argument", message).with_details(json!({ "field": field }))
    };
    if text.len() == 10 {
        let date: Date = text.parse().map_err(|_| wrong())?;
        let end = date.at(23, 59, 59, 0).in_tz("UTC").map_err(|_| wrong())?;
        return Ok(Due { text: date.to_string(), at: Timestamp::from_micros(end.timestamp().as_microsecond()) });
    }
    let at: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
    Ok(Due { text: text.to_owned(), at: Timestamp::from_micros(at.as_microsecond()) })
}

/// An instant to compare with: a date means its beginning.
fn bound(field: &str, text: &str) -> Result<Timestamp, ToolError> {
    let due = due(field, text)?;
    let is_date = due.text.len() == 10;
    Ok(if is_date { due.at.minus(Duration::from_secs(24 * 3600 - 1)) } else { due.at })
}

/// Tags in lower case, each once. Quotation marks would not be found again.
fn tags(given: &[String]) -> Result<Vec<String>, ToolError> {
    let mut found: Vec<String> = Vec::new();
    for tag in given {
        let tag = tag.trim().to_lowercase();
        if !(1..=40).contains(&tag.chars().count()) || tag.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
            let message = "`tags`: each must have 1 to 40 characters, without quotation marks and backslashes";
            return Err(refused("invalid_argument", message).with_details(json!({ "field": "tags" })));
        }
        if !found.contains(&tag) {
            found.push(tag);
        }
    }
    if found.len() > MOST_TAGS {
        return Err(refused("invalid_argument", format!("`tags` may have at most {MOST_TAGS}")));
    }
    Ok(found)
}

async fn create(app: &App, ask: &Ask<'_>, changes: Changes) -> Result<Value, Stop> {
    let Some(title) = changes.title.clone() else { return Err(missing("title", "create").into()) };
    let now = app.clock().now();
    let mut task = Task {
        id: app.ids().next(),
        organization_id: ask.caller.org_id,
        user_id: ask.caller.user_id,
        title,
        description: None,
        status: TaskStatus::default(),
        priority: Priority::default(),
        due: None,
        assignee: None,
        tags: Vec::new(),
        execution_id: ask.execution,
        created_at: now,
        updated_at: now,
        completed_at: None,
    };
    changes.apply(&mut task, now);
    let forget = now.minus(DELETED_KNOWN_FOR);
    let made = app.store().write(task, move |task, tx| Box::pin(tx.create_task(task, MOST_TASKS, forget))).await?;
    Ok(json!({ "task": shown(&made, now), "message": format!("Noted the task \"{}\".", made.title) }))
}

async fn list(app: &App, (org, user): (OrgId, Option<UserId>), arguments: &Arguments) -> Result<Value, Stop> {
    let limit = arguments.limit.unwrap_or(USUALLY_LISTED);
    if !(1..=MOST_LISTED).contains(&limit) {
        return Err(refused("invalid_argument", format!("`limit` must be between 1 and {MOST_LISTED}")).into());
    }
    let page = PageRequest::parse(Some(limit), arguments.cursor.as_deref())?;
    let filter = TaskFilter {
        user_id: user,
        status: arguments.status,
        open_only: arguments.status.is_none(),
        priority: arguments.priority,
        assignee: arguments.assignee.clone().flatten().as_deref().and_then(trimmed),
        tags: arguments.tags.as_deref().map(tags).transpose()?.unwrap_or_default(),
        search: arguments.search.clone(),
        due_before: arguments.due_before.as_deref().map(|text| bound("due_before", text)).transpose()?,
        due_after: arguments.due_after.as_deref().map(|text| bound("due_after", text)).transpose()?,
    };
    let now = app.clock().now();
    let found = app.store().tasks(org, &filter, &page).await?;
    let tasks: Vec<Value> = found.items.iter().map(|task| shown(task, now)).collect();
    let mut listed = json!({ "count": tasks.len(), "tasks": tasks });
    if let Some(cursor) = found.next_cursor {
        listed["next_cursor"] = cursor.into();
    }
    Ok(listed)
}

async fn change(app: &App, (org, user): (OrgId, Option<UserId>), id: TaskId, changes: Changes) -> Result<Task, Stop> {
    let now = app.clock().now();
    let changed = app
        .store()
        .write(changes, move |changes, tx| {
            Box::pin(async move {
                let Some(mut task) = tx.task_to_change(org, user, id).await? else { return Ok(None) };
                changes.apply(&mut task, now);
                tx.update_task(&task).await?;
                Ok(Some(task))
            })
        })
        .await?;
    changed.ok_or_else(|| unknown(id).into())
}

fn unknown(id: TaskId) -> ToolError {
    ToolError::new(
        callwright_model::ErrorClass::NotFound,
        "no_such_task",
        format!("there is no task `{id}` in this list; `list` shows which there are"),
    )
}

fn shown(task: &Task, now: Timestamp) -> Value {
    let mut shown = json!({
        "task_id": task.id,
        "title": task.title,
        "status": task.status,
        "priority": task.priority,
        "created_at": instant(task.created_at),
        "updated_at": instant(task.updated_at),
    });
    if let Some(due) = &task.due {
        shown["due_at"] = due.text.clone().into();
        shown["is_overdue"] = (task.status.is_open() && due.at < now).into();
    }
    for (name, text) in [("description", &task.description), ("assignee", &task.assignee)] {
        if let Some(text) = text {
            shown[name] = text.clone().into();
        }
    }
    if !task.tags.is_empty() {
        shown["tags"] = json!(task.tags);
    }
    if let Some(at) = task.completed_at {
        shown["completed_at"] = instant(at).into();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_due_at_its_end_and_bounds_at_its_beginning() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(due("d", "2026-12-01").unwrap().at, at("2026-12-01T23:59:59Z"));
        assert_eq!(bound("d", "2026-12-01").unwrap(), at("2026-12-01T00:00:00Z"));
        let timed = due("d", " 2026-12-01T17:00:00+01:00 ").unwrap();
        assert_eq!((timed.text.as_str(), timed.at), ("2026-12-01T17:00:00+01:00", at("2026-12-01T16:00:00Z")));
        for wrong in ["tomorrow", "2026-13-01", "2026-12-01T17:00:00", "01.12.2026", ""] {
            assert!(due("d", wrong).unwrap_err().message.contains('d'), "{wrong}");
        }
    }

    #[test]
    fn tags_are_words_in_lower_case() {
        let given = |texts: &[&str]| tags(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(given(&[" Sales", "sales", "Q3"]).unwrap(), ["sales", "q3"]);
        assert!(given(&["a\"b"]).is_err() && given(&[" "]).is_err());
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        assert!(tags(&many).is_err());
    }
}
