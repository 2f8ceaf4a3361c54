//! Routes of user preferences, and the server functions of flows and Orbit. The flows of a group are on its
//! own pages.

use super::preference_forms;
use crate::{
    actions::flows::{set_display, set_flow::SetFlow, set_orbit::SetOrbit},
    domain::paths,
    server::routes::Routes,
    ui::PreferencesPage,
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::PREFERENCES, PreferencesPage)
        .form(set_display::ADDRESS, preference_forms::set_display)
        .island::<SetFlow>()
        .island::<SetOrbit>()
}
