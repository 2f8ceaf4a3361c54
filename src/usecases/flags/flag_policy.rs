//! What is checked of a change of a flag by how it is asked for. It is decided here; pages, the API, the
//! chat and the command line only say what was named.

use crate::{domain::environment::Environment, usecases::App};

/// Where a change counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Where<Named> {
    /// In the environment that this server answers for: nobody named one.
    #[default]
    Here,
    /// The same for the command line, which is told what its server answers for.
    Own(Environment),
    /// Where somebody named it: this is a roll-out.
    Named(Named),
}

impl<Named> Where<Named> {
    /// Whether production may then not be further open than staging. Whoever names no environment rolls
    /// nothing out: GitLab's API knows none.
    pub const fn is_compared_with_staging(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// The same where the server's own environment is known.
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

/// As many as were named, which may be none.
impl From<Vec<Environment>> for Where<Vec<Environment>> {
    fn from(named: Vec<Environment>) -> Self {
        if named.is_empty() { Self::Here } else { Self::Named(named) }
    }
}

/// The one that was named, if one was.
impl<Named> From<Option<Named>> for Where<Named> {
    fn from(named: Option<Named>) -> Self {
        named.map_or(Self::Here, Self::Named)
    }
}

/// How a change is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// A page, in the dialog that shows first what would come of it.
    Page,
    /// GitLab's own API of features.
    GitlabApi,
    /// Our API.
    Api,
    /// A command of the chat, wherever it is typed.
    ChatCommand,
    CommandLine,
}

impl AskedBy {
    pub const ALL: [Self; 5] = [Self::Page, Self::GitlabApi, Self::Api, Self::ChatCommand, Self::CommandLine];

    /// Whether a flag that nothing defines may be set; `force` says whether that was asked for in so many
    /// words. GitLab's API makes what it is told, and a page has warned of it.
    pub const fn sets_undefined(self, force: bool) -> bool {
        match self {
            Self::Page | Self::GitlabApi => true,
            Self::Api | Self::ChatCommand | Self::CommandLine => force,
        }
    }

    /// Whether one may be deleted. The chat has no `--force` for it, and a flag that lost its definition
    /// has to go as well.
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
