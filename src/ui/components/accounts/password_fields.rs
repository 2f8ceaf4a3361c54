//! A new password and its confirmation.

use leptos::prelude::*;

use crate::{
    domain::accounts::password::{LEAST, RECOMMENDED},
    ui::components::{Field, Wrong, described_by},
};

/// Neither field has a `maxlength`: browsers silently truncate pasted text, and count UTF-16 units.
///
/// `wrong` is the error of one of the two.
#[component]
pub fn PasswordFields(wrong: Wrong) -> impl IntoView {
    let (first, second) = (wrong.with("password"), wrong.with("password_confirmation"));
    let (first_is_wrong, second_is_wrong) = (first.is_some(), second.is_some());
    view! {
        <Field id="password" label="New password" wrong=first>
            <input
                id="password"
                name="password"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                minlength=LEAST
                autofocus=first_is_wrong
                aria-invalid=first_is_wrong.then_some("true")
                aria-describedby=described_by("password", true, first_is_wrong)
            />
            <p id="password-help" class="mt-1 text-sm text-muted">
                {format!("At least {LEAST} characters; {RECOMMENDED} or more are recommended. A few words in a row are easy to remember and hard to guess.")}
            </p>
        </Field>
        <Field id="password-confirmation" label="New password again" wrong=second>
            <input
                id="password-confirmation"
                name="password_confirmation"
                type="password"
                class="field mt-1 w-full"
                autocomplete="new-password"
                required
                autofocus=second_is_wrong
                aria-invalid=second_is_wrong.then_some("true")
                aria-describedby=described_by("password-confirmation", false, second_is_wrong)
            />
        </Field>
    }
}
