//! JSON responses.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::Serialize;

/// As axum's `Json`, but serialised into a `Vec`: axum's buffer grows as it is written to, which took longer
/// than to make a decision.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        written(in_json(&self.0))
    }
}

/// The body of an answer.
pub fn in_json<T: Serialize>(answer: &T) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer has no maps with odd keys")
}

/// A response whose body is JSON already.
pub fn written(json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
