//! The demo data agree with their own history: what the audit events say, told again, is what there is.

use std::collections::BTreeMap;

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditKind, NewAuditEvent},
        environment::Environment,
        flows::catalogue::CODE_REVIEW,
        people::members::Membership,
        role::{GivenRole, Role},
        stored::Stored,
        time::Timestamp,
    },
    storage::{AuditFilter, Storage},
    usecases::{
        Origin,
        audit::verify_audit::verify_audit,
        create_demo_data::{DemoData, create_demo_data},
    },
};

use crate::{
    support::Database,
    world::{NOON, app},
};

contract! {
    what_the_events_of_the_demo_data_say_is_what_there_is,
    the_small_demo_data_agree_with_their_events_too,
    decisions_of_the_demo_data_follow_the_rules_of_their_days,
    demo_data_that_were_not_finished_leave_nothing,
}

async fn what_the_events_of_the_demo_data_say_is_what_there_is(db: Database) {
    let (told, storage) = told_again(&db, DemoData::Whole).await;
    assert!(told.users.len() > 35 && told.namespaces.len() > 20, "a company");
    assert_agree(&db, &storage, &told).await;
    let first = told.users.values().map(|it| it.created).min().expect("users");
    assert!(first < NOON.plus_days(-59), "{}", first.rfc3339());
}

async fn the_small_demo_data_agree_with_their_events_too(db: Database) {
    let (told, storage) = told_again(&db, DemoData::Small).await;
    assert_eq!((told.users.len(), told.namespaces.len()), (6, 9));
    assert_agree(&db, &storage, &told).await;
}

async fn decisions_of_the_demo_data_follow_the_rules_of_their_days(db: Database) {
    let (told, _storage) = told_again(&db, DemoData::Whole).await;
    let rows = db.texts("SELECT n.full_path || ' ' || CAST(c.day AS TEXT) || ' ' || c.engine || ' ' || c.rule FROM decision_counts c JOIN namespaces n ON n.id = c.namespace_id ORDER BY c.day").await;
    assert!(rows.len() > 150, "{}", rows.len());
    for row in rows {
        let [path, day, engine, rule] = split(&row);
        let night = Timestamp::from_day(day.parse::<i64>().expect("a day") + 1);
        let mut switches = told.reviews.iter().filter(|it| it.path == path && it.at < night);
        let (on, consent) = switches.next_back().map_or((false, false), |it| (it.on, it.consent));
        let expected: &[(&str, &str)] = match (on, consent) {
            (true, true) => &[("code_review_flow", "flow_on_with_consent")],
            (true, false) => &[
                ("duo_code_review", "flow_on_without_consent_seat"),
                ("code_review_flow", "flow_on_without_consent_no_seat"),
            ],
            (false, _) => &[("duo_code_review", "flow_off_seat"), ("none", "flow_off_no_seat")],
        };
        assert!(expected.contains(&(engine, rule)), "{row}: {expected:?}");
        if engine == "duo_code_review" {
            let has_seat = told.seats.iter().any(|((at, _), seat)| at == path && seat.1 < night);
            assert!(has_seat, "{row}");
        }
        assert!(night < NOON.plus_days(2), "{row}");
    }
}

/// All or nothing: there is no state in between that a killed start could leave.
async fn demo_data_that_were_not_finished_leave_nothing(db: Database) {
    let app = app(db.open().await);
    // What the last statement needs is gone.
    db.execute("ALTER TABLE audit_head RENAME TO audit_head_gone").await.expect("renamed");
    assert!(create_demo_data(&app, &origin(), DemoData::Whole).await.is_err());
    db.execute("ALTER TABLE audit_head_gone RENAME TO audit_head").await.expect("renamed");
    for table in ["users", "namespaces", "audit_events", "consent_ledger", "decision_counts", "jobs"] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table} WHERE TRUE")).await, 0, "{table}");
    }
    assert!(create_demo_data(&app, &origin(), DemoData::Whole).await.expect("made"));
}

fn origin() -> Origin {
    Origin { surface: Surface::CommandLine, request_id: String::from("set-up"), remote_ip: None }
}

