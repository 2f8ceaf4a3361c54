//! Routes of feature flags, feature groups and change freezes.

use super::{feature_group_forms, forms, freeze_forms};
use crate::{
    actions::{
        FindActors,
        flags::{
            feature_groups,
            forms::{CANCEL_ADDRESS, CHANGE_ADDRESS, SCHEDULE_ADDRESS},
            freezes,
        },
    },
    domain::paths,
    server::routes::Routes,
    ui::{AdminFeatureFlagsPage, AdminFeatureGroupsPage, FeatureFlagPage, FeatureGroupPage},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::ADMIN_FEATURE_FLAGS, AdminFeatureFlagsPage)
        .page(paths::FEATURE_FLAG, FeatureFlagPage)
        .form(CHANGE_ADDRESS, forms::change)
        .form(SCHEDULE_ADDRESS, forms::schedule)
        .form(CANCEL_ADDRESS, forms::cancel)
        .form(freezes::BEGIN_ADDRESS, freeze_forms::begin)
        .form(freezes::END_ADDRESS, freeze_forms::end)
        .page(paths::ADMIN_FEATURE_GROUPS, AdminFeatureGroupsPage)
        .page(paths::FEATURE_GROUP, FeatureGroupPage)
        .form(feature_groups::CREATE_ADDRESS, feature_group_forms::create)
        .form(feature_groups::ADD_ADDRESS, feature_group_forms::add)
        .form(feature_groups::REMOVE_ADDRESS, feature_group_forms::remove)
        .island::<FindActors>()
}
