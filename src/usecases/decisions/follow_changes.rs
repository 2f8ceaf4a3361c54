//! What changed since a service last heard of it: what of the change feed may make an answer of theirs
//! another, as far as they may know of it.

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

/// How many changes are looked at in one go.
const PAGE: i64 = 200;

/// What to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// All that the caller may know of.
    Everything,
    /// What may change the answer of a feature flag on this server's environment.
    Flags,
}

/// A part of what changed.
#[derive(Clone, Debug)]
pub struct ChangePage {
    /// In their order.
    pub changes: Vec<Arc<Change>>,
    /// Where to go on.
    pub until: ChangeId,
    /// Whether there is more already.
    pub more: bool,
}

impl ChangePage {
    pub const fn nothing_after(change: ChangeId) -> Self {
        Self { changes: Vec::new(), until: change, more: false }
    }
}

/// What changed after a change, at the most a page of it. `None` when nobody can say, because it is too
/// long ago, or the database does not know of it yet: whoever asks has to begin anew.
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

/// The same for those who waited for it. They wake all at once and most of them at the same place, so
/// one reads and serves the others; whoever comes from further back holds up nobody.
pub async fn changes_now(
    app: &App,
    caller: &Caller,
    followed: Followed,
    after: ChangeId,
) -> Result<Option<ChangePage>, UseCaseError> {
    let _turn = app.storage.changes().turn().await;
    changes_after(app, caller, followed, after).await
}

/// Whether there is a use in asking: while the database is out of reach there is none, and whoever
/// listens is told when it is back.
pub fn is_in_reach(app: &App) -> bool {
    app.storage.changes().knowledge() != Knowledge::Lost
}

/// The last change that there is.
pub async fn last_change(app: &App) -> Result<ChangeId, UseCaseError> {
    Ok(app.storage.read().await?.change_feed().last().await?)
}

/// To hear when there may be more.
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
