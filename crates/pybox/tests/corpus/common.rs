//! What the tests of the sandbox share.

use std::{collections::BTreeMap, time::Duration};

use callwright_pybox::{Checking, Ended, Job, Limits, Program, Raised, Report, Sandbox, Settings, Sort};
use serde_json::{Map, Value, json};

/// A sandbox whose machine code is shared with all other tests.
pub(crate) fn sandbox(settings: Settings) -> Sandbox {
    let dir = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("python");
    Sandbox::prepare_and_start(&dir, settings).unwrap()
}

/// One call of a source.
pub(crate) struct Run<'a> {
    pub(crate) source: &'a str,
    pub(crate) function: Option<&'a str>,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) limits: Limits,
    /// Only what a tool may import by default.
    pub(crate) honest: bool,
    pub(crate) tenant: u128,
    pub(crate) env: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    pub(crate) fn of(source: &'a str, parameters: &'a Map<String, Value>) -> Self {
        let limits = Limits { wall: Duration::from_secs(2), ..Limits::default() };
        Self { source, function: None, parameters, limits, honest: false, tenant: 1, env: BTreeMap::new() }
    }
}

/// Compiles a source.
pub(crate) async fn program(sandbox: &Sandbox, run: &Run<'_>) -> Result<Program, String> {
    let all = vec!["*".to_owned()];
    let checking = Checking {
        tenant: run.tenant,
        source: run.source.to_owned(),
        tool: "tool".to_owned(),
        function: run.function.map(str::to_owned),
        names: run.parameters.keys().cloned().collect(),
        imports: if run.honest { callwright_pybox::modules::default(false) } else { all },
    };
    let checked = sandbox.check(checking).await.unwrap();
    checked.program.ok_or_else(|| format!("{:?}", checked.problems))
}

/// Checks a source, and runs it. What is refused at once counts as an error.
pub(crate) async fn run(sandbox: &Sandbox, run: Run<'_>) -> Report {
    let program = match program(sandbox, &run).await {
        Ok(program) => program,
        Err(message) => {
            let raised = Raised {
                sort: Sort::Syntax,
                name: "refused".to_owned(),
                message,
                frames: Vec::new(),
                omitted: 0,
                line: None,
            };
            return Report {
                ended: Ended::Raised(raised),
                logs: Vec::new(),
                logs_omitted: 0,
                memory_bytes: 0,
                wall: Duration::ZERO,
                waited: Duration::ZERO,
            };
        }
    };
    sandbox.run(job(program, &run)).await.unwrap()
}

pub(crate) fn job(program: Program, run: &Run<'_>) -> Job {
    let mut context = Map::new();
    for key in [
        "execution_id",
        "agent_id",
        "user_id",
        "organization_id",
        "conversation_id",
        "call_sid",
        "phone_number",
        "correlation_id",
    ] {
        context.insert(key.to_owned(), Value::Null);
    }
    context.insert("user_data".to_owned(), json!({}));
    context.insert("env".to_owned(), json!(run.env));
    Job {
        tenant: run.tenant,
        program,
        names: run.parameters.keys().cloned().collect(),
        parameters: run.parameters.clone(),
        context,
        env: run.env.clone(),
        imports: None,
        limits: run.limits,
        until: None,
        http: None,
        printed: None,
    }
}

const CANARY: &str = r#"
import builtins, json, sys, os, statistics, datetime
def execute_tool(parameters, context):
    seen = sorted(name for name in dir(builtins) if "poison" in name.lower() or "leak" in name.lower())
    return {
        "text": json.dumps({"a": [1, 2.5, None, True], "b": "ü"}),
        "back": json.loads('{"x": [1, 2]}'), "sum": sum(range(10)), "len": len("four"), "mean": statistics.mean([1, 2, 3]),
        "sorted": sorted([3, 1, 2]), "day": datetime.date(2026, 1, 31).isoformat(), "seen": seen, "env": dict(os.environ),
        "str": str(12), "limit": sys.getrecursionlimit(), "modules": sorted(set(m for m in sys.modules if "poison" in m or "evil" in m)),
        "given": parameters, "trace": sys.gettrace() is None,
    }
"#;

/// An honest call that must give what it always gives.
pub(crate) async fn canary(sandbox: &Sandbox) -> Result<(), String> {
    let parameters = json!({"n": 1});
    let report = run(sandbox, Run::of(CANARY, parameters.as_object().unwrap())).await;
    let wanted = json!({
        "text": "{\"a\": [1, 2.5, null, true], \"b\": \"\\u00fc\"}", "back": {"x": [1, 2]}, "sum": 45, "len": 4, "mean": 2,
        "sorted": [1, 2, 3], "day": "2026-01-31", "seen": [], "env": {}, "str": "12", "limit": 1000, "modules": [],
        "given": {"n": 1}, "trace": true,
    });
    match report.ended {
        Ended::Done(result) if result == wanted && report.logs.is_empty() => Ok(()),
        other => Err(format!("{other:?} {:?}", report.logs)),
    }
}
