//! Strict extractors: errors name the field at fault, unknown fields are refused.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use futures_util::StreamExt;
use http::{HeaderMap, header::CONTENT_ENCODING, request::Parts};
use percent_encoding::percent_decode_str;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{object::Object, problem::Problem, problem_document::Code};
use crate::{domain::namespace::GroupPath, server::request_headers::media_type};

/// Maximum size of a body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// How many characters of a parser's message or of input are repeated: a message may quote the input.
const MAX_MESSAGE: usize = 200;

/// Path parameters, decoded.
pub struct PathParameters(RawPathParams);

impl<S: Send + Sync> FromRequestParts<S> for PathParameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if !escapes_are_whole(parts.uri.path()) {
            return Err(Problem::new(Code::BadPath, "In an address '%' stands before two hex digits."));
        }
        let parameters = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(Code::BadPath, "The address is not UTF-8 when decoded."))?;
        Ok(Self(parameters))
    }
}

impl PathParameters {
    /// Parses the parameter `full_path`.
    pub fn group(&self) -> Result<GroupPath, Problem> {
        GroupPath::parse(self.get("full_path")).map_err(|error| {
            let detail = format!("{error} Write it with %2F for '/': acme%2Fplatform.");
            Problem::new(Code::BadPath, detail).at("full_path")
        })
    }

    /// The parameter of this name; empty when the route has none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| value)
    }
}

/// Query parameters, decoded, in their order.
pub struct QueryParameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        decoded.collect::<Result<_, _>>().map(Self)
    }
}

impl QueryParameters {
    /// The values of these parameters: each at most once, and no others.
    pub fn at_most<const N: usize>(
        mut self,
        names: [&'static str; N],
    ) -> Result<[Option<String>; N], Problem> {
        let values = names.map(|name| {
            let at = self.0.iter().position(|(it, _)| it == name);
            at.map(|at| self.0.swap_remove(at).1)
        });
        self.nothing_but(&names).map(|()| values)
    }

    /// The values of exactly these parameters: each once, and no others.
    pub fn exactly<const N: usize>(mut self, names: [&'static str; N]) -> Result<[String; N], Problem> {
        let mut values = [const { String::new() }; N];
        for (name, value) in names.iter().zip(&mut values) {
            let Some(at) = self.0.iter().position(|(it, _)| it == name) else {
                let detail = format!("The query parameter '{name}' is missing.");
                return Err(Problem::new(Code::BadQuery, detail).at(*name));
            };
            *value = self.0.swap_remove(at).1;
        }
        self.nothing_but(&names).map(|()| values)
    }

    /// Refuses the remaining parameters.
    fn nothing_but(self, names: &[&'static str]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.into_iter().next() else { return Ok(()) };
        let detail = if names.contains(&name.as_str()) {
            format!("The query parameter '{name}' stands more than once.")
        } else if names.is_empty() {
            format!("Unknown query parameter '{}'. This address takes none.", shortened(&name))
        } else {
            format!("Unknown query parameter '{}'. Known are: {}.", shortened(&name), names.join(", "))
        };
        Err(Problem::new(Code::BadQuery, detail).at(shortened(&name)))
    }
}

fn decode(text: &str) -> Result<String, Problem> {
    let bad = |why: &str| Problem::new(Code::BadQuery, format!("'{}' {why}", shortened(text)));
    if !text.contains(['%', '+']) {
        return Ok(text.to_owned());
    }
    if !escapes_are_whole(text) {
        return Err(bad("is not percent-encoded: '%' stands before two hex digits."));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    Ok(decoded.map_err(|_| bad("is not UTF-8 when decoded."))?.into_owned())
}

/// Whether two hex digits follow every `%`. The decoder would let an incomplete escape through as it is.
fn escapes_are_whole(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()))
}

/// A JSON body: an object.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "Send JSON and say so: \"Content-Type: application/json\".";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        parse(&whole_body(request).await?).map(Self)
    }
}

/// No body, for a change whose URL says everything. Content that would be ignored is refused.
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let body = whole_body(request).await?;
        if body.is_empty() {
            return Ok(Self);
        }
        let said = shortened(&String::from_utf8_lossy(&body));
        let detail = format!("This address takes no body, and this is one: {said}");
        Err(Problem::new(Code::UnexpectedBody, detail))
    }
}

/// Reads the whole body, of at most [`MAX_BODY`].
pub async fn whole_body(request: Request) -> Result<Vec<u8>, Problem> {
    whole_body_up_to(request, MAX_BODY).await
}

/// Reads the whole body. axum's own limit would be one more layer around every request, with a body or
/// without.
pub async fn whole_body_up_to(request: Request, most: usize) -> Result<Vec<u8>, Problem> {
    let encodings = request.headers().get_all(CONTENT_ENCODING);
    let encoded = encodings.into_iter().find(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"));
    if let Some(encoding) = encoded {
        let encoding = shortened(&String::from_utf8_lossy(encoding.as_bytes()));
        let detail =
            format!("The body is encoded as '{encoding}'. Send it as it is, without Content-Encoding.");
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let mut whole = Vec::new();
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let unreadable = |_| Problem::new(Code::BodyUnreadable, "The connection ended before the body did.");
        whole.extend_from_slice(&chunk.map_err(unreadable)?);
        if whole.len() > most {
            let detail = format!("A body has at most {most} bytes. Ask in several requests.");
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
    }
    Ok(whole)
}

/// Whether the content type is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let kind = media_type(headers);
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Problem::new(Code::MalformedJson, "JSON is UTF-8, and the body is not."))?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let Object(parsed) = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        // serde_json reports some values of the wrong type as syntax errors.
        let is_json = error.is_data() || serde_json::from_str::<IgnoredAny>(text).is_ok();
        if is_json { wrong_content(&path, &error) } else { not_json(&error) }
    })?;
    parser.end().map_err(|error| not_json(&error))?;
    Ok(parsed)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(Code::MalformedJson, format!("The body is not JSON: {error}."))
}

/// Names the field at fault: for a missing or unknown one serde's path ends at the object that holds it.
fn wrong_content(path: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    // The field is enough; the position in the text is dropped.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split_once('`'))
        .map(|(name, _)| shortened(name));
    let path = if path == "." { "" } else { path };
    let field = match named {
        Some(name) if path.is_empty() => name,
        Some(name) if path.rsplit('.').next() == Some(name.as_str()) => path.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => shortened(path),
    };
    let problem = Problem::new(Code::Invalid, format!("The body does not fit: {}.", shortened(message)));
    if field.is_empty() { problem } else { problem.at(field) }
}

/// Truncates foreign text before it is repeated.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_MESSAGE {
        return text.to_owned();
    }
    text.chars().take(MAX_MESSAGE).chain(['…']).collect()
}
