//! Reads a GraphQL document against the types that there are. What is left of it is a tree of known fields,
//! with the values of their arguments: fragments stand in their places, and variables are replaced.

use std::collections::{BTreeMap, HashMap};

use apollo_parser::{
    Parser,
    cst::{self, CstNode},
};
use serde_json::{Map, Value};

use super::{
    graphql_error::{GraphqlError, Location},
    graphql_schema::{FieldType, ObjectType, QUERY},
    graphql_values::{Read, literal, name, place, variables},
};
use crate::server::rest::input::shortened;

/// How much a query may hold. Those of clients have some dozen fields, and one look-up or two.
const MOST_TOKENS: usize = 2_000;
const MOST_NESTING: usize = 32;
const MOST_FIELDS: usize = 300;
const MOST_LOOK_UPS: usize = 10;

/// A field that is asked for.
#[derive(Debug)]
pub struct Field {
    /// Its name in the answer.
    pub key: String,
    pub name: &'static str,
    /// Those with a value: what is left out or null is not among them.
    pub arguments: BTreeMap<&'static str, Value>,
    pub of: Option<&'static ObjectType>,
    pub fields: Vec<Self>,
    pub at: Location,
    is_looked_up: bool,
}

/// The fields of the query in `text`: of the operation called `operation`, or of the only one.
///
/// # Errors
/// It is malformed, too large, no query, or names a field, an argument or a value that there is not.
pub fn fields_of(text: &str, operation: Option<&str>, values: &Map<String, Value>) -> Read<Vec<Field>> {
    if nesting(text) > MOST_NESTING {
        return Err(too_deep());
    }
    let tree = Parser::new(text).token_limit(MOST_TOKENS).parse();
    if let Some(error) = tree.errors().next() {
        if error.is_limit() {
            return Err(too_large(format!("it has more than {MOST_TOKENS} words and signs")));
        }
        let message = format!("The query cannot be read: {}.", shortened(error.message()));
        return Err(GraphqlError::new(message).at(Location::of(text, error.index())));
    }
    let (mut operations, mut fragments) = (Vec::new(), HashMap::new());
    for definition in tree.document().definitions() {
        match definition {
            cst::Definition::OperationDefinition(it) => operations.push(it),
            cst::Definition::FragmentDefinition(it) => {
                fragments.insert(it.fragment_name().and_then(|it| name(it.name())).unwrap_or_default(), it);
            }
            other => {
                let message = format!("{} is no query.", other.kind());
                return Err(GraphqlError::new(message).at(place(text, &other)));
            }
        }
    }
    let operation = chosen(operations, operation)?;
    if let Some(kind) = operation.operation_type()
        && kind.query_token().is_none()
    {
        let message =
            format!("A {} is not answered: changes are made by /api/v4.", kind.source_string().trim());
        return Err(GraphqlError::new(message).at(place(text, &operation)));
    }
    let variables = variables(text, &operation, values)?;
    let mut reader = Reader { text, fragments, variables, path: vec![String::from("query")], count: 0 };
    reader.without_directives(operation.directives())?;
    let fields = match operation.selection_set() {
        Some(set) => reader.fields(&set, &QUERY, &mut Vec::new())?,
        None => Vec::new(),
    };
    if look_ups(&fields) > MOST_LOOK_UPS {
        return Err(too_large(format!("it asks for more than {MOST_LOOK_UPS} groups and lists")));
    }
    Ok(fields)
}

/// How deep brackets stand in each other at most. Counted before anything reads the text by recursion, so
/// brackets in texts count as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn too_deep() -> GraphqlError {
    too_large(format!("it is nested deeper than {MOST_NESTING}"))
}

fn too_large(why: String) -> GraphqlError {
    GraphqlError::new(format!("The query is too large: {why}. Ask in several.")).coded("queryTooLarge")
}

fn chosen(
    mut operations: Vec<cst::OperationDefinition>,
    wanted: Option<&str>,
) -> Read<cst::OperationDefinition> {
    let found = match wanted {
        Some(wanted) => operations.into_iter().find(|it| name(it.name()).as_deref() == Some(wanted)),
        None if operations.len() > 1 => None,
        None => operations.pop(),
    };
    found.ok_or_else(|| {
        GraphqlError::new(match wanted {
            Some(wanted) => format!("There is no operation {}.", shortened(wanted)),
            None => String::from(
                "Say by operationName which of the operations is asked for; without it there has to be one.",
            ),
        })
    })
}

