//! A new password, typed twice.

use leptos::prelude::*;

use crate::domain::password::{LEAST, MOST, RECOMMENDED};

/// `wrong` says which of the two was refused, by its name.
#[component]
pub fn PasswordFields(#[prop(into)] wrong: String) -> impl IntoView {
    let invalid = move |name: &str| (wrong == name).then_some("true");
    view! {
        <div>
            <label for="password" class="label">"New password"</label>
            <input
                id="password"
                name="password"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                minlength=LEAST
                maxlength=MOST
                aria-describedby="password-help"
                aria-invalid=invalid("password")
            />
            <p id="password-help" class="mt-1 text-sm text-muted">
                {format!("At least {LEAST} characters; {RECOMMENDED} or more are recommended. A few words in a row are easy to keep and hard to guess.")}
            </p>
        </div>
        <div>
            <label for="password-confirmation" class="label">"New password again"</label>
            <input
                id="password-confirmation"
                name="password_confirmation"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                maxlength=MOST
                aria-invalid=invalid("password_confirmation")
            />
        </div>
    }
}
