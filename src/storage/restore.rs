//! Restores an SQLite database from a backup.

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

/// Suffixes of the files that SQLite keeps beside a database in use.
const WRITE_AHEAD: &str = "-wal";
const SHARED_MEMORY: &str = "-shm";
const ROLLBACK: &str = "-journal";

/// A completed restore.
#[derive(Debug)]
pub struct RestoredDatabase {
    /// The version of the backup's last migration.
    pub schema: i64,
    /// Where the previous database was kept; `None` when there was none.
    pub kept: Option<PathBuf>,
}

/// Replaces the database with the backup `from`. The previous database is kept beside it, with `stamp` in its
/// name. `check` examines the backup, at a URL of its own, after its integrity was verified.
///
/// # Errors
/// The backup is not an intact database of this program or an older release, `check` rejected it, or the
/// current database is in use. Nothing was changed in these cases.
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
    leave_ids_out(&draft.path).await?;
    // Every opening takes this lock first, so no server can start now.
    let _lock = lock_beside(target).await?;
    let kept = if target.exists() { Some(set_aside(target, stamp).await?) } else { None };
    // A restore may run as root; the server does not.
    let model = kept.clone().unwrap_or_else(|| folder_of(target));
    let model = fs::metadata(&model).map_err(failed_to("read", &model))?;
    own_as(&draft.file, &model).map_err(failed_to("give away", &draft.path))?;
    if model.is_file() {
        draft.file.set_permissions(model.permissions()).map_err(failed_to("open up", &draft.path))?;
    }
    draft.replace(target)?;
    Ok(RestoredDatabase { schema, kept })
}

/// Makes the change feed go on far after the ids that it gave since the backup: a client that has one of them
/// is told to begin anew, whatever was written meanwhile. A backup of a release without the feed has none.
async fn leave_ids_out(draft: &Path) -> Result<(), CopyError> {
    let mut database =
        SqliteConnectOptions::new().filename(draft).connect().await.map_err(StorageError::from)?;
    let has_feed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = 'change_head'")
        .fetch_one(&mut database)
        .await
        .map_err(StorageError::from)?;
    if has_feed > 0 {
        let skip = "UPDATE change_head SET last = last + 1000000000 WHERE id = 1";
        sqlx::query(skip).execute(&mut database).await.map_err(StorageError::from)?;
    }
    database.close().await.map_err(StorageError::from)?;
    Ok(())
}

/// Copies the backup to a temporary file beside the database.
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

/// Keeps the current database under another name, and removes the files beside it that SQLite would apply to
/// the backup. The original stays until it is replaced.
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
    // Checkpoints the write-ahead log into the database. If the database is too damaged for that, the log is
    // kept beside it.
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

/// Locks the whole file until it is dropped. A connection in WAL mode holds a shared lock on some of its
/// bytes, so this fails while any exists. Opening a damaged file with SQLite could not tell that.
fn alone_with(database: &Path) -> Result<File, CopyError> {
    let file =
        OpenOptions::new().read(true).write(true).open(database).map_err(failed_to("write", database))?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::AGAIN | Errno::ACCESS) => Err(CopyError::InUse(database.to_owned())),
        Err(error) => Err(failed_to("lock", database)(error.into())),
    }
}
