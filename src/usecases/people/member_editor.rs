//! Who changes members and invited groups, the place where they do it, and what they are asked to confirm.

use super::{
    find_namespace::{find, look_up},
    member_error::MemberError,
};
use crate::{
    domain::{
        access::{Action, HeldRole},
        field_edit::{FieldEdit, Overtaken},
        namespace::{Named, Namespace},
        people::members::{Membership, check_expiry, check_role},
        role::Role,
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        audit_trail::{Happened, record, record_as},
        fresh_sign_in::require_fresh,
    },
};

/// Who changes members and invited groups.
#[derive(Clone, Copy, Debug)]
pub enum MemberEditor<'a> {
    /// With the rights of their role.
    Caller(&'a Caller),
    /// An operator at the command line, whose access to the database is proof enough.
    Operator(&'a Origin),
}

/// A place whose members may be changed.
pub(super) struct Editable {
    pub namespace: Namespace,
    /// The highest role that may be given.
    highest: Role,
}

/// What a page showed, for a change that must not overwrite another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Whatever is there is replaced.
    Whatever,
    /// Nothing is there.
    Nothing,
    This(Role, Option<Timestamp>),
}

impl MemberEditor<'_> {
    /// The place, if its members may be changed. Administrators who have no such role there need a recent
    /// authentication.
    pub(super) async fn editable(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        named: &Named,
        now: Timestamp,
    ) -> Result<Editable, UseCaseError> {
        match self {
            Self::Caller(caller) => {
                let loaded = find(uow, caller, named, Action::ManageMembers, now).await?;
                let highest = match loaded.held {
                    HeldRole::Member(role) => role,
                    HeldRole::Administrator => {
                        require_fresh(app, caller)?;
                        Role::Owner
                    }
                };
                Ok(Editable { namespace: loaded.namespace, highest })
            }
            Self::Operator(_) => {
                let namespace =
                    look_up(uow, named).await?.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
                Ok(Editable { namespace, highest: Role::Owner })
            }
        }
    }

    pub(super) fn record(&self, app: &App, uow: &mut UnitOfWork, happened: Happened<'_>) {
        match self {
            Self::Caller(caller) => record(app, uow, caller, happened),
            Self::Operator(origin) => record_as(app.now(), uow, origin.operator(), origin, happened),
        }
    }
}

impl Editable {
    /// What is there after the change: of the fields that were left alone, what they are now.
    ///
    /// # Errors
    /// Another change of the same field was first, or the result breaks a rule.
    pub fn change(
        &self,
        now: Option<&Membership>,
        seen: &Seen,
        role: Role,
        expires_at: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Membership, UseCaseError> {
        let wanted = Membership { role: role.into(), expires_at };
        let new = match (now, seen) {
            (Some(now), Seen::This(seen_role, seen_expiry)) => {
                let is = now.role.role();
                let overtaken = |_: &Role| Overtaken::of("role", &now.role);
                FieldEdit::from(*seen_role, role).over(&is, overtaken)?;
                let overtaken = |now: &Option<Timestamp>| {
                    let day = now.map_or_else(|| String::from("never"), Timestamp::date);
                    Overtaken::labelled("expires_on", "expiry", day)
                };
                let edit = FieldEdit::from(*seen_expiry, expires_at);
                let expires_at = edit.over(&now.expires_at, overtaken)?.copied().unwrap_or(now.expires_at);
                // A role that was left alone keeps the name that its source has for it.
                let keeps = role == *seen_role || role == is;
                Membership { role: if keeps { now.role.clone() } else { wanted.role }, expires_at }
            }
            _ => wanted,
        };
        if now != Some(&new) {
            if new.role.role() > self.highest {
                return Err(MemberError::AboveOwn(self.highest).into());
            }
            check_role(new.role.role(), &self.namespace)?;
            check_expiry(new.expires_at, at)?;
        }
        Ok(new)
    }
}

/// Who owns a top-level group longest.
pub(super) struct Ownership {
    group: String,
    /// `None` when nobody does.
    until: Option<Until>,
}

/// In the order of time; never comes last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Then(Timestamp),
    Ever,
}

/// `None` for what is not a top-level group: there is somebody above it.
pub(super) async fn ownership(
    uow: &mut UnitOfWork,
    place: &Namespace,
    now: Timestamp,
) -> Result<Option<Ownership>, StorageError> {
    if !place.is_top_level() {
        return Ok(None);
    }
    let owners = uow.members().owners(place.id, now, 1).await?;
    let until = owners.first().map(|owner| owner.until.map_or(Until::Ever, Until::Then));
    Ok(Some(Ownership { group: place.path.to_string(), until }))
}

/// Whether a change takes the last owner away, sooner than `before`.
///
/// # Errors
/// It does, and nobody `confirmed` that.
pub(super) async fn check_ownership(
    uow: &mut UnitOfWork,
    place: &Namespace,
    before: Option<Ownership>,
    confirmed: bool,
    now: Timestamp,
) -> Result<(), UseCaseError> {
    let (Some(before), false) = (before, confirmed) else { return Ok(()) };
    let after = ownership(uow, place, now).await?.and_then(|it| it.until);
    if after >= before.until {
        return Ok(());
    }
    let until = match after {
        Some(Until::Then(at)) => Some(at),
        _ => None,
    };
    Err(MemberError::LastOwner { group: before.group, until }.into())
}
