//! A flag's definition: its purpose and lifetime, in the format of GitLab's definition files.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::keyed::keyed_enum;

/// The fields are those of GitLab's files; the order is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagDefinition {
    pub name: String,
    #[serde(default, deserialize_with = "or_empty")]
    pub description: String,
    #[serde(rename = "type")]
    pub flag_type: FlagType,
    /// The state while no gate is set.
    pub default_enabled: bool,
    /// The owning group: `group::ai framework`.
    #[serde(deserialize_with = "or_empty")]
    pub group: String,
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub feature_issue_url: Option<String>,
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub introduced_by_url: Option<String>,
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub rollout_issue_url: Option<String>,
    /// The release that introduced it: `19.2`.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub milestone: Option<String>,
    /// The day by which it should be removed: `2026-12-31`.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
    /// The release by which GitLab intends the roll-out to be complete.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub intended_to_rollout_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_state_changes: Option<bool>,
}

/// Treats an empty value, common in GitLab's files, as absent.
fn unless_empty<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(field)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// [`unless_empty`] for a mandatory text.
fn or_empty<'de, D: Deserializer<'de>>(field: D) -> Result<String, D::Error> {
    Ok(unless_empty(field)?.unwrap_or_default())
}

keyed_enum! {
    /// The purpose of a flag, which determines its lifetime and whether it may default to on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum FlagType {
        /// GitLab's key; `derisk` is accepted, too.
        #[serde(rename = "gitlab_com_derisk", alias = "derisk")]
        Derisk = "gitlab_com_derisk",
        Wip = "wip",
        Beta = "beta",
        Ops = "ops",
        Experiment = "experiment",
    }
}

impl FlagType {
    /// The label on a page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Derisk => "De-risk",
            Self::Wip => "Work in progress",
            Self::Beta => "Beta",
            Self::Ops => "Operations",
            Self::Experiment => "Experiment",
        }
    }

    const fn may_be_on_by_default(self) -> bool {
        matches!(self, Self::Beta | Self::Ops)
    }
}

/// Why a definition is invalid: the field, and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct DefinitionError {
    pub field: &'static str,
    pub message: &'static str,
}

/// Validates a flag's name, and returns it.
pub fn check_flag_name(name: &str) -> Result<&str, DefinitionError> {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (1..=255).contains(&name.len()) && name.chars().all(sign) {
        return Ok(name);
    }
    Err(DefinitionError { field: "name", message: "1 to 255 letters, digits, '_', '-' and '.'" })
}

impl FlagDefinition {
    /// A definition with the mandatory fields only.
    pub fn new(name: &str, flag_type: FlagType, default_enabled: bool) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            flag_type,
            default_enabled,
            group: String::new(),
            feature_issue_url: None,
            introduced_by_url: None,
            rollout_issue_url: None,
            milestone: None,
            expires_on: None,
            intended_to_rollout_by: None,
            log_state_changes: None,
        }
    }

    /// The stand-in for a flag without a definition: off until it is set.
    pub fn undefined(name: &str) -> Self {
        Self::new(name, FlagType::Wip, false)
    }

    /// Validates the definition.
    pub fn check(&self) -> Result<(), DefinitionError> {
        let unless = |good: bool, field, message| {
            if good { Ok(()) } else { Err(DefinitionError { field, message }) }
        };
        let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        check_flag_name(&self.name)?;
        unless(self.name.chars().all(snake), "name", "lower-case letters, digits and '_'")?;
        unless(self.description.len() <= 2000, "description", "at most 2000 bytes")?;
        unless((1..=255).contains(&self.group.len()), "group", "the owner, 1 to 255 bytes")?;
        unless(
            !self.default_enabled || self.flag_type.may_be_on_by_default(),
            "default_enabled",
            "only the types beta and ops may be on by default",
        )?;
        for (field, url) in [
            ("feature_issue_url", &self.feature_issue_url),
            ("introduced_by_url", &self.introduced_by_url),
            ("rollout_issue_url", &self.rollout_issue_url),
        ] {
            let good = |url: &String| {
                (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= 2000
            };
            unless(url.as_ref().is_none_or(good), field, "an address that begins with https:// or http://")?;
        }
        let short = |text: &String| (1..=20).contains(&text.len());
        for (field, release) in
            [("milestone", &self.milestone), ("intended_to_rollout_by", &self.intended_to_rollout_by)]
        {
            unless(release.as_ref().is_none_or(short), field, "a release such as 19.2")?;
        }
        unless(self.expires_on.is_none() || self.expiry().is_some(), "expires_on", "a day such as 2026-12-31")
    }

    /// The day by which it should be removed; `None` when it has none.
    pub fn expiry(&self) -> Option<Date> {
        // One format only, because days are compared as text.
        self.expires_on.as_deref().filter(|day| day.len() == 10)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_type_may_not_be_by_default_is_refused() {
        use FlagType::{Beta, Derisk, Experiment, Ops, Wip};
        for (flag_type, may) in
            [(Derisk, false), (Wip, false), (Beta, true), (Ops, true), (Experiment, false)]
        {
            let definition =
                FlagDefinition { group: "owner".into(), ..FlagDefinition::new("a", flag_type, true) };
            assert_eq!(definition.check().is_ok(), may, "{flag_type:?}");
            assert_eq!(serde_json::json!(flag_type), flag_type.key());
        }
    }

    #[test]
    fn every_field_is_checked() {
        let good =
            FlagDefinition { group: "owner".into(), ..FlagDefinition::new("a_flag", FlagType::Beta, true) };
        assert_eq!(good.check(), Ok(()));
        let refused = |change: fn(&mut FlagDefinition)| {
            let mut bad = good.clone();
            change(&mut bad);
            bad.check().expect_err("it is wrong").field
        };
        assert_eq!(refused(|it| it.name = String::new()), "name");
        assert_eq!(refused(|it| it.name = "A-Flag".into()), "name");
        assert_eq!(refused(|it| it.description = "x".repeat(2001)), "description");
        assert_eq!(refused(|it| it.group = String::new()), "group");
        assert_eq!(refused(|it| it.feature_issue_url = Some("javascript:x".into())), "feature_issue_url");
        assert_eq!(refused(|it| it.introduced_by_url = Some(String::new())), "introduced_by_url");
        assert_eq!(refused(|it| it.rollout_issue_url = Some("issue 1".into())), "rollout_issue_url");
        assert_eq!(refused(|it| it.milestone = Some(String::new())), "milestone");
        assert_eq!(refused(|it| it.intended_to_rollout_by = Some("x".repeat(21))), "intended_to_rollout_by");
        assert_eq!(refused(|it| it.expires_on = Some("2026-02-30".into())), "expires_on");
        assert_eq!(refused(|it| it.expires_on = Some("20261231".into())), "expires_on");
    }
}
