//! An answer becomes content: JSON when it is JSON, text when it is text, a block when it is a picture or a
//! sound, and a word about it when it is anything else. An empty answer is a normal answer.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_guard::{Answer, Redactor};
use callwright_model::{Block, Content, Object};
use http::{Method, header};
use serde_json::{Value, json};

use super::body::{essence, is_json, is_xml};

/// The largest picture or sound that is handed on, in bytes before base64.
const MAX_MEDIA_BYTES: usize = 1 << 20;

/// The headers that a HEAD request is made for.
const TOLD_HEADERS: [&str; 12] = [
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "x-total-count",
];

/// What a successful answer says, with `hide`'s secrets hidden.
pub(crate) fn content(method: &Method, answer: &Answer, hide: &Redactor) -> Content {
    if *method == Method::HEAD {
        return Content::json(head(answer, hide));
    }
    if answer.body.is_empty() {
        return Content { message: Some("done (no content)".to_owned()), ..Content::default() };
    }
    let content_type = content_type(answer);
    let kind = essence(&content_type);
    if is_json(&kind) {
        return json_or_text(answer, &content_type, hide);
    }
    if let Some(block) = media(&kind, &answer.body) {
        return Content { blocks: vec![block], ..Content::default() };
    }
    if is_text(&kind) || (is_unspecific(&kind) && std::str::from_utf8(&answer.body).is_ok()) {
        return match without_mark(&answer.body).trim_ascii_start().first() {
            Some(b'{' | b'[') => json_or_text(answer, &content_type, hide),
            _ => Content::text(hide.text(&text(answer, &content_type))),
        };
    }
    let kind = if kind.is_empty() { "unknown type" } else { &kind };
    Content::text(hide.text(&format!("[binary answer: {kind}, {} bytes; not shown]", answer.body.len())))
}

/// The answer's body as text, whatever it is; for error messages.
pub(crate) fn readable(answer: &Answer) -> Option<String> {
    let content_type = content_type(answer);
    let kind = essence(&content_type);
    let readable =
        is_json(&kind) || is_text(&kind) || (is_unspecific(&kind) && std::str::from_utf8(&answer.body).is_ok());
    readable.then(|| text(answer, &content_type))
}

/// The answer's `Content-Type`, empty when there is none.
pub(crate) fn content_type(answer: &Answer) -> String {
    let value = answer.headers.get(header::CONTENT_TYPE);
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

fn head(answer: &Answer, hide: &Redactor) -> Value {
    let told = |name: &&str| {
        let value = String::from_utf8_lossy(answer.headers.get(*name)?.as_bytes()).into_owned();
        Some(((*name).to_owned(), Value::String(hide.text(&value))))
    };
    let headers: Object = TOLD_HEADERS.iter().filter_map(told).collect();
    json!({ "status": answer.status.as_u16(), "headers": headers })
}

fn json_or_text(answer: &Answer, content_type: &str, hide: &Redactor) -> Content {
    let body = without_mark(&answer.body);
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            // Looking through the text once is many times faster than through every value of it, and finds the
            // same: almost no answer repeats a secret.
            let is_clean = std::str::from_utf8(body).is_ok_and(|text| matches!(hide.hide(text), Cow::Borrowed(_)));
            if !is_clean {
                hide.value(&mut value);
            }
            Content::json(value)
        }
        // An upstream that calls its text JSON is common enough: the text is still an answer.
        Err(_) => Content::text(hide.text(&text(answer, content_type))),
    }
}

