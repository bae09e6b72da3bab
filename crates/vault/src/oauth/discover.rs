//! Who gives out tokens for a resource: RFC 9728 says who, RFC 8414 or OpenID Connect where. Servers of 2025-03-26, which
//! have none of it, are their own authorization server.

use callwright_guard::Guard;
use callwright_model::{ErrorClass, ToolError};
use serde::Deserialize;
use url::Url;

use super::{Challenge, exchange::refused, fetch};

const MAX_SCOPES: usize = 100;
/// The longest name of a resource or of a server.
const MAX_NAME: usize = 2_000;

/// What is looked for, and what is known already.
#[derive(Debug, Clone, Copy)]
pub struct Seek<'a> {
    /// The resource's address.
    pub resource: &'a Url,
    /// What it said when it refused a request.
    pub challenge: Option<&'a Challenge>,
    /// The authorization server, if somebody said it.
    pub issuer: Option<&'a str>,
    /// Where people sign in and where tokens are given out, if somebody said it: then nothing is looked up.
    pub endpoints: Option<(&'a str, &'a str)>,
}

/// An authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Its name, as it writes it itself.
    pub issuer: String,
    /// Whether nobody has said that name, so that it is taken from an address.
    pub is_assumed: bool,
    /// The name of the resource, as its metadata writes it.
    pub resource: String,
    /// The scopes that the resource names: of its refusal, else all that it has.
    pub scopes: Vec<String>,
    /// Where people sign in.
    pub authorization_endpoint: Option<Url>,
    /// Where tokens are given out.
    pub token_endpoint: Url,
    /// Where clients register themselves.
    pub registration_endpoint: Option<Url>,
    /// Where tokens are given back.
    pub revocation_endpoint: Option<Url>,
    /// How clients may show who they are; none when nothing is said.
    pub auth_methods: Option<Vec<String>>,
    /// Whether `offline_access` can be asked for.
    pub offers_offline: bool,
    /// Whether its answers bear its name (RFC 9207).
    pub sends_iss: bool,
    /// Whether a client's id may be the address of a document.
    pub takes_documents: bool,
    /// Whether PKCE is there, as far as we know.
    pub has_pkce: bool,
}

/// What a protected resource says of itself (RFC 9728).
#[derive(Deserialize)]
struct ResourceMetadata {
    resource: Option<String>,
    #[serde(default)]
    authorization_servers: Vec<String>,
    scopes_supported: Option<Vec<String>>,
}

/// What an authorization server says of itself (RFC 8414, and the same fields in OpenID Connect Discovery).
#[derive(Deserialize)]
struct ServerMetadata {
    issuer: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    registration_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    scopes_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    client_id_metadata_document_supported: bool,
}

/// Finds the authorization server of a resource.
///
/// # Errors
/// `oauth_not_discovered` and its like with what is wrong, `outbound_blocked` for an address that may not be reached, or
/// why somebody could not be asked.
pub async fn discover(guard: &Guard, seek: Seek<'_>) -> Result<Discovered, ToolError> {
    let is_plain = seek.resource.scheme() == "http";
    let wanted = seek.challenge.and_then(|challenge| challenge.scopes.clone());
    if let Some((authorization, token)) = seek.endpoints {
        let token_endpoint = fetch::address(guard, token, "token_url", is_plain)?;
        return Ok(Discovered {
            issuer: seek.issuer.map_or_else(|| token_endpoint.origin().ascii_serialization(), str::to_owned),
            is_assumed: seek.issuer.is_none(),
            resource: name_of(seek.resource),
            scopes: wanted.unwrap_or_default(),
            authorization_endpoint: Some(fetch::address(guard, authorization, "authorization_url", is_plain)?),
            registration_endpoint: None,
            revocation_endpoint: None,
            auth_methods: None,
            offers_offline: false,
            sends_iss: false,
            takes_documents: false,
            has_pkce: true,
            token_endpoint,
        });
    }
    let metadata = resource_metadata(guard, &seek, is_plain).await?;
    let is_old = metadata.is_none() && seek.issuer.is_none();
    let (resource, listed, supported) = match metadata {
        Some(metadata) => (metadata.resource, metadata.authorization_servers, metadata.scopes_supported),
        None => (None, Vec::new(), None),
    };
    let resource = resource.unwrap_or_else(|| name_of(seek.resource));
    let mut scopes = wanted.or(supported).unwrap_or_default();
    scopes.retain(|scope| is_scope(scope));
    scopes.truncate(MAX_SCOPES);
    let issuer = seek.issuer.map(str::to_owned).or_else(|| listed.into_iter().next());
    let issuer = issuer.unwrap_or_else(|| seek.resource.origin().ascii_serialization());
    let address = fetch::address(guard, &issuer, "issuer", is_plain)?;
    for place in places(&address) {
        let Some(mut metadata) = fetch::get::<ServerMetadata>(guard, &place).await? else { continue };
        let of_old = metadata.issuer.take_if(|said| is_old && is_of_origin(said, &address));
        let found = known(guard, metadata, of_old.unwrap_or(issuer), resource, scopes, is_plain)?;
        if seek.issuer.is_none() {
            check_place(&address, &found)?;
        }
        return Ok(found);
    }
    if !is_old {
        let message = format!(
            "the authorization server {} has no metadata (RFC 8414); say `auth.authorization_url` and `auth.token_url`",
            fetch::shown(&address)
        );
        return Err(refused("oauth_not_discovered", message));
    }
    let usual = |path: &str| {
        let mut url = address.clone();
        url.set_path(path);
        url
    };
    Ok(Discovered {
        issuer,
        is_assumed: true,
        resource,
        scopes,
        authorization_endpoint: Some(usual("/authorize")),
        token_endpoint: usual("/token"),
        registration_endpoint: Some(usual("/register")),
        revocation_endpoint: None,
        auth_methods: None,
        offers_offline: false,
        sends_iss: false,
        takes_documents: false,
        has_pkce: true,
    })
}

