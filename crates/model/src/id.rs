//! Typed identifiers: a prefix that names the kind and a UUIDv7 in lower-case Crockford base32.
//!
//! Ids sort by time of creation, cannot be mixed up between kinds in Rust, and are opaque to clients.

use std::{borrow::Cow, cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::{Clock, SystemClock};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in base32.
const BODY_LEN: usize = 26;
/// The most bytes of an id's text: its prefix, the underscore and the body.
const MAX_LEN: usize = 48;

/// What an [`Id`] identifies.
pub trait IdKind: 'static {
    /// The text before the underscore, for example `tool`.
    const PREFIX: &'static str;
}

/// An identifier of one kind of thing.
pub struct Id<K> {
    raw: u128,
    kind: PhantomData<fn() -> K>,
}

impl<K: IdKind> Id<K> {
    /// Wraps 128 bits that were made elsewhere.
    pub const fn from_raw(raw: u128) -> Self {
        Self { raw, kind: PhantomData }
    }

    /// Its text, in one piece: ids are written several times in each call.
    fn write(self, text: &mut [u8; MAX_LEN]) -> &str {
        let start = K::PREFIX.len() + 1;
        let length = start + BODY_LEN;
        text[..start - 1].copy_from_slice(K::PREFIX.as_bytes());
        text[start - 1] = b'_';
        let mut rest = self.raw;
        for slot in text[start..length].iter_mut().rev() {
            *slot = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        std::str::from_utf8(&text[..length]).unwrap_or_default()
    }

    /// The 128 bits, for hashing and for tests.
    pub const fn raw(self) -> u128 {
        self.raw
    }
}

/// Why a text is not an id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a {expected}_… id")]
pub struct ParseIdError {
    text: String,
    expected: &'static str,
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode(text, K::PREFIX)
            .map(Self::from_raw)
            .ok_or_else(|| ParseIdError { text: text.chars().take(64).collect(), expected: K::PREFIX })
    }
}

fn decode(text: &str, prefix: &str) -> Option<u128> {
    let body = text.strip_prefix(prefix)?.strip_prefix('_')?.as_bytes();
    if body.len() != BODY_LEN || body[0] > b'7' {
        return None;
    }
    let mut raw = 0u128;
    for byte in body {
        let digit = ALPHABET.iter().position(|c| c == byte)?;
        raw = (raw << 5) | digit as u128;
    }
    Some(raw)
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; MAX_LEN]))
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; MAX_LEN]))
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<K: IdKind> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX)))
            .into()
    }
}

impl<K: IdKind> utoipa::ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}_id", K::PREFIX))
    }
}

/// Makes new ids from the injected clock and a source of randomness.
#[derive(Clone)]
pub struct IdSource {
    clock: Arc<dyn Clock>,
}

