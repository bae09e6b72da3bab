//! Makes what `callwright-pybox` carries: `python.wasm.zst`, `library.zst` and `modules.txt`.
//!
//! `cargo run --release --ignore-rust-version -- SITE_PACKAGES OUT`; `scripts/snapshot.sh` does the whole of it.

mod guest;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use callwright_pybox::{Checking, Ended, Job, Limits, Sandbox, Settings, pack, prepare_bytes};
use serde_json::{Map, Value};

/// What is of no use without files, processes, threads, a screen or a terminal; by the first part of the name.
const LEFT_OUT: &[&str] = &[
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_ios_support",
    "_osx_support",
    "_pyrepl",
    "__hello__",
    "__phello__",
    "antigravity",
    "bdb",
    "cProfile",
    "cmd",
    "code",
    "compileall",
    "componentize_py_async_support",
    "componentize_py_runtime",
    "componentize_py_types",
    "config-3",
    "ctypes",
    "curses",
    "dbm",
    "dill",
    "doctest",
    "ensurepip",
    "ftplib",
    "idlelib",
    "imaplib",
    "mailbox",
    "modulefinder",
    "multiprocessing",
    "pdb",
    "poplib",
    "profile",
    "pstats",
    "pty",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "rlcompleter",
    "runpy",
    "shelve",
    "site",
    "site-packages",
    "smtplib",
    "socketserver",
    "sqlite3",
    "symtable",
    "tabnanny",
    "this",
    "tkinter",
    "trace",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "tzdata",
    "unittest",
    "venv",
    "webbrowser",
    "wsgiref",
    "xmlrpc",
    "zipapp",
    "zipimport",
    "bin",
];
/// Loaded, since others want them, and useless for a tool.
const USELESS: &[&str] = &[
    "_eryx",
    "_eryx_async",
    "_callwright",
    "__main__",
    "multiprocessing",
    "subprocess",
    "threading",
    "socket",
    "ssl",
    "select",
    "selectors",
    "signal",
    "http.client",
    "http.server",
    "http.cookiejar",
    "asyncio.subprocess",
    "concurrent.futures.process",
    "site",
    "sitecustomize",
    "usercustomize",
    "codeop",
    "dis",
    "opcode",
    "tool",
    "urllib3",
];
/// The most source that one instance compiles.
const BATCH: usize = 400_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(site), Some(out)) = (arguments.next(), arguments.next()) else { bail!("SITE_PACKAGES OUT") };
    let stdlib = eryx::embedded_stdlib::EmbeddedStdlib::get()?;
    eprintln!("freezing the interpreter");
    let options = eryx::preinit::PreInitOptions::new(stdlib.path())
        .site_packages(&site)
        .imports(guest::PRELOADED.iter().copied())
        .setup_code(guest::setup());
    let snapshot = zstd::encode_all(&eryx::preinit::pre_initialize_with_options(options).await?[..], 19)?;
    fs::write(out.join("python.wasm.zst"), &snapshot)?;

    eprintln!("compiling the library");
    let scratch = std::env::temp_dir().join(format!("callwright-snapshot-{}", std::process::id()));
    let nothing = zstd::encode_all(&pack(&[])[..], 1)?;
    let artifact = prepare_bytes(&scratch, &snapshot, &nothing)?;
    let sandbox = Sandbox::start(&artifact, Settings::default())?;
    let loaded = loaded(&sandbox).await?;
    let mut sources = BTreeMap::new();
    for root in [stdlib.path(), &site] {
        collect(root, root, &mut sources)?;
    }
    sources.retain(|name, _| !loaded.contains(name));
    let mut entries = compile(&sandbox, &sources).await?;
    let mut zones = Vec::new();
    collect_zones(&site.join("tzdata/zoneinfo"), "", &mut zones)?;
    zones.sort();
    let names: Vec<&str> = zones.iter().map(|(name, _)| name.as_str()).collect();
    entries.push(("tzlist".to_owned(), names.join(" ").into_bytes()));
    entries.extend(zones.iter().map(|(name, data)| (format!("tz:{name}"), data.clone())));
    let library = zstd::encode_all(&pack(&entries)[..], 19)?;
    fs::write(out.join("library.zst"), &library)?;

    let modules: BTreeSet<&str> = sources.keys().map(String::as_str).chain(loaded.iter().map(String::as_str)).collect();
    let listed: Vec<&str> = modules.into_iter().filter(|name| is_listed(name)).collect();
    let whole = Sandbox::start(&prepare_bytes(&scratch, &snapshot, &library)?, Settings::default())?;
    let broken = broken(&whole, &listed).await?;
    let listed: Vec<&str> = listed.into_iter().filter(|name| !broken.contains(*name)).collect();
    fs::write(out.join("modules.txt"), listed.join("\n") + "\n")?;
    fs::remove_dir_all(scratch)?;
    eprintln!(
        "{} modules are in the snapshot, {} in the library, {} time zones",
        loaded.len(),
        sources.len(),
        zones.len()
    );
    Ok(())
}

