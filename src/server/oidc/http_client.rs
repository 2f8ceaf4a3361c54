//! The HTTP client of `openidconnect`, on top of [`Outbound`](crate::server::outbound::Outbound).

use std::{future::Future, pin::Pin};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::server::outbound::{Outbound, OutboundError};

impl<'c> AsyncHttpClient<'c> for Outbound {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { Ok(self.send(request.map(Into::into)).await?.map(Into::into)) })
    }
}
