//! The folder, and every kind of file that it takes or refuses.

use std::io::Cursor;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....IHDR....\0\0\0\0IEND\xAE\x42\x60\x82";
const JPG: &[u8] = b"\xFF\xD8\xFF\xE0..JFIF..\xFF\xD9";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n";

struct Place {
    folder: Folder,
    root: tempfile::TempDir,
}

fn place() -> Place {
    let root = tempfile::tempdir().expect("a folder");
    Place {
        folder: Folder::open(root.path().join("attachments"), 1024 * 1024).expect("opens"),
        root,
    }
}

impl Place {
    fn store(&self, name: &str, declared: &str, content: &[u8]) -> Result<Stored, AttachmentError> {
        let incoming = Incoming {
            file_name: name,
            declared_type: declared,
        };
        self.folder.store(&incoming, Cursor::new(content))
    }

    fn refusal(&self, name: &str, declared: &str, content: &[u8]) -> Option<Refusal> {
        match self.store(name, declared, content) {
            Err(AttachmentError::Refused(refusal)) => Some(refusal),
            Ok(_) => None,
            Err(fault) => panic!("{name}: {fault}"),
        }
    }

    /// Every file below the folder, whatever it is called.
    fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("readable").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// A ZIP file with empty entries, as its table of contents tells it.
fn zip(names: &[&str]) -> Vec<u8> {
    zip_claiming(names, 0)
}

fn zip_claiming(names: &[&str], unpacked: u32) -> Vec<u8> {
    let mut body = Vec::new();
    let mut table = Vec::new();
    for name in names {
        let length = u16::try_from(name.len()).expect("short").to_le_bytes();
        let offset = u32::try_from(body.len()).expect("small").to_le_bytes();
        body.extend(b"PK\x03\x04");
        body.extend([0; 22]);
        body.extend(length);
        body.extend([0; 2]);
        body.extend(name.as_bytes());
        table.extend(b"PK\x01\x02");
        table.extend([0; 20]);
        table.extend(unpacked.to_le_bytes());
        table.extend(length);
        table.extend([0; 12]);
        table.extend(offset);
        table.extend(name.as_bytes());
    }
    let count = u16::try_from(names.len()).expect("few").to_le_bytes();
    let start = u32::try_from(body.len()).expect("small").to_le_bytes();
    let length = u32::try_from(table.len()).expect("small").to_le_bytes();
    body.extend(table);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend(count);
    body.extend(count);
    body.extend(length);
    body.extend(start);
    body.extend([0, 0]);
    body
}

fn ole(stream: &str) -> Vec<u8> {
    let mut content = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    content.extend([0; 504]);
    content.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    content.extend([0; 64]);
    content
}

#[test]
fn what_was_stored_comes_back_verified() {
    let place = place();

    let stored = place
        .store("申请材料.pdf", "application/pdf", PDF)
        .expect("taken");

    assert_eq!(stored.kind, Kind::Pdf);
    assert_eq!(stored.size, PDF.len() as u64);
    assert_eq!(stored.file_name, "申请材料.pdf");
    assert_eq!(
        place
            .folder
            .read(&stored.stored_name, &stored.digest)
            .expect("reads"),
        PDF
    );
}

#[test]
fn the_name_on_the_disk_says_nothing_about_the_file() {
    let place = place();

    let one = place.store("a.pdf", "", PDF).expect("taken");
    let other = place.store("a.pdf", "", PDF).expect("taken");

    assert_ne!(one.stored_name, other.stored_name);
    assert_eq!(place.files().len(), 2);
    assert!(place.files().iter().all(|path| path.extension().is_none()));
}

#[test]
fn a_changed_or_lost_file_is_not_given_out() {
    let place = place();
    let stored = place.store("a.pdf", "", PDF).expect("taken");

    fs::write(&place.files()[0], b"%PDF-something else").expect("writes");
    assert!(matches!(
        place.folder.read(&stored.stored_name, &stored.digest),
        Err(AttachmentError::Changed(_))
    ));

    place.folder.remove(&stored.stored_name).expect("removes");
    place
        .folder
        .remove(&stored.stored_name)
        .expect("is gone already");
    assert!(matches!(
        place.folder.read(&stored.stored_name, &stored.digest),
        Err(AttachmentError::Missing(_))
    ));
}

#[test]
fn a_stored_name_never_leads_out_of_the_folder() {
    let place = place();
    fs::write(place.root.path().join("secret"), b"x").expect("writes");

    for name in [
        "../secret",
        "..",
        "",
        &"A".repeat(64),
        &format!("../{}", "a".repeat(61)),
    ] {
        assert!(
            matches!(
                place.folder.read(name, "x"),
                Err(AttachmentError::Missing(_))
            ),
            "{name}"
        );
    }
}

#[test]
fn too_much_is_refused_while_it_comes_in_and_nothing_is_left_behind() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += buffer.len() as u64;
            buffer.fill(b'x');
            Ok(buffer.len())
        }
    }
    let place = place();
    let mut endless = Endless(0);
    let incoming = Incoming {
        file_name: "a.txt",
        declared_type: "text/plain",
    };

    let refused = place.folder.store(&incoming, &mut endless);

    assert!(matches!(
        refused,
        Err(AttachmentError::Refused(Refusal::TooLarge {
            limit: 1_048_576,
            ..
        }))
    ));
    assert!(endless.0 < 2 * 1024 * 1024);
    assert_eq!(place.files(), Vec::<PathBuf>::new());
}

