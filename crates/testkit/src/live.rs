//! A blocking WebSocket client for the live stream.

use std::{net::TcpStream, time::Duration};

use serde_json::Value;
use tokio_tungstenite::tungstenite::{
    self, Message, WebSocket,
    client::IntoClientRequest,
    http::{HeaderName, HeaderValue},
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::Api;

/// An open WebSocket.
pub struct Live(WebSocket<TcpStream>);

impl Live {
    /// Opens `path` as `api`'s caller; panics when it is refused.
    #[track_caller]
    pub fn open(api: &Api, path: &str) -> Self {
        match Self::attempt(api, path, &[]) {
            Ok(live) => live,
            Err(status) => panic!("WebSocket {path} was refused with {status}"),
        }
    }

    /// Opens `path` with more headers; gives back the status with which it was refused, or 0 when there was none.
    pub fn attempt(api: &Api, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let base = api.base();
        let host = base.trim_start_matches("http://").to_owned();
        let mut request = format!("ws://{host}{path}").into_client_request().expect("a WebSocket URL");
        if let Some(token) = api.token() {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token");
            request.headers_mut().insert("authorization", value);
        }
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let stream = TcpStream::connect(&host).map_err(|_| 0u16)?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(|_| 0u16)?;
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(_) => Err(0),
        }
    }

    /// The next JSON frame; `None` when the server closed or nothing came for 10 s.
    pub fn read(&mut self) -> Option<Value> {
        loop {
            match self.0.read().ok()? {
                Message::Text(text) => return Some(serde_json::from_str(&text).expect("a frame is JSON")),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Reads on to the end; the code with which the server closed, or 0 when it just went away.
    pub fn closed(&mut self) -> u16 {
        loop {
            match self.0.read() {
                Ok(Message::Close(frame)) => return frame.map_or(1005, |frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return 0,
            }
        }
    }

    /// Says goodbye as a client does that is done.
    pub fn close(mut self) {
        let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let _ = self.0.close(Some(frame));
        while self.0.read().is_ok() {}
    }

    /// Reads frames until one satisfies `wanted`.
    #[track_caller]
    pub fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            match self.read() {
                Some(frame) if wanted(&frame) => return frame,
                Some(_) => {}
                None => panic!("the live stream ended without the frame that was waited for"),
            }
        }
    }

    /// Sends a text frame. False: the server has gone.
    pub fn try_send(&mut self, text: &str) -> bool {
        self.0.send(Message::text(text)).is_ok()
    }

    /// Sends a text frame.
    pub fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).expect("the frame is sent");
    }
}
