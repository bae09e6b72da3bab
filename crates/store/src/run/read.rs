//! Runs and their steps, found again.

use callwright_model::{
    id::{AgentId, ExecutionId, JobId, OrgId, RunId, ThreadId, UserId, WorkflowId, kind},
    page::{Page, PageRequest},
    run::{Run, RunKind, RunState, Step},
};

use super::{
    RunRow,
    row::{RUN, STEP, row, step},
};
use crate::{
    db::Store,
    error::Result,
    params,
    query::{Query, after_id},
    value::Value,
};

/// In a list, texts are cut to this many characters.
const SHORT: usize = 1_000;

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunFilter {
    /// In this state.
    pub state: Option<RunState>,
    /// Of agents, or of workflows.
    pub kind: Option<RunKind>,
    /// Of this agent.
    pub agent_id: Option<AgentId>,
    /// Of this workflow.
    pub workflow_id: Option<WorkflowId>,
    /// Asked for by this run.
    pub parent_id: Option<RunId>,
    /// Asked for by no other run.
    pub is_first: bool,
    /// On this thread.
    pub thread_id: Option<ThreadId>,
    /// For this user.
    pub user_id: Option<UserId>,
}

impl Store {
    /// A run of `org`.
    pub async fn run(&self, org: OrgId, id: RunId) -> Result<Option<RunRow>> {
        self.fetch_optional(format!("{RUN} AND id = $2"), params![org, id], row).await
    }

    /// The run that a job carries.
    pub async fn run_of_job(&self, org: OrgId, job: JobId) -> Result<Option<RunRow>> {
        self.fetch_optional(format!("{RUN} AND job_id = $2"), params![org, job], row).await
    }

    /// Runs, newest first; long texts are cut.
    pub async fn runs(&self, org: OrgId, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>> {
        let rows = self.fetch_query(listed(org, filter, page)?, |found| row(found).map(|row| row.run)).await?;
        Ok(Page::from_rows(rows, page.limit, |run| vec![run.id.to_string()]))
    }

    /// The steps of a run from the answer number `from` on, in order, at most `most`.
    pub async fn steps(&self, run: RunId, from: i64, most: u32) -> Result<Vec<Step>> {
        let sql = format!("{STEP} AND seq >= $2 ORDER BY seq, position LIMIT $3");
        self.fetch_all(sql, params![run, from, i64::from(most)], step).await
    }

    /// How long the last completed runs of the same agent or workflow took, in microseconds.
    pub async fn durations_of_runs(&self, run: &Run, most: u32) -> Result<Vec<i64>> {
        let (column, id) = match run.workflow_id {
            Some(workflow) => ("workflow_id", workflow.to_string()),
            None => ("agent_id", run.agent_id.map(|id| id.to_string()).unwrap_or_default()),
        };
        let sql = format!(
            "SELECT ended_at - created_at FROM run WHERE org_id = $1 AND {column} = $2 AND state = 'completed' \
             ORDER BY id DESC LIMIT $3"
        );
        let params = params![run.organization_id, id, i64::from(most)];
        self.fetch_all(sql, params, |row| row.fields("run").int("duration")).await
    }

    /// The executions that a run waits for.
    pub async fn awaited(&self, run: RunId) -> Result<Vec<ExecutionId>> {
        let sql = "SELECT execution_id FROM step WHERE run_id = $1 AND state = 'waiting' AND execution_id IS NOT NULL";
        self.fetch_all(sql, params![run], |row| row.fields("step").id("execution_id")).await
    }
}

fn listed(org: OrgId, filter: &RunFilter, page: &PageRequest) -> Result<Query> {
    let short = |column: &str| format!(" substr({column}, 1, {SHORT}) AS {column},");
    let short = RUN.replacen(" input,", &short("input"), 1).replacen(" output,", &short("output"), 1);
    // What a workflow came to may be large: it is told one by one.
    let short = short.replacen(" result,", " NULL AS result,", 1);
    let mut query = Query::new(short, params![org]);
    if filter.state.is_some_and(|state| state != RunState::Completed) {
        // Implied, and lets the index of what has not completed be used.
        query.push(" AND state <> 'completed'");
    }
    query.and("state =", filter.state.map(|state| Value::word(state.as_str())));
    query.and("kind =", filter.kind.map(|kind| Value::word(kind.as_str())));
    query.and("agent_id =", filter.agent_id).and("thread_id =", filter.thread_id);
    query.and("workflow_id =", filter.workflow_id).and("parent_id =", filter.parent_id);
    query.and("user_id =", filter.user_id);
    if filter.is_first {
        query.push(" AND parent_id IS NULL");
    }
    query.and("id <", after_id::<kind::Run>(page)?);
    query.push(" ORDER BY id DESC").limit(page);
    Ok(query)
}

#[cfg(test)]
mod tests {
    use callwright_model::Id;

    use super::*;
    use crate::query::plan;

    #[test]
    fn a_list_of_one_state_does_not_read_the_others() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::run_sqlite(&mut connection).unwrap();
        let plan = |state| {
            let filter = RunFilter { state, ..RunFilter::default() };
            let plan = plan(&connection, &listed(Id::from_raw(1), &filter, &PageRequest::first(20)).unwrap());
            assert!(!plan.contains("TEMP B-TREE"), "the newest come first by themselves: {plan}");
            plan
        };
        for state in [RunState::Failed, RunState::Running, RunState::Cancelled] {
            assert!(
                plan(Some(state)).contains("USING INDEX run_org_state (org_id=? AND state=?)"),
                "{}",
                plan(Some(state))
            );
        }
        for state in [None, Some(RunState::Completed)] {
            assert!(plan(state).contains("USING INDEX run_org (org_id=?)"), "{}", plan(state));
        }
    }
}
