//! What the fields of a GraphQL query come to, by the use cases that `/api/v4` reads with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{
    graphql_document::Field,
    graphql_error::GraphqlError,
    graphql_schema::{QUERY, TYPE_NAME},
};
use crate::{
    domain::{
        namespace::{GroupPath, IdOrPath, Named, NamespaceKind},
        paths::person,
        user::UserState,
    },
    server::rest::state::Api,
    usecases::{
        Caller, MemberFilter, MemberRelations, NamespaceOrder, UseCaseError,
        accounts::browse_users::browse_own_user,
        people::{
            browse_members::browse_members_after,
            browse_namespaces::{Below, Browse, Browsed, browse_namespace, browse_namespaces},
        },
    },
};

/// As in GitLab.
const MOST_NODES: i64 = 100;

/// Answers for a caller, and keeps what they may not read.
pub struct Answerer<'a> {
    pub api: &'a Api,
    pub caller: &'a Caller,
    pub errors: Vec<GraphqlError>,
}

/// A user, as members and the caller are shown.
struct Person<'a> {
    id: i64,
    username: &'a str,
    name: &'a str,
    blocked: bool,
}

/// Where a list goes on, and how many it is to have.
struct Page {
    after: i64,
    first: i64,
}

impl Answerer<'_> {
    /// The answer to a query. What there is not, or the caller may not know of, is null.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn query(&mut self, fields: &[Field]) -> Result<Map<String, Value>, UseCaseError> {
        let mut data = Map::new();
        for field in fields {
            let value = match field.name {
                "currentUser" => self.current_user(field).await?,
                "group" => self.group(field).await?,
                _ => QUERY.name.into(),
            };
            data.insert(field.key.clone(), value);
        }
        Ok(data)
    }

    async fn current_user(&self, field: &Field) -> Result<Value, UseCaseError> {
        let user = browse_own_user(&self.api.app, self.caller).await?.listed;
        let (id, blocked) = (user.user.id.0, user.user.is_blocked());
        Ok(self.user(field, &Person { id, username: &user.user.username, name: &user.user.name, blocked }))
    }

    async fn group(&mut self, field: &Field) -> Result<Value, UseCaseError> {
        let Some(path) = text(field, "fullPath").and_then(|it| GroupPath::parse(it).ok()) else {
            return Ok(Value::Null);
        };
        let which = Named { by: IdOrPath::Path(path), kind: Some(NamespaceKind::Group) };
        let found = browse_namespace(&self.api.app, self.caller, &which).await;
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.refused(error, &[field]),
        };
        let mut group = Map::new();
        for part in &field.fields {
            let value = match part.name {
                "descendantGroups" => self.descendant_groups(&which, &[field, part]).await?,
                "groupMembers" => self.group_members(&which, &[field, part]).await?,
                _ => group_value(field, part, &found),
            };
            group.insert(part.key.clone(), value);
        }
        Ok(Value::Object(group))
    }

    async fn descendant_groups(&mut self, group: &Named, path: &[&Field; 2]) -> Result<Value, UseCaseError> {
        let [_, field] = path;
        let page = match page(field) {
            Ok(page) => page,
            Err(message) => return Ok(self.wrong(message, path)),
        };
        let browse = Browse {
            below: Some(Below { group: group.clone(), directly: false }),
            ids: (page.after, i64::MAX),
            order: NamespaceOrder::Id,
            limit: page.first + 1,
            counted: false,
            ..Browse::of(NamespaceKind::Group)
        };
        match browse_namespaces(&self.api.app, self.caller, browse).await {
            Ok(found) => Ok(connection(
                field,
                &page,
                &found.rows,
                |it| it.listed.namespace.id.0,
                |node, it| object(node, |part| group_value(node, part, it)),
            )),
            Err(error) => self.refused(error, path),
        }
    }

    async fn group_members(&mut self, group: &Named, path: &[&Field; 2]) -> Result<Value, UseCaseError> {
        let [_, field] = path;
        let (page, relations) = match (page(field), relations(field)) {
            (Ok(page), Ok(relations)) => (page, relations),
            (Err(message), _) | (_, Err(message)) => return Ok(self.wrong(message, path)),
        };
        let filter = MemberFilter { relations, after: page.after, ..MemberFilter::default() };
        match browse_members_after(&self.api.app, self.caller, group, &filter, page.first + 1).await {
            Ok(found) => Ok(connection(
                field,
                &page,
                &found,
                |it| it.user.0,
                |node, it| {
                    let (id, blocked) = (it.user.0, it.state == UserState::Blocked);
                    let person = Person { id, username: &it.username, name: &it.name, blocked };
                    object(node, |part| self.user(part, &person))
                },
            )),
            Err(error) => self.refused(error, path),
        }
    }

    fn user(&self, field: &Field, user: &Person<'_>) -> Value {
        object(field, |part| match part.name {
            "id" => global_id("User", user.id),
            "username" => user.username.into(),
            "name" => user.name.into(),
            "state" => if user.blocked { "blocked" } else { "active" }.into(),
            "webUrl" => self.api.absolute(&person(user.username)).into(),
            // Nobody publishes one here: `publicEmail`, `avatarUrl`.
            _ => Value::Null,
        })
    }

    /// What may not be known is null, as if it were not there; what may not be read is named as well.
    fn refused(&mut self, error: UseCaseError, path: &[&Field]) -> Result<Value, UseCaseError> {
        match error {
            UseCaseError::NotFound(_) => Ok(Value::Null),
            UseCaseError::Denied(denial) => Ok(self.wrong(denial.to_string(), path)),
            other => Err(other),
        }
    }

    fn wrong(&mut self, message: String, path: &[&Field]) -> Value {
        let mut error = GraphqlError::new(message).along(path.iter().map(|it| it.key.clone()));
        if let Some(last) = path.last() {
            error = error.at(last.at);
        }
        self.errors.push(error);
        Value::Null
    }
}

