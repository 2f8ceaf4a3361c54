//! JSON of the OpenFeature Remote Evaluation Protocol.

use serde::{Deserialize, Deserializer, Serialize, de::Visitor};
use serde_json::{Value, value::RawValue};
use sha2::{Digest, Sha256};
use std::{borrow::Borrow, collections::BTreeMap, fmt};
use utoipa::ToSchema;

use crate::{
    domain::{environment::Environment, flags::Gate},
    server::rest::object::{Object, ObjectMembers},
    usecases::flags::evaluate_flags::{AllEvaluated, Answered, Subject},
};

/// The path of the event stream, as responses announce it.
pub const EVENTS: &str = "/ofrep/v1/events";

/// The properties of a context that name actors.
const NAMES: [&str; 4] = ["targetingKey", "user", "group", "project"];

pub const NOBODY_NAMED: &str = "The answer is not the same for everybody: name somebody in the context, as targetingKey, user, group or project.";

/// The body: for whom to evaluate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRequest {
    /// `targetingKey` is a user name, `user:NAME`, `group:PATH`, `project:PATH`, or GitLab's `User:1`,
    /// `Group:2`, `Project:3`; any other text is an unknown actor. In addition or instead, `user`, `group`
    /// and `project` name one each. A flag is on when it is on for any of them. Other properties are ignored,
    /// whatever their values.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"targetingKey": "user:reviewer", "group": "acme"}))]
    context: Option<Box<RawValue>>,
}

/// A parsed request.
#[derive(Debug)]
pub struct EvaluationQuery {
    pub subject: Subject,
    /// The properties by name, each as raw JSON: those that no gate reads are not even parsed.
    context: BTreeMap<Text, Box<RawValue>>,
}

impl EvaluationQuery {
    pub fn parse(body: &[u8]) -> Result<Self, (ErrorCode, String)> {
        let wrong = |error: serde_json::Error| {
            (
                ErrorCode::ParseError,
                format!("The body is not an object in JSON, with a context and nothing else: {error}."),
            )
        };
        let invalid = |details: &str| (ErrorCode::InvalidContext, details.to_owned());
        // A truncated character is no reason to leave every flag at its default.
        let body = String::from_utf8_lossy(body);
        let Object(request): Object<EvaluationRequest> = if body.is_empty() {
            Object(EvaluationRequest::default())
        } else {
            serde_json::from_str(&body).map_err(wrong)?
        };
        let ObjectMembers(members): ObjectMembers<Text, Box<RawValue>> = match request.context {
            None => ObjectMembers(Vec::new()),
            Some(context) if context.get().starts_with('{') => {
                serde_json::from_str(context.get()).map_err(wrong)?
            }
            Some(_) => return Err(invalid("The context has to be an object.")),
        };
        let mut context = BTreeMap::new();
        for (name, value) in members {
            // A repeated property is an error only if a gate reads it; of others the last wins.
            if let Some(name) = NAMES.iter().find(|it| **it == name.0)
                && context.contains_key(*name)
            {
                return Err(invalid(&format!("'{name}' is said twice.")));
            }
            context.insert(name, value);
        }
        let text = |name: &str| match context.get(name).map(|it| it.get()) {
            None | Some("null") => Ok(None),
            Some(value) => match serde_json::from_str(value) {
                Ok(Text(text)) => Ok(Some(text)),
                Err(_) => Err(invalid(&format!("'{name}' has to be a text."))),
            },
        };
        let [targeting_key, user, group, project] = NAMES;
        let subject = Subject {
            // Some providers send an empty one without an actor.
            targeting_key: text(targeting_key)?.filter(|it| !it.is_empty()),
            user: text(user)?,
            group: text(group)?,
            project: text(project)?,
        };
        Ok(Self { subject, context })
    }

