//! Messages in fragments, of which the last never comes.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use callwright_testkit::{Database, Options};
use serde_json::json;

use super::{BINARY, World};

const TEXT: u8 = 1;
const CONTINUATION: u8 = 0;
const CLOSE: u8 = 8;
const LAST: u8 = 0x80;

/// A client that writes frames by hand.
struct Raw(TcpStream);

impl Raw {
    fn open(world: &World) -> Self {
        let address = world.server.url().replace("http://", "");
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let path = format!("/v1/convai/conversation?agent_id={}", world.agent);
        write!(
            socket,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        let mut raw = Self(socket);
        raw.send(LAST | TEXT, json!({"type": "conversation_initiation_client_data"}).to_string().as_bytes()).unwrap();
        raw
    }

    /// A frame under a mask of zeros.
    fn send(&mut self, kind: u8, content: &[u8]) -> std::io::Result<()> {
        let mut frame = vec![kind, 0x80 | 127];
        frame.extend_from_slice(&(content.len() as u64).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(content);
        self.0.write_all(&frame)
    }

    /// The kind and the content of the next frame; none when the connection has ended.
    fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).ok()?;
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length).ok()?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                self.0.read_exact(&mut length).ok()?;
                u64::from_be_bytes(length)
            }
            length => u64::from(length),
        };
        let mut content = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut content).ok()?;
        Some((head[0] & 0xf, content))
    }
}

#[test]
fn half_a_message_of_a_stranger_has_a_bound() {
    let world = World::with(Options::new(BINARY, Database::Sqlite), json!({"public": true}));
    let mut raw = Raw::open(&world);
    assert_eq!(raw.next().unwrap().0, TEXT, "the conversation has begun");
    let mut reading = Raw(raw.0.try_clone().unwrap());
    let reader = std::thread::spawn(move || std::iter::from_fn(|| reading.next()).find(|(kind, _)| *kind == CLOSE));
    let piece = vec![b'x'; 64 * 1024];
    let mut sent = 0;
    let mut kind = TEXT;
    // Pieces that never end; the server hangs up long before the two megabytes that a whole message may have.
    while sent < 4 * 1024 * 1024 && !reader.is_finished() && raw.send(kind, &piece).is_ok() {
        kind = CONTINUATION;
        sent += piece.len();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!((512 * 1024..1024 * 1024).contains(&sent), "{sent}");
    let (_, code) = reader.join().unwrap().expect("it was told why");
    assert_eq!(code[..2], 1009u16.to_be_bytes());
    // A message in few pieces is taken as any other.
    let mut whole = Raw::open(&world);
    whole.next().unwrap();
    let said = json!({"type": "user_message", "text": "add"}).to_string();
    let (first, rest) = said.as_bytes().split_at(10);
    whole.send(TEXT, first).unwrap();
    whole.send(LAST | CONTINUATION, rest).unwrap();
    let heard = std::iter::from_fn(|| whole.next())
        .find(|(kind, content)| *kind == TEXT && String::from_utf8_lossy(content).contains("client_tool_call"));
    assert!(heard.is_some());
}
