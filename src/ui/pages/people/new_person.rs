//! *New person*, for administrators.

use leptos::prelude::*;

use crate::{
    actions::{
        accounts::users::{CREATE_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::paths,
    ui::{
        components::{AlertNote, Field, Wrong, described_by},
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::administrator::Administrator,
};

/// Fields that show their errors themselves.
const FIELDS: [&str; 3] = ["username", "name", "email"];

#[component]
pub fn NewPersonPage() -> impl IntoView {
    let typed = Query::of_page();
    visit(move |visit| async move {
        Administrator::reading(&visit.signed_in.caller)?;
        let wrong = match visit.flash_about(SUBJECT).map(|flash| &flash.outcome) {
            Some(Outcome::Failed(error)) => Wrong::from(error),
            _ => Wrong::default(),
        };
        let beyond = wrong.beyond(&FIELDS);
        let crumbs = vec![
            Crumb::link("Administration", paths::ADMIN),
            Crumb::link("People", paths::ADMIN_PEOPLE),
            Crumb::here("New person"),
        ];
        Ok(view! {
            <Page title="New person" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_PEOPLE))>
                <h1 class="pt-4 text-2xl font-semibold">"New person"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "You get a link to pass on, with which they set a password. No email is sent."
                </p>
                {beyond.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                <form method="post" action=CREATE_ADDRESS class="mt-6 max-w-md space-y-5">
                    <Text id="username" label="User name" help="The name to sign in with. Letters, digits, dots, dashes and underscores." value=typed.text("username") wrong=wrong.with("username") required=true />
                    <Text id="name" label="Name" help="As others see it. Leave empty to use the user name." value=typed.text("name") wrong=wrong.with("name") />
                    <Text id="email" label="Email address" help="Optional. Identifies them when they sign in through a provider." value=typed.text("email") wrong=wrong.with("email") />
                    <Tick id="is_admin" label="Administrator" help="Has every permission." checked={typed.text("is_admin") == "true"} />
                    <Tick id="bot" label="Bot" help="An account for a program: it has access tokens but no password, and cannot consent." checked={typed.text("bot") == "true"} />
                    <div class="flex flex-wrap gap-3">
                        <button type="submit" class="button button-primary">"Create"</button>
                        <a class="button" href=paths::ADMIN_PEOPLE>"Cancel"</a>
                    </div>
                </form>
            </Page>
        }
        .into_any())
    })
}

/// A line of text; its `id` is its name as well.
#[component]
pub(super) fn Text(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    value: String,
    #[prop(optional_no_strip)] wrong: Option<String>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    view! {
        <Field id label wrong>
            <input
                id=id
                name=id
                class="field mt-1 w-full"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required=required
                maxlength="255"
                autofocus=is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by(id, true, is_wrong)
                value=value
            />
            <p id=format!("{id}-help") class="mt-1 text-sm text-muted">{help}</p>
        </Field>
    }
}

/// A checkbox with its help.
#[component]
pub(super) fn Tick(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    checked: bool,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    let help_id = format!("{id}-help");
    view! {
        <div class="flex items-start gap-3">
            <input
                type="checkbox"
                id=id
                name=id
                value="true"
                class="checkbox"
                checked=checked
                disabled=disabled
                aria-describedby=help_id.clone()
            />
            <span>
                <label for=id class="font-medium">{label}</label>
                <span id=help_id class="block text-sm text-muted">{help}</span>
            </span>
        </div>
    }
}
