//! The OpenAPI document: what operations have in common. The operations come from the handlers.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, Content, HeaderBuilder, ObjectBuilder, OpenApi as Document, Ref, RefOr,
        Response as Answer, Type,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{authentication::Anonymous, problem_document::ProblemDocument};

const UNAVAILABLE: &str =
    "The database is busy or out of reach, or the answer took too long; try again in a moment.";

const BEARER: &str = "bearer";
const PRIVATE_TOKEN: &str = "private_token";
const SLACK_SIGNATURE: &str = "slack_signature";
const API_KEY: &str = "api_key";

const DESCRIPTION: &str = "\
Ask which engine reviews the code for a user in a namespace, which version of a flow runs, and why; \
read and change which foundational flows a group has on; keep the registry of deployed flow versions; \
evaluate feature flags, and follow what changes.

## Authentication
Every path under `/api/v1`, `/api/v4` and `/ofrep/v1`, and `/api/graphql`, except that of chat commands, takes a personal access token, as `Authorization: Bearer duo-…`, as \
`PRIVATE-TOKEN: duo-…`, which takes precedence, or as `X-API-Key: duo-…`, which comes last. Cookies and tokens in the query are ignored. A token can \
do what its scopes say, as far as its owner can: `read_decisions`, `read_settings`, `write_settings`, \
`give_consent`, `manage_flow_versions`, `manage_groups`, `manage_users`.

## Which engine reviews
| Code Review Flow | consent | Duo Enterprise seat | engine | rule |
|---|---|---|---|---|
| on | given | yes or no | `code_review_flow` | `flow_on_with_consent` |
| on | missing | yes | `duo_code_review` | `flow_on_without_consent_seat` |
| on | missing | no | `code_review_flow` | `flow_on_without_consent_no_seat` |
| off | any | yes | `duo_code_review` | `flow_off_seat` |
| off | any | no | `none` | `flow_off_no_seat` |

For a blocked user no engine reviews, whatever else is set (`user_blocked`).

While the feature flag `duo_code_review_flow_priority` is off for the top-level group, consent is \
ignored where the flow is on: a seat decides between `duo_code_review` (`priority_off_seat`) and \
`code_review_flow` (`priority_off_no_seat`).

Where GitLab Duo is off no engine reviews (`duo_unavailable`). Where another level above the flows is \
off, the flow counts as off. A failed run stays failed: it never falls over to the other engine.

## Which version of a flow runs
For `developer/v1` the first row that holds:

| `orbit_user_preference` | Orbit chosen, Duo Developer with it | `duo_developer_orbit` | `duo_developer_next_unstable` | definition | version | rule |
|---|---|---|---|---|---|---|
| on | yes | on | any | `developer/v1` | `2.0.0-orbit` | `duo_developer_orbit` |
| otherwise | | | on | `developer_unstable/experimental` | `1.0.0` | `duo_developer_next_unstable` |
| otherwise | | | off | `developer/v1` | `2.0.0` | `default` |

Every other flow runs in its default version. A version may be asked for as a range, such as `^2.0.0`: \
then the highest deployed version of the range runs, and never a pre-release such as `2.0.0-orbit`. What \
is not in the registry of the server's environment is refused with `version_not_deployed`, which names \
the feature flag to switch off. Without a registry nothing is checked. For a blocked user no version \
runs, and the answer is `user_blocked`.

## Feature flags for services
`/ofrep/v1` is the OpenFeature Remote Evaluation Protocol: any of its providers works. The evaluation \
context names the actors: `targetingKey` is a user name, `user:NAME`, `group:PATH`, \
`project:PATH`, or `User:1`, `Group:2`, `Project:3`; `user`, `group` and `project` name one each, besides \
or instead. A flag is on when it is on for any of them, and off when any of them is opted out. Groups \
and projects have to be ones where you may ask for decisions. Errors are those of the protocol, with an \
`errorCode`, where it has one.

## Consent
Turning `code_review/v1` on needs the confirmation of the current wording; it is recorded with who, \
when, in which role and which wording, and outlives the user. Turning the flow off withdraws it. A bot \
cannot give it.

## Errors
Every error is `application/problem+json` (RFC 9457) with a stable `code`; the request changed nothing; under \
`/api/v4` most are in GitLab's format instead, for its clients. What \
you may not see answers 404; what you may see but not do answers 403 and says which role or scope \
it needs. Unknown fields and query parameters are refused, and so is a body where none is expected: what \
is ignored might have been a restriction. A body has at most 64 KiB, a file to import 20 MiB, and is not compressed. Responses may \
gain fields.

