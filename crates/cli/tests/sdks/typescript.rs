//! The TypeScript package, in Node and in a page.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use callwright_testkit::{Database, on_both};
use tempfile::TempDir;

use super::{folder, for_server, installed, run, serve};

/// Where the compiler and what generates the types are.
const TOOLS: &str = "CALLWRIGHT_TEST_SDK_JS";
/// Where Node 22 is.
const NODE: &str = "CALLWRIGHT_TEST_ELEVENLABS_JS";

struct Package {
    /// A copy of the package: what the compiler makes must not lie about among the sources.
    copy: TempDir,
    node: PathBuf,
}

impl Package {
    fn node(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.node);
        command.current_dir(self.copy.path()).args(arguments);
        command
    }
}

/// The package as the compiler made it, once.
fn package() -> Option<&'static Package> {
    static PACKAGE: OnceLock<Option<Package>> = OnceLock::new();
    PACKAGE
        .get_or_init(|| {
            let (tools, node) = (installed(TOOLS)?, installed(NODE)?);
            let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let from = folder("typescript");
            for name in ["package.json", "tsconfig.json", "generate.mjs", "src", "tests"] {
                copy_all(&from.join(name), &copy.path().join(name));
            }
            std::os::unix::fs::symlink(Path::new(&tools).join("node_modules"), copy.path().join("node_modules"))
                .unwrap();
            let package = Package { copy, node: Path::new(&node).join("node_modules/.bin/node") };
            run(package.node(&["node_modules/typescript/bin/tsc"]));
            Some(package)
        })
        .as_ref()
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy_all(&entry.path(), &to.join(entry.file_name()));
    }
}

#[test]
fn what_is_generated_fits_the_api() {
    let Some(package) = package() else { return };
    let server = serve(Database::Sqlite);
    run(package.node(&["generate.mjs", "--check", &format!("{}/openapi.json", server.url())]));
}

#[test]
fn the_package_needs_nothing_but_the_platform() {
    let manifest = std::fs::read_to_string(folder("typescript").join("package.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert!(manifest.get("dependencies").is_none() && manifest.get("peerDependencies").is_none());
    for entry in std::fs::read_dir(folder("typescript").join("src")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| line.contains(" from \"")) {
            assert!(line.contains(" from \"./"), "{line}");
        }
    }
}

#[test]
fn the_guides_compile() {
    let Some(package) = package() else { return };
    let mut command = package.node(&["tests/guides.mjs", "guides"]);
    command.arg(folder("typescript").join("../../docs/guides/sdk-typescript.md"));
    command.arg(folder("typescript").join("README.md"));
    run(command);
    let config = r#"{"extends": "./tsconfig.json", "compilerOptions": {"noEmit": true, "rootDir": ".",
        "noUncheckedIndexedAccess": false, "noUnusedLocals": false}, "include": ["guides"]}"#;
    std::fs::write(package.copy.path().join("guides.json"), config).unwrap();
    run(package.node(&["node_modules/typescript/bin/tsc", "-p", "guides.json"]));
}

#[test]
fn programs_work_in_node() {
    on_both(|database| {
        let Some(package) = package() else { return };
        let server = serve(database);
        let tests = ["tests/node.test.mjs", "tests/faults.test.mjs"];
        let mut command = package.node(&[&["--test", "--test-reporter=tap"], &tests[..]].concat());
        for_server(&mut command, &server);
        let report = run(command);
        assert!(passed(&report) >= 24, "{report}");
    });
}

#[test]
fn a_page_works_in_chromium() {
    let (Some(package), Some(chromium)) = (package(), installed("CALLWRIGHT_TEST_CHROMIUM")) else { return };
    let server = serve(Database::Sqlite);
    let mut command = package.node(&["--test", "--test-reporter=tap", "tests/browser.test.mjs"]);
    for_server(&mut command, &server);
    command.env("CALLWRIGHT_TEST_CHROMIUM", chromium);
    let report = run(command);
    assert_eq!(passed(&report), 1, "{report}");
}

/// Node's summary has the number behind the word.
fn passed(report: &str) -> u32 {
    let line = report.lines().find_map(|line| line.strip_prefix("# pass "));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
