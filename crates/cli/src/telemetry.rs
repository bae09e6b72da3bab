//! What the server tells about itself: log lines on standard error, and spans to the operator's collector.

mod otlp;

use std::io::IsTerminal;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    failure::Failure,
    settings::{LogFormat, Settings},
};

/// Sends what is left of the spans when the server ends.
pub(crate) struct Telemetry {
    spans: Option<SdkTracerProvider>,
}

/// Sets the process's log and spans up. Call it once, before anything is logged.
pub(crate) fn start(settings: &Settings) -> Result<Telemetry, Failure> {
    // What the library of a protocol says at its lower levels is what was said to and by others.
    let filter = EnvFilter::try_new(format!("rmcp=error,{}", settings.log)).map_err(|error| {
        Failure::new(format!("the setting `log` ({}) makes no sense: {error}", settings.log))
            .hint("it is a level such as `info`, or a filter such as `info,callwright_runtime=debug`")
    })?;
    let spans = settings.otlp_endpoint.as_ref().map(otlp::provider).transpose()?;
    let span_layer = spans.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("callwright"))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(is_for_collector).with_max_level_hint(Level::DEBUG))
    });
    let is_text = match settings.log_format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if is_text {
        lines.with_ansi(std::io::stderr().is_terminal()).boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    };
    tracing_subscriber::registry().with(span_layer).with(lines.with_filter(filter)).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or_default();
        let trace = std::backtrace::Backtrace::capture();
        tracing::error!(place, message, %trace, "a task panicked; this is a mistake of ours");
    }));
    Ok(Telemetry { spans })
}

/// Our spans are of level `debug`, so that they cost nothing while nobody collects them; what is logged meanwhile
/// goes along from level `info`. The libraries' own spans tell an operator nothing.
fn is_for_collector(metadata: &Metadata<'_>) -> bool {
    let least = if metadata.is_span() { Level::DEBUG } else { Level::INFO };
    *metadata.level() <= least && metadata.target().starts_with("callwright")
}

impl Telemetry {
    /// Sends what has not been sent yet. Blocks for a few seconds at most.
    pub(crate) fn stop(self) {
        if let Some(spans) = self.spans
            && let Err(error) = spans.shutdown()
        {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}
