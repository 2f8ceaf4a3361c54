//! The document around every page, and which page stands at which address.

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use percent_encoding::percent_decode_str;

use super::{
    early,
    pages::{
        AccessTokensPage, ActiveSessionsPage, AdminAuditEventsPage, AdminFeatureFlagsPage,
        AdminFeatureGroupsPage, AdminJobsPage, AdminUsersPage, ApiDocsPage, ConfirmPage, FeatureFlagPage,
        FeatureGroupPage, FirstAdministratorPage, GroupPages, GroupsPage, JumpPage, NotFoundPage,
        PasswordPage, PreferencesPage, ResetPasswordPage, SignInPage,
    },
};
use crate::{
    actions::support::{path, signed_in},
    domain::paths,
};

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

/// The whole document.
pub fn shell(options: LeptosOptions, assets: AssetNames) -> impl IntoView {
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
                <App />
            </body>
        </html>
    }
}

/// What stands at the address that is asked for.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    page_at(&path())
}

type PageView = fn() -> AnyView;
type NamedPageView = fn(String) -> AnyView;

/// The pages that have one address each.
pub const PAGES: [(&str, PageView); 17] = [
    (paths::HOME, || view! { <GroupsPage /> }.into_any()),
    (paths::GROUPS, || view! { <GroupsPage /> }.into_any()),
    (paths::SIGN_IN, || view! { <SignInPage /> }.into_any()),
    (paths::CONFIRM, || view! { <ConfirmPage /> }.into_any()),
    (paths::PASSWORD_RESET, || view! { <ResetPasswordPage /> }.into_any()),
    (paths::FIRST_ADMINISTRATOR, || view! { <FirstAdministratorPage /> }.into_any()),
    (paths::ADMIN_USERS, || view! { <AdminUsersPage /> }.into_any()),
    (paths::ADMIN_FEATURE_FLAGS, || view! { <AdminFeatureFlagsPage /> }.into_any()),
    (paths::ADMIN_FEATURE_GROUPS, || view! { <AdminFeatureGroupsPage /> }.into_any()),
    (paths::ADMIN_JOBS, || view! { <AdminJobsPage /> }.into_any()),
    (paths::ADMIN_AUDIT_EVENTS, || view! { <AdminAuditEventsPage /> }.into_any()),
    (paths::PASSWORD, || view! { <PasswordPage /> }.into_any()),
    (paths::SESSIONS, || view! { <ActiveSessionsPage /> }.into_any()),
    (paths::PREFERENCES, || view! { <PreferencesPage /> }.into_any()),
    (paths::ACCESS_TOKENS, || view! { <AccessTokensPage /> }.into_any()),
    (paths::JUMP, || view! { <JumpPage /> }.into_any()),
    (paths::API_DOCS, || view! { <ApiDocsPage /> }.into_any()),
];

/// Those of which there is one for each name below an address.
pub const PAGES_BY_NAME: [(&str, NamedPageView); 2] = [
    (paths::ADMIN_FEATURE_FLAGS, |name| view! { <FeatureFlagPage name /> }.into_any()),
    (paths::ADMIN_FEATURE_GROUPS, |name| view! { <FeatureGroupPage name /> }.into_any()),
];

/// A slash at the end makes no difference. What stands below an address is percent-encoded in it.
fn page_at(path: &str) -> AnyView {
    let path = path.strip_suffix('/').filter(|it| !it.is_empty()).unwrap_or(path);
    let below = |address: &str| {
        let rest = path.strip_prefix(address)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    };
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let name_below = |address: &str| below(address).filter(|it| !it.is_empty() && !it.contains('/'));
    if let Some((_, page)) = PAGES.iter().find(|(address, _)| *address == path) {
        page()
    } else if let Some((page, name)) =
        PAGES_BY_NAME.iter().find_map(|(address, page)| Some((page, name_below(address)?)))
    {
        page(decoded(name))
    } else if let Some(rest) = below("/groups") {
        view! { <GroupPages rest=decoded(rest) /> }.into_any()
    } else {
        view! { <NotFoundPage /> }.into_any()
    }
}
