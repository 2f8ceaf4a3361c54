//! The API reference: the OpenAPI document (`/api/openapi.json`) rendered as a page.
//!
//! It is rendered once from the document; only the page frame differs between visitors.

mod json;
mod schema;

use std::sync::OnceLock;

use leptos::{prelude::*, tachys::html::InertElement};
use serde_json::Value;

use self::json::{list, object, text};

use crate::{
    domain::paths,
    ui::{components::Markdown, layout::Page},
};

/// The OpenAPI document of this program.
#[derive(Clone, Copy, Debug)]
pub struct ApiDocument(pub &'static Value);

/// Statuses that nearly every operation may return, for the same reasons.
const COMMON: [&str; 8] = ["400", "401", "408", "413", "415", "429", "500", "503"];

#[component]
pub fn ApiDocsPage() -> impl IntoView {
    static CONTENT: OnceLock<String> = OnceLock::new();
    let ApiDocument(document) = expect_context();
    let content = CONTENT.get_or_init(|| content(document).to_html()).clone();
    view! {
        <Page title="API reference">
            {InertElement::new(content)}
        </Page>
    }
}

fn content(document: &'static Value) -> impl IntoView {
    let tags = list(&document["tags"]);
    let contents = tags.iter().map(|tag| {
        let operations = operations_of(document, text(&tag["name"])).map(|operation| {
            let link = format!("#{}", operation.id());
            let method = operation.method.to_uppercase();
            view! { <li><a href=link>{text(&operation.it["summary"])}</a>" "<span class="text-muted">{method}</span></li> }
        });
        view! {
            <li class="break-inside-avoid pb-3">
                <a class="font-medium" href=format!("#{}", anchor(text(&tag["name"])))>{capitalised(text(&tag["name"]))}</a>
                <ul class="mt-1 space-y-1 text-sm">{operations.collect_view()}</ul>
            </li>
        }
    });
    let sections = tags.iter().map(|tag| {
        let name = text(&tag["name"]);
        let operations = operations_of(document, name).map(|it| it.view());
        view! {
            <section class="mt-10" aria-labelledby=anchor(name)>
                <h2 id=anchor(name) class="text-xl font-semibold">{capitalised(name)}</h2>
                <Markdown text=text(&tag["description"]) />
                {operations.collect_view()}
            </section>
        }
    });
    view! {
        <h1 class="pt-4 text-2xl font-semibold">{text(&document["info"]["title"])}</h1>
        <p class="mt-1 max-w-prose text-muted">
            "Version "{text(&document["info"]["version"])}". For programs: "
            <a class="underline" href=paths::OPENAPI>"the OpenAPI document"</a>
            ". Tokens are made on the page "
            <a class="underline" href=paths::ACCESS_TOKENS>"Access tokens"</a>"."
        </p>
        <nav aria-labelledby="contents" class="card mt-6 p-4">
            <h2 id="contents" class="text-xl font-semibold">"Operations and schemas"</h2>
            <ul class="mt-3 gap-8 sm:columns-2 lg:columns-3">
                {contents.collect_view()}
                <li><a class="font-medium" href="#schemas">"Schemas"</a></li>
            </ul>
        </nav>
        <Markdown text=text(&document["info"]["description"]) />
        {sections.collect_view()}
        <section class="mt-10" aria-labelledby="schemas">
            <h2 id="schemas" class="text-xl font-semibold">"Schemas"</h2>
            <p class="mt-2 max-w-prose">"The schemas of request and response bodies. Responses may gain fields."</p>
            {object(&document["components"]["schemas"]).map(|(name, it)| schema::section(name, it)).collect_view()}
        </section>
    }
}

/// A method of a path.
struct Operation {
    method: &'static str,
    path: &'static str,
    it: &'static Value,
}

fn operations_of(document: &'static Value, tag: &'static str) -> impl Iterator<Item = Operation> {
    let all = object(&document["paths"])
        .flat_map(|(path, item)| object(item).map(move |(method, it)| Operation { method, path, it }));
    all.filter(move |operation| list(&operation.it["tags"]).iter().any(|it| it == tag))
}

impl Operation {
    fn id(&self) -> &'static str {
        text(&self.it["operationId"])
    }

    fn view(&self) -> AnyView {
        let parameters = list(&self.it["parameters"]);
        let body = object(&self.it["requestBody"]["content"]);
        let (common, own): (Vec<_>, Vec<_>) =
            object(&self.it["responses"]).partition(|(status, _)| COMMON.contains(status));
        let open =
            self.it["security"].as_array().is_some_and(|it| it.iter().all(|it| object(it).next().is_none()));
        view! {
            <article class="card mt-4 p-4" aria-labelledby=self.id()>
                <h3 id=self.id() class="font-semibold">{text(&self.it["summary"])}</h3>
                <p class="mt-1">
                    <code class="wrap-anywhere">{format!("{} {}", self.method.to_uppercase(), self.path)}</code>
                    {open.then_some(" Needs no token.")}
                </p>
                <Markdown text=text(&self.it["description"]) />
                {(!parameters.is_empty())
                    .then(|| {
                        view! {
                            <h4 class="mt-4 text-sm font-medium text-muted">"Parameters"</h4>
                            <dl class="mt-1 divide-y divide-line">{parameters.iter().map(parameter).collect_view()}</dl>
                        }
                    })}
                {body.map(|(media, content)| view! {
                    <h4 class="mt-4 text-sm font-medium text-muted">"Body"</h4>
                    <p class="mt-1">{schema::kind(&content["schema"])}" as "<code class="wrap-anywhere">{media}</code></p>
                }).collect_view()}
                <h4 class="mt-4 text-sm font-medium text-muted">"Answers"</h4>
                <dl class="mt-1 divide-y divide-line">{own.into_iter().map(answer).collect_view()}</dl>
                {(!common.is_empty())
                    .then(|| {
                        view! {
                            <details class="mt-2 border-t border-line pt-2">
                                <summary class="cursor-pointer text-sm">"Errors that most operations share"</summary>
                                <dl class="mt-1 divide-y divide-line">{common.into_iter().map(answer).collect_view()}</dl>
                            </details>
                        }
                    })}
            </article>
        }
        .into_any()
    }
}

