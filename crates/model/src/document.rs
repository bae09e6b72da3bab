//! Documents: what a tool gave that is too large for a result, or no text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{ConversationId, DocumentId, ExecutionId, OrgId},
};

/// Something that a tool gave, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The execution that gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
    /// The conversation in which it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// Which of the things that its execution gave, from 0.
    pub position: i64,
    /// What to call it.
    pub name: String,
    /// What it is, as its bytes say.
    pub media_type: String,
    /// How many bytes it has.
    pub size: i64,
    /// When it was kept.
    pub created_at: Timestamp,
    /// When it is thrown away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What some bytes are, when they are a picture that models and browsers know.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_bytes_alone() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(picture_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(picture_type(b"GIF89a.."), Some("image/gif"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [&b"<svg onload=alert(1)>"[..], b"RIFF\0\0\0\0WAVE", b"GIF88a", b"", b"\x89PNG"] {
            assert_eq!(picture_type(other), None);
        }
    }
}