fn known(
    guard: &Guard,
    metadata: ServerMetadata,
    issuer: String,
    resource: String,
    scopes: Vec<String>,
    is_plain: bool,
) -> Result<Discovered, ToolError> {
    // A final slash is no other server: the document stands at the same place.
    let is_same = |said: &str| said.strip_suffix('/').unwrap_or(said) == issuer.strip_suffix('/').unwrap_or(&issuer);
    if metadata.issuer.as_deref().is_some_and(|said| !is_same(said)) {
        let message = "the authorization server's metadata names another issuer than the one that it was asked for; it is not used";
        return Err(refused("oauth_issuer_mismatch", message));
    }
    let optional =
        |text: Option<String>, what: &str| text.map(|text| fetch::address(guard, &text, what, is_plain)).transpose();
    let token_endpoint = metadata.token_endpoint.ok_or_else(|| {
        refused(
            "oauth_not_discovered",
            "the authorization server's metadata has no `token_endpoint`; say `auth.token_url`",
        )
    })?;
    let has = |list: &Option<Vec<String>>, word: &str| list.iter().flatten().any(|each| each == word);
    Ok(Discovered {
        issuer: metadata.issuer.unwrap_or(issuer),
        is_assumed: false,
        resource,
        scopes,
        authorization_endpoint: optional(metadata.authorization_endpoint, "authorization_endpoint")?,
        token_endpoint: fetch::address(guard, &token_endpoint, "token_endpoint", is_plain)?,
        registration_endpoint: optional(metadata.registration_endpoint, "registration_endpoint")?,
        revocation_endpoint: optional(metadata.revocation_endpoint, "revocation_endpoint")?,
        offers_offline: has(&metadata.scopes_supported, "offline_access"),
        has_pkce: has(&metadata.code_challenge_methods_supported, "S256"),
        auth_methods: metadata.token_endpoint_auth_methods_supported,
        sends_iss: metadata.authorization_response_iss_parameter_supported,
        takes_documents: metadata.client_id_metadata_document_supported,
    })
}

/// Metadata could lead a person to somebody else's page, who would then be told the code for it: the page must be at the
/// server's own place, or what it answers must bear its name, which is compared (RFC 9207).
fn check_place(issuer: &Url, found: &Discovered) -> Result<(), ToolError> {
    let page = found.authorization_endpoint.as_ref().filter(|page| !found.sends_iss && !is_near(issuer, page));
    let Some(page) = page else { return Ok(()) };
    let message = format!(
        "the authorization server {} has people sign in at {}, which is another place than its own, and its answers do not bear its name (RFC 9207), so that a code could be led astray; if that is right, name the server yourself (`auth.issuer`; `--issuer` of a probe)",
        fetch::shown(issuer),
        fetch::shown(page)
    );
    Err(refused("oauth_elsewhere", message))
}

/// Whether two addresses are of one host, or one of a host beneath the other's, whatever their ports.
pub fn is_near(one: &Url, other: &Url) -> bool {
    let (Some(one), Some(other)) = (one.host_str(), other.host_str()) else { return false };
    let is_beneath = |low: &str, high: &str| {
        // A whole country is no place.
        high.contains('.') && low.strip_suffix(high).is_some_and(|rest| rest.ends_with('.'))
    };
    one == other || is_beneath(one, other) || is_beneath(other, one)
}

/// The resource's own metadata: where its refusal says, else at the places of RFC 9728. It must be about this resource.
async fn resource_metadata(
    guard: &Guard,
    seek: &Seek<'_>,
    is_plain: bool,
) -> Result<Option<ResourceMetadata>, ToolError> {
    let mut found = None;
    if let Some(place) = seek.challenge.and_then(|challenge| challenge.resource_metadata.as_deref()) {
        let place = fetch::address(guard, place, "resource_metadata", is_plain)?;
        found = fetch::get::<ResourceMetadata>(guard, &place).await?;
    }
    if found.is_none() {
        for place in
            [true, false].into_iter().filter_map(|whole| well_known(seek.resource, "oauth-protected-resource", whole))
        {
            found = fetch::get::<ResourceMetadata>(guard, &place).await?;
            if found.is_some() {
                break;
            }
        }
    }
    let Some(metadata) = found else { return Ok(None) };
    if metadata.resource.as_deref().is_some_and(|said| !covers(said, seek.resource)) {
        let message = "the server's metadata is about another resource than this server; no token is asked for with it";
        return Err(ToolError::new(ErrorClass::AuthError, "oauth_resource_mismatch", message));
    }
    Ok(Some(metadata))
}

