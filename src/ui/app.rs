//! The document around every page, and which page stands at which address.

use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment, WildcardSegment,
    components::{FlatRoutes, Route, Router},
    path,
};

use super::pages::{
    AccessTokensPage, ActiveSessionsPage, AdminAuditEventsPage, AdminFeatureFlagsPage,
    AdminFeatureGroupsPage, AdminUsersPage, ConfirmPage, FeatureFlagPage, FeatureGroupPage,
    FirstAdministratorPage, GroupPages, GroupsPage, JumpPage, NotFoundPage, PasswordPage, PreferencesPage,
    ResetPasswordPage, SignInPage,
};
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
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The pages by address. A group's path may have any depth, so its pages share one route.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=GroupsPage ssr=SsrMode::Async />
                <Route path=path!("/dashboard/groups") view=GroupsPage ssr=SsrMode::Async />
                <Route path=path!("/users/sign_in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/users/confirm") view=ConfirmPage ssr=SsrMode::Async />
                <Route path=path!("/users/password/edit") view=ResetPasswordPage ssr=SsrMode::Async />
                <Route
                    path=path!("/users/first_administrator")
                    view=FirstAdministratorPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/admin/users") view=AdminUsersPage ssr=SsrMode::Async />
                <Route path=path!("/admin/feature_flags") view=AdminFeatureFlagsPage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("admin"), StaticSegment("feature_flags"), ParamSegment("name"))
                    view=FeatureFlagPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/admin/feature_groups") view=AdminFeatureGroupsPage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("admin"), StaticSegment("feature_groups"), ParamSegment("name"))
                    view=FeatureGroupPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/-/user_settings/password") view=PasswordPage ssr=SsrMode::Async />
                <Route
                    path=path!("/-/user_settings/active_sessions")
                    view=ActiveSessionsPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/-/profile/preferences") view=PreferencesPage ssr=SsrMode::Async />
                <Route
                    path=path!("/-/user_settings/personal_access_tokens")
                    view=AccessTokensPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/admin/audit_events") view=AdminAuditEventsPage ssr=SsrMode::Async />
                <Route path=path!("/-/jump") view=JumpPage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("groups"), WildcardSegment("rest"))
                    view=GroupPages
                    ssr=SsrMode::Async
                />
                <Route path=WildcardSegment("any") view=NotFoundPage ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
