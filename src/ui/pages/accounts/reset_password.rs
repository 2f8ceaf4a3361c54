//! The page behind a password reset link.

use leptos::prelude::*;

use crate::{
    actions::{query::Query, support::handed_over},
    domain::paths,
    ui::{
        app::FormRefused,
        components::{AlertNote, PasswordFields, Wrong},
        layout::Page,
        pages::{anybody, problem::problem},
    },
    usecases::{UseCaseError, accounts::reset_links::user_of_reset_link},
};

#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let refused: Option<FormRefused> = handed_over();
    let token = match &refused {
        Some(refused) => refused.token.clone(),
        None => Query::of_page().text("reset_password_token"),
    };
    anybody(move |app| async move {
        let user = match user_of_reset_link(&app, &token).await {
            Err(UseCaseError::NotFound(_)) => {
                return Ok(problem(
                    404,
                    "This link does not work any more",
                    "It was used, it has expired, or a newer one was created. Ask an administrator for another.",
                ));
            }
            other => other?,
        };
        let wrong = refused.map(|it| Wrong { field: it.field, message: it.message }).unwrap_or_default();
        let message = wrong.beyond(&["password", "password_confirmation"]);
        Ok(view! {
            <Page title="Set a new password">
                <div class="mx-auto max-w-sm py-12">
                    <h1 class="text-2xl font-semibold">"Set a new password"</h1>
                    <p class="mt-2 text-muted">
                        "For " <strong>"@"{user.username.clone()}</strong>
                        ". Wherever you are signed in now, you will be signed out."
                    </p>
                    {message.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                    <form method="post" action=paths::PASSWORD_RESET class="mt-6 space-y-5">
                        <input type="hidden" name="token" value=token />
                        <input type="hidden" name="username" autocomplete="username" value=user.username />
                        <PasswordFields wrong />
                        <button type="submit" class="button button-primary w-full">"Set password"</button>
                    </form>
                </div>
            </Page>
        }
        .into_any())
    })
}
