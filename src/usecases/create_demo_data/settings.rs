//! Acts about flows, consent and feature flags.

use super::story::Story;
use crate::{
    domain::{
        access::HeldRole,
        actor::Actor,
        audit::AuditKind,
        environment::Environment,
        flags::{FlagActor, GateChange},
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            consent::Transition,
            deployed::{Deployed, FlowDefinition, parse_version},
            wording::CODE_REVIEW_WORDING,
        },
        namespace::Namespace,
        role::Role,
    },
    storage::{ChangeFreeze, LastChange, StorageError},
    usecases::{
        Guard, UseCaseError,
        audit_trail::Happened,
        flags::{
            flag_change::{FlagChange, To, carry_out},
            flag_definitions::ours,
            flag_names::names_of,
        },
        flows::set_flow::{Write, write},
    },
};

impl Story<'_> {
    pub async fn review(&mut self, by: &str, path: &str, transition: Transition) -> Result<(), StorageError> {
        let flow = Flow::find(CODE_REVIEW).expect("it is in the catalogue");
        self.switch(by, &self.namespace(path), flow, transition).await
    }

    pub async fn switch(
        &mut self,
        by: &str,
        group: &Namespace,
        flow: &'static Flow,
        transition: Transition,
    ) -> Result<(), StorageError> {
        let before = self.uow.flow_selections().find(group.id, flow).await?;
        let caller = self.caller(by);
        let held =
            if caller.actor.is_admin { HeldRole::Administrator } else { HeldRole::Member(Role::Owner) };
        let wording = CODE_REVIEW_WORDING.id();
        let to_write = Write { group, flow, before: &before, transition, held, wording: &wording };
        write(&self.app, &mut self.uow, &caller, self.app.now(), to_write).await.map(drop)
    }

    pub async fn add_feature_group(
        &mut self,
        by: &str,
        name: &str,
        users: &[&str],
        projects: &[&str],
    ) -> Result<(), StorageError> {
        let users = users.iter().map(|it| FlagActor::User(self.user(it).id));
        let projects = projects.iter().map(|it| FlagActor::Project(self.namespace(it).id));
        let mut members: Vec<_> = users.chain(projects).collect();
        members.sort_unstable();
        self.uow.feature_groups().save(name, &members, 0).await?;
        let to = names_of(&mut self.uow, &members).await?.join(", ");
        self.record(by, Happened { to, ..Happened::to(AuditKind::FeatureGroupUpdated, name) });
        Ok(())
    }

    pub async fn set_flag(
        &mut self,
        by: &str,
        flag: &str,
        environment: Environment,
        group: Option<&str>,
    ) -> Result<(), UseCaseError> {
        let changes = [match group {
            Some(group) => GateChange::FeatureGroup(group.to_owned(), true),
            None => GateChange::Boolean(true),
        }];
        let change = FlagChange {
            flag,
            definition: Some(ours(flag)),
            environments: &[environment],
            compare_with_staging: true,
            to: To::Changed(&changes),
            reason: None,
            guard: &Guard::default(),
            seen: None,
        };
        let editor = self.editor(by)?;
        carry_out(&self.app, &mut self.uow, &editor, &change).await.map(drop)
    }

    pub async fn freeze(
        &mut self,
        by: &str,
        environment: Environment,
        reason: &str,
    ) -> Result<(), StorageError> {
        let freeze =
            ChangeFreeze { reason: reason.to_owned(), since: self.app.now(), by_username: by.to_owned() };
        self.uow.change_freezes().begin(environment, &freeze).await?;
        let happened = Happened::to(AuditKind::ChangeFreezeBegun, environment.key());
        self.record(by, Happened { to: freeze.reason, ..happened });
        Ok(())
    }

    pub async fn deploy(
        &mut self,
        by: &str,
        environment: Environment,
        versions: &[(&str, &[&str])],
    ) -> Result<(), StorageError> {
        let mut deployed = Deployed::default();
        for (definition, versions) in versions {
            for version in *versions {
                let definition = FlowDefinition::parse(definition).expect("it is a definition");
                let version = parse_version(version).expect("it is a version");
                deployed.add(definition, version).expect("each is there once");
            }
        }
        let Actor { username, name, .. } = self.user(by).clone();
        let change = LastChange { at: self.app.now(), by_username: username, by_name: name };
        self.uow.deployed_versions().save(environment, &deployed, &change, 0).await?;
        let (from, to) = Deployed::default().difference(&deployed);
        let happened = Happened::to(AuditKind::FlowVersionsUpdated, environment.key());
        self.record(by, Happened { from, to, ..happened });
        Ok(())
    }
}
