//! Compresses responses for clients that accept it.

use std::{convert::Infallible, future::ready};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, header::ACCEPT_ENCODING},
    response::Response,
};
use tower::{ServiceExt, service_fn};
use tower_http::{
    CompressionLevel,
    compression::{
        Compression,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};

/// Smaller responses are not worth compressing, in bytes.
const SMALL: u16 = 512;

/// The request's `Accept-Encoding`; `None` if it has none.
#[derive(Clone, Debug)]
pub(super) struct Encodings(HeaderMap);

impl Encodings {
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let named = headers.get_all(ACCEPT_ENCODING).iter().map(|it| (ACCEPT_ENCODING, it.clone()));
        headers.contains_key(ACCEPT_ENCODING).then(|| Self(named.collect()))
    }
}

/// Compresses the response with the best of the accepted encodings, where that pays. Not a layer around the
/// routes: a compressible body reserves 8 KB, which every small API response would pay for.
pub(super) async fn compressed(response: Response, Encodings(headers): Encodings) -> Response {
    let mut request = Request::new(());
    *request.headers_mut() = headers;
    let mut response = Some(response);
    let answer = service_fn(move |_: Request<()>| {
        ready(Ok::<_, Infallible>(response.take().expect("it is called once")))
    });
    let worth_it = SizeAbove::new(SMALL).and(NotForContentType::IMAGES).and(NotForContentType::SSE);
    let compression = Compression::new(answer).quality(CompressionLevel::Fastest).compress_when(worth_it);
    match compression.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
