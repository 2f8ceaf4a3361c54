//! What the islands of flows and of Orbit call. Their pages are a group's and a user's.

use super::routes::Routes;
use crate::actions::{set_flow::SetFlow, set_orbit::SetOrbit};

pub(super) fn routes() -> Routes {
    Routes::default().island::<SetFlow>().island::<SetOrbit>()
}
