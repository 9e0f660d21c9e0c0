//! A reverse proxy before several servers: each request goes to the next of them, and past one that does not answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// A balancer on a port of its own.
pub struct Balancer {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    servers: Vec<u16>,
    /// How many requests each of them has answered.
    answered: Vec<AtomicUsize>,
    next: AtomicUsize,
    ends: AtomicBool,
}

impl Balancer {
    /// Listens; the servers come with [`Self::open`], which have to know its address.
    pub fn listen() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        (listener, port)
    }

    /// Hands requests on to servers at these ports.
    pub fn open(listener: TcpListener, servers: &[u16]) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            servers: servers.to_vec(),
            answered: servers.iter().map(|_| AtomicUsize::new(0)).collect(),
            next: AtomicUsize::new(0),
            ends: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.ends.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&accepting)) else {
                    continue;
                };
                // A client that hangs up is no matter of the balancer's.
                thread::spawn(move || shared.hand_on(stream).ok());
            }
        });
        Self { port, shared }
    }

    /// Its address, under which people know the program.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests each server has answered.
    pub fn answered(&self) -> Vec<usize> {
        let all = self.shared.answered.iter();
        all.map(|count| count.load(Ordering::SeqCst)).collect()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shared {
    /// One request on one connection: both sides are told that it is the last.
    fn hand_on(&self, mut client: TcpStream) -> std::io::Result<()> {
        let source = client.peer_addr()?.ip();
        let mut reader = BufReader::new(client.try_clone()?);
        let mut head = format!("x-forwarded-for: {source}\r\nconnection: close\r\n");
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            match &*name.to_ascii_lowercase() {
                "content-length" => {
                    length = value.trim().parse().unwrap_or(0);
                    head.push_str(&line);
                }
                "connection" | "x-forwarded-for" => {}
                _ => head.push_str(&line),
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let Some((number, mut server)) = self.connect() else {
            return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
        };
        server.write_all(format!("{first}{head}\r\n").as_bytes())?;
        server.write_all(&body)?;
        std::io::copy(&mut server, &mut client)?;
        self.answered[number].fetch_add(1, Ordering::SeqCst);
        client.shutdown(Shutdown::Both)
    }

    /// The next server that takes a connection.
    fn connect(&self) -> Option<(usize, TcpStream)> {
        let count = self.servers.len();
        let from = self.next.fetch_add(1, Ordering::SeqCst);
        (from..from + count)
            .map(|number| number % count)
            .find_map(|number| {
                let port = self.servers[number];
                let server = TcpStream::connect(("127.0.0.1", port)).ok()?;
                Some((number, server))
            })
    }
}
