//! Somebody signs in with a browser on this machine and is sent back to it (RFC 8252): a port of our own that waits for the
//! request with the state that we sent along. Any page in that browser can send others.

use std::time::Duration;

use async_trait::async_trait;
use callwright_model::{ErrorClass, ToolError};
use callwright_runtime::{authorizations::Returned, mcp::probe::Person};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use url::Url;

use crate::{failure::Failure, output};

const PATH: &str = "/callback";
/// How long a browser may take to send its request, and the most that is read of it.
const READING: Duration = Duration::from_secs(5);
const MAX_REQUEST: usize = 32 << 10;

/// The browser of whoever runs the command.
pub(super) struct Browser {
    listener: TcpListener,
    port: u16,
    document: Option<Url>,
}

impl Browser {
    /// Waits on a free port of this machine.
    pub(super) async fn listen(document: Option<Url>) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port, document })
    }

    /// Whoever comes back with `state`. Each connection is read by itself: browsers open some that they say nothing on.
    async fn returned(&self, state: &str) -> Result<Returned, std::io::Error> {
        let (send, mut came) = mpsc::channel(1);
        loop {
            tokio::select! {
                Some(returned) = came.recv() => return Ok(returned),
                accepted = self.listener.accept() => {
                    tokio::spawn(hear(accepted?.0, state.to_owned(), send.clone()));
                }
            }
        }
    }
}

/// Reads one request, and answers it. Browsers ask for other things too.
async fn hear(mut stream: TcpStream, state: String, send: mpsc::Sender<Returned>) {
    let request = timeout(READING, read(&mut stream)).await.unwrap_or(Ok(String::new())).unwrap_or_default();
    let target = request.strip_prefix("GET ").and_then(|rest| rest.split(' ').next());
    let url = target.and_then(|target| Url::parse(&format!("http://127.0.0.1{target}")).ok());
    let Some(url) = url.filter(|url| url.path() == PATH) else {
        answer(&mut stream, "404 Not Found", "There is nothing here.").await;
        return;
    };
    let returned = Returned::of_query(url.query().unwrap_or_default());
    if returned.state.as_deref() != Some(&state) {
        answer(&mut stream, "410 Gone", "Nobody waits for this here (any more).").await;
        return;
    }
    answer(&mut stream, "200 OK", "You can close this page and go back to the command line.").await;
    let _ = send.send(returned).await;
}

#[async_trait]
impl Person for Browser {
    fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    fn document(&self) -> Option<String> {
        self.document.as_ref().map(|url| url.as_str().to_owned())
    }

    async fn sign_in(&self, address: Url) -> Result<Returned, ToolError> {
        let state = address.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
        output::say(format!(
            "the server wants you to sign in at {}; open this address in a browser on this machine:\n{address}",
            address.host_str().unwrap_or_default()
        ));
        self.returned(&state.unwrap_or_default()).await.map_err(|error| {
            let message = format!("nobody came back from the sign-in: {error}");
            ToolError::new(ErrorClass::AuthError, "needs_authorization", message)
        })
    }
}

async fn read(stream: &mut TcpStream) -> Result<String, std::io::Error> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while request.len() < MAX_REQUEST && !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece).await? {
            0 => break,
            count => request.extend_from_slice(&piece[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}

/// That the browser is gone before its answer is nobody's concern.
async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let page = format!("<!doctype html><meta charset=utf-8><title>Callwright</title><p>{text}</p>");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n",
        page.len()
    );
    let _ = stream.write_all(format!("{head}{page}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test is the browser here")]
mod tests {
    use super::*;

    async fn visit(port: u16, target: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn only_who_bears_the_state_ends_the_wait_and_nobody_holds_it_up() {
        let browser = Browser::listen(None).await.unwrap();
        let port = browser.port;
        let begun = std::time::Instant::now();
        let visits = tokio::spawn(async move {
            let silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            assert_eq!(visit(port, "/favicon.ico").await, "HTTP/1.1 404 Not Found");
            assert_eq!(visit(port, "/callback?state=other&error=access_denied").await, "HTTP/1.1 410 Gone");
            assert_eq!(visit(port, "/callback").await, "HTTP/1.1 410 Gone");
            assert_eq!(visit(port, "/callback?state=ours&code=c").await, "HTTP/1.1 200 OK");
            drop(silent);
        });
        let returned = browser.returned("ours").await.unwrap();
        assert_eq!((returned.code.as_deref(), returned.error), (Some("c"), None));
        assert!(begun.elapsed() < READING, "a connection that says nothing is not waited for");
        visits.await.unwrap();
    }
}
