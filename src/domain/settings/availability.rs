//! The availability chain that must be on before any flow runs: GitLab Duo → agent platform → flow execution
//! → foundational flows → the flow itself. A level that is off disables what depends on it.

use crate::domain::keyed::keyed_enum;

keyed_enum! {
    /// GitLab's four-valued setting (`duo_availability`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum DuoAvailability: serde {
        AlwaysOn = "always_on",
        DefaultOn = "default_on",
        DefaultOff = "default_off",
        NeverOn = "never_on",
    }
}

impl DuoAvailability {
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlwaysOn => "Always on",
            Self::DefaultOn => "On by default",
            Self::DefaultOff => "Off by default",
            Self::NeverOn => "Always off",
        }
    }

    pub const fn is_on(self) -> bool {
        matches!(self, Self::AlwaysOn | Self::DefaultOn)
    }

    /// Whether what is below cannot differ.
    pub const fn is_locked(self) -> bool {
        matches!(self, Self::AlwaysOn | Self::NeverOn)
    }

    pub const fn of(on: bool, locked: bool) -> Self {
        match (on, locked) {
            (true, true) => Self::AlwaysOn,
            (true, false) => Self::DefaultOn,
            (false, false) => Self::DefaultOff,
            (false, true) => Self::NeverOn,
        }
    }
}

/// The levels above the flows, as they count in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuoChain {
    pub availability: DuoAvailability,
    pub agent_platform: bool,
    pub flow_execution: bool,
    pub foundational_flows: bool,
}

keyed_enum! {
    /// A level of the chain.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Level: serde {
        GitlabDuo = "gitlab_duo",
        AgentPlatform = "agent_platform",
        FlowExecution = "flow_execution",
        FoundationalFlows = "foundational_flows",
    }
}

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitlabDuo => "GitLab Duo",
            Self::AgentPlatform => "GitLab Duo Agent Platform",
            Self::FlowExecution => "Flow execution",
            Self::FoundationalFlows => "Foundational flows",
        }
    }
}

impl DuoChain {
    pub const ALL_ON: Self = Self {
        availability: DuoAvailability::DefaultOn,
        agent_platform: true,
        flow_execution: true,
        foundational_flows: true,
    };

    pub const fn is_on(&self, level: Level) -> bool {
        match level {
            Level::GitlabDuo => self.availability.is_on(),
            Level::AgentPlatform => self.agent_platform,
            Level::FlowExecution => self.flow_execution,
            Level::FoundationalFlows => self.foundational_flows,
        }
    }

    /// The first level that is off; `None` when flows may run.
    pub fn blocked_by(&self) -> Option<Level> {
        Level::ALL.into_iter().find(|level| !self.is_on(*level))
    }

    /// The first level above `level` that is off and so overrides it; `None` when there is none.
    pub fn overruled_by(&self, level: Level) -> Option<Level> {
        Level::ALL.into_iter().take_while(|it| *it != level).find(|it| !self.is_on(*it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_level_that_is_off_is_named() {
        assert_eq!(DuoChain::ALL_ON.blocked_by(), None);
        let off =
            DuoChain { availability: DuoAvailability::DefaultOff, flow_execution: false, ..DuoChain::ALL_ON };
        assert_eq!(off.blocked_by(), Some(Level::GitlabDuo));
        let off = DuoChain { flow_execution: false, foundational_flows: false, ..DuoChain::ALL_ON };
        assert_eq!(off.blocked_by(), Some(Level::FlowExecution));
    }

    #[test]
    fn a_level_below_one_that_is_off_is_without_effect() {
        let chain = DuoChain { agent_platform: false, foundational_flows: false, ..DuoChain::ALL_ON };
        let platform = Some(Level::AgentPlatform);
        assert_eq!(Level::ALL.map(|level| chain.overruled_by(level)), [None, None, platform, platform]);
        assert_eq!(Level::ALL.map(|level| DuoChain::ALL_ON.overruled_by(level)), [None; 4]);
    }
}
