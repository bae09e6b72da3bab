//! The short code that a page shows to whoever came back, to be handed in where they began.

use callwright_model::Fault;
use callwright_vault::token;

/// The letters of a code; none looks like another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTUVWXYZ234567890";

/// Eight letters in two groups.
pub(super) fn code() -> Result<String, Fault> {
    let (random, _) = token::generate().map_err(Fault::internal)?;
    let digest = token::hash(random.expose());
    let letters: Vec<char> = digest
        .as_bytes()
        .chunks(2)
        .take(8)
        .map(|pair| char::from(LETTERS[pair.iter().fold(0, |sum, byte| sum * 16 + hex(*byte)) % LETTERS.len()]))
        .collect();
    Ok(format!("{}-{}", letters[..4].iter().collect::<String>(), letters[4..].iter().collect::<String>()))
}

fn hex(digit: u8) -> usize {
    usize::from(if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 })
}

/// Under what a code is kept, however it is typed.
pub(super) fn code_hash(subject: &str, code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    token::hash(&format!("callwright authorization\n{subject}\n{}", letters.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_may_be_typed_in_any_way() {
        let code = code().unwrap();
        assert_eq!(code.len(), 9, "{code}");
        assert_ne!(code, super::code().unwrap());
        let typed = format!(" {} ", code.replace('-', " ").to_ascii_lowercase());
        assert_eq!(code_hash("mcp_1", &code), code_hash("mcp_1", &typed));
        assert_ne!(code_hash("mcp_1", &code), code_hash("mcp_2", &code));
    }
}
