//! The single table of error kinds: stable code, HTTP status and title. Pages, API and command line take them
//! from here; an error knows its kind, and nothing else maps it. Codes are never renamed.

use serde::Serialize;

macro_rules! kinds {
    ($($kind:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// The kind of an error, with a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorKind {
            $($kind,)*
        }

        impl ErrorKind {
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The stable code in responses.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$kind => $status,)*
                }
            }

            /// The title, the same for every error of the kind.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)*
                }
            }
        }
    };
}

kinds! {
    MalformedJson = "malformed_json", 400, "The body is not JSON";
    BadQuery = "bad_query", 400, "The query is invalid";
    BadPath = "bad_path", 400, "The address is invalid";
    MalformedForm = "malformed_form", 400, "The form is invalid";
    UnexpectedBody = "unexpected_body", 400, "A body is not allowed here";
    BodyUnreadable = "body_unreadable", 400, "The body is incomplete";
    MissingToken = "missing_token", 401, "An access token is required";
    UnknownToken = "unknown_token", 401, "The access token is unknown";
    RevokedToken = "revoked_token", 401, "The access token was revoked";
    AccountBlocked = "account_blocked", 401, "The account is blocked";
    ExpiredToken = "expired_token", 401, "The access token has expired";
    BadSignature = "bad_signature", 401, "The signature is invalid";
    InsufficientRole = "insufficient_role", 403, "Your role does not allow it";
    InsufficientScope = "insufficient_scope", 403, "The access token's scopes do not allow it";
    NotForBots = "not_for_bots", 403, "Not for bots";
    FeatureOff = "feature_off", 403, "The feature is off";
    StaleSignIn = "stale_sign_in", 403, "Sign in again";
    NotFound = "not_found", 404, "Not found";
    UnknownPath = "unknown_path", 404, "The API has no such address";
    BodyTooSlow = "body_too_slow", 408, "The body took too long";
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    TooManyStreams = "too_many_streams", 429, "Too many streams of events";
    TooSlow = "too_slow", 503, "The answer took too long";
    MethodNotAllowed = "method_not_allowed", 405, "The method is not allowed here";
    Conflict = "conflict", 409, "Somebody else was first";
    Replayed = "replayed", 409, "The request was already used";
    UserBlocked = "user_blocked", 409, "The user is blocked";
    NamespaceArchived = "namespace_archived", 409, "The namespace is archived";
    VersionNotDeployed = "version_not_deployed", 409, "The version is not deployed";
    ConsentOutdated = "consent_outdated", 409, "The confirmed wording is not the current one";
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "The media type is not supported";
    ConsentRequired = "consent_required", 422, "Consent is required";
    Invalid = "invalid", 422, "The content is invalid";
    Contended = "contended", 503, "Too many changes at once";
    Unavailable = "unavailable", 503, "The database is not responding";
    Internal = "internal", 500, "The server failed";
}

impl ErrorKind {
    /// The heading of an error page, which says what happened to the request rather than naming the code.
    pub const fn heading(self) -> &'static str {
        match self.status() {
            403 => "You may not do this",
            404 => "Page not found",
            500 => "Something went wrong",
            503 => "The database is busy",
            _ => self.title(),
        }
    }

    /// Whether a retry may succeed in a moment.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Contended | Self::Unavailable)
    }

    /// Whether the caller lacks permission.
    pub const fn is_denial(self) -> bool {
        matches!(self, Self::InsufficientRole | Self::InsufficientScope | Self::NotForBots)
    }

    /// The exit code of a command: 2 for invalid input, 1 for any other failure.
    pub const fn exit_code(self) -> u8 {
        if self.status() == 400 { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_code_of_its_own_which_is_what_is_written_out() {
        for (at, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.code());
            assert!(ErrorKind::ALL[..at].iter().all(|other| other.code() != kind.code()), "{kind:?}");
            assert!((400..600).contains(&kind.status()), "{kind:?}");
            assert!(!kind.title().is_empty() && !kind.title().ends_with('.'), "{kind:?}");
        }
    }

    #[test]
    fn a_command_that_is_not_understood_is_told_from_one_that_is_refused() {
        let codes = [
            (ErrorKind::BadQuery, 2),
            (ErrorKind::Invalid, 1),
            (ErrorKind::NotFound, 1),
            (ErrorKind::InsufficientRole, 1),
            (ErrorKind::Conflict, 1),
            (ErrorKind::Unavailable, 1),
            (ErrorKind::Internal, 1),
        ];
        for (kind, code) in codes {
            assert_eq!(kind.exit_code(), code, "{kind:?}");
        }
    }
}
