//! Flow selections and their consent.

use crate::{
    support::{Database, committed},
    world::{NOON, actor, app, change, code_review, group, owner, selection, switch, user},
};

use duo_console::{
    domain::{
        access::HeldRole,
        flows::{
            catalogue::{CATALOGUE, Flow},
            consent::{Consent, ConsentGiven, FlowState, LedgerAction},
            wording::WordingId,
        },
        ids::ConsentId,
        namespace::Namespace,
        role::Role,
    },
    storage::{FlowSelection, NewLedgerEntry, StorageError, UnitOfWork},
    usecases::{
        App, Caller,
        flows::set_flow::{SetFlow, SetFlowError},
    },
};

contract! {
    a_flow_that_was_never_switched_is_off_at_version_0,
    every_flow_reads_back_with_who_switched_it,
    a_stale_selection_changes_nothing,
    a_selection_of_the_future_is_stale_too,
    a_flow_that_the_catalogue_lost_is_left_out,
    the_state_follows_the_consent,
    the_ledger_keeps_everything_as_it_was,
    a_second_consent_while_one_stands_is_a_duplicate,
    the_ledger_of_one_group_says_nothing_of_another,
    whoever_saves_over_a_newer_version_is_told_how_it_stands,
    asking_for_what_already_is_writes_nothing,
    what_a_change_comes_to_is_what_is_read_after_it,
}

async fn what_a_change_comes_to_is_what_is_read_after_it(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    for (seen, on) in [(0, true), (1, false), (2, true)] {
        let set = switch(&app, &ann, &acme, on, seen).await.expect("she may");
        assert_eq!(set.now.selection, selection(&storage, acme.id).await);
        assert_eq!(set.now.selection.state.consent().is_some(), on);
    }
    // On since before consent was asked for; and a flow that needs none.
    db.execute("DELETE FROM namespace_consents").await.expect("no consent");
    let set = switch(&app, &ann, &acme, true, 3).await.expect("she consents");
    assert_eq!(set.now.selection, selection(&storage, acme.id).await);
    let developer = CATALOGUE.iter().find(|flow| !flow.needs_consent).expect("there is one");
    let command = SetFlow {
        group: acme.path.clone(),
        flow: developer.reference.to_owned(),
        enabled: true,
        confirmed: None,
        seen_version: 0,
    };
    let set = duo_console::usecases::flows::set_flow::set_flow(&app, &ann, command).await.expect("she may");
    let mut view = storage.read().await.expect("a view");
    let read = view.flow_selections().find(acme.id, developer).await.expect("a look-up");
    assert_eq!(set.now.selection, read);
    assert_eq!(read.state, FlowState::On(Consent::NotRequired));
    let list = view.flow_selections().list(acme.id).await.expect("a list");
    assert!(list.contains(&read) && list.contains(&selection(&storage, acme.id).await));
}

async fn a_flow_that_was_never_switched_is_off_at_version_0(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let list = storage.read().await.expect("a view").flow_selections().list(acme.id).await.expect("a list");
    let expected: Vec<_> = CATALOGUE
        .iter()
        .map(|flow| FlowSelection { flow, state: FlowState::Off, version: 0, changed: None })
        .collect();
    assert_eq!(list, expected);
}

async fn every_flow_reads_back_with_who_switched_it(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    for (nth, flow) in CATALOGUE.iter().enumerate() {
        let name = format!("Zoë {nth}");
        let on = nth % 2 == 0;
        assert_eq!(uow.flow_selections().save(acme.id, flow, on, &change(&name), 0).await.expect("saved"), 1);
        let read = uow.flow_selections().find(acme.id, flow).await.expect("a look-up");
        assert_eq!((read.state.is_on(), read.version, read.changed), (on, 1, Some(change(&name))));
        let again = uow.flow_selections().save(acme.id, flow, !on, &change("bob"), 1).await.expect("saved");
        let read = uow.flow_selections().find(acme.id, flow).await.expect("a look-up");
        assert_eq!((read.state.is_on(), again, read.version), (!on, 2, 2));
    }
    let other = uow.flow_selections().list(globex.id).await.expect("a list");
    assert!(other.iter().all(|it| it.version == 0));
}

