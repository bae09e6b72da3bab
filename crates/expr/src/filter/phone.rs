//! Phone numbers as E.164. A rule of thumb, not a numbering plan: it knows calling codes and trunk prefixes, not
//! which numbers exist.

/// ISO 3166 code and calling code.
const COUNTRIES: &str = "AF93 AX358 AL355 DZ213 AS1 AD376 AO244 AI1 AG1 AR54 AM374 AW297 AU61 AT43 AZ994 BS1 BH973 \
    BD880 BB1 BY375 BE32 BZ501 BJ229 BM1 BT975 BO591 BA387 BW267 BR55 VG1 BN673 BG359 BF226 BI257 KH855 CM237 CA1 \
    CV238 KY1 CF236 TD235 CL56 CN86 CO57 KM269 CG242 CD243 CK682 CR506 CI225 HR385 CU53 CW599 CY357 CZ420 DK45 DJ253 \
    DM1 DO1 EC593 EG20 SV503 GQ240 ER291 EE372 SZ268 ET251 FK500 FO298 FJ679 FI358 FR33 GF594 PF689 GA241 GM220 \
    GE995 DE49 GH233 GI350 GR30 GL299 GD1 GP590 GU1 GT502 GG44 GN224 GW245 GY592 HT509 HN504 HK852 HU36 IS354 IN91 \
    ID62 IR98 IQ964 IE353 IM44 IL972 IT39 JM1 JP81 JE44 JO962 KZ7 KE254 KI686 XK383 KW965 KG996 LA856 LV371 LB961 \
    LS266 LR231 LY218 LI423 LT370 LU352 MO853 MG261 MW265 MY60 MV960 ML223 MT356 MH692 MQ596 MR222 MU230 YT262 MX52 \
    FM691 MD373 MC377 MN976 ME382 MS1 MA212 MZ258 MM95 NA264 NR674 NP977 NL31 NC687 NZ64 NI505 NE227 NG234 NU683 \
    MK389 KP850 NO47 OM968 PK92 PW680 PS970 PA507 PG675 PY595 PE51 PH63 PL48 PT351 PR1 QA974 RE262 RO40 RU7 RW250 \
    KN1 LC1 PM508 VC1 WS685 SM378 ST239 SA966 SN221 RS381 SC248 SL232 SG65 SX1 SK421 SI386 SB677 SO252 ZA27 KR82 \
    SS211 ES34 LK94 SD249 SR597 SE46 CH41 SY963 TW886 TJ992 TZ255 TH66 TL670 TG228 TK690 TO676 TT1 TN216 TR90 TM993 \
    TC1 TV688 VI1 UG256 UA380 AE971 GB44 UK44 US1 UY598 UZ998 VU678 VA39 VE58 VN84 WF681 YE967 ZM260 ZW263";

/// Calling codes whose national numbers keep a leading zero: Italy, San Marino, Côte d'Ivoire, Congo, Benin.
const KEEPS_ZERO: [&str; 5] = ["39", "378", "225", "242", "229"];

/// The longest number of E.164, in digits.
const MAX_DIGITS: usize = 15;
/// Shorter than this is a service number, which has no international form.
const MIN_DIGITS: usize = 7;

/// `text` as `+` and digits; `country` is an ISO code or a calling code, for numbers that do not say.
pub(super) fn e164(text: &str, country: Option<&str>) -> Result<String, String> {
    let trimmed = text.trim().trim_start_matches("tel:").trim_start();
    let refuse = |why: &str| Err(format!("`{}` is not a phone number: {why}", shown(text)));
    let plus = trimmed.starts_with('+');
    // "+49 (0)30 …" shows the trunk prefix to people at home.
    let body = if plus { trimmed[1..].replacen("(0)", "", 1) } else { trimmed.to_owned() };
    let is_filler = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}');
    if let Some(odd) = body.chars().find(|c| !c.is_ascii_digit() && !is_filler(*c)) {
        return refuse(&format!("it has a `{odd}`"));
    }
    let digits: String = body.chars().filter(char::is_ascii_digit).collect();
    let code = country.map(calling_code).transpose()?;
    let international = match (plus, code.as_deref()) {
        (true, _) => Some(digits.as_str()),
        (false, Some("1")) if digits.starts_with("011") => digits.strip_prefix("011"),
        (false, _) => digits.strip_prefix("00"),
    };
    let number = match (international, code.as_deref()) {
        (Some(number), _) => number.to_owned(),
        (None, Some(code)) => format!("{code}{}", national(&digits, code)),
        (None, None) => return refuse("it has no country code; begin it with `+`, or say `e164('DE')`"),
    };
    if number.starts_with('0') || !(MIN_DIGITS..=MAX_DIGITS).contains(&number.len()) {
        return refuse(&format!("with its country code it must have {MIN_DIGITS} to {MAX_DIGITS} digits"));
    }
    Ok(format!("+{number}"))
}

/// The national number without its trunk prefix.
fn national<'d>(digits: &'d str, code: &str) -> &'d str {
    let without = |prefix: &str| digits.strip_prefix(prefix).unwrap_or(digits);
    match code {
        "1" if digits.len() == 11 => without("1"),
        "1" => digits,
        "7" if digits.len() == 11 => without("8"),
        "36" => without("06"),
        "375" if digits.len() == 11 => without("80"),
        "370" if digits.len() == 9 && digits.starts_with('8') => without("8"),
        code if KEEPS_ZERO.contains(&code) => digits,
        _ => without("0"),
    }
}

fn calling_code(country: &str) -> Result<String, String> {
    let country = country.trim().trim_start_matches('+');
    if (1..=3).contains(&country.len()) && country.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(country.to_owned());
    }
    let upper = country.to_ascii_uppercase();
    let found = COUNTRIES.split_ascii_whitespace().find(|entry| upper.len() == 2 && entry.starts_with(&upper));
    found.map(|entry| entry[2..].to_owned()).ok_or_else(|| {
        format!("`{}` is not a country; write an ISO code such as `DE`, or a calling code such as `49`", shown(country))
    })
}

fn shown(text: &str) -> String {
    text.chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::e164;

    #[test]
    fn numbers_get_their_international_form() {
        for (text, country, expected) in [
            ("+49 (0)30 / 123-456", None, "+4930123456"),
            ("0049 30 123456", None, "+4930123456"),
            ("030 123456", Some("DE"), "+4930123456"),
            ("030 123456", Some("de"), "+4930123456"),
            ("030 123456", Some("+49"), "+4930123456"),
            ("(415) 555-2671", Some("US"), "+14155552671"),
            ("1 415 555 2671", Some("1"), "+14155552671"),
            ("011 44 20 7946 0958", Some("US"), "+442079460958"),
            ("06 6982 1234", Some("IT"), "+390669821234"),
            ("06 1 234 5678", Some("HU"), "+3612345678"),
            ("8 (495) 123-45-67", Some("RU"), "+74951234567"),
            ("tel:+1.415.555.2671", None, "+14155552671"),
        ] {
            assert_eq!(e164(text, country).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, country) in [
            ("030 123456", None),
            ("call me", Some("DE")),
            ("110", Some("DE")),
            ("+49", None),
            ("", Some("DE")),
            ("+0123456789", None),
            ("+1234567890123456", None),
            ("030 123456", Some("ZZ")),
            ("030 123456", Some("Deutschland")),
        ] {
            assert!(e164(text, country).is_err(), "{text}");
        }
    }
}
