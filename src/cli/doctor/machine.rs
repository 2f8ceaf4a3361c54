//! Checks of the machine: permissions of the database file, and free disk space.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access, statvfs};

use super::findings::Findings;
use crate::storage::DatabaseUrl;

const MEBIBYTE: u64 = 1024 * 1024;
/// Below this, a server may run out of disk space within hours.
const TOO_LITTLE: u64 = 64 * MEBIBYTE;
const LITTLE: u64 = 1024 * MEBIBYTE;

/// Only for SQLite: the files of PostgreSQL are not ours.
pub(super) fn check(findings: &mut Findings, url: &DatabaseUrl) {
    let Some(file) = url.file() else { return };
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if !folder.exists() {
        let advice = "The first start creates it. If the database is elsewhere, correct --database-url (DATABASE_URL).";
        findings.warn("permissions", format!("there is no folder {}", folder.display()), advice);
        return;
    }
    permissions(findings, file, &folder);
    disk(findings, file, &folder);
}

fn permissions(findings: &mut Findings, file: &Path, folder: &Path) {
    const CHECK: &str = "permissions";
    let mut well = true;
    let mut wanted = vec![(folder, Access::WRITE_OK | Access::EXEC_OK)];
    if file.exists() {
        wanted.push((file, Access::READ_OK | Access::WRITE_OK));
    }
    for (path, how) in wanted {
        if access(path, how).is_err() {
            well = false;
            findings.fail(
                CHECK,
                format!("{} cannot be written by this user", path.display()),
                "Run this as the server's user. If it is that one, give the file and its folder to it with chown.",
            );
        }
    }
    for (path, bits, what, advice) in [
        (file, 0o007, "used by every user of this machine", "chmod o-rwx"),
        (folder, 0o002, "written by every user of this machine", "chmod o-w"),
    ] {
        if path.metadata().is_ok_and(|it| it.permissions().mode() & bits != 0) {
            well = false;
            let found = format!("{} can be {what}", path.display());
            findings.warn(CHECK, found, format!("{advice} {}", path.display()));
        }
    }
    if well {
        findings.ok(CHECK, format!("{} can be written, and is private", file.display()));
    }
}

fn disk(findings: &mut Findings, file: &Path, folder: &Path) {
    const CHECK: &str = "disk";
    let room = match statvfs(folder) {
        Ok(room) => room,
        Err(error) => {
            let found = format!("cannot see how much room there is at {}: {error}", folder.display());
            return findings.warn(CHECK, found, "Look with df.");
        }
    };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let size = file.metadata().map_or(0, |it| it.len());
    let found = format!(
        "{} MiB free at {}, the database has {} MiB",
        free / MEBIBYTE,
        folder.display(),
        size.div_ceil(MEBIBYTE)
    );
    if free < TOO_LITTLE {
        findings.fail(CHECK, found, "Make room now: without it nothing can be changed.");
    } else if free < LITTLE || free < size {
        findings.warn(
            CHECK,
            found,
            "Make room: the database grows, and a migration or a copy needs as much again.",
        );
    } else {
        findings.ok(CHECK, found);
    }
}
