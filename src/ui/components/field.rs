//! The fields that several forms have, and what is wrong with one.

use leptos::prelude::*;

use crate::actions::error::ActionError;

/// Why a form was refused, and which of its fields that is about.
#[derive(Clone, Debug, Default)]
pub struct Wrong {
    /// As the form calls it; empty where it is about none.
    pub field: String,
    pub message: String,
}

impl Wrong {
    /// What is wrong with the field of this name.
    pub fn with(&self, field: &str) -> Option<String> {
        (self.field == field && !field.is_empty()).then(|| self.message.clone())
    }

    /// What is wrong beyond these fields, beside which it is not said then.
    pub fn beyond(&self, fields: &[&str]) -> Option<String> {
        (!self.message.is_empty() && !fields.contains(&self.field.as_str())).then(|| self.message.clone())
    }
}

impl From<&ActionError> for Wrong {
    fn from(error: &ActionError) -> Self {
        let field = match error {
            ActionError::Invalid { field, .. } => field.clone(),
            _ => String::new(),
        };
        Self { field, message: error.message() }
    }
}

/// A field under its label, with what is wrong with it below. `id` is the field's; it has to say
/// itself that it is [`described_by`] that, and have the focus then.
#[component]
pub fn Field(
    id: &'static str,
    label: &'static str,
    #[prop(optional_no_strip)] wrong: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="min-w-0">
            <label for=id class="label">{label}</label>
            {children()}
            {wrong.map(|message| view! { <FieldError id message /> })}
        </div>
    }
}

/// What is wrong with the field of this id.
#[component]
pub fn FieldError(id: &'static str, message: String) -> impl IntoView {
    view! { <p id=format!("{id}-error") role="alert" class="field-error">{message}</p> }
}

/// The ids of what describes a field: its help, where it has some, and what is wrong with it.
pub fn described_by(id: &str, has_help: bool, is_wrong: bool) -> Option<String> {
    match (has_help, is_wrong) {
        (true, true) => Some(format!("{id}-help {id}-error")),
        (true, false) => Some(format!("{id}-help")),
        (false, true) => Some(format!("{id}-error")),
        (false, false) => None,
    }
}

/// Whose account it is.
#[component]
pub fn UsernameField(value: String, #[prop(optional_no_strip)] wrong: Option<String>) -> impl IntoView {
    let is_wrong = wrong.is_some();
    view! {
        <Field id="username" label="User name" wrong>
            <input
                id="username"
                name="username"
                class="field mt-1 w-full"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                required
                maxlength="255"
                autofocus=is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by("username", false, is_wrong)
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
    #[prop(optional_no_strip)] wrong: Option<String>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    view! {
        <Field id label wrong>
            <input
                id=id
                name=name
                type="password"
                class="field mt-1 w-full"
                autocomplete="current-password"
                required
                autofocus=autofocus || is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by(id, false, is_wrong)
            />
        </Field>
    }
}
