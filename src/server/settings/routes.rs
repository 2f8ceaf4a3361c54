//! Routes of inherited settings. Those of a group are on its own pages.

use super::forms;
use crate::{actions::settings::ADDRESS, domain::paths, server::routes::Routes, ui::AdminSettingsPage};

pub(in crate::server) fn routes() -> Routes {
    Routes::default().page(paths::ADMIN_SETTINGS, AdminSettingsPage).form(ADDRESS, forms::change)
}
