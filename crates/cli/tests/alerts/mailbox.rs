//! A small SMTP server: it takes mails, or refuses one when it is told to.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A mail as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Headers and body.
    pub(crate) text: String,
}

#[derive(Default)]
struct Seen {
    mails: Vec<Mail>,
    to_refuse: usize,
    refused: usize,
}

/// A mailbox that takes everything.
pub(crate) struct Mailbox {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Mailbox {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let kept = seen.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                // A client that goes away in the middle is none of our business.
                thread::spawn(move || drop(converse(&stream, &kept)));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Says "not now" to the next mail.
    pub(crate) fn refuse_next(&self) {
        self.seen.lock().unwrap().to_refuse += 1;
    }

    pub(crate) fn refused(&self) -> usize {
        self.seen.lock().unwrap().refused
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().mails.clone()
    }
}

fn converse(mut stream: &TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    stream.write_all(b"220 test\r\n")?;
    let mut mail = Mail::default();
    while let Some(line) = lines.next() {
        let line = line?;
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let upper = line.to_uppercase();
        if upper.starts_with("EHLO") || upper.starts_with("HELO") {
            stream.write_all(b"250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")?;
        } else if upper.starts_with("MAIL FROM") {
            let mut seen = seen.lock().unwrap();
            if seen.to_refuse > 0 {
                seen.to_refuse -= 1;
                seen.refused += 1;
                stream.write_all(b"451 not now\r\n")?;
                continue;
            }
            mail = Mail { from: address(), ..Mail::default() };
            stream.write_all(b"250 ok\r\n")?;
        } else if upper.starts_with("RCPT TO") {
            mail.to.push(address());
            stream.write_all(b"250 ok\r\n")?;
        } else if upper == "DATA" {
            stream.write_all(b"354 go on\r\n")?;
            for line in lines.by_ref() {
                let line = line?;
                if line == "." {
                    break;
                }
                mail.text.push_str(&line);
                mail.text.push('\n');
            }
            seen.lock().unwrap().mails.push(std::mem::take(&mut mail));
            stream.write_all(b"250 taken\r\n")?;
        } else if upper == "QUIT" {
            return stream.write_all(b"221 bye\r\n");
        } else {
            stream.write_all(b"250 ok\r\n")?;
        }
    }
    Ok(())
}
