//! Resources: the documents that the caller's own executions gave.
//!
//! One that its tool gave an address of its own is known by that; the others by `callwright://documents/{id}`.

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_model::{Fault, FaultKind, document::Document, page::PageRequest};
use callwright_runtime::{App, documents};
use rmcp::model::{
    ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate,
};

use super::Who;

/// What our addresses begin with.
const OURS: &str = "callwright://documents/";
/// Resources on one page.
const PAGE: u32 = 100;

/// A page of resources, newest first.
pub(super) async fn list(app: &App, who: &Who, cursor: Option<&str>) -> Result<ListResourcesResult, Fault> {
    let page = documents::own(app, &who.caller, PageRequest::parse(Some(PAGE), cursor)?).await?;
    let mut result = ListResourcesResult::with_all_items(page.items.iter().map(described).collect());
    result.next_cursor = page.next_cursor;
    Ok(result)
}

fn described(document: &Document) -> Resource {
    let size = u64::try_from(document.size).unwrap_or_default();
    let mut resource =
        Resource::new(uri(document), document.name.clone()).with_mime_type(document.media_type.clone()).with_size(size);
    if let Some(execution) = document.execution_id {
        resource = resource.with_description(format!("given by execution {execution}"));
    }
    resource
}

/// By what a document is known.
fn uri(document: &Document) -> String {
    match is_address(&document.name) {
        true => document.name.clone(),
        false => format!("{OURS}{}", document.id),
    }
}

/// A scheme, a colon and something after it.
fn is_address(name: &str) -> bool {
    name.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// The resource of that address.
pub(super) async fn read(app: &App, who: &Who, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let name = uri.strip_prefix(OURS).unwrap_or(uri);
    let found = documents::own_content(app, &who.caller, name).await;
    let (document, bytes) = found.map_err(|fault| match fault.kind {
        FaultKind::NotFound => {
            let data = serde_json::json!({ "uri": uri });
            ErrorData::resource_not_found(format!("there is no resource `{uri}` of yours"), Some(data))
        }
        _ => super::handler::error(&fault),
    })?;
    let is_text = document.media_type.starts_with("text/") || document.media_type.contains("json");
    let contents = match String::from_utf8(bytes) {
        Ok(text) if is_text => ResourceContents::text(text, uri),
        Ok(text) => ResourceContents::blob(STANDARD.encode(text), uri),
        Err(error) => ResourceContents::blob(STANDARD.encode(error.as_bytes()), uri),
    };
    Ok(ReadResourceResult::new(vec![contents.with_mime_type(document.media_type)]))
}

/// How addresses of ours are made.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let document = ResourceTemplate::new(format!("{OURS}{{id}}"), "document").with_title("Document").with_description(
        "A picture, a large result or another thing that one of your executions gave, by its id (doc_…)",
    );
    ListResourceTemplatesResult::with_all_items(vec![document])
}

/// Of which document a resource is now; it changes when a tool gives it anew.
pub(super) async fn stamp(app: &App, who: &Who, uri: &str) -> Option<String> {
    let name = uri.strip_prefix(OURS).unwrap_or(uri);
    let (document, _) = documents::own_content(app, &who.caller, name).await.ok()?;
    Some(document.id.to_string())
}

/// The newest document of all.
pub(super) async fn newest(app: &App, who: &Who) -> Option<String> {
    let page = documents::own(app, &who.caller, PageRequest::first(1)).await.ok()?;
    page.items.first().map(|document| document.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme() {
        assert!(is_address("test://static-text") && is_address("urn:x:1"));
        assert!(!is_address("picture") && !is_address("a b:c") && !is_address("x:") && !is_address("1x:y"));
    }
}
