//! What the sign-in page has of the provider: its button, why it did not sign somebody in, and that
//! its own session stays.

use leptos::prelude::*;

use crate::{
    actions::support::handed_over,
    domain::paths,
    ui::components::{AlertNote, StatusNote},
};

/// By whom people sign in besides passwords; nobody, where there is none.
#[derive(Clone, Debug)]
pub struct ProviderButton {
    /// What the button says.
    pub name: String,
    /// How it is called where identities are linked.
    pub issuer: String,
    pub available: bool,
    /// Whether one can sign out there, too.
    pub ends_sessions: bool,
}

/// That a sign-in by the provider just failed.
#[derive(Clone, Debug)]
pub struct ProviderSignInFailed {
    pub message: &'static str,
    pub return_to: String,
    /// Under which the log says more.
    pub request_id: String,
}

/// Where to go after all, when a sign-in by the provider just failed.
pub(super) fn kept_return() -> Option<String> {
    handed_over().map(|failed: ProviderSignInFailed| failed.return_to)
}

/// Why the provider did not sign somebody in.
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

/// That the session here has ended, and the provider's has not.
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

/// Leads to the provider; says so where it does not answer.
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
