//! A plan and a call make a request.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use callwright_expr::Scope;
use callwright_guard::Outgoing;
use callwright_model::{
    ErrorClass, ToolError,
    secret::SecretString,
    tool::{Effect, Trust},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};

use super::{
    auth::{AuthPlan, Credentials},
    body::{BodyPlan, Rendered},
    compile::{HeaderPlan, KeyPlace, Plan},
    url::encode,
};
use crate::executor::{OauthClient, PreparedCall};

/// A request that can be sent as often as the gate allows.
pub(crate) struct Request {
    pub(crate) url: ::url::Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The client to ask for a token, when the tool wants one.
    pub(crate) oauth: Option<OauthClient>,
    /// What must not come back, besides the call's secrets.
    pub(crate) hide: Vec<SecretString>,
    /// Whether the body carries a secret, so that it may not follow a redirect.
    pub(crate) is_body_secret: bool,
}

impl Plan {
    /// Fills the plan in for one call.
    pub(crate) fn render(&self, call: &PreparedCall<'_>) -> Result<Request, ToolError> {
        let scope = scope(call, &call.secrets);
        let (mut headers, body) = self.render_parts(&scope, call)?;
        let credentials = self.auth.apply(&scope, &mut headers)?;
        let pairs = self.render_pairs(&scope, &credentials)?;
        let url = self.url.render(&scope, &pairs).map_err(|error| unfilled("config.url", &error.0))?;
        let oauth = self.auth.client(&scope)?;
        let mut hide = credentials.hide;
        hide.extend(oauth.iter().map(|client| client.client_secret.clone()));
        // Whoever has the address of a late result may answer.
        let is_late = matches!(self.body, BodyPlan::Automation { is_late: true, .. });
        let is_body_secret = is_late || self.body.secrets().is_some_and(|secrets| !secrets.is_empty());
        Ok(Request { url, headers, body: body.into_bytes(), oauth, hide, is_body_secret })
    }

    /// The request as it would be sent, with `[secret NAME]` in the place of each secret.
    pub(crate) fn rehearse(&self, call: &PreparedCall<'_>) -> Result<Value, ToolError> {
        let placeholders: BTreeMap<String, SecretString> =
            self.secrets.iter().map(|name| (name.clone(), SecretString::new(placeholder(name)))).collect();
        let scope = scope(call, &placeholders);
        let (mut headers, body) = self.render_parts(&scope, call)?;
        let credentials = self.auth.apply(&scope, &mut headers)?;
        match &self.auth {
            AuthPlan::Basic { .. } => {
                headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic [user name and password]"));
            }
            AuthPlan::Oauth2(_) => {
                headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer [token from token_url]"));
            }
            _ => {}
        }
        let pairs = self.render_pairs(&scope, &credentials)?;
        let url = self.url.show(&scope, &pairs).map_err(|error| unfilled("config.url", &error.0))?;
        let shown_headers: BTreeMap<&str, String> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Ok(json!({
            "method": self.method.as_str(),
            "url": self.show_placeholders(url),
            "headers": shown_headers,
            "body": body.show(),
        }))
    }

