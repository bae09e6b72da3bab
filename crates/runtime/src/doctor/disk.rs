//! Whether there is room for the database to grow.

use callwright_model::Fault;

use super::Finding;
use crate::App;

const CHECK: &str = "disk";
/// With less than this free writes will soon fail.
const SCARCE: i64 = 256 << 20;
/// With less than this free it is time to look.
const LOW: i64 = 2 << 30;
/// A write-ahead log of this size is not written back any more.
const LARGE_WAL: i64 = 256 << 20;

pub(super) async fn look(app: &App) -> Result<Vec<Finding>, Fault> {
    let storage = app.store().storage().await?;
    let mut findings = Vec::new();
    let size = format!("the database has {}", bytes(storage.bytes));
    let cure = "make room, or keep executions for fewer days: CALLWRIGHT_RETENTION_DAYS";
    match storage.free_bytes {
        None => findings.push(Finding::ok(CHECK, size)),
        Some(free) => {
            let found = format!("{} free; {size}", bytes(free));
            let why = "when the disk is full no write is accepted, and reads are no longer recorded";
            findings.push(if free < SCARCE {
                Finding::fail(CHECK, found, why, cure)
            } else if free < LOW {
                Finding::warn(CHECK, found, why, cure)
            } else {
                Finding::ok(CHECK, found)
            });
        }
    }
    if let Some(wal) = storage.wal_bytes.filter(|wal| *wal > LARGE_WAL) {
        let found = format!("the write-ahead log has grown to {}", bytes(wal));
        let why = "a reader that never ends keeps it from being written back, and reads become slow";
        findings.push(Finding::warn("write-ahead log", found, why, "restart the server at a quiet time"));
    }
    Ok(findings)
}

fn bytes(number: i64) -> String {
    let number = number.max(0) as f64;
    if number >= f64::from(1 << 30) {
        return format!("{:.1} GiB", number / f64::from(1 << 30));
    }
    format!("{:.1} MiB", number / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(bytes(3 << 20), "3.0 MiB");
        assert_eq!(bytes(5 << 30), "5.0 GiB");
    }
}