#[derive(Debug, PartialEq)]
struct ToldUser {
    what: String,
    is_blocked: bool,
    created: Timestamp,
    signed_in: Option<Timestamp>,
}

#[derive(Debug, PartialEq)]
struct ToldNamespace {
    kind: &'static str,
    created: Timestamp,
    archived: Option<Timestamp>,
    /// Of a top-level group.
    bought: String,
}

/// A change of Code Review in a group.
struct Review {
    path: String,
    at: Timestamp,
    on: bool,
    consent: bool,
}

/// What the events say.
#[derive(Default)]
struct Told {
    users: BTreeMap<String, ToldUser>,
    namespaces: BTreeMap<String, ToldNamespace>,
    /// By path and user name.
    members: BTreeMap<(String, String), String>,
    imported: usize,
    shares: BTreeMap<(String, String), String>,
    purchased: BTreeMap<String, String>,
    seats: BTreeMap<(String, String), (&'static str, Timestamp)>,
    /// By path and flow: on, how often switched, when last, by whom.
    flows: BTreeMap<(String, String), (bool, i64, Timestamp, String)>,
    reviews: Vec<Review>,
    ledger: Vec<String>,
    /// By flag and environment: the gates as JSON.
    flags: BTreeMap<(String, Environment), String>,
    feature_groups: BTreeMap<String, usize>,
    freezes: Vec<String>,
    registries: Vec<String>,
    scheduled: Vec<String>,
    tokens: Vec<String>,
}

async fn told_again(db: &Database, which: DemoData) -> (Told, Storage) {
    let storage = db.open().await;
    let app = app(storage.clone());
    assert!(create_demo_data(&app, &origin(), which).await.expect("the demo data fits"));
    let mut faults = Vec::new();
    verify_audit(&app, &[], |fault| faults.push(fault)).await.expect("a check");
    assert!(faults.is_empty(), "{faults:?}");
    let mut uow = storage.read().await.expect("a transaction");
    let mut events = uow.audit_log().list(&AuditFilter::default(), 10_000).await.expect("the log");
    events.reverse();
    assert!(events.is_sorted_by(|a, b| a.event.at <= b.event.at), "in the order of time");
    let last = events.pop().expect("an event").event;
    assert_eq!((last.kind, last.at), (Stored::Known(AuditKind::DemoDataCreated), NOON));
    let mut told = Told::default();
    for event in events {
        assert!(event.event.at <= NOON, "{event:?}");
        told.hear(event.event);
    }
    drop(uow);
    (told, storage)
}

impl Told {
    fn hear(&mut self, event: NewAuditEvent<Stored<AuditKind>, Stored<Surface>>) {
        let NewAuditEvent { at, target, from, to, .. } = event;
        let path = event.namespace.map(|it| it.path).unwrap_or_default();
        let by = event.actor.username;
        let kind = event.kind.known().expect("a kind of this release");
        self.may(&by, &path, kind, at);
        match kind {
            AuditKind::UserCreated => {
                let user = ToldUser { what: to, is_blocked: false, created: at, signed_in: None };
                assert!(self.users.insert(target, user).is_none());
            }
            AuditKind::SignedIn => self.user(&target).signed_in = Some(at),
            AuditKind::UserBlocked => self.user(&target).is_blocked = true,
            AuditKind::TokenCreated => {
                let whose = to.rsplit_once(" for ").map_or(by.as_str(), |(_, whose)| whose);
                self.tokens.push(format!("{target} {whose} {}", at.as_millis()));
            }
            AuditKind::GroupCreated | AuditKind::ProjectCreated => {
                let kind = if kind == AuditKind::GroupCreated { "group" } else { "project" };
                let made = ToldNamespace { kind, created: at, archived: None, bought: to };
                assert!(self.namespaces.insert(target, made).is_none());
            }
            AuditKind::GroupSubscriptionUpdated => {
                let group = self.namespaces.get_mut(&target).expect("a group");
                assert_eq!(std::mem::replace(&mut group.bought, to), from);
            }
            AuditKind::GroupArchived => {
                self.namespaces.get_mut(&target).expect("a group").archived = Some(at);
            }
            AuditKind::MembershipCreated => {
                assert!(self.members.insert((path, target), to).is_none());
            }
            AuditKind::MembershipUpdated => {
                assert_eq!(self.members.insert((path, target), to), Some(from));
            }
            AuditKind::MembershipDeleted => {
                assert_eq!(self.members.remove(&(path, target)), Some(from));
            }
            AuditKind::PeopleImported => {
                assert_eq!(target, "members");
                let new = to.split(' ').next().expect("a number");
                self.imported += new.parse::<usize>().expect("a number");
            }
            AuditKind::GroupShareCreated => {
                assert!(self.shares.insert((path, target), to).is_none());
            }
            AuditKind::SeatsPurchasedUpdated => {
                let before = self.purchased.insert(path, to);
                assert_eq!(before.unwrap_or_else(|| "unknown".into()), from);
            }
            AuditKind::SeatAssigned => {
                self.seats.insert((path, target), ("used", at));
            }
            AuditKind::SeatWaitBegun => {
                self.seats.insert((path, target), ("waiting", at));
            }
            AuditKind::SeatUnassigned => {
                assert_eq!(self.seats.remove(&(path, target)).map(|it| it.0), Some("used"));
            }
            AuditKind::FlowEnabled | AuditKind::FlowDisabled => {
                let on = kind == AuditKind::FlowEnabled;
                if target == CODE_REVIEW {
                    self.reviews.push(Review { path: path.clone(), at, on, consent: false });
                }
                let before = self.flows.get(&(path.clone(), target.clone()));
                let switched = before.map_or(0, |it| it.1) + 1;
                assert_eq!(before.is_some_and(|it| it.0), !on);
                self.flows.insert((path, target), (on, switched, at, by));
            }
            AuditKind::ConsentGiven | AuditKind::ConsentWithdrawn => {
                let given = kind == AuditKind::ConsentGiven;
                let (action, wording) = if given { ("given", to) } else { ("withdrawn", from) };
                let last = self.reviews.last_mut().expect("it is switched first");
                assert_eq!((&last.path, last.at, last.on), (&path, at, given));
                last.consent = given;
                let request = event.request_id;
                self.ledger.push(format!("{action} {path} {by} {} {wording} {request}", at.as_millis()));
            }
            AuditKind::FeatureFlagUpdated => {
                let environment = event.environment.expect("one").known().expect("a known one");
                self.flags.insert((target, environment), event.states.expect("gates").after);
            }
            AuditKind::FeatureGroupUpdated => {
                self.feature_groups.insert(target, to.split(", ").count());
            }
            AuditKind::ChangeFreezeBegun => {
                self.freezes.push(format!("{target} {by} {} {to}", at.as_millis()));
            }
            AuditKind::FlowVersionsUpdated => self.registries.push(format!("{target} {}", at.as_millis())),
            AuditKind::FeatureChangeScheduled => {
                self.scheduled.push(format!("{target} {by} {}", at.as_millis()));
            }
            other => panic!("say here what {other:?} means"),
        }
    }

