//! The one way between an instance and the host: channels with names, carried by what the interpreter takes for TCP.
//!
//! | name | direction | what |
//! |---|---|---|
//! | `call` | read | the call, in the form of Python's `marshal` |
//! | `code` | read | the tool's source, or its compiled form |
//! | `lib:NAME` | read | a module of the standard library that is not in the snapshot |
//! | `tz:NAME`, `tzlist` | read | a time zone; their names |
//! | `result` | write | the result, as JSON |
//! | `http` | write, then read | a request, and its answer |
//!
//! Code in the instance can open these itself. It gains nothing by it: what it reads is its own call or public, what it
//! writes is checked as the result of its own call, and `http` asks the same outbound guard. Anything else is refused.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::{
    http::{HttpCall, HttpSender},
    library::Library,
};

/// The most channels that are open at once.
const MAX_OPEN: usize = 64;
/// The most bytes that one read gives.
const MAX_READ: usize = 1 << 20;
/// The most bytes of a request, its body included.
const MAX_REQUEST: usize = 8 << 20;
/// The most bytes that all open channels hold together.
const MAX_HELD: usize = 32 << 20;
/// What a result may be longer than its limit, for what is around it.
const MARGIN: usize = 64 << 10;

/// Why a channel refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is nothing of that name, or it may not be had.
    Denied(String),
    /// There is no such channel.
    NoHandle,
    /// More than may be written, or in the wrong direction.
    Broken(&'static str),
}

/// The channels of one instance.
pub(crate) struct Channels {
    library: Arc<Library>,
    call: Arc<[u8]>,
    code: Arc<[u8]>,
    http: Option<HttpSender>,
    max_result: usize,
    result: Option<Vec<u8>>,
    open: Vec<Option<Channel>>,
}

enum Channel {
    Read { data: Arc<[u8]>, at: usize },
    Result(Vec<u8>),
    Http(Vec<u8>),
}

impl Channels {
    /// Of an instance that nothing has been asked of yet.
    pub(crate) fn new(library: Arc<Library>) -> Self {
        let nothing: Arc<[u8]> = Arc::from([]);
        Self {
            library,
            call: nothing.clone(),
            code: nothing,
            http: None,
            max_result: 0,
            result: None,
            open: Vec::new(),
        }
    }

    /// Readies them for one call.
    pub(crate) fn begin(&mut self, call: Vec<u8>, code: Arc<[u8]>, http: Option<HttpSender>, max_result: usize) {
        self.call = call.into();
        self.code = code;
        self.http = http;
        self.max_result = max_result.saturating_add(MARGIN);
    }

    /// What was written as the result.
    pub(crate) fn take_result(&mut self) -> Option<Vec<u8>> {
        self.result.take()
    }

    /// Refuses `more` bytes beyond what all channels together may hold.
    fn hold(&self, more: usize) -> Result<(), Refusal> {
        let held: usize = self.open.iter().flatten().map(Channel::len).sum();
        if held + more > MAX_HELD {
            Err(Refusal::Broken("the open channels hold too much; close some"))
        } else {
            Ok(())
        }
    }

    pub(crate) fn open(&mut self, name: &str) -> Result<u32, Refusal> {
        let channel = match name {
            "call" => Channel::read(self.call.clone()),
            "code" => Channel::read(self.code.clone()),
            "result" => Channel::Result(Vec::new()),
            "http" if self.http.is_some() => Channel::Http(Vec::new()),
            "http" => {
                let why = "this tool may not use the network; set `network: policy` in its configuration";
                return Err(Refusal::Denied(why.to_owned()));
            }
            name if name.starts_with("lib:") || name.starts_with("tz") => match self.library.find(name) {
                Some(data) => Channel::read(data.into()),
                None => return Err(Refusal::Denied("there is no such entry".to_owned())),
            },
            _ => {
                let why = "sockets are not offered in the sandbox; use `requests` or `urllib.request`";
                return Err(Refusal::Denied(why.to_owned()));
            }
        };
        self.hold(channel.len())?;
        let free = self.open.iter().position(Option::is_none);
        let at = match free {
            Some(at) => at,
            None if self.open.len() < MAX_OPEN => {
                self.open.push(None);
                self.open.len() - 1
            }
            None => return Err(Refusal::Broken("too many open channels")),
        };
        self.open[at] = Some(channel);
        Ok(at as u32)
    }

    /// The next piece, or a request that must be answered first.
    pub(crate) fn read(&mut self, handle: u32, len: u32) -> Result<Reading, Refusal> {
        match self.get(handle)? {
            Channel::Read { data, at } => {
                let end = data.len().min(*at + (len as usize).min(MAX_READ));
                let piece = data[*at..end].to_vec();
                *at = end;
                Ok(Reading::Piece(piece))
            }
            Channel::Http(request) => {
                let request = std::mem::take(request);
                let sender = self.http.clone().ok_or(Refusal::NoHandle)?;
                Ok(Reading::Ask(sender, request))
            }
            Channel::Result(_) => Err(Refusal::Broken("this channel is for writing")),
        }
    }

