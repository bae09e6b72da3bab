//! One answer of the model.

use std::time::Duration;

use callwright_llm::{Event, ModelError, Reply, Request};
use callwright_model::{Fault, chat::ChatMessage, run::RunEvent};
use serde_json::Value;
use tokio::time::Instant;

use super::tools::Scene;
use crate::models::{self, Chosen};

/// Short pauses within one attempt of the job; longer ones leave the worker free for others.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1_500)];
/// What a provider asks us to wait is waited for here, if it is no longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

/// How asking the model went.
pub(super) enum Asked {
    /// It answered.
    Reply(Box<Reply>),
    /// Not now: again after this long, if the job may be tried again.
    Later(ModelError, Duration),
    /// Asking again would not help.
    Never(ModelError),
}

/// Asks the model, again after a moment where that may help. What it writes is told to whoever watches as it comes.
pub(super) async fn ask(
    scene: &Scene,
    chosen: &Chosen,
    messages: &[ChatMessage],
    tools: &[Value],
    deadline: Instant,
) -> Result<Asked, Fault> {
    let mut pauses = PAUSES.iter();
    loop {
        let request = Request {
            model: &chosen.model,
            instructions: &scene.kept.instructions,
            messages,
            tools,
            temperature: scene.kept.temperature,
            max_output_tokens: scene.kept.max_output_tokens,
            parallel_tool_calls: true,
            stream: scene.app.runs().is_watched(scene.run),
            deadline,
        };
        let runs = scene.app.runs();
        let mut tell = |event: Event| {
            if let Event::Text(text) = event {
                runs.tell(scene.run, RunEvent::Delta { text });
            }
        };
        let script = scene.kept.script.as_ref();
        let error = match models::complete(&scene.app, scene.caller.org_id, chosen, request, script, &mut tell).await {
            Ok(reply) => return Ok(Asked::Reply(Box::new(reply))),
            Err(error) if error.is_retryable() => error,
            Err(error) => return Ok(Asked::Never(error)),
        };
        let pause = match (pauses.next(), error.retry_after) {
            (Some(_), Some(asked)) if asked > PATIENCE => return Ok(Asked::Later(error, asked)),
            (Some(pause), asked) => asked.unwrap_or_default().max(*pause),
            (None, asked) => return Ok(Asked::Later(error, asked.unwrap_or_default())),
        };
        if Instant::now() + pause >= deadline {
            return Ok(Asked::Never(error));
        }
        tracing::info!(run = %scene.run, why = error.message, "the model did not answer; asking again");
        tokio::time::sleep(pause).await;
    }
}
