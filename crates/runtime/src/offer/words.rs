//! Words as the index knows them: small, without endings, and with those that people use for the same thing.

use std::{collections::HashMap, sync::OnceLock};

/// Words that say nothing about what is wanted.
const EMPTY: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for", "from",
    "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "like", "me",
    "my", "need", "of", "on", "or", "our", "out", "please", "she", "so", "some", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "to", "up", "us", "want", "was", "we", "were", "what", "when", "where",
    "which", "will", "with", "would", "you", "your",
];

/// What people say, and what tools are called: within a line each word stands for the others.
const ALIKE: &[&[&str]] = &[
    &["create", "add", "new", "make", "insert", "open", "register", "file"],
    &["delete", "remove", "erase", "drop", "destroy", "trash", "rid"],
    &["cancel", "abort", "stop", "delete"],
    &["update", "change", "edit", "modify", "set", "adjust", "rename", "patch", "correct"],
    &["get", "fetch", "read", "retrieve", "show", "view", "see", "check", "display", "look", "load"],
    &["list", "all", "every", "browse", "show", "overview"],
    &["search", "find", "lookup", "query", "look", "filter"],
    &["send", "write", "deliver", "dispatch", "post"],
    &["email", "mail"],
    &["message", "text", "sms", "dm", "chat", "post"],
    &["ticket", "issue", "bug", "case", "complaint"],
    &["customer", "client", "contact", "buyer", "account", "lead"],
    &["user", "member", "person", "people", "colleague", "teammate", "employee"],
    &["meeting", "event", "appointment", "booking", "invitation"],
    &["schedule", "book", "plan", "reserve", "arrange", "create"],
    &["calendar", "agenda", "diary"],
    &["file", "document", "attachment", "doc"],
    &["folder", "directory"],
    &["company", "organization", "organisation", "business", "firm", "account"],
    &["deal", "opportunity", "sale"],
    &["invoice", "bill"],
    &["pay", "payment", "charge", "paid"],
    &["refund", "reimburse", "return"],
    &["price", "cost", "fee"],
    &["product", "item", "article"],
    &["order", "purchase"],
    &["comment", "note", "remark", "reply"],
    &["reply", "answer", "respond"],
    &["assign", "owner", "responsible", "assignee"],
    &["phone", "call", "telephone", "dial", "ring"],
    &["channel", "room"],
    &["image", "picture", "photo"],
    &["spreadsheet", "sheet", "table", "worksheet"],
    &["row", "record", "line", "entry"],
    &["close", "resolve", "finish", "complete", "done"],
    &["free", "available", "availability", "busy", "slot"],
    &["permission", "share", "access", "scope"],
    &["current", "authenticated", "myself", "own", "profile", "identity", "logged", "signed"],
    &["repository", "repo", "project"],
    &["task", "todo"],
    &["status", "state", "stage", "transition"],
    &["history", "log", "activity"],
    &["workflow", "automation", "action"],
    &["subscription", "plan", "subscribe"],
];

/// The words of a text: small, apart where a name has a hump or a line, and without their endings.
pub(super) fn stems(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        let is_hump = character.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
        if is_hump {
            push(&mut words, &mut word);
        }
        word.extend(character.to_lowercase());
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(stem(word));
        word.clear();
    }
}

/// Whether a word, as it was written, says nothing.
pub(super) fn is_empty(stem: &str) -> bool {
    static STEMS: OnceLock<Vec<String>> = OnceLock::new();
    STEMS.get_or_init(|| EMPTY.iter().map(|word| self::stem(word)).collect()).iter().any(|empty| empty == stem)
}

/// The words that people use for the same.
pub(super) fn alike(stem: &str) -> &'static [String] {
    static LIKE: OnceLock<HashMap<String, Vec<String>>> = OnceLock::new();
    let like = LIKE.get_or_init(|| {
        let mut like: HashMap<String, Vec<String>> = HashMap::new();
        for line in ALIKE {
            let line: Vec<String> = line.iter().map(|word| self::stem(word)).collect();
            for word in &line {
                let known = like.entry(word.clone()).or_default();
                known.extend(line.iter().filter(|other| *other != word).cloned());
                known.sort();
                known.dedup();
            }
        }
        like
    });
    like.get(stem).map_or(&[], Vec::as_slice)
}

/// An English word without its ending, roughly: enough that a plural, a past and a noun of doing find the verb.
/// Other words stay as they are.
pub(super) fn stem(word: &str) -> String {
    if word.len() <= 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = singular(word);
    for (ending, least, kept) in
        [("ation", 9, 0), ("tion", 7, 1), ("ment", 7, 0), ("ing", 6, 0), ("ed", 5, 0), ("e", 4, 0)]
    {
        if stem.len() >= least && stem.ends_with(ending) {
            let left = stem.len() - ending.len() + kept;
            if stem[..left].bytes().any(|byte| b"aeiouy".contains(&byte)) {
                stem.truncate(left);
                break;
            }
        }
    }
    // What is left of `updating` and of `update` is the same; so is what is left of `reply` and `replied`.
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    let bytes = stem.as_bytes();
    if bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
        stem.pop();
    }
    stem
}

fn singular(word: &str) -> String {
    if let Some(start) = word.strip_suffix("ies").filter(|start| start.len() > 2) {
        return format!("{start}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    let is_plural = word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    if is_plural { word[..word.len() - 1].to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_family_are_one() {
        for family in [
            &["create", "creates", "created", "creating", "creation"][..],
            &["update", "updated", "updating", "updates"],
            &["reply", "replies", "replied"],
            &["cancel", "cancelled", "cancelling", "cancellation"],
            &["pay", "payment", "payments", "paying"],
            &["call", "calls", "calling", "called"],
            &["search", "searches", "searching"],
            &["company", "companies"],
            &["invite", "invitation", "inviting"],
        ] {
            let first = stem(family[0]);
            for word in family {
                assert_eq!(stem(word), first, "{word}");
            }
        }
        assert_ne!(stem("status"), stem("state"));
        assert_eq!(stem("größe"), "größe");
    }

    #[test]
    fn names_come_apart_at_humps_and_lines() {
        let words = |text: &str| stems(text).join(" ");
        assert_eq!(words("chat_postMessage"), "chat post messag");
        assert_eq!(words("GET-messages"), "get messag");
        assert_eq!(words("listHTTPServers2"), "list http servers2");
        assert_eq!(words("issues/create"), "issu creat");
        assert_eq!(words(""), "");
    }

    #[test]
    fn words_for_the_same_know_one_another() {
        assert!(alike(&stem("mails")).contains(&stem("email")));
        assert!(alike("xyzzy").is_empty());
        assert!(is_empty("the") && is_empty(&stem("please")) && !is_empty("refund"));
    }
}
