//! Putting a copy in the place of an SQLite database.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, fcntl_lock},
    io::Errno,
};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{
    CopyError, DatabaseUrl, StorageError,
    backup::examine,
    database::lock_beside,
    files::{Draft, failed_to, folder_of, own_as, sync_folder_of, with_ending},
};

/// What SQLite keeps beside a database that is in use.
const WRITE_AHEAD: &str = "-wal";
const SHARED_MEMORY: &str = "-shm";
const ROLLBACK: &str = "-journal";

/// What a restore came to.
#[derive(Debug)]
pub struct RestoredDatabase {
    /// The number of the copy's last migration.
    pub schema: i64,
    /// Where the database that was there is now; `None` when there was none.
    pub kept: Option<PathBuf>,
}

/// Puts the copy `from` in the place of the database. What was there is kept beside it, with `stamp`
/// in its name. `check` judges the copy, at a URL of its own, once it is known to be sound.
///
/// # Errors
/// The copy is not a sound database of this program or an older one, or `check` refused it, or
/// somebody uses the database that is there. Nothing was changed then.
pub async fn restore(
    url: &DatabaseUrl,
    from: &Path,
    stamp: &str,
    check: impl AsyncFnOnce(&DatabaseUrl) -> Result<(), CopyError>,
) -> Result<RestoredDatabase, CopyError> {
    let DatabaseUrl::Sqlite(options) = url else { return Err(CopyError::Postgres) };
    let target = options.get_filename();
    let target = &std::path::absolute(target).map_err(failed_to("find", target))?;
    let draft = draft_of(from, target)?;
    let schema = examine(&draft.path).await.map_err(|error| match error {
        CopyError::NotSqlite(_) => CopyError::NotSqlite(from.to_owned()),
        other => other,
    })?;
    check(&DatabaseUrl::Sqlite(SqliteConnectOptions::new().filename(&draft.path))).await?;
    // Every opening takes this lock first: nobody starts to use the database from here on.
    let _lock = lock_beside(target).await?;
    let kept = if target.exists() { Some(set_aside(target, stamp).await?) } else { None };
    // Whoever restores may be root; the server is not.
    let model = kept.clone().unwrap_or_else(|| folder_of(target));
    let model = fs::metadata(&model).map_err(failed_to("read", &model))?;
    own_as(&draft.file, &model).map_err(failed_to("give away", &draft.path))?;
    if model.is_file() {
        draft.file.set_permissions(model.permissions()).map_err(failed_to("open up", &draft.path))?;
    }
    draft.replace(target)?;
    Ok(RestoredDatabase { schema, kept })
}

/// The copy's bytes, beside the database.
fn draft_of(from: &Path, target: &Path) -> Result<Draft, CopyError> {
    let mut copy = File::open(from).map_err(failed_to("read", from))?;
    for ending in [WRITE_AHEAD, ROLLBACK] {
        let beside = with_ending(from, ending);
        if beside.metadata().is_ok_and(|it| it.len() > 0) {
            return Err(CopyError::NotACopy(beside));
        }
    }
    let folder = folder_of(target);
    fs::create_dir_all(&folder).map_err(failed_to("make the folder", &folder))?;
    let draft = Draft::beside(target, "restoring")?;
    io::copy(&mut copy, &mut &draft.file).map_err(failed_to("copy", from))?;
    Ok(draft)
}

/// Keeps the database that is there under another name, and leaves nothing beside it that SQLite
/// would take for a part of the copy. Until the copy replaces it, it stays where it is.
async fn set_aside(target: &Path, stamp: &str) -> Result<PathBuf, CopyError> {
    drop(alone_with(target)?);
    let kept = with_ending(target, &format!(".before-restore-{stamp}"));
    fs::hard_link(target, &kept).map_err(failed_to("keep the database as", &kept))?;
    for ending in [WRITE_AHEAD, ROLLBACK] {
        let (part, kept) = (with_ending(target, ending), with_ending(&kept, ending));
        if part.exists() {
            fs::hard_link(&part, &kept).map_err(failed_to("keep", &kept))?;
        }
    }
    // Everything into the one file, whatever name it has. A database that is too damaged for that has
    // its log beside it.
    if let Ok(mut old) = SqliteConnectOptions::new().filename(target).connect().await {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut old).await;
        old.close().await.map_err(StorageError::from)?;
    }
    let _alone = alone_with(target)?;
    for ending in [WRITE_AHEAD, ROLLBACK] {
        let kept = with_ending(&kept, ending);
        if kept.metadata().is_ok_and(|it| it.len() == 0) {
            fs::remove_file(&kept).map_err(failed_to("remove", &kept))?;
        }
    }
    sync_folder_of(target)?;
    for ending in [WRITE_AHEAD, SHARED_MEMORY, ROLLBACK] {
        let part = with_ending(target, ending);
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed_to("remove", &part)(error));
            }
            _ => {}
        }
    }
    sync_folder_of(target)?;
    Ok(kept)
}

/// Holds the database while the file is open. Whoever uses it in WAL mode holds a shared lock on
/// some of its bytes as long as the connection lasts, so nobody can have all of them. SQLite itself
/// could not say so of a damaged file.
fn alone_with(database: &Path) -> Result<File, CopyError> {
    let file =
        OpenOptions::new().read(true).write(true).open(database).map_err(failed_to("write", database))?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::AGAIN | Errno::ACCESS) => Err(CopyError::InUse(database.to_owned())),
        Err(error) => Err(failed_to("lock", database)(error.into())),
    }
}
