//! The identity provider on the sign-in page: its button, why a sign-in failed, and a note that its own
//! session is still open.

use leptos::prelude::*;

use crate::{
    actions::support::handed_over,
    domain::paths,
    ui::components::{AlertNote, StatusNote},
};

/// The identity provider as pages show it; absent when none is configured.
#[derive(Clone, Debug)]
pub struct ProviderButton {
    /// The button's label.
    pub name: String,
    /// Its issuer, under which identities are linked.
    pub issuer: String,
    pub available: bool,
    /// Whether it supports signing out there as well.
    pub ends_sessions: bool,
}

/// Request extension: a sign-in through the provider just failed.
#[derive(Clone, Debug)]
pub struct ProviderSignInFailed {
    pub message: &'static str,
    pub return_to: String,
    /// The id under which the log has the cause.
    pub request_id: String,
}

/// The page to return to, carried over from a sign-in through the provider that just failed.
pub(super) fn kept_return() -> Option<String> {
    handed_over().map(|failed: ProviderSignInFailed| failed.return_to)
}

/// Why the sign-in through the provider failed.
#[component]
pub(super) fn ProviderFailure() -> impl IntoView {
    let failed: ProviderSignInFailed = handed_over()?;
    Some(view! {
        <AlertNote>
            <p>{failed.message}</p>
            <p class="mt-1 break-words text-muted">"Request "<code>{failed.request_id}</code></p>
        </AlertNote>
    })
}

/// Says that the session here has ended but the provider's has not.
#[component]
pub(super) fn SignedOutHere() -> impl IntoView {
    let ends_sessions = use_context::<ProviderButton>().is_some_and(|it| it.ends_sessions);
    view! {
        <StatusNote>
            "You are signed out here. You may still be signed in at the sign-in service."
            {ends_sessions
                .then(|| {
                    view! { " "<a href=paths::PROVIDER_SIGN_OUT rel="external">"Sign out there too"</a> }
                })}
        </StatusNote>
    }
}

/// The link to the provider; a note when it is unreachable.
#[component]
pub(super) fn ProviderSignIn(return_to: String) -> impl IntoView {
    let provider = use_context::<ProviderButton>()?;
    Some(view! {
        <div class="mt-6">
            {if provider.available {
                let href = paths::provider_sign_in_returning_to(&return_to);
                view! {
                    <a class="button w-full" href=href rel="external">{provider.name}</a>
                    <p class="mt-6 text-center text-sm text-muted">"Or with a password"</p>
                }
                    .into_any()
            } else {
                view! {
                    <p class="note">
                        <strong>{provider.name}</strong>
                        " is not available now: the service does not answer. Use a password, or try again later."
                    </p>
                }
                    .into_any()
            }}
        </div>
    })
}
