//! Facts about users and the clock for `doctor`. Read-only.

use super::{
    App, UseCaseError,
    accounts::secrets::password_matches,
    create_demo_data::{PASSWORD, usernames},
};
use crate::{domain::time::Timestamp, storage::AuditFilter};

/// The result.
#[derive(Debug)]
pub struct Examined {
    pub users: usize,
    pub administrators: usize,
    /// Users who still have the published demo password.
    pub demo_passwords: Vec<&'static str>,
    /// The time of the latest audit event; `None` when there is none.
    pub newest_event: Option<Timestamp>,
}

pub async fn examine(app: &App) -> Result<Examined, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let users = uow.users().list().await?;
    let newest = uow.audit_log().list(&AuditFilter::default(), 1).await?;
    let mut demo_passwords = Vec::new();
    // All were made with the same hash, and comparing is slow.
    let mut published = None;
    for username in usernames() {
        let Some(user) = uow.users().find_by_username(username).await? else { continue };
        let Some(hash) = uow.users().password_hash(user.id).await? else { continue };
        if published.as_ref() == Some(&hash) || password_matches(PASSWORD, Some(hash.clone())).await {
            demo_passwords.push(username);
            published = Some(hash);
        }
    }
    Ok(Examined {
        administrators: users.iter().filter(|it| it.user.is_admin).count(),
        users: users.len(),
        demo_passwords,
        newest_event: newest.first().map(|it| it.event.at),
    })
}
