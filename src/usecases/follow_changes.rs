//! What changed since a service last heard of it: what of the audit log may make an answer of theirs
//! another, as far as they may know of it.

use std::sync::Arc;

use super::{App, Caller, UseCaseError, evaluate_flags::may_evaluate, facts::Facts};
use crate::{
    domain::{
        access::{Access, Action, can},
        change::{Audience, LoggedChange, audience_of, is_about_flags},
        ids::AuditEventId,
    },
    storage::{Knowledge, Listener, StorageError},
};

/// How many events are looked at in one go.
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
pub struct Changed {
    /// In their order.
    pub events: Vec<Arc<LoggedChange>>,
    /// Where to go on.
    pub until: AuditEventId,
    /// Whether there is more already.
    pub more: bool,
}

/// What changed after an event, at the most a page of it.
pub async fn changes_after(
    app: &App,
    caller: &Caller,
    followed: Followed,
    after: AuditEventId,
) -> Result<Changed, UseCaseError> {
    may_evaluate(caller)?;
    let mut facts = Facts::current(app);
    let page = facts.following(after, PAGE).await?;
    let mut events = Vec::new();
    for event in page.iter() {
        let wanted = match followed {
            Followed::Flags => is_about_flags(event, facts.environment()),
            Followed::Everything => may_hear(&mut facts, caller, event).await?,
        };
        if wanted {
            events.push(Arc::clone(event));
        }
    }
    let until = page.last().map_or(after, |event| event.id);
    Ok(Changed { events, until, more: i64::try_from(page.len()).is_ok_and(|it| it >= PAGE) })
}

/// The same for those who waited for it. They wake all at once and most of them at the same place, so
/// one reads and serves the others; whoever comes from further back holds up nobody.
pub async fn changes_now(
    app: &App,
    caller: &Caller,
    followed: Followed,
    after: AuditEventId,
) -> Result<Changed, UseCaseError> {
    let _turn = app.storage.changes().turn().await;
    changes_after(app, caller, followed, after).await
}

/// Whether there is a use in asking: while the database is out of reach there is none, and whoever
/// listens is told when it is back.
pub fn is_in_reach(app: &App) -> bool {
    app.storage.changes().knowledge() != Knowledge::Lost
}

/// The last event that there is.
pub async fn last_change(app: &App) -> Result<AuditEventId, UseCaseError> {
    Ok(app.storage.read().await?.audit_log().last().await?)
}

/// To hear when there may be more.
pub fn listen(app: &App) -> Listener {
    app.storage.changes().listen()
}

async fn may_hear(
    facts: &mut Facts<'_>,
    caller: &Caller,
    event: &LoggedChange,
) -> Result<bool, StorageError> {
    let Some(audience) = audience_of(event) else { return Ok(false) };
    if caller.actor.is_admin {
        return Ok(true);
    }
    Ok(match audience {
        Audience::Everybody => true,
        Audience::Oneself => event.actor.id == Some(caller.actor.id),
        Audience::Administrators => false,
        Audience::Namespace => match &event.namespace {
            None => false,
            Some(namespace) => {
                let standing = facts.standing(caller.actor.id, namespace.id).await?;
                matches!(can(&caller.actor, Action::AskDecision, standing), Access::Granted(_))
            }
        },
    })
}
