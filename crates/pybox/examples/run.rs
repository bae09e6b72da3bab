//! Runs a Python file as a tool: `cargo run -p callwright-pybox --example run -- FILE [PARAMETERS]`.
//!
//! Says how it ended, what it printed, how long it took (the second of two calls) and what memory it held.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use callwright_pybox::{Checking, Job, Limits, Sandbox, Settings};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let parameters = arguments.next().unwrap_or_else(|| "{}".to_owned());
    let parameters: serde_json::Map<_, _> = serde_json::from_str(&parameters)?;
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/python");
    let sandbox = Sandbox::prepare_and_start(&dir, Settings::default())?;
    let source = std::fs::read_to_string(file)?;
    let names: Vec<_> = parameters.keys().cloned().collect();
    let imports = vec!["*".to_owned()];
    let checking = Checking { source, tool: "tool".into(), names: names.clone(), imports, ..Checking::default() };
    let began = std::time::Instant::now();
    let checked = sandbox.check(checking).await?;
    println!("check {:?}: {:?} {:?}", began.elapsed(), checked.problems, checked.warnings);
    let Some(program) = checked.program else { return Ok(()) };
    for _ in 0..3 {
        let limits = Limits { wall: Duration::from_secs(2), ..Limits::default() };
        let report = sandbox
            .run(Job {
                tenant: 1,
                program: program.clone(),
                names: names.clone().into(),
                parameters: parameters.clone(),
                context: serde_json::Map::new(),
                env: BTreeMap::new(),
                imports: None,
                limits,
                until: None,
                http: None,
                printed: Some(Arc::new(|line| println!("| {line}"))),
            })
            .await?;
        println!("{:?} in {:?}, {} KiB", report.ended, report.wall, report.memory_bytes >> 10);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
