//! The HTML document around every page.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};

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

/// The document with this page as its content.
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
