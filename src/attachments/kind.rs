//! What a file is: by its name, by the type that was declared and by its content; all three must agree.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::{AttachmentError, Refusal, archive};

/// A type of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// Word 97.
    Doc,
    /// Word.
    Docx,
    /// Excel 97.
    Xls,
    /// Excel.
    Xlsx,
    /// PowerPoint 97.
    Ppt,
    /// PowerPoint.
    Pptx,
    /// WPS text.
    Wps,
    /// WPS table.
    Et,
    /// OFD, GB/T 33190.
    Ofd,
    /// A picture.
    Png,
    /// A picture.
    Jpg,
    /// Plain text.
    Txt,
    /// A table as text.
    Csv,
    /// A bundle of files.
    Zip,
}

use Kind::{Csv, Doc, Docx, Et, Jpg, Ofd, Pdf, Png, Ppt, Pptx, Txt, Wps, Xls, Xlsx, Zip};

const ALL: &[(&str, Kind)] = &[
    ("pdf", Pdf),
    ("ofd", Ofd),
    ("doc", Doc),
    ("docx", Docx),
    ("wps", Wps),
    ("xls", Xls),
    ("xlsx", Xlsx),
    ("et", Et),
    ("csv", Csv),
    ("ppt", Ppt),
    ("pptx", Pptx),
    ("txt", Txt),
    ("png", Png),
    ("jpg", Jpg),
    ("jpeg", Jpg),
    ("zip", Zip),
];

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const HEAD: u64 = 4096;

impl Kind {
    /// The endings of names, for people to read.
    #[must_use]
    pub fn extensions() -> Vec<&'static str> {
        ALL.iter().map(|(extension, _)| *extension).collect()
    }

    /// The type to send it with; always together with `nosniff` and as an attachment.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Pdf => "application/pdf",
            Doc => "application/msword",
            Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Xls => "application/vnd.ms-excel",
            Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Ppt => "application/vnd.ms-powerpoint",
            Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Wps => "application/vnd.ms-works",
            Et => "application/octet-stream",
            Ofd => "application/ofd",
            Png => "image/png",
            Jpg => "image/jpeg",
            Txt => "text/plain; charset=utf-8",
            Csv => "text/csv; charset=utf-8",
            Zip => "application/zip",
        }
    }

    /// By the ending of the name, if the declared type does not contradict it.
    pub(super) fn of_name(file_name: &str, declared: &str) -> Result<Self, Refusal> {
        let extension = file_name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase())
            .unwrap_or_default();
        let Some((_, kind)) = ALL.iter().find(|(known, _)| *known == extension) else {
            return Err(Refusal::UnknownType {
                file: file_name.to_owned(),
            });
        };
        if !kind.may_be_declared(declared) {
            return Err(Refusal::NotWhatItSays {
                file: file_name.to_owned(),
            });
        }
        Ok(*kind)
    }

    /// Browsers ask the system, and systems disagree: Windows calls CSV an Excel file, and what no program is installed
    /// for a stream of octets.
    fn may_be_declared(self, declared: &str) -> bool {
        let essence = declared
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if matches!(essence.as_str(), "" | "application/octet-stream") {
            return true;
        }
        let own = self.media_type().split(';').next() == Some(essence.as_str());
        let office = essence.starts_with("application/wps-office.")
            || essence.starts_with("application/vnd.wps-");
        own || match self {
            Doc | Docx | Xls | Xlsx | Ppt | Pptx => office,
            Wps => office || matches!(essence.as_str(), "application/msword" | "application/kswps"),
            Et => {
                office
                    || matches!(
                        essence.as_str(),
                        "application/vnd.ms-excel" | "application/kset"
                    )
            }
            Ofd => matches!(essence.as_str(), "application/x-ofd" | "application/zip"),
            Png => essence == "image/x-png",
            Jpg => matches!(essence.as_str(), "image/jpg" | "image/pjpeg"),
            Csv => matches!(
                essence.as_str(),
                "application/csv" | "application/vnd.ms-excel" | "text/plain"
            ),
            Zip => matches!(
                essence.as_str(),
                "application/x-zip-compressed" | "application/x-zip"
            ),
            Pdf => essence == "application/x-pdf",
            Txt => false,
        }
    }

    /// Whether the content is of this kind and of no other.
    pub(super) fn check_content(
        self,
        file_name: &str,
        file: &mut File,
        size: u64,
    ) -> Result<(), AttachmentError> {
        if self.is_content_of(file, size)? {
            return Ok(());
        }
        Err(Refusal::NotWhatItSays {
            file: file_name.to_owned(),
        }
        .into())
    }

    fn is_content_of(self, file: &mut File, size: u64) -> io::Result<bool> {
        let head = part(file, 0, HEAD)?;
        if is_markup(&head) {
            return Ok(false);
        }
        Ok(match self {
            Pdf => {
                let tail = part(file, size.saturating_sub(2048), 2048)?;
                head.starts_with(b"%PDF-")
                    && contains(&tail, b"%%EOF")
                    && !archive::has_end_record(file, size)?
            }
            Png => {
                let tail = part(file, size.saturating_sub(12), 12)?;
                head.starts_with(b"\x89PNG\r\n\x1a\n") && tail == *b"\0\0\0\0IEND\xAE\x42\x60\x82"
            }
            Jpg => {
                let tail = part(file, size.saturating_sub(2), 2)?;
                head.starts_with(b"\xFF\xD8\xFF") && tail == *b"\xFF\xD9"
            }
            Doc => is_ole(file, &head, size, &["WordDocument"])?,
            Xls => is_ole(file, &head, size, &["Workbook", "Book"])?,
            Ppt => is_ole(file, &head, size, &["PowerPoint Document"])?,
            Wps => {
                is_ole(file, &head, size, &["WordDocument"])?
                    || is_package(file, &head, size, "word/")?
            }
            Et => {
                is_ole(file, &head, size, &["Workbook", "Book", "ETExtData"])?
                    || is_package(file, &head, size, "xl/")?
            }
            Docx => is_package(file, &head, size, "word/")?,
            Xlsx => is_package(file, &head, size, "xl/")?,
            Pptx => is_package(file, &head, size, "ppt/")?,
            Ofd => zip_names(file, &head, size)?.is_some_and(|names| has(&names, "OFD.xml")),
            Zip => zip_names(file, &head, size)?
                .is_some_and(|names| !names.iter().any(|n| leads_out(n))),
            Txt | Csv => is_text(file)? && !archive::has_end_record(file, size)?,
        })
    }
}

