//! Credentials in the guide's form: written out by a client, kept in the vault, masked ever after.

use std::collections::BTreeSet;

use callwright_model::{Fault, secret::SecretString};
use callwright_runtime::registry::OwnSecret;

/// What stands in the place of a credential that the vault holds for the tool.
pub(super) const MASK: &str = "********";
const MOST_NAME: usize = 64;

/// What is known of the secrets around a tool, and those that are new.
pub(super) struct Credentials<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// The names that exist.
    pub taken: &'a BTreeSet<String>,
    /// Of these, those that came with the tool.
    pub own: &'a BTreeSet<String>,
    /// What is to be put into the vault.
    pub new: Vec<OwnSecret>,
}

impl Credentials<'_> {
    /// The template for what a client sent in `field`: a template as it is, the mask as `current`, and anything else as
    /// a new secret whose name ends with `suffix`.
    pub(super) fn template(
        &mut self,
        field: &str,
        given: String,
        current: Option<&str>,
        suffix: &str,
    ) -> Result<String, Fault> {
        if given == MASK {
            return current.map(str::to_owned).ok_or_else(|| {
                Fault::invalid(
                    field,
                    format!("`{field}` is the mask, but there is no credential yet that it stands for"),
                )
            });
        }
        if given.trim().is_empty() {
            return Err(Fault::invalid(field, format!("`{field}` is empty; to have no credential leave `auth` out")));
        }
        if is_template(&given) {
            return Ok(given);
        }
        let kept = current.and_then(named).filter(|name| self.own.contains(*name)).map(str::to_owned);
        let name = kept.unwrap_or_else(|| free_name(self.tool, suffix, self.taken));
        let template = format!("${{{name}}}");
        self.new.push(OwnSecret { name, value: SecretString::new(given) });
        Ok(template)
    }
}

/// What is shown of a credential: a template that names somebody else's secret, else the mask.
pub(super) fn shown(template: &str, own: &BTreeSet<String>) -> String {
    let is_own = named(template).is_some_and(|name| own.contains(name));
    if is_own || !is_template(template) { MASK.to_owned() } else { template.to_owned() }
}

fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("{{")
}

/// The name in a template that is one secret and nothing else.
fn named(template: &str) -> Option<&str> {
    template.strip_prefix("${")?.strip_suffix('}')
}

/// `weather_lookup` and `API_KEY` give `WEATHER_LOOKUP_API_KEY`, or with a number when that is taken.
fn free_name(tool: &str, suffix: &str, taken: &BTreeSet<String>) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    // Room for the suffix and a number.
    let base: String = tool.chars().map(upper).take(MOST_NAME - suffix.len() - 6).collect();
    let base = if base.starts_with(|c: char| c.is_ascii_digit()) { format!("_{base}") } else { base };
    let first = format!("{base}_{suffix}");
    if !taken.contains(&first) {
        return first;
    }
    let mut number = 2_u32;
    loop {
        let name = format!("{first}_{number}");
        if !taken.contains(&name) {
            return name;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::secret::is_secret_name;

    use super::*;

    #[test]
    fn a_name_is_found_that_nobody_has() {
        let mut taken = BTreeSet::new();
        for expected in ["GET_WEATHER_API_KEY", "GET_WEATHER_API_KEY_2", "GET_WEATHER_API_KEY_3"] {
            let name = free_name("get-weather", "API_KEY", &taken);
            assert_eq!(name, expected);
            taken.insert(name);
        }
        let long = free_name(
            &"x".repeat(64),
            "CLIENT_SECRET",
            &BTreeSet::from([free_name(&"x".repeat(64), "CLIENT_SECRET", &taken)]),
        );
        assert!(long.ends_with("_2") && is_secret_name(&long), "{long}");
    }

    #[test]
    fn the_mask_stands_for_what_is_there_and_a_new_value_takes_its_place() {
        let own = BTreeSet::from(["T_API_KEY".to_owned()]);
        let mut credentials = Credentials { tool: "t", taken: &own, own: &own, new: Vec::new() };
        let mut ask = |given: &str, current: Option<&str>| {
            credentials.template("auth.api_key", given.to_owned(), current, "API_KEY").map_err(|fault| fault.message)
        };
        assert_eq!(ask(MASK, Some("${OTHER}")).unwrap(), "${OTHER}");
        assert!(ask(MASK, None).unwrap_err().contains("`auth.api_key`"));
        assert!(ask(" ", None).is_err());
        assert_eq!(ask("${NAMED}", Some("${T_API_KEY}")).unwrap(), "${NAMED}");
        assert_eq!(ask("plain", Some("${T_API_KEY}")).unwrap(), "${T_API_KEY}", "a new value of its own secret");
        assert_eq!(ask("plain", Some("${OTHER}")).unwrap(), "${T_API_KEY_2}", "somebody else's secret stays as it is");
        assert_eq!(credentials.new.len(), 2);
        assert_eq!(shown("${T_API_KEY}", &own), MASK);
        assert_eq!(shown("${OTHER}", &own), "${OTHER}");
        assert_eq!(shown("written out elsewhere", &own), MASK);
    }
}
