//! Process metrics from `/proc`, under the names of Prometheus's client libraries. Linux only.

use std::fs;

/// Resource usage of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub resident_bytes: u64,
    pub virtual_bytes: u64,
    pub threads: u64,
    pub open_files: u64,
    /// The limit of open files; `None` if there is none.
    pub most_files: Option<u64>,
}

impl Process {
    /// `None` without `/proc`.
    pub fn now() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        // Reading the directory opens one more.
        let open_files = fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1);
        Some(Self {
            resident_bytes: number(&status, "VmRSS:")? * 1024,
            virtual_bytes: number(&status, "VmSize:")? * 1024,
            threads: number(&status, "Threads:")?,
            open_files: u64::try_from(open_files).ok()?,
            most_files: number(&limits, "Max open files"),
        })
    }
}

/// The number that follows `name` at the beginning of a line.
fn number(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_memory_and_its_files() {
        let before = Process::now().expect("this is Linux");
        assert!(before.resident_bytes > 1024 * 1024, "{before:?}");
        assert!(before.virtual_bytes >= before.resident_bytes, "{before:?}");
        assert!(before.threads >= 1, "{before:?}");
        assert!((3..10_000).contains(&before.open_files), "{before:?}");
        assert!(before.most_files.is_none_or(|most| most > before.open_files), "{before:?}");
    }

    #[test]
    fn numbers_are_found_by_their_names() {
        let text = "Name:\tx\nVmRSS:\t  12 kB\nMax open files   1024   4096   files\n";
        assert_eq!(number(text, "VmRSS:"), Some(12));
        assert_eq!(number(text, "Max open files"), Some(1024));
        assert_eq!(number(text, "Threads:"), None);
    }
}
