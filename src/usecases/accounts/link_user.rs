//! Links a user to an identity at a provider where matching by email address fails: there is no address, or
//! it is not verified. For operators at the command line.

use crate::{
    domain::{accounts::identity::Identity, audit::AuditKind, user::UserKind},
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// `false` when the user is already linked to this identity.
///
/// # Errors
/// The user is a bot or linked to another subject of the issuer; or the subject is invalid or linked to
/// another user.
pub async fn link_user(
    app: &App,
    origin: &Origin,
    username: &str,
    issuer: &str,
    subject: &str,
) -> Result<bool, UseCaseError> {
    let invalid = |message: String| UseCaseError::invalid("subject", message);
    let identity = Identity::new(issuer, subject)
        .ok_or_else(|| invalid(String::from("A subject has 1 to 255 plain ASCII characters.")))?;
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if user.kind == UserKind::Bot {
        return Err(invalid(String::from("A bot cannot sign in: it uses access tokens.")));
    }
    match uow.identities().find(&identity).await? {
        Some(linked) if linked == user.id => return Ok(false),
        Some(_) => {
            return Err(invalid(String::from("This subject is linked to another user. Unlink them first.")));
        }
        None => {}
    }
    if uow.identities().is_linked(user.id, issuer).await? {
        let message =
            format!("{} is linked to another subject of this issuer. Unlink them first.", user.username);
        return Err(invalid(message));
    }
    uow.identities().link(&identity, user.id, app.now()).await?;
    let to = format!("{issuer} {subject}");
    let happened = Happened { to, ..Happened::to(AuditKind::IdentityLinked, &user.username) };
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    uow.commit().await?;
    Ok(true)
}