/// Whether a tool may name it.
fn is_listed(name: &str) -> bool {
    let is_private = name.split('.').any(|part| part.starts_with('_'));
    let is_useless =
        |useless: &&str| name == *useless || name.strip_prefix(*useless).is_some_and(|rest| rest.starts_with('.'));
    !is_private && !USELESS.iter().any(|useless| is_useless(&useless))
}

/// The modules that are in the snapshot.
async fn loaded(sandbox: &Sandbox) -> Result<BTreeSet<String>> {
    let source = "def execute_tool(parameters, context):\n    import sys\n    return sorted(set(sys.modules) | set(sys.builtin_module_names))\n";
    run(sandbox, source, Map::new()).await
}

/// Those of `names` that cannot be imported: their C part is not there, or they want what a sandbox has not.
async fn broken(sandbox: &Sandbox, names: &[&str]) -> Result<BTreeSet<String>> {
    let source = "import importlib\ndef execute_tool(parameters, context):\n    broken = []\n    for name in parameters['names']:\n        \
                  try:\n            importlib.import_module(name)\n        except BaseException:\n            broken.append(name)\n    return broken\n";
    let parameters = serde_json::json!({ "names": names });
    run(sandbox, source, parameters.as_object().cloned().unwrap_or_default()).await
}

async fn run(sandbox: &Sandbox, source: &str, parameters: Map<String, Value>) -> Result<BTreeSet<String>> {
    let checking = Checking {
        source: source.to_owned(),
        tool: "x".to_owned(),
        imports: vec!["*".to_owned()],
        ..Checking::default()
    };
    let program = sandbox.check(checking).await?.program.context("the question does not compile")?;
    let job = Job {
        tenant: 0,
        program,
        names: Vec::new().into(),
        parameters,
        context: Map::new(),
        env: BTreeMap::new(),
        imports: None,
        limits: Limits { wall: std::time::Duration::from_secs(120), ..Limits::default() },
        until: None,
        http: None,
        printed: None,
    };
    match sandbox.run(job).await?.ended {
        Ended::Done(names) => Ok(serde_json::from_value(names)?),
        other => bail!("{other:?}"),
    }
}

/// Every module below `dir` with its source; a package's name ends with `.__init__` no more, it begins with `p:`.
fn collect(root: &Path, dir: &Path, sources: &mut BTreeMap<String, (bool, String)>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let relative = path.strip_prefix(root)?;
        let first = relative.iter().next().and_then(|part| part.to_str()).unwrap_or_default();
        let first = first.split('.').next().unwrap_or_default();
        if LEFT_OUT.contains(&first) || first.ends_with("dist-info") {
            continue;
        }
        if path.is_dir() {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.join("__init__.py").exists() && name != "test" && name != "tests" {
                collect(root, &path, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let mut parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
            let last = parts.pop().unwrap_or_default().trim_end_matches(".py");
            let is_package = last == "__init__";
            if !is_package {
                parts.push(last);
            }
            // A few files are in other encodings; nobody misses them.
            if let Ok(source) = fs::read_to_string(&path) {
                sources.insert(parts.join("."), (is_package, source));
            }
        }
    }
    Ok(())
}

async fn compile(sandbox: &Sandbox, sources: &BTreeMap<String, (bool, String)>) -> Result<Vec<(String, Vec<u8>)>> {
    let mut entries = Vec::new();
    let mut batch = Map::new();
    let mut size = 0;
    let last = sources.len().saturating_sub(1);
    for (at, (name, (_, source))) in sources.iter().enumerate() {
        batch.insert(name.clone(), source.clone().into());
        size += source.len();
        if size < BATCH && at < last {
            continue;
        }
        size = 0;
        let answer = sandbox.compile(serde_json::to_vec(&std::mem::take(&mut batch))?).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let compiled =
            answer["modules"].as_object().with_context(|| format!("the library does not compile: {answer}"))?;
        for (name, code) in compiled {
            let is_package = sources.get(name).is_some_and(|(is_package, _)| *is_package);
            let mut entry = if is_package { b"p".to_vec() } else { b"m".to_vec() };
            entry.extend(BASE64_STANDARD.decode(code.as_str().unwrap_or_default())?);
            entries.push((format!("lib:{name}"), entry));
        }
    }
    Ok(entries)
}

fn collect_zones(dir: &Path, prefix: &str, zones: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !name.starts_with("__") {
                collect_zones(&path, &format!("{prefix}{name}/"), zones)?;
            }
            continue;
        }
        let data = fs::read(&path)?;
        if data.starts_with(b"TZif") {
            zones.push((format!("{prefix}{name}"), data));
        }
    }
    Ok(())
}
