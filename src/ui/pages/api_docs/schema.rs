//! Schemas: inline in a line, named ones in a section each.

use leptos::prelude::*;
use serde_json::Value;

use super::json::{list, object, text};
use crate::ui::components::Markdown;

const REFERENCE: &str = "#/components/schemas/";

/// The constraints of a value: JSON Schema keyword, and the text before and after its value.
const RULES: [(&str, &str, &str); 7] = [
    ("format", "", ""),
    ("minimum", "at least ", ""),
    ("maximum", "at most ", ""),
    ("minLength", "at least ", " characters"),
    ("maxLength", "at most ", " characters"),
    ("minItems", "at least ", " items"),
    ("maxItems", "at most ", " items"),
];

/// The section of a named schema.
pub(super) fn section(name: &'static str, schema: &'static Value) -> AnyView {
    let id = format!("schema-{name}");
    let fields: Vec<_> = parts(schema).flat_map(fields).collect();
    view! {
        <article class="card mt-4 p-4" aria-labelledby=id.clone()>
            <h3 id=id.clone() class="font-semibold wrap-anywhere">{name}</h3>
            <Markdown text=text(&schema["description"]) />
            {if fields.is_empty() {
                view! { <p class="mt-2 text-sm">{kind(schema)}</p> }.into_any()
            } else {
                view! { <dl class="mt-2 divide-y divide-line">{fields}</dl> }.into_any()
            }}
        </article>
    }
    .into_any()
}

/// The schema itself and the members of its `allOf`.
fn parts(schema: &'static Value) -> impl Iterator<Item = &'static Value> {
    std::iter::once(schema).chain(list(&schema["allOf"]))
}

fn fields(schema: &'static Value) -> Vec<AnyView> {
    let fields = object(&schema["properties"]).map(|(name, field)| {
        let is_required = list(&schema["required"]).iter().any(|it| it == name);
        view! {
            <div class="py-2">
                <dt>
                    <code class="wrap-anywhere">{name}</code>
                    {is_required.then(|| view! { <span class="text-sm text-muted">" required"</span> })}
                </dt>
                <dd class="text-sm">{kind(field)}<Markdown text=description(field) /></dd>
            </div>
        }
        .into_any()
    });
    let whole = schema["$ref"].as_str().map(|_| {
        view! { <div class="py-2 text-sm"><dt>"All of"</dt><dd>{kind(schema)}</dd></div> }.into_any()
    });
    whole.into_iter().chain(fields).collect()
}

/// The schema's own description, or the first in its `oneOf` (a nullable type has its description there).
fn description(schema: &'static Value) -> &'static str {
    let own = std::iter::once(schema).chain(list(&schema["oneOf"])).map(|it| text(&it["description"]));
    own.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
}

/// The type of a value, in a line.
pub(super) fn kind(schema: &'static Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix(REFERENCE)) {
        return view! { <a class="underline wrap-anywhere" href=format!("#schema-{name}")>{name}</a> }
            .into_any();
    }
    let choices = list(&schema["oneOf"]);
    if !choices.is_empty() {
        return separated(" or ", choices.iter().map(kind));
    }
    let words = list(&schema["enum"]);
    if !words.is_empty() {
        let code = |it: &'static Value| {
            let word = it.as_str().map_or_else(|| it.to_string(), str::to_owned);
            view! { <code class="wrap-anywhere">{word}</code> }.into_any()
        };
        return view! { "one of "{separated(", ", words.iter().map(code))} }.into_any();
    }
    let types = match &schema["type"] {
        Value::Array(several) => several.iter().map(text).collect(),
        one => vec![one.as_str().unwrap_or("any value")],
    };
    let said = |value: &'static Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let rules = RULES
        .iter()
        .filter_map(|(key, before, after)| Some(format!(", {before}{}{after}", said(&schema[*key])?)));
    let types = types.into_iter().map(|it| match it {
        "array" => view! { "array of "{kind(&schema["items"])} }.into_any(),
        other => other.into_any(),
    });
    view! {
        {separated(" or ", types)}
        {rules.collect_view()}
        {said(&schema["pattern"]).map(|it| view! { ", pattern "<code class="wrap-anywhere">{it}</code> })}
        {said(&schema["example"]).map(|it| view! { ", such as "<code class="wrap-anywhere">{it}</code> })}
    }
    .into_any()
}

fn separated(between: &'static str, views: impl Iterator<Item = AnyView>) -> AnyView {
    let separated = views.enumerate().map(|(at, view)| view! { {(at > 0).then_some(between)}{view} });
    separated.collect_view().into_any()
}
