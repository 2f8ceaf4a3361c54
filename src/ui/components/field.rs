//! The fields that several forms have.

use leptos::prelude::*;

/// A field under its label. `id` is the field's.
#[component]
pub fn Field(id: &'static str, label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="min-w-0">
            <label for=id class="label">{label}</label>
            {children()}
        </div>
    }
}

/// Whose account it is.
#[component]
pub fn UsernameField(value: String, #[prop(optional)] wrong: bool) -> impl IntoView {
    view! {
        <Field id="username" label="User name">
            <input
                id="username"
                name="username"
                class="field mt-1 w-full"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                required
                maxlength="255"
                aria-invalid=wrong.then_some("true")
                value=value
            />
        </Field>
    }
}

/// A password that there is already. `name` is what the form calls it.
#[component]
pub fn PasswordField(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] wrong: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    view! {
        <Field id label>
            <input
                id=id
                name=name
                type="password"
                class="field mt-1 w-full"
                autocomplete="current-password"
                required
                autofocus=autofocus
                aria-invalid=wrong.then_some("true")
            />
        </Field>
    }
}
