//! Routes of groups, projects and the pages that lead to them.

use axum::routing::get;

use super::import_forms;
use crate::{
    actions::{
        Jump,
        people::imports::{APPLY_ADDRESS, UPLOAD_ADDRESS},
    },
    domain::paths,
    server::{pages, routes::Routes},
    ui::{AdminImportPage, GroupPages, GroupsPage, JumpPage, StagedImportPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, GroupsPage)
        .page(paths::GROUPS, GroupsPage)
        .page(paths::GROUP, GroupPages)
        .at(paths::GROUP_PAGES, pages::page(GroupPages))
        .page(paths::ADMIN_IMPORT, AdminImportPage)
        .page(paths::STAGED_IMPORT, StagedImportPage)
        .form(UPLOAD_ADDRESS, import_forms::upload)
        .form(APPLY_ADDRESS, import_forms::apply)
        .at(paths::IMPORT_SAMPLE, get(import_forms::sample))
        .at(paths::REFUSED_LINES, get(import_forms::refused))
        .at(paths::PEOPLE_EXPORT, get(import_forms::export))
        .page(paths::JUMP, JumpPage)
        .island::<Jump>()
}
