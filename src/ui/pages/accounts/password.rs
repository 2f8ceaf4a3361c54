//! *Password*: users change their own password.

use leptos::prelude::*;

use crate::{
    actions::{
        accounts::password::{ADDRESS, SUBJECT},
        flash::Outcome,
    },
    domain::paths,
    ui::{
        components::{AlertNote, PasswordField, PasswordFields, StatusNote, Wrong},
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::accounts::confirm_sign_in::has_password,
};

/// The form's fields that show their own errors.
const FIELDS: [&str; 3] = ["current_password", "password", "password_confirmation"];

#[component]
pub fn PasswordPage() -> impl IntoView {
    visit(|visit| async move {
        let with_password = has_password(&visit.app, &visit.signed_in.caller).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let wrong = match &outcome {
            Some(Outcome::Failed(error)) if with_password => Wrong::from(error),
            _ => Wrong::default(),
        };
        let shown: &[&str] = if with_password { &FIELDS } else { &[] };
        let note = match outcome {
            Some(Outcome::Saved) => view! {
                <StatusNote>"Your password is changed. All your other sessions have ended."</StatusNote>
            }
            .into_any(),
            Some(Outcome::Failed(error)) => match Wrong::from(&error).beyond(shown) {
                Some(message) => view! { <AlertNote>{message}</AlertNote> }.into_any(),
                None => ().into_any(),
            },
            _ => ().into_any(),
        };
        let form = if with_password {
            view! { <Change wrong /> }.into_any()
        } else {
            view! {
                <p class="note note-info mt-6 max-w-prose">
                    "Your account has no password. If you need one, ask an administrator for a link to set it."
                </p>
            }
            .into_any()
        };
        let crumbs = vec![Crumb::link("Your settings", paths::PREFERENCES), Crumb::here("Password")];
        Ok(view! {
            <Page title="Password" crumbs nav=Some(Nav::of_user(paths::PASSWORD))>
                <h1 class="pt-4 text-2xl font-semibold">"Password"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "A new password ends all your other sessions. Access tokens stay: revoke them on their own page."
                </p>
                {note}
                {form}
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Change(wrong: Wrong) -> impl IntoView {
    view! {
        <form method="post" action=ADDRESS class="card mt-6 max-w-md space-y-5 p-5">
            <PasswordField
                id="current-password"
                name="current_password"
                label="Current password"
                wrong=wrong.with("current_password")
            />
            <PasswordFields wrong />
            <button type="submit" class="button button-primary">"Change password"</button>
        </form>
    }
}
