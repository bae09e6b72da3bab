//! Tools that a model would take for one another: names that are nearly equal, descriptions that say the same.

use std::collections::BTreeSet;

use callwright_model::tool::ToolSpec;

use super::finding::{Findings, Weight};

/// Descriptions that share this much of their words are hard to tell apart.
const ALIKE: f64 = 0.8;
/// With fewer words nothing can be said.
const LEAST_WORDS: usize = 5;
/// Words that say nothing about what a tool is for.
const EMPTY: [&str; 24] = [
    "the", "a", "an", "of", "to", "for", "and", "or", "in", "on", "by", "with", "is", "it", "this", "that", "use",
    "when", "from", "be", "as", "at", "if", "are",
];

/// What is compared of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Its name.
    pub name: String,
    stem: Vec<String>,
    words: BTreeSet<String>,
}

impl Outline {
    /// Of a tool.
    pub fn of(spec: &ToolSpec) -> Self {
        let words = spec.description.to_lowercase();
        let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1 && !EMPTY.contains(word));
        Self { name: spec.name.clone(), stem: stem(&spec.name), words: words.map(plain).collect() }
    }
}

/// Looks at one tool beside the others of its organization.
pub(super) fn examine(spec: &ToolSpec, others: &[Outline], found: &mut Findings) {
    let own = Outline::of(spec);
    for other in others.iter().filter(|other| other.name != own.name) {
        if own.stem == other.stem {
            let message = format!(
                "`{}` and `{}` have the same words in their names; a model will mix them up",
                own.name, other.name
            );
            found.add(Weight::Warning, "name_same_words", "name", message);
        } else if is_near(&own.name, &other.name) {
            let message = format!("`{}` differs from `{}` by a letter or two", own.name, other.name);
            found.add(Weight::Warning, "name_near", "name", message);
        }
        let share = likeness(&own.words, &other.words);
        if share >= ALIKE {
            let message = format!(
                "it says nearly the same as the description of `{}`; say in both what tells them apart",
                other.name
            );
            found.add(Weight::Warning, "description_alike", "description", message);
        }
    }
}

/// The tools whose names are nearest to one that does not exist, best first, at most three.
pub fn nearest(name: &str, others: &[Outline]) -> Vec<String> {
    let own = stem(name);
    let own: BTreeSet<String> = own.into_iter().collect();
    let mut scored: Vec<(f64, &str)> = others
        .iter()
        .filter_map(|other| {
            let words = likeness(&own, &other.stem.iter().cloned().collect());
            let letters = if is_near(name, &other.name) { 1.0 } else { 0.0 };
            let said = own.iter().filter(|word| other.words.contains(*word)).count() as f64 / own.len().max(1) as f64;
            let score = f64::max(letters, words) + said * 0.4;
            (score >= 0.3).then_some((score, other.name.as_str()))
        })
        .collect();
    scored.sort_by(|one, two| two.0.total_cmp(&one.0).then_with(|| one.1.cmp(two.1)));
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// The words of a name in one order and form: `getOrders`, `fetch_order` and `order_get` are the same.
fn stem(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for character in name.chars() {
        if matches!(character, '_' | '-') || (character.is_ascii_uppercase() && !word.is_empty()) {
            words.push(std::mem::take(&mut word));
        }
        if !matches!(character, '_' | '-') {
            word.push(character.to_ascii_lowercase());
        }
    }
    words.push(word);
    let mut words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).map(|word| plain(&word)).collect();
    words.sort();
    words
}

/// A word without its plural, and one word for verbs that mean the same.
fn plain(word: &str) -> String {
    match word {
        "get" | "fetch" | "read" | "retrieve" | "lookup" | "show" | "find" => "get".to_owned(),
        "create" | "add" | "new" | "make" => "create".to_owned(),
        "delete" | "remove" | "erase" => "delete".to_owned(),
        "update" | "change" | "edit" | "modify" => "update".to_owned(),
        word if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => {
            word[..word.len() - 1].to_owned()
        }
        word => word.to_owned(),
    }
}

/// The share of words that two sets have in common.
fn likeness(one: &BTreeSet<String>, two: &BTreeSet<String>) -> f64 {
    let common = one.intersection(two).count();
    let all = one.len() + two.len() - common;
    // Few words have much in common by chance, except where they are all there is: names.
    let is_enough = one.len().min(two.len()) >= LEAST_WORDS || one.len().max(two.len()) < LEAST_WORDS;
    if all == 0 || !is_enough { 0.0 } else { common as f64 / all as f64 }
}

/// Whether two names are at most two letters apart, and long enough for that to mean something.
fn is_near(one: &str, two: &str) -> bool {
    let (one, two) = (one.as_bytes(), two.as_bytes());
    let shorter = one.len().min(two.len());
    let most = match shorter {
        0..4 => return false,
        4..8 => 1,
        _ => 2,
    };
    one.len().abs_diff(two.len()) <= most && distance(one, two, most) <= most
}

/// The number of letters to change, as far as it is at most `most`.
fn distance(one: &[u8], two: &[u8], most: usize) -> usize {
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        let mut least = row[0];
        for (j, b) in two.iter().enumerate() {
            let cost = usize::from(!a.eq_ignore_ascii_case(b));
            let next = (diagonal + cost).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
            least = least.min(next);
        }
        if least > most {
            return most + 1;
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outline(name: &str, description: &str) -> Outline {
        let tool = json!({"name": name, "description": description, "kind": "http", "config": {"url": "https://h/"}});
        Outline::of(&serde_json::from_value(tool).unwrap())
    }

    #[test]
    fn names_are_near_by_letters_or_by_words() {
        assert_eq!(distance(b"kitten", b"sitting", 5), 3);
        assert!(is_near("check_slots", "check_slot") && is_near("check_slots", "chekc_slots"));
        assert!(!is_near("get_a", "get_b2c") && !is_near("a", "b"));
        assert_eq!(stem("getOrders"), stem("fetch_order"));
        assert_ne!(stem("get_order"), stem("delete_order"));
    }

    #[test]
    fn the_nearest_tools_are_found() {
        let tools = [
            outline("get_order", "Order status by number"),
            outline("create_ticket", "Opens a support ticket"),
            outline("check_availability", "Free appointment slots. Use when the caller wants an appointment"),
        ];
        assert_eq!(nearest("getOrders", &tools), ["get_order"]);
        assert_eq!(nearest("order_status", &tools), ["get_order"]);
        assert_eq!(nearest("appointment_slots", &tools), ["check_availability"]);
        assert_eq!(nearest("play_music", &tools), Vec::<String>::new());
    }
}
