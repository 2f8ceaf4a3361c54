//! Routes of groups, projects and the pages that lead to them.

use axum::routing::get;

use super::{member_export, member_forms};
use crate::{
    actions::{Jump, people::members},
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
        .form(members::ADD_ADDRESS, member_forms::add)
        .form(members::CHANGE_ADDRESS, member_forms::change)
        .form(members::REMOVE_ADDRESS, member_forms::remove)
        .form(members::LEAVE_ADDRESS, member_forms::leave)
        .form(members::INVITE_ADDRESS, member_forms::invite)
        .form(members::CHANGE_INVITATION_ADDRESS, member_forms::change_invitation)
        .form(members::UNINVITE_ADDRESS, member_forms::uninvite)
        .at(paths::MEMBERS_EXPORT, get(member_export::download))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
