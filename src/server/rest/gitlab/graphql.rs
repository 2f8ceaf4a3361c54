//! The few operations of GitLab's GraphQL that its clients read groups and members with.

use axum::{
    extract::{FromRequest, Request},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Answer, asked::Asked, graphql_document::fields_of, graphql_error::GraphqlError, graphql_fields::Answerer,
    refusal::GitlabError,
};
use crate::server::rest::{
    input::{JsonBody, QueryParameters},
    json::Json,
};

/// A query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphqlQuery {
    #[schema(example = "{ currentUser { username } }")]
    query: String,
    /// The values of the variables that the query declares.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    variables: Option<Map<String, Value>>,
    /// Which operation is asked for, where the query has several.
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    /// Of clients for servers of theirs: has no effect.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    #[expect(dead_code, reason = "some clients send it, and nothing here depends on it")]
    extensions: Option<Map<String, Value>>,
}

/// What was asked for, or what is wrong with it; both when a part could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphqlAnswer {
    /// Left out when the query was not understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    data: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    errors: Option<Vec<GraphqlError>>,
}

/// Query groups and members by GraphQL
///
/// For clients of GitLab that ask by GraphQL for what `/api/v4` has as well: `currentUser`; `group` by
/// `fullPath` with `id`, `name`, `fullPath`, `description`, `visibility`, `parent`, `descendantGroups` and
/// `groupMembers` with `relations`, in pages of up to 100 with `first` and `after`. Fragments, aliases and
/// variables are understood; other fields, directives and mutations are refused by an error that names them.
/// What you may not see is null. `group` needs the scope `read_settings`, its members the role Guest.
#[utoipa::path(
    post,
    path = "/api/graphql",
    operation_id = "query_graphql",
    tag = "groups",
    request_body = GraphqlQuery,
    responses(
        (status = 200, description = "The answer, or what is wrong with the query.", body = GraphqlAnswer),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 422, description = "The body has not the members of a query."),
    ),
)]
pub async fn query(
    Asked { api, caller, .. }: Asked,
    query: QueryParameters,
    request: Request,
) -> Answer<impl IntoResponse> {
    let [] = query.exactly([])?;
    let JsonBody(asked) = JsonBody::<GraphqlQuery>::from_request(request, &()).await?;
    let values = asked.variables.unwrap_or_default();
    let fields = match fields_of(&asked.query, asked.operation_name.as_deref(), &values) {
        Ok(fields) => fields,
        Err(error) => return Ok(Json(GraphqlAnswer { data: None, errors: Some(vec![error]) })),
    };
    let mut answerer = Answerer { api: &api, caller: &caller, errors: Vec::new() };
    let data = answerer.query(&fields).await?;
    let errors = (!answerer.errors.is_empty()).then_some(answerer.errors);
    Ok(Json(GraphqlAnswer { data: Some(data), errors }))
}
