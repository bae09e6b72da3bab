//! The modules that code in the sandbox can import.

use std::sync::OnceLock;

/// As the builder found them, one in a line.
const LIST: &str = include_str!("../snapshot/modules.txt");

/// What reaches out of the sandbox: only with `network: policy`. A package that is listed does not bring these along.
pub(crate) const NETWORK: &[&str] = &["requests", "urllib.request"];

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
    NETWORK
        .iter()
        .any(|network| name == *network || name.strip_prefix(network).is_some_and(|rest| rest.starts_with('.')))
}

/// What to use instead of a package or module that cannot be there; the list is the guest's own.
pub fn instead(name: &str) -> Option<&'static str> {
    let list = include_str!("../snapshot/guest/check.py");
    let begin = list.find("INSTEAD = {")?;
    let end = begin + list[begin..].find("\n}")?;
    list[begin..end].lines().find_map(|line| {
        let (key, hint) = line.trim().strip_prefix('"')?.split_once("\": \"")?;
        (key == name).then(|| hint.trim_end_matches(',').trim_end_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_out_is_left_out_by_default() {
        assert!(all().contains(&"json") && all().contains(&"requests"));
        let plain = default(false);
        assert!(!plain.iter().any(|name| name == "requests" || name == "urllib.request"));
        assert!(plain.iter().any(|name| name == "urllib.parse"));
        assert!(default(true).iter().any(|name| name == "requests"));
        for absent in ["subprocess", "ctypes", "socket", "threading", "_eryx", "_callwright"] {
            assert!(!all().contains(&absent), "{absent}");
        }
        assert_eq!(instead("httpx"), Some("use `requests`"));
        assert_eq!(instead("json"), None);
    }
}