#[test]
fn exactly_the_limit_is_taken_and_an_empty_file_is_not() {
    let place = place();

    assert!(place.store("a.txt", "", &vec![b'x'; 1024 * 1024]).is_ok());
    assert!(matches!(
        place.refusal("a.txt", "", &vec![b'x'; 1024 * 1024 + 1]),
        Some(Refusal::TooLarge { .. })
    ));
    assert!(matches!(
        place.refusal("a.txt", "", b""),
        Some(Refusal::Empty { .. })
    ));
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing_behind() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"))
        }
    }
    let place = place();
    let incoming = Incoming {
        file_name: "a.txt",
        declared_type: "",
    };

    let failed = place.folder.store(&incoming, b"half of it".chain(Broken));

    assert!(matches!(failed, Err(AttachmentError::Disk(_))));
    assert_eq!(place.files(), Vec::<PathBuf>::new());
}

#[test]
fn the_files_that_offices_use_are_taken() {
    let place = place();
    let word = zip(&["[Content_Types].xml", "word/document.xml"]);
    let excel = zip(&["xl/workbook.xml", "[Content_Types].xml"]);
    let slides = zip(&["[Content_Types].xml", "ppt/presentation.xml"]);
    let gbk = b"\xC9\xEA\xC7\xEB,\xCA\xFD\xBE\xDD\r\n";
    let files: &[(&str, &str, &[u8])] = &[
        ("a.pdf", "application/pdf", PDF),
        ("a.PDF", "", PDF),
        ("a.png", "image/png", PNG),
        ("a.jpg", "image/jpeg", JPG),
        ("a.jpeg", "image/jpeg", JPG),
        ("a.docx", Kind::Docx.media_type(), &word),
        ("a.docx", "application/wps-office.docx", &word),
        ("a.xlsx", Kind::Xlsx.media_type(), &excel),
        ("a.pptx", Kind::Pptx.media_type(), &slides),
        ("a.doc", "application/msword", &ole("WordDocument")),
        ("a.xls", "application/vnd.ms-excel", &ole("Workbook")),
        ("a.xls", "application/vnd.ms-excel", &ole("Book")),
        (
            "a.ppt",
            "application/vnd.ms-powerpoint",
            &ole("PowerPoint Document"),
        ),
        ("a.wps", "application/octet-stream", &ole("WordDocument")),
        ("a.et", "", &ole("Workbook")),
        ("a.et", "", &excel),
        (
            "a.ofd",
            "application/ofd",
            &zip(&["OFD.xml", "Doc_0/Document.xml"]),
        ),
        (
            "a.zip",
            "application/x-zip-compressed",
            &zip(&["方案.docx", "表/一.xlsx"]),
        ),
        ("a.txt", "text/plain", "说明\r\n第二行\t1 < 2\n".as_bytes()),
        ("a.csv", "application/vnd.ms-excel", gbk),
    ];
    for (name, declared, content) in files {
        let stored = place
            .store(name, declared, content)
            .unwrap_or_else(|error| panic!("{name} as {declared}: {error}"));

        assert!(!stored.kind.media_type().is_empty());
    }
}

#[test]
fn types_that_can_act_are_refused_by_name() {
    let place = place();

    for name in [
        "a.svg",
        "a.html",
        "a.js",
        "a.exe",
        "a.docm",
        "a.sh",
        "a.pdf.exe",
        "a",
        "a.rar",
        "pdf",
    ] {
        assert!(
            matches!(
                place.refusal(name, "", PDF),
                Some(Refusal::UnknownType { .. })
            ),
            "{name}"
        );
    }
}