    /// The whole context in a canonical form, for the entity tag.
    pub fn canonical(&self) -> String {
        // serde_json sorts the members of an object; what it cannot represent stays as it was sent.
        let written = |value: &RawValue| {
            let sorted = serde_json::from_str::<Value>(value.get());
            sorted.map_or_else(|_| value.get().to_owned(), |it| it.to_string())
        };
        let members = self.context.iter().map(|(Text(name), value)| format!("{name:?}:{}", written(value)));
        members.collect::<Vec<_>>().join(",")
    }
}

/// Text in which an unpaired surrogate (`"\ud83d"`) becomes a replacement character. The own
/// deserialiser of `serde_json` would refuse it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Text(String);

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lossy;

        impl Visitor<'_> for Lossy {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        deserializer.deserialize_bytes(Lossy)
    }
}

/// The evaluation of a flag.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evaluation {
    #[schema(example = "duo_developer_orbit")]
    key: String,
    value: bool,
    /// `STATIC`: the same for everybody, as it is set. `TARGETING_MATCH`: a gate names the actor, or a
    /// feature group that contains it. `SPLIT`: the actor, or this moment, is within a percentage. `DEFAULT`:
    /// nothing is set; or no gate matches the actor, for whom the flag is on or off like for the rest.
    #[schema(example = "TARGETING_MATCH")]
    reason: &'static str,
    /// `on` or `off`.
    #[schema(example = "on")]
    variant: &'static str,
    metadata: EvaluationMetadata,
}

/// Why a flag has its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationMetadata {
    /// The gate that decided: `default`, `opt_out`, `boolean`, `actor`, `percentage_of_actors`,
    /// `percentage_of_time`, `feature_group`, or `closed` when none is open.
    #[schema(example = "actor")]
    gate: &'static str,
    /// The environment; in the response for all flags it is only given once, beside them.
    #[schema(nullable = false, example = "production")]
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'static str>,
}

const fn variant(answer: Answered) -> &'static str {
    if answer.evaluation.on { "on" } else { "off" }
}

/// `OpenFeature`'s reason.
const fn reason(answer: Answered) -> &'static str {
    match answer.evaluation.gate {
        Gate::Boolean | Gate::Closed if answer.same_for_all => "STATIC",
        Gate::Default | Gate::Boolean | Gate::Closed => "DEFAULT",
        Gate::OptOut | Gate::Actor | Gate::FeatureGroup => "TARGETING_MATCH",
        Gate::PercentageOfActors | Gate::PercentageOfTime => "SPLIT",
    }
}

const fn gate(answer: Answered) -> &'static str {
    match answer.evaluation.gate {
        Gate::Default => "default",
        Gate::OptOut => "opt_out",
        Gate::Boolean => "boolean",
        Gate::Actor => "actor",
        Gate::PercentageOfActors => "percentage_of_actors",
        Gate::PercentageOfTime => "percentage_of_time",
        Gate::FeatureGroup => "feature_group",
        Gate::Closed => "closed",
    }
}

/// The evaluation of all flags.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllEvaluations {
    flags: Vec<OneOfAll>,
    metadata: AllMetadata,
    event_streams: Vec<EventStream>,
}

/// An evaluation, or its error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "written by all_evaluations")]
pub enum OneOfAll {
    Evaluation(Evaluation),
    Failure(EvaluationFailure),
}

/// Metadata common to all flags.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllMetadata {
    /// The environment.
    #[schema(example = "production")]
    environment: &'static str,
}

/// An event stream with changes of flags.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventStream {
    /// `sse`: server-sent events.
    #[serde(rename = "type")]
    #[schema(example = "sse")]
    kind: &'static str,
    endpoint: EventEndpoint,
}

/// A URL of this server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventEndpoint {
    #[schema(example = "/ofrep/v1/events")]
    request_uri: &'static str,
}

/// JSON of an [`Evaluation`], written by hand for speed, as [`all_evaluations`].
pub fn evaluation(flag: &str, answer: Answered, environment: Environment) -> String {
    let mut json = String::with_capacity(EACH);
    put_evaluation(&mut json, flag, answer, Some(environment));
    json
}

