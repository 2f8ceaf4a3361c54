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
    actions::{
        cookies::SESSION_COOKIE,
        flash::{Flash, Outcome},
    },
    domain::paths,
    server::{
        ServerState,
        forms::{Form, Posted, broken},
        headers::user_agent,
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
    let (token, new, again) = (&form.token, &form.password, &form.password_confirmation);
    match use_reset_link(&state.app, &origin, token, new, again).await {
        Ok(()) => {
            let flash = Flash { subject: String::from("session"), outcome: Outcome::PasswordSet };
            let cookie = flash.cookie(posted.state().cookies);
            ([(header::SET_COOKIE, cookie)], Redirect::to(paths::SIGN_IN)).into_response()
        }
        Err(error) => refused(ResetPasswordPage, posted, form, error).await,
    }
}

/// Creates the administrator, signs them in, and redirects to the home page.
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
        user_agent: &user_agent(&posted.parts().headers),
    };
    match create_first_administrator(&state.app, &origin, &new).await {
        Ok(token) => {
            let seconds = state.app.settings.session_absolute_millis / 1000;
            let cookie = state.cookies.set(SESSION_COOKIE, token, seconds);
            ([(header::SET_COOKIE, cookie)], Redirect::to(paths::HOME)).into_response()
        }
        Err(error) => refused(FirstAdministratorPage, posted, form, error).await,
    }
}

/// The form with its input, except passwords.
async fn refused<V: IntoView + 'static>(
    page: fn() -> V,
    posted: Posted,
    form: AccountForm,
    error: UseCaseError,
) -> Response {
    let (status, field, message) = match error {
        UseCaseError::Invalid { field, message } => {
            (StatusCode::UNPROCESSABLE_ENTITY, field.to_owned(), message)
        }
        // The page looks up the link itself, and says that it is invalid.
        UseCaseError::NotFound(_) => (StatusCode::NOT_FOUND, String::new(), String::new()),
        error => {
            let (status, message) = broken(&error);
            (status, String::new(), message)
        }
    };
    let AccountForm { token, username, name, .. } = form;
    posted.page_again(page, FormRefused { token, username, name, field, message }, status).await
}
