//! The file outside the database that checkpoints are written to, one JSON object a line: `{"key": …}` when the key is
//! a new one, `{"note": …}` for each checkpoint. Who can change the database cannot change what stands here.

use serde::{Deserialize, Serialize};

use super::checkpoint::{Note, Verifier};

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// The key of the notes below.
    Key(String),
    /// A checkpoint.
    Note(String),
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The keys, oldest first.
    pub keys: Vec<Verifier>,
    /// The checkpoints, in the order of their lines.
    pub notes: Vec<Note>,
    /// Lines that are neither: a server that was killed while writing leaves half a line, and writes it again.
    pub unreadable: Vec<usize>,
}

/// The line for a key, without the line break.
#[must_use]
pub fn key_line(verifier: &Verifier) -> String {
    line(&Line::Key(verifier.to_string()))
}

/// The line for a checkpoint, without the line break.
#[must_use]
pub fn note_line(note: &Note) -> String {
    line(&Line::Note(note.to_string()))
}

fn line(line: &Line) -> String {
    let (name, text) = match line {
        Line::Key(text) => ("key", text),
        Line::Note(text) => ("note", text),
    };
    serde_json::json!({ name: text }).to_string()
}

impl Anchors {
    /// Reads a file; what stands before the JSON of a line (as syslog writes it) is passed over.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut anchors = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            if !line.trim().is_empty() && anchors.take(line).is_none() {
                anchors.unreadable.push(number);
            }
        }
        anchors
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let json = line.get(line.find('{')?..)?;
        match serde_json::from_str(json).ok()? {
            Line::Key(text) => self.keys.push(text.parse().ok()?),
            Line::Note(text) => self.notes.push(text.parse().ok()?),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::Algorithm;
    use super::super::checkpoint::{Checkpoint, Signer};
    use super::*;

    #[test]
    fn lines_are_read_back_also_as_syslog_writes_them() {
        let signer = Signer::new("a.example/huiqian", &[1; 32]);
        let note = signer.sign(Checkpoint {
            origin: "a.example/huiqian".to_owned(),
            size: 5,
            root: [2; 32],
            algorithm: Algorithm::Sm3,
            at: DateTime::UNIX_EPOCH,
        });
        let text = format!(
            "{}\n\nNov 28 02:00:00 host huiqian[12]: {}\n",
            key_line(&signer.verifier()),
            note_line(&note)
        );

        let anchors = Anchors::read(&text);

        assert_eq!(anchors.keys, [signer.verifier()]);
        assert_eq!(anchors.notes, [note]);
    }

    #[test]
    fn half_a_line_is_told_and_passed_over() {
        let anchors = Anchors::read("\n{\"note\": \"x\"}\n");

        assert_eq!(anchors.unreadable, [2]);
    }
}
