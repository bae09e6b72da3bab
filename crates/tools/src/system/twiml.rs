//! TwiML, written out. Whatever is put in stays in its place: nothing can end an element or an attribute.

/// The most characters that one `<Say>` takes.
const MOST_SAID: usize = 4_000;

/// The call ends, after `message`.
pub(super) fn hang_up(message: &str) -> String {
    response(&[&say(Some(message)), "<Hangup/>"])
}

/// The call is put through.
pub(super) fn dial(message: Option<&str>, to: &str) -> String {
    let place = match to.strip_prefix("sip:") {
        Some(_) => format!("<Sip>{}</Sip>", escape(to)),
        None => format!("<Number>{}</Number>", escape(to)),
    };
    response(&[&say(message), &format!("<Dial>{place}</Dial>")])
}

/// The caller waits in a conference, with or without music, until somebody joins.
pub(super) fn wait(message: Option<&str>, conference: &str, has_music: bool) -> String {
    // Without an address the caller hears Twilio's own music.
    let music = if has_music { "" } else { " waitUrl=\"\"" };
    let room = format!(
        "<Dial><Conference startConferenceOnEnter=\"false\" endConferenceOnExit=\"true\" beep=\"false\"{music}>{}</Conference></Dial>",
        escape(conference)
    );
    response(&[&say(message), &room])
}

/// Whoever takes over hears `introduction` and joins the caller.
pub(super) fn join(introduction: Option<&str>, conference: &str) -> String {
    let room = format!(
        "<Dial><Conference startConferenceOnEnter=\"true\" endConferenceOnExit=\"true\" beep=\"false\">{}</Conference></Dial>",
        escape(conference)
    );
    response(&[&say(introduction), &room])
}

/// Tones are played, with a pause between two keys; then Twilio fetches what comes next, if that is somewhere.
pub(super) fn tones(digits: &str, pause_ms: u32, resume_url: Option<&str>) -> String {
    // `w` is half a second. Twilio has no longer pause among digits.
    let pause = "w".repeat(pause_ms.div_ceil(500) as usize);
    let keys: Vec<String> =
        digits.chars().map(|key| if key == 'W' { "ww".to_owned() } else { key.to_string() }).collect();
    let play = format!("<Play digits=\"{}\"/>", escape(&keys.join(&pause)));
    let next = resume_url.map(|url| format!("<Redirect>{}</Redirect>", escape(url))).unwrap_or_default();
    response(&[&play, &next])
}

fn response(parts: &[&str]) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{}</Response>", parts.concat())
}

fn say(text: Option<&str>) -> String {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => String::new(),
        Some(text) => format!("<Say>{}</Say>", escape(&text.chars().take(MOST_SAID).collect::<String>())),
    }
}

/// A text as XML holds it. Characters that XML cannot hold at all are left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

    #[test]
    fn each_step_has_its_words() {
        assert_eq!(hang_up("Bye & thanks"), format!("{HEAD}<Response><Say>Bye &amp; thanks</Say><Hangup/></Response>"));
        assert_eq!(dial(None, "+123"), format!("{HEAD}<Response><Dial><Number>+123</Number></Dial></Response>"));
        assert!(dial(Some(" "), "sip:a@b").ends_with("<Response><Dial><Sip>sip:a@b</Sip></Dial></Response>"));
        assert!(wait(None, "c", false).contains("waitUrl=\"\"") && !wait(None, "c", true).contains("waitUrl"));
        assert!(join(Some("Ada"), "c").contains("<Say>Ada</Say><Dial><Conference startConferenceOnEnter=\"true\""));
        assert!(tones("1W2", 600, None).contains("digits=\"1wwwwww2\""));
        assert!(tones("1", 0, Some("https://a/?b=1&c=2")).contains("<Redirect>https://a/?b=1&amp;c=2</Redirect>"));
    }

    /// The tags of a text, and what stands between them, unescaped.
    fn taken_apart(xml: &str) -> (Vec<String>, String) {
        let (mut tags, mut text, mut rest) = (Vec::new(), String::new(), xml);
        while let Some(start) = rest.find('<') {
            text.push_str(&rest[..start]);
            let end = start + rest[start..].find('>').expect("a tag ends");
            tags.push(rest[start..=end].to_owned());
            rest = &rest[end + 1..];
        }
        text.push_str(rest);
        for (code, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            text = text.replace(code, c);
        }
        (tags, text)
    }

    proptest! {
        #[test]
        fn nothing_breaks_out_of_its_element(text in "\\PC{0,60}|[<>&\"'/a-z =]{0,60}", to in "[ -~]{1,20}") {
            let (tags, said) = taken_apart(&hang_up(&text));
            let kept: String = text.trim().to_owned();
            let spoken = !kept.is_empty();
            prop_assert_eq!(tags.len(), if spoken { 6 } else { 4 });
            if spoken {
                prop_assert_eq!(said, kept.replace(['\u{fffe}', '\u{ffff}'], ""));
            }
            let (tags, _) = taken_apart(&dial(None, &format!("+{to}")));
            prop_assert_eq!(tags.len(), 7);
            let (tags, _) = taken_apart(&tones("1", 0, Some(&to)));
            prop_assert_eq!(tags.len(), 6);
            let (tags, _) = taken_apart(&tones(&text, 0, None));
            prop_assert_eq!(tags.len(), 4, "an attribute stays one: {:?}", tags);
            prop_assert_eq!(tags[2].matches('"').count(), 2);
            let (tags, _) = taken_apart(&join(None, &text));
            prop_assert_eq!(tags.len(), 7);
        }
    }
}
