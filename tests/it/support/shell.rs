//! The program as a shell starts it, in a folder of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A small directory: `ann` files, `adm` and `adi` administer workflows.
pub const DIRECTORY: &str = "\
departments:
  - {code: z, name: 主管部门, region: '410000', level: province}
  - {code: a, name: 甲部门, region: '410000', level: province, authority: z}
people:
  - {login: ann, name: 安, email: ann@henan.example, department: a, clearance: 4}
  - {login: adm, name: 管一, email: adm@henan.example, department: z, clearance: 4}
  - {login: adi, name: 管二, email: adi@henan.example, department: z, clearance: 4}
posts:
  - {person: ann, role: applicant, department: a}
  - {person: adm, role: workflow_admin, department: z}
  - {person: adi, role: workflow_admin, department: z}
";

pub struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// With a database that is up to date, and a directory in it.
    pub fn with_directory() -> Self {
        let shell = Self::new();
        assert_eq!(shell.run(&["migrate"]).code, 0);
        shell.write("directory.yaml", DIRECTORY);
        assert_eq!(
            shell.run(&["directory", "import", "directory.yaml"]).code,
            0
        );
        shell
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).expect("written");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huiqian"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HUIQIAN_DATABASE_URL", "sqlite:huiqian.db")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().expect("it runs").into()
    }

    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        command.output().expect("it runs").into()
    }

    pub fn run_typing(&self, arguments: &[&str], typed: &str) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(typed.as_bytes()).expect("typed");
        drop(stdin);
        child.wait_with_output().expect("it ends").into()
    }
}

#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Said {
    /// One sentence on stderr with all of these words, and this code.
    #[track_caller]
    pub fn refuses(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.err.trim_end().lines().count(), 1, "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "no {word}: {self:?}");
        }
    }
}

/// A demonstration that runs, and ends with the test.
pub struct Demo {
    child: Child,
    pub address: String,
    pub said: String,
}

impl Demo {
    pub fn start(shell: &Shell) -> Self {
        let mut child = shell
            .command(&["demo", "--port", "0", "--data", "demo"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = String::new();
        while !said.contains("Ctrl+C") {
            let line = lines.next().expect("it says more").expect("UTF-8");
            said.push_str(&line);
            said.push('\n');
        }
        let from = said.find("http://").expect("an address");
        let address = said[from..].lines().next().unwrap_or_default().to_owned();
        // It listens already; that it answers means that it can be asked to end as well.
        let answer = ureq::get(format!("{address}/healthz")).call();
        assert_eq!(answer.expect("it answers").status(), 200);
        Self {
            child,
            address,
            said,
        }
    }

    /// Asks it to end, as Ctrl+C does, and waits.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("kill runs").success());
        let ended = self.child.wait().expect("it ends");
        assert!(ended.success(), "{ended:?}");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already gone after `stop`; otherwise a failed assertion must not leave it behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Changes the database behind the program's back.
pub fn change(url: &str, sql: &str) {
    use diesel::connection::SimpleConnection;
    let file = url.trim_start_matches("sqlite:");
    let mut conn: diesel::SqliteConnection =
        diesel::Connection::establish(file).expect("the file opens");
    conn.batch_execute(sql).expect(sql);
}
