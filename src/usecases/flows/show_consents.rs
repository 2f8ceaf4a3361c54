//! Shows the consent ledger of a top-level group, and the receipt of one entry.

use crate::{
    domain::{
        access::{Action, Denial},
        audit_chain::Seal,
        flows::wording::Wording,
        ids::ConsentId,
        namespace::GroupPath,
        role::Role,
        time::Timestamp,
    },
    storage::LedgerEntry,
    usecases::{
        App, Caller, UseCaseError, What, load,
        people::group_frame::{GroupFrame, may},
    },
};

/// How many entries are listed.
pub const ENTRIES: i64 = 200;

/// The ledger of the top-level group of a namespace, newest first.
#[derive(Clone, Debug)]
pub struct ConsentList {
    pub frame: GroupFrame,
    pub entries: Vec<LedgerEntry>,
}

/// An entry of the ledger, verified.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub entry: LedgerEntry,
    pub seal: Seal,
    /// The words as they were shown; `None` when this release does not have them.
    pub words: Option<&'static Wording>,
    /// When it was verified: now.
    pub verified_at: Timestamp,
}

/// # Errors
/// There is no such group or project, or the caller may not read the settings of its top-level group.
pub async fn list_group_consents(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<ConsentList, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadSettings, app.now()).await?;
    let namespace = loaded.namespace;
    let may = may(caller, loaded.standing);
    // The ledger is that of the top-level group.
    if !may.read_consents {
        return Err(Denial::NeedsRole(Role::Maintainer).into());
    }
    Ok(ConsentList {
        entries: uow.consents().list(namespace.root, ENTRIES).await?,
        frame: GroupFrame { ancestors: uow.namespaces().ancestors(namespace.id).await?, may, namespace },
    })
}

/// The receipt of an entry. It outlives its group: then administrators alone may read it.
///
/// # Errors
/// There is no such entry, or the caller may not read the settings of its group.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_receipt(app: &App, caller: &Caller, id: ConsentId) -> Result<Receipt, UseCaseError> {
    let missing = UseCaseError::NotFound(What::Consent);
    let mut uow = app.storage.read().await?;
    let Some((entry, seal)) = uow.consents().find(id).await? else { return Err(missing) };
    match uow.namespaces().lookup(entry.namespace).await? {
        Some(group) => {
            let loaded =
                load::namespace(&mut uow, caller, &group.path, Action::ReadSettings, app.now()).await;
            loaded.map_err(|error| match error {
                UseCaseError::NotFound(_) => missing,
                other => other,
            })?;
        }
        None => load::administrator(caller).map_err(|_| missing)?,
    }
    Ok(Receipt { words: Wording::find(&entry.wording), entry, seal, verified_at: app.now() })
}
