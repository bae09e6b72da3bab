//! `callwright worker`: carries jobs of a PostgreSQL database, beside the servers that take requests.

use std::{path::PathBuf, time::Duration};

use callwright_server::ServerOptions;
use clap::Args;

use super::serve;
use crate::{
    failure::Failure,
    output,
    settings::{self, Settings},
    telemetry,
};

/// Carry jobs of a PostgreSQL database, beside its servers.
#[derive(Debug, Args)]
#[command(after_long_help = settings::manual())]
pub(crate) struct Worker {
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Carries the command out.
pub(super) fn run(command: &Worker) -> Result<(), Failure> {
    let settings = Settings::load(command.config.as_deref())?;
    if settings.database_url.is_none() {
        let failure = Failure::new("a worker needs a PostgreSQL database that it shares with a server");
        return Err(failure.hint(
            "set CALLWRIGHT_DATABASE_URL; with SQLite there is one process, and `callwright serve` carries the jobs",
        ));
    }
    if settings.workers == 0 {
        return Err(Failure::new("the setting `workers` is 0, so there is nothing that this worker would carry")
            .hint("it is set by `workers` in the settings file or by CALLWRIGHT_WORKERS"));
    }
    let telemetry = telemetry::start(&settings)?;
    // The corridor is long, and a tool may be a run: without optimization its frames need more than the usual 2 MiB.
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?;
    let result = runtime.block_on(work(&settings));
    // What still runs now has had its time to drain.
    runtime.shutdown_timeout(Duration::from_secs(1));
    telemetry.stop();
    result
}

async fn work(settings: &Settings) -> Result<(), Failure> {
    let stop = serve::stop_signal()?;
    let metrics = callwright_server::metrics::install().map_err(|error| Failure::new(error.to_string()))?;
    let listener = match settings.is_listen_said {
        true => Some(serve::listen(&settings.listen).await?),
        false => None,
    };
    if settings.public_url.is_none() {
        tracing::warn!("`public_url` is not set: links that this worker hands out lead to this machine only");
    }
    let app = serve::open(settings, None).await?;
    tracing::info!(jobs = settings.workers, version = env!("CARGO_PKG_VERSION"), "working");
    match listener {
        None => {
            output::say(format!("Callwright {} carries jobs", env!("CARGO_PKG_VERSION")));
            stop.await;
        }
        Some(listener) => {
            let address = listener.local_addr()?;
            output::say(format!("Callwright {} carries jobs; http://{address}/readyz", env!("CARGO_PKG_VERSION")));
            let options =
                ServerOptions { metrics: Some(metrics), drain: settings.drain / 3, ..ServerOptions::default() };
            callwright_server::serve_health(listener, app.clone(), options, stop).await;
        }
    }
    app.stop().await;
    tracing::info!("stopped");
    Ok(())
}
