//! The document around every page.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};

use super::early;
use crate::actions::support::signed_in;

/// The names under which the assets are served; they change with their content.
#[derive(Clone, Debug)]
pub struct AssetNames {
    /// The style sheet's address.
    pub stylesheet: String,
    /// What the script and the wasm are called, without their endings.
    pub script: String,
}

/// That a sign-in just failed, with the user name that was typed.
#[derive(Clone, Debug)]
pub struct SignInFailed {
    pub username: String,
    pub return_to: String,
    /// Whether it is what was typed that is wrong.
    pub wrong: bool,
    pub message: String,
}

/// That the form of a link was refused, with what was typed into it but for the passwords.
#[derive(Clone, Debug, Default)]
pub struct FormRefused {
    pub token: String,
    pub username: String,
    pub name: String,
    /// The name of the field that is wrong; empty when none is.
    pub field: String,
    pub message: String,
}

/// The whole document, with this page in it.
pub fn shell(options: LeptosOptions, assets: AssetNames, page: impl FnOnce() -> AnyView) -> impl IntoView {
    provide_meta_context();
    let theme = signed_in().map_or("system", |it| it.display.theme.key());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.stylesheet />
                <AutoReload options=options.clone() />
                <script nonce=use_nonce() inner_html=early::script()></script>
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                {page()}
            </body>
        </html>
    }
}