/// An object with what is selected of it.
fn object(field: &Field, value: impl Fn(&Field) -> Value) -> Value {
    let type_name = field.of.map(|it| it.name);
    let value = |part: &Field| if part.name == TYPE_NAME { json!(type_name) } else { value(part) };
    Value::Object(field.fields.iter().map(|part| (part.key.clone(), value(part))).collect())
}

fn group_value(field: &Field, part: &Field, group: &Browsed) -> Value {
    let namespace = &group.listed.namespace;
    match part.name {
        TYPE_NAME => json!(field.of.map(|it| it.name)),
        "id" => global_id("Group", namespace.id.0),
        "name" => namespace.name.as_str().into(),
        "fullPath" => namespace.path.as_str().into(),
        "description" => group.listed.description.as_str().into(),
        // All are: only members see them.
        "visibility" => "private".into(),
        "parent" => match group.above.last() {
            None => Value::Null,
            Some(above) => object(part, |it| match it.name {
                "id" => global_id("Group", above.id.0),
                "name" => above.name.as_str().into(),
                _ => above.path.as_str().into(),
            }),
        },
        _ => Value::Null,
    }
}

/// A page of a list. It has one row more than it shows when there are more.
fn connection<T>(
    field: &Field,
    page: &Page,
    rows: &[T],
    id: impl Fn(&T) -> i64,
    node: impl Fn(&Field, &T) -> Value,
) -> Value {
    let first = usize::try_from(page.first).unwrap_or(usize::MAX);
    let shown = &rows[..rows.len().min(first)];
    object(field, |part| match part.name {
        "nodes" => shown.iter().map(|it| node(part, it)).collect(),
        _ => object(part, |it| match it.name {
            "endCursor" => shown.last().map_or(Value::Null, |it| cursor(id(it)).into()),
            _ => (rows.len() > first).into(),
        }),
    })
}

fn text<'a>(field: &'a Field, name: &str) -> Option<&'a str> {
    field.arguments.get(name).and_then(Value::as_str)
}

fn page(field: &Field) -> Result<Page, String> {
    let first = field.arguments.get("first").and_then(Value::as_i64).unwrap_or(MOST_NODES);
    if first < 0 {
        return Err(String::from("'first' is not below 0."));
    }
    let after = match text(field, "after") {
        None | Some("") => 0,
        Some(cursor) => id_of(cursor)
            .ok_or_else(|| String::from("'after' is no cursor: it is the endCursor of the page before."))?,
    };
    Ok(Page { after, first: first.min(MOST_NODES) })
}

/// Direct and inherited members unless something else is asked for, as in GitLab.
fn relations(field: &Field) -> Result<MemberRelations, String> {
    let asked: Vec<&str> = match field.arguments.get("relations") {
        None => return Ok(MemberRelations::Inherited),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(one) => one.as_str().into_iter().collect(),
    };
    let has = |name| asked.contains(&name);
    match (has("DIRECT"), has("INHERITED"), has("SHARED_FROM_GROUPS"), has("DESCENDANTS")) {
        (true, false, false, false) => Ok(MemberRelations::Direct),
        (true, true, false, false) => Ok(MemberRelations::Inherited),
        (true, true, true, false) => Ok(MemberRelations::Every),
        _ => Err(String::from(
            "Answered are the relations DIRECT, DIRECT with INHERITED, and both with SHARED_FROM_GROUPS.",
        )),
    }
}

fn global_id(kind: &str, id: i64) -> Value {
    format!("gid://gitlab/{kind}/{id}").into()
}

/// As GitLab's look.
fn cursor(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "id": id.to_string() }).to_string())
}

fn id_of(cursor: &str) -> Option<i64> {
    let decoded = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let value: Value = serde_json::from_slice(&decoded).ok()?;
    value["id"].as_str()?.parse().ok().filter(|it| *it >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_the_id_that_it_was_made_of() {
        for id in [0, 1, 7_000_000_000, i64::MAX] {
            assert_eq!(id_of(&cursor(id)), Some(id));
        }
        for other in ["", "1", "e30", "eyJpZCI6Ii0xIn0", "eyJpZCI6MX0", "🦀", "eyJpZCI6IjEifQ=="] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
