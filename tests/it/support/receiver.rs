//! A program that is told of changes, as the other end of a webhook: it answers as it was ordered and keeps what it got.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// What it got.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body, byte by byte.
    pub body: String,
}

impl Told {
    /// The body as the event that it is.
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// How it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// With a status and more headers.
    Status(u16, &'static str),
    /// Elsewhere.
    Elsewhere(String),
    /// Not at all.
    Silence,
}

#[derive(Default)]
struct State {
    told: Vec<Told>,
    replies: VecDeque<Reply>,
}

/// A program on a port of its own; it takes everything unless it was ordered otherwise.
pub struct Receiver {
    /// Its port at 127.0.0.1.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// Starts it.
    pub fn start() -> Self {
        Self::over(|stream| Some(Box::new(stream)))
    }

    /// Starts it behind TLS, with a certificate for `host`, which is answered with it in PEM.
    pub fn encrypted(host: &str) -> (Self, String) {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a key for its certificate");
        let config = Arc::new(config);
        let receiver = Self::over(move |stream| {
            let tls = ServerConnection::new(Arc::clone(&config)).ok()?;
            Some(Box::new(StreamOwned::new(tls, stream)))
        });
        (receiver, made.cert.pem())
    }

    fn over(dressed: impl Fn(TcpStream) -> Option<Box<dyn Wire>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                let Some(wire) = dressed(stream) else {
                    continue;
                };
                thread::spawn(move || answer(wire, &state));
            }
        });
        Self { port, state }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// How it answers the next request for which nothing is ordered yet.
    pub fn order(&self, reply: Reply) {
        self.state
            .lock()
            .expect("not poisoned")
            .replies
            .push_back(reply);
    }

    /// What it got so far.
    pub fn told(&self) -> Vec<Told> {
        self.state.lock().expect("not poisoned").told.clone()
    }

    /// What it got so far, and forgets.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.state.lock().expect("not poisoned").told)
    }
}

/// A connection, encrypted or not.
trait Wire: Read + Write + Send {}

impl<T: Read + Write + Send> Wire for T {}

fn answer(wire: Box<dyn Wire>, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(wire);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let reply = {
        let mut state = state.lock().ok()?;
        state.told.push(Told { headers, body });
        state.replies.pop_front().unwrap_or(Reply::Status(204, ""))
    };
    let (status, more) = match reply {
        Reply::Status(status, more) => (status, more.to_owned()),
        Reply::Elsewhere(url) => (307, format!("Location: {url}\r\n")),
        Reply::Silence => {
            thread::sleep(Duration::from_secs(30));
            return None;
        }
    };
    // It promises more than it ever says: nobody is to wait for it.
    let length = if status == 204 {
        ""
    } else {
        "Content-Length: 1000000000\r\n"
    };
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 {status} X\r\n{length}{more}\r\n").ok()?;
    stream.flush().ok()?;
    // The other end closes.
    let _ = reader.read(&mut [0; 1]).ok()?;
    Some(())
}
