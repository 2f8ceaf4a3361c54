//! Names, values and variables of a GraphQL document.

use std::collections::HashMap;

use apollo_parser::cst::{self, CstNode};
use serde_json::{Map, Value};

use super::graphql_error::{GraphqlError, Location};
use crate::server::rest::input::shortened;

pub type Read<T> = Result<T, GraphqlError>;

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
        let value = values.get(&name).cloned().or(default);
        if let Some(cst::Type::NonNullType(kind)) = definition.ty()
            && value.as_ref().is_none_or(Value::is_null)
        {
            let kind = kind.source_string();
            let message =
                format!("Variable ${} of type {} was provided no value.", shortened(&name), kind.trim());
            return Err(GraphqlError::new(message).at(place(text, &definition)));
        }
        Ok((name, value))
    };
    declared.map(read).collect()
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
            let items = list.values().map(|it| literal(text, &it, variables).map(Option::unwrap_or_default));
            Value::Array(items.collect::<Read<_>>()?)
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
