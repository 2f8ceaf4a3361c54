//! Routes of groups, projects and the pages that lead to them.

use axum::routing::get;

use super::people_export;
use crate::{
    actions::Jump,
    domain::paths,
    server::{pages, routes::Routes},
    ui::{GroupPages, GroupsPage, JumpPage, NewPersonPage, PeoplePage, PersonPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::ADMIN_PEOPLE, PeoplePage)
        .page(paths::NEW_PERSON, NewPersonPage)
        .page(paths::PERSON, PersonPage)
        .at(paths::ADMIN_USERS, get(people_export::moved))
        .at(paths::PEOPLE_EXPORT, get(people_export::download))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
