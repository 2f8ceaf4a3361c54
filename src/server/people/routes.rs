//! Routes of groups, projects and the pages that lead to them.

use axum::routing::get;

use super::seat_forms;
use crate::{
    actions::{
        Jump,
        people::seats::{GIVE_ADDRESS, PURCHASED_ADDRESS, TAKE_ADDRESS},
    },
    domain::paths,
    server::{pages, routes::Routes},
    ui::{AdminSeatsPage, GroupPages, GroupsPage, JumpPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::JUMP, JumpPage)
        .page(paths::ADMIN_SEATS, AdminSeatsPage)
        .form(GIVE_ADDRESS, seat_forms::give)
        .form(TAKE_ADDRESS, seat_forms::take)
        .form(PURCHASED_ADDRESS, seat_forms::set_purchased)
        .at(paths::SEATS_EXPORT, get(seat_forms::download))
        .island::<Jump>()
}