/// JSON of [`AllEvaluations`], written by hand for speed: there may be hundreds of flags, thousands of times
/// a second.
pub fn all_evaluations(all: &AllEvaluated, environment: Environment) -> String {
    let mut json = String::with_capacity(200 + all.outcomes.len() * EACH);
    json.push_str("{\"flags\":[");
    for (at, (flag, outcome)) in all.set.flags().iter().zip(&all.outcomes).enumerate() {
        if at > 0 {
            json.push(',');
        }
        match outcome {
            Some(answer) => put_evaluation(&mut json, flag.name(), *answer, None),
            None => put(
                &mut json,
                &[
                    "{\"key\":\"",
                    flag.name(),
                    "\",\"errorCode\":\"TARGETING_KEY_MISSING\",\"errorDetails\":\"",
                    NOBODY_NAMED,
                    "\"}",
                ],
            ),
        }
    }
    let rest = [
        "],\"metadata\":{\"environment\":\"",
        environment.key(),
        "\"},\"eventStreams\":[{\"type\":\"sse\",\"endpoint\":{\"requestUri\":\"",
        EVENTS,
        "\"}}]}",
    ];
    put(&mut json, &rest);
    json
}

/// The approximate size of an evaluation, in bytes.
const EACH: usize = 160;

/// No escaping: neither flag names nor any other text here contain characters that JSON escapes.
fn put_evaluation(json: &mut String, flag: &str, answer: Answered, environment: Option<Environment>) {
    let value = if answer.evaluation.on { "true" } else { "false" };
    put(json, &["{\"key\":\"", flag, "\",\"value\":", value, ",\"reason\":\"", reason(answer)]);
    put(json, &["\",\"variant\":\"", variant(answer), "\",\"metadata\":{\"gate\":\"", gate(answer)]);
    if let Some(environment) = environment {
        put(json, &["\",\"environment\":\"", environment.key()]);
    }
    json.push_str("\"}}");
}

fn put(json: &mut String, texts: &[&str]) {
    for text in texts {
        json.push_str(text);
    }
}

/// Hash of everything that determines the response: the release, the context, the environment, the gates of
/// all flags, and their values, which depend on feature groups as well.
pub fn entity_tag(context: &str, environment: Environment, all: &AllEvaluated) -> String {
    let mut hash = Sha256::new();
    for text in [env!("CARGO_PKG_VERSION"), environment.key(), context] {
        hash.update(text);
        hash.update([0]);
    }
    hash.update(all.set.revision());
    for outcome in &all.outcomes {
        // Fixed-width numbers, so that different values never hash the same bytes.
        let answer = outcome.map_or([0; 2], |it| [1 + u8::from(it.evaluation.on), it.evaluation.gate as u8]);
        hash.update(answer);
    }
    format!("\"{}\"", base16ct::lower::encode_string(&hash.finalize()[..16]))
}

/// Why the request has no evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationError {
    error_code: ErrorCode,
    /// A message for people.
    error_details: String,
}

impl EvaluationError {
    pub const fn new(error_code: ErrorCode, error_details: String) -> Self {
        Self { error_code, error_details }
    }
}

/// Why a flag has no evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationFailure {
    key: String,
    error_code: ErrorCode,
    /// A message for people.
    error_details: String,
}

impl EvaluationFailure {
    pub fn new(key: String, EvaluationError { error_code, error_details }: EvaluationError) -> Self {
        Self { key, error_code, error_details }
    }
}

