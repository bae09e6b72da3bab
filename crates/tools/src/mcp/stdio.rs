//! MCP servers that are programs: started with nothing of ours in their environment, in a process group of their own,
//! and killed with all of it.

use std::{
    collections::BTreeMap,
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use callwright_guard::Redactor;
use callwright_model::secret::SecretString;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{ChildStdin, ChildStdout, Command},
};

/// The most bytes of one line of a program's complaints that are logged, and of all of them.
const MAX_LINE: usize = 2_000;
const MAX_TOLD: usize = 1 << 20;

/// A running program. Dropping it kills its process group.
pub(super) struct Child {
    group: Option<Pid>,
    is_over: Arc<AtomicBool>,
}

impl Child {
    /// Whether it is still there.
    pub(super) fn is_running(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    /// Ends it and everything that it started.
    pub(super) fn kill(&self) {
        // Once it was reaped its number may be somebody else's; what it left behind was killed then.
        if let Some(group) = self.group.filter(|_| self.is_running()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a program, and gives its output and input.
pub(super) fn start(
    name: &str,
    program: &Path,
    args: &[String],
    env: &BTreeMap<String, SecretString>,
    hide: &Redactor,
) -> Result<(Child, (ChildStdout, ChildStdin)), String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value.expose())))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| format!("the program of the MCP server `{name}` could not be started: {}", error.kind()))?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let (Some(output), Some(input), Some(complaints)) = (child.stdout.take(), child.stdin.take(), child.stderr.take())
    else {
        return Err(format!("the program of the MCP server `{name}` has no pipes"));
    };
    let is_over = Arc::new(AtomicBool::new(false));
    tokio::spawn(log(name.to_owned(), complaints, hide.clone()));
    tokio::spawn({
        let (is_over, name) = (is_over.clone(), name.to_owned());
        async move {
            // Waiting is reaping.
            let status = child.wait().await;
            is_over.store(true, Ordering::Relaxed);
            tracing::debug!(server = name, status = ?status.ok().and_then(|status| status.code()), "an MCP server has ended");
            // What it left behind goes with it.
            if let Some(group) = group {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    });
    Ok((Child { group, is_over }, (output, input)))
}

/// Writes what the program complains about into the log, bounded. All of it is read, so that the program never waits.
async fn log(name: String, mut complaints: impl AsyncRead + Unpin, hide: Redactor) {
    let (mut piece, mut line, mut told) = ([0u8; 4096], Vec::new(), 0usize);
    while let Ok(length) = complaints.read(&mut piece).await {
        if length == 0 {
            break;
        }
        if told >= MAX_TOLD || !tracing::enabled!(tracing::Level::DEBUG) {
            continue;
        }
        for byte in &piece[..length] {
            if *byte != b'\n' && line.len() < MAX_LINE {
                line.push(*byte);
                continue;
            }
            if *byte == b'\n' {
                told += line.len();
                tracing::debug!(server = name, line = hide.text(&String::from_utf8_lossy(&line)), "an MCP server says");
                line.clear();
            }
        }
    }
}
