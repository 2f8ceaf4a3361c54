//! Errors of giving seats and taking them back.

use crate::{
    domain::{
        error_kind::ErrorKind,
        people::{
            grants::Source,
            seats::{SeatCounts, listed_names},
        },
    },
    usecases::Explained,
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatError {
    /// With the path of the top-level group.
    #[error("Seats are counted in the top-level group {0}.")]
    NotTopLevel(String),
    /// With the path of the group.
    #[error("{0} has no Duo Enterprise, so it has no seats to give.")]
    NoDuoEnterprise(String),
    #[error("Enter at least one user name or email address.")]
    Nobody,
    #[error("Enter at most {0} people at once.")]
    TooMany(usize),
    #[error("There is no such user: {}. Nothing was changed.", listed_names(.0))]
    UnknownUsers(Vec<String>),
    #[error("Blocked: {}. Seats are given to active users; nothing was changed.", listed_names(.0))]
    Blocked(Vec<String>),
    #[error("Seats are for people, not for bots: {}. Nothing was changed.", listed_names(.0))]
    Bots(Vec<String>),
    #[error("No role in {group} or below it: {}. Add them as members first; nothing was changed.", listed_names(.users))]
    NoRole { group: String, users: Vec<String> },
    #[error("{}", too_few(*asked, counts))]
    NotEnough { asked: i64, counts: SeatCounts },
    #[error("{}: give it instead of waiting.", free_words(*.0))]
    SeatsFree(i64),
    #[error("{purchased} is less than the {used} in use. Take seats back first: nothing was changed.")]
    FewerThanUsed { purchased: i64, used: i64 },
    #[error("{0}")]
    BadNumber(&'static str),
    #[error("{user} has no seat and does not wait for one.")]
    NoSeat { user: String },
    /// It would give the seat again.
    #[error("The seat of {user} was given {}, which has to take it back.", .by.phrase())]
    GivenByAnother { user: String, by: Source },
}

fn free_words(free: i64) -> String {
    if free == 1 { String::from("1 seat is free") } else { format!("{free} seats are free") }
}

fn too_few(asked: i64, counts: &SeatCounts) -> String {
    let purchased = counts.purchased.unwrap_or_default();
    let free = counts.free().unwrap_or_default();
    let wanted = if asked == 1 { String::from("1 seat is") } else { format!("{asked} seats are") };
    let way_on = if free == 0 {
        "Take one back, purchase more, or use the waiting list"
    } else {
        "Take some back, or purchase more"
    };
    format!("{wanted} needed, and {free} of {purchased} are free. {way_on}: nothing was changed.")
}

impl Explained for SeatError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::FewerThanUsed { .. } | Self::BadNumber(_) => Some("purchased"),
            Self::Nobody
            | Self::TooMany(_)
            | Self::UnknownUsers(_)
            | Self::Blocked(_)
            | Self::Bots(_)
            | Self::NoRole { .. }
            | Self::NotEnough { .. }
            | Self::SeatsFree(_) => Some("users"),
            _ => None,
        }
    }
}
