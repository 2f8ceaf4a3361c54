//! Scopes of personal access tokens, and rules for new tokens.

use super::{
    keyed::keyed_enum,
    visible::{is_seen, may_stand_in_a_name},
};

keyed_enum! {
    /// A right of a token, limited by its owner's own rights.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Scope: serde {
        ReadDecisions = "read_decisions",
        ReadSettings = "read_settings",
        WriteSettings = "write_settings",
        GiveConsent = "give_consent",
        ManageFlowVersions = "manage_flow_versions",
        ManageGroups = "manage_groups",
        ManageUsers = "manage_users",
    }
}

impl Scope {
    /// One line on what it allows.
    pub const fn description(self) -> &'static str {
        match self {
            Self::ReadDecisions => {
                "Ask which engine and which flow version runs for a user in a namespace; evaluate feature flags; follow changes."
            }
            Self::ReadSettings => {
                "Read groups, projects, members, users, audit events, and which foundational flows are on, as far as you may see them; for administrators, feature flags."
            }
            Self::WriteSettings => {
                "Turn foundational flows on and off, and change the GitLab Duo settings of a group; for administrators, set feature flags."
            }
            Self::GiveConsent => {
                "Together with write_settings: give the recorded consent that Code Review needs."
            }
            Self::ManageFlowVersions => {
                "For administrators: read and keep the registry of deployed flow versions."
            }
            Self::ManageGroups => {
                "Create, change, move, archive and delete groups and projects, and change members, as far as you may; for administrators, import and export groups, members and seats as CSV."
            }
            Self::ManageUsers => {
                "For administrators: create, edit, block and delete users; import and export them as CSV."
            }
        }
    }
}

/// Why a new token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRuleError {
    #[error("Give the token a name of 1 to 100 visible characters, so that you can tell it from others.")]
    Name,
    #[error("Choose at least one scope.")]
    NoScope,
    #[error("Choose an expiry date from tomorrow to a year from today.")]
    Expiry,
}

/// `chosen` without duplicates, in order of declaration.
pub fn each_once(chosen: &[Scope]) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| chosen.contains(scope)).collect()
}

/// Maximum lifetime of a token, in days.
pub const MAX_TOKEN_DAYS: i64 = 366;

/// Validates a new token: a trimmed name, at least one scope, and expiry within [`MAX_TOKEN_DAYS`].
pub fn check_new_token(
    name: &str,
    scopes: &[Scope],
    expires_at: super::time::Timestamp,
    now: super::time::Timestamp,
) -> Result<String, TokenRuleError> {
    let name = name.trim();
    if !is_seen(name) || name.chars().count() > 100 || !name.chars().all(may_stand_in_a_name) {
        return Err(TokenRuleError::Name);
    }
    if scopes.is_empty() {
        return Err(TokenRuleError::NoScope);
    }
    if expires_at <= now || expires_at > now.plus_days(MAX_TOKEN_DAYS) {
        return Err(TokenRuleError::Expiry);
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_token_needs_a_name_a_scope_and_an_end_within_a_year() {
        let now = Timestamp::from_millis(0);
        let check =
            |name: &str, scopes: &[Scope], days| check_new_token(name, scopes, now.plus_days(days), now);
        let scope = [Scope::ReadDecisions];
        assert_eq!(check(" ci ", &scope, 30), Ok("ci".into()));
        assert_eq!(check("  ", &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check(&"x".repeat(101), &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check("a\nb", &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check("\u{200d}", &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check("ci\u{200b}", &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check("ci \u{202e}nimda", &scope, 30), Err(TokenRuleError::Name));
        assert_eq!(check("ci", &[], 30), Err(TokenRuleError::NoScope));
        assert_eq!(check("ci", &scope, 0), Err(TokenRuleError::Expiry));
        assert_eq!(check("ci", &scope, 367), Err(TokenRuleError::Expiry));
    }

    #[test]
    fn a_scope_is_kept_once_however_often_it_was_chosen() {
        let chosen = [Scope::WriteSettings, Scope::ReadDecisions, Scope::WriteSettings];
        assert_eq!(each_once(&chosen), [Scope::ReadDecisions, Scope::WriteSettings]);
        assert_eq!(each_once(&[]), []);
    }
}
