//! Readying the Python sandbox beside a server that serves already.

use std::{path::Path, process::Stdio};

use callwright_pybox::{Artifact, Settings as SandboxSettings};
use callwright_tools::{Python, python::room::State};

use crate::settings::Settings;

/// The sandbox; where its machine code has yet to be made, a process of its own does that.
pub(crate) fn open(settings: &Settings) -> Python {
    let defaults = SandboxSettings::default();
    let python = Python::new(SandboxSettings {
        places: if settings.python_places == 0 { defaults.places } else { settings.python_places },
        memory_bytes: settings.python_memory_bytes,
        ..defaults
    });
    if !settings.python {
        python.set(State::Absent("is switched off on this server (`python = false`)".to_owned()));
        return python;
    }
    match Artifact::of(&settings.python_dir) {
        Ok(artifact) if artifact.is_ready() => python.set(State::Ready(artifact)),
        Ok(artifact) => {
            let (told, dir) = (python.clone(), settings.python_dir.clone());
            tokio::spawn(async move {
                tracing::info!(dir = %dir.display(), "preparing the Python sandbox; this takes up to a minute and happens once");
                told.set(match prepare(&dir).await {
                    Ok(()) if artifact.is_ready() => {
                        tracing::info!("the Python sandbox is ready");
                        State::Ready(artifact)
                    }
                    Ok(()) => absent("its machine code was made for another version"),
                    Err(why) => absent(&why),
                });
            });
        }
        Err(error) => python.set(absent(&error.to_string())),
    }
    python
}

fn absent(why: &str) -> State {
    tracing::error!(why, "the Python sandbox is not available; Python tools will fail");
    State::Absent(format!("could not be prepared: {why}"))
}

/// Compiling takes half a gigabyte for a while, which this process would never give back.
async fn prepare(dir: &Path) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let ran = tokio::process::Command::new(program)
        .args(["python", "prepare", "--dir"])
        .arg(dir)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if ran.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&ran.stderr).trim().chars().take(1_000).collect())
}
