//! Somebody signs in with a browser on this machine and is sent back to it (RFC 8252): a port of our own that waits for one
//! request.

use std::time::Duration;

use async_trait::async_trait;
use callwright_model::{ErrorClass, ToolError};
use callwright_runtime::{authorizations::Returned, mcp::probe::Person};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
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

    /// The first request for our path; a browser asks for other things too.
    async fn returned(&self) -> Result<Returned, std::io::Error> {
        loop {
            let (mut stream, _) = self.listener.accept().await?;
            let request = timeout(READING, read(&mut stream)).await.unwrap_or(Ok(String::new())).unwrap_or_default();
            let target = request.strip_prefix("GET ").and_then(|rest| rest.split(' ').next());
            let url = target.and_then(|target| Url::parse(&format!("http://127.0.0.1{target}")).ok());
            let Some(url) = url.filter(|url| url.path() == PATH) else {
                answer(&mut stream, "404 Not Found", "There is nothing here.").await;
                continue;
            };
            answer(&mut stream, "200 OK", "You can close this page and go back to the command line.").await;
            return Ok(Returned::of_query(url.query().unwrap_or_default()));
        }
    }
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
        output::say(format!(
            "the server wants you to sign in; open this address in a browser on this machine:\n{address}"
        ));
        self.returned().await.map_err(|error| {
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
