//! Pages of lists: the query that asks for one, and the bare form with a `Link` header.

use axum::response::{IntoResponse, Response};
use callwright_model::page::{Page, PageRequest};
use http::{HeaderValue, Uri, header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::{body::Json, error::ApiError};

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The page asked for; a `limit` or `cursor` that makes no sense is refused.
    pub fn request(&self) -> Result<PageRequest, ApiError> {
        Ok(PageRequest::parse(self.limit, self.cursor.as_deref())?)
    }
}

/// A page as a bare array; where to go on is told in a `Link` header with `rel="next"`.
pub fn bare_list<T: Serialize>(page: Page<T>, uri: &Uri) -> Response {
    let link = page.next_cursor.as_deref().and_then(|cursor| next_link(uri, cursor));
    let mut response = Json(page.items).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    let query = query.append_pair("cursor", cursor).finish();
    HeaderValue::try_from(format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_list_links_to_its_next_page_and_keeps_the_filters() {
        let uri: Uri = "/api/organization/tools?search=a%20b&cursor=old&limit=2".parse().unwrap();
        let page = Page { items: vec![1, 2], next_cursor: Some("new".to_owned()) };
        let response = bare_list(page, &uri);
        assert_eq!(
            response.headers()[header::LINK],
            "</api/organization/tools?search=a+b&limit=2&cursor=new>; rel=\"next\""
        );
        let last = bare_list(Page { items: vec![1], next_cursor: None }, &uri);
        assert!(!last.headers().contains_key(header::LINK));
    }
}
