//! The modules that code in the sandbox can import.

use std::sync::OnceLock;

/// As the builder found them, one in a line.
const LIST: &str = include_str!("../snapshot/modules.txt");

/// What reaches out of the sandbox, by its top name or in full: only with `network: policy`.
const NETWORK: &[&str] = &["requests", "urllib.request", "urllib3"];

/// All of them, sorted.
pub fn all() -> &'static [&'static str] {
    static ALL: OnceLock<Vec<&str>> = OnceLock::new();
    ALL.get_or_init(|| LIST.lines().filter(|line| !line.is_empty()).collect())
}

/// What a tool may import that says nothing: all but what reaches out, unless it may reach out.
pub fn default(has_network: bool) -> Vec<String> {
    all().iter().filter(|name| has_network || !is_network(name)).map(|name| (*name).to_owned()).collect()
}

/// Whether a module is for reaching out.
pub fn is_network(name: &str) -> bool {
    NETWORK.iter().any(|network| name == *network || name.strip_prefix(network).is_some_and(|rest| rest.starts_with('.')))
}