#[test]
fn content_that_is_not_what_the_name_says_is_refused() {
    let place = place();
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let word = zip(&["[Content_Types].xml", "word/document.xml"]);
    let files: &[(&str, &[u8])] = &[
        ("a.png", svg),
        ("a.txt", svg),
        ("a.txt", b"\xEF\xBB\xBF  <?xml version=\"1.0\"?><x/>"),
        ("a.csv", b"name\n<ScRiPt>alert(1)</script>\n"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.txt", b"MZ\x90\0\x03\0\0\0"),
        ("a.txt", b"with\0zero"),
        ("a.pdf", PNG),
        ("a.pdf", b"%PDF-1.7 and no end"),
        ("a.pdf", b"  %PDF-1.7\n%%EOF"),
        ("a.png", JPG),
        ("a.jpg", PNG),
        ("a.png", b"\x89PNG\r\n\x1a\n cut off"),
        ("a.docx", b"PK\x03\x04 and nothing else"),
        ("a.docx", &zip(&["xl/workbook.xml", "[Content_Types].xml"])),
        ("a.xlsx", &word),
        (
            "a.docx",
            &zip(&[
                "[Content_Types].xml",
                "word/document.xml",
                "word/vbaProject.bin",
            ]),
        ),
        ("a.doc", &ole("Workbook")),
        ("a.xls", &word),
        ("a.ofd", &word),
        ("a.zip", PDF),
        ("a.zip", &zip(&["../../etc/passwd"])),
        ("a.zip", &zip(&["C:\\Windows\\x"])),
        ("a.zip", &zip_claiming(&["a", "b"], u32::MAX)),
    ];
    for (name, content) in files {
        assert!(
            matches!(
                place.refusal(name, "", content),
                Some(Refusal::NotWhatItSays { .. })
            ),
            "{name}: {:?}",
            String::from_utf8_lossy(&content[..content.len().min(40)])
        );
    }
    assert_eq!(place.files(), Vec::<PathBuf>::new());
}

#[test]
fn files_that_are_two_things_at_once_are_refused() {
    let place = place();
    let archive = zip(&["evil.class"]);
    let files: &[(&str, Vec<u8>)] = &[
        ("a.pdf", [PDF, &archive].concat()),
        ("a.png", [PNG, &archive].concat()),
        ("a.jpg", [JPG, &archive].concat()),
        ("a.doc", [&ole("WordDocument"), &archive[..]].concat()),
        ("a.zip", [&archive[..], PDF].concat()),
        (
            "a.zip",
            [b"PK\x03\x04 something in front", &archive[..]].concat(),
        ),
        (
            "a.pdf",
            [b"%PDF-1.7\n<html><script>1</script>", PDF].concat(),
        ),
        ("a.jpg", [b"\xFF\xD8\xFF<svg onload=1>", JPG].concat()),
    ];
    for (name, content) in files {
        assert!(
            matches!(
                place.refusal(name, "", content),
                Some(Refusal::NotWhatItSays { .. })
            ),
            "{name}"
        );
    }
}

#[test]
fn a_declared_type_that_contradicts_the_name_is_refused() {
    let place = place();

    for (name, declared, content) in [
        ("a.pdf", "text/html", PDF),
        ("a.png", "image/svg+xml", PNG),
        ("a.jpg", "image/png", JPG),
        ("a.txt", "application/pdf", &b"x"[..]),
    ] {
        assert!(
            matches!(
                place.refusal(name, declared, content),
                Some(Refusal::NotWhatItSays { .. })
            ),
            "{name} as {declared}"
        );
    }
}

#[test]
fn a_refusal_names_the_file_and_what_can_be_done() {
    let place = place();

    let refusal = place
        .refusal("logo.svg", "image/svg+xml", b"<svg/>")
        .expect("refused");

    let said = refusal.sentence(Language::Zh);
    assert!(
        said.contains("logo.svg") && said.contains("pdf") && said.contains("docx"),
        "{said}"
    );
    let large = place
        .refusal("大.txt", "", &vec![b'x'; 2 * 1024 * 1024])
        .expect("refused");
    assert!(large.sentence(Language::Zh).contains("1 MB"), "{large:?}");
}

#[test]
fn every_refusal_has_its_sentence_in_both_languages() {
    let file = "a.pdf".to_owned();
    for refusal in [
        Refusal::Empty { file: file.clone() },
        Refusal::TooLarge {
            file: file.clone(),
            limit: 1,
        },
        Refusal::BadName { file: file.clone() },
        Refusal::LongName { count: 201 },
        Refusal::UnknownType { file: file.clone() },
        Refusal::NotWhatItSays { file },
    ] {
        for language in [Language::Zh, Language::En] {
            let said = refusal.sentence(language);
            assert!(
                !said.starts_with("attachment.") && !said.contains('{'),
                "{said}"
            );
        }
    }
}
