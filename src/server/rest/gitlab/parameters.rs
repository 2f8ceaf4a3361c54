//! Parameters of GitLab's API: from the query and from the body, which is JSON or either kind of form.
//!
//! None is ignored: a dropped parameter might be the one with a target or an environment, and a change for
//! some would become one for everyone.

use axum::extract::Request;
use futures_util::stream;
use http::{StatusCode, Uri, header::CONTENT_TYPE};
use multer::Multipart;
use serde_json::{Value, json};
use std::{collections::BTreeMap, convert::Infallible};
use url::form_urlencoded;

use super::refusal::GitlabRefusal;
use crate::server::{
    request_headers::media_type,
    rest::{
        input::{is_json, shortened, whole_body},
        object::ObjectMembers,
    },
};

/// Parameters by name.
pub struct Parameters(BTreeMap<String, Parameter>);

/// GitLab's header for impersonation.
const SUDO: &str = "sudo";

/// The value of a parameter.
#[derive(Debug, PartialEq, Eq)]
enum Parameter {
    Text(String),
    /// `user[]=ann&user[]=bob`, or an array in JSON.
    List(Vec<String>),
    /// An empty text, or null in JSON: some clients send a member for every parameter.
    Nothing,
    /// An object, or a list with more than texts.
    Structure,
}

/// The parameters that an operation takes.
pub struct KnownParameters {
    /// Single values. An empty one is treated as omitted, except `value`.
    pub texts: &'static [&'static str],
    /// Single values that name an environment, never empty.
    pub places: &'static [&'static str],
    /// Targets: single values or lists. Only JSON may have empty ones, for omitted: in a query or a form they
    /// result from an unset variable, and would stand for everyone.
    pub targets: &'static [&'static str],
}

impl Parameters {
    /// Reads the query only, for operations that only read.
    pub fn of_query(uri: &Uri) -> Result<Self, GitlabRefusal> {
        let query = uri.query().unwrap_or_default();
        Self::collect(form_pairs(query.as_bytes()))
    }

    /// Reads the query and the body, for changes.
    pub async fn of(request: Request) -> Result<Self, GitlabRefusal> {
        if request.headers().contains_key(SUDO) {
            let message =
                "sudo is unknown, also as a header: the token's owner makes the change. Nothing was changed";
            return Err(GitlabRefusal::bad_parameter(message));
        }
        let mut parameters = Self::of_query(request.uri())?;
        let headers = request.headers();
        let (is_json, essence) = (is_json(headers), media_type(headers));
        let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type);
        let body = whole_body(request).await?;
        let pairs = match essence.as_str() {
            _ if body.is_empty() => return Ok(parameters),
            _ if is_json => json_members(&body)?,
            "application/x-www-form-urlencoded" => form_pairs(&body),
            "multipart/form-data" => multipart_pairs(boundary, body).await?,
            other => return Err(unread(other)),
        };
        for (name, said) in Self::collect(pairs)?.0 {
            let before = parameters.0.get(&name);
            if said == Parameter::Nothing && before.is_some() {
                continue;
            }
            // As in GitLab, the body takes precedence, but only where it switches off: otherwise a percentage
            // in the query would become everyone.
            let switches_off = name == "value" && matches!(&said, Parameter::Text(it) if it == "false");
            if !switches_off && before.is_some_and(|before| *before != said) {
                return Err(said_twice(&name));
            }
            parameters.0.insert(name, said);
        }
        Ok(parameters)
    }

    fn collect(pairs: Vec<(String, Parameter)>) -> Result<Self, GitlabRefusal> {
        let mut all = BTreeMap::new();
        for (name, said) in pairs {
            match (all.get_mut(&name), said) {
                (None, said) => drop(all.insert(name, said)),
                (Some(Parameter::List(items)), Parameter::List(more)) => items.extend(more),
                (Some(_), _) => return Err(said_twice(&name)),
            }
        }
        Ok(Self(all))
    }

    /// Refuses unknown parameters, lists where a single value belongs, and empty targets or environments.
    /// Other empty parameters are treated as omitted.
    pub fn nothing_but(mut self, known: &KnownParameters) -> Result<Self, GitlabRefusal> {
        let KnownParameters { texts, places, targets } = known;
        for (name, said) in &self.0 {
            let is_of = |names: &[&str]| names.contains(&name.as_str());
            let (is_place, is_target) = (is_of(places), is_of(targets));
            if !is_of(texts) && !is_place && !is_target {
                let known = [*texts, *places, *targets].concat().join(", ");
                let message =
                    format!("{} is unknown. Nothing was changed. Known are: {known}", shortened(name));
                return Err(GitlabRefusal::bad_parameter(message));
            }
            match said {
                Parameter::Text(text) if text.is_empty() && (is_place || is_target) => {
                    return Err(empty(name));
                }
                Parameter::Nothing if is_place => return Err(empty(name)),
                Parameter::List(items) if items.is_empty() => return Err(empty(name)),
                Parameter::List(_) if !is_target => return Err(invalid(name)),
                Parameter::Structure => return Err(invalid(name)),
                _ => {}
            }
        }
        self.0.retain(|name, said| match said {
            Parameter::Text(text) => !text.is_empty() || name == "value",
            Parameter::List(_) | Parameter::Structure => true,
            Parameter::Nothing => false,
        });
        Ok(self)
    }

    /// The names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A single value.
    pub fn text(&self, name: &str) -> Result<Option<&str>, GitlabRefusal> {
        match self.0.get(name) {
            None | Some(Parameter::Nothing) => Ok(None),
            Some(Parameter::Text(text)) => Ok(Some(text)),
            Some(Parameter::List(_) | Parameter::Structure) => Err(invalid(name)),
        }
    }

    /// The texts of a list, which may be empty, or be joined by commas; `None` when it is missing.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, GitlabRefusal> {
        let items = match self.0.get(name) {
            None | Some(Parameter::Nothing) => return Ok(None),
            Some(Parameter::Structure) => return Err(invalid(name)),
            Some(Parameter::Text(text)) => text.split(',').map(str::to_owned).collect(),
            Some(Parameter::List(items)) => items.clone(),
        };
        let items = items.iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        Ok(Some(items.collect()))
    }

    /// All values of a parameter, joined as text; `None` when it is missing.
    pub fn words(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Parameter::Text(text) => Some(text.clone()),
            Parameter::List(items) => Some(items.join(",")),
            Parameter::Nothing | Parameter::Structure => None,
        }
    }
}

