//! Renders our own Markdown, such as descriptions in the OpenAPI document.

use leptos::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

/// Headings are shifted one level down, below that of the page. Raw HTML is dropped.
#[component]
pub fn Markdown(#[prop(into)] text: String) -> impl IntoView {
    views(&mut Parser::new_ext(&text, Options::ENABLE_TABLES), false)
}

/// Renders events until the end of the current element.
fn views<'a>(events: &mut impl Iterator<Item = Event<'a>>, in_head: bool) -> Vec<AnyView> {
    let mut views = Vec::new();
    while let Some(event) = events.next() {
        views.push(match event {
            Event::End(_) => break,
            Event::Start(tag) => {
                let in_head = in_head || tag == Tag::TableHead;
                element(tag, self::views(events, in_head), in_head)
            }
            Event::Text(text) => text.into_string().into_any(),
            Event::Code(code) => view! { <code class="wrap-anywhere">{code.into_string()}</code> }.into_any(),
            Event::SoftBreak | Event::HardBreak => " ".into_any(),
            _ => continue,
        });
    }
    views
}

fn element(tag: Tag<'_>, inner: Vec<AnyView>, in_head: bool) -> AnyView {
    match tag {
        Tag::Paragraph => view! { <p class="mt-2 max-w-prose">{inner}</p> }.into_any(),
        Tag::Heading { .. } => view! { <h2 class="mt-6 text-xl font-semibold">{inner}</h2> }.into_any(),
        Tag::List(_) => view! { <ul class="mt-2 list-disc pl-5">{inner}</ul> }.into_any(),
        Tag::Item => view! { <li>{inner}</li> }.into_any(),
        // A wide table scrolls in its own focusable region, so that the keyboard can scroll it.
        Tag::Table(_) => view! {
            <div class="mt-3 overflow-x-auto" tabindex="0" role="group" aria-label="Table">
                <table class="text-left text-sm">{inner}</table>
            </div>
        }
        .into_any(),
        Tag::TableHead => view! { <thead><tr>{inner}</tr></thead> }.into_any(),
        Tag::TableRow => view! { <tr class="border-t border-line">{inner}</tr> }.into_any(),
        Tag::TableCell if in_head => {
            view! { <th scope="col" class="py-1.5 pr-4 align-bottom">{inner}</th> }.into_any()
        }
        Tag::TableCell => view! { <td class="py-1.5 pr-4 align-top">{inner}</td> }.into_any(),
        Tag::Link { dest_url, .. } => {
            view! { <a class="underline" href=dest_url.into_string()>{inner}</a> }.into_any()
        }
        _ => inner.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        view! { <Markdown text /> }.to_html().replace("<!>", "")
    }

    #[test]
    fn what_our_texts_are_written_with_becomes_markup() {
        assert!(html("## Limits").contains(">Limits</h2>"));
        assert!(
            html("A `token` & more\nhere").contains("<code class=\"wrap-anywhere\">token</code> &amp; more")
        );
        let table = html("| a | b |\n|---|---|\n| 1 | `2` |");
        assert!(table.contains("<th scope=\"col\"") && table.contains("<td"), "{table}");
    }

    #[test]
    fn html_in_a_text_does_not_get_into_the_page() {
        let html = html("Before <script>alert(1)</script>\n\n<img src=x>\n\nafter");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}
