//! Why a change of members or of invited groups is refused.

use crate::{
    domain::{error_kind::ErrorKind, people::members::MembershipRuleError, role::Role, time::Timestamp},
    usecases::{Explained, UseCaseError},
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    #[error("@{username} already has a role by hand here: {now}. Change that one in the list.")]
    AlreadyMember { username: String, now: String },
    #[error(
        "Nobody gave @{username} a role by hand in {place}, so there is nothing to take back here. What another source gave, only that source takes back."
    )]
    NothingByHand { username: String, place: String },
    #[error("{group} is invited already with the role {now}.")]
    AlreadyInvited { group: String, now: String },
    #[error("{group} is not invited by hand to {place}.")]
    NotInvited { group: String, place: String },
    #[error("A group cannot be invited to itself.")]
    Itself,
    #[error("Only groups are invited, and {0} is a project.")]
    Project(String),
    #[error("Nobody gives a role above their own, which is {0} here.")]
    AboveOwn(Role),
    /// Asks to be confirmed.
    #[error("{}", loss(group, *.until))]
    LastOwner { group: String, until: Option<Timestamp> },
}

fn loss(group: &str, until: Option<Timestamp>) -> String {
    match until {
        Some(at) => format!(
            "From {} on, nobody owns the group {group}: only an administrator could manage it then. Confirm that you want this.",
            at.date()
        ),
        None => format!(
            "After this, nobody owns the group {group}: only an administrator could manage it. Confirm that you want this."
        ),
    }
}

impl Explained for MemberError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::AlreadyMember { .. } | Self::AlreadyInvited { .. } | Self::LastOwner { .. } => {
                ErrorKind::Conflict
            }
            Self::NothingByHand { .. } | Self::NotInvited { .. } | Self::Itself | Self::Project(_) => {
                ErrorKind::Invalid
            }
            Self::AboveOwn(_) => ErrorKind::InsufficientRole,
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::AlreadyMember { .. } | Self::NothingByHand { .. } => "user",
            Self::AlreadyInvited { .. } | Self::NotInvited { .. } | Self::Itself | Self::Project(_) => {
                "group"
            }
            Self::AboveOwn(_) => "role",
            Self::LastOwner { .. } => "confirmed",
        })
    }
}

impl From<MembershipRuleError> for UseCaseError {
    fn from(error: MembershipRuleError) -> Self {
        Self::invalid(error.field(), error)
    }
}
