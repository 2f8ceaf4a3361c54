//! Routes of user preferences and of receipts of consents, and the server functions of flows and Orbit. The flows of a group are on its
//! own pages.

use axum::routing::get;

use super::{preference_forms, receipts};
use crate::{
    actions::flows::{set_display, set_flow::SetFlow, set_orbit::SetOrbit},
    domain::paths,
    server::routes::Routes,
    ui::{ConsentReceiptPage, PreferencesPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::CONSENT_RECEIPT, ConsentReceiptPage)
        .at(paths::CONSENT_RECEIPT_JSON, get(receipts::download))
        .page(paths::PREFERENCES, PreferencesPage)
        .form(set_display::ADDRESS, preference_forms::set_display)
        .island::<SetFlow>()
        .island::<SetOrbit>()
}
