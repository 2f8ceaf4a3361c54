//! The HTML document around every page.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::{
    config::LeptosOptions,
    nonce::{Nonce, provide_nonce, use_nonce},
    prelude::*,
    reactive::computed::ScopedFuture,
    tachys::view::Position,
};

use super::early;
use crate::actions::{error::ActionError, support::signed_in};

/// File names of the assets, which contain a hash of their content.
#[derive(Clone, Debug)]
pub struct AssetNames {
    /// URL of the style sheet.
    pub stylesheet: String,
    /// Base name of the script and the wasm file, without extension.
    pub script: String,
}

/// Request extension: a sign-in just failed, with the user name that was entered.
#[derive(Clone, Debug)]
pub struct SignInFailed {
    pub username: String,
    pub return_to: String,
    /// Whether the credentials were wrong, as opposed to throttling or an outage.
    pub wrong: bool,
    pub message: String,
}

/// Request extension: the form behind a one-time link was refused. Has what was entered, except passwords.
#[derive(Clone, Debug, Default)]
pub struct FormRefused {
    pub token: String,
    pub username: String,
    pub name: String,
    /// Name of the invalid field; empty when the error is about none.
    pub field: String,
    pub message: String,
}

/// Request extension: a file was not kept. Has what was pasted, which no address could carry.
#[derive(Clone, Debug)]
pub struct UploadRefused {
    pub text: String,
    pub error: ActionError,
}

/// Where documents differ.
#[derive(Clone, Copy)]
enum Slot {
    Nonce,
    Page,
    Theme,
    Title,
}

impl Slot {
    const ALL: [Self; 4] = [Self::Nonce, Self::Page, Self::Theme, Self::Title];

    /// Stands there while the shell is rendered.
    const fn mark(self) -> &'static str {
        match self {
            Self::Nonce => "@@nonce@@",
            Self::Page => "@@page@@",
            Self::Theme => "@@theme@@",
            Self::Title => "@@title@@",
        }
    }
}

/// The document around every page. It is rendered once, because documents differ in four places only; and a page
/// is written into it in one go, because nothing of a page is streamed.
pub struct Shell {
    /// What comes before each slot.
    parts: Vec<(String, Slot)>,
    end: String,
}

/// The title of the document, which its page sets.
#[derive(Clone, Default)]
struct DocumentTitle(ArcStoredValue<String>);

/// Sets the title of the document.
pub(super) fn set_title(title: String) {
    if let Some(DocumentTitle(slot)) = use_context() {
        slot.set_value(title);
    }
}

impl Shell {
    pub fn new(options: LeptosOptions, assets: AssetNames) -> Self {
        let context = Arc::new(SsrSharedContext::new_islands());
        let owner = Owner::new_root(Some(context.clone()));
        let mut html = owner.with(|| {
            provide_context(Nonce::from_value(Slot::Nonce.mark()));
            shell(options, assets).to_html()
        });
        owner.unset_with_forced_cleanup();
        // The script that wakes the islands expects to be told which data comes with the page: none does.
        let mut told = context.pending_data();
        while let Some(Some(script)) = told.as_mut().and_then(|it| it.next().now_or_never()) {
            html.extend(["<script nonce=\"", Slot::Nonce.mark(), "\">", &script, "</script>"]);
        }
        Self::cut(&html)
    }

    fn cut(html: &str) -> Self {
        let (mut parts, mut rest) = (Vec::new(), html);
        let next = |rest: &str| {
            let found = Slot::ALL.into_iter().filter_map(|slot| Some((rest.find(slot.mark())?, slot)));
            found.min_by_key(|(at, _)| *at)
        };
        while let Some((at, slot)) = next(rest) {
            parts.push((rest[..at].to_owned(), slot));
            rest = &rest[at + slot.mark().len()..];
        }
        Self { parts, end: rest.to_owned() }
    }

    /// The document with this page as its content. `provide` gives the page its context.
    pub async fn document(
        &self,
        provide: impl FnOnce() + Send,
        page: impl FnOnce() -> AnyView + Send,
    ) -> String {
        let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
        let page = owner.with(|| {
            provide_nonce();
            provide_context(DocumentTitle::default());
            provide();
            ScopedFuture::new(page().resolve())
        });
        let page = page.await;
        let html = owner.with(|| self.written(page));
        owner.unset_with_forced_cleanup();
        html
    }

    fn written(&self, page: AnyView) -> String {
        let nonce = use_nonce();
        let theme = signed_in().map_or("system", |it| it.display.theme.key());
        let title = use_context::<DocumentTitle>().map(|it| it.0.get_value()).unwrap_or_default();
        let own: usize = self.parts.iter().map(|(before, _)| before.len() + IN_A_SLOT).sum();
        let mut html = String::with_capacity(page.html_len() + own + self.end.len());
        let mut page = Some(page);
        for (before, slot) in &self.parts {
            html.push_str(before);
            match slot {
                Slot::Nonce => html.push_str(nonce.as_deref().unwrap_or_default()),
                Slot::Page => put(page.take(), &mut html),
                Slot::Theme => html.push_str(theme),
                Slot::Title => put(title.as_str(), &mut html),
            }
        }
        html.push_str(&self.end);
        html
    }
}

/// As much as a title usually has, in bytes; a nonce and a theme have less.
const IN_A_SLOT: usize = 100;

fn put(view: impl RenderHtml, html: &mut String) {
    view.to_html_with_buf(html, &mut Position::FirstChild, true, false, Vec::new());
}

fn shell(options: LeptosOptions, assets: AssetNames) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Slot::Theme.mark()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.stylesheet />
                <AutoReload options=options.clone() />
                <script nonce=use_nonce() inner_html=early::script()></script>
                <HydrationScripts options islands=true />
                <title>{Slot::Title.mark()}</title>
            </head>
            <body>{Slot::Page.mark()}</body>
        </html>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(title: &'static str) -> String {
        let assets = AssetNames { stylesheet: String::from("/pkg/a.css"), script: String::from("a") };
        let options = LeptosOptions::builder().output_name("a").site_pkg_dir("pkg").build();
        let page = || {
            set_title(title.to_owned());
            view! { <main>"@@nonce@@ here"</main> }.into_any()
        };
        let document = Shell::new(options, assets);
        let document = document.document(|| (), page).now_or_never();
        document.expect("nothing to wait for")
    }

    #[test]
    fn a_title_is_text() {
        let document = document("</title><script>alert(1)</script> & more");
        assert!(document.contains("<title>&lt;/title&gt;&lt;script&gt;"), "{document}");
        assert_eq!(document.matches("</title>").count(), 1);
    }

    #[test]
    fn each_slot_is_filled_once_and_a_page_is_not_searched_for_slots() {
        let document = document("A page");
        assert!(document.starts_with("<!DOCTYPE html><html lang=\"en\" data-theme=\"system\""), "{document}");
        assert!(document.contains("<body><main>@@nonce@@ here</main></body>"), "{document}");
        assert_eq!(document.matches("@@").count(), 2, "{document}");
        // An own script, that of the islands, and two that say what comes with the page.
        assert_eq!(document.matches("<script").count(), 4, "{document}");
        let nonces: Vec<_> =
            document.split("nonce=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        assert!(nonces.iter().all(|it| *it == nonces[0] && it.len() > 20), "{nonces:?}");
    }
}
