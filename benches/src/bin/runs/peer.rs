//! Other frameworks, each in a process of its own that prints the median of its runs in milliseconds.

use std::path::Path;

use tokio::process::Command;

use crate::Failure;

/// What to call them, and their scripts in `benches/peers`.
pub(crate) const PEERS: [(&str, &str); 2] =
    [("OpenAI Agents SDK", "openai_agents.py"), ("LangGraph", "langgraph_agent.py")];

/// The median of `runs` runs.
pub(crate) async fn round(python: &Path, script: &str, model: &str, runs: usize) -> Result<f64, Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
    let output = Command::new(python).arg(path).arg(model).arg(runs.to_string()).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .lines()
        .last()
        .and_then(|line| line.parse().ok())
        .ok_or_else(|| format!("{script}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
