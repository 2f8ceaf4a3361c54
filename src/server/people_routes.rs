//! The pages of groups and projects, and the way to them.

use super::routes::Routes;
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
        .page(paths::GROUP_PAGES, GroupPages)
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