    /// The answer to what was asked takes the request's place.
    pub(crate) fn answer(&mut self, handle: u32, answer: Vec<u8>) -> Result<(), Refusal> {
        self.hold(answer.len())?;
        *self.get(handle)? = Channel::read(answer.into());
        Ok(())
    }

    pub(crate) fn write(&mut self, handle: u32, data: &[u8]) -> Result<u32, Refusal> {
        self.hold(data.len())?;
        let most = self.max_result;
        let (buffer, most) = match self.get(handle)? {
            Channel::Result(buffer) => (buffer, most),
            Channel::Http(buffer) => (buffer, MAX_REQUEST),
            Channel::Read { .. } => return Err(Refusal::Broken("this channel is for reading")),
        };
        if buffer.len() + data.len() > most {
            return Err(Refusal::Broken("a request may have at most 8 MiB, a result what the tool allows"));
        }
        buffer.extend_from_slice(data);
        Ok(data.len() as u32)
    }

    pub(crate) fn close(&mut self, handle: u32) {
        let closed = self.open.get_mut(handle as usize).and_then(Option::take);
        if let Some(Channel::Result(result)) = closed {
            // The first one counts.
            self.result.get_or_insert(result);
        }
    }

    fn get(&mut self, handle: u32) -> Result<&mut Channel, Refusal> {
        self.open.get_mut(handle as usize).and_then(Option::as_mut).ok_or(Refusal::NoHandle)
    }
}

impl Channel {
    fn len(&self) -> usize {
        match self {
            Self::Read { data, .. } => data.len(),
            Self::Result(buffer) | Self::Http(buffer) => buffer.len(),
        }
    }

    fn read(data: Arc<[u8]>) -> Self {
        Self::Read { data, at: 0 }
    }
}

/// What a read leads to.
pub(crate) enum Reading {
    /// Bytes; none at the end.
    Piece(Vec<u8>),
    /// A request for whoever carries the call out.
    Ask(HttpSender, Vec<u8>),
}

/// Has a request carried out.
pub(crate) async fn ask(sender: HttpSender, request: Vec<u8>) -> Vec<u8> {
    let (answer, answered) = oneshot::channel();
    if sender.send(HttpCall { request, answer }).await.is_err() {
        return crate::http::refused("cancelled", "the execution has ended");
    }
    answered.await.unwrap_or_else(|_| crate::http::refused("cancelled", "the execution has ended"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels() -> Channels {
        let mut channels = Channels::new(Arc::new(Library::default()));
        channels.begin(b"{}".to_vec(), Arc::from(*b"abc"), None, 10);
        channels
    }

    fn piece(channels: &mut Channels, handle: u32, len: u32) -> Vec<u8> {
        match channels.read(handle, len) {
            Ok(Reading::Piece(piece)) => piece,
            _ => panic!("not a piece"),
        }
    }

    #[test]
    fn only_what_has_a_name_can_be_opened() {
        let mut channels = channels();
        for name in ["example.com", "169.254.169.254", "", "lib:os", "tz:../etc/passwd", "Call", "http"] {
            assert!(matches!(channels.open(name), Err(Refusal::Denied(_))), "{name}");
        }
        let code = channels.open("code").unwrap();
        assert_eq!(piece(&mut channels, code, 2), b"ab");
        assert_eq!(piece(&mut channels, code, u32::MAX), b"c");
        assert_eq!(piece(&mut channels, code, 5), b"");
        assert_eq!(channels.write(code, b"x"), Err(Refusal::Broken("this channel is for reading")));
    }

    #[test]
    fn handles_and_amounts_are_bounded() {
        let mut channels = channels();
        for handle in [0, 1, 63, u32::MAX] {
            assert!(matches!(channels.read(handle, 1), Err(Refusal::NoHandle)));
            assert_eq!(channels.write(handle, b"x"), Err(Refusal::NoHandle));
            channels.close(handle);
        }
        let handles: Vec<_> = (0..MAX_OPEN).map(|_| channels.open("result").unwrap()).collect();
        assert!(channels.open("call").is_err());
        assert!(channels.write(handles[0], &vec![0; MARGIN + 11]).is_err());
        channels.close(handles[0]);
        let result = channels.open("result").unwrap();
        channels.write(result, b"second").unwrap();
        channels.close(result);
        assert_eq!(channels.take_result().as_deref(), Some(&b""[..]), "the first result counts");
    }
}
