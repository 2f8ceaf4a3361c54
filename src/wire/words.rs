//! Enumerations of the API: each mirrors one of the domain, so that the OpenAPI document lists its values. A
//! new value in the domain does not compile until it is added here.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    environment, flags,
    flows::{catalogue, code_review, flow_version},
    settings::availability,
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $module:ident { $($(#[$word_doc:meta])* $word:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
        }

        impl From<$module::$name> for $name {
            fn from(word: $module::$name) -> Self {
                match word {
                    $($module::$name::$word => Self::$word,)*
                }
            }
        }
    )*};
}

words! {
    /// Which engine reviews: the Code Review Flow, the classic GitLab Duo Code Review, or none.
    Engine = code_review { CodeReviewFlow, DuoCodeReview, None }

    /// The row of the engine table that matched.
    Rule = code_review {
        UserBlocked,
        NamespaceArchived,
        DuoUnavailable,
        FlowOnWithConsent,
        PriorityOffSeat,
        PriorityOffNoSeat,
        FlowOnWithoutConsentSeat,
        FlowOnWithoutConsentNoSeat,
        FlowOffSeat,
        FlowOffNoSeat,
    }

    /// The row of the flow's version table that matched; `default` if none did.
    VersionRule = flow_version { DuoDeveloperOrbit, DuoDeveloperNextUnstable, Default }

    /// A condition in a flow's version table.
    Condition = flow_version {
        /// The feature flag is on for the user.
        OrbitUserPreference,
        /// The user turned Orbit on, and did not turn it off for Duo Developer.
        OrbitChosen,
        /// The feature flag is on for the user or the top-level group.
        DuoDeveloperOrbit,
        /// The feature flag is on for the project or the top-level group.
        DuoDeveloperNextUnstable,
    }

    /// An environment.
    Environment = environment {
        Dev,
        Pre,
        Staging,
        #[serde(rename = "staging-ref")]
        StagingRef,
        Production,
    }

    /// The top-level group's setting for GitLab Duo; it is on with the first two.
    DuoAvailability = availability { AlwaysOn, DefaultOn, DefaultOff, NeverOn }

    /// The gate of a feature flag that decided.
    Gate = flags {
        Default,
        OptOut,
        Boolean,
        Actor,
        PercentageOfActors,
        PercentageOfTime,
        FeatureGroup,
        Closed,
    }

    /// A level that has to be on before any flow runs.
    Level = availability { GitlabDuo, AgentPlatform, FlowExecution, FoundationalFlows }

    /// The maturity of a flow.
    Maturity = catalogue { Experimental, Beta, Ga }

    /// A subscription tier.
    Tier = catalogue { Premium, Ultimate }
}
