//! What an HTTP answer says about how long it is good (RFC 9111), and how to ask whether it still is.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What to ask an upstream with whether a kept answer still holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to ask with.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    /// Makes a request conditional. What its author wrote stays.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        let pairs = [(header::IF_NONE_MATCH, &self.etag), (header::IF_MODIFIED_SINCE, &self.last_modified)];
        for (name, value) in pairs {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.entry(name).or_insert(value);
            }
        }
    }
}

/// What an answer says about how long it is good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    /// For how many seconds, when it says.
    pub max_age_s: Option<u64>,
    /// The same for caches that serve several users.
    pub shared_max_age_s: Option<u64>,
    /// How old it was when it came, in seconds.
    pub age_s: u64,
    /// It must not be kept.
    pub no_store: bool,
    /// It may be kept, but the upstream must be asked each time.
    pub no_cache: bool,
    /// It is for one user only.
    pub is_private: bool,
    /// What to ask again with.
    pub validators: Validators,
    /// It is no answer but the word that the kept one still holds (304).
    pub not_modified: bool,
}

impl Freshness {
    /// Reads the headers of an answer.
    pub(crate) fn of(headers: &HeaderMap, not_modified: bool) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut told = Self {
            age_s: text(header::AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0),
            validators: Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) },
            not_modified,
            ..Self::default()
        };
        for value in headers.get_all(header::CACHE_CONTROL) {
            value.to_str().unwrap_or_default().split(',').for_each(|directive| told.read(directive));
        }
        // It depends on something that no request tells.
        told.no_store |= text(header::VARY).is_some_and(|vary| vary.split(',').any(|name| name.trim() == "*"));
        told
    }

    fn read(&mut self, directive: &str) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let seconds = || value.trim().trim_matches('"').parse().ok();
        match name.trim().to_ascii_lowercase().as_str() {
            // A number that cannot be read counts as stale at once.
            "max-age" => self.max_age_s = Some(seconds().unwrap_or(0)),
            "s-maxage" => self.shared_max_age_s = Some(seconds().unwrap_or(0)),
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache = true,
            "private" => self.is_private = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Freshness {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Freshness::of(&headers, false)
    }

    #[test]
    fn directives_are_read_in_any_case_and_from_any_number_of_headers() {
        let told = of(&[("cache-control", "Max-Age=60, PRIVATE"), ("cache-control", "s-maxage=\"5\""), ("age", "7")]);
        assert_eq!((told.max_age_s, told.shared_max_age_s, told.age_s, told.is_private), (Some(60), Some(5), 7, true));
        assert!(of(&[("cache-control", "no-store")]).no_store);
        assert!(of(&[("vary", "accept, *")]).no_store);
        assert_eq!(of(&[("cache-control", "max-age=soon")]).max_age_s, Some(0));
        assert_eq!(of(&[]), Freshness::default());
    }

    #[test]
    fn a_condition_does_not_take_the_authors_place() {
        let validators = Validators { etag: Some("\"a\"".to_owned()), last_modified: Some("x\n".to_owned()) };
        let mut headers = HeaderMap::new();
        validators.apply(&mut headers);
        assert_eq!(headers[header::IF_NONE_MATCH], "\"a\"");
        assert!(!headers.contains_key(header::IF_MODIFIED_SINCE), "what is no header value is left out");
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"mine\""));
        validators.apply(&mut headers);
        assert_eq!(headers[header::IF_NONE_MATCH], "\"mine\"");
    }
}
