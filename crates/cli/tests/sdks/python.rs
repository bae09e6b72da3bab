//! The Python package.

use std::{path::Path, process::Command, thread};

use callwright_testkit::{Database, Server, on_both};

use super::{count, folder, for_server, installed, run, serve};

/// The environment with every runtime that there is an adapter for.
const WHOLE: &str = "CALLWRIGHT_TEST_SDK_PYTHON";
/// One environment with the package's own needs for each version of Python, as a list of paths.
const EACH: &str = "CALLWRIGHT_TEST_SDK_PYTHONS";
/// The tests that every version of Python runs: what is left are those of adapters.
const CORE: [&str; 6] = [
    "tests/test_client.py",
    "tests/test_conversation.py",
    "tests/test_lines.py",
    "tests/test_retries.py",
    "tests/test_streams.py",
    "tests/test_toolbox.py",
];

/// Python in the package's folder, which leaves nothing behind there.
fn python(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(folder("python")).env("PYTHONPATH", "src").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The tests' report.
#[track_caller]
fn pytest(program: impl AsRef<Path>, server: &Server, tests: &[&str]) -> String {
    let mut command = python(program);
    command.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).args(tests);
    for_server(&mut command, server);
    run(command)
}

#[test]
fn what_is_generated_fits_the_api() {
    let server = serve(Database::Sqlite);
    let mut command = python("python3");
    command.args(["generate.py", "--check", &format!("{}/openapi.json", server.url())]);
    run(command);
}

#[test]
fn the_package_is_typed_and_tidy() {
    let Some(program) = installed(WHOLE) else { return };
    let cache = tempfile::tempdir().unwrap();
    for arguments in [
        &["-m", "mypy", "--cache-dir"] as &[&str],
        &["-m", "ruff", "check", "--no-cache", "."],
        &["-m", "ruff", "format", "--check", "--no-cache", "."],
    ] {
        let mut command = python(&program);
        command.args(arguments);
        if arguments.contains(&"--cache-dir") {
            command.arg(cache.path());
        }
        run(command);
    }
    // What the guides say is typed as strictly.
    let guides = tempfile::tempdir().unwrap();
    let mut command = python(&program);
    command.arg("tests/guides.py").arg(guides.path());
    run(command);
    let mut command = python(&program);
    command.args(["-m", "mypy", "--cache-dir"]).arg(cache.path()).arg(guides.path());
    run(command);
}

#[test]
fn the_wheel_has_all_of_it() {
    let Some(program) = installed(WHOLE) else { return };
    let made = tempfile::tempdir().unwrap();
    let mut command = python(&program);
    command.args(["-m", "hatchling", "build", "-t", "wheel", "-d"]).arg(made.path());
    run(command);
    let wheel = std::fs::read_dir(made.path()).unwrap().next().unwrap().unwrap().path();
    let mut command = Command::new(&program);
    // Python reads packages out of archives: this is what whoever installs it gets.
    command.current_dir(made.path()).env("PYTHONPATH", &wheel).args(["-c", "import callwright.integrations.openai"]);
    run(command);
    let mut command = Command::new(&program);
    command.args(["-m", "zipfile", "-l"]).arg(&wheel);
    let listed = run(command);
    for file in ["callwright/py.typed", "callwright/_generated/models.py", "licenses/LICENSE"] {
        assert!(listed.contains(file), "{file} is missing:\n{listed}");
    }
}

#[test]
fn programs_and_every_adapter_work() {
    on_both(|database| {
        let Some(program) = installed(WHOLE) else { return };
        let report = pytest(program, &serve(database), &["tests"]);
        assert!(count(&report, "passed") >= 65, "{report}");
        assert_eq!(count(&report, "skipped"), 0, "{report}");
    });
}

#[test]
fn programs_work_on_every_python() {
    let Some(programs) = installed(EACH) else { return };
    let running: Vec<_> = std::env::split_paths(&programs)
        .map(|program| {
            thread::spawn(move || {
                let report = pytest(&program, &serve(Database::Sqlite), &CORE);
                assert!(count(&report, "passed") >= 49, "{}: {report}", program.display());
            })
        })
        .collect();
    assert!(!running.is_empty());
    for each in running {
        each.join().expect("the tests of this Python passed");
    }
}