impl IdSource {
    /// Ids whose time part follows `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// A new id. Ids made by one process in the same microsecond are unordered among themselves.
    pub fn next<K: IdKind>(&self) -> Id<K> {
        let micros = self.clock.now().micros().max(0) as u128;
        let (millis, sub) = (micros / 1000, micros % 1000);
        // RFC 9562 method 3: the twelve bits of rand_a carry the fraction of the millisecond.
        let rand_a = sub * 4096 / 1000;
        let rand_b = rand::random::<u64>() as u128 & ((1 << 62) - 1);
        Id::from_raw((millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
    }
}

impl Default for IdSource {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

/// The kinds of ids, one empty type each.
pub mod kind {
    use super::IdKind;

    /// A tool.
    pub enum Tool {}
    /// An execution of a tool.
    pub enum Execution {}
    /// An agent (the plan says "assistant").
    pub enum Agent {}
    /// A conversation of a voice or chat client.
    pub enum Conversation {}
    /// A secret.
    pub enum Secret {}
    /// An organization.
    pub enum Organization {}
    /// A user.
    pub enum User {}
    /// An API token or a browser session.
    pub enum Token {}
    /// An invitation to an organization, or the grant of a tool to a user.
    pub enum Grant {}
    /// A running server process.
    pub enum Node {}
    /// A row of the audit log.
    pub enum Audit {}
    /// A key that seals the secrets of one organization.
    pub enum DataKey {}
    /// A request that came in from outside.
    pub enum Request {}
    /// A question that holds an execution up.
    pub enum Ticket {}
    /// A webhook on its way out.
    pub enum Delivery {}
    /// A tool that came from a template, another organization or an import.
    pub enum Install {}
    /// A saved test case of a tool.
    pub enum Case {}
    /// A rule that raises an alert.
    pub enum AlertRule {}
    /// One time that a rule fired.
    pub enum Incident {}
    /// What a person allowed us at an authorization server.
    pub enum OauthGrant {}
    /// A change that waits for somebody to agree.
    pub enum Proposal {}
    /// A conversation.
    pub enum Thread {}
    /// An agent or a workflow at work.
    pub enum Run {}
    /// A unit of background work.
    pub enum Job {}
    /// What is started by the clock.
    pub enum Schedule {}
    /// Whoever serves models.
    pub enum ModelProvider {}
    /// Something that a person has to do.
    pub enum Task {}
    /// An appointment.
    pub enum CalendarEvent {}
    /// A line of the credit ledger.
    pub enum CreditEntry {}
    /// What a person thought of a run.
    pub enum Feedback {}
    /// Instructions that were proposed for an agent.
    pub enum AgentDraft {}
    /// Something too large, or no text, that a tool gave.
    pub enum Document {}
    /// A step of a call.
    pub enum Control {}
    /// A registered MCP server.
    #[derive(Debug)]
    pub enum McpServer {}
    /// A fixed plan of steps over tools or agents.
    pub enum Workflow {}
    /// An address at which others start something here.
    pub enum Hook {}
    /// A request that came to a hook.
    pub enum HookDelivery {}

    impl IdKind for Tool {
        const PREFIX: &'static str = "tool";
    }
    impl IdKind for Execution {
        const PREFIX: &'static str = "exec";
    }
    impl IdKind for Agent {
        const PREFIX: &'static str = "asst";
    }
    impl IdKind for Conversation {
        const PREFIX: &'static str = "conv";
    }
    impl IdKind for Secret {
        const PREFIX: &'static str = "sec";
    }
    impl IdKind for Organization {
        const PREFIX: &'static str = "org";
    }
    impl IdKind for User {
        const PREFIX: &'static str = "user";
    }
    impl IdKind for Token {
        const PREFIX: &'static str = "tok";
    }
    impl IdKind for Grant {
        const PREFIX: &'static str = "grant";
    }
    impl IdKind for Node {
        const PREFIX: &'static str = "node";
    }
    impl IdKind for Audit {
        const PREFIX: &'static str = "audit";
    }
    impl IdKind for DataKey {
        const PREFIX: &'static str = "dkey";
    }
    impl IdKind for Request {
        const PREFIX: &'static str = "req";
    }
    impl IdKind for Ticket {
        const PREFIX: &'static str = "tick";
    }
    impl IdKind for Delivery {
        const PREFIX: &'static str = "dlv";
    }
    impl IdKind for Install {
        const PREFIX: &'static str = "inst";
    }
    impl IdKind for Case {
        const PREFIX: &'static str = "case";
    }
    impl IdKind for AlertRule {
        const PREFIX: &'static str = "alert";
    }
    impl IdKind for OauthGrant {
        const PREFIX: &'static str = "auth";
    }
    impl IdKind for Incident {
        const PREFIX: &'static str = "inc";
    }
    impl IdKind for Proposal {
        const PREFIX: &'static str = "prop";
    }
    impl IdKind for Thread {
        const PREFIX: &'static str = "thread";
    }
    impl IdKind for Run {
        const PREFIX: &'static str = "run";
    }
    impl IdKind for Job {
        const PREFIX: &'static str = "job";
    }
    impl IdKind for Schedule {
        const PREFIX: &'static str = "sch";
    }
    impl IdKind for ModelProvider {
        const PREFIX: &'static str = "prov";
    }
    impl IdKind for Task {
        const PREFIX: &'static str = "task";
    }
    impl IdKind for CalendarEvent {
        const PREFIX: &'static str = "evt";
    }
    impl IdKind for CreditEntry {
        const PREFIX: &'static str = "crd";
    }
    impl IdKind for Feedback {
        const PREFIX: &'static str = "fb";
    }
    impl IdKind for Workflow {
        const PREFIX: &'static str = "wf";
    }
    impl IdKind for AgentDraft {
        const PREFIX: &'static str = "draft";
    }
    impl IdKind for Document {
        const PREFIX: &'static str = "doc";
    }
    impl IdKind for Control {
        const PREFIX: &'static str = "ctl";
    }
    impl IdKind for Hook {
        const PREFIX: &'static str = "hook";
    }
    impl IdKind for HookDelivery {
        const PREFIX: &'static str = "hdl";
    }
    impl IdKind for McpServer {
        const PREFIX: &'static str = "mcp";
    }
}

/// Identifies a tool.
pub type ToolId = Id<kind::Tool>;
/// Identifies an execution.
pub type ExecutionId = Id<kind::Execution>;
/// Identifies an agent.
pub type AgentId = Id<kind::Agent>;
/// Identifies a secret.
pub type SecretId = Id<kind::Secret>;
/// Identifies a conversation of a voice or chat client.
pub type ConversationId = Id<kind::Conversation>;
/// Identifies something too large, or no text, that a tool gave.
pub type DocumentId = Id<kind::Document>;
/// Identifies an organization.
pub type OrgId = Id<kind::Organization>;
/// Identifies a user.
pub type UserId = Id<kind::User>;
/// Identifies an API token or a session.
pub type TokenId = Id<kind::Token>;
/// Identifies an invitation.
pub type InvitationId = Id<kind::Grant>;
/// Identifies a server process.
pub type NodeId = Id<kind::Node>;
/// Identifies a row of the audit log.
pub type AuditId = Id<kind::Audit>;
/// Identifies a data key.
pub type DataKeyId = Id<kind::DataKey>;
/// Identifies an incoming request.
pub type RequestId = Id<kind::Request>;
/// Identifies a ticket.
pub type TicketId = Id<kind::Ticket>;
/// Identifies a webhook on its way out.
pub type DeliveryId = Id<kind::Delivery>;
/// Identifies where a tool came from.
pub type InstallId = Id<kind::Install>;
/// Identifies a saved test case.
pub type CaseId = Id<kind::Case>;
/// Identifies a rule that raises an alert.
pub type AlertRuleId = Id<kind::AlertRule>;
/// Identifies one time that a rule fired.
pub type IncidentId = Id<kind::Incident>;
/// Identifies what a person allowed us at an authorization server.
pub type OauthGrantId = Id<kind::OauthGrant>;
/// Identifies a change that waits for somebody to agree.
pub type ProposalId = Id<kind::Proposal>;
/// Identifies a conversation.
pub type ThreadId = Id<kind::Thread>;
/// Identifies an agent or a workflow at work.
pub type RunId = Id<kind::Run>;
/// Identifies a unit of background work.
pub type JobId = Id<kind::Job>;
/// Identifies what is started by the clock.
pub type ScheduleId = Id<kind::Schedule>;
/// Identifies whoever serves models.
pub type ModelProviderId = Id<kind::ModelProvider>;
/// Identifies something that a person has to do.
pub type TaskId = Id<kind::Task>;
/// Identifies an appointment.
pub type CalendarEventId = Id<kind::CalendarEvent>;
/// Identifies a line of the credit ledger.
pub type CreditEntryId = Id<kind::CreditEntry>;
/// Identifies what a person thought of a run.
pub type FeedbackId = Id<kind::Feedback>;
/// Identifies instructions that were proposed for an agent.
pub type AgentDraftId = Id<kind::AgentDraft>;
/// Identifies a step of a call.
pub type ControlId = Id<kind::Control>;
/// Identifies a registered MCP server.
pub type McpServerId = Id<kind::McpServer>;
/// Identifies a fixed plan of steps over tools or agents.
pub type WorkflowId = Id<kind::Workflow>;
/// Identifies an address at which others start something here.
pub type HookId = Id<kind::Hook>;
/// Identifies a request that came to a hook.
pub type HookDeliveryId = Id<kind::HookDelivery>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_a_round_trip_and_sort_by_time() {
        let ids = IdSource::default();
        let first: ToolId = ids.next();
        std::thread::sleep(std::time::Duration::from_millis(2));
        let second: ToolId = ids.next();
        assert_eq!(first.to_string().parse::<ToolId>(), Ok(first));
        assert!(first < second && first.to_string() < second.to_string());
        assert!(first.to_string().starts_with("tool_"));
    }

    #[test]
    fn ids_of_another_kind_and_overflowing_bodies_are_refused() {
        let tool: ToolId = IdSource::default().next();
        assert!(tool.to_string().parse::<AgentId>().is_err());
        assert!("tool_".parse::<ToolId>().is_err());
        assert!(format!("tool_{}", "z".repeat(26)).parse::<ToolId>().is_err());
        assert!(format!("tool_{}", "U".repeat(26)).parse::<ToolId>().is_err());
    }
}
