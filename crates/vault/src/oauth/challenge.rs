//! What a refusal says in `WWW-Authenticate` (RFC 9110, 6750 and 9728): where the metadata is, and which scopes are wanted.

use callwright_guard::redact::HIDDEN;

use super::discover::is_scope;

/// The most of a header that is read, the most scopes, and the longest.
const MAX_HEADER: usize = 4_000;
const MAX_SCOPES: usize = 50;
const MAX_SCOPE: usize = 200;

/// The part of a challenge that concerns bearer tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Where the resource's metadata is.
    pub resource_metadata: Option<String>,
    /// The scopes that the request needs; none when nothing is said.
    pub scopes: Option<Vec<String>>,
    /// The kind of refusal, for example `insufficient_scope`.
    pub error: Option<String>,
}

impl Challenge {
    /// Reads the value of a header. What is not understood is passed over.
    pub fn parse(text: &str) -> Self {
        let text = match text.char_indices().nth(MAX_HEADER) {
            Some((end, _)) => &text[..end],
            None => text,
        };
        let mut challenge = Self::default();
        let mut is_bearer = false;
        for (scheme, name, value) in Parameters(text) {
            if let Some(scheme) = scheme {
                is_bearer = scheme.eq_ignore_ascii_case("bearer");
            }
            if !is_bearer {
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "resource_metadata" => challenge.resource_metadata = Some(value),
                "error" => challenge.error = Some(value),
                "scope" => {
                    // They are told to models and people: what is no scope, or was a secret of ours, is left out.
                    let is_one = |scope: &&str| is_scope(scope) && scope.len() <= MAX_SCOPE && !scope.contains(HIDDEN);
                    let scopes = value.split_ascii_whitespace().filter(is_one).take(MAX_SCOPES);
                    let scopes: Vec<String> = scopes.map(str::to_owned).collect();
                    challenge.scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
                }
                _ => {}
            }
        }
        challenge
    }

    /// Whether a token is good, but not for this.
    pub fn is_insufficient_scope(&self) -> bool {
        self.error.as_deref() == Some("insufficient_scope")
    }
}

/// The parameters of all challenges, each with its scheme if it is the first behind one.
struct Parameters<'a>(&'a str);

impl<'a> Iterator for Parameters<'a> {
    type Item = (Option<&'a str>, &'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let mut scheme = None;
        loop {
            self.0 = self.0.trim_start_matches([' ', '\t', ',']);
            let end = self.0.find([' ', '\t', ',', '=']).unwrap_or(self.0.len());
            let word = &self.0[..end];
            if word.is_empty() {
                // Nothing that begins a parameter: the rest is not in the form.
                return None;
            }
            let rest = self.0[end..].trim_start_matches([' ', '\t']);
            match rest.strip_prefix('=') {
                Some(rest) => {
                    let (value, rest) = value(rest.trim_start_matches([' ', '\t']));
                    self.0 = rest;
                    return Some((scheme, word, value));
                }
                None => {
                    scheme = Some(word);
                    self.0 = rest;
                }
            }
            if self.0.is_empty() {
                return None;
            }
        }
    }
}

/// A value and what stands behind it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bearer_part_is_read_wherever_it_stands() {
        let read = Challenge::parse(
            r#"Basic realm="a, b=c", Bearer error="insufficient_scope", scope="files:read  files:write",resource_metadata="https://h/.well-known/x", error_description="say \"please\"""#,
        );
        assert_eq!(read.resource_metadata.as_deref(), Some("https://h/.well-known/x"));
        assert_eq!(read.scopes, Some(vec!["files:read".to_owned(), "files:write".to_owned()]));
        assert!(read.is_insufficient_scope());
        let read = Challenge::parse(r#"bearer scope=a, DPoP scope="b""#);
        assert_eq!(read.scopes, Some(vec!["a".to_owned()]));
    }

    #[test]
    fn what_is_no_scope_is_left_out() {
        let long = "x".repeat(201);
        let read = Challenge::parse(&format!(r#"Bearer scope="a \" b\\c é {long} x[secret]y [secret] files:[read]""#));
        assert_eq!(read.scopes, Some(vec!["a".to_owned(), "files:[read]".to_owned()]));
        let many = (0..500).map(|each| each.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(Challenge::parse(&format!("Bearer scope=\"{many}\"")).scopes.map(|all| all.len()), Some(50));
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        for text in ["", "Bearer", "Bearer ,,", "===", "Negotiate abc==", "Bearer scope", "Bearer \"", "\u{fffd}"] {
            assert_eq!(Challenge::parse(text), Challenge::default(), "{text}");
        }
        assert_eq!(Challenge::parse("Bearer scope=\"unended").scopes, Some(vec!["unended".to_owned()]));
        Challenge::parse(&"Bearer a=".repeat(10_000));
    }
}
