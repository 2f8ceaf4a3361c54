//! Changes after a given one that may alter the caller's answers, limited to what they may see.

use std::sync::Arc;

use crate::{
    domain::{
        access::{Access, Action, can},
        change::Change,
        decisions::told_change::{ChangeAudience, audience, is_about_flags},
        ids::ChangeId,
    },
    storage::{Knowledge, Listener, StorageError},
    usecases::{App, Caller, UseCaseError, facts::Facts, flags::evaluate_flags::may_evaluate},
};

/// How many changes are read at a time.
const PAGE: i64 = 200;

/// What to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Everything that the caller may see.
    Everything,
    /// Changes that may alter a flag evaluation in this server's environment.
    Flags,
}

/// A page of changes.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// In order.
    pub changes: Vec<Arc<Change>>,
    /// The cursor to continue from.
    pub until: ChangeId,
    /// Whether there are more already.
    pub more: bool,
}

impl ChangePage {
    pub const fn nothing_after(change: ChangeId) -> Self {
        Self { changes: Vec::new(), until: change, more: false }
    }
}

/// The changes after `after`, at most a page. `None` when unknown, because it is too old or not in this
/// database: the client has to start over.
pub async fn changes_after(
    app: &App,
    caller: &Caller,
    followed: Followed,
    after: ChangeId,
) -> Result<Option<ChangePage>, UseCaseError> {
    may_evaluate(caller)?;
    let mut facts = Facts::current(app);
    let Some(page) = facts.following(after, PAGE).await? else { return Ok(None) };
    let mut changes = Vec::new();
    for change in page.iter() {
        let wanted = match followed {
            Followed::Flags => is_about_flags(change, facts.environment()),
            Followed::Everything => may_hear(&mut facts, caller, change).await?,
        };
        if wanted {
            changes.push(Arc::clone(change));
        }
    }
    let until = page.last().map_or(after, |change| change.id);
    Ok(Some(ChangePage { changes, until, more: i64::try_from(page.len()).is_ok_and(|it| it >= PAGE) }))
}

/// [`changes_after`] for listeners. A broadcast wakes all of them at once, mostly at the same position, so
/// that one reads for the others; those further behind do not block them.
pub async fn changes_now(
    app: &App,
    caller: &Caller,
    followed: Followed,
    after: ChangeId,
) -> Result<Option<ChangePage>, UseCaseError> {
    let _turn = app.storage.changes().turn().await;
    changes_after(app, caller, followed, after).await
}

/// Whether reading makes sense. While the database is out of reach it does not, and listeners are woken when
/// it is back.
pub fn is_in_reach(app: &App) -> bool {
    app.storage.changes().knowledge() != Knowledge::Lost
}

/// The id of the latest change.
pub async fn last_change(app: &App) -> Result<ChangeId, UseCaseError> {
    Ok(app.storage.read().await?.change_feed().last().await?)
}

/// A listener for new changes.
pub fn listen(app: &App) -> Listener {
    app.storage.changes().listen()
}

async fn may_hear(facts: &mut Facts<'_>, caller: &Caller, change: &Change) -> Result<bool, StorageError> {
    let Some(audience) = audience(change) else { return Ok(false) };
    if caller.actor.is_admin {
        return Ok(true);
    }
    Ok(match audience {
        ChangeAudience::Everybody => true,
        ChangeAudience::Oneself => change.user == Some(caller.actor.id),
        ChangeAudience::Administrators => false,
        ChangeAudience::Namespace => match &change.namespace {
            None => false,
            Some(namespace) => {
                let standing = facts.standing(caller.actor.id, namespace.id).await?;
                matches!(can(&caller.actor, Action::AskDecision, standing), Access::Granted(_))
            }
        },
    })
}
