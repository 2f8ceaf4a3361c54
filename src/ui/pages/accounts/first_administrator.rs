//! The page behind the one-time link of a new server, which creates the first administrator.

use leptos::prelude::*;

use crate::{
    actions::{query::Query, support::handed_over},
    domain::paths,
    ui::{
        app::FormRefused,
        components::{AlertNote, Field, PasswordFields, UsernameField, Wrong, described_by},
        layout::Page,
        pages::{anybody, problem::problem},
    },
    usecases::{UseCaseError, accounts::first_administrator::check_first_administrator_link},
};

#[component]
pub fn FirstAdministratorPage() -> impl IntoView {
    let refused: Option<FormRefused> = handed_over();
    let token = match &refused {
        Some(refused) => refused.token.clone(),
        None => Query::of_page().text("token"),
    };
    anybody(move |app| async move {
        match check_first_administrator_link(&app, &token).await {
            Err(UseCaseError::NotFound(_)) => {
                return Ok(problem(
                    404,
                    "This link does not work any more",
                    "It was used, or it has expired. If this server has an administrator already, sign in, or ask them for an account. If it has none, restart it: it prints a new link.",
                ));
            }
            other => other?,
        }
        let FormRefused { username, name, field, message, .. } = refused.unwrap_or_default();
        let wrong = Wrong { field, message };
        let message = wrong.beyond(&["username", "name", "password", "password_confirmation"]);
        let (name_wrong, username_wrong) = (wrong.with("name"), wrong.with("username"));
        let name_is_wrong = name_wrong.is_some();
        Ok(view! {
            <Page title="Create the administrator">
                <div class="mx-auto max-w-sm py-12">
                    <h1 class="text-2xl font-semibold">"Create the administrator"</h1>
                    <p class="mt-2 text-muted">
                        "This server has no users yet. The first one is an administrator: they can do everything, and can create reset links for others."
                    </p>
                    {message.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                    <form method="post" action=paths::FIRST_ADMINISTRATOR class="mt-6 space-y-5">
                        <input type="hidden" name="token" value=token />
                        <UsernameField value=username wrong=username_wrong />
                        <Field id="name" label="Name" wrong=name_wrong>
                            <input
                                id="name"
                                name="name"
                                class="field mt-1 w-full"
                                autocomplete="name"
                                maxlength="128"
                                autofocus=name_is_wrong
                                aria-invalid=name_is_wrong.then_some("true")
                                aria-describedby=described_by("name", true, name_is_wrong)
                                value=name
                            />
                            <p id="name-help" class="mt-1 text-sm text-muted">"As others see it. Leave empty to use the user name."</p>
                        </Field>
                        <PasswordFields wrong />
                        <button type="submit" class="button button-primary w-full">"Create administrator"</button>
                    </form>
                </div>
            </Page>
        }
        .into_any())
    })
}
