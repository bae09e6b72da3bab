//! Our own Python, put into the interpreter before it is frozen.

/// The modules of the package `_callwright`, in the order in which they need each other.
const MODULES: &[(&str, &str)] = &[
    ("channel", include_str!("../guest/channel.py")),
    ("values", include_str!("../guest/values.py")),
    ("signature", include_str!("../guest/signature.py")),
    ("library", include_str!("../guest/library.py")),
    ("loop", include_str!("../guest/loop.py")),
    ("http", include_str!("../guest/http.py")),
    ("check", include_str!("../guest/check.py")),
    ("runner", include_str!("../guest/runner.py")),
    ("warm", include_str!("../guest/warm.py")),
];

/// What is imported before our own modules, besides what they import: what most tools want.
pub const PRELOADED: &[&str] = &[
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "codecs",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "numbers",
    "operator",
    "random",
    "re",
    "secrets",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "urllib.request",
    "uuid",
    "zlib",
    "zoneinfo",
    "_strptime",
    "requests",
];

/// Python source that makes the package, readies it, and leaves `_run` for the host to call.
pub fn setup() -> String {
    let sources: serde_json::Map<_, _> =
        MODULES.iter().map(|(name, source)| ((*name).to_owned(), (*source).into())).collect();
    let sources = serde_json::Value::Object(sources).to_string();
    let order = MODULES.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    // JSON within a raw text of Python: serde_json escapes control characters and quotes, and we hold no `'''`.
    format!(
        r#"
import gc, json, sys, types
_sources = json.loads({literal})
_package = types.ModuleType("_callwright")
_package.__path__ = []
sys.modules["_callwright"] = _package
for _name in [{order}]:
    _module = types.ModuleType("_callwright." + _name)
    sys.modules[_module.__name__] = _module
    exec(compile(_sources[_name], "<callwright " + _name + ">", "exec"), _module.__dict__)
    setattr(_package, _name, _module)
_package.runner.install()
_package.warm.up()
_run = _package.runner.main
_package.runner.enter(sys._getframe(1).f_globals, "_run()")
del _sources, _package, _module, _name
gc.collect()
gc.freeze()
"#,
        literal = python_literal(&sources),
    )
}

/// `text` as a literal of Python.
fn python_literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
