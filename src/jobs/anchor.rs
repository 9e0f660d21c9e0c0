//! Writes checkpoints outside the database: to a file that is only added to, or to syslog. One that could not be
//! written is written at the next look, and one that was written twice says the same twice.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::SecondsFormat;

use crate::audit::anchor;
use crate::audit::checkpoint::Note;
use crate::config::Anchor;
use crate::services::{App, Error, sequencer};

/// Facility 13 (log audit), severity 5 (notice), as RFC 5424 counts them.
const PRIORITY: u8 = 13 * 8 + 5;

/// Writes for one process, which names its key before its first checkpoint.
pub struct Anchorer {
    pub(super) app: Arc<App>,
    named: AtomicBool,
}

impl Anchorer {
    /// To the place of the settings.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            named: AtomicBool::new(false),
        }
    }

    /// Writes what was not written yet.
    ///
    /// # Errors
    /// The database's own failure, or that of the place.
    pub fn pass(&self) -> Result<(), Error> {
        let Some(place) = &self.app.settings.audit.anchor else {
            return Ok(());
        };
        for checkpoint in sequencer::to_anchor(&self.app)? {
            let note: Note = checkpoint
                .note
                .parse()
                .map_err(|_| Error::Corrupt(format!("the checkpoint over {}", checkpoint.size)))?;
            self.write(place, &note).map_err(|error| {
                // The worker's own line names no cause; the place is the administrator's, and no secret.
                tracing::error!(%error, ?place, "a checkpoint cannot be written outside the database");
                Error::Fault("a checkpoint is not written".to_owned())
            })?;
            sequencer::anchored(&self.app, checkpoint.size)?;
        }
        Ok(())
    }

    fn write(&self, place: &Anchor, note: &Note) -> io::Result<()> {
        let mut lines = Vec::new();
        if !self.named.load(Ordering::Relaxed) {
            let verifier = sequencer::signer(&self.app).verifier();
            lines.push(anchor::key_line(&verifier));
        }
        lines.push(anchor::note_line(note));
        match place {
            Anchor::File(path) => to_file(path, &lines)?,
            Anchor::Syslog(address) => self.to_syslog(address, &lines)?,
        }
        self.named.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn to_syslog(&self, address: &str, lines: &[String]) -> io::Result<()> {
        if address.starts_with('/') {
            let socket = UnixDatagram::unbound()?;
            for line in lines {
                // What local servers read: no time and no host, they know both.
                socket.send_to(format!("<{PRIORITY}>huiqian: {line}").as_bytes(), address)?;
            }
            return Ok(());
        }
        let socket = UdpSocket::bind("[::]:0").or_else(|_| UdpSocket::bind("0.0.0.0:0"))?;
        let time = self.app.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        let host = self.app.settings.host();
        for line in lines {
            let message = format!("<{PRIORITY}>1 {time} {host} huiqian - checkpoint - {line}");
            socket.send_to(message.as_bytes(), address)?;
        }
        Ok(())
    }
}

fn to_file(path: &Path, lines: &[String]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let mut text = lines.join("\n");
    text.push('\n');
    if ends_within_a_line(&mut file)? {
        text.insert(0, '\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// Whether a server was killed while it wrote the last line.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_ended_before_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoints");

        to_file(&path, &["one".into()]).expect("written");
        std::fs::write(&path, "one\ntw").expect("cut");
        to_file(&path, &["two".into(), "three".into()]).expect("written");

        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "one\ntw\ntwo\nthree\n");
    }
}