    fn user(&mut self, username: &str) -> &mut ToldUser {
        self.users.get_mut(username).expect("a user")
    }

    /// Whoever acted could: operators and administrators everywhere, in a group and below it its Owners.
    fn may(&self, by: &str, path: &str, kind: AuditKind, at: Timestamp) {
        let Some(user) = self.users.get(by) else {
            assert_eq!(by, "operator", "{kind:?}");
            return;
        };
        assert!(!user.is_blocked && user.created <= at, "{by}: {kind:?}");
        if user.what == "administrator" || path.is_empty() {
            return;
        }
        let owns = |(at, username): &(String, String), role: &String| {
            username == by
                && role == Role::Owner.name()
                && (path == at || path.starts_with(&format!("{at}/")))
        };
        assert!(self.members.iter().any(|(key, role)| owns(key, role)), "{by} in {path}: {kind:?}");
    }
}

fn split<const N: usize>(row: &str) -> [&str; N] {
    let parts: Vec<_> = row.splitn(N, ' ').collect();
    parts.try_into().unwrap_or_else(|_| panic!("{row}"))
}

fn time(text: &str) -> Option<Timestamp> {
    (text != "-").then(|| Timestamp::from_millis(text.parse().expect("a number")))
}

fn given(level: &str, expires_at: &str) -> String {
    let role = GivenRole::new(level.parse().expect("a level"), None).expect("a role");
    Membership { role, expires_at: time(expires_at) }.words()
}

async fn assert_agree(db: &Database, storage: &Storage, told: &Told) {
    people_agree(db, told).await;
    groups_agree(db, told).await;
    flows_agree(db, told).await;
    flags_agree(db, storage, told).await;
}

async fn people_agree(db: &Database, told: &Told) {
    let rows = db.texts("SELECT username || ' ' || CASE WHEN is_admin THEN 'administrator' ELSE kind END || ' ' || state || ' ' || CAST(created_at AS TEXT) || ' ' || COALESCE(CAST(last_sign_in_at AS TEXT), '-') FROM users").await;
    let users = rows.iter().map(|row| {
        let [username, what, state, created, signed_in] = split(row);
        let created = time(created).expect("a time");
        let is_blocked = state == "blocked";
        (username.to_owned(), ToldUser { what: what.into(), is_blocked, created, signed_in: time(signed_in) })
    });
    assert_eq!(users.collect::<BTreeMap<_, _>>(), told.users);

    let rows = db.texts("SELECT n.full_path || ' ' || u.username || ' ' || CAST(m.access_level AS TEXT) || ' ' || COALESCE(CAST(m.expires_at AS TEXT), '-') FROM memberships m JOIN namespaces n ON n.id = m.namespace_id JOIN users u ON u.id = m.user_id WHERE m.source = 'hand' AND m.member_role IS NULL").await;
    let members = rows.iter().map(|row| {
        let [path, username, level, expires_at] = split(row);
        ((path.to_owned(), username.to_owned()), given(level, expires_at))
    });
    assert_eq!(members.collect::<BTreeMap<_, _>>(), told.members);
    let rest = db.texts("SELECT source FROM memberships WHERE source <> 'hand'").await;
    assert_eq!(rest, vec!["import"; told.imported]);

    let mut rows = db.texts("SELECT t.name || ' ' || u.username || ' ' || CAST(t.created_at AS TEXT) FROM personal_access_tokens t JOIN users u ON u.id = t.user_id").await;
    let mut tokens = told.tokens.clone();
    rows.sort();
    tokens.sort();
    assert_eq!(rows, tokens);
}

async fn groups_agree(db: &Database, told: &Told) {
    let rows = db.texts("SELECT n.full_path || ' ' || n.kind || ' ' || CAST(n.created_at AS TEXT) || ' ' || COALESCE(CAST(n.archived_at AS TEXT), '-') || ' ' || COALESCE(g.tier, '') || CASE WHEN g.duo_enterprise THEN ', Duo Enterprise' ELSE '' END FROM namespaces n LEFT JOIN top_level_groups g ON g.namespace_id = n.id").await;
    let namespaces = rows.iter().map(|row| {
        let [path, kind, created, archived, bought] = split(row);
        let kind = if kind == "group" { "group" } else { "project" };
        let bought = bought.replace("premium", "Premium").replace("ultimate", "Ultimate");
        let created = time(created).expect("a time");
        (path.to_owned(), ToldNamespace { kind, created, archived: time(archived), bought })
    });
    assert_eq!(namespaces.collect::<BTreeMap<_, _>>(), told.namespaces);

    let rows = db.texts("SELECT n.full_path || ' ' || g.full_path || ' ' || CAST(s.access_level AS TEXT) || ' ' || COALESCE(CAST(s.expires_at AS TEXT), '-') FROM namespace_shares s JOIN namespaces n ON n.id = s.namespace_id JOIN namespaces g ON g.id = s.invited_group_id").await;
    let shares = rows.iter().map(|row| {
        let [path, group, level, expires_at] = split(row);
        ((path.to_owned(), group.to_owned()), given(level, expires_at))
    });
    assert_eq!(shares.collect::<BTreeMap<_, _>>(), told.shares);

    let rows = db.texts("SELECT n.full_path || ' ' || u.username || ' ' || s.state || ' ' || CAST(s.since AS TEXT) FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id JOIN namespaces n ON n.id = p.namespace_id JOIN users u ON u.id = s.user_id WHERE s.source = 'hand'").await;
    let seats = rows.iter().map(|row| {
        let [path, username, state, since] = split(row);
        let state = if state == "used" { "used" } else { "waiting" };
        ((path.to_owned(), username.to_owned()), (state, time(since).expect("a time")))
    });
    assert_eq!(seats.collect::<BTreeMap<_, _>>(), told.seats);
    let rows = db.texts("SELECT n.full_path || ' ' || CAST(p.purchased AS TEXT) FROM seat_pools p JOIN namespaces n ON n.id = p.namespace_id WHERE p.purchased IS NOT NULL").await;
    let purchased = rows.iter().map(|row| split(row)).map(|[path, number]| (path.into(), number.into()));
    assert_eq!(purchased.collect::<BTreeMap<String, String>>(), told.purchased);
    for (path, purchased) in &told.purchased {
        let used = told.seats.iter().filter(|((at, _), seat)| at == path && seat.0 == "used").count();
        assert!(used <= purchased.parse().expect("a number"), "{path}");
    }
}

async fn flows_agree(db: &Database, told: &Told) {
    let rows = db.texts("SELECT n.full_path || ' ' || f.flow || ' ' || CASE WHEN f.enabled THEN 'on' ELSE 'off' END || ' ' || CAST(f.version AS TEXT) || ' ' || CAST(f.changed_at AS TEXT) || ' ' || f.changed_by_username FROM flow_selections f JOIN namespaces n ON n.id = f.namespace_id").await;
    let flows = rows.iter().map(|row| {
        let [path, flow, state, version, at, by] = split(row);
        let (version, at) = (version.parse().expect("a number"), time(at).expect("a time"));
        ((path.to_owned(), flow.to_owned()), (state == "on", version, at, by.to_owned()))
    });
    assert_eq!(flows.collect::<BTreeMap<_, _>>(), told.flows);
    let rows = db.texts("SELECT action || ' ' || namespace_path || ' ' || username || ' ' || CAST(at AS TEXT) || ' ' || wording || ' ' || request_id FROM consent_ledger ORDER BY id").await;
    assert_eq!(rows, told.ledger);
    let consents: BTreeMap<_, _> = told.reviews.iter().map(|it| (&it.path, it.consent)).collect();
    let given: Vec<_> =
        consents.into_iter().filter(|(_, given)| *given).map(|(path, _)| path.clone()).collect();
    let rows = db.texts("SELECT n.full_path FROM namespace_consents c JOIN namespaces n ON n.id = c.namespace_id ORDER BY n.full_path_key").await;
    assert_eq!(rows, given);
}

async fn flags_agree(db: &Database, storage: &Storage, told: &Told) {
    assert_eq!(
        db.number("SELECT COUNT(*) FROM flag_gates").await,
        i64::try_from(told.flags.len()).expect("few")
    );
    let mut uow = storage.read().await.expect("a transaction");
    for ((flag, environment), json) in &told.flags {
        let stored = uow.features().find(*environment, flag).await.expect("it answers");
        assert_eq!(serde_json::to_string(&stored.gates).expect("JSON"), *json, "{flag} in {environment}");
    }
    for (name, count) in &told.feature_groups {
        let group = uow.feature_groups().find(name).await.expect("it answers").expect("it is there");
        assert_eq!(group.members.len(), *count, "{name}");
    }
    let rows = db.texts("SELECT environment || ' ' || by_username || ' ' || CAST(since AS TEXT) || ' ' || reason FROM change_freezes").await;
    assert_eq!(rows, told.freezes);
    let rows = db.texts("SELECT flag || ' ' || by_username || ' ' || CAST(planned_at AS TEXT) FROM scheduled_changes WHERE state = 'pending'").await;
    assert_eq!(rows, told.scheduled);
    let jobs = db.number("SELECT COUNT(*) FROM jobs WHERE kind = 'scheduled_change'").await;
    assert_eq!(jobs, i64::try_from(told.scheduled.len()).expect("few"));
    for registry in &told.registries {
        let [environment, at] = split(registry);
        let environment = Environment::from_key(environment).expect("a known one");
        let changed = uow.deployed_versions().find(environment).await.expect("it answers").changed;
        assert_eq!(changed.map(|it| it.at), time(at));
    }
}
