//! Real processes of the program: set up from the command line, served, killed and started again.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_huiqian");
/// The key of every deployment.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A deployment in a folder of its own: settings, files and at most one server.
pub struct Deployment {
    folder: tempfile::TempDir,
    port: u16,
    environment: Vec<(String, String)>,
    server: Option<Child>,
}

impl Deployment {
    /// Settings for this database; mail goes to `smtp_port` on this machine.
    pub fn new(database: &str, smtp_port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let set = |name: &str, value: String| (format!("HUIQIAN_{name}"), value);
        let environment = vec![
            set("DATABASE_URL", database.to_owned()),
            set("LISTEN", format!("127.0.0.1:{port}")),
            set("BASE_URL", format!("http://127.0.0.1:{port}")),
            set("SMTP_URL", format!("smtp://127.0.0.1:{smtp_port}?tls=none")),
            set("MAIL_FROM", "会签 <huiqian@henan.example>".to_owned()),
            set("SECRET_KEY", SECRET.to_owned()),
            set(
                "ATTACHMENTS",
                folder.path().join("files").display().to_string(),
            ),
        ];
        Self {
            folder,
            port,
            environment,
            server: None,
        }
    }

    /// Runs one command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Begins one command of the program; whoever asked may end it before it is done.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program runs")
    }

    /// As [`Self::run`]; it must succeed. Answers with what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            said(&output.stdout),
            said(&output.stderr)
        );
        said(&output.stdout)
    }

    /// As [`Self::ok`], with the most memory that it took, in megabytes.
    #[allow(dead_code, reason = "the bench of growth asks for it")]
    pub fn watched(&self, arguments: &[&str]) -> (String, f64) {
        let mut command = self.command(arguments);
        let child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let status = format!("/proc/{}/status", child.id());
        let watch = std::thread::spawn(move || {
            let mut most = 0.0f64;
            // Without a line for it, the process is over.
            while let Some(kilobytes) = std::fs::read_to_string(&status).ok().and_then(peak) {
                most = most.max(kilobytes / 1024.0);
                std::thread::sleep(Duration::from_millis(50));
            }
            most
        });
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (said, watch.join().expect("watches"))
    }

    /// Sets something else: `LISTEN`, say.
    pub fn set(&mut self, name: &str, value: &str) {
        let name = format!("HUIQIAN_{name}");
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.to_owned()));
    }

    /// The folder of the deployment.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// An API token for this person.
    pub fn token(&self, login: &str) -> String {
        let said = self.ok(&["token", "create", login]);
        let last = said.trim().lines().last();
        last.expect("a token").to_owned()
    }

    /// Asks the server to end, as a service manager does; how it ended comes with [`Self::ended`].
    pub fn ask_to_end(&self) {
        let server = self.server.as_ref().expect("a server");
        let asked = Command::new("kill")
            .args(["-TERM", &server.id().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
    }

    /// Waits for the end of a server that was asked to.
    pub fn ended(&mut self) {
        let mut server = self.server.take().expect("a server");
        let ended = server.wait().expect("it ends");
        assert!(ended.success(), "{ended:?}: {}", self.said());
    }

    /// Writes a file of the deployment's folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(PROGRAM, arguments)
    }

    fn prepared(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.environment.iter().cloned());
        command
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&mut self) {
        self.start_with(&["serve"]);
    }

    /// As [`Self::start`], with these arguments.
    pub fn start_with(&mut self, arguments: &[&str]) {
        let server = self.command(arguments);
        self.start_as(server);
    }

    /// As [`Self::start`], where a limit to the size of files, set later by [`Self::limit`], answers the program and does
    /// not end it.
    pub fn start_limited(&mut self) {
        let serve = "trap '' XFSZ; exec \"$0\" serve";
        let server = self.prepared("/bin/sh", &["-c", serve, PROGRAM]);
        self.start_as(server);
    }

    /// Lets the server's files grow to this size, `unlimited` or so many bytes.
    pub fn limit(&self, size: &str) {
        let limited = Command::new("prlimit")
            .args(["--pid", &self.id(), &format!("--fsize={size}:")])
            .status();
        assert!(limited.expect("`prlimit` runs").success());
    }

    /// Sends the server a signal by its name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.id()])
            .status();
        assert!(sent.expect("`kill` runs").success());
    }

    /// The id of the server's process.
    pub fn id(&self) -> String {
        let server = self.server.as_ref().expect("it runs");
        server.id().to_string()
    }

    fn start_as(&mut self, mut server: Command) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .expect("a log");
        let errors = log.try_clone().expect("a log");
        let child = server
            .stdout(Stdio::from(log))
            .stderr(Stdio::from(errors))
            .spawn()
            .expect("the server starts");
        self.server = Some(child);
        let since = Instant::now();
        while !self.is_ready() {
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "the server does not become ready: {}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// What the server has logged.
    pub fn said(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.log()) {
            file.read_to_string(&mut text).expect("the log is text");
        }
        text
    }

    /// Whether it says that it can work.
    pub fn is_ready(&self) -> bool {
        ureq::get(format!("http://127.0.0.1:{}/readyz", self.port))
            .call()
            .is_ok()
    }

    /// The server's process.
    #[allow(dead_code, reason = "the bench of load asks for it")]
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Ends the server at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("the server is ours to end");
            server.wait().expect("it ends");
        }
    }

    /// The address of the server.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of the API.
    pub fn api(&self) -> String {
        format!("http://127.0.0.1:{}/api/v1", self.port)
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        self.kill();
    }
}

fn peak(status: String) -> Option<f64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// A client of the API that repeats a request with its key until somebody answers.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    api: String,
    token: String,
}

impl Client {
    /// Acts with this token, and gives each request ten seconds.
    pub fn new(api: String, token: String) -> Self {
        Self::patient(api, token, Duration::from_secs(10))
    }

    /// Acts with this token, and gives each request so long.
    pub fn patient(api: String, token: String, patience: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(patience))
            .build()
            .into();
        Self { agent, api, token }
    }

    /// Posts until there is an answer, at most for a minute. A server that is down, or just went down, gives none.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let since = Instant::now();
        loop {
            match self.once(path, key, body) {
                Some((status, answer)) if status != 503 => return (status, answer),
                Some(_) | None => {}
            }
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "no answer to {path}"
            );
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Posts once. A connection that breaks in the middle of the answer is no answer.
    pub fn once(&self, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .header("idempotency-key", key)
            .send_json(body)
            .ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.body_mut().read_json().ok()?))
    }

    /// Gets a document that must be there.
    pub fn get(&self, path: &str) -> Value {
        let mut answer = self
            .agent
            .get(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.body_mut().read_json().unwrap_or(json!(null))
    }
}
