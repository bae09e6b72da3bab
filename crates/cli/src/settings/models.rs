//! Model providers of the environment, under the names that the vendors' own libraries read.

use callwright_llm::{Azure, Endpoint, Form};
use callwright_model::{model_provider::ProviderKind, secret::SecretString};
use http::HeaderMap;
use url::Url;

use crate::failure::Failure;

/// The version of Azure's interface when nobody says.
const AZURE_VERSION: &str = "2024-10-21";

/// A provider that the environment names.
#[derive(Debug, Clone)]
pub(crate) struct ModelEnvironment {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it is spoken to.
    pub(crate) kind: ProviderKind,
    /// Where, and with which key.
    pub(crate) endpoint: Endpoint,
    /// Whether the operator set the address, which may be local then.
    pub(crate) has_own_address: bool,
}

/// Reads the environment.
pub(super) fn providers(variables: &[(String, String)]) -> Result<Vec<ModelEnvironment>, Failure> {
    let get = |name: &str| {
        let found = variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    };
    let mut providers = Vec::new();
    let plain = [
        ("openai", ProviderKind::Openai, Form::OpenaiChat, ["OPENAI_API_KEY", "OPENAI_API_KEY"], "OPENAI_BASE_URL"),
        (
            "anthropic",
            ProviderKind::Anthropic,
            Form::Anthropic,
            ["ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"],
            "ANTHROPIC_BASE_URL",
        ),
        ("gemini", ProviderKind::Gemini, Form::Gemini, ["GEMINI_API_KEY", "GOOGLE_API_KEY"], "GEMINI_BASE_URL"),
    ];
    for (name, kind, form, keys, address) in plain {
        let key = keys.into_iter().find_map(get);
        let own = get(address);
        if key.is_none() && own.is_none() {
            continue;
        }
        let base_url = url(address, own.or(kind.home()).unwrap_or_default())?;
        let endpoint = endpoint(form, base_url, key, None);
        providers.push(ModelEnvironment { name, kind, endpoint, has_own_address: own.is_some() });
    }
    providers.extend(azure(&get)?);
    Ok(providers)
}

fn azure<'v>(get: &dyn Fn(&str) -> Option<&'v str>) -> Result<Option<ModelEnvironment>, Failure> {
    const ADDRESS: &str = "AZURE_OPENAI_ENDPOINT";
    let (key, token) = (get("AZURE_OPENAI_API_KEY"), get("AZURE_OPENAI_AD_TOKEN"));
    let Some(address) = get(ADDRESS) else {
        if key.is_some() || token.is_some() {
            tracing::warn!("{ADDRESS} is not set, so that Azure OpenAI is not used");
        }
        return Ok(None);
    };
    let base_url = url(ADDRESS, address)?;
    let is_plain = base_url.path().trim_end_matches('/').ends_with("/v1");
    let version = get("AZURE_OPENAI_API_VERSION").unwrap_or(if is_plain { "" } else { AZURE_VERSION });
    let azure = Azure {
        deployment: get("AZURE_OPENAI_DEPLOYMENT").unwrap_or_default().to_owned(),
        api_version: version.to_owned(),
        token: key.is_none(),
    };
    let endpoint = endpoint(Form::Azure, base_url, key.or(token), Some(azure));
    Ok(Some(ModelEnvironment { name: "azure", kind: ProviderKind::Azure, endpoint, has_own_address: true }))
}

fn endpoint(form: Form, base_url: Url, key: Option<&str>, azure: Option<Azure>) -> Endpoint {
    let key = key.map(SecretString::new);
    Endpoint { form, base_url, key, azure, headers: HeaderMap::new(), body: serde_json::Map::new() }
}

/// The value may hold a password, so it is never repeated.
fn url(variable: &str, text: &str) -> Result<Url, Failure> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
        _ => Err(Failure::new(format!("`{variable}` must be an http or https URL"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Vec<ModelEnvironment>, Failure> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        providers(&pairs)
    }

    #[test]
    fn the_vendors_names_are_read() {
        assert!(read(&[("PATH", "/bin"), ("OPENAI_API_KEY", " ")]).unwrap().is_empty());
        let found = read(&[
            ("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1"),
            ("GOOGLE_API_KEY", "g-1234"),
            ("ANTHROPIC_API_KEY", "a-1234"),
            ("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/"),
            ("AZURE_OPENAI_AD_TOKEN", "t-1234"),
            ("AZURE_OPENAI_DEPLOYMENT", "prod"),
        ])
        .unwrap();
        let names: Vec<_> = found.iter().map(|one| (one.name, one.has_own_address)).collect();
        assert_eq!(names, [("openai", true), ("anthropic", false), ("gemini", false), ("azure", true)]);
        assert!(found[0].endpoint.key.is_none(), "a local server needs none");
        assert_eq!(found[1].endpoint.base_url.as_str(), "https://api.anthropic.com/");
        assert_eq!(found[2].endpoint.key.as_ref().unwrap().expose(), "g-1234");
        let azure = found[3].endpoint.azure.clone().unwrap();
        assert_eq!(azure, Azure { deployment: "prod".into(), api_version: AZURE_VERSION.into(), token: true });
        assert!(!format!("{found:?}").contains("-1234"), "keys are not printed");
    }

    #[test]
    fn what_is_wrong_is_named_and_not_repeated() {
        let failure = read(&[("OPENAI_BASE_URL", "geheim")]).unwrap_err();
        assert!(failure.message.contains("OPENAI_BASE_URL") && !failure.message.contains("geheim"), "{failure}");
        let plain = read(&[("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/openai/v1/")]).unwrap();
        assert_eq!(plain[0].endpoint.azure.as_ref().unwrap().api_version, "");
    }
}
