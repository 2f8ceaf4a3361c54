//! Routes of groups, projects and the pages that lead to them.

use axum::routing::get;

use super::{group_forms, import_forms, member_export, member_forms, people_export, seat_forms};
use crate::{
    actions::{
        FindPeople, Jump,
        people::{
            groups,
            imports::{APPLY_ADDRESS, UPLOAD_ADDRESS},
            members,
            seats::{GIVE_ADDRESS, PURCHASED_ADDRESS, TAKE_ADDRESS},
        },
    },
    domain::paths,
    server::{pages, routes::Routes},
    ui::{
        AdminGroupsPage, AdminImportPage, AdminSeatsPage, GroupPages, JumpPage, NewGroupPage, NewPersonPage,
        PeoplePage, PersonPage, StagedImportPage,
    },
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::ADMIN_GROUPS, AdminGroupsPage)
        .page(paths::NEW_GROUP, NewGroupPage)
        .form(groups::CREATE_ADDRESS, group_forms::create)
        .form(groups::EDIT_ADDRESS, group_forms::edit)
        .form(groups::ARCHIVE_ADDRESS, group_forms::archive)
        .form(groups::MOVE_ADDRESS, group_forms::relocate)
        .form(groups::DELETE_ADDRESS, group_forms::delete)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::ADMIN_PEOPLE, PeoplePage)
        .page(paths::NEW_PERSON, NewPersonPage)
        .page(paths::PERSON, PersonPage)
        .at(paths::PEOPLE_EXPORT, get(people_export::download))
        .form(members::ADD_ADDRESS, member_forms::add)
        .form(members::CHANGE_ADDRESS, member_forms::change)
        .form(members::REMOVE_ADDRESS, member_forms::remove)
        .form(members::LEAVE_ADDRESS, member_forms::leave)
        .form(members::INVITE_ADDRESS, member_forms::invite)
        .form(members::CHANGE_INVITATION_ADDRESS, member_forms::change_invitation)
        .form(members::UNINVITE_ADDRESS, member_forms::uninvite)
        .at(paths::MEMBERS_EXPORT, get(member_export::download))
        .page(paths::ADMIN_IMPORT, AdminImportPage)
        .page(paths::STAGED_IMPORT, StagedImportPage)
        .form(UPLOAD_ADDRESS, import_forms::upload)
        .form(APPLY_ADDRESS, import_forms::apply)
        .at(paths::IMPORT_SAMPLE, get(import_forms::sample))
        .at(paths::REFUSED_LINES, get(import_forms::refused))
        .at(paths::IMPORT_FILE, get(import_forms::file))
        .at(paths::EXPORT, get(import_forms::export))
        .page(paths::JUMP, JumpPage)
        .page(paths::ADMIN_SEATS, AdminSeatsPage)
        .form(GIVE_ADDRESS, seat_forms::give)
        .form(TAKE_ADDRESS, seat_forms::take)
        .form(PURCHASED_ADDRESS, seat_forms::set_purchased)
        .at(paths::SEATS_EXPORT, get(seat_forms::download))
        .island::<Jump>()
        .island::<FindPeople>()
}
