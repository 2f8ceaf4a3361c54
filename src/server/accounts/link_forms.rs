//! Forms that are authorised by a secret link instead of a session: a new password, the first administrator.

use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use serde::Deserialize;
use std::sync::Arc;

use crate::{
    actions::flash::{Flash, Outcome},
    domain::paths,
    server::{
        ServerState,
        forms::{Form, Posted, broken},
    },
    ui::{FirstAdministratorPage, FormRefused, ResetPasswordPage},
    usecases::{
        Origin, UseCaseError,
        accounts::{
            first_administrator::{FirstAdministrator, create_first_administrator},
            reset_links::use_reset_link,
        },
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AccountForm {
    token: String,
    username: String,
    name: String,
    password: String,
    password_confirmation: String,
}

/// Sets the password, and redirects to the sign-in page.
pub(super) async fn reset_password(
    State(state): State<Arc<ServerState>>,
    Extension(origin): Extension<Origin>,
    Form { posted, fields: form }: Form<AccountForm>,
) -> Response {
    let done =
        use_reset_link(&state.app, &origin, &form.token, &form.password, &form.password_confirmation).await;
    answer(ResetPasswordPage, posted, form, done, Outcome::PasswordSet).await
}

/// Creates the administrator, and redirects to the sign-in page.
pub(super) async fn first_administrator(
    State(state): State<Arc<ServerState>>,
    Extension(origin): Extension<Origin>,
    Form { posted, fields: form }: Form<AccountForm>,
) -> Response {
    let new = FirstAdministrator {
        token: &form.token,
        username: &form.username,
        name: &form.name,
        password: &form.password,
        again: &form.password_confirmation,
    };
    let done = create_first_administrator(&state.app, &origin, &new).await;
    answer(FirstAdministratorPage, posted, form, done, Outcome::AdministratorMade).await
}

/// A redirect to the sign-in page on success, else the form with its input, except passwords.
async fn answer<V: IntoView + 'static>(
    page: fn() -> V,
    posted: Posted,
    form: AccountForm,
    done: Result<(), UseCaseError>,
    outcome: Outcome,
) -> Response {
    let (status, field, message) = match done {
        Ok(()) => {
            let flash = Flash { subject: String::from("session"), outcome };
            let cookie = flash.cookie(posted.state().cookies);
            return ([(header::SET_COOKIE, cookie)], Redirect::to(paths::SIGN_IN)).into_response();
        }
        Err(UseCaseError::Invalid { field, message }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, field.to_owned(), message)
        }
        // The page looks up the link itself, and says that it is invalid.
        Err(UseCaseError::NotFound(_)) => (StatusCode::NOT_FOUND, String::new(), String::new()),
        Err(error) => {
            let (status, message) = broken(&error);
            (status, String::new(), message)
        }
    };
    let AccountForm { token, username, name, .. } = form;
    posted.page_again(page, FormRefused { token, username, name, field, message }, status).await
}
