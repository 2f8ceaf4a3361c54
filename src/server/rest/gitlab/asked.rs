//! A request to an operation of GitLab's API: who asks, about what, and with which query.

use axum::extract::FromRequestParts;
use http::{Uri, request::Parts};
use std::sync::Arc;

use super::{Answer, pages::Paging, query::Query, refusal::GitlabRefusal, what};
use crate::{
    domain::{
        ids::UserId,
        namespace::{IdOrPath, Named, NamespaceKind},
    },
    server::rest::{authentication::Authenticated, input::PathParameters, state::Api},
    usecases::Caller,
};

pub struct Asked {
    pub api: Arc<Api>,
    /// The owner of the token.
    pub caller: Caller,
    path: PathParameters,
    uri: Uri,
}

impl FromRequestParts<Arc<Api>> for Asked {
    type Rejection = GitlabRefusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Answer<Self> {
        let who = Authenticated::from_request_parts(parts, api).await.map_err(GitlabRefusal::of_stranger)?;
        Ok(Self {
            api: Arc::clone(api),
            caller: who.caller,
            path: PathParameters::from_request_parts(parts, api).await?,
            uri: parts.uri.clone(),
        })
    }
}

impl Asked {
    /// The group or project that the address names by id or path.
    pub fn named(&self, kind: NamespaceKind) -> Answer<Named> {
        let by = IdOrPath::parse(self.path.get("id")).ok_or_else(|| GitlabRefusal::missing(what(kind)))?;
        Ok(Named { by, kind: Some(kind) })
    }

    /// The id of a group that is another parameter of the address.
    pub fn other_group(&self, parameter: &str) -> Answer<Named> {
        let by = IdOrPath::parse(self.path.get(parameter)).ok_or_else(|| GitlabRefusal::missing("Group"))?;
        Ok(Named { by, kind: Some(NamespaceKind::Group) })
    }

    /// The id of what the address names, a member or else what `id` stands for; `None` where it has a path, or
    /// names nothing.
    pub fn addressed(&self) -> Option<i64> {
        let user = self.path.get("user_id");
        let last = if user.is_empty() { self.path.get("id") } else { user };
        last.parse().ok()
    }

    /// The user whose id is this parameter of the address; `what` they should be, for the error.
    pub fn user(&self, parameter: &str, what: &str) -> Answer<UserId> {
        self.path.get(parameter).parse().map(UserId).map_err(|_| GitlabRefusal::missing(what))
    }

    /// The query, in which only `known` may stand, and `without_effect`.
    pub fn query(&self, known: &[&str], without_effect: &[&str]) -> Answer<Query> {
        Query::of(&self.uri, known, without_effect)
    }

    pub fn paging(&self, query: &Query) -> Answer<Paging> {
        Paging::of(&self.api, &self.uri, query)
    }
}
