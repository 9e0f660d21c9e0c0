//! The table of contents of a ZIP file, read without unpacking anything.

use std::io::{self, Read, Seek, SeekFrom};

const END: &[u8; 4] = b"PK\x05\x06";
const ENTRY: &[u8; 4] = b"PK\x01\x02";
const END_LENGTH: usize = 22;
const ENTRY_LENGTH: usize = 46;
const LONGEST_COMMENT: u64 = 65_535;

// What an office file or a bundle of them never reaches, and a bomb always does.
const MOST_ENTRIES: usize = 10_000;
const MOST_TABLE: u64 = 4 * 1024 * 1024;
const MOST_UNPACKED: u64 = 1024 * 1024 * 1024;

/// The names in a ZIP file that ends where it should; `None` if it is no such file, or a bomb by its own account.
pub(super) fn names(file: &mut (impl Read + Seek), size: u64) -> io::Result<Option<Vec<String>>> {
    let Some((at, end)) = end_record(file, size)? else {
        return Ok(None);
    };
    let (length, start) = (u64::from(u32_at(&end, 12)), u64::from(u32_at(&end, 16)));
    // The table must stand right before its end record: a file with something in front is two files in one.
    if MOST_TABLE < length || start + length != at {
        return Ok(None);
    }
    let mut table = vec![0; usize::try_from(length).unwrap_or(0)];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut table)?;
    let found = entries(&table, usize::from(u16_at(&end, 10)));
    Ok(found.and_then(|(names, unpacked)| (unpacked <= MOST_UNPACKED).then_some(names)))
}

/// Whether a ZIP file unpacks to no more than `most` bytes, by its own account.
pub(super) fn unpacks_within(bytes: &[u8], most: u64) -> bool {
    let mut file = io::Cursor::new(bytes);
    let Ok(Some((_, end))) = end_record(&mut file, bytes.len() as u64) else {
        return false;
    };
    let place = |at| usize::try_from(u32_at(&end, at)).unwrap_or(usize::MAX);
    let table = bytes
        .get(place(16)..)
        .and_then(|rest| rest.get(..place(12)));
    let found = table.and_then(|table| entries(table, usize::from(u16_at(&end, 10))));
    found.is_some_and(|(_, unpacked)| unpacked <= most)
}

/// Whether the file ends in what unpackers take for a ZIP, whatever stands in front.
pub(super) fn has_end_record(file: &mut (impl Read + Seek), size: u64) -> io::Result<bool> {
    Ok(end_record(file, size)?.is_some())
}

/// The end record and where it stands; its comment must reach exactly to the end of the file.
fn end_record(
    file: &mut (impl Read + Seek),
    size: u64,
) -> io::Result<Option<(u64, [u8; END_LENGTH])>> {
    let reach = size.min(END_LENGTH as u64 + LONGEST_COMMENT);
    let start = size - reach;
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(reach).read_to_end(&mut tail)?;
    let found = tail
        .windows(END_LENGTH)
        .enumerate()
        .rev()
        .find(|(at, end)| {
            end.starts_with(END) && at + END_LENGTH + usize::from(u16_at(end, 20)) == tail.len()
        });
    Ok(found.and_then(|(at, end)| Some((start + at as u64, end.try_into().ok()?))))
}

/// The names, and what all of it unpacks to.
fn entries(table: &[u8], count: usize) -> Option<(Vec<String>, u64)> {
    if count == 0 || MOST_ENTRIES < count {
        return None;
    }
    let mut names = Vec::with_capacity(count);
    let mut unpacked = 0_u64;
    let mut rest = table;
    while !rest.is_empty() {
        let (entry, after) = rest.split_at_checked(ENTRY_LENGTH)?;
        if !entry.starts_with(ENTRY) {
            return None;
        }
        unpacked += u64::from(u32_at(entry, 24));
        let name = usize::from(u16_at(entry, 28));
        let (extra, comment) = (
            usize::from(u16_at(entry, 30)),
            usize::from(u16_at(entry, 32)),
        );
        let (text, after) = after.split_at_checked(name)?;
        names.push(String::from_utf8_lossy(text).into_owned());
        rest = after.get(extra + comment..)?;
    }
    (names.len() == count).then_some((names, unpacked))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