## Rate limits
The operator sets how many requests a minute a token has, and an IP address without a valid token. \
Beyond that the answer is 429 with `Retry-After`.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Duo Console API", description = DESCRIPTION),
    external_docs(url = "/api/docs", description = "This document as a page"),
    tags((name = "document", description = "This document.")),
    components(schemas(ProblemDocument)),
    modifiers(&TokenSchemes),
)]
pub struct Common;

/// The three ways to send a token, for every operation that does not say otherwise.
struct TokenSchemes;

impl Modify for TokenSchemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Components::new);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("duo-…")
            .description(Some("A personal access token."))
            .build();
        components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
        let header =
            ApiKeyValue::with_description("PRIVATE-TOKEN", "A personal access token, as GitLab takes it.");
        components.add_security_scheme(PRIVATE_TOKEN, SecurityScheme::ApiKey(ApiKey::Header(header)));
        let signature = ApiKeyValue::with_description(
            "X-Slack-Signature",
            "`v0=` and the HMAC-SHA256 of `v0:`, the header `X-Slack-Request-Timestamp`, `:` and the body, in hexadecimal digits.",
        );
        components.add_security_scheme(SLACK_SIGNATURE, SecurityScheme::ApiKey(ApiKey::Header(signature)));
        let key =
            ApiKeyValue::with_description("X-API-Key", "A personal access token, as OpenFeature sends it.");
        components.add_security_scheme(API_KEY, SecurityScheme::ApiKey(ApiKey::Header(key)));
        let no_scopes = [] as [&str; 0];
        document.security = Some(vec![
            SecurityRequirement::new(BEARER, no_scopes),
            SecurityRequirement::new(PRIVATE_TOKEN, no_scopes),
            SecurityRequirement::new(API_KEY, no_scopes),
        ]);
    }
}

/// Adds the errors common to all operations, and their content type.
pub fn with_refusals(mut document: Document) -> Document {
    for item in document.paths.paths.values_mut() {
        let reads = item.get.as_mut().map(|it| (it, false));
        let changes = [&mut item.put, &mut item.post, &mut item.delete].into_iter().flatten();
        for (operation, reads_body) in reads.into_iter().chain(changes.map(|it| (it, true))) {
            if operation.security.is_none() {
                add_refusal(operation, "400", "The path, the query or the JSON is malformed.");
                add_refusal(operation, "401", "No token, or an invalid one: unknown, revoked or expired.");
                add_refusal(
                    operation,
                    "500",
                    "The server failed; its log has the cause under the `request_id`.",
                );
            }
            if reads_body {
                add_refusal(operation, "408", "The body did not arrive in time.");
                add_refusal(operation, "413", "The body is too large.");
                add_refusal(
                    operation,
                    "415",
                    "The media type of the body is not supported, or it is compressed.",
                );
            }
            add_refusal(operation, "503", UNAVAILABLE);
            add_too_many(operation);
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer
                    && status.starts_with(['4', '5'])
                {
                    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
                    answer.content.insert(String::from("application/problem+json"), problem.into());
                }
            }
        }
    }
    document
}

/// Unless the operation itself documents this status.
fn add_refusal(operation: &mut Operation, status: &str, description: &str) {
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(Answer::new(description)));
}

fn add_too_many(operation: &mut Operation) {
    let mut answer =
        Answer::new("The rate limit of the token, or of an IP address without a valid one, is exceeded.");
    for (name, description) in [
        ("Retry-After", "Seconds until the next request is answered."),
        ("RateLimit-Limit", "The rate limit, in requests a minute."),
        ("RateLimit-Remaining", "How many are left: none."),
        ("RateLimit-Reset", "The same as `Retry-After`."),
    ] {
        let whole = ObjectBuilder::new().schema_type(Type::Integer).build();
        let header = HeaderBuilder::new().schema(Some(whole)).description(Some(description)).build();
        answer.headers.insert(name.to_owned(), header.into());
    }
    operation.responses.responses.insert(String::from("429"), RefOr::T(answer));
}

/// The OpenAPI document
///
/// OpenAPI 3.1, generated from the code of this server. Needs no token.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "get_openapi",
    tag = "document",
    security(()),
    responses((status = 200, description = "This document.", body = Object)),
)]
pub async fn document(_: Anonymous) -> Response {
    static DOCUMENT: LazyLock<String> =
        LazyLock::new(|| super::openapi().to_json().expect("the document has no maps with odd keys"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        // A shared cache may have stored it uncompressed.
        (VARY, HeaderValue::from_static("accept-encoding")),
    ];
    (headers, DOCUMENT.as_str()).into_response()
}
