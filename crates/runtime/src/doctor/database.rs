//! Whether the server's database answers quickly and has the tables of this program.

use std::time::Duration;

use callwright_model::Fault;
use tokio::time::Instant;

use super::Finding;
use crate::App;

const CHECK: &str = "server database";
/// An answer that takes longer than this slows every write down.
const SLOW: Duration = Duration::from_millis(100);

pub(super) async fn look(app: &App) -> Result<Vec<Finding>, Fault> {
    let begun = Instant::now();
    app.store().ping().await?;
    let took = begun.elapsed();
    let (found, known) = app.store().schema_version().await?;
    let name = app.store().database();
    let mut findings = Vec::new();
    let told = format!("{name} answers in {:.1} ms, tables at version {found}", took.as_secs_f64() * 1000.0);
    if took > SLOW {
        let why = "every write waits for it twice";
        findings.push(Finding::warn(CHECK, told, why, "look at the load of the database and the way to it"));
    } else if found == known {
        findings.push(Finding::ok(CHECK, told));
    } else {
        let why = "servers of different versions share this database";
        let cure = format!("this server knows version {known}: bring all servers to one version");
        findings.push(Finding::warn(CHECK, told, why, cure));
    }
    if app.is_clustered() {
        let nodes = app.store().count_alive_nodes().await?;
        findings.push(Finding::ok("servers", format!("{nodes} with a lease on this database")));
    }
    if !app.node().is_alive() {
        let why = "it takes no work on until it has its lease again";
        let cure = "look at the way to the database; the server tries again by itself";
        findings.push(Finding::fail("lease", "this server has lost its lease", why, cure));
    }
    Ok(findings)
}
