//! Flag definitions: built-in, imported, and their file format.

use serde_saphyr::{Budget, Options, SnippetMode, UserMessageFormatter, budget, options, render_options};
use std::sync::LazyLock;

use crate::{
    domain::{environment::Environment, flags::FlagDefinition},
    storage::{StorageError, UnitOfWork},
    usecases::{FlagError, UseCaseError},
};

/// The flags that the program itself evaluates, or has a setting for.
static SHIPPED: LazyLock<Vec<FlagDefinition>> = LazyLock::new(|| {
    [
        include_str!("../../../flags/duo_code_review_flow_priority.yml"),
        include_str!("../../../flags/duo_developer_next_unstable.yml"),
        include_str!("../../../flags/duo_developer_orbit.yml"),
        include_str!("../../../flags/mr_ai_resolve_conflicts.yml"),
        include_str!("../../../flags/orbit_user_preference.yml"),
    ]
    .into_iter()
    .flat_map(|file| from_yaml(file).expect("a test reads them"))
    .collect()
});

/// The built-in definition; `None` when there is none.
pub fn shipped(name: &str) -> Option<&'static FlagDefinition> {
    SHIPPED.iter().find(|it| it.name == name)
}

/// The definition of a flag that the program itself evaluates.
pub(in crate::usecases) fn ours(name: &str) -> &'static FlagDefinition {
    shipped(name).expect("what the program asks for ships with it")
}

pub(in crate::usecases) async fn all(uow: &mut UnitOfWork) -> Result<Vec<FlagDefinition>, StorageError> {
    let mut definitions = uow.flag_definitions().list().await?;
    definitions.retain(|it| shipped(&it.name).is_none());
    definitions.extend(SHIPPED.iter().cloned());
    definitions.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(definitions)
}

pub(in crate::usecases) async fn find(
    uow: &mut UnitOfWork,
    name: &str,
) -> Result<Option<FlagDefinition>, StorageError> {
    if let Some(definition) = shipped(name) {
        return Ok(Some(definition.clone()));
    }
    Ok(uow.flag_definitions().find(name).await?.map(|stored| stored.definition))
}

/// The error for an unknown flag, which lists the known ones.
pub(in crate::usecases) async fn unknown(
    uow: &mut UnitOfWork,
    name: &str,
) -> Result<UseCaseError, StorageError> {
    let known = all(uow).await?;
    let known = known.iter().map(|flag| flag.name.clone()).collect();
    let mut is_set = false;
    for environment in Environment::ALL {
        is_set |= uow.features().find(environment, name).await?.gates.is_set();
    }
    Ok(FlagError::UnknownFlag { name: name.to_owned(), known, is_set }.into())
}

/// Parses a YAML file with one definition per document.
///
/// # Errors
/// What is wrong with it, for people.
pub fn from_yaml(text: &str) -> Result<Vec<FlagDefinition>, String> {
    let definitions: Vec<FlagDefinition> = serde_saphyr::from_multiple_with_options(text, as_long_as(text))
        .map_err(|error| {
        let plainly = render_options! { formatter: &UserMessageFormatter, snippets: SnippetMode::Off };
        error.render_with_options(plainly)
    })?;
    for definition in &definitions {
        definition.check().map_err(|error| format!("{}: {error}", definition.name))?;
    }
    Ok(definitions)
}

/// The parser's default limits, except those on size: GitLab's files hold thousands of definitions. Limits on
/// amplification (aliases, depth) stay.
fn as_long_as(text: &str) -> Options {
    let usual = Budget::default();
    options! {
        with_snippet: false,
        budget: budget! {
            max_documents: usual.max_documents.max(text.len()),
            max_nodes: usual.max_nodes.max(text.len()),
            max_events: usual.max_events.max(text.len()),
        },
    }
}

/// Writes YAML that [`from_yaml`] reads.
pub fn to_yaml(definitions: &[FlagDefinition]) -> String {
    write(definitions)
}

