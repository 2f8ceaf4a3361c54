//! Form fields that several forms share, with their error messages.

use leptos::prelude::*;

use crate::actions::error::ActionError;

/// Why a form was refused, and the field at fault.
#[derive(Clone, Debug, Default)]
pub struct Wrong {
    /// The field's name in the form; empty when the error is about none.
    pub field: String,
    pub message: String,
}

impl Wrong {
    /// The error of the field with this name.
    pub fn with(&self, field: &str) -> Option<String> {
        (self.field == field && !field.is_empty()).then(|| self.message.clone())
    }

    /// The error, unless it is about one of these fields, which show it themselves.
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

/// A label, a control and its error below. The control in `children` has this `id`; it has to set
/// `aria-describedby` (see [`described_by`]) and take the focus when there is an error.
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

/// The error of the field with this id.
#[component]
pub fn FieldError(id: &'static str, message: String) -> impl IntoView {
    view! { <p id=format!("{id}-error") role="alert" class="field-error">{message}</p> }
}

/// The value of `aria-describedby`: the ids of the field's help and error; `None` when it has neither.
pub fn described_by(id: &str, has_help: bool, is_wrong: bool) -> Option<String> {
    match (has_help, is_wrong) {
        (true, true) => Some(format!("{id}-help {id}-error")),
        (true, false) => Some(format!("{id}-help")),
        (false, true) => Some(format!("{id}-error")),
        (false, false) => None,
    }
}

/// The user name.
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

/// The current password. `name` is the field's name in the form.
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