fn parameter(it: &'static Value) -> AnyView {
    let about = format!("{}{}", text(&it["in"]), if it["required"] == true { ", required" } else { "" });
    view! {
        <div class="py-2">
            <dt>
                <code class="wrap-anywhere">{text(&it["name"])}</code>" "
                <span class="text-sm text-muted">{about}</span>
            </dt>
            <dd class="text-sm">
                {schema::kind(&it["schema"])}<Markdown text=text(&it["description"]) />
            </dd>
        </div>
    }
    .into_any()
}

fn answer((status, it): (&'static str, &'static Value)) -> AnyView {
    let bodies = object(&it["content"]).map(|(media, content)| {
        view! {
            <p class="mt-1">{schema::kind(&content["schema"])}" as "<code class="wrap-anywhere">{media}</code></p>
        }
    });
    let headers = object(&it["headers"]).map(|(name, header)| {
        view! { <li><code>{name}</code>": "{text(&header["description"])}</li> }
    });
    let headers: Vec<_> = headers.collect();
    view! {
        <div class="py-2">
            <dt><code>{status}</code></dt>
            <dd class="text-sm">
                <Markdown text=text(&it["description"]) />
                {bodies.collect_view()}
                {(!headers.is_empty()).then(|| view! { <ul class="mt-1 list-disc pl-5">{headers}</ul> })}
            </dd>
        </div>
    }
    .into_any()
}

fn anchor(tag: &str) -> String {
    format!("tag-{}", tag.replace(' ', "-"))
}

fn capitalised(name: &str) -> String {
    if name == "openfeature" {
        return String::from("OpenFeature");
    }
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
