//! What an operator should know about the people in the database, and how far its clock is. For
//! `doctor`; nothing is changed.

use super::{
    App, UseCaseError,
    accounts::secrets::password_matches,
    create_demo_data::{PASSWORD, USERS},
};
use crate::{domain::time::Timestamp, storage::AuditFilter};

/// What there is.
#[derive(Debug)]
pub struct Examined {
    pub users: usize,
    pub administrators: usize,
    /// Who can sign in with the password that everybody knows.
    pub demo_passwords: Vec<&'static str>,
    /// When the newest audit event was written; `None` while there is none.
    pub newest_event: Option<Timestamp>,
}

pub async fn examine(app: &App) -> Result<Examined, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let users = uow.users().list().await?;
    let newest = uow.audit_log().list(&AuditFilter::default(), 1).await?;
    let mut demo_passwords = Vec::new();
    for (username, _) in USERS {
        let Some(user) = uow.users().find_by_username(username).await? else { continue };
        let hash = uow.users().password_hash(user.id).await?;
        if password_matches(PASSWORD, hash).await {
            demo_passwords.push(username);
        }
    }
    Ok(Examined {
        administrators: users.iter().filter(|(user, _)| user.is_admin).count(),
        users: users.len(),
        demo_passwords,
        newest_event: newest.first().map(|it| it.event.at),
    })
}
