//! A PostgreSQL server of the tests' own: a private cluster in a temporary folder, reached by a socket in that folder,
//! gone with the process that started it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// Runs as whoever owns the cluster: makes it, serves it, and clears it away when its input closes, which the end of
/// the test process does as well, however it comes.
const SCRIPT: &str = r#"
set -e
folder=$1 bin=$2
"$bin/initdb" -D "$folder/data" -U huiqian -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/log" 2>&1
printf "%s\n" "listen_addresses = ''" "unix_socket_directories = '$folder'" "max_connections = 200" "$3" \
    >>"$folder/data/postgresql.conf"
"$bin/postgres" -D "$folder/data" >>"$folder/log" 2>&1 </dev/null &
cat >/dev/null
"$bin/pg_ctl" stop -D "$folder/data" -m fast >>"$folder/log" 2>&1 || true
rm -rf "$folder"
"#;

/// How a cluster is set up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Survives losing power; slower. Needed only by tests that kill the server.
    pub durable: bool,
    /// Counts statements, where the extension for it is installed.
    pub counts: bool,
    /// Megabytes of `shared_buffers`, in place of the 128 that PostgreSQL begins with.
    pub buffers: Option<u32>,
}

/// A running cluster. Dropping it stops it.
pub struct Postgres {
    folder: PathBuf,
    server: Child,
    // Closing it is the signal to stop.
    alive: Option<ChildStdin>,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a cluster; `None` where PostgreSQL is not installed, unless the tests must run on it.
    pub fn start(settings: Settings) -> Option<Self> {
        let bin = binaries()?;
        let folder = make_folder();
        let durability = if settings.durable {
            "fsync = on"
        } else {
            "fsync = off\nsynchronous_commit = off\nfull_page_writes = off"
        };
        let counting = match settings.counts {
            true => "\nshared_preload_libraries = 'pg_stat_statements'",
            false => "",
        };
        let buffers = settings.buffers.map_or_else(String::new, |megabytes| {
            format!("\nshared_buffers = '{megabytes}MB'")
        });
        let configuration = format!("{durability}{counting}{buffers}");
        let mut server = as_owner("sh")
            .args(["-c", SCRIPT, "postgres-for-tests"])
            .args([folder.as_os_str(), bin.as_os_str(), configuration.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .current_dir("/")
            .spawn()
            .expect("the shell starts");
        let alive = server.stdin.take();
        let cluster = Self {
            folder,
            server,
            alive,
            databases: AtomicU32::new(0),
        };
        cluster.wait_until_ready(&bin);
        Some(cluster)
    }

    /// The cluster that all tests of this process share.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start(Settings::default()))
            .as_ref()
    }

    /// Stops it, `fast` or `immediate`, and starts it again. Only what is durable survives the latter.
    pub fn restart(&self, mode: &str) {
        let bin = binaries().expect("it runs");
        let restarted = as_owner(&bin.join("pg_ctl").display().to_string())
            .args(["restart", "-w", "-m", mode, "-D"])
            .arg(self.folder.join("data"))
            .arg("-l")
            .arg(self.folder.join("log"))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(restarted.expect("`pg_ctl` runs").success());
    }

    /// Makes an empty database and answers with its address.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::establish(&self.url("postgres")).expect("the server answers");
        admin
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .expect("a database can be made");
        self.url(&name)
    }

    /// Makes a copy of a database that nobody is connected to.
    pub fn copy_of(&self, url: &str) -> String {
        let original = url.rsplit('/').next().expect("a name");
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::establish(&self.url("postgres")).expect("the server answers");
        admin
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {original}"))
            .expect("a database can be copied");
        self.url(&name)
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://huiqian@{host}/{database}")
    }

    /// A program that belongs to PostgreSQL.
    #[allow(dead_code, reason = "the bench of load asks for it")]
    pub fn program(name: &str) -> Option<Command> {
        Some(Command::new(binaries()?.join(name)))
    }

    /// Where its socket is.
    #[allow(dead_code, reason = "the bench of load asks for it")]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait_until_ready(&self, bin: &Path) {
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            let answer = Command::new(bin.join("pg_isready"))
                .arg("-q")
                .arg("-h")
                .arg(&self.folder)
                .status();
            if answer.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start in 60 s: {log}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Err(error) = self.server.wait() {
            eprintln!("PostgreSQL did not stop: {error}");
        }
    }
}

/// The folder of `initdb`: from `HUIQIAN_TEST_PG`, the search path, or where Debian puts it.
fn binaries() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(look_for_binaries).clone()
}

fn look_for_binaries() -> Option<PathBuf> {
    let named = std::env::var_os("HUIQIAN_TEST_PG").map(PathBuf::from);
    let searched =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    debian.sort();
    let found = named
        .into_iter()
        .chain(searched.into_iter().flatten())
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_isready").is_file());
    if found.is_none() {
        let required = std::env::var("HUIQIAN_TEST_REQUIRE").unwrap_or_default();
        assert!(
            !required.contains("postgres"),
            "PostgreSQL is required, but there is no initdb"
        );
        // Past the test harness, which would hide it: nobody should believe that these tests ran on both databases.
        let _ = writeln!(
            std::io::stderr(),
            "PostgreSQL is not installed: tests run on SQLite only"
        );
    }
    found
}

/// PostgreSQL refuses to run as root, so root hands over to the user that the distribution made for it.
fn as_owner(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        program,
    ]);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` runs");
    id.stdout.trim_ascii() == b"0"
}

fn make_folder() -> PathBuf {
    let made = as_owner("mktemp")
        .args(["--directory", "--tmpdir", "huiqian-pg-XXXXXX"])
        .output()
        .expect("`mktemp` runs");
    assert!(
        made.status.success(),
        "no folder: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    PathBuf::from(String::from_utf8_lossy(&made.stdout).trim())
}
