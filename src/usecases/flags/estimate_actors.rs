//! Estimates how many actors a percentage of actors includes.

use crate::{
    domain::{
        flags::{Bucket, FlagActor, Percentage, check_flag_name},
        ids::{NamespaceId, UserId},
    },
    storage::{StorageError, UnitOfWork},
    usecases::{App, FlagError, FlagReader, UseCaseError},
};

/// Up to this many actors of a kind are counted exactly; more are estimated.
const COUNTED: usize = 10_000;

/// By kind of actor, because a flag is evaluated for one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    pub users: Share,
    pub top_level_groups: Share,
    pub projects: Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The number of actors.
    pub total: i64,
    /// The number of actors within the percentage.
    pub within: i64,
    /// Whether `within` was counted; otherwise it is the expected value.
    pub exact: bool,
}

/// How many actors `percentage` includes for a flag without other gates.
pub async fn estimate_actors(
    app: &App,
    _reader: &FlagReader,
    flag: &str,
    percentage: Percentage,
) -> Result<Estimate, UseCaseError> {
    check_flag_name(flag).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.read().await?;
    let limit = i64::try_from(COUNTED).unwrap_or(i64::MAX).saturating_add(1);
    let users = uow.users().ids(limit).await?;
    let groups = uow.namespaces().top_level_ids(limit).await?;
    let projects = uow.namespaces().project_ids(limit).await?;
    let user = |id| FlagActor::User(UserId(id));
    let group = |id| FlagActor::Group(NamespaceId(id));
    let project = |id| FlagActor::Project(NamespaceId(id));
    let asked = (flag, percentage);
    Ok(Estimate {
        users: share(&mut uow, asked, &users, user, async |uow| uow.users().count().await).await?,
        top_level_groups: share(&mut uow, asked, &groups, group, async |uow| {
            uow.namespaces().count_top_level().await
        })
        .await?,
        projects: share(&mut uow, asked, &projects, project, async |uow| {
            uow.namespaces().count_projects().await
        })
        .await?,
    })
}

/// `count` is called only when there are too many actors to count each.
async fn share(
    uow: &mut UnitOfWork,
    (flag, percentage): (&str, Percentage),
    ids: &[i64],
    actor: impl Fn(i64) -> FlagActor,
    count: impl AsyncFnOnce(&mut UnitOfWork) -> Result<i64, StorageError>,
) -> Result<Share, StorageError> {
    if ids.len() > COUNTED {
        let total = count(uow).await?;
        let within = total.saturating_mul(i64::from(percentage.hundredths())).saturating_add(5_000) / 10_000;
        return Ok(Share { total, within, exact: false });
    }
    let within = ids.iter().filter(|id| percentage.holds(Bucket::of(flag, actor(**id)))).count();
    let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
    Ok(Share { total: number(ids.len()), within: number(within), exact: true })
}
