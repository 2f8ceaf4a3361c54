//! Users, as GitLab's API creates, edits, blocks and deletes them: for administrators.

use axum::response::Response;
use http::StatusCode;

use super::user_views::{DeletingUser, NewUser, OneUser, User, UserChange};
use crate::{
    domain::{field_edit::FieldEdit, ids::UserId, paths::reset_link, token::Scope, user::UserKind},
    server::rest::{
        gitlab::{
            Answer,
            asked::Asked,
            change::{Change, NoParameters},
            documented::NotChanged,
            ignored::{Ignored, changed, explain, gone},
            refusal::GitlabRefusal,
        },
        json::Json,
    },
    usecases::{
        UseCaseError,
        accounts::{
            block_user::{block_user, unblock_user},
            browse_users::browse_changed_user,
            create_user::{CreateUser, create_account},
            delete_user::delete_account,
            edit_user::{EditUser, edit_user},
            user_error::UserError,
        },
        administrator::Administrator,
    },
};

/// GitLab's other parameters of a user.
const GITLABS: [&str; 33] = [
    "auditor",
    "avatar",
    "bio",
    "can_create_group",
    "color_scheme_id",
    "commit_email",
    "discord",
    "extern_uid",
    "external",
    "extra_shared_runners_minutes_limit",
    "github",
    "group_id_for_saml",
    "job_title",
    "linkedin",
    "location",
    "note",
    "organization",
    "private_profile",
    "projects_limit",
    "pronouns",
    "provider",
    "public_email",
    "shared_runners_minutes_limit",
    "skip_confirmation",
    "skip_reconfirmation",
    "skype",
    "state",
    "theme_id",
    "twitter",
    "view_diffs_file_by_file",
    "web_url",
    "website_url",
    "work_information",
];

/// Why these of them change nothing.
const REASONS: [(&str, &str); 3] = [
    ("extern_uid", "Linked when somebody signs in by the provider."),
    ("provider", "Linked when somebody signs in by the provider."),
    ("state", "Blocked by POST /users/:id/block."),
];

/// With an administrator of its own making, a token of this scope would be worth every scope.
const ADMINISTRATORS: &str =
    "Administrators are made on the page of the person, or at the command line. Nothing was changed";

/// Create a user
///
/// A person, with a password, or with `reset_password` and an address in the answer at which they set one, or
/// with `force_random_password` and none, who signs in by the provider. No administrator: they are made on the
/// page of the person, or at the command line. GitLab's other parameters change nothing and are listed in
/// `ignored`. As in GitLab. Needs an administrator and the scope `manage_users`.
#[utoipa::path(
    post,
    path = "/api/v4/users",
    operation_id = "create_user",
    tag = "users",
    request_body = NewUser,
    responses((status = 201, description = "The user.", body = User), NotChanged),
)]
pub async fn create(change: Change) -> Answer<Response> {
    let by = administrator(&change)?;
    let known = ["username", "name", "email", "admin", "password", "reset_password", "force_random_password"];
    let mut ignored = change.ignoring(&known, &GITLABS)?;
    explain(&mut ignored, &REASONS);
    let values = &change.values;
    if values.boolean("admin")? == Some(true) {
        return Err(GitlabRefusal::forbidden(ADMINISTRATORS));
    }
    let email = change.required("email")?;
    let (name, username) = (change.required("name")?, change.required("username")?);
    let password = values.text("password")?;
    let with_link = values.boolean("reset_password")? == Some(true);
    let without = values.boolean("force_random_password")? == Some(true);
    match (password.is_some(), with_link, without) {
        (true, false, false) | (false, true, _) | (false, false, true) => {}
        (false, false, false) => {
            let message = "password, reset_password, force_random_password are missing, at least one parameter must be provided";
            return Err(GitlabRefusal::bad_parameter(message));
        }
        (true, _, _) => {
            let message = "password, reset_password, force_random_password are mutually exclusive";
            return Err(GitlabRefusal::bad_parameter(message));
        }
    }
    let new =
        CreateUser { username, name, kind: UserKind::Human, is_admin: false, password, email: Some(email) };
    let (id, link) = create_account(&change.asked.api.app, &by, &new, with_link).await.map_err(refused)?;
    let link = link.map(|token| change.asked.api.absolute(&reset_link("", &token)));
    shown(&change, StatusCode::CREATED, id, link, ignored).await
}

