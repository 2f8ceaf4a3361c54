//! Authentication of API requests: by a personal access token in a header only.
//!
//! Cookies are ignored. A browser never adds these headers to a cross-site request, so the API needs no CSRF
//! protection; with session cookies it would.

use axum::extract::FromRequestParts;
use http::{Extensions, HeaderMap, header::AUTHORIZATION, request::Parts};
use std::sync::Arc;

use super::{problem::Problem, problem_document::Code, state::Api};
use crate::{
    domain::actor::Surface,
    server::{request_headers::bearer, request_log::RequestUser},
    usecases::{Caller, Origin, accounts::authenticate},
};

/// GitLab's header for a token. Takes precedence over `Authorization`, which a proxy may need for itself.
const PRIVATE_TOKEN: &str = "private-token";

/// The header of OpenFeature's protocol; lowest precedence.
const API_KEY: &str = "x-api-key";

/// The owner of the request's token.
pub struct Authenticated {
    pub caller: Caller,
    /// Event streams check it again while they are open.
    pub token: String,
}

impl FromRequestParts<Arc<Api>> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let authenticated = async {
            let token = token(&parts.headers)?;
            let actor = authenticate::by_token(&api.app, token).await?;
            Ok::<_, Problem>((token, actor))
        };
        let (token, actor) = match authenticated.await {
            Ok(authenticated) => authenticated,
            Err(problem) => {
                Anonymous::from_request_parts(parts, api).await?;
                return Err(problem);
            }
        };
        RequestUser::note(&parts.extensions, actor.id);
        api.tokens.take(token, api.app.now())?;
        let origin = origin(&parts.extensions, Surface::Api);
        Ok(Self { caller: Caller { actor, origin }, token: token.to_owned() })
    }
}

/// The origin that the middleware determined, with this surface.
pub fn origin(extensions: &Extensions, surface: Surface) -> Origin {
    let nowhere = || Origin { surface, request_id: String::new(), remote_ip: None };
    extensions.get::<Origin>().map_or_else(nowhere, |origin| origin.clone().through(surface))
}

/// A caller without a valid token whose IP address is within its rate limit. A valid token is never refused
/// for other requests from the same IP address: many may come through one proxy.
pub struct Anonymous;

impl FromRequestParts<Arc<Api>> for Anonymous {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let address = parts.extensions.get::<Origin>().and_then(|origin| origin.remote_ip);
        api.addresses.take_for_address(address, api.app.now())?;
        Ok(Self)
    }
}

fn token(headers: &HeaderMap) -> Result<&str, Problem> {
    const HOW: &str =
        "Send a personal access token as \"Authorization: Bearer duo-…\" or as \"PRIVATE-TOKEN: duo-…\".";
    if let Some(value) = headers.get(PRIVATE_TOKEN) {
        // A value that is not text cannot be a token.
        return Ok(value.to_str().unwrap_or_default());
    }
    let Some(value) = headers.get(AUTHORIZATION) else {
        if let Some(value) = headers.get(API_KEY) {
            return Ok(value.to_str().unwrap_or_default());
        }
        return Err(Problem::new(Code::MissingToken, HOW));
    };
    bearer(value).ok_or_else(|| {
        let detail = format!("The Authorization header has to use the scheme Bearer. {HOW}");
        Problem::new(Code::MissingToken, detail)
    })
}
