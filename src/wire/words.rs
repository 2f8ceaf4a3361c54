//! The words of the API: each is an enumeration of the domain, written out once more so that the
//! API's document lists its values. A value that the domain gains does not compile here until it is
//! listed.

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

    /// The row of the engine table that gave the answer.
    Rule = code_review {
        DuoUnavailable,
        FlowOnWithConsent,
        PriorityOffSeat,
        PriorityOffNoSeat,
        FlowOnWithoutConsentSeat,
        FlowOnWithoutConsentNoSeat,
        FlowOffSeat,
        FlowOffNoSeat,
    }

    /// The row of the flow's version table that gave the answer; `default` where none did.
    VersionRule = flow_version { DuoDeveloperOrbit, DuoDeveloperNextUnstable, Default }

    /// What a row of a flow's version table asks.
    Condition = flow_version {
        /// The feature flag is on for the user.
        OrbitUserPreference,
        /// The user turned Orbit on, and not off for Duo Developer.
        OrbitChosen,
        /// The feature flag is on for the user or the top-level group.
        DuoDeveloperOrbit,
        /// The feature flag is on for the project or the top-level group.
        DuoDeveloperNextUnstable,
    }

    /// An environment of a roll-out.
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

    /// Which gate of a feature flag answered.
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

    /// How far a flow has come.
    Maturity = catalogue { Experimental, Beta, Ga }

    /// A subscription's tier.
    Tier = catalogue { Premium, Ultimate }
}
