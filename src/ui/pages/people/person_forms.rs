//! The forms on a person's page: edit, access, delete.

use leptos::prelude::*;

use super::new_person::{Text, Tick};
use crate::{
    actions::{
        accounts::users::{
            BLOCK_ADDRESS, DELETE_ADDRESS, EDIT_ADDRESS, END_SESSIONS_ADDRESS, RESET_LINK_ADDRESS,
            UNBLOCK_ADDRESS,
        },
        query::Query,
    },
    domain::user::UserKind,
    ui::components::{Field, Wrong, described_by},
    usecases::people::show_person::Person,
};

/// Fields as they were entered before a refusal, or else as they are. Beside each stands what it is, so that
/// only what was edited is saved.
#[component]
pub(super) fn EditForm(person: Person, typed: Query, wrong: Wrong) -> impl IntoView {
    let user = person.account.user;
    let email = person.account.email.unwrap_or_default();
    let entered = |field: &str, now: &str| typed.get(field).unwrap_or(now).to_owned();
    let is_admin = typed.get("is_admin").map_or(user.is_admin, |it| it == "true");
    let help = if person.is_caller {
        "Has every permission. Only another administrator can take this from you."
    } else {
        "Has every permission."
    };
    view! {
        <section class="card mt-8 p-5" aria-labelledby="edit">
            <h2 id="edit" class="text-base font-semibold">"Edit"</h2>
            <form method="post" action=EDIT_ADDRESS class="mt-4 max-w-md space-y-5">
                <input type="hidden" name="username" value=user.username.clone() />
                <input type="hidden" name="seen_name" value=user.name.clone() />
                <input type="hidden" name="seen_email" value=email.clone() />
                <input type="hidden" name="seen_is_admin" value=user.is_admin.to_string() />
                <Text id="name" label="Name" help="As others see it." value=entered("name", &user.name) wrong=wrong.with("name") required=true />
                <Text id="new_username" label="User name" help="The name to sign in with. Earlier entries of the audit log keep the old one." value=entered("new_username", &user.username) wrong=wrong.with("username") required=true />
                <Text id="email" label="Email address" help="Identifies them when they sign in through a provider." value=entered("email", &email) wrong=wrong.with("email") />
                <Tick id="is_admin" label="Administrator" help=help checked=is_admin />
                <button type="submit" class="button button-primary">"Save"</button>
            </form>
        </section>
    }
}

#[component]
pub(super) fn Access(person: Person) -> impl IntoView {
    let user = person.account.user;
    let (blocked, is_person) = (user.is_blocked(), user.kind == UserKind::Human);
    let block = if person.is_caller {
        view! { <p class="text-sm text-muted">"This is your own account. Only another administrator can block it."</p> }
            .into_any()
    } else if blocked {
        let help = "Lets them sign in again, with the roles, seats and tokens they had.";
        view! { <Act address=UNBLOCK_ADDRESS username=user.username.clone() label="Unblock" to="" help /> }
            .into_any()
    } else {
        let help = "Ends their sessions, refuses their tokens and links, and stops their reviews at once. Roles, seats and tokens are kept.";
        view! { <Act address=BLOCK_ADDRESS username=user.username.clone() label="Block" to="" help /> }
            .into_any()
    };
    let link = (is_person && !blocked).then(|| {
        let help = "A link to set a new password once, within 24 hours. No email is sent.";
        view! { <Act address=RESET_LINK_ADDRESS username=user.username.clone() label="Make a reset link" to="for " help /> }
    });
    let sessions = (person.sessions > 0).then(|| {
        let help = "Signs them out everywhere.";
        view! { <Act address=END_SESSIONS_ADDRESS username=user.username.clone() label="End sessions" to="of " help /> }
    });
    view! {
        <section class="card mt-8 p-5" aria-labelledby="access">
            <h2 id="access" class="text-base font-semibold">"Access"</h2>
            <div class="mt-4 space-y-5">{link}{sessions}{block}</div>
        </section>
    }
}

/// A button with what it does. `to` stands between its label and the user name, for screen readers.
#[component]
fn Act(
    address: &'static str,
    username: String,
    label: &'static str,
    to: &'static str,
    help: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=address class="flex flex-wrap items-center gap-x-4 gap-y-2">
            <input type="hidden" name="username" value=username.clone() />
            <p class="min-w-0 flex-1 basis-60 text-sm text-muted">{help}</p>
            <button type="submit" class="button">
                {label}<span class="sr-only">{format!(" {to}{username}")}</span>
            </button>
        </form>
    }
}

/// Asks for the username to be typed, as it cannot be undone.
#[component]
pub(super) fn Deletion(person: Person, wrong: Wrong) -> impl IntoView {
    let username = person.account.user.username;
    let wrong = wrong.with("confirmation");
    let is_wrong = wrong.is_some();
    view! {
        <section class="card mt-8 p-5" aria-labelledby="delete">
            <h2 id="delete" class="text-base font-semibold">"Delete"</h2>
            {if person.is_caller {
                view! { <p class="mt-2 text-sm text-muted">"This is your own account. Only another administrator can delete it."</p> }
                    .into_any()
            } else {
                view! {
                    <p class="mt-2 max-w-prose text-sm">
                        "This deletes their roles, seats, tokens and preferences, and cannot be undone. Their consents stay valid, and the audit log keeps their name. To shut somebody out for a while, block them instead."
                    </p>
                    <form method="post" action=DELETE_ADDRESS class="mt-4 max-w-md space-y-4">
                        <input type="hidden" name="username" value=username.clone() />
                        <Field id="confirmation" label="Type the user name to confirm" wrong>
                            <input
                                id="confirmation"
                                name="confirmation"
                                class="field mt-1 w-full"
                                autocomplete="off"
                                autocapitalize="none"
                                spellcheck="false"
                                required
                                maxlength="255"
                                autofocus=is_wrong
                                aria-invalid=is_wrong.then_some("true")
                                aria-describedby=described_by("confirmation", false, is_wrong)
                            />
                        </Field>
                        <button type="submit" class="button"><span class="wrap-anywhere">"Delete @"{username}</span></button>
                    </form>
                }
                    .into_any()
            }}
        </section>
    }
}
