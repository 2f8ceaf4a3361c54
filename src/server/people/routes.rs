//! Routes of groups, projects and the pages that lead to them.

use crate::{
    actions::Jump,
    domain::paths,
    server::{pages, routes::Routes},
    ui::{GroupPages, GroupsPage, JumpPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
