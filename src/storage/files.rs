//! Files around an SQLite database: private, written beside and renamed, flushed.

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

/// A database holds password hashes: nobody else on the machine reads the file. What SQLite makes
/// beside it has the same permissions.
pub(super) fn make_privately(file: &Path) -> Result<(), StorageError> {
    let made = match private().open(file) {
        Ok(made) => give_away(&made, file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    };
    made.map_err(|source| StorageError::Io { what: format!("cannot make {}", file.display()), source })
}

/// The file beside `database` whose lock says who opens or replaces that. Whatever has the name already is not
/// touched: not written to, not given away, and not followed, if it is a link.
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
    // A pipe is refused below, and not waited for.
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

/// What root has just made for a database is its owner's, or its folder's owner's: the server is not root.
/// Where it cannot be given away (a file system of a network, a container) it stays as it is.
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

/// A file that must not be there yet.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options
}

/// A private file beside the one that it is to become. Gone when dropped before that.
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

    /// Makes it `target`, which is not there, for good; its size.
    pub(super) fn publish(self, target: &Path) -> Result<u64, CopyError> {
        self.file.sync_all().map_err(failed_to("write", &self.path))?;
        let here = rustix::fs::CWD;
        rustix::fs::renameat_with(here, &self.path, here, target, rustix::fs::RenameFlags::NOREPLACE)
            .map_err(|error| failed_to("name the copy", target)(error.into()))?;
        sync_folder_of(target)?;
        self.size()
    }

    /// Makes it `target` in one step, whatever that was before.
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
        // Once it has its name there is nothing here any more.
        let _ = fs::remove_file(&self.path);
    }
}

/// What was renamed in a folder is so for good only once the folder is written.
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
