//! A mail server for tests, on a port of its own: EHLO, STARTTLS, AUTH, DATA, and faults on order.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does to the next mail; without one it takes it.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Answers the recipient with this line.
    Recipient(&'static str),
    /// Answers the content with this line.
    Content(&'static str),
    /// Greets with this line and hangs up.
    Greeting(&'static str),
    /// Takes the content and hangs up without a word.
    DropAfterData,
    /// Says nothing for this long before it greets.
    Slow(Duration),
}

/// How the server protects its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    None,
    StartTls,
    Implicit,
}

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub from: String,
    pub to: String,
    pub content: Vec<u8>,
    pub encrypted: bool,
}

struct State {
    received: Vec<Received>,
    faults: VecDeque<Fault>,
}

struct Shared {
    protection: Protection,
    tls: Arc<ServerConfig>,
    login: Option<(String, String)>,
    state: Mutex<State>,
}

/// A running server; it lives as long as the test's process.
pub struct SmtpServer {
    pub port: u16,
    /// Its certificate, in PEM, for those who are to trust it.
    pub certificate: String,
    shared: Arc<Shared>,
}

impl SmtpServer {
    /// A server whose certificate is for `host`. With a login, nobody sends without it.
    pub fn start(protection: Protection, host: &str, login: Option<(&str, &str)>) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a key for its certificate");
        let shared = Arc::new(Shared {
            protection,
            tls: Arc::new(tls),
            login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            state: Mutex::new(State {
                received: Vec::new(),
                faults: VecDeque::new(),
            }),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                // A client that hangs up in the middle is part of what is tested.
                thread::spawn(move || serve(&served, stream).ok());
            }
        });
        Self {
            port,
            certificate: made.cert.pem(),
            shared,
        }
    }

    /// Does this to the next connection or mail, after those that were ordered before.
    pub fn order(&self, fault: Fault) {
        self.shared.state().faults.push_back(fault);
    }

    /// What has arrived so far for this address.
    pub fn to(&self, address: &str) -> Vec<Received> {
        let all = self.received();
        all.into_iter().filter(|one| one.to == address).collect()
    }

    /// What has arrived so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.state().received.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that is next, if it is of this kind.
    fn take(&self, is_meant: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut state = self.state();
        let next = state.faults.front().copied().filter(is_meant);
        if next.is_some() {
            state.faults.pop_front();
        }
        next
    }
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

fn serve(shared: &Shared, stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    match shared.take(|fault| matches!(fault, Fault::Greeting(_) | Fault::Slow(_))) {
        Some(Fault::Greeting(line)) => {
            (&stream).write_all(format!("{line}\r\n").as_bytes())?;
            return stream.shutdown(Shutdown::Both);
        }
        Some(Fault::Slow(pause)) => thread::sleep(pause),
        _ => {}
    }
    if shared.protection == Protection::Implicit {
        return Session::new(shared, encrypted(shared, stream)?, true)
            .run(true)
            .map(drop);
    }
    let plain = stream.try_clone()?;
    if Session::new(shared, Box::new(plain), false).run(true)? == Next::StartTls {
        Session::new(shared, encrypted(shared, stream)?, true).run(false)?;
    }
    Ok(())
}

fn encrypted(shared: &Shared, stream: TcpStream) -> io::Result<Box<dyn Wire>> {
    let connection = ServerConnection::new(Arc::clone(&shared.tls)).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}

#[derive(PartialEq, Eq)]
enum Next {
    End,
    StartTls,
}

struct Session<'a> {
    shared: &'a Shared,
    wire: BufReader<Box<dyn Wire>>,
    encrypted: bool,
    known: bool,
    from: String,
    to: String,
}

impl<'a> Session<'a> {
    fn new(shared: &'a Shared, wire: Box<dyn Wire>, encrypted: bool) -> Self {
        Self {
            shared,
            wire: BufReader::new(wire),
            encrypted,
            known: shared.login.is_none(),
            from: String::new(),
            to: String::new(),
        }
    }

