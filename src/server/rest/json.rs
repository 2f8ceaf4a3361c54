//! An answer in JSON.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::Serialize;

/// As axum's, but for how it is written: that one appends each name, colon and quote to a buffer that
/// is grown on the way, which cost a decision more than to be made.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        written(serde_json::to_vec(&self.0).expect("an answer has no maps with odd keys"))
    }
}

/// An answer that is JSON already.
pub fn written(json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