const ROWS: &str = "SELECT flow || ' ' || enabled || ' ' || version || ' ' || changed_at || ' ' || changed_by_username FROM flow_selections ORDER BY flow";

async fn a_stale_selection_changes_nothing(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    committed(&storage, async |uow| {
        uow.flow_selections().save(acme.id, code_review(), true, &change("ann"), 0).await.expect("saved");
    })
    .await;
    let before = db.texts(ROWS).await;
    for seen in [0, 2, -1, i64::MAX] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = uow.flow_selections().save(acme.id, code_review(), false, &change("bob"), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        // Reads after it, in the same unit of work and in the next, show what the other wrote.
        let now = uow.flow_selections().find(acme.id, code_review()).await.expect("a look-up");
        assert_eq!((now.version, now.changed), (1, Some(change("ann"))));
        drop(uow);
        assert_eq!(selection(&storage, acme.id).await.version, 1);
        assert_eq!(db.texts(ROWS).await, before);
    }
}

async fn a_selection_of_the_future_is_stale_too(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    for seen in [1, 7, -1] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = uow.flow_selections().save(acme.id, code_review(), true, &change("bob"), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        let refused = uow.commit().await;
        assert!(matches!(refused, Err(StorageError::RolledBack)), "{refused:?}");
        assert_eq!(db.texts(ROWS).await, Vec::<String>::new());
    }
}

async fn a_flow_that_the_catalogue_lost_is_left_out(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    db.execute(&format!(
        "INSERT INTO flow_selections VALUES ({}, 'retired/v1', TRUE, 3, 0, 'ann', 'Ann')",
        acme.id
    ))
    .await
    .expect("a row");
    let list = storage.read().await.expect("a view").flow_selections().list(acme.id).await.expect("a list");
    assert_eq!(list.len(), CATALOGUE.len());
    assert!(list.iter().all(|it| it.version == 0));
}

async fn record(
    uow: &mut UnitOfWork,
    namespace: &Namespace,
    caller: &Caller,
    action: LedgerAction,
) -> Result<ConsentId, StorageError> {
    let entry = NewLedgerEntry {
        at: NOON,
        action,
        namespace,
        actor: &caller.actor,
        surface: caller.origin.surface,
        role: HeldRole::Member(Role::Owner),
        wording: &WordingId::from_text("7-words"),
        request_id: "request \u{1F4DC}",
    };
    uow.consents().record(&entry).await
}

async fn the_state_follows_the_consent(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    let developer = Flow::find("developer/v1").expect("the catalogue has it");
    for flow in [code_review(), developer] {
        uow.flow_selections().save(acme.id, flow, true, &change("ann"), 0).await.expect("saved");
    }
    let state = async |uow: &mut UnitOfWork, flow| {
        uow.flow_selections().find(acme.id, flow).await.expect("a look-up").state
    };
    assert_eq!(state(&mut uow, code_review()).await, FlowState::On(Consent::Missing));
    let id = record(&mut uow, &acme, &ann, LedgerAction::Given).await.expect("recorded");
    let given = ConsentGiven { id, by_username: String::from("ann"), by_name: String::from("ann"), at: NOON };
    assert_eq!(state(&mut uow, code_review()).await, FlowState::On(Consent::Given(given.clone())));
    assert_eq!(
        state(&mut uow, developer).await,
        FlowState::On(Consent::NotRequired),
        "it is not its consent"
    );
    uow.flow_selections().save(acme.id, code_review(), false, &change("ann"), 1).await.expect("saved");
    assert_eq!(state(&mut uow, code_review()).await, FlowState::Off, "no consent without the flow");
    record(&mut uow, &acme, &ann, LedgerAction::Withdrawn).await.expect("recorded");
    uow.flow_selections().save(acme.id, code_review(), true, &change("ann"), 2).await.expect("saved");
    assert_eq!(state(&mut uow, code_review()).await, FlowState::On(Consent::Missing));
    let next = record(&mut uow, &acme, &ann, LedgerAction::Given).await.expect("recorded");
    assert!(next > id);
}

