//! The pages and forms of feature flags, their groups, and change freezes.

use super::{feature_group_forms, flag_forms, freeze_forms, routes::Routes};
use crate::{
    actions::{FindActors, feature_groups, flags, freezes},
    domain::paths,
    ui::{AdminFeatureFlagsPage, AdminFeatureGroupsPage, FeatureFlagPage, FeatureGroupPage},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .page(paths::ADMIN_FEATURE_FLAGS, AdminFeatureFlagsPage)
        .page(paths::FEATURE_FLAG, FeatureFlagPage)
        .form(flags::CHANGE_ADDRESS, flag_forms::change)
        .form(flags::SCHEDULE_ADDRESS, flag_forms::schedule)
        .form(flags::CANCEL_ADDRESS, flag_forms::cancel)
        .form(freezes::BEGIN_ADDRESS, freeze_forms::begin)
        .form(freezes::END_ADDRESS, freeze_forms::end)
        .page(paths::ADMIN_FEATURE_GROUPS, AdminFeatureGroupsPage)
        .page(paths::FEATURE_GROUP, FeatureGroupPage)
        .form(feature_groups::CREATE_ADDRESS, feature_group_forms::create)
        .form(feature_groups::ADD_ADDRESS, feature_group_forms::add)
        .form(feature_groups::REMOVE_ADDRESS, feature_group_forms::remove)
        .island::<FindActors>()
}