/// The error code of `OpenFeature`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    FlagNotFound,
    InvalidContext,
    ParseError,
    TargetingKeyMissing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(body: &str) -> String {
        EvaluationQuery::parse(body.as_bytes()).expect("a request").canonical()
    }

    #[test]
    fn a_context_is_the_same_in_any_order_and_another_with_another_value() {
        let one = canonical(r#"{"context":{"targetingKey":"ann","plan":{"b":1,"a":2}}}"#);
        assert_eq!(one, canonical(r#"{"context": {"plan":{"a":2,"b":1}, "targetingKey":"ann"}}"#));
        for other in [r#"{"context":{"targetingKey":"ann"}}"#, "{}", "", r#"{"context":null}"#] {
            assert_ne!(one, canonical(other));
        }
        assert_eq!(canonical(""), canonical(r#"{"context":{}}"#));
    }

    /// Unpaired surrogates, numbers out of range, deep nesting, invalid UTF-8.
    #[test]
    fn what_no_gate_reads_is_no_reason_to_answer_nobody() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for odd in [r#""Ann \ud83d""#, r#""\udc00""#, r#"{"a": ["\ud83d"]}"#, "1e999", &deep, "\"\u{fffd}\""]
        {
            let body = format!(r#"{{"context": {{"name": {odd}, "targetingKey": "ann"}}}}"#);
            let asked =
                EvaluationQuery::parse(body.as_bytes()).unwrap_or_else(|why| panic!("{odd}: {why:?}"));
            assert_eq!(asked.subject.targeting_key.as_deref(), Some("ann"), "{odd}");
            assert_ne!(asked.canonical(), canonical(r#"{"context": {"targetingKey": "ann"}}"#));
        }
        let bytes = b"{\"context\": {\"name\": \"\xf0\x9f\", \"\\ud83d\": 1, \"user\": \"ann\"}}";
        assert_eq!(EvaluationQuery::parse(bytes).expect("a request").subject.user.as_deref(), Some("ann"));
        let cut =
            EvaluationQuery::parse(br#"{"context": {"targetingKey": "ann\ud83d"}}"#).expect("a request");
        assert_eq!(
            cut.subject.targeting_key.as_deref(),
            Some("ann\u{fffd}\u{fffd}\u{fffd}"),
            "nobody's name"
        );
    }

    #[test]
    fn what_no_gate_reads_may_be_said_twice() {
        let twice = canonical(r#"{"context":{"plan":"free","plan":"ultimate","user":"ann"}}"#);
        assert_eq!(twice, canonical(r#"{"context":{"user":"ann","plan":"ultimate"}}"#));
    }

    #[test]
    fn what_stands_beside_the_context_is_not_dropped() {
        for body in [r#"{"context":{},"user":"ann"}"#, r#"{"targetingKey":"ann"}"#] {
            let (code, why) = EvaluationQuery::parse(body.as_bytes()).expect_err(body);
            assert_eq!(code, ErrorCode::ParseError);
            assert!(why.contains("`user`") || why.contains("`targetingKey`"), "{why}");
        }
    }

    #[test]
    fn what_is_no_request_is_told_from_what_is_no_context() {
        for (body, code) in [
            ("{", ErrorCode::ParseError),
            ("[]", ErrorCode::ParseError),
            ("7", ErrorCode::ParseError),
            ("{} x", ErrorCode::ParseError),
            (r#"{"context":[]}"#, ErrorCode::InvalidContext),
            (r#"{"context":"ann"}"#, ErrorCode::InvalidContext),
            (r#"{"context":{"targetingKey":7}}"#, ErrorCode::InvalidContext),
            (r#"{"context":{"group":["acme"]}}"#, ErrorCode::InvalidContext),
            (r#"{"context":{"user":"ann","user":"bob"}}"#, ErrorCode::InvalidContext),
            (r#"{"context":{"user":"ann","us\u0065r":null}}"#, ErrorCode::InvalidContext),
            (r#"{"context":{"targetingKey":"","targetingKey":"ann"}}"#, ErrorCode::InvalidContext),
            (r#"{"context":{},"context":{"user":"ann"}}"#, ErrorCode::ParseError),
        ] {
            assert_eq!(EvaluationQuery::parse(body.as_bytes()).expect_err(body).0, code, "{body}");
        }
        assert_eq!(EvaluationQuery::parse(b"\xff").expect_err("no text").0, ErrorCode::ParseError);
    }
}
