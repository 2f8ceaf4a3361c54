//! The sign-in page.

use leptos::prelude::*;

use super::provider::{ProviderFailure, ProviderSignIn, SignedOutHere, kept_return};
use crate::{
    actions::{
        flash::{self, Outcome},
        query::Query,
        support::handed_over,
    },
    domain::paths,
    ui::{
        app::SignInFailed,
        components::{AlertNote, PasswordField, StatusNote, UsernameField},
        layout::Page,
    },
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let failed: Option<SignInFailed> = handed_over();
    let return_to = match &failed {
        Some(failed) => failed.return_to.clone(),
        None => kept_return().unwrap_or_else(|| Query::of_page().text("return_to")),
    };
    let outcome = flash::take().map(|flash| flash.outcome);
    let signed_out_here = outcome == Some(Outcome::SignedOutHere);
    let said = match outcome {
        Some(Outcome::SignedOut) => Some("You are signed out."),
        Some(Outcome::PasswordSet) => Some("Your new password is set. Sign in with it."),
        _ => None,
    };
    let username = failed.as_ref().map(|it| it.username.clone()).unwrap_or_default();
    // Wrong credentials are shown beside the fields, other errors above the form.
    let (wrong, failed) = match failed {
        Some(it) if it.wrong => (Some(it.message), None),
        it => (None, it.map(|it| it.message)),
    };
    let demo = use_context::<DemoHint>().is_some_and(|hint| hint.0);
    view! {
        <Page title="Sign in">
            <div class="mx-auto max-w-sm py-12">
                <h1 class="text-2xl font-semibold">"Sign in"</h1>
                {said.map(|said| view! { <StatusNote>{said}</StatusNote> })}
                {signed_out_here.then(|| view! { <SignedOutHere /> })}
                <ProviderFailure />
                {failed.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                <ProviderSignIn return_to=return_to.clone() />
                <form method="post" action=paths::SIGN_IN class="mt-6 space-y-4">
                    <input type="hidden" name="return_to" value=return_to />
                    <UsernameField value=username />
                    <PasswordField id="password" name="password" label="Password" wrong />
                    <button type="submit" class="button button-primary w-full">"Sign in"</button>
                </form>
                {demo
                    .then(|| {
                        view! {
                            <p class="mt-6 text-sm text-muted">
                                "Demo: sign in as "<code>"owner"</code>", "<code>"maintainer"</code>", "
                                <code>"reviewer"</code>" or "<code>"admin"</code>" with the password "
                                <code>"duo-console-demo"</code>"."
                            </p>
                        }
                    })}
            </div>
        </Page>
    }
}

/// Whether the server runs with demo data, so the page may show its password.
#[derive(Clone, Copy, Debug)]
pub struct DemoHint(pub bool);
