//! JSON of a group with its GitLab Duo settings in GitLab's shape.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::settings::{availability::DuoAvailability, setting::Setting},
    server::rest::{
        gitlab::ignored::Ignored,
        people::group_views::{Group, SharedGroup},
        state::Api,
    },
    usecases::flows::show_duo_settings::{DuoSettings, GroupWithSettings},
};

/// A group with the GitLab Duo settings that count in it, which only Maintainers and Owners see. Which flows are
/// on is set in the top-level group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupDetail {
    #[serde(flatten)]
    group: Group,
    shared_with_groups: Vec<SharedGroup>,
    /// `always_on`, `default_on`, `default_off` or `never_on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "default_on")]
    duo_availability: Option<&'static str>,
    /// Whether GitLab Duo is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    duo_features_enabled: Option<bool>,
    /// Whether subgroups and projects may not differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lock_duo_features_enabled: Option<bool>,
    /// Whether flows may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    duo_remote_flows_enabled: Option<bool>,
    /// Whether foundational flows may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    duo_foundational_flows_enabled: Option<bool>,
    /// Whether merge requests are reviewed without anyone asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    auto_duo_code_review_enabled: Option<bool>,
    /// Whether experiment and beta features may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    experiment_features_enabled: Option<bool>,
    /// The references of the flows that are on; GitLab does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = json!(["developer/v1"]))]
    enabled_foundational_flows: Option<Vec<&'static str>>,
    /// Only of a change: what was not changed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ignored: Option<Vec<Ignored>>,
}

/// What to change of a group. What is left out stays as it is. GitLab's other parameters of a group are
/// accepted and listed in `ignored`.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupChange {
    #[schema(nullable = false)]
    name: Option<String>,
    /// The last part of the full path.
    #[schema(nullable = false, example = "platform")]
    path: Option<String>,
    #[schema(nullable = false)]
    description: Option<String>,
    /// `always_on`, `default_on`, `default_off` or `never_on`.
    #[schema(nullable = false, example = "default_on")]
    duo_availability: Option<String>,
    /// Whether flows may run. `false` locks it for everything below, as in GitLab.
    #[schema(nullable = false)]
    duo_remote_flows_availability: Option<bool>,
    /// Whether foundational flows may run. `false` locks it for everything below, as in GitLab.
    #[schema(nullable = false)]
    duo_foundational_flows_availability: Option<bool>,
    /// Whether merge requests are reviewed without anyone asking.
    #[schema(nullable = false)]
    auto_duo_code_review_enabled: Option<bool>,
    /// Whether experiment and beta features may be used.
    #[schema(nullable = false)]
    experiment_features_enabled: Option<bool>,
    /// The references of the flows that are to be on; all others are turned off.
    #[schema(nullable = false, example = json!(["developer/v1"]))]
    enabled_foundational_flows: Option<Vec<String>>,
    /// Consents to the Code Review Flow; needs `consent_wording`.
    #[schema(nullable = false)]
    create_code_review_flow_consent: Option<bool>,
    /// The `id` of the wording that was shown and confirmed, as `/api/v1/consents/code_review/wording` gives
    /// it. Not GitLab's.
    #[schema(nullable = false)]
    consent_wording: Option<String>,
}

impl GroupDetail {
    pub fn new(api: &Api, shown: GroupWithSettings) -> Self {
        let GroupWithSettings { mut group, settings } = shown;
        let invited = group.invited.take().unwrap_or_default();
        let settings = settings.as_ref();
        let on = |setting| settings.map(|it| it.settings.get(setting).on);
        let availability = settings.map(|it| it.settings.chain().availability);
        Self {
            shared_with_groups: invited.into_iter().map(SharedGroup::from).collect(),
            duo_availability: availability.map(DuoAvailability::key),
            duo_features_enabled: on(Setting::DuoAvailability),
            lock_duo_features_enabled: availability.map(DuoAvailability::is_locked),
            duo_remote_flows_enabled: on(Setting::FlowExecution),
            duo_foundational_flows_enabled: on(Setting::FoundationalFlows),
            auto_duo_code_review_enabled: on(Setting::AutoReview),
            experiment_features_enabled: on(Setting::ExperimentFeatures),
            enabled_foundational_flows: settings.map(flows_on),
            ignored: None,
            group: Group::new(api, &group),
        }
    }

    /// The answer to a change.
    pub fn with(self, ignored: Vec<Ignored>) -> Self {
        Self { ignored: Some(ignored), ..self }
    }
}

fn flows_on(settings: &DuoSettings) -> Vec<&'static str> {
    settings.flows.iter().filter(|it| it.state.is_on()).map(|it| it.flow.reference).collect()
}
