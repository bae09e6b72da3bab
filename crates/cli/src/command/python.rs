//! `callwright python`: the sandbox's machine code.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{failure::Failure, output, settings::Settings};

/// The sandbox of Python tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Python {
    /// Make the sandbox's machine code, unless it is there: up to a minute, once for each version and processor.
    Prepare(Prepare),
}

/// Make the machine code.
#[derive(Debug, Args)]
pub(crate) struct Prepare {
    /// The folder to keep it in, instead of `python_dir` of the settings.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Carries the command out.
pub(super) fn run(command: &Python) -> Result<(), Failure> {
    let Python::Prepare(prepare) = command;
    let dir = match &prepare.dir {
        Some(dir) => dir.clone(),
        None => Settings::load(prepare.config.as_deref())?.python_dir,
    };
    let failed = |error: callwright_pybox::Error| {
        Failure::new(error.to_string()).hint("choose another folder with --dir or CALLWRIGHT_PYTHON_DIR")
    };
    let artifact = callwright_pybox::Artifact::of(&dir).map_err(failed)?;
    if !artifact.is_ready() {
        output::say("preparing the Python sandbox; this takes up to a minute and happens once");
        callwright_pybox::prepare(&dir).map_err(failed)?;
    }
    output::say(format!("the Python sandbox is ready in {}", dir.display()));
    Ok(())
}
