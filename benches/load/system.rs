//! What the system tells of processes: their time on the processors and their memory.

use std::fs;

/// Clock ticks in a second, as `/proc` counts them on Linux.
const TICKS: f64 = 100.0;

/// Milliseconds of processor time that a process has used.
pub fn used(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own * 1000.0 / TICKS)
}

/// Milliseconds that a process and all that it ever started have used.
pub fn used_with_children(pid: u32) -> f64 {
    let Some(parent) = stat(pid) else {
        return 0.0;
    };
    let children: f64 = all()
        .filter_map(stat)
        .filter(|stat| stat.parent == pid)
        .map(|stat| stat.own)
        .sum();
    (parent.own + parent.of_ended + children) * 1000.0 / TICKS
}

/// The process that started this one.
pub fn parent(pid: u32) -> Option<u32> {
    stat(pid).map(|stat| stat.parent)
}

/// Megabytes under a name of `/proc/PID/status`: `VmRSS`, `VmHWM`.
pub fn memory(pid: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes
        .and_then(|number| number.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

struct Stat {
    parent: u32,
    own: f64,
    of_ended: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may have blanks in it.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<f64> = rest
        .split_whitespace()
        .skip(1)
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    let at = |place: usize| fields.get(place).copied().unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let parent = at(0) as u32;
    Some(Stat {
        parent,
        own: at(10) + at(11),
        of_ended: at(12) + at(13),
    })
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
