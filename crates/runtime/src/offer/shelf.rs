//! Tools that are offered by search, with their index.

use std::sync::Arc;

use callwright_model::{
    id::{ToolId, UserId},
    tool::{Effect, Tool, ToolSpec},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{MOST_HITS, MOST_QUERY, index::Index, summary};
use crate::suggest::{Outline, nearest};

/// What is around the hits of an answer, in bytes.
const FRAME: usize = 64;
/// A name counts more than a title, a title more than what is said of a tool, and that more than its parameters.
const NAME: f32 = 3.0;
const TITLE: f32 = 1.5;
const SORT: f32 = 1.2;
const TEXT: f32 = 1.0;
const PARAMETERS: f32 = 0.5;

/// What is known of a tool.
#[derive(Debug)]
struct Entry {
    name: String,
    line: String,
    parameters: String,
    told: String,
    schema: Value,
    effect: Effect,
    asks: bool,
    category: Option<String>,
    /// Whose it is, when it was not shared with everybody.
    private: Option<(ToolId, UserId)>,
}

/// The tools of an agent or of an organization, with an index over them.
#[derive(Debug, Default)]
pub struct Shelf {
    entries: Vec<Entry>,
    index: Index,
    outlines: Vec<Outline>,
}

/// A tool that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = OfferHit)]
pub struct Hit {
    /// Its name.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// Its parameters in one line; `*` marks those that are required.
    pub parameters: String,
    /// How well it fits; only to be compared within one answer.
    pub score: f32,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = OfferFound)]
pub struct Found {
    /// The best first.
    #[schema(max_items = 20)]
    pub tools: Vec<Hit>,
    /// How many more fit, which are not shown.
    #[schema(minimum = 0)]
    pub more: u32,
    /// About how many tokens the answer takes before a model, at four bytes a token.
    #[schema(minimum = 0)]
    pub estimated_tokens: u32,
}

/// How a tool is called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = OfferDescribed)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// The JSON Schema of its arguments; what the server fills in is not there.
    #[schema(value_type = Object)]
    pub parameters: Value,
    /// What calling it does to the world.
    pub effect: Effect,
    /// Whether somebody is asked first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub asks_first: bool,
}

impl Shelf {
    /// Of tools that all are open to whoever sees the shelf: those of an agent.
    pub fn of<'t>(specs: impl IntoIterator<Item = &'t ToolSpec>) -> Self {
        Self::with(specs.into_iter().map(|spec| (spec, None)))
    }

    /// Of the tools of an organization.
    pub(super) fn of_tools(tools: &[Tool]) -> Self {
        let private = |tool: &Tool| (!tool.spec.is_shared).then_some((tool.id, tool.user_id));
        Self::with(tools.iter().map(|tool| (&tool.spec, private(tool))))
    }

    fn with<'t>(tools: impl Iterator<Item = (&'t ToolSpec, Option<(ToolId, UserId)>)>) -> Self {
        let (mut entries, mut outlines, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (spec, private) in tools {
            let schema = spec.model_parameters();
            let told = spec.told().into_owned();
            outlines.push(Outline::of(spec));
            texts.push(Text::of(spec, &told, &schema));
            entries.push(Entry {
                name: spec.name.clone(),
                line: summary::line(&told),
                parameters: summary::parameters(&schema),
                told,
                schema: summary::shown(&schema),
                effect: spec.effect,
                asks: !spec.policy.confirm.is_no() || !spec.policy.approval.is_no(),
                category: spec.category.clone(),
                private,
            });
        }
        let index = Index::of(texts.iter().map(Text::fields));
        Self { entries, index, outlines }
    }
}

/// The texts of a tool by which it is found.
struct Text {
    name: String,
    title: String,
    sort: String,
    told: String,
    parameters: String,
}

impl Text {
    fn of(spec: &ToolSpec, told: &str, schema: &Value) -> Self {
        let mut sort = spec.category.clone().unwrap_or_default();
        for (label, word) in &spec.labels {
            sort.push(' ');
            sort.push_str(label);
            sort.push(' ');
            sort.push_str(word);
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        Self {
            name: spec.name.clone(),
            title: spec.display_name.clone().unwrap_or_default(),
            sort,
            told: told.to_owned(),
            parameters: properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" "),
        }
    }

    fn fields(&self) -> Vec<super::index::Field<'_>> {
        vec![
            (self.name.as_str(), NAME),
            (self.title.as_str(), TITLE),
            (self.sort.as_str(), SORT),
            (self.told.as_str(), TEXT),
            (self.parameters.as_str(), PARAMETERS),
        ]
    }
}

/// What one caller sees of a shelf.
#[derive(Debug, Clone)]
pub struct View {
    shelf: Arc<Shelf>,
    /// Whose view it is, and what was granted to them; `None` when everything is theirs to use.
    user: Option<(UserId, Vec<ToolId>)>,
}