/// Servers of 2025-03-26 have their metadata at their root, whatever their own name: it is theirs if the origin is.
fn is_of_origin(said: &str, address: &Url) -> bool {
    said.len() <= MAX_NAME
        && fetch::is_clean(said)
        && Url::parse(said).is_ok_and(|said| said.origin() == address.origin())
}

/// Whether a resource that metadata names is `url` or stands above it.
fn covers(said: &str, url: &Url) -> bool {
    if !fetch::is_clean(said) {
        return false;
    }
    let Ok(said) = Url::parse(said) else { return false };
    if said.as_str().len() > MAX_NAME || !said.username().is_empty() || said.password().is_some() {
        return false;
    }
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    said.origin() == url.origin() && said.fragment().is_none() && parts(url.path()).starts_with(&parts(said.path()))
}

/// A resource without metadata goes by its address.
fn name_of(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let text = String::from(url.clone());
    if url.path() == "/" { text.trim_end_matches('/').to_owned() } else { text }
}

/// Where an authorization server's metadata may be, in the order of the specification.
fn places(issuer: &Url) -> Vec<Url> {
    let mut places: Vec<Url> = ["oauth-authorization-server", "openid-configuration"]
        .into_iter()
        .filter_map(|name| well_known(issuer, name, true).or_else(|| well_known(issuer, name, false)))
        .collect();
    let path = issuer.path().trim_end_matches('/');
    if !path.is_empty() {
        let mut beneath = issuer.clone();
        beneath.set_path(&format!("{path}/.well-known/openid-configuration"));
        beneath.set_query(None);
        places.push(beneath);
    }
    places
}

/// The place of a well-known document of `url`: with its whole path behind (none if it has no path), or without.
fn well_known(url: &Url, name: &str, whole: bool) -> Option<Url> {
    let path = if whole { url.path().trim_end_matches('/') } else { "" };
    if whole && path.is_empty() {
        return None;
    }
    let mut place = url.clone();
    place.set_path(&format!("/.well-known/{name}{path}"));
    place.set_query(None);
    place.set_fragment(None);
    Some(place)
}

/// A scope in the form of RFC 6749.
pub(super) fn is_scope(text: &str) -> bool {
    (1..=500).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn metadata_is_looked_for_in_the_prescribed_order() {
        let of = |text: &str| places(&url(text)).into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(
            of("https://h/tenant1"),
            [
                "https://h/.well-known/oauth-authorization-server/tenant1",
                "https://h/.well-known/openid-configuration/tenant1",
                "https://h/tenant1/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            of("https://h/"),
            ["https://h/.well-known/oauth-authorization-server", "https://h/.well-known/openid-configuration"]
        );
        let of = |text: &str, whole| {
            well_known(&url(text), "oauth-protected-resource", whole).map(String::from).unwrap_or_default()
        };
        assert_eq!(of("https://h/public/mcp?x=1", true), "https://h/.well-known/oauth-protected-resource/public/mcp");
        assert_eq!(of("https://h/public/mcp", false), "https://h/.well-known/oauth-protected-resource");
        assert_eq!(of("https://h/", true), "");
    }

    #[test]
    fn metadata_is_about_the_server_or_what_stands_above_it() {
        for (said, is_ours) in [
            ("https://h/mcp", true),
            ("https://h", true),
            ("https://h/", true),
            ("https://h/mcp/", true),
            ("https://h/mc", false),
            ("https://h/mcp/other", false),
            ("https://evil/mcp", false),
            ("http://h/mcp", false),
            ("https://h:8443/mcp", false),
            ("mcp", false),
            ("https://you@h/mcp", false),
            ("https://h/\nmcp", false),
            ("https://h/mcp ", false),
            (&format!("https://h{}mcp", "/".repeat(2_000)), false),
        ] {
            assert_eq!(covers(said, &url("https://h/mcp")), is_ours, "{said}");
        }
        for (one, other, is_one) in [
            ("https://h.example/a", "https://h.example:8443/b", true),
            ("https://mcp.h.example", "https://h.example", true),
            ("https://h.example", "https://mcp.h.example", true),
            ("https://evil-h.example", "https://h.example", false),
            ("https://a.h.example", "https://b.h.example", false),
            ("https://evil.example", "https://h.example", false),
            ("https://h.example", "https://example", false),
            ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
            ("http://127.0.0.1", "http://0.0.1", false),
            ("http://[::1]:1", "http://[::1]", true),
        ] {
            assert_eq!(is_near(&url(one), &url(other)), is_one, "{one} {other}");
        }
        assert_eq!(name_of(&url("https://h/")), "https://h");
        assert_eq!(name_of(&url("https://h/mcp?x#y")), "https://h/mcp");
    }
}
