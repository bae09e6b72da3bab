//! Whether Python tools can run.

use std::time::Duration;

use callwright_model::Fault;
use callwright_tools::python::room::State;
use tokio::time::Instant;

use super::Finding;
use crate::App;

const CHECK: &str = "python sandbox";
/// Loading takes milliseconds.
const WAIT: Duration = Duration::from_secs(5);

pub(super) async fn look(app: &App) -> Result<Vec<Finding>, Fault> {
    let why = "Python tools cannot be saved, and calls of them fail with `sandbox_unavailable`";
    let finding = match app.python().state() {
        State::Absent(found) => Finding::warn(
            CHECK,
            format!("the sandbox {found}"),
            why,
            "look at `python` and `python_dir` in the settings; `callwright python prepare` says what is in the way",
        ),
        State::Preparing => Finding::warn(
            CHECK,
            "the sandbox is being prepared",
            why,
            "wait a minute; the server's log tells when it is ready",
        ),
        State::Ready(_) => match app.python().sandbox(Instant::now() + WAIT).await {
            Ok(sandbox) => {
                let grown = sandbox.grown_bytes() >> 20;
                Finding::ok(CHECK, format!("the sandbox is ready; running code holds {grown} MB beyond its beginning"))
            }
            Err(error) => Finding::fail(
                CHECK,
                error.message,
                why,
                "look into the server's log; delete the folder `python_dir` and run `callwright python prepare`",
            ),
        },
    };
    Ok(vec![finding])
}
