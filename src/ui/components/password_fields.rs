//! A new password, typed twice.

use leptos::prelude::*;

use super::Field;
use crate::domain::password::{LEAST, RECOMMENDED};

/// Neither has a `maxlength`: browsers cut off what is pasted without a word, and count otherwise.
///
/// `wrong` says which of the two was refused, by its name.
#[component]
pub fn PasswordFields(#[prop(into)] wrong: String) -> impl IntoView {
    let invalid = |name: &str| (wrong == name).then_some("true");
    let (first, second) = (invalid("password"), invalid("password_confirmation"));
    view! {
        <Field id="password" label="New password">
            <input
                id="password"
                name="password"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                minlength=LEAST
                aria-describedby="password-help"
                aria-invalid=first
            />
            <p id="password-help" class="mt-1 text-sm text-muted">
                {format!("At least {LEAST} characters; {RECOMMENDED} or more are recommended. A few words in a row are easy to keep and hard to guess.")}
            </p>
        </Field>
        <Field id="password-confirmation" label="New password again">
            <input
                id="password-confirmation"
                name="password_confirmation"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                aria-invalid=second
            />
        </Field>
    }
}
