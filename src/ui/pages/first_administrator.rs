//! The first page of a new server: its one-time link makes the first administrator.

use leptos::prelude::*;

use super::anybody;
use crate::{
    actions::support::{handed_over, query_parameter},
    domain::paths,
    ui::{
        app::FormRefused,
        components::{AlertNote, PasswordFields},
        layout::Page,
    },
    usecases::first_administrator::check_first_administrator_link,
};

#[component]
pub fn FirstAdministratorPage() -> impl IntoView {
    let refused: Option<FormRefused> = handed_over();
    let token = match &refused {
        Some(refused) => refused.token.clone(),
        None => query_parameter("token").unwrap_or_default(),
    };
    anybody(move |app| async move {
        check_first_administrator_link(&app, &token).await?;
        let message = refused.as_ref().map(|it| it.message.clone());
        let FormRefused { username, name, field, .. } = refused.unwrap_or_default();
        let invalid = |name: &str| (field == name).then_some("true");
        let (username_invalid, name_invalid) = (invalid("username"), invalid("name"));
        Ok(view! {
            <Page title="Create the administrator">
                <div class="mx-auto max-w-sm py-12">
                    <h1 class="text-2xl font-semibold">"Create the administrator"</h1>
                    <p class="mt-2 text-muted">
                        "This server has no users yet. Its first may do everything, everywhere, and can help the others."
                    </p>
                    {message.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                    <form method="post" action=paths::FIRST_ADMINISTRATOR class="mt-6 space-y-5">
                        <input type="hidden" name="token" value=token />
                        <div>
                            <label for="username" class="label">"User name"</label>
                            <input
                                id="username"
                                name="username"
                                class="field mt-1 w-full"
                                autocomplete="username"
                                autocapitalize="none"
                                spellcheck="false"
                                required
                                maxlength="64"
                                aria-invalid=username_invalid
                                value=username
                            />
                        </div>
                        <div>
                            <label for="name" class="label">"Name"</label>
                            <input
                                id="name"
                                name="name"
                                class="field mt-1 w-full"
                                autocomplete="name"
                                maxlength="128"
                                aria-describedby="name-help"
                                aria-invalid=name_invalid
                                value=name
                            />
                            <p id="name-help" class="mt-1 text-sm text-muted">"As others see it. Empty for the user name."</p>
                        </div>
                        <PasswordFields wrong=field />
                        <button type="submit" class="button button-primary w-full">"Create administrator"</button>
                    </form>
                </div>
            </Page>
        }
        .into_any())
    })
}
