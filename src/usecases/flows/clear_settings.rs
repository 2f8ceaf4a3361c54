//! Ends what only a top-level group has, when a group stops being one: subscription, flows, consent, seats.

use crate::{
    domain::{
        access::HeldRole,
        audit::AuditKind,
        flows::{consent::LedgerAction, wording::CODE_REVIEW_WORDING},
        namespace::Namespace,
        people::seats::{SeatOrder, SeatState},
        stored::Stored,
    },
    storage::{NewLedgerEntry, StorageError, UnitOfWork},
    usecases::{App, audit_trail::Happened, people::group_editor::GroupEditor},
};

/// Removes the settings of a top-level group, turns off its flows, withdraws its consent in the ledger, and
/// ends its seats. Whether a consent was withdrawn.
pub(in crate::usecases) async fn clear_settings(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &GroupEditor,
    (group, held): (&Namespace, HeldRole),
    reason: &str,
) -> Result<bool, StorageError> {
    if let Some(subscription) = uow.top_level_groups().lookup(group.id).await? {
        let (kind, path) = (AuditKind::GroupSubscriptionUpdated, group.path.as_str());
        editor.record_all(app, uow, event(group, reason, (kind, path), (&subscription.words(), "")));
    }
    if let Some(pool) = uow.seats().pool(Some(group.id)).await? {
        // Whoever is given a seat at this moment is either listed here or too late.
        uow.seats().claim(&pool).await?;
        let (used, by_name) = (SeatState::Used, SeatOrder::User);
        for holder in uow.seat_lists().list(pool.id, used, "", by_name, i64::MAX, 0).await? {
            let kind = AuditKind::SeatUnassigned;
            editor.record_all(
                app,
                uow,
                event(group, reason, (kind, &holder.username), (holder.source.phrase(), "")),
            );
        }
    }
    let mut needs_consent = None;
    for selection in uow.flow_selections().list(group.id).await? {
        if selection.flow.needs_consent {
            needs_consent = Some(selection.flow);
        }
        if selection.state.is_on() {
            let flow = selection.flow.reference;
            editor.record_all(app, uow, event(group, reason, (AuditKind::FlowDisabled, flow), ("on", "off")));
        }
    }
    uow.seats().remove_pool(group.id).await?;
    // Selections and consent go with this row, and whoever consents at this moment is waited for: the ledger
    // then has it.
    uow.top_level_groups().remove(group.id).await?;
    let last = uow.consents().list(group.id, 1).await?.into_iter().next();
    let (Some(last), Some(flow)) = (last, needs_consent) else { return Ok(false) };
    if last.action != Stored::Known(LedgerAction::Given) {
        return Ok(false);
    }
    let (actor, wording) = (editor.actor(), CODE_REVIEW_WORDING.id());
    let entry = NewLedgerEntry {
        at: app.now(),
        action: LedgerAction::Withdrawn,
        namespace: group,
        actor: &actor,
        surface: editor.origin.surface,
        role: held,
        wording: &wording,
        request_id: &editor.origin.request_id,
    };
    uow.consents().record(&entry).await?;
    let target = flow.reference;
    editor.record_all(
        app,
        uow,
        event(group, reason, (AuditKind::ConsentWithdrawn, target), (wording.as_str(), "")),
    );
    Ok(true)
}

/// What happened to `target`, and for what reason.
fn event<'a>(
    group: &'a Namespace,
    reason: &str,
    (kind, target): (AuditKind, &'a str),
    (from, to): (&str, &str),
) -> Happened<'a> {
    Happened {
        namespace: Some(group),
        from: from.to_owned(),
        to: to.to_owned(),
        reason: Some(reason.to_owned()),
        ..Happened::to(kind, target)
    }
}
