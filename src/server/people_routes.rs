//! The pages of groups and projects, and the way to them.

use super::{pages, routes::Routes};
use crate::{
    actions::Jump,
    domain::paths,
    ui::{GroupPages, GroupsPage, JumpPage},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
