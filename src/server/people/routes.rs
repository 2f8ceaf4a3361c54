//! Routes of groups, projects and the pages that lead to them.

use super::group_forms;
use crate::{
    actions::{Jump, people::groups},
    domain::paths,
    server::{pages, routes::Routes},
    ui::{AdminGroupsPage, GroupPages, GroupsPage, JumpPage, NewGroupPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::ADMIN_GROUPS, AdminGroupsPage)
        .page(paths::NEW_GROUP, NewGroupPage)
        .form(groups::CREATE_ADDRESS, group_forms::create)
        .form(groups::EDIT_ADDRESS, group_forms::edit)
        .form(groups::ARCHIVE_ADDRESS, group_forms::archive)
        .form(groups::MOVE_ADDRESS, group_forms::relocate)
        .form(groups::DELETE_ADDRESS, group_forms::delete)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
