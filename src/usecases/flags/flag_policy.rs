//! Which checks apply to a flag change, by how it is requested. Decided here; pages, API, chat and command
//! line only report which environments were named.

use crate::{domain::environment::Environment, usecases::App};

/// The environments that a change is requested for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Where<Named> {
    /// None was named: the environment of this server.
    #[default]
    Here,
    /// None was named at the command line, which knows its server's environment.
    Own(Environment),
    /// Named explicitly: a roll-out.
    Named(Named),
}

impl<Named> Where<Named> {
    /// Whether staging must go before production. Without a named environment the change is no roll-out, as
    /// in GitLab's API, which has no environments.
    pub const fn is_compared_with_staging(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// Replaces [`Self::Here`] with the server's own environment.
    #[must_use]
    pub fn or_own(self, own: Environment) -> Self {
        match self {
            Self::Here => Self::Own(own),
            other => other,
        }
    }
}

impl Where<Vec<Environment>> {
    pub(in crate::usecases) fn environments(&self, app: &App) -> Vec<Environment> {
        match self {
            Self::Here => vec![app.environment()],
            Self::Own(environment) => vec![*environment],
            Self::Named(environments) => environments.clone(),
        }
    }
}

impl Where<Environment> {
    pub(in crate::usecases) fn environment(&self, app: &App) -> Environment {
        match self {
            Self::Here => app.environment(),
            Self::Own(environment) | Self::Named(environment) => *environment,
        }
    }
}

/// [`Where::Here`] when empty.
impl From<Vec<Environment>> for Where<Vec<Environment>> {
    fn from(named: Vec<Environment>) -> Self {
        if named.is_empty() { Self::Here } else { Self::Named(named) }
    }
}

/// [`Where::Here`] when `None`.
impl<Named> From<Option<Named>> for Where<Named> {
    fn from(named: Option<Named>) -> Self {
        named.map_or(Self::Here, Self::Named)
    }
}

/// How a change is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// A page, in the dialog with a preview.
    Page,
    /// GitLab's own features API.
    GitlabApi,
    /// This product's API.
    Api,
    /// A chat command, in the chat or at the command line.
    ChatCommand,
    CommandLine,
}

impl AskedBy {
    pub const ALL: [Self; 5] = [Self::Page, Self::GitlabApi, Self::Api, Self::ChatCommand, Self::CommandLine];

    /// Whether a flag without definition may be set; `force` says that this was requested explicitly.
    /// GitLab's API creates any flag, and a page has already shown a warning.
    pub const fn sets_undefined(self, force: bool) -> bool {
        match self {
            Self::Page | Self::GitlabApi => true,
            Self::Api | Self::ChatCommand | Self::CommandLine => force,
        }
    }

    /// Whether a flag without definition may be deleted. The chat has no `--force` for it, and flags whose
    /// definition was removed must be deletable.
    pub const fn deletes_undefined(self, force: bool) -> bool {
        matches!(self, Self::ChatCommand) || self.sets_undefined(force)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_names_an_environment_is_compared_with_staging() {
        use Environment::{Production, Staging};
        for (place, expected) in [
            (Where::from(Vec::new()), false),
            (Where::from(Vec::new()).or_own(Production), false),
            (Where::from(vec![Production]), true),
            (Where::from(vec![Production]).or_own(Staging), true),
            (Where::from(vec![Staging, Production]), true),
        ] {
            assert_eq!(place.is_compared_with_staging(), expected, "{place:?}");
        }
        assert_eq!(Where::from(None::<Environment>).or_own(Staging), Where::Own(Staging));
        assert_eq!(Where::from(Some(Production)).or_own(Staging), Where::Named(Production));
    }

    #[test]
    fn a_flag_that_nothing_defines_is_set_where_it_is_gitlabs_way_or_was_asked_for() {
        for (by, sets, deletes) in [
            (AskedBy::Page, true, true),
            (AskedBy::GitlabApi, true, true),
            (AskedBy::Api, false, false),
            (AskedBy::ChatCommand, false, true),
            (AskedBy::CommandLine, false, false),
        ] {
            assert_eq!((by.sets_undefined(false), by.deletes_undefined(false)), (sets, deletes), "{by:?}");
        }
        for by in AskedBy::ALL {
            assert!(by.sets_undefined(true) && by.deletes_undefined(true), "{by:?}");
        }
    }
}