fn text(answer: &Answer, content_type: &str) -> String {
    let body = without_mark(&answer.body);
    let charset = content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    match charset.as_deref() {
        // The bytes of Latin-1 are the first 256 characters of Unicode.
        Some("iso-8859-1" | "latin1") => body.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// The body without the byte order mark that some servers put before UTF-8.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn media(kind: &str, body: &[u8]) -> Option<Block> {
    if body.len() > MAX_MEDIA_BYTES || is_xml(kind) {
        return None;
    }
    let mime_type = kind.to_owned();
    match kind.split('/').next()? {
        "image" => Some(Block::Image { data: STANDARD.encode(body), mime_type }),
        "audio" => Some(Block::Audio { data: STANDARD.encode(body), mime_type }),
        _ => None,
    }
}

fn is_text(kind: &str) -> bool {
    const TEXTS: [&str; 10] = [
        "application/javascript",
        "application/ecmascript",
        "application/graphql",
        "application/ndjson",
        "application/sql",
        "application/toml",
        "application/x-ndjson",
        "application/x-www-form-urlencoded",
        "application/x-yaml",
        "application/yaml",
    ];
    kind.starts_with("text/") || is_xml(kind) || TEXTS.contains(&kind)
}

/// Whether a type says nothing, so that only the bytes can tell.
fn is_unspecific(kind: &str) -> bool {
    matches!(kind, "" | "application/octet-stream" | "binary/octet-stream" | "application/unknown")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use callwright_model::secret::SecretString;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn answer(content_type: &str, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        }
        let url = "https://example.com/".parse().unwrap();
        Answer { status: StatusCode::OK, headers, body: Bytes::copy_from_slice(body), url }
    }

    fn read(content_type: &str, body: &[u8]) -> Content {
        content(&Method::GET, &answer(content_type, body), &Redactor::default())
    }

    #[test]
    fn json_is_data_by_its_type_or_by_its_look() {
        let expected = Content::json(json!({"a": [1]}));
        for kind in ["application/json", "application/vnd.api+json; charset=utf-8", "text/plain", "", "text/html"] {
            assert_eq!(read(kind, b"\xef\xbb\xbf {\"a\": [1]}\n"), expected, "{kind}");
        }
        assert_eq!(read("application/json", b"\"text\""), Content::json(json!("text")));
        assert_eq!(read("application/json", b"null"), Content::json(Value::Null));
    }

    #[test]
    fn what_is_not_json_after_all_is_text() {
        assert_eq!(read("application/json", b"{oops"), Content::text("{oops"));
        assert_eq!(read("text/plain", b"[1] first"), Content::text("[1] first"));
        assert_eq!(read("application/json", "[".repeat(500).as_bytes()), Content::text("[".repeat(500)));
        assert_eq!(read("application/json", b"{} {}"), Content::text("{} {}"));
    }

    #[test]
    fn text_in_any_charset_is_text() {
        assert_eq!(read("text/html", "<p>ü</p>".as_bytes()), Content::text("<p>ü</p>"));
        assert_eq!(read("text/plain; charset=\"ISO-8859-1\"", b"\xfc"), Content::text("ü"));
        assert_eq!(read("text/plain", b"a\xffb"), Content::text("a\u{fffd}b"));
        assert_eq!(read("application/octet-stream", b"plain"), Content::text("plain"));
        assert_eq!(read("image/svg+xml", b"<svg/>"), Content::text("<svg/>"));
    }

    #[test]
    fn media_is_a_block_and_other_bytes_are_named() {
        let image = Block::Image { data: "iVBORw==".to_owned(), mime_type: "image/png".to_owned() };
        assert_eq!(read("image/png", b"\x89PNG").blocks, [image]);
        assert!(matches!(&read("audio/wav", b"RIFF").blocks[..], [Block::Audio { .. }]));
        let large = read("image/png", &vec![0; MAX_MEDIA_BYTES + 1]);
        assert_eq!(large, Content::text("[binary answer: image/png, 1048577 bytes; not shown]"));
        assert_eq!(
            read("application/pdf", b"%PDF"),
            Content::text("[binary answer: application/pdf, 4 bytes; not shown]")
        );
        assert_eq!(read("", b"\xff\xfe"), Content::text("[binary answer: unknown type, 2 bytes; not shown]"));
    }

    #[test]
    fn an_empty_answer_is_done() {
        assert_eq!(read("application/json", b"").message.as_deref(), Some("done (no content)"));
    }

    #[test]
    fn a_head_answer_is_its_status_and_headers() {
        let mut answer = answer("text/html", b"");
        answer.headers.insert(header::ETAG, HeaderValue::from_static("\"1\""));
        answer.headers.insert(header::SET_COOKIE, HeaderValue::from_static("session=1"));
        let content = content(&Method::HEAD, &answer, &Redactor::default());
        let expected = json!({"status": 200, "headers": {"content-type": "text/html", "etag": "\"1\""}});
        assert_eq!(content.data, Some(expected));
    }

    #[test]
    fn an_echoed_secret_is_hidden() {
        let hide = Redactor::new(&[SecretString::new("hunter22")]);
        let json = answer("application/json", b"{\"you sent\": \"Bearer hunter22\"}");
        assert_eq!(content(&Method::GET, &json, &hide).data, Some(json!({"you sent": "Bearer [secret]"})));
        for body in [
            r#"{"a": {"b": ["\u0068unter22"]}, "hunter22": 1}"#,
            r#"{"a": "%68unter22", "b": "aHVudGVyMjI=", "c": "YTpodW50ZXIyMg=="}"#,
        ] {
            let data = content(&Method::GET, &answer("application/json", body.as_bytes()), &hide).data.unwrap();
            let told = data.to_string();
            assert!(told.contains("[secret]") && !told.contains("hunter") && !told.contains("aHVud"), "{told}");
        }
        let text = answer("text/plain", b"you sent hunter22");
        assert_eq!(content(&Method::GET, &text, &hide), Content::text("you sent [secret]"));
    }
}
