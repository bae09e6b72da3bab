//! `callwright serve`: starts every room in order, says where it is, and drains when it is told to stop.

use std::{
    io::{self, Write},
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use callwright_model::{IdSource, SystemClock, secret::SecretString};
use callwright_runtime::{App, Settings as EngineSettings, account::bootstrap};
use callwright_server::{McpOptions, ServerOptions};
use callwright_vault::Vault;
use clap::Args;
use tokio::net::TcpListener;

use crate::{
    client::variable,
    failure::Failure,
    fixtures, output, sandbox,
    settings::{self, Settings},
    start, telemetry,
};

/// Run the server.
#[derive(Debug, Args)]
#[command(after_long_help = settings::manual())]
pub(crate) struct Serve {
    /// A settings file. `callwright.toml` in the working directory is read by itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print every setting with what it means and its default, and stop.
    #[arg(long)]
    print_config: bool,
}

/// Carries the command out.
pub(super) fn run(command: &Serve) -> Result<(), Failure> {
    if command.print_config {
        return output::line(settings::DEFAULTS.trim_end());
    }
    let settings = Settings::load(command.config.as_deref())?;
    let telemetry = telemetry::start(&settings)?;
    // The corridor is long, and a tool may be a run: without optimization its frames need more than the usual 2 MiB.
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build()?;
    let result = runtime.block_on(serve(&settings));
    // What still runs now has had its time to drain.
    runtime.shutdown_timeout(Duration::from_secs(1));
    telemetry.stop();
    result
}

async fn serve(settings: &Settings) -> Result<(), Failure> {
    let stop = stop_signal()?;
    let metrics = callwright_server::metrics::install().map_err(|error| Failure::new(error.to_string()))?;
    // First of all, so that a port that is taken is told before anything is made; nobody is answered until the end.
    let listener = listen(&settings.listen).await?;
    let address = listener.local_addr()?;
    let app = open(settings, Some(address)).await?;
    let token = settings.bootstrap_token.as_ref().map(|token| token.expose());
    let first = match bootstrap::bootstrap(&app, token).await {
        Ok(first) => first,
        Err(fault) => {
            app.stop().await;
            return Err(start::fault(&fault));
        }
    };
    let fixtures = match fixtures(&app, settings, address, &first).await {
        Ok(fixtures) => fixtures,
        Err(failure) => {
            app.stop().await;
            return Err(failure);
        }
    };
    if let Err(error) = announce(settings, address, &first) {
        tracing::warn!(%error, "standard output is closed; nobody was told the address there");
    }
    let options = ServerOptions {
        metrics: Some(metrics),
        public_url: settings.public_url.clone(),
        behind_proxy: settings.behind_proxy,
        max_body_bytes: settings.max_body_bytes,
        // Connections first, then what goes on without one; together no longer than the operator allows.
        drain: settings.drain * 2 / 3,
        is_loopback: address.ip().is_loopback(),
        mcp: McpOptions { fixtures, ..settings.mcp_server.clone() },
        ..ServerOptions::default()
    };
    tracing::info!(%address, database = app.store().database(), version = env!("CARGO_PKG_VERSION"), "serving");
    callwright_server::serve(listener, app.clone(), options, stop).await;
    app.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Loads the pack of fixtures that the environment asks for, and gives the token as which it is served.
async fn fixtures(
    app: &App,
    settings: &Settings,
    address: SocketAddr,
    first: &bootstrap::Bootstrap,
) -> Result<Option<SecretString>, Failure> {
    let Some(name) = variable(fixtures::VARIABLE) else { return Ok(None) };
    if !address.ip().is_loopback() {
        let message =
            format!("{} is served without a token, so only on this machine's own address", fixtures::VARIABLE);
        return Err(Failure::new(message).hint("set `listen` to 127.0.0.1, or unset the variable"));
    }
    fixtures::load(app, settings, first.token.as_ref(), &name).await.map(Some)
}

/// Opens the rooms, from the bottom up.
pub(super) async fn open(settings: &Settings, here: Option<SocketAddr>) -> Result<App, Failure> {
    let guard = start::guard(settings)?;
    start::data_dir(&settings.data_dir)?;
    let store = start::store(settings).await?;
    start::refuse_new_key_for_old_data(settings, &store).await?;
    let key = start::master_key(settings)?;
    let clock = Arc::new(SystemClock);
    let ids = IdSource::new(clock.clone());
    let vault = Vault::open(store.clone(), guard.clone(), key, clock.clone(), ids)
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let engine = EngineSettings::default();
    let public_url = match (&settings.public_url, here) {
        (Some(url), _) => url.to_string(),
        (None, Some(address)) => reachable(address),
        (None, None) => engine.public_url,
    };
    let engine = EngineSettings {
        public_url: public_url.trim_end_matches('/').to_owned(),
        workers: settings.workers,
        schedules: settings.schedules,
        schedule_interval: settings.schedule_interval,
        retention: settings.retention,
        thread_retention: settings.thread_retention,
        background_thread_retention: settings.background_thread_retention,
        intent_ttl: settings.intent_ttl,
        drain: settings.drain / 3,
        mail: settings.mail.clone(),
        models: start::models(settings)?,
        default_model: settings.default_model.clone(),
        credits: settings.credits,
        credit_prices: settings.credit_prices.clone(),
        business_tools: settings.business_tools,
        talk: settings.talk.clone(),
        mcp: settings.mcp.clone(),
        ..EngineSettings::default()
    };
    let python = sandbox::open(settings);
    App::start(engine, store, vault, guard, python, clock).await.map_err(|fault| start::fault(&fault))
}

pub(super) async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let failure = Failure::new(format!("cannot listen on {address}: {error}"));
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                failure.hint("is another server running there? choose another port with `listen` or CALLWRIGHT_LISTEN")
            }
            _ => failure.hint("choose another address with `listen` or CALLWRIGHT_LISTEN"),
        }
    })
}

/// Completes when the process is asked to stop. The handlers are set at once, so that no signal is missed.
#[cfg(unix)]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new work is taken on, what is under way is finished");
    })
}

#[cfg(not(unix))]
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Tells the person who started it where it is and how to begin.
fn announce(settings: &Settings, address: SocketAddr, first: &bootstrap::Bootstrap) -> io::Result<()> {
    let url = reachable(address);
    let file = settings.admin_token_file();
    let written = first.token.as_ref().map(|token| start::write_private(&file, &format!("{}\n", token.expose())));
    if let Some(Err(error)) = &written {
        tracing::warn!(%error, file = %file.display(), "the administrator token was not written");
    }
    let mut out = io::stdout().lock();
    writeln!(out, "Callwright {} listens on {url}", env!("CARGO_PKG_VERSION"))?;
    if let Some(token) = &first.token {
        writeln!(out, "\nAdministrator token (shown only now): {}", token.expose())?;
        if let Some(Ok(())) = written {
            writeln!(out, "It is also in {}, where `callwright` commands find it.", file.display())?;
        }
        writeln!(out, "\nTry it:\n  curl -H 'X-Token: {}' {url}/api/v1/tools", token.expose())?;
    } else if settings.bootstrap_token.is_some() {
        writeln!(out, "The administrator token is the one in CALLWRIGHT_BOOTSTRAP_TOKEN.")?;
    } else if file.exists() {
        writeln!(out, "The first administrator token is in {}.", file.display())?;
    }
    out.flush()?;
    Ok(())
}

/// The address as a URL for this machine: one cannot go to 0.0.0.0.
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", address.port()),
        _ => format!("http://{address}"),
    }
}