struct Reader<'a> {
    text: &'a str,
    fragments: HashMap<String, cst::FragmentDefinition>,
    variables: HashMap<String, Option<Value>>,
    /// The names of the fields to where it is.
    path: Vec<String>,
    /// How many fields and fragments were read.
    count: usize,
}

impl Reader<'_> {
    /// What is selected of a type; `inside` has the fragments that this stands in.
    fn fields(
        &mut self,
        set: &cst::SelectionSet,
        of: &'static ObjectType,
        inside: &mut Vec<String>,
    ) -> Read<Vec<Field>> {
        let mut fields = Vec::new();
        for selection in set.selections() {
            self.count += 1;
            if self.count > MOST_FIELDS {
                return Err(too_large(format!("it asks for more than {MOST_FIELDS} fields")));
            }
            match &selection {
                cst::Selection::Field(field) => {
                    let field = self.field(field, of, inside)?;
                    self.add(&mut fields, field)?;
                }
                cst::Selection::InlineFragment(fragment) => {
                    self.without_directives(fragment.directives())?;
                    let set = fragment.selection_set();
                    self.fragment(fragment, set, fragment.type_condition(), of, inside, &mut fields)?;
                }
                cst::Selection::FragmentSpread(spread) => {
                    self.without_directives(spread.directives())?;
                    let called = spread.fragment_name().and_then(|it| name(it.name())).unwrap_or_default();
                    let Some(fragment) = self.fragments.get(&called).cloned() else {
                        return Err(
                            self.wrong(spread, format!("There is no fragment {}.", shortened(&called)))
                        );
                    };
                    if inside.len() >= MOST_NESTING {
                        return Err(too_deep());
                    }
                    if inside.contains(&called) {
                        let message = format!("The fragment {} contains itself.", shortened(&called));
                        return Err(self.wrong(spread, message));
                    }
                    self.without_directives(fragment.directives())?;
                    inside.push(called);
                    let set = fragment.selection_set();
                    self.fragment(spread, set, fragment.type_condition(), of, inside, &mut fields)?;
                    inside.pop();
                }
            }
        }
        Ok(fields)
    }

    /// Puts the fields of a fragment among those of where it stands.
    fn fragment(
        &mut self,
        node: &impl CstNode,
        set: Option<cst::SelectionSet>,
        condition: Option<cst::TypeCondition>,
        of: &'static ObjectType,
        inside: &mut Vec<String>,
        fields: &mut Vec<Field>,
    ) -> Read<()> {
        if let Some(on) = condition.and_then(|it| name(it.named_type()?.name()))
            && on != of.name
        {
            let message = format!("A fragment on {} cannot stand in {}.", shortened(&on), of.name);
            return Err(self.wrong(node, message));
        }
        let Some(set) = set else { return Ok(()) };
        for field in self.fields(&set, of, inside)? {
            self.add(fields, field)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &cst::Field,
        of: &'static ObjectType,
        inside: &mut Vec<String>,
    ) -> Read<Field> {
        let called = name(field.name()).unwrap_or_default();
        let key = field.alias().and_then(|it| name(it.name())).unwrap_or_else(|| called.clone());
        self.path.push(shortened(&called));
        let Some(kind) = of.field(&called) else {
            let known: Vec<_> = of.fields.iter().map(|it| it.name).collect();
            let message = format!(
                "Field '{}' doesn't exist on type '{}' here. Known are: {}.",
                shortened(&called),
                of.name,
                known.join(", ")
            );
            return Err(self.wrong(field, message).coded("undefinedField"));
        };
        self.without_directives(field.directives())?;
        let arguments = self.arguments(field, kind)?;
        let fields = match (kind.of, field.selection_set()) {
            (None, None) => Vec::new(),
            (Some(of), Some(set)) => self.fields(&set, of, inside)?,
            (None, Some(_)) => {
                let message = format!("Field '{called}' is a value: nothing can be selected of it.");
                return Err(self.wrong(field, message).coded("selectionMismatch"));
            }
            (Some(of), None) => {
                let message = format!(
                    "Field '{called}' is of type {}: say what to select of it, as in '{called} {{ … }}'.",
                    of.name
                );
                return Err(self.wrong(field, message).coded("selectionMismatch"));
            }
        };
        self.path.pop();
        let at = place(self.text, field);
        let FieldType { name, of, is_looked_up, .. } = *kind;
        Ok(Field { key, name, arguments, of, fields, at, is_looked_up })
    }

    fn arguments(&self, field: &cst::Field, kind: &'static FieldType) -> Read<BTreeMap<&'static str, Value>> {
        let mut arguments = BTreeMap::new();
        for argument in field.arguments().into_iter().flat_map(|it| it.arguments()) {
            let called = name(argument.name()).unwrap_or_default();
            let Some(&(called, takes)) = kind.arguments.iter().find(|it| it.0 == called) else {
                let message =
                    format!("Field '{}' doesn't accept argument '{}' here.", kind.name, shortened(&called));
                return Err(self.wrong(&argument, message).coded("argumentNotAccepted"));
            };
            let value = match argument.value() {
                Some(value) => literal(self.text, &value, &self.variables)?,
                None => None,
            };
            let Some(value) = value else { continue };
            if !takes.takes(&value) {
                let said = shortened(&value.to_string());
                let message = format!(
                    "Argument '{called}' on field '{}' has an invalid value ({said}). Expected type '{}'.",
                    kind.name,
                    takes.name()
                );
                return Err(self.wrong(&argument, message).coded("argumentLiteralsIncompatible"));
            }
            if !value.is_null() && arguments.insert(called, value).is_some() {
                let message = format!("Argument '{called}' stands more than once.");
                return Err(self.wrong(&argument, message).coded("argumentNotUnique"));
            }
        }
        let missing = kind.arguments.iter().find(|it| it.1.is_required() && !arguments.contains_key(it.0));
        if let Some((missing, _)) = missing {
            let message = format!("Field '{}' is missing the required argument '{missing}'.", kind.name);
            return Err(self.wrong(field, message).coded("missingRequiredArguments"));
        }
        Ok(arguments)
    }

    /// Adds a field; one that is there already gets what is selected here as well.
    fn add(&self, fields: &mut Vec<Field>, field: Field) -> Read<()> {
        let Some(there) = fields.iter_mut().find(|it| it.key == field.key) else {
            fields.push(field);
            return Ok(());
        };
        if there.name != field.name || there.arguments != field.arguments {
            let message = format!(
                "Two fields are to be '{}' in the answer: give one an alias, as in 'other: {}'.",
                shortened(&field.key),
                field.name
            );
            return Err(GraphqlError::new(message).at(field.at).along(&self.path).coded("fieldConflict"));
        }
        field.fields.into_iter().try_for_each(|it| self.add(&mut there.fields, it))
    }

    /// Refuses directives: one that is dropped might have left something out.
    fn without_directives(&self, directives: Option<cst::Directives>) -> Read<()> {
        let Some(first) = directives.and_then(|it| it.directives().next()) else { return Ok(()) };
        let called = name(first.name()).unwrap_or_default();
        let message = format!("Directives are not understood here: @{}.", shortened(&called));
        Err(self.wrong(&first, message).coded("undefinedDirective"))
    }

    fn wrong(&self, node: &impl CstNode, message: String) -> GraphqlError {
        GraphqlError::new(message).at(place(self.text, node)).along(&self.path)
    }
}

fn look_ups(fields: &[Field]) -> usize {
    fields.iter().map(|it| usize::from(it.is_looked_up) + look_ups(&it.fields)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str, values: Value) -> Read<Vec<Field>> {
        fields_of(text, None, values.as_object().expect("an object"))
    }

    /// The fields as text, with arguments and what is selected.
    fn shown(fields: &[Field]) -> String {
        let show = |it: &Field| {
            let arguments =
                if it.arguments.is_empty() { String::new() } else { json!(it.arguments).to_string() };
            let below =
                if it.fields.is_empty() { String::new() } else { format!("{{{}}}", shown(&it.fields)) };
            format!("{}:{}{arguments}{below}", it.key, it.name)
        };
        fields.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    fn error(text: &str, values: Value) -> String {
        serde_json::to_string(&read(text, values).expect_err(text)).expect("JSON")
    }

    #[test]
    fn aliases_variables_fragments_and_what_is_said_twice_are_understood() {
        let text = "query it($g: ID!, $after: String, $r: [GroupMemberRelation!] = [DIRECT]) {
            # a comment
            me: currentUser { ...who, ... on CurrentUser { name } }
            group(fullPath: $g) { id, ... { name } groupMembers(after: $after, relations: $r, first: 5) { nodes { user { id } } } }
            group(fullPath: $g) { fullPath __typename }
        }
        fragment who on CurrentUser { username ...more }
        fragment more on CurrentUser { id }";
        let found = read(text, json!({"g": "acme", "other": 1})).expect("a query");
        assert_eq!(
            shown(&found),
            "me:currentUser{username:username id:id name:name} group:group{\"fullPath\":\"acme\"}{id:id name:name groupMembers:groupMembers{\"first\":5,\"relations\":[\"DIRECT\"]}{nodes:nodes{user:user{id:id}}} fullPath:fullPath __typename:__typename}"
        );
        let escaped = read("{group(fullPath: \"a\\u0062\\\"\"){id}}", json!({})).expect("a query");
        assert_eq!(escaped[0].arguments["fullPath"], "ab\"");
    }

    #[test]
    fn what_there_is_not_is_named_with_its_place() {
        for (text, said) in [
            ("{\n  nothing\n}", "Field 'nothing' doesn't exist on type 'Query'"),
            (
                "{\n  nothing\n}",
                r#""locations":[{"line":2,"column":3}],"path":["query","nothing"],"extensions":{"code":"undefinedField"}"#,
            ),
            (
                "{group(fullPath: \"a\"){descendantGroups{nodes{groupMembers{nodes{user{id}}}}}}}",
                "'groupMembers' doesn't exist on type 'Group' here. Known are: id, name, fullPath, description, visibility, parent.",
            ),
            ("{__schema{types{name}}}", "Field '__schema' doesn't exist"),
            ("{group{id}}", "missing the required argument 'fullPath'"),
            ("{group(fullPath: null){id}}", "has an invalid value (null). Expected type 'ID!'"),
            ("{group(fullPath: \"a\", archived: false){id}}", "doesn't accept argument 'archived'"),
            ("{group(fullPath: \"a\", fullPath: \"b\"){id}}", "stands more than once"),
            (
                "{group(fullPath: \"a\"){groupMembers(relations: [OTHER]){nodes{user{id}}}}}",
                "Expected type '[GroupMemberRelation!]'",
            ),
            (
                "{group(fullPath: \"a\"){groupMembers(first: 99999999999999999999){nodes{user{id}}}}}",
                "The number is too large.",
            ),
            ("{group(fullPath: {a: 1}){id}}", "No argument takes an object."),
            ("{group(fullPath: \"\"\"a\"\"\"){id}}", "A text stands in one line"),
            ("{currentUser}", "say what to select of it"),
            ("{currentUser{id{a}}}", "nothing can be selected of it"),
            ("{currentUser{id @skip(if: true)}}", "Directives are not understood here: @skip."),
            ("query @live {currentUser{id}}", "@live"),
            ("{currentUser{...a}}", "There is no fragment a."),
            (
                "{currentUser{...a}} fragment a on CurrentUser {...b} fragment b on CurrentUser {...a}",
                "The fragment a contains itself.",
            ),
            ("{currentUser{... on Group{id}}}", "A fragment on Group cannot stand in CurrentUser."),
            ("{currentUser{id: name id}}", "Two fields are to be 'id'"),
            ("{currentUser{id}} query b {currentUser{id}}", "operationName"),
            ("mutation {a}", "A mutation is not answered: changes are made by /api/v4."),
            ("subscription {a}", "A subscription is not answered"),
            ("type A {b: Int}", "is no query"),
            ("query($g: ID!){group(fullPath: $g){id}}", "Variable $g of type ID! was provided no value."),
            ("{group(fullPath: $g){id}}", "Variable $g is used and not declared."),
            ("", "cannot be read"),
            ("{", "cannot be read"),
            ("{}", "cannot be read"),
            ("fragment a on Group {id}", "operationName"),
            ("not graphql", "cannot be read"),
            ("{currentUser{id}} \u{0}", "cannot be read"),
        ] {
            let error = error(text, json!({}));
            assert!(error.contains(said), "{text}: {error}");
        }
        assert!(
            error("query($g: ID!){group(fullPath: $g){id}}", json!({"g": 5})).contains("invalid value (5)")
        );
        assert!(
            fields_of("query a{currentUser{id}} query b{currentUser{name}}", Some("b"), &Map::new()).is_ok()
        );
        let other = fields_of("{currentUser{id}}", Some("x"), &Map::new()).map(|_| ()).expect_err("another");
        assert!(format!("{other:?}").contains("There is no operation x."));
    }

    #[test]
    fn a_variable_is_no_more_than_an_argument_takes() {
        let text = "query($v: [GroupMemberRelation!]) {group(fullPath: \"a\"){groupMembers(relations: $v){nodes{user{id}}}}}";
        assert!(read(text, json!({"v": ["DIRECT", "INHERITED"]})).is_ok());
        let long = "x".repeat(6_001);
        for value in [
            json!({"a": 1}),
            Value::from(vec!["DIRECT"; 11]),
            json!([["DIRECT"]]),
            json!([{}]),
            json!(long),
            json!([long]),
        ] {
            let error = error(text, json!({ "v": value }));
            assert!(error.contains("Variable $v is more than any argument takes."), "{error}");
        }
        let list = |items: &str| {
            format!(
                "query($v: [String!]) {{group(fullPath: \"a\"){{groupMembers(relations: [{items}]){{nodes{{user{{id}}}}}}}}}}"
            )
        };
        let many = error(&list(&"$v ".repeat(100)), json!({"v": "DIRECT"}));
        assert!(many.contains("A list has up to 10 items."), "{many}");
        let nested = error(&list("$v"), json!({"v": ["DIRECT"]}));
        assert!(nested.contains("No argument takes a list in a list."), "{nested}");
        assert!(read(&list("$v"), json!({"v": "DIRECT"})).is_ok());
    }

    #[test]
    fn a_query_that_is_too_large_is_refused_before_it_is_followed() {
        let many = |text: &str, count: usize| text.repeat(count);
        let bomb: Vec<_> = (0..12)
            .map(|at| format!("fragment f{at} on CurrentUser {{ ...f{0} ...f{0} }}", at + 1))
            .collect();
        let bomb = bomb.join(" ");
        let chain: Vec<_> =
            (0..100).map(|at| format!("fragment f{at} on CurrentUser{{...f{}}}", at + 1)).collect();
        let chain = chain.join(" ");
        let aliases = |count: u8| {
            let fields: Vec<_> = (0..count).map(|at| format!("a{at}: currentUser{{id}}")).collect();
            format!("{{{}}}", fields.join(" "))
        };
        for text in [
            format!("{{{}id{}}}", many("currentUser{", 20_000), many("}", 20_000)),
            many("{", 60_000),
            many("[", 60_000),
            format!("query($a: {}Int{}) {{currentUser{{id}}}}", many("[", 10_000), many("]", 10_000)),
            format!("{{group(fullPath: {}1{}){{id}}}}", many("[", 10_000), many("]", 10_000)),
            format!("{{currentUser{{{}}}}}", many("id ", 5_000)),
            format!("{{currentUser{{{}}}}}", many("id ", 400)),
            format!("{{currentUser{{...f0}}}} {bomb} fragment f12 on CurrentUser {{ id }}"),
            format!("{{currentUser{{...f0}}}} {chain} fragment f100 on CurrentUser {{ id }}"),
            aliases(11),
        ] {
            assert!(error(&text, json!({})).contains("queryTooLarge"), "{}", shortened(&text));
        }
        assert!(read(&aliases(10), json!({})).is_ok());
    }
}