async fn the_ledger_keeps_everything_as_it_was(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "Acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let given = committed(&storage, async |uow| {
        record(uow, &acme, &ann, LedgerAction::Given).await.expect("recorded")
    })
    .await;
    let withdrawn = committed(&storage, async |uow| {
        record(uow, &acme, &ann, LedgerAction::Withdrawn).await.expect("recorded")
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    let ledger = view.consents().list(acme.id, 10).await.expect("a list");
    let ids: Vec<_> = ledger.iter().map(|entry| (entry.id, entry.action.known())).collect();
    let both = [(withdrawn, Some(LedgerAction::Withdrawn)), (given, Some(LedgerAction::Given))];
    assert_eq!(ids, both, "the newest first");
    let first = &ledger[1];
    assert_eq!((first.at, first.namespace, first.user), (NOON, acme.id, ann.actor.id));
    assert_eq!(
        [&first.namespace_path, &first.username, &first.user_name, &first.role, &first.request_id],
        ["Acme", "ann", "ann", "Owner", "request \u{1F4DC}"]
    );
    assert_eq!((first.surface.known(), first.wording.as_str()), (Some(ann.origin.surface), "7-words"));
    assert_eq!(view.consents().list(acme.id, 1).await.expect("a list").len(), 1);
}

async fn a_second_consent_while_one_stands_is_a_duplicate(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    committed(&storage, async |uow| record(uow, &acme, &ann, LedgerAction::Given).await.expect("recorded"))
        .await;
    let mut uow = storage.begin().await.expect("a unit of work");
    let second = record(&mut uow, &acme, &ann, LedgerAction::Given).await;
    assert!(matches!(second, Err(StorageError::Duplicate { .. })), "{second:?}");
    drop(uow);
    assert_eq!(db.number("SELECT COUNT(*) FROM consent_ledger").await, 1, "the ledger's row went with it");
}

async fn the_ledger_of_one_group_says_nothing_of_another(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let id = user(&storage, "ann").await;
    let ann = Caller { actor: actor(id, "ann"), origin: crate::world::origin() };
    committed(&storage, async |uow| {
        for group in [&acme, &globex] {
            uow.flow_selections()
                .save(group.id, code_review(), true, &change("ann"), 0)
                .await
                .expect("saved");
        }
        record(uow, &acme, &ann, LedgerAction::Given).await.expect("recorded");
        record(uow, &globex, &ann, LedgerAction::Withdrawn).await.expect("recorded");
    })
    .await;
    assert!(selection(&storage, acme.id).await.state.consent().is_some());
    assert_eq!(selection(&storage, globex.id).await.state, FlowState::On(Consent::Missing));
    let ledger = storage.read().await.expect("a view").consents().list(globex.id, 10).await.expect("a list");
    assert_eq!(ledger.iter().map(|it| it.action.clone()).collect::<Vec<_>>(), [LedgerAction::Withdrawn]);
}

async fn whoever_saves_over_a_newer_version_is_told_how_it_stands(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let bob = owner(&storage, &acme, "bob").await;
    switch(&app, &ann, &acme, true, 0).await.expect("ann turns it on");
    switch(&app, &ann, &acme, false, 1).await.expect("and off");
    let Err(SetFlowError::Conflict(now)) = switch(&app, &bob, &acme, true, 0).await else {
        panic!("bob saw version 0")
    };
    let now = now.selection;
    assert_eq!((now.version, now.changed), (2, Some(change("ann"))));
    assert_eq!(selection(&storage, acme.id).await.state, FlowState::Off);
}

async fn asking_for_what_already_is_writes_nothing(db: Database) {
    let storage = db.open().await;
    let app: App = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    switch(&app, &ann, &acme, false, 0).await.expect("it is off already");
    assert_eq!(db.texts(ROWS).await, Vec::<String>::new());
    switch(&app, &ann, &acme, true, 0).await.expect("on");
    let before = db.texts(ROWS).await;
    let again = SetFlow {
        group: acme.path.clone(),
        flow: String::from("code_review/v1"),
        enabled: true,
        confirmed: None,
        seen_version: 99,
    };
    duo_console::usecases::flows::set_flow::set_flow(&app, &ann, again).await.expect("it is on already");
    assert_eq!(db.texts(ROWS).await, before);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 2);
}
