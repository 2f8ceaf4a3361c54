//! The settings that groups and projects inherit.

use super::availability::Level;
use crate::domain::{ids::NamespaceId, keyed::keyed_enum, namespace::NamespaceKind};

keyed_enum! {
    /// A setting that is inherited down the tree; see [`super::inheritance`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Setting: serde {
        DuoAvailability = "duo_availability",
        AgentPlatform = "agent_platform",
        FlowExecution = "flow_execution",
        FoundationalFlows = "foundational_flows",
        AutoReview = "auto_review",
        ExperimentFeatures = "experiment_features",
    }
}

impl Setting {
    /// The name on screen, as GitLab's settings page has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DuoAvailability => Level::GitlabDuo.name(),
            Self::AgentPlatform => Level::AgentPlatform.name(),
            Self::FlowExecution => Level::FlowExecution.name(),
            Self::FoundationalFlows => Level::FoundationalFlows.name(),
            Self::AutoReview => "Automatic review",
            Self::ExperimentFeatures => "Experiment and beta features",
        }
    }

    /// What it is where nobody set it, not even for the instance.
    pub const fn default(self) -> bool {
        !matches!(self, Self::AutoReview | Self::ExperimentFeatures)
    }

    /// The setting that has to be on for this one to have an effect.
    pub const fn needs(self) -> Option<Self> {
        match self {
            Self::DuoAvailability => None,
            Self::AgentPlatform | Self::ExperimentFeatures => Some(Self::DuoAvailability),
            Self::FlowExecution => Some(Self::AgentPlatform),
            Self::FoundationalFlows => Some(Self::FlowExecution),
            Self::AutoReview => Some(Self::FoundationalFlows),
        }
    }

    /// Whether a namespace may have a value of its own. The agent platform is turned on for the instance or
    /// for a top-level group, as in GitLab.
    pub fn applies_to(self, kind: NamespaceKind, is_top_level: bool) -> bool {
        self != Self::AgentPlatform || (kind == NamespaceKind::Group && is_top_level)
    }
}

/// Where a setting can have a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingPlace {
    Instance,
    Namespace(NamespaceId),
}
