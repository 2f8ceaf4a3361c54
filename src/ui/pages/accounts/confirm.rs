//! *Confirm it is you*: re-authentication by password or identity provider, before consent, new tokens and
//! administration.

use leptos::prelude::*;

use super::provider::ProviderButton;
use crate::{
    actions::{
        accounts::confirm::{ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::paths,
    ui::{
        components::{AlertNote, PasswordField, Wrong},
        layout::Page,
        pages::visit,
    },
    usecases::accounts::confirm_sign_in::{has_password, is_linked},
};

#[component]
pub fn ConfirmPage() -> impl IntoView {
    let query = Query::of_page();
    let provider: Option<ProviderButton> = use_context();
    visit(move |visit| async move {
        let (app, caller) = (&visit.app, &visit.signed_in.caller);
        let with_password = has_password(app, caller).await?;
        let provider = match provider {
            Some(provider) if is_linked(app, caller, &provider.issuer).await? => Some(provider),
            _ => None,
        };
        let no_way = !with_password && provider.is_none();
        let username = visit.signed_in.caller.actor.username.clone();
        let back = paths::safe_return(query.get("return_to")).to_owned();
        let failed = visit.flash_about(SUBJECT).and_then(|flash| match &flash.outcome {
            Outcome::Failed(error) => Some(Wrong::from(error)),
            _ => None,
        });
        let wrong = failed.unwrap_or_default();
        let shown: &[&str] = if with_password { &["password"] } else { &[] };
        let failed = wrong.beyond(shown);
        let wrong = wrong.with("password");
        Ok(view! {
            <Page title="Confirm it is you">
                <div class="mx-auto max-w-sm py-12">
                    <h1 class="text-2xl font-semibold">"Confirm it is you"</h1>
                    <p class="mt-2 text-muted">
                        "This is a sensitive action, and you signed in a while ago. Nothing has been done yet: afterwards you return to where you were."
                    </p>
                    {failed.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                    // All authentication methods, one below the other.
                    <div class="mt-6 space-y-6">
                        {with_password.then(|| view! { <WithPassword username back=back.clone() wrong /> })}
                        {provider.map(|provider| view! { <AtProvider provider back=back.clone() /> })}
                        {no_way
                            .then(|| {
                                view! {
                                    <p class="note note-info">
                                        "Your account has no password. Sign out, and sign in again the way you do."
                                    </p>
                                }
                            })}
                    </div>
                    <p class="mt-6"><a href=back>"Cancel"</a></p>
                </div>
            </Page>
        }
        .into_any())
    })
}

#[component]
fn WithPassword(username: String, back: String, wrong: Option<String>) -> impl IntoView {
    view! {
        <form method="post" action=ADDRESS class="space-y-4">
            <input type="hidden" name="return_to" value=back />
            <p class="text-sm">"Signed in as " <strong>"@"{username.clone()}</strong></p>
            // For password managers, which look for the user name of the password.
            <input type="hidden" name="username" autocomplete="username" value=username />
            <PasswordField id="password" name="password" label="Password" wrong autofocus=true />
            <button type="submit" class="button button-primary w-full">"Confirm"</button>
        </form>
    }
}

/// The provider authenticates the user again even if it has a session.
#[component]
fn AtProvider(provider: ProviderButton, back: String) -> impl IntoView {
    if !provider.available {
        return view! {
            <p class="note"><strong>{provider.name}</strong>" is not available now: the service does not answer."</p>
        }
        .into_any();
    }
    let href = paths::provider_confirm_returning_to(&back);
    let too_long = paths::short_return(&back) != back;
    view! {
        {too_long
            .then(|| {
                view! {
                    <p class="note">
                        "What you typed is too long to be kept during the sign-in. Go back and copy it first."
                    </p>
                }
            })}
        <a class="button w-full" href=href rel="external">{provider.name}</a>
    }
    .into_any()
}
