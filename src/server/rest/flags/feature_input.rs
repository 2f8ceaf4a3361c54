//! Parses requests to `/api/v4/features` with GitLab's parameters.

use crate::{
    domain::{
        environment::Environment,
        flags::{FlagValue, Percentage, PercentageOf, Targets, WrittenValue},
    },
    server::rest::gitlab::{
        parameters::{KnownParameters, Parameters},
        refusal::GitlabRefusal,
    },
    usecases::{
        AskedBy, Guard,
        flags::{delete_feature::DeleteFeature, set_feature::SetFeature},
    },
};

/// Parameters that name targets. None can be combined with `key`.
const TARGETS: [&str; 6] = ["feature_group", "user", "group", "namespace", "project", "repository"];

/// Parameters that set a flag. `environment` and `override_reason` are not GitLab's, and `force` skips none
/// of our checks.
const TO_SET: KnownParameters = KnownParameters {
    texts: &["value", "key", "force", "override_reason"],
    places: &["environment"],
    targets: &TARGETS,
};

const TO_DELETE: KnownParameters =
    KnownParameters { texts: &["override_reason"], places: &["environment"], targets: &[] };

impl Parameters {
    /// `None` is the server's environment.
    pub fn environment(&self) -> Result<Option<Environment>, GitlabRefusal> {
        let Some(name) = self.text("environment")? else { return Ok(None) };
        match Environment::from_key(name) {
            Some(environment) => Ok(Some(environment)),
            None => Err(GitlabRefusal::bad_parameter("environment does not have a valid value")),
        }
    }

    fn guard(&self) -> Result<Guard, GitlabRefusal> {
        Ok(Guard { override_reason: self.text("override_reason")?.map(str::to_owned), ..Guard::default() })
    }

    /// Parses the change.
    pub fn into_set(self, name: &str) -> Result<SetFeature, GitlabRefusal> {
        self.nothing_but(&TO_SET)?.change(name)
    }

    fn change(&self, name: &str) -> Result<SetFeature, GitlabRefusal> {
        let value = self.text("value")?.ok_or_else(|| GitlabRefusal::bad_parameter("value is missing"))?;
        if self.has("key") {
            let clashes: Vec<_> = TARGETS
                .into_iter()
                .filter(|target| self.has(target))
                .map(|target| format!("key, {target} are mutually exclusive"))
                .collect();
            if !clashes.is_empty() {
                return Err(GitlabRefusal::bad_parameter(clashes.join(", ")));
            }
        }
        let targets = self.targets()?;
        let value = match TARGETS.into_iter().find_map(|target| self.words(target)) {
            Some(targets) => value_for(&targets, name, value)?,
            None => self.value_for_everyone(name, value)?,
        };
        Ok(SetFeature {
            name: name.to_owned(),
            value,
            targets,
            environments: self.environment()?.map(|it| vec![it]).into(),
            undefined_too: AskedBy::GitlabApi.sets_undefined(false),
            guard: self.guard()?,
        })
    }

    /// Parses a reset. It is for everybody, so targets are refused.
    pub fn into_delete(self, name: &str) -> Result<DeleteFeature, GitlabRefusal> {
        let known = self.nothing_but(&TO_DELETE)?;
        Ok(DeleteFeature {
            name: name.to_owned(),
            environments: known.environment()?.map(|it| vec![it]).into(),
            undefined_too: AskedBy::GitlabApi.deletes_undefined(false),
            guard: known.guard()?,
        })
    }

    fn targets(&self) -> Result<Targets, GitlabRefusal> {
        let list = |name| -> Result<Vec<String>, GitlabRefusal> {
            let Some(text) = self.words(name) else { return Ok(Vec::new()) };
            Targets::names_in(&text)
                .ok_or_else(|| GitlabRefusal::bad_request(format_args!("{text} is not found!")))
        };
        if let Some(repository) = list("repository")?.first() {
            return Err(GitlabRefusal::bad_request(format_args!("{repository} is not found!")));
        }
        let mut groups = list("group")?;
        groups.extend(list("namespace")?);
        Ok(Targets {
            users: list("user")?,
            groups,
            projects: list("project")?,
            feature_groups: list("feature_group")?,
        })
    }

    fn value_for_everyone(&self, name: &str, value: &str) -> Result<FlagValue, GitlabRefusal> {
        let key = self.text("key")?;
        let of = key.and_then(PercentageOf::from_key);
        match (key, of, boolean(value)) {
            // `key` may have been meant to restrict the change.
            (Some(_), None, Some(_)) => Err(GitlabRefusal::bad_parameter("key does not have a valid value")),
            // 0 % and 100 % are booleans, whatever the key, as in GitLab.
            (_, _, Some(on)) => Ok(FlagValue::Boolean(on)),
            (Some(key), None, None) => {
                Err(GitlabRefusal::bad_request(format_args!("Cannot set '{name}' ({key:?}) to {value:?}")))
            }
            (None, _, None) if !is_number(value) => {
                Err(GitlabRefusal::bad_request(format_args!("Cannot set '{name}' to {value:?}")))
            }
            (_, Some(PercentageOf::Actors), None) => Ok(FlagValue::PercentageOfActors(percentage(value)?)),
            (_, _, None) => Ok(FlagValue::PercentageOfTime(percentage(value)?)),
        }
    }
}

fn value_for(target: &str, name: &str, value: &str) -> Result<FlagValue, GitlabRefusal> {
    match (boolean(value), value.parse()) {
        (Some(on), _) => Ok(FlagValue::Boolean(on)),
        (None, Ok(WrittenValue::OptOut(out))) => Ok(FlagValue::OptOut(out)),
        _ => Err(GitlabRefusal::bad_request(format_args!("Cannot set '{name}' to {value:?} for {target}"))),
    }
}

/// 0 % and 100 % are booleans as well.
fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" | "100" | "100.0" => Some(true),
        "false" | "0" | "0.0" => Some(false),
        _ => None,
    }
}

fn is_number(value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match value.split_once('.') {
        None => digits(value),
        Some((whole, decimals)) => digits(whole) && digits(decimals),
    }
}

fn percentage(value: &str) -> Result<Percentage, GitlabRefusal> {
    if !is_number(value) {
        return Err(GitlabRefusal::bad_request("Not a percentage"));
    }
    Percentage::parse(value).map_err(GitlabRefusal::bad_request)
}
