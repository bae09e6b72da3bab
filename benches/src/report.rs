//! The table: medians of the rounds, and their ratio to the bare proxy's.

use std::{collections::BTreeMap, fmt::Write};

use crate::load::Sample;

#[derive(Default)]
pub(crate) struct Table {
    samples: BTreeMap<(usize, &'static str), Vec<Sample>>,
}

impl Table {
    pub(crate) fn add(&mut self, name: &'static str, connections: usize, sample: Sample) {
        self.samples.entry((connections, name)).or_default().push(sample);
    }

    pub(crate) fn render(&self, connections: &[usize], names: &[&'static str]) -> String {
        let mut text = String::from(
            "| connections | target | calls/s | of proxy | p50 us | p99 us | added p50 us | added p99 us | CPU us/call |\n|---|---|---|---|---|---|---|---|---|\n",
        );
        for &count in connections {
            let Some(proxy) = self.median(count, "proxy") else { continue };
            for &name in names {
                let Some(sample) = self.median(count, name) else { continue };
                let _ = writeln!(
                    text,
                    "| {count} | {name} | {:.0} | {:.0} % | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} |",
                    sample.per_second,
                    sample.per_second / proxy.per_second * 100.0,
                    sample.p50_us,
                    sample.p99_us,
                    sample.p50_us - proxy.p50_us,
                    sample.p99_us - proxy.p99_us,
                    sample.cpu_us,
                );
            }
        }
        text
    }

    fn median(&self, count: usize, name: &'static str) -> Option<Sample> {
        let samples = self.samples.get(&(count, name))?;
        let middle = |field: fn(&Sample) -> f64| {
            let mut values: Vec<f64> = samples.iter().map(field).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Some(Sample {
            per_second: middle(|s| s.per_second),
            p50_us: middle(|s| s.p50_us),
            p99_us: middle(|s| s.p99_us),
            cpu_us: middle(|s| s.cpu_us),
        })
    }
}