/// Word, Excel and PowerPoint since 2007. A macro makes it a `.docm`, whatever the name says.
fn is_package(file: &mut File, head: &[u8], size: u64, folder: &str) -> io::Result<bool> {
    let Some(names) = zip_names(file, head, size)? else {
        return Ok(false);
    };
    Ok(has(&names, "[Content_Types].xml")
        && names.iter().any(|name| name.starts_with(folder))
        && !names.iter().any(|name| name.ends_with("vbaProject.bin")))
}

fn zip_names(file: &mut File, head: &[u8], size: u64) -> io::Result<Option<Vec<String>>> {
    if !head.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    archive::names(file, size)
}

fn has(names: &[String], wanted: &str) -> bool {
    names.iter().any(|name| name == wanted)
}

/// A name that an unpacker would write outside its folder.
fn leads_out(name: &str) -> bool {
    let name = name.replace('\\', "/");
    name.starts_with('/') || name.contains(':') || name.split('/').any(|part| part == "..")
}

/// The binary formats of the nineties: one container, told apart by the names of the streams in it.
fn is_ole(file: &mut File, head: &[u8], size: u64, streams: &[&str]) -> io::Result<bool> {
    if !head.starts_with(OLE) || archive::has_end_record(file, size)? {
        return Ok(false);
    }
    let content = part(file, 0, size)?;
    Ok(streams.iter().any(|stream| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        contains(&content, &[&name[..], &[0, 0]].concat())
    }))
}

/// No control characters but those of lines; UTF-8 or GB 18030, which both keep these bytes for themselves.
fn is_text(file: &mut File) -> io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(true);
        }
        let binary = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=31 | 127);
        if buffer[..count].iter().any(binary) {
            return Ok(false);
        }
    }
}

/// Web pages, SVG and scripts, also hidden in the beginning of something else, where browsers look for them.
fn is_markup(head: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<svg",
        b"<iframe",
        b"<object",
        b"<?php",
        b"javascript:",
    ];
    let lower = head.to_ascii_lowercase();
    let text = lower
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(&lower)
        .trim_ascii_start();
    let begins = [&b"#!"[..], b"<?xml", b"<!--"]
        .iter()
        .any(|mark| text.starts_with(mark));
    begins || MARKS.iter().any(|mark| contains(&lower, mark))
}

fn part(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
