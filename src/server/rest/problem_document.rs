//! What a problem looks like on the wire, and the codes that problems have, each with its status and
//! title. A code is never renamed.

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{consents::ConsentWording, flow_views::FlowState};

/// Why a request was refused (RFC 9457). Nothing was changed when one of these comes back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `urn:duo-console:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:duo-console:problem:not_found")]
    pub urn: String,
    /// What kind of problem it is: the same for every problem of this code.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What was wrong this time, and what to do.
    pub detail: String,
    pub code: Code,
    /// The one field or parameter at fault, where there is one: `decisions[3].user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// The id of this request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// With `consent_required` and `consent_outdated`: the wording to show and to confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub wording: Option<ConsentWording>,
    /// With `version_not_deployed`: the feature flag that asks for the version; left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "duo_developer_orbit")]
    pub switch_off: Option<&'static str>,
    /// With `conflict` over a flow: how it stands now, and who changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current: Option<FlowState>,
}

impl ProblemDocument {
    /// A problem of this kind, with nothing to it but the detail.
    pub fn new(code: Code, detail: String) -> Self {
        let (status, title) = code.status_and_title();
        Self {
            urn: format!("urn:duo-console:problem:{}", code.key()),
            title,
            status: status.as_u16(),
            detail,
            code,
            field: None,
            request_id: None,
            wording: None,
            switch_off: None,
            current: None,
        }
    }
}

macro_rules! codes {
    ($($code:ident = $key:literal, $status:ident, $title:literal;)*) => {
        /// A stable code for the kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($code,)*
        }

        impl Code {
            /// The word in answers.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$code => $key,)*
                }
            }

            /// The HTTP status, and what the problem is called.
            pub const fn status_and_title(self) -> (StatusCode, &'static str) {
                match self {
                    $(Self::$code => (StatusCode::$status, $title),)*
                }
            }
        }
    };
}

codes! {
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    BadQuery = "bad_query", BAD_REQUEST, "The query is wrong";
    BadPath = "bad_path", BAD_REQUEST, "The address is wrong";
    MalformedForm = "malformed_form", BAD_REQUEST, "The form is wrong";
    UnexpectedBody = "unexpected_body", BAD_REQUEST, "No body is taken here";
    BodyUnreadable = "body_unreadable", BAD_REQUEST, "The body did not arrive whole";
    MissingToken = "missing_token", UNAUTHORIZED, "An access token is needed";
    UnknownToken = "unknown_token", UNAUTHORIZED, "The access token is not known";
    RevokedToken = "revoked_token", UNAUTHORIZED, "The access token was revoked";
    ExpiredToken = "expired_token", UNAUTHORIZED, "The access token has expired";
    BadSignature = "bad_signature", UNAUTHORIZED, "The signature is invalid";
    InsufficientRole = "insufficient_role", FORBIDDEN, "Your role does not allow it";
    InsufficientScope = "insufficient_scope", FORBIDDEN, "The access token's scopes do not allow it";
    NotForBots = "not_for_bots", FORBIDDEN, "Not for bots";
    FeatureOff = "feature_off", FORBIDDEN, "The feature is off";
    NotFound = "not_found", NOT_FOUND, "Not found";
    UnknownPath = "unknown_path", NOT_FOUND, "The API has no such address";
    BodyTooSlow = "body_too_slow", REQUEST_TIMEOUT, "The body took too long";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "Too many requests";
    TooManyStreams = "too_many_streams", TOO_MANY_REQUESTS, "Too many streams of events";
    TooSlow = "too_slow", SERVICE_UNAVAILABLE, "The answer took too long";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The address does not take this method";
    Conflict = "conflict", CONFLICT, "Somebody else was first";
    Replayed = "replayed", CONFLICT, "The request was used before";
    VersionNotDeployed = "version_not_deployed", CONFLICT, "The version is not deployed";
    ConsentOutdated = "consent_outdated", CONFLICT, "The confirmed wording is not the current one";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is in no form that is read here";
    ConsentRequired = "consent_required", UNPROCESSABLE_ENTITY, "Consent is needed";
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The content is wrong";
    Contended = "contended", SERVICE_UNAVAILABLE, "Too many change it at once";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The database does not answer";
    Internal = "internal", INTERNAL_SERVER_ERROR, "The server failed";
}
