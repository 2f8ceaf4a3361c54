//! Routes of accounts: sign-in and sign-out, a user's own settings, and user administration.

use axum::routing::get;

use super::{forms, link_forms, sign_in, token_forms, user_forms};
use crate::{
    actions::accounts::{confirm, password, sessions, tokens, users},
    domain::paths,
    server::{oidc, routes::Routes},
    ui::{
        AccessTokensPage, ActiveSessionsPage, ConfirmPage, FirstAdministratorPage, PasswordPage,
        ResetPasswordPage, SignInPage,
    },
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .at(paths::SIGN_IN, get(sign_in::show).post(sign_in::sign_in))
        .with_slash(paths::SIGN_IN, SignInPage)
        .form(paths::SIGN_OUT, sign_in::sign_out)
        .at(paths::PROVIDER_SIGN_IN, get(oidc::start))
        .at(paths::PROVIDER_CALLBACK, get(oidc::callback))
        .at(paths::PROVIDER_SIGN_OUT, get(oidc::sign_out))
        .page_and_form(paths::PASSWORD_RESET, ResetPasswordPage, link_forms::reset_password)
        .page_and_form(paths::FIRST_ADMINISTRATOR, FirstAdministratorPage, link_forms::first_administrator)
        .page(paths::CONFIRM, ConfirmPage)
        .form(confirm::ADDRESS, forms::confirm_sign_in)
        .page(paths::PASSWORD, PasswordPage)
        .form(password::ADDRESS, forms::change_password)
        .page(paths::SESSIONS, ActiveSessionsPage)
        .form(sessions::REVOKE_ADDRESS, forms::revoke_session)
        .form(sessions::END_OTHERS_ADDRESS, forms::end_other_sessions)
        .page(paths::ACCESS_TOKENS, AccessTokensPage)
        .form(tokens::CREATE_ADDRESS, token_forms::create)
        .form(tokens::REVOKE_ADDRESS, token_forms::revoke)
        .form(users::RESET_LINK_ADDRESS, user_forms::make_reset_link)
        .form(users::CREATE_ADDRESS, user_forms::create)
        .form(users::EDIT_ADDRESS, user_forms::edit)
        .form(users::BLOCK_ADDRESS, user_forms::block)
        .form(users::UNBLOCK_ADDRESS, user_forms::unblock)
        .form(users::END_SESSIONS_ADDRESS, user_forms::end_sessions)
        .form(users::DELETE_ADDRESS, user_forms::delete)
}