    /// Headers without credentials, and the body; the idempotency key in its place.
    fn render_parts(&self, scope: &Scope<'_>, call: &PreparedCall<'_>) -> Result<(HeaderMap, Rendered), ToolError> {
        let mut headers = HeaderMap::with_capacity(self.fixed.len() + self.headers.len() + 3);
        headers.extend(self.fixed.iter().map(|(name, value)| (name.clone(), value.clone())));
        for plan in &self.headers {
            if let Some(value) = render_header(plan, scope)? {
                headers.insert(plan.name.clone(), value);
            }
        }
        if let Some(name) = &self.callback
            && let Some(address) = call.context.verified.get("callback_url").and_then(Value::as_str)
        {
            let mut value = key_value(name, address)?;
            // Whoever has the address may answer: it does not follow a redirect to somebody else.
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        let mut key_field = None;
        if call.effect != Effect::Read {
            match &self.key {
                KeyPlace::Author => {}
                KeyPlace::Header(name) => _ = headers.insert(name.clone(), key_value(name, &call.intent_key)?),
                KeyPlace::Field(field) => key_field = Some((field.as_str(), call.intent_key.as_str())),
            }
        }
        let body = self.body.render(scope, key_field).map_err(|(field, message)| unfilled(&field, &message))?;
        Ok((headers, body))
    }

    fn render_pairs(&self, scope: &Scope<'_>, credentials: &Credentials) -> Result<String, ToolError> {
        let mut pairs = self.query.render(scope).map_err(|(field, message)| unfilled(&field, &message))?;
        if let Some(pair) = &credentials.query {
            if !pairs.is_empty() {
                pairs.push('&');
            }
            pairs.push_str(pair);
        }
        Ok(pairs)
    }

    /// Makes the placeholders readable that were encoded for the URL.
    fn show_placeholders(&self, mut url: String) -> String {
        for name in &self.secrets {
            let shown = placeholder(name);
            url = url.replace(&encode(&shown), &shown);
        }
        url
    }
}

impl Request {
    /// Everything that the upstream is told, but for an access token, in whose place its client stands.
    pub(crate) fn identity(&self, plan: &Plan) -> Vec<u8> {
        let mut all = Vec::with_capacity(256 + self.body.len());
        let mut add = |part: &[u8]| {
            // The length before the part keeps neighbours apart.
            all.extend((part.len() as u64).to_be_bytes());
            all.extend(part);
        };
        add(plan.method.as_str().as_bytes());
        add(self.url.as_str().as_bytes());
        for (name, value) in &self.headers {
            add(name.as_str().as_bytes());
            add(value.as_bytes());
        }
        add(&self.body);
        if let Some(client) = &self.oauth {
            add(client.token_url.as_bytes());
            add(client.client_id.as_bytes());
            add(client.scopes.join(" ").as_bytes());
            add(client.audience.as_deref().unwrap_or_default().as_bytes());
        }
        all
    }

    /// The request for one sending.
    pub(crate) fn outgoing(&self, plan: &Plan, call: &PreparedCall<'_>) -> Outgoing {
        Outgoing {
            method: plan.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            connect_timeout: Duration::from_millis(call.policy.connect_timeout_ms.into()),
            read_timeout: Duration::from_millis(call.policy.read_timeout_ms.into()),
            deadline: call.deadline,
            // A redirect sends the body on, perhaps to another origin; a secret in it must not travel there.
            redirects: if self.is_body_secret { 0 } else { plan.redirects },
            max_bytes: plan.max_bytes,
            // Headers with credentials are marked as sensitive themselves.
            sensitive: Vec::new(),
        }
    }
}

fn scope<'a>(call: &'a PreparedCall<'a>, secrets: &'a BTreeMap<String, SecretString>) -> Scope<'a> {
    Scope { parameters: &call.arguments, context: &call.context, trust: Trust::Client, secrets, extra: &call.extra }
}

fn render_header(plan: &HeaderPlan, scope: &Scope<'_>) -> Result<Option<HeaderValue>, ToolError> {
    let text = plan.value.render(scope).map_err(|error| unfilled(&plan.field, &error.message))?;
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() {
        return Ok(None);
    }
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| unfilled(&plan.field, "its value has a line break or another control character"))?;
    value.set_sensitive(!plan.value.secrets().is_empty());
    Ok(Some(value))
}

fn key_value(name: &HeaderName, key: &str) -> Result<HeaderValue, ToolError> {
    HeaderValue::from_str(key).map_err(|_| {
        let message = format!("the idempotency key cannot be sent in the header `{name}`: only visible ASCII can");
        ToolError::new(ErrorClass::ValidationError, "idempotency_key_unusable", message)
    })
}

fn placeholder(name: &str) -> String {
    format!("[secret {name}]")
}

fn unfilled(field: &str, message: &str) -> ToolError {
    ToolError::new(ErrorClass::ValidationError, "request_unfilled", format!("cannot fill in `{field}`: {message}"))
        .with_details(json!({ "field": field }))
}
