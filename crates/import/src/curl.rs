//! curl commands.
//!
//! `shell` takes the line apart as a POSIX shell would, without running anything; here the options are read. What a
//! shell variable held is not known: in a header it is taken for a secret, elsewhere for an argument.

mod shell;

use std::collections::BTreeSet;

use callwright_model::{Fault, tool::http::Auth};
use serde_json::Value;

use crate::{
    Format, Imported, Item, Options, Skipped,
    sample::{self, About, Sample, SampleBody, mark, shown},
    select::{self, Candidate},
    too_large, words, wrong,
};

/// The longest command.
const MAX_COMMAND_BYTES: usize = 256 << 10;
/// Options with a value that change nothing for a tool.
const IGNORED_WITH_VALUE: [&str; 22] = [
    "-o",
    "--output",
    "-w",
    "--write-out",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--limit-rate",
    "-c",
    "--cookie-jar",
    "-C",
    "--max-redirs",
    "--resolve",
    "--interface",
    "-D",
    "--dump-header",
    "--ciphers",
    "-z",
    "-r",
    "--range",
    "--stderr",
    "--trace",
];

/// Makes a tool of a curl command.
pub(crate) fn import(value: &Value, options: &Options) -> Result<Imported, Fault> {
    let Some(text) = value.as_str() else { return Err(wrong("a curl command is a text that begins with `curl`")) };
    if text.len() > MAX_COMMAND_BYTES {
        return Err(too_large(format!("a curl command may have at most {MAX_COMMAND_BYTES} bytes")));
    }
    let mut warnings = BTreeSet::new();
    let commands = shell::commands(text, &mut warnings)?;
    let mut imported = Imported {
        format: Format::Curl,
        title: None,
        operation_count: commands.len(),
        operations: BTreeSet::new(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    let mut names = BTreeSet::new();
    for words in commands {
        let sample = Reader::default().read(&words)?;
        one(sample, options, &mut names, &mut imported)?;
    }
    imported.warnings.extend(warnings);
    Ok(imported)
}

fn one(sample: Sample, options: &Options, names: &mut BTreeSet<String>, imported: &mut Imported) -> Result<(), Fault> {
    let address = shown(&sample.url);
    let path = address.split("://").last().unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    // A user name and a password before the host are nobody's business.
    let path = path.rsplit('@').next().unwrap_or_default().to_owned();
    let method = sample.method.clone();
    let operation = words::cut(&format!("{method} {path}"), 500);
    let segments = path.split('/').skip(1).filter(|segment| !segment.is_empty() && !sample::secret::is_value(segment));
    let wanted = segments.fold(method.to_lowercase(), |name, segment| format!("{name}_{segment}"));
    let name = words::tool_name(options.prefix.as_deref().unwrap_or_default(), &wanted);
    let name = words::unique(&name, names, 64);
    let about = About { name: name.clone(), description: format!("{method} {path}"), category: None };
    let candidate = Candidate { id: &operation, method: &method, path: &path, name: &name, tags: &[], text: "" };
    imported.operations.insert(operation.clone());
    if !select::wants(options, &candidate) {
        return Ok(());
    }
    match sample::tool(sample, about, options, None)? {
        Ok((spec, mut warnings)) => {
            warnings.push("say in the description what it does and when to use it".to_owned());
            imported.items.push(Item { operation, method, path, tags: Vec::new(), spec, warnings });
        }
        Err(reason) => imported.skipped.push(Skipped { operation, reason }),
    }
    Ok(())
}

/// What has been read of a command so far.
#[derive(Default)]
struct Reader {
    sample: Sample,
    method: Option<String>,
    data: Vec<String>,
    /// Whether the data is to be sent in the query.
    is_get: bool,
    is_head: bool,
    is_json: bool,
    urls: Vec<String>,
    /// Whether it is a bearer token, and what it is.
    login: Option<(bool, String)>,
    forms: usize,
}

impl Reader {
    fn warn(&mut self, text: impl Into<String>) {
        self.sample.warnings.insert(text.into());
    }

    fn read(mut self, words: &[String]) -> Result<Sample, Fault> {
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            let (option, own) = split_option(word);
            if !word.starts_with('-') || word == "-" {
                self.urls.push(word.clone());
            } else if takes_value(&option) {
                let value = match own {
                    Some(value) => value,
                    None => rest.next().cloned().ok_or_else(|| wrong(format!("curl: `{option}` has no value")))?,
                };
                self.option(&option, value);
            } else if word.starts_with("--") {
                self.flag(word);
            } else {
                self.flags(word, &mut rest)?;
            }
        }
        self.finish()
    }

    /// `-sSLXPOST`: flags up to one that takes a value, which is what follows.
    fn flags(&mut self, word: &str, rest: &mut dyn Iterator<Item = &String>) -> Result<(), Fault> {
        for (at, c) in word.char_indices().skip(1) {
            let option = format!("-{c}");
            if takes_value(&option) {
                let own = &word[at + c.len_utf8()..];
                let value = if own.is_empty() { rest.next().cloned() } else { Some(own.to_owned()) };
                let Some(value) = value else { return Err(wrong(format!("curl: `{option}` has no value"))) };
                self.option(&option, value);
                return Ok(());
            }
            self.flag(&option);
        }
        Ok(())
    }

    fn flag(&mut self, option: &str) {
        match option {
            "-G" | "--get" => self.is_get = true,
            "-I" | "--head" => self.is_head = true,
            "-k" | "--insecure" => self.warn("`-k` was not taken over: certificates are always verified"),
            "-L"
            | "--location"
            | "-s"
            | "--silent"
            | "-S"
            | "--show-error"
            | "-v"
            | "--verbose"
            | "-i"
            | "--include"
            | "-f"
            | "--fail"
            | "--fail-with-body"
            | "--compressed"
            | "-g"
            | "--globoff"
            | "-#"
            | "--progress-bar"
            | "-N"
            | "--no-buffer"
            | "--http1.1"
            | "--http2"
            | "-O"
            | "--remote-name"
            | "-4"
            | "-6"
            | "--no-progress-meter"
            | "--location-trusted"
            | "-0" => {}
            other => self.warn(format!("curl's `{}` was left out", words::cut(other, 50))),
        }
    }

    fn option(&mut self, option: &str, value: String) {
        match option {
            "-X" | "--request" => self.method = Some(value),
            "--url" => self.urls.push(value),
            "-H" | "--header" => match value.split_once(':') {
                Some((name, value)) => {
                    self.sample.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                None => self.warn("a header without a colon was left out"),
            },
            "-A" | "--user-agent" => self.sample.headers.push(("User-Agent".to_owned(), value)),
            "-e" | "--referer" => self.sample.headers.push(("Referer".to_owned(), value)),
            "-b" | "--cookie" => self.sample.headers.push(("Cookie".to_owned(), value)),
            "-u" | "--user" | "--oauth2-bearer" => self.login = Some((option == "--oauth2-bearer", value)),
            "-d" | "--data" | "--data-ascii" | "--data-binary" | "--json" if value.starts_with('@') => {
                self.is_json |= option == "--json";
                self.warn("data from a file (`@…`) is not known here; the tool takes it as an argument");
                self.data.push(mark("body"));
            }
            "-d" | "--data" | "--data-ascii" | "--data-raw" | "--data-binary" => self.data.push(value),
            "--json" => {
                self.is_json = true;
                self.data.push(value);
            }
            "--data-urlencode" => self.data.push(encoded(&value)),
            "-F" | "--form" | "--form-string" => {
                self.forms += 1;
                self.warn(
                    "a multipart form (`-F`) cannot be sent; its fields are sent as a plain form, files are left out",
                );
                if let Some((name, value)) = value.split_once('=').filter(|(_, value)| !value.starts_with(['@', '<'])) {
                    self.data.push(encoded(&format!("{name}={value}")));
                }
            }
            "-m" | "--max-time" => self.sample.timeout_ms = milliseconds(&value),
            "--connect-timeout" => self.sample.connect_timeout_ms = milliseconds(&value),
            "-x" | "--proxy" | "--cacert" | "-E" | "--cert" | "--key" | "-K" | "--config" | "-T" | "--upload-file" => {
                self.warn(format!("curl's `{option}` was left out"));
            }
            _ => {}
        }
    }

    /// The values themselves are dropped here; a shell's variable gives the secret its name.
    fn credentials(&mut self) {
        let Some((is_bearer, value)) = self.login.take() else { return };
        let prefix = words::host_prefix(&host_of(&self.sample.url));
        let own = |text: &str, word: &str| {
            let name = match sample::pieces(text.trim()).as_slice() {
                [Err(name)] => words::secret_word(name),
                _ => String::new(),
            };
            let name = if name.is_empty() { format!("{prefix}_{word}") } else { name };
            format!("${{{}}}", words::secret_name("", &name))
        };
        self.sample.auth = if is_bearer {
            Auth::Bearer { token: own(&value, "TOKEN") }
        } else {
            let (user, password) = value.split_once(':').unwrap_or((&value, ""));
            Auth::Basic { username: own(user, "USERNAME"), password: own(password, "PASSWORD") }
        };
    }

    fn finish(mut self) -> Result<Sample, Fault> {
        let mut urls = std::mem::take(&mut self.urls).into_iter();
        let Some(url) = urls.next() else { return Err(wrong("the curl command names no address")) };
        if urls.next().is_some() {
            self.warn("only the first address of the command was taken");
        }
        self.sample.url = url;
        self.credentials();
        let joined = self.data.join("&");
        let has_data = !self.data.is_empty() || self.forms > 0;
        self.sample.method = match self.method.take() {
            Some(method) if !method.trim().is_empty() => method.trim().to_ascii_uppercase(),
            _ if self.is_head => "HEAD".to_owned(),
            _ if has_data && !self.is_get => "POST".to_owned(),
            _ => "GET".to_owned(),
        };
        if self.is_get {
            self.sample.query = form_pairs(&joined);
        } else if has_data {
            self.sample.body = self.body(joined);
        }
        Ok(self.sample)
    }

    fn body(&mut self, joined: String) -> SampleBody {
        let header = self.sample.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let content_type = header.map(|(_, value)| value.to_ascii_lowercase());
        // Several `--json` are put together as they are.
        let text = if self.is_json { self.data.concat() } else { joined };
        let says_json = self.is_json || content_type.as_deref().is_some_and(|kind| kind.contains("json"));
        if text == mark("body") {
            return if says_json {
                SampleBody::Json(Value::Null)
            } else {
                SampleBody::Raw { text, content_type: content_type.unwrap_or_else(|| "text/plain".to_owned()) }
            };
        }
        let looks_like_json = content_type.is_none() && text.trim_start().starts_with(['{', '[']);
        if (says_json || looks_like_json)
            && let Some(value) = crate::postman::json_with_placeholders(&text)
        {
            return SampleBody::Json(value);
        }
        match content_type {
            Some(kind) if !kind.contains("x-www-form-urlencoded") && self.forms == 0 => {
                SampleBody::Raw { text, content_type: kind }
            }
            None if says_json => SampleBody::Raw { text, content_type: "application/json".to_owned() },
            _ => SampleBody::Form(form_pairs(&text)),
        }
    }
}

fn host_of(url: &str) -> String {
    let rest = url.split("://").last().unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
}

fn split_option(word: &str) -> (String, Option<String>) {
    match word.split_once('=') {
        Some((option, value)) if word.starts_with("--") && takes_value(option) => {
            (option.to_owned(), Some(value.to_owned()))
        }
        _ => (word.to_owned(), None),
    }
}

fn takes_value(option: &str) -> bool {
    const READ: [&str; 38] = [
        "-X",
        "--request",
        "--url",
        "-H",
        "--header",
        "-A",
        "--user-agent",
        "-e",
        "--referer",
        "-b",
        "--cookie",
        "-u",
        "--user",
        "--oauth2-bearer",
        "-d",
        "--data",
        "--data-ascii",
        "--data-raw",
        "--data-binary",
        "--json",
        "--data-urlencode",
        "-F",
        "--form",
        "--form-string",
        "-m",
        "--max-time",
        "--connect-timeout",
        "-x",
        "--proxy",
        "--cacert",
        "-E",
        "--cert",
        "--key",
        "-K",
        "--config",
        "-T",
        "--upload-file",
        "--proto",
    ];
    READ.contains(&option) || IGNORED_WITH_VALUE.contains(&option)
}

fn milliseconds(text: &str) -> Option<u32> {
    let seconds: f64 = text.trim().parse().ok()?;
    // Within the bounds of a tool's policy.
    (seconds > 0.0).then(|| (seconds * 1_000.0).clamp(100.0, 600_000.0) as u32)
}

/// The pairs of a form; placeholders have no characters that decoding would change.
fn form_pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// `name=value` with the value encoded, as `--data-urlencode` does it.
fn encoded(text: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match text.split_once('=') {
        Some((name, value)) => format!("{}={}", encode(name), encode(value)),
        None => encode(text),
    }
}
