//! Whether the audit log and the consent ledger are as the program wrote them. For operators.

use crate::{
    domain::audit_chain::{ChainPoint, Fault, Walk},
    storage::StorageError,
    usecases::App,
};

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries the chain has.
    pub checked: u64,
    /// Where the chain ends: to be noted elsewhere, for the next check.
    pub end: ChainPoint,
    pub faults: u64,
}

/// Checks everything as of one moment, while others go on writing; `found` hears of each fault as it
/// comes up. `noted` are ends of the chain as they were noted earlier.
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
