//! Verifies the integrity of audit log and consent ledger, for operators.

use crate::{
    domain::audit_chain::{ChainPoint, Fault, Walk},
    storage::StorageError,
    usecases::App,
};

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of entries in the chain.
    pub checked: u64,
    /// The end of the chain, to be noted elsewhere for the next verification.
    pub end: ChainPoint,
    pub faults: u64,
}

/// Verifies a consistent snapshot while others keep writing; calls `found` with each fault. `noted` are ends
/// of the chain that were noted earlier.
pub async fn verify_audit(
    app: &App,
    noted: &[ChainPoint],
    mut found: impl FnMut(Fault),
) -> Result<Verified, StorageError> {
    let mut count: u64 = 0;
    let mut found = |fault| {
        count += 1;
        found(fault);
    };
    let mut uow = app.storage.read().await?;
    let head = uow.audit_chain().head().await?;
    let mut walk = Walk::default();
    let mut checked = 0;
    let mut faults = Vec::new();
    let mut missed = noted.to_vec();
    uow.audit_chain()
        .walk(|link| {
            checked += 1;
            missed.retain(|noted| *noted != link.point);
            walk.step(link, &mut faults);
            faults.drain(..).for_each(&mut found);
        })
        .await?;
    let end = walk.end().clone();
    walk.finish(head.as_ref(), &mut faults);
    faults.extend(missed.into_iter().map(|noted| Fault::NotAsNoted { noted }));
    faults.drain(..).for_each(&mut found);
    uow.audit_chain().not_sealed(|row| found(Fault::NotSealed { row })).await?;
    uow.audit_chain().standing_consents().await?.into_iter().for_each(&mut found);
    Ok(Verified { checked, end, faults: count })
}
