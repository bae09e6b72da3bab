//! `callwright migrate`: the database's tables, and nothing else.

use std::path::PathBuf;

use clap::Args;

use crate::{failure::Failure, output, settings::Settings, start, telemetry};

/// Bring the database's tables up to date, and stop. `serve` does the same when it starts.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Carries the command out.
pub(super) fn run(command: &Migrate) -> Result<(), Failure> {
    let settings = Settings::load(command.config.as_deref())?;
    let telemetry = telemetry::start(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let store = start::store(&settings).await?;
        store.close().await.map_err(|error| start::store_failure(&error, &settings))?;
        output::say(format!("the {} database is up to date", store.database()));
        Ok(())
    });
    telemetry.stop();
    result
}
