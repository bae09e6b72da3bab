//! What is on this machine: settings, data directory, keys, database, and the way out.

use std::{fs, path::Path, sync::Arc};

use callwright_guard::Guard;
use callwright_model::{IdSource, SystemClock};
use callwright_store::{Error as StoreError, Options as StoreOptions, Store};
use callwright_vault::Vault;

use super::{Doctor, Report, upstream};
use crate::{failure::Failure, settings::Settings, start};

/// With less than this free, writes will soon fail.
const SCARCE: i64 = 256 << 20;

/// Examines this machine. With a server up, what that server holds is left alone.
pub(super) async fn examine(command: &Doctor, is_up: bool, report: &mut Report) {
    let settings = match Settings::load(command.config.as_deref()) {
        Ok(settings) => settings,
        Err(failure) => return report.fail("settings", failure),
    };
    match &settings.file {
        Some(file) => report.ok("settings", format!("read from {} and the environment", file.display())),
        None => report.ok("settings", "defaults and the environment; no settings file"),
    }
    let is_there = data_directory(&settings, report);
    let guard = outbound(&settings, &command.probe, report).await;
    if let Some(guard) = guard {
        keys_and_database(&settings, is_there, is_up, guard, report).await;
    }
}

/// True when the directory is there.
fn data_directory(settings: &Settings, report: &mut Report) -> bool {
    let path = &settings.data_dir;
    if !path.exists() {
        let found = format!("{} is not there yet; the first start makes it", path.display());
        report.ok("data directory", found);
        return false;
    }
    let probe = path.join(format!(".doctor-{}", std::process::id()));
    match fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)) {
        Ok(()) if is_exposed(path) => report.warn(
            "data directory",
            format!("{} can be read by other users of this machine", path.display()),
            "take that away: chmod 700",
        ),
        Ok(()) => report.ok("data directory", format!("{} can be written", path.display())),
        Err(error) => report.fail(
            "data directory",
            Failure::new(format!("{} cannot be written: {error}", path.display()))
                .hint("give it to the user that runs the server, or choose another with CALLWRIGHT_DATA_DIR"),
        ),
    }
    true
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

/// The guard, when it can be made; whether public addresses can be reached through it.
async fn outbound(settings: &Settings, probe: &str, report: &mut Report) -> Option<Guard> {
    let guard = match start::guard(settings) {
        Ok(guard) => guard,
        Err(failure) => {
            report.fail("outbound", failure);
            return None;
        }
    };
    allow_list(settings, report);
    upstream::examine(&guard, probe, report).await;
    Some(guard)
}

fn allow_list(settings: &Settings, report: &mut Report) {
    if settings.outbound_allow.is_empty() {
        return report.ok("outbound allow", "public addresses only");
    }
    let list: Vec<String> = settings.outbound_allow.iter().map(ToString::to_string).collect();
    let found = format!("besides public addresses: {}", list.join(", "));
    let metadata = std::net::IpAddr::from([169, 254, 169, 254]);
    if settings.outbound_allow.iter().any(|network| network.contains(&metadata)) {
        let hint = "this includes the cloud's metadata service, which hands out credentials; allow less";
        report.warn("outbound allow", found, hint);
    } else {
        report.ok("outbound allow", found);
    }
}

async fn keys_and_database(settings: &Settings, is_there: bool, is_up: bool, guard: Guard, report: &mut Report) {
    let is_sqlite = settings.database_url.is_none();
    if settings.master_key.is_none() && !settings.master_key_file().exists() {
        report.ok("master key", "there is none yet; the first start makes one");
        if is_sqlite {
            report.ok("database", "there is none yet; the first start makes one");
            return;
        }
    }
    if is_sqlite && !is_there {
        return report.ok("database", "there is none yet; the first start makes one");
    }
    let options = StoreOptions {
        url: settings.database_url.as_ref().map(|url| url.expose().to_owned()),
        data_dir: settings.data_dir.clone(),
        synchronous: callwright_store::Synchronous::Full,
    };
    match Store::open(options).await {
        Ok(store) => {
            let found = format!("{} can be reached and is up to date", store.database());
            report.ok("database", found);
            room(&store, report).await;
            master_key(settings, &store, guard, report).await;
            // Nothing was written; an error here is of no consequence.
            let _ = store.close().await;
        }
        Err(StoreError::InUse(_)) if is_up => {
            report.ok("database", "SQLite, in use by the running server");
            key_form(settings, report);
        }
        Err(error) => report.fail("database", start::store_failure(&error, settings)),
    }
}

/// Whether there is room on the disk. A server that runs tells that itself.
async fn room(store: &Store, report: &mut Report) {
    let Ok(storage) = store.storage().await else { return };
    let Some(free) = storage.free_bytes else { return };
    let found = format!("{} MiB free; the database has {} MiB", free >> 20, storage.bytes >> 20);
    if free < SCARCE {
        report.warn("disk", found, "make room, or keep executions for fewer days: CALLWRIGHT_RETENTION_DAYS");
    } else {
        report.ok("disk", found);
    }
}

/// Whether the key opens what is sealed in the database.
async fn master_key(settings: &Settings, store: &Store, guard: Guard, report: &mut Report) {
    if settings.master_key.is_none() && !settings.master_key_file().exists() {
        return;
    }
    let key = match start::master_key(settings) {
        Ok(key) => key,
        Err(failure) => return report.fail("master key", failure),
    };
    let clock = Arc::new(SystemClock);
    let ids = IdSource::new(clock.clone());
    match Vault::open(store.clone(), guard, key, clock, ids).await {
        Ok(_) => report.ok("master key", "it opens the database's secrets"),
        Err(error) => report.fail("master key", Failure::new(error.to_string())),
    }
}

/// The running server has opened the database with its key; here only the key's form can be looked at.
fn key_form(settings: &Settings, report: &mut Report) {
    match start::master_key(settings) {
        Ok(_) => report.ok("master key", "it is there and well formed"),
        Err(failure) => report.fail("master key", failure),
    }
}
