//! *Confirm it is you*: the password again, before consent, a new token or administration.

use leptos::prelude::*;

use super::visit;
use crate::{
    actions::{
        confirm::{ADDRESS, SUBJECT},
        flash::Outcome,
        support::query_parameter,
    },
    domain::paths,
    ui::{components::AlertNote, layout::Page},
    usecases::confirm_sign_in::has_password,
};

#[component]
pub fn ConfirmPage() -> impl IntoView {
    let return_to = query_parameter("return_to");
    visit(move |visit| async move {
        let with_password = has_password(&visit.app, &visit.signed_in.caller).await?;
        let username = visit.signed_in.caller.actor.username.clone();
        let back = paths::safe_return(return_to.as_deref()).to_owned();
        let failed = visit.flash_about(SUBJECT).and_then(|flash| match &flash.outcome {
            Outcome::Failed(error) => Some(error.message()),
            _ => None,
        });
        Ok(view! {
            <Page title="Confirm it is you">
                <div class="mx-auto max-w-sm py-12">
                    <h1 class="text-2xl font-semibold">"Confirm it is you"</h1>
                    <p class="mt-2 text-muted">
                        "What you are about to do matters, and you signed in a while ago. Nothing was done yet: afterwards you are back where you were."
                    </p>
                    {failed.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                    // Every way to prove who one is stands here, one below the other.
                    <div class="mt-6 space-y-6">
                        {if with_password {
                            view! { <WithPassword username back=back.clone() /> }.into_any()
                        } else {
                            view! {
                                <p class="note note-info">
                                    "Your account has no password. Sign out, and sign in again the way you do."
                                </p>
                            }
                                .into_any()
                        }}
                    </div>
                    <p class="mt-6"><a href=back>"Cancel"</a></p>
                </div>
            </Page>
        }
        .into_any())
    })
}

#[component]
fn WithPassword(username: String, back: String) -> impl IntoView {
    view! {
        <form method="post" action=ADDRESS class="space-y-4">
            <input type="hidden" name="return_to" value=back />
            <p class="text-sm">"Signed in as " <strong>"@"{username.clone()}</strong></p>
            // For password managers, which look for whose password it is.
            <input type="hidden" name="username" autocomplete="username" value=username />
            <div>
                <label for="password" class="label">"Password"</label>
                <input
                    id="password"
                    name="password"
                    type="password"
                    class="field mt-1 w-full"
                    autocomplete="current-password"
                    required
                    maxlength="256"
                    autofocus
                />
            </div>
            <button type="submit" class="button button-primary w-full">"Confirm"</button>
        </form>
    }
}
