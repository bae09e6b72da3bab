//! Opening the rooms that `serve`, `migrate` and `doctor` share, with errors that say what to do.

use std::{
    fs,
    io::{self, Write},
    net::IpAddr,
    path::Path,
    sync::Arc,
};

use callwright_guard::{Guard, IpNet, Options as GuardOptions, Resolve, SystemResolver};
use callwright_model::Fault;
use callwright_runtime::models::Builtin;
use callwright_store::{Error as StoreError, Options as StoreOptions, Store, Synchronous as StoreSynchronous};
use callwright_vault::{MasterKey, MasterKeyError};
use futures_util::future::BoxFuture;
use url::Host;

use crate::{
    failure::Failure,
    settings::{Settings, Synchronous},
};

/// Opens the database and brings its tables up to date.
pub(crate) async fn store(settings: &Settings) -> Result<Store, Failure> {
    let options = StoreOptions {
        url: settings.database_url.as_ref().map(|url| url.expose().to_owned()),
        data_dir: settings.data_dir.clone(),
        synchronous: match settings.synchronous {
            Synchronous::Full => StoreSynchronous::Full,
            Synchronous::Normal => StoreSynchronous::Normal,
        },
    };
    Store::open(options).await.map_err(|error| store_failure(&error, settings))
}

/// Why there is no database, and the cure.
pub(crate) fn store_failure(error: &StoreError, settings: &Settings) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        // The message says it all.
        StoreError::InUse(_) | StoreError::Newer { .. } => failure,
        StoreError::Settings(_) => failure.hint("it is set by `database_url` or CALLWRIGHT_DATABASE_URL"),
        _ if settings.database_url.is_some() => failure.hint(
            "check `database_url` (CALLWRIGHT_DATABASE_URL): address, user, password, and that the database exists",
        ),
        _ => failure.hint("choose another data directory with `data_dir` or CALLWRIGHT_DATA_DIR"),
    }
}

/// The master key: the one that is set, else the one in the data directory, which is made when it is not there.
pub(crate) fn master_key(settings: &Settings) -> Result<MasterKey, Failure> {
    let key = match &settings.master_key {
        Some(text) => MasterKey::parse(text.expose()),
        None => {
            data_dir(&settings.data_dir)?;
            MasterKey::load_or_create(&settings.master_key_file())
        }
    };
    key.map_err(|error| {
        let failure = Failure::new(error.to_string());
        match error {
            MasterKeyError::Malformed => failure.hint("it is set by `master_key` or CALLWRIGHT_MASTER_KEY"),
            _ => failure,
        }
    })
}

/// Refuses to make a key beside a database that is in use already: it would be the wrong one, and whoever then looks
/// for the right one would find it in its place.
pub(crate) async fn refuse_new_key_for_old_data(settings: &Settings, store: &Store) -> Result<(), Failure> {
    let file = settings.master_key_file();
    if settings.master_key.is_some() || file.exists() {
        return Ok(());
    }
    match store.count_organizations().await {
        Ok(0) => Ok(()),
        Ok(_) => Err(Failure::new(format!("the database has data, but its master key is missing: {}", file.display()))
            .hint("put the file back, or set CALLWRIGHT_MASTER_KEY; servers that share a database share the key")),
        Err(error) => Err(store_failure(&error, settings)),
    }
}

/// The way out, as the operator allows it.
pub(crate) fn guard(settings: &Settings) -> Result<Guard, Failure> {
    let options = GuardOptions { allow: settings.outbound_allow.clone(), ..options(settings)? };
    new_guard(settings, options)
}

/// The model providers of the environment. Each address that the operator set has a way of its own, which leads there
/// wherever it is, and nowhere else.
pub(crate) fn models(settings: &Settings) -> Result<Vec<Builtin>, Failure> {
    let mut models = Vec::with_capacity(settings.models.len());
    for model in &settings.models {
        let guard = match model.endpoint.base_url.host() {
            Some(host) if model.has_own_address => Some(new_guard(settings, only(&host, options(settings)?))?),
            _ => None,
        };
        let (kind, endpoint) = (model.kind, model.endpoint.clone());
        models.push(Builtin { name: model.name, kind, endpoint, guard });
    }
    Ok(models)
}

/// A literal address is allowed by itself. A name is allowed wherever it leads, and no other name resolves.
fn only(host: &Host<&str>, options: GuardOptions) -> GuardOptions {
    match host {
        Host::Ipv4(ip) => GuardOptions { allow: vec![IpNet::from(IpAddr::from(*ip))], ..options },
        Host::Ipv6(ip) => GuardOptions { allow: vec![IpNet::from(IpAddr::from(*ip))], ..options },
        Host::Domain(name) => {
            let everywhere = [IpAddr::from([0u8; 4]), IpAddr::from([0u16; 8])];
            let allow = everywhere.into_iter().filter_map(|ip| IpNet::new(ip, 0).ok()).collect();
            let resolver = Arc::new(OneName { name: (*name).to_owned(), system: SystemResolver::default() });
            GuardOptions { allow, resolver, ..options }
        }
    }
}

/// Resolves one name and no other.
struct OneName {
    name: String,
    system: SystemResolver,
}

impl Resolve for OneName {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        if name == self.name {
            return self.system.resolve(name);
        }
        Box::pin(async { Err(io::Error::new(io::ErrorKind::PermissionDenied, "this way leads to one host only")) })
    }
}

fn options(settings: &Settings) -> Result<GuardOptions, Failure> {
    let extra_roots_pem = match &settings.ca_file {
        Some(path) => Some(fs::read(path).map_err(|error| ca_failure(path, &error.to_string()))?),
        None => None,
    };
    Ok(GuardOptions { extra_roots_pem, ..GuardOptions::default() })
}

fn new_guard(settings: &Settings, options: GuardOptions) -> Result<Guard, Failure> {
    let path = settings.ca_file.clone().unwrap_or_default();
    Guard::new(options).map_err(|error| ca_failure(&path, &error.to_string()))
}

fn ca_failure(path: &Path, why: &str) -> Failure {
    Failure::new(format!("the setting `ca_file` ({}): {why}", path.display()))
        .hint("it is a file of PEM certificates, set by `ca_file` or CALLWRIGHT_CA_FILE")
}

/// Makes the data directory, for its owner only, when it is not there.
pub(crate) fn data_dir(path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!("cannot use the data directory {}: {error}", path.display()))
            .hint("choose another one with `data_dir` or CALLWRIGHT_DATA_DIR")
    };
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(failed(io::ErrorKind::NotADirectory.into())),
        Err(_) => make_private_dir(path).map_err(failed),
    }
}

#[cfg(unix)]
fn make_private_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Writes a file that only its owner may read, in place of one that may be there.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A fault while starting, with its cause: the operator may know what a caller may not.
pub(crate) fn fault(fault: &Fault) -> Failure {
    let mut message = fault.message.clone();
    let mut cause = fault.source.as_deref().map(|source| source as &dyn std::error::Error);
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    Failure::new(message)
}
