//! A user's Orbit preferences. Three-valued: *unset is not off*.

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::keyed::keyed_enum;

/// A user's settings, stored as JSON; `{}` when none was ever chosen.
///
/// Unknown keys, `null` and values other than `true` and `false` are rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrbitSettings {
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub orbit_agentic_chat_enabled: Option<bool>,
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub orbit_agent_enabled: Option<bool>,
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub orbit_other_foundational_agents_enabled: Option<bool>,
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub orbit_custom_agents_enabled: Option<bool>,
    #[serde(default, deserialize_with = "chosen", skip_serializing_if = "Option::is_none")]
    pub duo_developer_orbit_enabled: Option<bool>,
}

/// A key that is present must have a value: `null` does not mean unset.
fn chosen<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    bool::deserialize(value).map(Some)
}

keyed_enum! {
    /// One setting of [`OrbitSettings`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum OrbitSetting: serde {
        Master = "enabled",
        AgenticChat = "orbit_agentic_chat_enabled",
        OrbitAgent = "orbit_agent_enabled",
        OtherFoundationalAgents = "orbit_other_foundational_agents_enabled",
        CustomAgents = "orbit_custom_agents_enabled",
        DuoDeveloper = "duo_developer_orbit_enabled",
    }
}

impl OrbitSetting {
    /// The settings below the master setting, in the order of the page.
    pub const UNDER_MASTER: [Self; 5] = [
        Self::AgenticChat,
        Self::OrbitAgent,
        Self::OtherFoundationalAgents,
        Self::CustomAgents,
        Self::DuoDeveloper,
    ];

    /// The label of its checkbox.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Master => "Use Orbit in GitLab Duo",
            Self::AgenticChat => "Agentic Chat",
            Self::OrbitAgent => "Orbit Agent",
            Self::OtherFoundationalAgents => "Other Foundational Agents",
            Self::CustomAgents => "Custom Agents",
            Self::DuoDeveloper => "Duo Developer",
        }
    }

    /// The help text below the checkbox.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Master => "Let GitLab Duo look things up in the knowledge graph of your projects.",
            Self::AgenticChat => "Chat may use the knowledge graph to answer.",
            Self::OrbitAgent => "The agent made for questions to the knowledge graph.",
            Self::OtherFoundationalAgents => "Agents that come with the product.",
            Self::CustomAgents => "Agents that your groups made.",
            Self::DuoDeveloper => "The developer flow, where a version for Orbit is rolled out.",
        }
    }
}

impl OrbitSettings {
    /// The user's choice; `None` when unset.
    pub const fn get(&self, setting: OrbitSetting) -> Option<bool> {
        match setting {
            OrbitSetting::Master => self.enabled,
            OrbitSetting::AgenticChat => self.orbit_agentic_chat_enabled,
            OrbitSetting::OrbitAgent => self.orbit_agent_enabled,
            OrbitSetting::OtherFoundationalAgents => self.orbit_other_foundational_agents_enabled,
            OrbitSetting::CustomAgents => self.orbit_custom_agents_enabled,
            OrbitSetting::DuoDeveloper => self.duo_developer_orbit_enabled,
        }
    }

    /// Sets one setting; others, unset ones included, stay as they are.
    #[must_use]
    pub const fn with(mut self, setting: OrbitSetting, on: bool) -> Self {
        let field = match setting {
            OrbitSetting::Master => &mut self.enabled,
            OrbitSetting::AgenticChat => &mut self.orbit_agentic_chat_enabled,
            OrbitSetting::OrbitAgent => &mut self.orbit_agent_enabled,
            OrbitSetting::OtherFoundationalAgents => &mut self.orbit_other_foundational_agents_enabled,
            OrbitSetting::CustomAgents => &mut self.orbit_custom_agents_enabled,
            OrbitSetting::DuoDeveloper => &mut self.duo_developer_orbit_enabled,
        };
        *field = Some(on);
        self
    }

    /// The checkbox's state: unset, the master setting is off and the others are on.
    pub const fn shown(&self, setting: OrbitSetting) -> bool {
        match (setting, self.get(setting)) {
            (_, Some(chosen)) => chosen,
            (OrbitSetting::Master, None) => false,
            (_, None) => true,
        }
    }

    /// Whether Orbit is on for `setting`: requires the feature flag, then the master setting, then its own.
    /// While the flag is off, Orbit is off whatever is stored.
    pub const fn effective(&self, setting: OrbitSetting, flag_on: bool) -> bool {
        flag_on && self.shown(OrbitSetting::Master) && self.shown(setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<OrbitSettings, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn whoever_never_chose_has_an_empty_object_and_no_orbit() {
        let never = OrbitSettings::default();
        assert_eq!(serde_json::to_string(&never).expect("serializes"), "{}");
        for setting in OrbitSetting::ALL {
            assert!(!never.effective(setting, true), "{setting:?}");
        }
    }

    #[test]
    fn what_is_unset_is_on_while_the_master_is_on() {
        let on = OrbitSettings::default().with(OrbitSetting::Master, true);
        for setting in OrbitSetting::ALL {
            assert!(on.effective(setting, true), "{setting:?}");
            assert!(!on.effective(setting, false), "the flag is the top gate: {setting:?}");
        }
        assert_eq!(serde_json::to_string(&on).expect("serializes"), r#"{"enabled":true}"#);
    }

    #[test]
    fn the_truth_table_of_every_setting() {
        for setting in OrbitSetting::UNDER_MASTER {
            for flag in [true, false] {
                for master in [None, Some(false), Some(true)] {
                    for own in [None, Some(false), Some(true)] {
                        let mut settings = OrbitSettings { enabled: master, ..OrbitSettings::default() };
                        if let Some(own) = own {
                            settings = settings.with(setting, own);
                        }
                        let expected = flag && master == Some(true) && own != Some(false);
                        assert_eq!(
                            settings.effective(setting, flag),
                            expected,
                            "{setting:?} {flag} {master:?} {own:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn choosing_one_setting_leaves_the_others_unset() {
        for setting in OrbitSetting::ALL {
            let settings = OrbitSettings::default().with(setting, false);
            for other in OrbitSetting::ALL {
                assert_eq!(settings.get(other), (other == setting).then_some(false));
            }
        }
    }

    #[test]
    fn the_schema_is_strict() {
        assert_eq!(parse("{}").expect("empty is fine"), OrbitSettings::default());
        for bad in [
            r#"{"enabled":null}"#,
            r#"{"enabled":"true"}"#,
            r#"{"enabled":1}"#,
            r#"{"orbit_enabled":true}"#,
            r#"{"enabled":true,"extra":false}"#,
            r#"{"enabled":true,"enabled":false}"#,
            "null",
            "true",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let settings =
            OrbitSettings::default().with(OrbitSetting::Master, true).with(OrbitSetting::DuoDeveloper, false);
        let json = serde_json::to_string(&settings).expect("serializes");
        assert_eq!(json, r#"{"enabled":true,"duo_developer_orbit_enabled":false}"#);
        assert_eq!(parse(&json).expect("reads back"), settings);
    }
}