    fn run(&mut self, greet: bool) -> io::Result<Next> {
        if greet {
            self.say("220 test ESMTP")?;
        }
        while let Some(line) = self.line()? {
            let word = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_uppercase();
            match word.as_str() {
                "EHLO" => self.greet()?,
                "STARTTLS" => {
                    self.say("220 go ahead")?;
                    return Ok(Next::StartTls);
                }
                "AUTH" => self.authenticate(&line)?,
                "MAIL" if !self.known => self.say("530 5.7.0 log in first")?,
                "MAIL" => {
                    self.from = address(&line);
                    self.say("250 ok")?;
                }
                "RCPT" => self.recipient(&line)?,
                "DATA" => {
                    if !self.data()? {
                        return Ok(Next::End);
                    }
                }
                "RSET" | "NOOP" => self.say("250 ok")?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(Next::End);
                }
                _ => self.say("502 5.5.1 unknown")?,
            }
        }
        Ok(Next::End)
    }

    fn greet(&mut self) -> io::Result<()> {
        let mut lines = vec!["test"];
        if self.shared.protection == Protection::StartTls && !self.encrypted {
            lines.push("STARTTLS");
        }
        if self.shared.login.is_some() {
            lines.push("AUTH PLAIN LOGIN");
        }
        for line in lines {
            self.say(&format!("250-{line}"))?;
        }
        self.say("250 8BITMIME")
    }

    fn authenticate(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let given = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(initial)) => {
                let decoded = from_base64(initial);
                let mut parts = decoded.split('\0').skip(1).map(str::to_owned);
                parts.next().zip(parts.next())
            }
            (Some("LOGIN"), _) => {
                self.say("334 VXNlcm5hbWU6")?;
                let user = self.line()?.unwrap_or_default();
                self.say("334 UGFzc3dvcmQ6")?;
                let password = self.line()?.unwrap_or_default();
                Some((from_base64(&user), from_base64(&password)))
            }
            _ => None,
        };
        self.known = given.is_some() && given == self.shared.login;
        if self.known {
            self.say("235 2.7.0 welcome")
        } else {
            self.say("535 5.7.8 wrong login for robot@henan.example")
        }
    }

    fn recipient(&mut self, line: &str) -> io::Result<()> {
        match self
            .shared
            .take(|fault| matches!(fault, Fault::Recipient(_)))
        {
            Some(Fault::Recipient(answer)) => self.say(answer),
            _ => {
                self.to = address(line);
                self.say("250 ok")
            }
        }
    }

    /// Whether the connection goes on.
    fn data(&mut self) -> io::Result<bool> {
        self.say("354 go ahead")?;
        let mut content = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.wire.read_until(b'\n', &mut line)? == 0 || line == b".\r\n" {
                break;
            }
            content.extend(line.strip_prefix(b".").unwrap_or(&line));
        }
        let fault = self
            .shared
            .take(|fault| matches!(fault, Fault::Content(_) | Fault::DropAfterData));
        if let Some(Fault::Content(answer)) = fault {
            self.say(answer)?;
            return Ok(true);
        }
        let received = Received {
            from: self.from.clone(),
            to: self.to.clone(),
            content,
            encrypted: self.encrypted,
        };
        self.shared.state().received.push(received);
        if fault.is_some() {
            return Ok(false);
        }
        self.say("250 taken")?;
        Ok(true)
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let count = self.wire.read_line(&mut line)?;
        Ok((0 < count).then(|| line.trim_end().to_owned()))
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        let wire = self.wire.get_mut();
        wire.write_all(format!("{line}\r\n").as_bytes())?;
        wire.flush()
    }
}

fn address(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}

/// Enough for logins.
fn from_base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let digit = DIGITS.iter().position(|known| *known == byte).unwrap_or(0);
        bits = bits << 6 | u32::try_from(digit).unwrap_or(0);
        count += 6;
        if 8 <= count {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