fn write(definitions: &[FlagDefinition]) -> String {
    serde_saphyr::to_string_multiple(definitions).expect("a definition has no maps with odd keys")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flags::{DUO_CODE_REVIEW_FLOW_PRIORITY, FlagType, ORBIT_USER_PREFERENCE};

    #[test]
    fn the_shipped_definitions_are_whole() {
        let defaults: Vec<_> = SHIPPED.iter().map(|it| (it.name.as_str(), it.default_enabled)).collect();
        assert_eq!(
            defaults,
            [
                (DUO_CODE_REVIEW_FLOW_PRIORITY, true),
                ("duo_developer_next_unstable", false),
                ("duo_developer_orbit", false),
                ("mr_ai_resolve_conflicts", false),
                (ORBIT_USER_PREFERENCE, false),
            ]
        );
        for definition in SHIPPED.iter() {
            assert_eq!(definition.check(), Ok(()));
            assert!(!definition.description.is_empty() && definition.milestone.is_some(), "{definition:?}");
        }
    }

    #[test]
    fn what_is_exported_can_be_imported() {
        let yaml = to_yaml(&SHIPPED);
        assert_eq!(from_yaml(&yaml), Ok(SHIPPED.clone()), "{yaml}");
        assert_eq!(from_yaml(""), Ok(Vec::new()));
    }

    #[test]
    fn gitlabs_own_files_are_read() {
        let file = "---\nname: fix_pipeline_next\nfeature_issue_url: https://example.com/1\nintroduced_by_url: https://example.com/2\nrollout_issue_url:\nmilestone: '19.0'\ngroup: group::pipeline execution\ntype: gitlab_com_derisk\ndefault_enabled: false\n";
        let read = from_yaml(file).expect("it is one");
        assert_eq!(read[0].flag_type, FlagType::Derisk);
        assert_eq!((read[0].milestone.as_deref(), &read[0].rollout_issue_url), (Some("19.0"), &None));
        assert_eq!(from_yaml(&file.replace("gitlab_com_derisk", "derisk")), Ok(read));
    }

    #[test]
    fn a_field_that_is_empty_says_nothing() {
        let whole = "---\nname: a_flag\ntype: beta\ngroup: owner\ndefault_enabled: true\n";
        let read = from_yaml(whole).expect("it is one");
        for field in [
            "description",
            "feature_issue_url",
            "introduced_by_url",
            "rollout_issue_url",
            "milestone",
            "expires_on",
            "intended_to_rollout_by",
            "log_state_changes",
        ] {
            let nothings: &[&str] =
                if field == "log_state_changes" { &["", "~"] } else { &["", "~", "''", "' '"] };
            for nothing in nothings {
                let file = format!("{whole}{field}: {nothing}\n");
                assert_eq!(from_yaml(&file).as_ref(), Ok(&read), "{file}");
            }
        }
        let error = from_yaml(&whole.replace(" owner", "")).expect_err("nobody owns it");
        assert_eq!(error, "a_flag: group: the owner, 1 to 255 bytes");
        assert_eq!(
            from_yaml(&format!("{whole}milestone: 19.0\n")).expect("a release")[0].milestone.as_deref(),
            Some("19.0")
        );
    }

    #[test]
    fn a_file_has_as_many_definitions_as_it_has() {
        let definition = |number| FlagDefinition {
            group: String::from("owner"),
            description: String::from("What it is for."),
            milestone: Some(String::from("19.0")),
            ..FlagDefinition::new(&format!("flag_{number}"), FlagType::Wip, false)
        };
        let all: Vec<_> = (0..12_000).map(definition).collect();
        assert_eq!(from_yaml(&to_yaml(&all)), Ok(all));
    }

    #[test]
    fn a_file_that_blows_up_is_refused_all_the_same() {
        let levels = (1..12).map(|level| {
            let below = format!("*a{},", level - 1).repeat(9);
            format!("- &a{level} [{below}]\n")
        });
        let bomb = format!("- &a0 [x]\n{}", levels.collect::<String>());
        assert!(from_yaml(&bomb).is_err());
    }

    #[test]
    fn a_file_that_is_wrong_says_where() {
        let file = "name: a_flag\ntype: wip\ngroup: owner\ndefault_enabled: false\n";
        assert!(from_yaml(file).is_ok());
        for (from, to, word) in [
            ("wip", "licensed", "licensed"),
            ("group: owner\n", "", "group"),
            ("group", "groop", "groop"),
            ("false", "true", "default_enabled"),
            ("a_flag", "A Flag", "name"),
            ("name:", "- name:", ""),
        ] {
            let error = from_yaml(&file.replace(from, to)).expect_err(to);
            assert!(error.contains(word), "{error}");
            assert!(
                !error.contains("error") && !error.contains("String") && !error.contains("FlagDefinition"),
                "{error}"
            );
        }
    }
}