/// Change a user
///
/// What is sent, all of it or, on an error, nothing; what is left out stays as it is. A password is not set
/// this way: make a link on the page of the person. Administrators are made there as well, or at the command
/// line; here the right is only taken away. GitLab's other parameters change nothing and are listed in
/// `ignored`. As in GitLab. Needs an administrator and the scope `manage_users`.
#[utoipa::path(
    put,
    path = "/api/v4/users/{id}",
    operation_id = "update_user",
    tag = "users",
    params(OneUser),
    request_body = UserChange,
    responses((status = 200, description = "The user after the change.", body = User), NotChanged),
)]
pub async fn update(change: Change) -> Answer<Response> {
    let by = administrator(&change)?;
    let id = change.asked.user("id", "User")?;
    let values = &change.values;
    if values.names().any(|name| matches!(name, "password" | "reset_password" | "force_random_password")) {
        let message =
            "password is not set by this API: make a link on the page of the person. Nothing was changed";
        return Err(GitlabRefusal::bad_parameter(message));
    }
    let mut ignored = change.ignoring(&["username", "name", "email", "admin"], &GITLABS)?;
    explain(&mut ignored, &REASONS);
    let Asked { api, caller, .. } = &change.asked;
    let admin = values.boolean("admin")?;
    if admin == Some(true) && !browse_changed_user(&api.app, caller, id).await?.listed.user.is_admin {
        return Err(GitlabRefusal::forbidden(ADMINISTRATORS));
    }
    let edit = EditUser {
        username: values.said("username")?.map(FieldEdit::to),
        name: values.said("name")?.map(FieldEdit::to),
        email: values.said("email")?.map(FieldEdit::to),
        // Whoever is one, and is to be, stays as they are.
        is_admin: admin.filter(|is| !*is).map(FieldEdit::to),
    };
    edit_user(&api.app, &by, id, &edit).await.map_err(refused)?;
    shown(&change, StatusCode::OK, id, None, ignored).await
}

/// Delete a user
///
/// With roles, seats and tokens, at once; ledger and audit events keep their acts. As in GitLab. Needs an
/// administrator and the scope `manage_users`. Neither oneself nor the last administrator can be deleted.
#[utoipa::path(
    delete,
    path = "/api/v4/users/{id}",
    operation_id = "delete_user",
    tag = "users",
    params(OneUser, DeletingUser),
    responses((status = 204, description = "The user is deleted."), NotChanged),
)]
pub async fn delete(change: Change) -> Answer<Response> {
    let by = administrator(&change)?;
    let id = change.asked.user("id", "User")?;
    let mut ignored = change.ignoring(&["hard_delete"], &[])?;
    if change.values.boolean("hard_delete")? == Some(true) {
        ignored.push(Ignored::new("hard_delete", "Ledger and audit events stay."));
    }
    delete_account(&change.asked.api.app, &by, id.into()).await.map_err(refused)?;
    Ok(gone(&ignored))
}

/// Block a user
///
/// Ends their sessions and refuses their tokens at once; roles and seats are kept. The answer is `true`, also
/// for somebody who is blocked already. As in GitLab. Needs an administrator and the scope `manage_users`.
/// Neither oneself nor the last administrator can be blocked.
#[utoipa::path(
    post,
    path = "/api/v4/users/{id}/block",
    operation_id = "block_user",
    tag = "users",
    params(OneUser),
    request_body = NoParameters,
    responses((status = 201, description = "The user is blocked.", body = bool, content_type = "application/json"), NotChanged),
)]
pub async fn block(change: Change) -> Answer<(StatusCode, Json<bool>)> {
    let by = administrator(&change)?;
    change.ignoring(&[], &[])?;
    let id = change.asked.user("id", "User")?;
    block_user(&change.asked.api.app, &by, id).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(true)))
}

/// Unblock a user
///
/// The answer is `true`, also for somebody who is not blocked. As in GitLab. Needs an administrator and the
/// scope `manage_users`.
#[utoipa::path(
    post,
    path = "/api/v4/users/{id}/unblock",
    operation_id = "unblock_user",
    tag = "users",
    params(OneUser),
    request_body = NoParameters,
    responses((status = 201, description = "The user is not blocked.", body = bool, content_type = "application/json"), NotChanged),
)]
pub async fn unblock(change: Change) -> Answer<(StatusCode, Json<bool>)> {
    let by = administrator(&change)?;
    change.ignoring(&[], &[])?;
    let id = change.asked.user("id", "User")?;
    unblock_user(&change.asked.api.app, &by, id).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(true)))
}

fn administrator(change: &Change) -> Answer<Administrator> {
    Ok(Administrator::by_api(&change.asked.caller, Scope::ManageUsers)?)
}

async fn shown(
    change: &Change,
    status: StatusCode,
    id: UserId,
    link: Option<String>,
    ignored: Vec<Ignored>,
) -> Answer<Response> {
    let user = browse_changed_user(&change.asked.api.app, &change.asked.caller, id).await?;
    Ok(changed(status, User::new(&change.asked.api, user).with(link, ignored.clone()), &ignored))
}

fn refused(error: UseCaseError) -> GitlabRefusal {
    let taken = |message: &str| {
        GitlabRefusal::Gitlab(StatusCode::CONFLICT, serde_json::json!({ "message": message }))
    };
    match error.own::<UserError>() {
        // Alone, as GitLab says it.
        Some(UserError::UsernameTaken) => taken("Username has already been taken"),
        Some(UserError::EmailTaken) => taken("Email has already been taken"),
        Some(error @ (UserError::Yourself | UserError::LastAdministrator)) => GitlabRefusal::forbidden(error),
        _ => GitlabRefusal::of(error, "User"),
    }
}