impl View {
    /// All of a shelf.
    pub fn whole(shelf: Arc<Shelf>) -> Self {
        Self { shelf, user: None }
    }

    /// What `user` sees of it, to whom `granted` was granted.
    pub(super) fn of_user(shelf: Arc<Shelf>, user: UserId, granted: Vec<ToolId>) -> Self {
        Self { shelf, user: Some((user, granted)) }
    }

    fn sees(&self, entry: &Entry) -> bool {
        match (&self.user, &entry.private) {
            (Some((user, granted)), Some((tool, maker))) => maker == user || granted.contains(tool),
            _ => true,
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.shelf.entries.iter().filter(|entry| self.sees(entry))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().find(|entry| entry.name == name)
    }

    /// How many tools are seen.
    pub fn len(&self) -> usize {
        self.entries().count()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Whether there is a tool of that name.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// The tools that fit `query`, the best first: at most `limit`, and as many as fit into about `tokens`.
    pub fn search(&self, query: &str, limit: usize, tokens: usize) -> Found {
        let query: String = query.chars().take(MOST_QUERY).collect();
        let mut fitting: Vec<(f32, &Entry)> = self
            .shelf
            .index
            .scores(&query)
            .into_iter()
            .filter_map(|(number, score)| Some((score, self.shelf.entries.get(number as usize)?)))
            .filter(|(_, entry)| self.sees(entry))
            .map(|(score, entry)| (if entry.name == query.trim() { f32::MAX } else { score }, entry))
            .collect();
        fitting.sort_by(|one, two| two.0.total_cmp(&one.0).then_with(|| one.1.name.cmp(&two.1.name)));
        let mut tools: Vec<Hit> = Vec::new();
        let mut bytes = FRAME;
        for (score, entry) in fitting.iter().take(limit.clamp(1, MOST_HITS)) {
            let hit = Hit {
                name: entry.name.clone(),
                description: entry.line.clone(),
                parameters: entry.parameters.clone(),
                score: *score,
            };
            let size = hit.for_model().to_string().len() + 1;
            if !tools.is_empty() && (bytes + size).div_ceil(4) > tokens {
                break;
            }
            bytes += size;
            tools.push(hit);
        }
        let more = u32::try_from(fitting.len() - tools.len()).unwrap_or(u32::MAX);
        Found { tools, more, estimated_tokens: u32::try_from(bytes.div_ceil(4)).unwrap_or(u32::MAX) }
    }

    /// How the tool of that name is called.
    pub fn describe(&self, name: &str) -> Option<Described> {
        self.entry(name).map(|entry| Described {
            name: entry.name.clone(),
            description: entry.told.clone(),
            parameters: entry.schema.clone(),
            effect: entry.effect,
            asks_first: entry.asks,
        })
    }

    /// The names nearest to one that is not there, best first, at most three.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let name: String = name.chars().take(128).collect();
        let zipped = self.shelf.entries.iter().zip(&self.shelf.outlines);
        let seen: Vec<Outline> =
            zipped.filter(|(entry, _)| self.sees(entry)).map(|(_, outline)| outline.clone()).collect();
        let near = nearest(&name, &seen);
        if !near.is_empty() {
            return near;
        }
        self.search(&name, 3, usize::MAX).tools.into_iter().map(|hit| hit.name).collect()
    }

    /// The categories of the tools, the largest first.
    pub(super) fn categories(&self, most: usize) -> Vec<&str> {
        let mut counted: Vec<(usize, &str)> = Vec::new();
        for category in self.entries().filter_map(|entry| entry.category.as_deref()) {
            match counted.iter_mut().find(|(_, known)| *known == category) {
                Some((count, _)) => *count += 1,
                None => counted.push((1, category)),
            }
        }
        counted.sort_by(|one, two| two.0.cmp(&one.0).then(one.1.cmp(two.1)));
        counted.into_iter().take(most).map(|(_, category)| category).collect()
    }
}

impl Hit {
    fn for_model(&self) -> Value {
        let mut hit = json!({ "name": self.name, "description": self.description });
        if !self.parameters.is_empty() {
            hit["parameters"] = json!(self.parameters);
        }
        hit
    }
}

impl Found {
    /// The answer as a model reads it.
    pub fn for_model(&self) -> Value {
        let tools: Vec<Value> = self.tools.iter().map(Hit::for_model).collect();
        let mut answer = json!({ "tools": tools });
        if self.tools.is_empty() {
            answer["hint"] = json!("nothing fits; say it in other words, or in fewer");
        } else if self.more > 0 {
            answer["more"] = json!(self.more);
        }
        answer
    }
}
