//! Samples, their quantiles, and the table.

use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, Instant},
};

use crate::Failure;

/// In the place of how many call at once: as many as come, at half of the rate that 16 reach.
pub(crate) const PACED: usize = 0;

/// What one measurement found.
pub(crate) struct Sample {
    per_second: f64,
    p50: f64,
    p95: f64,
    p99: f64,
}

impl Sample {
    /// Of each call's time in milliseconds, and that of all.
    pub(crate) fn of(mut took: Vec<f64>, all: Duration) -> Result<Self, Failure> {
        took.sort_by(f64::total_cmp);
        let at = |part: f64| took.get(((took.len().saturating_sub(1)) as f64 * part).round() as usize).copied();
        let (Some(p50), Some(p95), Some(p99)) = (at(0.5), at(0.95), at(0.99)) else {
            return Err("no call ended".into());
        };
        Ok(Self { per_second: took.len() as f64 / all.as_secs_f64(), p50, p95, p99 })
    }
}

/// The middle of some numbers.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// A closed loop: `at_once` callers, each of which calls again as soon as it has its answer.
pub(crate) async fn closed_loop<C, F>(at_once: usize, span: Duration, call: C) -> Result<Sample, Failure>
where
    C: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), Failure>> + Send,
{
    let began = Instant::now();
    let mut callers = Vec::new();
    for _ in 0..at_once {
        let call = call.clone();
        callers.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while began.elapsed() < span {
                let begin = Instant::now();
                call().await?;
                took.push(milliseconds(begin));
            }
            Ok::<_, Failure>(took)
        }));
    }
    let mut took = Vec::new();
    for caller in callers {
        took.extend(caller.await??);
    }
    Sample::of(took, began.elapsed())
}

/// An open loop: calls begin at a fixed rate, whether or not earlier ones have ended. A call's time counts from when it
/// is made; that the timer has steps of a millisecond is not its fault.
pub(crate) async fn paced<C, F>(per_second: f64, span: Duration, call: C) -> Result<Sample, Failure>
where
    C: Fn() -> F,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let began = Instant::now();
    let mut calls = Vec::new();
    while began.elapsed() < span {
        let next = began + Duration::from_secs_f64(calls.len() as f64 / per_second);
        tokio::time::sleep_until(next.into()).await;
        let call = call();
        calls.push(tokio::spawn(async move {
            let begin = Instant::now();
            call.await.map(|()| milliseconds(begin))
        }));
    }
    let mut took = Vec::new();
    for call in calls {
        took.push(call.await??);
    }
    Sample::of(took, began.elapsed())
}

#[derive(Default)]
pub(crate) struct Table {
    samples: BTreeMap<(&'static str, usize, &'static str), Vec<Sample>>,
}

impl Table {
    pub(crate) fn add(&mut self, workload: &'static str, at_once: usize, target: &'static str, sample: Sample) {
        self.samples.entry((workload, at_once, target)).or_default().push(sample);
    }

    /// The median of what a closed loop got done in a second.
    pub(crate) fn rate(&self, workload: &'static str, at_once: usize, target: &'static str) -> f64 {
        let samples = self.samples.get(&(workload, at_once, target)).into_iter().flatten();
        median(samples.map(|sample| sample.per_second).collect())
    }

    pub(crate) fn render(&self, workloads: &[&'static str]) -> String {
        let mut text = String::from(
            "| workload | at once | target | calls/s | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|---|\n",
        );
        for workload in workloads {
            for at_once in [1, 16, PACED] {
                for target in ["sandbox", "python3 process", "RestrictedPython"] {
                    let Some(samples) = self.samples.get(&(*workload, at_once, target)) else { continue };
                    let middle = |field: fn(&Sample) -> f64| median(samples.iter().map(field).collect());
                    let at_once = if at_once == PACED { "paced".to_owned() } else { at_once.to_string() };
                    let _ = writeln!(
                        text,
                        "| {workload} | {at_once} | {target} | {:.0} | {:.2} | {:.2} | {:.2} |",
                        middle(|sample| sample.per_second),
                        middle(|sample| sample.p50),
                        middle(|sample| sample.p95),
                        middle(|sample| sample.p99),
                    );
                }
            }
        }
        text
    }
}
