//! What clients of `/api/v4/features` send, read as tolerantly as GitLab does: JSON or a form, the
//! query as well, empty texts for what is left out.

use std::collections::BTreeMap;

use axum::extract::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use url::form_urlencoded;

use super::{feature_refusal::Refusal, input::whole_body};
use crate::{
    domain::{environment::Environment, feature::Percentage},
    usecases::{
        Guard,
        set_feature::{FlagValue, SetFeature, Targets},
    },
};

/// Parameters by name; none is empty, but `value` may be.
pub struct Parameters(BTreeMap<String, String>);

/// Whom a flag can be set for. None of them goes with `key`.
const TARGETS: [&str; 6] = ["feature_group", "user", "group", "namespace", "project", "repository"];

impl Parameters {
    pub fn of_query(request: &Request) -> Self {
        let pairs = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect()).without_empty()
    }

    /// Of the query and the body; the body counts where both say something.
    pub async fn of(request: Request) -> Result<Self, Refusal> {
        let Self(mut parameters) = Self::of_query(&request);
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let is_json = content_type.is_some_and(|it| it.to_ascii_lowercase().contains("json"));
        let body = whole_body(request).await?;
        if is_json && !body.is_empty() {
            parameters.extend(json_members(&body)?);
        } else {
            parameters.extend(form_urlencoded::parse(&body).into_owned());
        }
        Ok(Self(parameters).without_empty())
    }

    fn without_empty(mut self) -> Self {
        self.0.retain(|name, value| !value.is_empty() || name == "value");
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `None` leaves it to the server.
    pub fn environment(&self) -> Result<Option<Environment>, Refusal> {
        let Some(name) = self.get("environment") else { return Ok(None) };
        match Environment::from_key(name) {
            Some(environment) => Ok(Some(environment)),
            None => Err(Refusal::bad_parameter("environment does not have a valid value")),
        }
    }

    /// GitLab's API has no environments and compares none: only who names one rolls something out.
    pub fn guard(&self) -> Result<Guard, Refusal> {
        Ok(Guard {
            compare_with_staging: self.environment()?.is_some(),
            override_reason: self.get("override_reason").map(str::to_owned),
            ..Guard::default()
        })
    }

    /// The change that is asked for.
    pub fn to_set(&self, name: &str) -> Result<SetFeature, Refusal> {
        let value = self.get("value").ok_or_else(|| Refusal::bad_parameter("value is missing"))?;
        if self.get("key").is_some() {
            let clashes: Vec<_> = TARGETS
                .into_iter()
                .filter(|target| self.get(target).is_some())
                .map(|target| format!("key, {target} are mutually exclusive"))
                .collect();
            if !clashes.is_empty() {
                return Err(Refusal::bad_parameter(clashes.join(", ")));
            }
        }
        let targets = self.targets()?;
        let value = match TARGETS.into_iter().find_map(|target| self.get(target)) {
            Some(targets) => value_for(targets, name, value)?,
            None => self.value_for_everyone(name, value)?,
        };
        Ok(SetFeature {
            name: name.to_owned(),
            value,
            targets,
            environments: self.environment()?.into_iter().collect(),
            undefined_too: true,
            guard: self.guard()?,
        })
    }

    fn targets(&self) -> Result<Targets, Refusal> {
        let list = |name| -> Result<Vec<String>, Refusal> {
            let Some(text) = self.get(name) else { return Ok(Vec::new()) };
            let items: Vec<_> =
                text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
            // Or else it would be taken for everyone.
            if items.is_empty() {
                Err(Refusal::bad_request(format_args!("{text} is not found!")))
            } else {
                Ok(items)
            }
        };
        if let Some(repository) = list("repository")?.first() {
            return Err(Refusal::bad_request(format_args!("{repository} is not found!")));
        }
        let mut groups = list("group")?;
        groups.extend(list("namespace")?);
        Ok(Targets {
            users: list("user")?,
            groups,
            projects: list("project")?,
            feature_groups: self.get("feature_group").map(str::to_owned).into_iter().collect(),
        })
    }

    fn value_for_everyone(&self, name: &str, value: &str) -> Result<FlagValue, Refusal> {
        if let Some(on) = boolean(value) {
            return Ok(FlagValue::Boolean(on));
        }
        match self.get("key") {
            Some("percentage_of_actors") => Ok(FlagValue::PercentageOfActors(percentage(value)?)),
            Some("percentage_of_time") => Ok(FlagValue::PercentageOfTime(percentage(value)?)),
            None if is_number(value) => Ok(FlagValue::PercentageOfTime(percentage(value)?)),
            None => Err(Refusal::bad_request(format_args!("Cannot set '{name}' to {value:?}"))),
            Some(key) => {
                Err(Refusal::bad_request(format_args!("Cannot set '{name}' ({key:?}) to {value:?}")))
            }
        }
    }
}

fn value_for(target: &str, name: &str, value: &str) -> Result<FlagValue, Refusal> {
    match (boolean(value), value) {
        (Some(on), _) => Ok(FlagValue::Boolean(on)),
        (None, "opt_out") => Ok(FlagValue::OptOut(true)),
        (None, "remove_opt_out") => Ok(FlagValue::OptOut(false)),
        _ => Err(Refusal::bad_request(format_args!("Cannot set '{name}' to {value:?} for {target}"))),
    }
}

/// All and nothing are no percentages, whatever the key says.
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

fn percentage(value: &str) -> Result<Percentage, Refusal> {
    if !is_number(value) {
        return Err(Refusal::bad_request("Not a percentage"));
    }
    Percentage::parse(value).map_err(Refusal::bad_request)
}

/// The members of a JSON object as text.
fn json_members(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(Refusal::bad_parameter("The request body is no JSON object"));
    };
    let text = |(name, value): (String, Value)| match value {
        Value::Null => Ok((name, String::new())),
        Value::String(text) => Ok((name, text)),
        Value::Bool(_) | Value::Number(_) => Ok((name, value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(Refusal::bad_parameter(format!("{name} is invalid"))),
    };
    members.into_iter().filter(|(name, value)| name != "value" || !value.is_null()).map(text).collect()
}
