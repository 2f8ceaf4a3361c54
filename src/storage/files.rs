//! Files of SQLite databases: private permissions, atomic replacement, fsync.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use rustix::{fs::OFlags, io::Errno};

use super::{CopyError, StorageError};

/// For `map_err`.
pub(super) fn failed_to(what: &str, path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    let what = format!("cannot {what} {}", path.display());
    move |source| CopyError::Io { what, source }
}

/// Creates a database file that only its owner can read, as it holds password hashes. SQLite's own files
/// beside it inherit the permissions.
pub(super) fn make_privately(file: &Path) -> Result<(), StorageError> {
    let made = match private().open(file) {
        Ok(made) => give_away(&made, file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    };
    made.map_err(|source| StorageError::Io { what: format!("cannot make {}", file.display()), source })
}

/// Opens or creates the lock file beside `database`, which serializes opening and replacing it. An existing
/// file is left as it is: not written to, not chowned, and not followed if it is a symbolic link.
pub(super) fn open_lock(path: &Path, database: &Path) -> io::Result<File> {
    match private().open(path) {
        Ok(made) => {
            give_away(&made, database)?;
            return Ok(made);
        }
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    let mut options = OpenOptions::new();
    // `NONBLOCK`: opening a FIFO must not wait; it is rejected below.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.read(true).write(true).custom_flags(flags.bits().cast_signed());
    let file = options.open(path).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP) => io::Error::other("it is a symbolic link, which is not followed: remove it"),
        _ => error,
    })?;
    let found = file.metadata()?;
    if !found.is_file() || found.nlink() != 1 {
        return Err(io::Error::other("it is no file of its own (a hard link, or no plain file): remove it"));
    }
    Ok(file)
}

/// Chowns a file that root just created to the owner of the database, or of its folder, as the server does
/// not run as root. Keeps it where chown fails (network file systems, containers).
fn give_away(made: &File, database: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let model = match fs::metadata(database) {
        Ok(it) if !is_same(&it, &made.metadata()?) => it,
        _ => fs::metadata(folder_of(database))?,
    };
    let _ = own_as(made, &model);
    Ok(())
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Gives `file` the owner and group of `model`.
pub(super) fn own_as(file: &File, model: &Metadata) -> io::Result<()> {
    let now = file.metadata()?;
    if (now.uid(), now.gid()) == (model.uid(), model.gid()) {
        return Ok(());
    }
    fchown(file, Some(model.uid()), Some(model.gid()))
}

/// Options for a new file with mode 0600.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options
}

/// A private temporary file beside its target. Deleted on drop unless renamed.
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl Draft {
    pub(super) fn beside(target: &Path, ending: &str) -> Result<Self, CopyError> {
        let target = std::path::absolute(target).map_err(failed_to("find", target))?;
        let path = with_ending(&target, &format!(".{ending}"));
        match private().open(&path) {
            Ok(file) => Ok(Self { path, file }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let why = "another run writes it, or one was cut off: then remove it";
                Err(failed_to("make", &path)(io::Error::other(why)))
            }
            Err(error) => Err(failed_to("make", &path)(error)),
        }
    }

    /// Renames it to `target`, which must not exist, durably; returns its size.
    pub(super) fn publish(self, target: &Path) -> Result<u64, CopyError> {
        self.file.sync_all().map_err(failed_to("write", &self.path))?;
        let here = rustix::fs::CWD;
        rustix::fs::renameat_with(here, &self.path, here, target, rustix::fs::RenameFlags::NOREPLACE)
            .map_err(|error| failed_to("name the copy", target)(error.into()))?;
        sync_folder_of(target)?;
        self.size()
    }

    /// Atomically replaces `target`; returns its size.
    pub(super) fn replace(self, target: &Path) -> Result<u64, CopyError> {
        self.file.sync_all().map_err(failed_to("write", &self.path))?;
        fs::rename(&self.path, target).map_err(failed_to("replace", target))?;
        sync_folder_of(target)?;
        self.size()
    }

    fn size(&self) -> Result<u64, CopyError> {
        Ok(self.file.metadata().map_err(failed_to("read", &self.path))?.len())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the rename there is nothing to delete.
        let _ = fs::remove_file(&self.path);
    }
}

/// A rename is durable only once the directory is synced.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), CopyError> {
    let folder = folder_of(path);
    File::open(&folder).and_then(|it| it.sync_all()).map_err(failed_to("write the folder", &folder))
}

pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
