//! Routes of groups, projects and the pages that lead to them.

use crate::{
    actions::Jump,
    domain::paths,
    server::{pages, routes::Routes},
    ui::{GroupPages, JumpPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
