//! Acts about users, groups, members and seats.

use sha2::{Digest, Sha256};

use super::{plot::ImportedLine, story::Story};
use crate::{
    domain::{
        actor::{Actor, Proof},
        audit::AuditKind,
        namespace::{GroupPath, Namespace, NamespaceKind, Subscription},
        people::{
            grants::Source,
            import::{format::ImportKind, members::write_role, plan::Counts},
            members::Membership,
        },
        role::{GivenRole, Role},
        time::Timestamp,
        token::Scope,
        user::UserKind,
    },
    storage::{NewNamespace, NewToken, NewUser, StorageError},
    usecases::{
        accounts::secrets::{random_token, token_hash},
        audit_trail::Happened,
        people::group_editor::kind_for,
    },
};

impl Story<'_> {
    pub async fn add_user(
        &mut self,
        by: &str,
        username: &'static str,
        name: &'static str,
        kind: UserKind,
        is_admin: bool,
    ) -> Result<(), StorageError> {
        let password_hash = (kind == UserKind::Human).then_some(self.password_hash);
        let user = NewUser { username, name, kind, is_admin, password_hash, created_at: self.app.now() };
        let id = self.uow.users().add(&user).await?;
        let (scopes, proof) = (None, Proof::EachRequest);
        let actor = Actor { id, username: username.into(), name: name.into(), kind, is_admin, scopes, proof };
        self.users.insert(username, actor);
        let what = if is_admin { "administrator" } else { kind.key() };
        self.record(by, Happened { to: what.into(), ..Happened::to(AuditKind::UserCreated, username) });
        Ok(())
    }

    /// A token that nobody knows.
    pub async fn add_token(
        &mut self,
        by: &str,
        user: &str,
        name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<(), StorageError> {
        let expires_at = self.in_days(days);
        let token = NewToken {
            user: self.user(user).id,
            name,
            token_hash: &token_hash(&random_token(&self.app)),
            scopes,
            created_at: self.app.now(),
            expires_at,
        };
        self.uow.tokens().add(&token).await?;
        let whose = if by == user { String::new() } else { format!(" for {user}") };
        let keys: Vec<_> = scopes.iter().map(|scope| scope.key()).collect();
        let to = format!("{} until {}{whose}", keys.join(" "), expires_at.date());
        self.record(by, Happened { to, ..Happened::to(AuditKind::TokenCreated, name) });
        Ok(())
    }

    pub async fn below(
        &mut self,
        by: &str,
        kind: NamespaceKind,
        path: &'static str,
        name: &str,
        about: &str,
    ) -> Result<(), StorageError> {
        let made = self.add_namespace(by, kind, path, name, "").await?;
        if !about.is_empty() {
            self.uow.namespaces().set_description(made.id, about).await?;
        }
        Ok(())
    }

    pub async fn add_namespace(
        &mut self,
        by: &str,
        kind: NamespaceKind,
        path: &'static str,
        name: &str,
        with: &str,
    ) -> Result<Namespace, StorageError> {
        let parent = path.rsplit_once('/').map(|(parent, _)| self.namespace(parent));
        let parsed = GroupPath::parse(path).expect("the paths of the demo data are paths");
        let created_at = self.app.now();
        let new = NewNamespace { parent: parent.as_ref(), kind, path: &parsed, name, created_at };
        let made = self.uow.namespaces().add(&new).await?;
        self.namespaces.insert(path, made.clone());
        let kind = kind_for(&made, AuditKind::GroupCreated, AuditKind::ProjectCreated);
        self.record(by, Happened { namespace: Some(&made), to: with.into(), ..Happened::to(kind, path) });
        Ok(made)
    }

    pub async fn subscribe(&mut self, by: &str, path: &str, after: Subscription) -> Result<(), StorageError> {
        let group = self.namespace(path);
        let before = self.uow.top_level_groups().lookup(group.id).await?.map(Subscription::words);
        self.uow.top_level_groups().save(group.id, after).await?;
        let happened = Happened {
            namespace: Some(&group),
            from: before.unwrap_or_default(),
            to: after.words(),
            ..Happened::to(AuditKind::GroupSubscriptionUpdated, path)
        };
        self.record(by, happened);
        Ok(())
    }

    pub async fn set_member(
        &mut self,
        by: &str,
        path: &str,
        user: &str,
        role: Role,
        expires_at: Option<Timestamp>,
    ) -> Result<(), StorageError> {
        let (namespace, id) = (self.namespace(path), self.user(user).id);
        let before = self.uow.members().find(namespace.id, id, Source::Hand).await?;
        let new = Membership { role: role.into(), expires_at };
        self.uow.members().save(namespace.id, id, Source::Hand, before.as_ref(), &new).await?;
        let kind = if before.is_some() { AuditKind::MembershipUpdated } else { AuditKind::MembershipCreated };
        let happened = Happened {
            namespace: Some(&namespace),
            from: before.map(|it| it.words()).unwrap_or_default(),
            to: new.words(),
            ..Happened::to(kind, user)
        };
        self.record(by, happened);
        Ok(())
    }

    pub async fn remove_member(&mut self, by: &str, path: &str, user: &str) -> Result<(), StorageError> {
        let (namespace, id) = (self.namespace(path), self.user(user).id);
        let before = self.uow.members().find(namespace.id, id, Source::Hand).await?;
        self.uow.memberships().remove(namespace.id, id, Source::Hand).await?;
        let happened = Happened {
            namespace: Some(&namespace),
            from: before.map(|it| it.words()).unwrap_or_default(),
            ..Happened::to(AuditKind::MembershipDeleted, user)
        };
        self.record(by, happened);
        Ok(())
    }

    /// From a file that is as an administrator would have written it.
    pub async fn import_members(&mut self, by: &str, lines: &[ImportedLine]) -> Result<(), StorageError> {
        let mut file = vec![ImportKind::Members.columns().join(",")];
        let mut members = Vec::new();
        for (path, user, level, name) in lines {
            let role = GivenRole::new(*level, name.map(str::to_owned));
            let role = role.expect("the roles of the demo data are roles");
            file.push(format!("{path},{user},{},never,set", write_role(&role)));
            members.push((self.namespace(path).id, self.user(user).id, role));
        }
        let given = members.iter().map(|(namespace, user, role)| (*namespace, *user, role, None));
        self.uow.bulk().set_members(given).await?;
        let counts = Counts { created: lines.len() as u64, ..Counts::default() };
        let sha256 = base16ct::lower::encode_string(&Sha256::digest(file.join("\n")));
        let to = format!("{counts}; the file's SHA-256 is {sha256}");
        self.record(
            by,
            Happened { to, ..Happened::to(AuditKind::PeopleImported, ImportKind::Members.key()) },
        );
        Ok(())
    }

    pub async fn invite(
        &mut self,
        by: &str,
        path: &str,
        group: &str,
        role: Role,
        expires_at: Option<Timestamp>,
    ) -> Result<(), StorageError> {
        let (namespace, invited) = (self.namespace(path), self.namespace(group).id);
        let given = Membership { role: role.into(), expires_at };
        self.uow.shares().save(namespace.id, invited, Source::Hand, None, &given).await?;
        let happened = Happened {
            namespace: Some(&namespace),
            to: given.words(),
            ..Happened::to(AuditKind::GroupShareCreated, group)
        };
        self.record(by, happened);
        Ok(())
    }

    pub async fn purchase(&mut self, by: &str, path: &str, number: i64) -> Result<(), StorageError> {
        let group = self.namespace(path);
        let pool = self.uow.seats().pool_to_change(Some(group.id)).await?;
        self.uow.seats().claim(&pool).await?;
        self.uow.seats().set_purchased(pool.id, Some(number)).await?;
        let happened = Happened {
            namespace: Some(&group),
            from: pool.counts.purchased.map_or_else(|| String::from("unknown"), |it| it.to_string()),
            to: number.to_string(),
            ..Happened::to(AuditKind::SeatsPurchasedUpdated, path)
        };
        self.record(by, happened);
        Ok(())
    }

    pub async fn change_seat(
        &mut self,
        by: &str,
        path: &str,
        user: &str,
        kind: AuditKind,
    ) -> Result<(), StorageError> {
        let (group, id, now) = (self.namespace(path), self.user(user).id, self.app.now());
        let pool = self.uow.seats().pool_to_change(Some(group.id)).await?;
        self.uow.seats().claim(&pool).await?;
        let mut seats = self.uow.seats();
        let (_changed, from) = match kind {
            AuditKind::SeatAssigned => (seats.assign(pool.id, id, Source::Hand, now).await?, ""),
            AuditKind::SeatWaitBegun => (seats.wait(pool.id, id, Source::Hand, now).await?, ""),
            _ => (seats.remove(pool.id, id).await?, Source::Hand.phrase()),
        };
        let happened =
            Happened { namespace: Some(&group), from: from.to_owned(), ..Happened::to(kind, user) };
        self.record(by, happened);
        Ok(())
    }
}
