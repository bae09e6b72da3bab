//! Counters and timings for Prometheus. The labels are few on purpose: a tool's name is not one of them.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use callwright_model::{
    ErrorClass, Timestamp,
    execution::State,
    job::Job,
    run::Run,
    ticket::{TicketKind, TicketState},
    tool::Kind,
    webhook::DeliveryState,
};
use metrics::{Counter, Histogram};

/// The figures of executions by what they are labelled with; looked up in the recorder once and then kept.
static EXECUTED: LazyLock<RwLock<HashMap<Label, (Counter, Histogram)>>> = LazyLock::new(RwLock::default);

type Label = (Kind, State, Option<ErrorClass>);

/// Notes an execution that ended.
pub fn executed(kind: Kind, state: State, error: Option<ErrorClass>, seconds: f64) {
    let label = (kind, state, error);
    let note = |(count, took): &(Counter, Histogram)| {
        count.increment(1);
        took.record(seconds);
    };
    if let Some(meters) = EXECUTED.read().unwrap_or_else(PoisonError::into_inner).get(&label) {
        return note(meters);
    }
    let class = error.map_or("none", ErrorClass::as_str);
    let meters = (
        metrics::counter!("callwright_executions_total", "kind" => kind.as_str(), "state" => state.as_str(), "error_class" => class),
        metrics::histogram!("callwright_execution_duration_seconds", "kind" => kind.as_str()),
    );
    note(&meters);
    EXECUTED.write().unwrap_or_else(PoisonError::into_inner).insert(label, meters);
}

/// Notes a request that was answered with the outcome of an earlier one.
pub fn deduplicated() {
    metrics::counter!("callwright_executions_deduplicated_total").increment(1);
}

/// Notes that a ticket was opened, decided or used up.
pub fn ticket(kind: TicketKind, state: TicketState) {
    metrics::counter!("callwright_tickets_total", "kind" => kind.as_str(), "state" => state.as_str()).increment(1);
}

/// Notes how a sending of a webhook ended.
pub fn webhook(state: DeliveryState) {
    metrics::counter!("callwright_webhooks_total", "state" => state.as_str()).increment(1);
}

/// Notes how many executions are under way.
pub fn inflight(count: usize) {
    metrics::gauge!("callwright_executions_inflight").set(count as f64);
}

/// Notes an execution that a limit or a breaker refused, by the code of its error.
pub fn refused(reason: &str) {
    metrics::counter!("callwright_guard_refusals_total", "reason" => reason.to_owned()).increment(1);
}

/// Notes how long an execution waited for a place.
pub fn queued(seconds: f64) {
    metrics::histogram!("callwright_queue_wait_seconds").record(seconds);
}

/// Notes that the breaker of a `tool` or a `host` changed its state.
pub fn breaker_changed(of: &'static str, to: &'static str) {
    metrics::counter!("callwright_breaker_changes_total", "of" => of, "to" => to).increment(1);
}

/// Notes what the cache did for a read.
pub fn cached(how: &'static str) {
    metrics::counter!("callwright_cache_total", "result" => how).increment(1);
}

/// Notes a run that ended.
pub fn run_ended(run: &Run) {
    metrics::counter!("callwright_runs_total", "state" => run.state.as_str()).increment(1);
    metrics::counter!("callwright_model_tokens_total", "kind" => "prompt").increment(run.usage.prompt_tokens);
    metrics::counter!("callwright_model_tokens_total", "kind" => "completion").increment(run.usage.completion_tokens);
    let seconds = run.ended_at.unwrap_or(run.updated_at).since(run.created_at).as_secs_f64();
    metrics::histogram!("callwright_run_duration_seconds").record(seconds);
}

/// Notes a job that a worker has taken, and how long it had waited since its time came.
pub fn job_started(job: &Job, now: Timestamp) {
    metrics::counter!("callwright_jobs_started_total", "kind" => job.kind.as_str()).increment(1);
    metrics::histogram!("callwright_job_wait_seconds").record(now.since(job.run_at).as_secs_f64());
}

/// Tells what the names mean; call once when the recorder is installed.
pub fn describe() {
    metrics::describe_counter!(
        "callwright_executions_total",
        "Executions that ended, by kind, state and class of error"
    );
    metrics::describe_histogram!(
        "callwright_execution_duration_seconds",
        metrics::Unit::Seconds,
        "From asked to ended, retries included"
    );
    metrics::describe_counter!(
        "callwright_executions_deduplicated_total",
        "Requests answered with the outcome of an earlier one with the same key"
    );
    metrics::describe_counter!("callwright_alerts_fired_total", "How often alert rules fired");
    metrics::describe_counter!(
        "callwright_tickets_total",
        "Tickets by kind and the state that they came to on this server: open when made, then approved, denied, used…"
    );
    metrics::describe_counter!(
        "callwright_webhooks_total",
        "Sendings of webhooks: delivered, queued for another try, or failed for good"
    );
    metrics::describe_counter!(
        "callwright_guard_refusals_total",
        "Executions that a rate limit, a full line or an open breaker refused, by reason"
    );
    metrics::describe_histogram!(
        "callwright_queue_wait_seconds",
        metrics::Unit::Seconds,
        "How long executions waited for a place; those that did not wait are not counted"
    );
    metrics::describe_counter!(
        "callwright_breaker_changes_total",
        "Changes of circuit breakers, of a tool or a host, by the new state"
    );
    metrics::describe_counter!("callwright_cache_total", "Reads of cached tools, by what the cache did");
    metrics::describe_gauge!("callwright_executions_inflight", "Executions under way in this process");
}
