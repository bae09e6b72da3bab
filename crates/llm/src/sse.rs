//! Server-sent events, read from pieces that may be cut anywhere.

use crate::{ErrorKind, ModelError, reply::MAX_ANSWER};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SseEvent {
    /// Its name; empty if it has none.
    pub(crate) name: String,
    /// Its data, the lines joined by line feeds.
    pub(crate) data: String,
}

/// Collects bytes until an event is whole.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// Bytes before the first line are over, so a byte order mark is one no more.
    has_begun: bool,
}

impl Parser {
    /// Takes a piece and gives the events that it completes.
    pub(crate) fn push(
        &mut self,
        mut piece: &[u8],
        mut take: impl FnMut(SseEvent) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        loop {
            if std::mem::take(&mut self.after_return)
                && let Some(rest) = piece.strip_prefix(b"\n")
            {
                piece = rest;
            }
            let Some(at) = memchr::memchr2(b'\n', b'\r', piece) else { break };
            self.after_return = piece.get(at) == Some(&b'\r');
            let (head, rest) = piece.split_at(at);
            piece = rest.get(1..).unwrap_or_default();
            self.bound(head.len())?;
            if let Some(event) = self.end_line(head) {
                take(event)?;
            }
            if piece.is_empty() {
                return Ok(());
            }
        }
        self.bound(piece.len())?;
        self.line.extend_from_slice(piece);
        Ok(())
    }

    /// The event that the stream ends in the middle of, if only its blank line is missing: some servers forget it.
    pub(crate) fn finish(&mut self) -> Option<SseEvent> {
        let last = self.end_line(b"");
        last.or_else(|| self.end_line(b""))
    }

    fn bound(&self, more: usize) -> Result<(), ModelError> {
        if self.line.len() + self.event.data.len() + more > MAX_ANSWER {
            let message = format!("the provider sends an event of more than {MAX_ANSWER} bytes");
            return Err(ModelError::new(ErrorKind::BadResponse, message));
        }
        Ok(())
    }

    /// A line is whole: what was kept of it, and `tail`.
    fn end_line(&mut self, tail: &[u8]) -> Option<SseEvent> {
        let kept = std::mem::take(&mut self.line);
        let whole = if kept.is_empty() { tail } else { &[&kept, tail].concat() };
        let whole = if std::mem::replace(&mut self.has_begun, true) {
            whole
        } else {
            whole.strip_prefix(b"\xef\xbb\xbf").unwrap_or(whole)
        };
        if whole.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let text = String::from_utf8_lossy(whole);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments, ids, times to wait, and what nobody knows.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        for piece in pieces {
            let taken = parser.push(piece, |event| {
                events.push((event.name, event.data));
                Ok(())
            });
            taken.unwrap();
        }
        events.extend(parser.finish().map(|event| (event.name, event.data)));
        events
    }

    const STREAM: &[u8] =
        "\u{feff}: hello\r\nevent: a\r\ndata: one\r\ndata:two ü\r\n\r\nretry: 5\n\ndata: {\"x\":1}\n\n\
        event: nothing\n\ndata\n\nid: 7\rdata: three\r\r: bye\n\ndata: last"
            .as_bytes();

    fn wanted() -> Vec<(String, String)> {
        [("a", "one\ntwo ü"), ("", "{\"x\":1}"), ("", ""), ("", "three"), ("", "last")]
            .map(|(name, data)| (name.to_owned(), data.to_owned()))
            .into()
    }

    #[test]
    fn all_line_ends_comments_and_several_lines() {
        assert_eq!(read(&[STREAM]), wanted());
    }

    #[test]
    fn cut_at_every_byte() {
        for at in 0..=STREAM.len() {
            let (head, tail) = STREAM.split_at(at);
            assert_eq!(read(&[head, tail]), wanted(), "at {at}");
        }
        let single: Vec<&[u8]> = STREAM.chunks(1).collect();
        assert_eq!(read(&single), wanted());
    }

    #[test]
    fn an_event_is_bounded_in_one_line_and_in_many() {
        let piece = vec![b'x'; 1 << 20];
        let mut parser = Parser::default();
        let error = (0..9).find_map(|_| parser.push(&piece, |_| Ok(())).err()).unwrap();
        assert_eq!(error.kind, ErrorKind::BadResponse);
        let mut lines = b"data: ".to_vec();
        lines.extend_from_slice(&piece);
        lines.push(b'\n');
        let mut parser = Parser::default();
        assert!((0..9).any(|_| parser.push(&lines, |_| Ok(())).is_err()));
    }
}
