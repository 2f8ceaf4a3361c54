//! Parts of the members page: its rows, forms and dialogs.

mod dialogs;
mod forms;
mod invited;
mod rows;

pub(in crate::ui::pages) use dialogs::{Dialog, find_dialog};
pub(in crate::ui::pages) use forms::{AddMember, Filter};
pub(in crate::ui::pages) use invited::InvitedGroups;
pub(in crate::ui::pages) use rows::{Place, Rows};

use crate::domain::{namespace::Namespace, role::Role};

/// The roles that can be chosen in a place, for a select; `chosen` is a key.
fn roles(place: &Namespace, chosen: &str) -> Vec<(&'static str, String, bool)> {
    Role::ALL
        .into_iter()
        .filter(|role| *role != Role::MinimalAccess || place.is_top_level())
        .map(|role| (role.key(), role.name().to_owned(), role.key() == chosen))
        .collect()
}
