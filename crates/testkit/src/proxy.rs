//! A TCP proxy between a client and a server that plays a bad connection: slow, in splinters, stalling, cut off.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// How bad the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Every piece comes this much later.
    pub delay: Duration,
    /// Pieces are at most this large; 0 leaves them as they are.
    pub split: usize,
    /// Every so many pieces one is lost and sent again: it comes after [`Faults::stall`]. 0: none.
    pub lose_every: usize,
    /// How long a lost piece takes.
    pub stall: Duration,
}

/// A proxy in front of one server. It ends with the test.
pub struct Proxy {
    port: u16,
    faults: Arc<Mutex<Faults>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    /// A proxy to `target`, such as `127.0.0.1:8080`.
    pub fn start(target: &str, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (faults, open) = (Arc::new(Mutex::new(faults)), Arc::new(Mutex::new(Vec::new())));
        let (target, shared, sockets) = (target.to_owned(), faults.clone(), open.clone());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let Ok(server) = TcpStream::connect(&target) else { continue };
                let pair = [client.try_clone(), server.try_clone()];
                sockets.lock().expect("the sockets").extend(pair.into_iter().flatten());
                carry(client.try_clone().expect("a socket"), server.try_clone().expect("a socket"), shared.clone());
                carry(server, client, shared.clone());
            }
        });
        Self { port, faults, open }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// From now on the connection is as bad as this.
    pub fn set(&self, faults: Faults) {
        *self.faults.lock().expect("the faults") = faults;
    }

    /// Cuts every open connection off, without a word to either side.
    pub fn cut(&self) {
        for socket in self.open.lock().expect("the sockets").drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, faults: Arc<Mutex<Faults>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        let mut pieces = 0usize;
        while let Ok(count) = from.read(&mut buffer) {
            if count == 0 {
                break;
            }
            let now = *faults.lock().expect("the faults");
            let size = if now.split == 0 { count } else { now.split };
            for piece in buffer[..count].chunks(size) {
                pieces += 1;
                std::thread::sleep(now.delay);
                if now.lose_every > 0 && pieces.is_multiple_of(now.lose_every) {
                    std::thread::sleep(now.stall);
                }
                if to.write_all(piece).is_err() {
                    return;
                }
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
