//! Tells the demo data: each act writes what its use case would have written, with the same audit events, at
//! the time when it happened. Everything is in one unit of work, where the use cases would have one each.
//! `tests/storage/demo.rs` compares the events with the rows.

use super::{
    plot::Act,
    story::{NINE, Story},
};
use crate::{
    domain::{
        audit::AuditKind,
        flags::{FlagValue, Targets},
        flows::{
            catalogue::{CATALOGUE, CODE_REVIEW, Flow, Maturity},
            consent::Transition,
        },
        namespace::NamespaceKind,
        time::Timestamp,
        user::{UserKind, UserState},
    },
    usecases::{
        UseCaseError, Where,
        audit_trail::Happened,
        flags::schedule_change::{ScheduleChange, schedule_in},
        people::group_editor::kind_for,
    },
};

impl Story<'_> {
    /// Somebody does something.
    pub async fn tell(&mut self, at: Timestamp, by: &'static str, act: Act) -> Result<(), UseCaseError> {
        self.now_it_is(at);
        match act {
            Act::Administrator(user, name) => self.add_user(by, user, name, UserKind::Human, true).await?,
            Act::Person(user, name) => self.add_user(by, user, name, UserKind::Human, false).await?,
            Act::Bot(user, name) => self.add_user(by, user, name, UserKind::Bot, false).await?,
            Act::SignIn => {
                let id = self.user(by).id;
                self.uow.users().note_sign_in(id, at).await?;
                self.record(by, Happened { to: "password".into(), ..Happened::to(AuditKind::SignedIn, by) });
            }
            Act::Block(user) => {
                let id = self.user(user).id;
                self.uow.users().set_state(id, UserState::Blocked).await?;
                self.record(by, Happened::to(AuditKind::UserBlocked, user));
            }
            Act::Token(user, name, scopes, days) => self.add_token(by, user, name, scopes, days).await?,
            Act::TopLevel(path, name, bought) => {
                let words = bought.words();
                let group = self.add_namespace(by, NamespaceKind::Group, path, name, &words).await?;
                self.uow.top_level_groups().save(group.id, bought).await?;
            }
            Act::Group(path, name, about) => self.below(by, NamespaceKind::Group, path, name, about).await?,
            Act::Project(path, name, about) => {
                self.below(by, NamespaceKind::Project, path, name, about).await?;
            }
            Act::Subscribe(path, after) => self.subscribe(by, path, after).await?,
            Act::Archive(path) => {
                let namespace = self.namespace(path);
                self.uow.namespaces().set_archived(namespace.id, Some(at)).await?;
                let kind = kind_for(&namespace, AuditKind::GroupArchived, AuditKind::ProjectArchived);
                self.record(by, Happened { namespace: Some(&namespace), ..Happened::to(kind, path) });
            }
            Act::Member(path, user, role) => self.set_member(by, path, user, role, None).await?,
            Act::MemberUntil(path, user, role, days) => {
                self.set_member(by, path, user, role, Some(self.in_days(days))).await?;
            }
            Act::RemoveMember(path, user) => self.remove_member(by, path, user).await?,
            Act::ImportMembers(lines) => self.import_members(by, lines).await?,
            Act::Invite(path, group, role) => self.invite(by, path, group, role, None).await?,
            Act::InviteUntil(path, group, role, days) => {
                self.invite(by, path, group, role, Some(self.in_days(days))).await?;
            }
            Act::Purchase(path, number) => self.purchase(by, path, number).await?,
            Act::GiveSeat(path, user) => self.change_seat(by, path, user, AuditKind::SeatAssigned).await?,
            Act::TakeSeat(path, user) => self.change_seat(by, path, user, AuditKind::SeatUnassigned).await?,
            Act::WaitForSeat(path, user) => {
                self.change_seat(by, path, user, AuditKind::SeatWaitBegun).await?;
            }
            Act::TurnOnFlows(path) => {
                let group = self.namespace(path);
                let bought = self.uow.top_level_groups().lookup(group.id).await?;
                let included = |flow: &Flow| bought.is_some_and(|bought| flow.tier <= bought.tier);
                for flow in CATALOGUE.iter().filter(|it| it.reference != CODE_REVIEW) {
                    if flow.maturity == Maturity::Ga && included(flow) {
                        self.switch(by, &group, flow, Transition::TurnedOn).await?;
                    }
                }
            }
            Act::TurnOnCodeReview(path) => self.review(by, path, Transition::TurnedOn).await?,
            Act::Consent(path) => self.review(by, path, Transition::TurnedOnWithConsent).await?,
            Act::Withdraw(path) => self.review(by, path, Transition::TurnedOffConsentWithdrawn).await?,
            Act::FeatureGroup(name, users, projects) => {
                self.add_feature_group(by, name, users, projects).await?;
            }
            Act::Flag(flag, environment, group) => self.set_flag(by, flag, environment, group).await?,
            Act::Freeze(environment, reason) => self.freeze(by, environment, reason).await?,
            Act::Deploy(environment, versions) => self.deploy(by, environment, versions).await?,
            Act::Schedule(flag, environment, days, reason) => {
                let change = ScheduleChange {
                    name: flag.to_owned(),
                    value: FlagValue::Boolean(true),
                    targets: Targets::default(),
                    environment: Where::Named(environment),
                    due_at: self.in_days(days).plus_millis(NINE),
                    reason: Some(reason.to_owned()),
                    undefined_too: false,
                };
                let editor = self.editor(by)?;
                schedule_in(&self.app, &mut self.uow, &editor, &change).await?;
            }
        }
        Ok(())
    }
}
