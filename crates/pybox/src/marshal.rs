//! Writes what an instance is given in the form that CPython's `marshal.loads` reads: four times as fast there as JSON.
//!
//! Only this direction: what an instance writes is never read in this form, it is JSON.

use std::collections::HashMap;

use serde_json::{Number, Value};

use crate::Error;

/// Added to a type's letter: what follows can be named again by its number.
const NAMED: u8 = 0x80;
/// The longest text that has its length in one byte.
const SHORT: usize = 255;
/// The most bytes in all: lengths there have 31 bits.
const MAX_BYTES: usize = 1 << 30;

/// `value` as `marshal.loads` reads it.
pub(crate) fn to_vec(value: &Value) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::default();
    writer.value(value);
    if writer.bytes.len() > MAX_BYTES {
        return Err(Error::Broken("the call is too large".to_owned()));
    }
    Ok(writer.bytes)
}

#[derive(Default)]
struct Writer<'a> {
    bytes: Vec<u8>,
    /// The keys that were written, with their numbers.
    keys: HashMap<&'a str, u32>,
}

impl<'a> Writer<'a> {
    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Null => self.bytes.push(b'N'),
            Value::Bool(value) => self.bytes.push(if *value { b'T' } else { b'F' }),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.bytes.push(b'[');
                self.bytes.extend((items.len() as u32).to_le_bytes());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Object(members) => {
                self.bytes.push(b'{');
                for (key, member) in members {
                    self.key(key);
                    self.value(member);
                }
                self.bytes.push(b'0');
            }
        }
    }

    fn text(&mut self, text: &str) {
        match text.len() {
            short @ 0..=SHORT if text.is_ascii() => self.bytes.extend([b'z', short as u8]),
            long => {
                self.bytes.push(if text.is_ascii() { b'a' } else { b'u' });
                self.bytes.extend((long as u32).to_le_bytes());
            }
        }
        self.bytes.extend(text.as_bytes());
    }

    /// Keys come again and again in a list of objects. Each is one object there, and interned like the names in the code
    /// that looks for it.
    fn key(&mut self, key: &'a str) {
        if key.len() > SHORT || !key.is_ascii() {
            return self.text(key);
        }
        if let Some(number) = self.keys.get(key) {
            self.bytes.push(b'r');
            self.bytes.extend(number.to_le_bytes());
            return;
        }
        self.keys.insert(key, self.keys.len() as u32);
        self.bytes.extend([b'Z' | NAMED, key.len() as u8]);
        self.bytes.extend(key.as_bytes());
    }

    fn number(&mut self, number: &Number) {
        if let Some(small) = number.as_i64().and_then(|number| i32::try_from(number).ok()) {
            self.bytes.push(b'i');
            self.bytes.extend(small.to_le_bytes());
        } else if let Some(whole) = number.as_i64() {
            self.wide(whole < 0, whole.unsigned_abs());
        } else if let Some(whole) = number.as_u64() {
            self.wide(false, whole);
        } else {
            self.bytes.push(b'g');
            self.bytes.extend(number.as_f64().unwrap_or(f64::NAN).to_le_bytes());
        }
    }

    /// An integer beyond 32 bits: digits of 15 bits, the lowest first, and their count, which has the sign.
    fn wide(&mut self, is_negative: bool, mut left: u64) {
        let mut digits = Vec::new();
        while left > 0 {
            digits.push((left & 0x7fff) as u16);
            left >>= 15;
        }
        let count = digits.len() as i32;
        self.bytes.push(b'l');
        self.bytes.extend((if is_negative { -count } else { count }).to_le_bytes());
        self.bytes.extend(digits.into_iter().flat_map(u16::to_le_bytes));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_python_writes() {
        // `marshal.dumps(value, 4)` of CPython, but for the marks of what nobody names again.
        for (value, wanted) in [
            (json!(null), &b"N"[..]),
            (json!([true, false]), b"[\x02\0\0\0TF"),
            (json!(-2), b"i\xfe\xff\xff\xff"),
            (json!(1_u64 << 31), b"l\x03\0\0\0\0\0\0\0\x02\0"),
            (json!(i64::MIN), b"l\xfb\xff\xff\xff\0\0\0\0\0\0\0\0\x08\0"),
            (json!(u64::MAX), b"l\x05\0\0\0\xff\x7f\xff\x7f\xff\x7f\xff\x7f\x0f\0"),
            (json!(-0.5), b"g\0\0\0\0\0\0\xe0\xbf"),
            (json!("a"), b"z\x01a"),
            (json!("é"), b"u\x02\0\0\0\xc3\xa9"),
            (json!([{"a": 1}, {"a": 2}]), b"[\x02\0\0\0{\xda\x01ai\x01\0\0\x000{r\0\0\0\0i\x02\0\0\x000"),
        ] {
            assert_eq!(to_vec(&value).unwrap(), wanted, "{value}");
        }
        let long = json!("x".repeat(300));
        assert_eq!(&to_vec(&long).unwrap()[..6], b"a\x2c\x01\0\0x");
    }
}
