//! Names, values and variables of a GraphQL document.

use std::collections::HashMap;

use apollo_parser::cst::{self, CstNode};
use serde_json::{Map, Value};

use super::graphql_error::{GraphqlError, Location};
use crate::server::rest::input::shortened;

pub type Read<T> = Result<T, GraphqlError>;

/// How much a value may hold. A variable is read anew wherever it stands, so it has to be small; the arguments
/// there are take a path, a cursor, a number, or a list of a few words.
const MOST_ITEMS: usize = 10;
const MOST_BYTES: usize = 6_000;

/// The values of the variables that the operation declares; `None` for one that is left out.
pub fn variables(
    text: &str,
    operation: &cst::OperationDefinition,
    values: &Map<String, Value>,
) -> Read<HashMap<String, Option<Value>>> {
    let declared = operation.variable_definitions().into_iter().flat_map(|it| it.variable_definitions());
    let read = |definition: cst::VariableDefinition| {
        let name = definition.variable().and_then(|it| name(it.name())).unwrap_or_default();
        let default = match definition.default_value().and_then(|it| it.value()) {
            Some(value) => literal(text, &value, &HashMap::new())?,
            None => None,
        };
        let value = values.get(&name).or(default.as_ref());
        if value.is_some_and(is_too_much) {
            let message = format!("Variable ${} is more than any argument takes.", shortened(&name));
            return Err(GraphqlError::new(message).at(place(text, &definition)));
        }
        if let Some(cst::Type::NonNullType(kind)) = definition.ty()
            && value.is_none_or(Value::is_null)
        {
            let kind = kind.source_string();
            let message =
                format!("Variable ${} of type {} was provided no value.", shortened(&name), kind.trim());
            return Err(GraphqlError::new(message).at(place(text, &definition)));
        }
        let value = value.cloned();
        Ok((name, value))
    };
    declared.map(read).collect()
}

fn is_too_much(value: &Value) -> bool {
    let is_one = |it: &Value| match it {
        Value::Array(_) | Value::Object(_) => false,
        Value::String(text) => text.len() <= MOST_BYTES,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    match value {
        Value::Array(items) => items.len() > MOST_ITEMS || !items.iter().all(is_one),
        one => !is_one(one),
    }
}

/// The value that is written; `None` for a variable that is left out.
pub fn literal(
    text: &str,
    value: &cst::Value,
    variables: &HashMap<String, Option<Value>>,
) -> Read<Option<Value>> {
    let wrong = |message: String| GraphqlError::new(message).at(place(text, value));
    let word = || value.syntax().first_token().map(|it| it.text().to_owned()).unwrap_or_default();
    Ok(Some(match value {
        cst::Value::Variable(variable) => {
            let called = name(variable.name()).unwrap_or_default();
            let known = variables.get(&called);
            let message = || format!("Variable ${} is used and not declared.", shortened(&called));
            return known.cloned().ok_or_else(|| wrong(message()));
        }
        // Its escapes are those of JSON.
        cst::Value::StringValue(_) => serde_json::from_str(&word()).map_err(|_| {
            wrong(String::from("A text stands in one line between quotes, with the escapes of JSON."))
        })?,
        cst::Value::IntValue(_) => word()
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| wrong(String::from("The number is too large.")))?,
        cst::Value::FloatValue(_) => word().parse::<f64>().map_or(Value::Null, Value::from),
        cst::Value::BooleanValue(it) => Value::Bool(it.true_token().is_some()),
        cst::Value::NullValue(_) => Value::Null,
        cst::Value::EnumValue(it) => Value::String(name(it.name()).unwrap_or_default()),
        cst::Value::ListValue(list) => {
            let mut items = Vec::new();
            for item in list.values() {
                if items.len() == MOST_ITEMS {
                    return Err(wrong(format!("A list has up to {MOST_ITEMS} items.")));
                }
                let item = literal(text, &item, variables)?.unwrap_or_default();
                if item.is_array() {
                    return Err(wrong(String::from("No argument takes a list in a list.")));
                }
                items.push(item);
            }
            Value::Array(items)
        }
        cst::Value::ObjectValue(_) => return Err(wrong(String::from("No argument takes an object."))),
    }))
}

pub fn name(node: Option<cst::Name>) -> Option<String> {
    node.map(|it| it.text().as_str().to_owned())
}

pub fn place(text: &str, node: &impl CstNode) -> Location {
    Location::of(text, node.syntax().text_range().start().into())
}
