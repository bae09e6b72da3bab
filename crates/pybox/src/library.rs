//! The modules and time zones that are not in the snapshot, in one file that is read piece by piece.
//!
//! The file begins with the length of its index (eight bytes, little-endian), then the index as JSON
//! (`{"lib:csv": [offset, length]}`), then the entries. Its author is our own builder; still, nothing in it is trusted
//! further than that a wrong length finds nothing.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
};

/// The longest index.
const MAX_INDEX: u64 = 1 << 20;
/// The longest entry.
const MAX_ENTRY: usize = 4 << 20;

/// An open library.
#[derive(Debug, Default)]
pub(crate) struct Library {
    file: Option<File>,
    index: HashMap<String, (u64, usize)>,
}

impl Library {
    /// Opens a library's file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut length = [0; 8];
        file.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length > MAX_INDEX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the library's index is too long"));
        }
        let mut index = Vec::new();
        (&mut file).take(length).read_to_end(&mut index)?;
        let index: HashMap<String, (u64, usize)> = serde_json::from_slice(&index)?;
        let begin = 8 + length;
        let index: HashMap<_, _> =
            index.into_iter().map(|(name, (at, length))| (name, (begin.saturating_add(at), length))).collect();
        let end = index.values().map(|(at, length)| at.saturating_add(*length as u64)).max();
        if end.is_some_and(|end| file.metadata().is_ok_and(|metadata| metadata.len() < end)) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the library was cut off"));
        }
        Ok(Self { file: Some(file), index })
    }

    /// An entry by its whole name, such as `lib:difflib`.
    pub(crate) fn find(&self, name: &str) -> Option<Vec<u8>> {
        let (at, length) = *self.index.get(name)?;
        let mut entry = vec![0; length.min(MAX_ENTRY)];
        self.file.as_ref()?.read_exact_at(&mut entry, at).ok()?;
        Some(entry)
    }
}

/// The bytes of a library's file.
pub fn pack(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut index = serde_json::Map::new();
    let mut body = Vec::new();
    for (name, entry) in entries {
        index.insert(name.clone(), serde_json::json!([body.len(), entry.len()]));
        body.extend_from_slice(entry);
    }
    let index = serde_json::Value::Object(index).to_string();
    let mut file = (index.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(index.as_bytes());
    file.extend_from_slice(&body);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("library");
        std::fs::write(&path, pack(&[("lib:a".to_owned(), b"one".to_vec()), ("tz:B".to_owned(), b"two".to_vec())]))
            .unwrap();
        let library = Library::open(&path).unwrap();
        assert_eq!(library.find("lib:a").as_deref(), Some(&b"one"[..]));
        assert_eq!(library.find("tz:B").as_deref(), Some(&b"two"[..]));
        assert_eq!(library.find("lib:c"), None);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(Library::open(&path).is_err(), "it was cut off");
        std::fs::write(&path, b"\xff\xff\xff\xff\xff\xff\xff\xff").unwrap();
        assert!(Library::open(&path).is_err());
    }
}
