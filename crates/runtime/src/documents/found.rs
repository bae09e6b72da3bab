//! Taking pictures and what is too large out of a client's result.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use callwright_model::{
    Block, Fault,
    document::picture_type,
    id::{ConversationId, ExecutionId, OrgId},
    tool::DEFAULT_RESULT_BYTES,
};
use serde_json::{Value, json};

use super::{MOST, Thing, keep, link};
use crate::App;

/// How deep a result is looked through.
const DEEPEST: usize = 32;
/// What the base64 of each kind of picture begins with.
const BEGINNINGS: [&str; 4] = ["iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR"];
/// The least of a picture.
const LEAST: usize = 64;

/// A picture that was found in a result.
struct Found {
    bytes: Vec<u8>,
    media_type: &'static str,
}

/// Keeps the pictures in a result as documents, and the whole of it if it is too large for a model to read; gives links
/// to them. In the result stands which document each has become.
pub(crate) async fn take_out(
    app: &App,
    (org, execution, conversation): (OrgId, ExecutionId, Option<ConversationId>),
    result: &mut Value,
) -> Result<Vec<Block>, Fault> {
    let mut links = Vec::new();
    let mut found = Vec::new();
    let is_one_picture = matches!(result, Value::String(_));
    look(result, 0, &mut found);
    let mut places = Vec::with_capacity(found.len());
    for (position, picture) in found.iter().enumerate() {
        let thing = Thing {
            org,
            execution,
            conversation,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            name: "picture".to_owned(),
            media_type: picture.media_type,
            bytes: &picture.bytes,
        };
        let place = match keep(app, thing).await? {
            Some(document) => {
                links.push(link(app, &document));
                json!({ "document": document.id, "media_type": document.media_type, "bytes": document.size })
            }
            None => json!(format!("[a picture of {} bytes, which is too large to be kept]", picture.bytes.len())),
        };
        places.push(place);
    }
    put(result, &places);
    let text = if is_one_picture && !found.is_empty() { String::new() } else { result.to_string() };
    if text.len() > DEFAULT_RESULT_BYTES as usize {
        let (media_type, bytes) = match &*result {
            Value::String(text) => ("text/plain", text.clone().into_bytes()),
            _ => ("application/json", text.into_bytes()),
        };
        let thing = Thing {
            org,
            execution,
            conversation,
            position: i64::try_from(found.len()).unwrap_or(i64::MAX),
            name: "result".to_owned(),
            media_type,
            bytes: &bytes,
        };
        if let Some(document) = keep(app, thing).await? {
            links.push(link(app, &document));
        }
    }
    Ok(links)
}

/// Takes pictures out, as many as are kept of one execution; where each stood stands its number until its place is known.
fn look(value: &mut Value, depth: usize, found: &mut Vec<Found>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => {
            if found.len() >= MOST as usize && beginning(text).is_some() {
                *value = json!(format!("[one more picture; only {MOST} of a result are kept]"));
            } else if let Some(picture) = picture(text) {
                *value = mark(found.len());
                found.push(picture);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| look(item, depth + 1, found)),
        Value::Object(fields) => fields.values_mut().for_each(|field| look(field, depth + 1, found)),
        _ => {}
    }
}

/// No client can send this: its results hold no NUL.
fn mark(number: usize) -> Value {
    Value::String(format!("\0{number}"))
}

/// Puts each place where the picture of its number stood.
fn put(value: &mut Value, places: &[Value]) {
    match value {
        Value::String(text) => {
            let number = text.strip_prefix('\0').and_then(|number| number.parse::<usize>().ok());
            if let Some(place) = number.and_then(|number| places.get(number)) {
                *value = place.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, places)),
        Value::Object(fields) => fields.values_mut().for_each(|field| put(field, places)),
        _ => {}
    }
}

/// A picture in base64, bare or as a data URL. What counts is its bytes, not what it is said to be.
fn picture(text: &str) -> Option<Found> {
    let data = beginning(text)?;
    let bytes = STANDARD.decode(data).or_else(|_| STANDARD_NO_PAD.decode(data)).ok()?;
    let media_type = picture_type(&bytes)?;
    Some(Found { bytes, media_type })
}

/// The base64 of what begins as a picture does.
fn beginning(text: &str) -> Option<&str> {
    let data = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => text,
    };
    let data = data.trim();
    (data.len() >= LEAST && BEGINNINGS.iter().any(|beginning| data.starts_with(beginning))).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png() -> String {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.resize(120, 7);
        STANDARD.encode(bytes)
    }

    #[test]
    fn pictures_are_found_wherever_they_stand_and_by_their_bytes() {
        let (bare, url) = (png(), format!("data:image/gif;base64,{}", png()));
        let mut result = json!({"screenshot": url, "text": "iVBORw0KGgo is how they begin", "list": [
            {"type": "image", "mimeType": "image/jpeg", "data": bare}, 7, null]});
        let mut found = Vec::new();
        look(&mut result, 0, &mut found);
        assert_eq!(found.iter().map(|found| found.media_type).collect::<Vec<_>>(), ["image/png", "image/png"]);
        put(&mut result, &[json!("first"), json!("second")]);
        assert_eq!(
            (&result["screenshot"], &result["list"][0]["data"]),
            (&json!("first"), &json!("second")),
            "{result}"
        );
        assert_eq!(result["text"], "iVBORw0KGgo is how they begin");
    }

    #[test]
    fn of_many_pictures_the_first_are_taken() {
        let mut result = Value::Array(vec![json!(png()); MOST as usize + 3]);
        let mut found = Vec::new();
        look(&mut result, 0, &mut found);
        put(&mut result, &vec![json!("kept"); found.len()]);
        let kept = result.as_array().unwrap().iter().filter(|item| **item == "kept").count();
        assert_eq!((found.len(), kept), (MOST as usize, MOST as usize));
        assert!(result[MOST as usize].as_str().unwrap().starts_with("[one more picture"), "{result}");
    }

    #[test]
    fn what_only_looks_like_a_picture_is_left_alone() {
        let not_one = STANDARD.encode([b"RIFF\0\0\0\0WAVE".as_slice(), &[0; 90]].concat());
        for text in [
            not_one.as_str(),
            "/9j/ not base64 at all, but long enough to be looked at by somebody else, too",
            "iVBORw0KGgo=",
        ] {
            assert!(picture(text).is_none(), "{text}");
        }
    }
}