/// Grape's message, as in GitLab.
fn invalid(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{} is invalid", shortened(name)))
}

fn empty(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{} is empty. Nothing was changed", shortened(name)))
}

fn said_twice(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{} is said twice. Nothing was changed", shortened(name)))
}

/// Grape's message, as in GitLab.
fn unread(content_type: &str) -> GitlabRefusal {
    let error = match content_type {
        "" => String::from("The content-type of the body is not said: send JSON or a form, and say which."),
        other => format!("The provided content-type '{}' is not supported.", shortened(other)),
    };
    GitlabRefusal::Gitlab(StatusCode::UNSUPPORTED_MEDIA_TYPE, json!({ "error": error }))
}

/// A field of a form: `user[]` is an item of the list `user`.
fn field(name: String, value: String) -> (String, Parameter) {
    match name.strip_suffix("[]") {
        Some(list) if !list.is_empty() => (list.to_owned(), Parameter::List(vec![value])),
        _ => (name, Parameter::Text(value)),
    }
}

fn form_pairs(form: &[u8]) -> Vec<(String, Parameter)> {
    let pairs = form_urlencoded::parse(form).into_owned();
    pairs.map(|(name, value)| field(name, value)).collect()
}

async fn multipart_pairs(
    boundary: multer::Result<String>,
    body: Vec<u8>,
) -> Result<Vec<(String, Parameter)>, GitlabRefusal> {
    let broken =
        |error: multer::Error| GitlabRefusal::bad_parameter(format!("The form cannot be read: {error}"));
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut form = Multipart::new(body, boundary.map_err(broken)?);
    let mut pairs = Vec::new();
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            return Err(invalid(&name));
        }
        pairs.push(field(name, part.text().await.map_err(broken)?));
    }
    Ok(pairs)
}

/// The members of a JSON object.
fn json_members(body: &[u8]) -> Result<Vec<(String, Parameter)>, GitlabRefusal> {
    let Ok(ObjectMembers(members)) = serde_json::from_slice::<ObjectMembers<String, Value>>(body) else {
        return Err(GitlabRefusal::bad_parameter("The request body is no JSON object"));
    };
    let mut pairs = Vec::with_capacity(members.len());
    for (name, value) in members {
        let said = match value {
            Value::Null => Parameter::Nothing,
            Value::String(text) if text.is_empty() && name != "value" => Parameter::Nothing,
            Value::Array(items) => {
                let items: Option<_> = items.into_iter().map(text_of).collect();
                items.map_or(Parameter::Structure, Parameter::List)
            }
            other => text_of(other).map_or(Parameter::Structure, Parameter::Text),
        };
        pairs.push((name, said));
    }
    Ok(pairs)
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
