//! The product's demo data: users, groups, seats. Created on an empty database only.

use super::{
    App, Origin, UseCaseError,
    accounts::secrets::password_hash,
    audit_trail::{Happened, record_as},
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        flows::catalogue::{CATALOGUE, CODE_REVIEW, Maturity, Tier},
        ids::UserId,
        namespace::{GroupPath, Namespace, NamespaceKind, Subscription},
        people::grants::Source,
        role::Role,
        time::Timestamp,
        user::UserKind,
    },
    storage::{LastChange, NewNamespace, NewUser, StorageError, UnitOfWork},
};

/// The password of all demo users.
pub const PASSWORD: &str = "duo-console-demo";

pub(super) const USERS: [(&str, &str); 6] = [
    ("admin", "Administrator"),
    ("owner", "Group Owner"),
    ("maintainer", "Group Maintainer"),
    ("developer", "Developer Without Seat"),
    ("reviewer", "Reviewer With Seat"),
    ("outsider", "Outsider"),
];

struct Group {
    path: &'static str,
    name: &'static str,
    subscription: Subscription,
    /// Whether Code Review is on since before consent existed.
    transitional: bool,
    members: &'static [(&'static str, Role)],
    seats: &'static [&'static str],
    below: &'static [(NamespaceKind, &'static str, &'static str)],
}

const GROUPS: [Group; 3] = [
    Group {
        path: "acme",
        name: "Acme",
        subscription: Subscription { tier: Tier::Ultimate, duo_enterprise: true },
        transitional: false,
        members: &[
            ("owner", Role::Owner),
            ("maintainer", Role::Maintainer),
            ("developer", Role::Developer),
            ("reviewer", Role::Developer),
        ],
        seats: &["reviewer"],
        below: &[
            (NamespaceKind::Group, "acme/platform", "Platform"),
            (NamespaceKind::Group, "acme/platform/runtime", "Runtime"),
            (NamespaceKind::Project, "acme/website", "Website"),
            (NamespaceKind::Project, "acme/platform/api", "API"),
        ],
    },
    Group {
        path: "globex",
        name: "Globex",
        subscription: Subscription { tier: Tier::Premium, duo_enterprise: true },
        transitional: true,
        members: &[("owner", Role::Owner), ("developer", Role::Developer), ("reviewer", Role::Developer)],
        seats: &["reviewer"],
        below: &[(NamespaceKind::Project, "globex/portal", "Portal")],
    },
    Group {
        path: "initech",
        name: "Initech",
        subscription: Subscription { tier: Tier::Premium, duo_enterprise: false },
        transitional: false,
        members: &[("owner", Role::Owner), ("developer", Role::Developer)],
        seats: &[],
        below: &[(NamespaceKind::Project, "initech/tps", "TPS")],
    },
];

/// Whether it was created; `false` when the database has users.
pub async fn create_demo_data(app: &App, origin: &Origin) -> Result<bool, UseCaseError> {
    let hash = password_hash(app, PASSWORD).await;
    let mut uow = app.storage.begin().await?;
    if uow.users().count().await? > 0 {
        return Ok(false);
    }
    match write(app.now(), &mut uow, origin, &hash).await {
        // Another server that started at the same time was first.
        Err(StorageError::Duplicate { .. }) => return Ok(false),
        other => other?,
    }
    let happened = Happened::to(AuditKind::DemoDataCreated, "demo");
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    uow.commit().await?;
    Ok(true)
}

async fn write(
    now: Timestamp,
    uow: &mut UnitOfWork,
    origin: &Origin,
    hash: &str,
) -> Result<(), StorageError> {
    for (username, name) in USERS {
        let user = NewUser {
            username,
            name,
            kind: UserKind::Human,
            is_admin: username == "admin",
            password_hash: Some(hash),
            created_at: now,
        };
        uow.users().add(&user).await?;
    }
    for group in &GROUPS {
        let root = add_namespace(now, uow, None, NamespaceKind::Group, group.path, group.name).await?;
        uow.top_level_groups().save(root.id, group.subscription).await?;
        for (username, role) in group.members {
            let id = user_id(uow, username).await?;
            uow.memberships().set(root.id, id, Source::Hand, &(*role).into(), None).await?;
        }
        for username in group.seats {
            let id = user_id(uow, username).await?;
            uow.seats().give(root.id, id, Source::Hand, now).await?;
        }
        select_flows(now, uow, origin, &root, group).await?;
        for (kind, path, name) in group.below {
            let (parent, _) = path.rsplit_once('/').unwrap_or((path, ""));
            let parent = uow.namespaces().find_by_path(&parse(parent)).await?;
            add_namespace(now, uow, parent.as_ref(), *kind, path, name).await?;
        }
    }
    Ok(())
}

/// Turns on the flows that are generally available in the tier, and Code Review where it is transitional, in
/// the name of the administrator.
async fn select_flows(
    now: Timestamp,
    uow: &mut UnitOfWork,
    origin: &Origin,
    root: &Namespace,
    group: &Group,
) -> Result<(), StorageError> {
    let (username, name) = USERS[0];
    let id = Some(user_id(uow, username).await?);
    let administrator = AuditActor { id, username: username.to_owned(), name: name.to_owned() };
    let change = LastChange { at: now, by_username: username.to_owned(), by_name: name.to_owned() };
    for flow in &CATALOGUE {
        let on = if flow.reference == CODE_REVIEW {
            group.transitional
        } else {
            flow.maturity == Maturity::Ga && flow.tier <= group.subscription.tier
        };
        if on {
            uow.flow_selections().save(root.id, flow, true, &change, 0).await?;
            let happened = Happened {
                namespace: Some(root),
                from: String::from("off"),
                to: String::from("on"),
                ..Happened::to(AuditKind::FlowEnabled, flow.reference)
            };
            record_as(now, uow, administrator.clone(), origin, happened);
        }
    }
    Ok(())
}

async fn add_namespace(
    now: Timestamp,
    uow: &mut UnitOfWork,
    parent: Option<&Namespace>,
    kind: NamespaceKind,
    path: &str,
    name: &str,
) -> Result<Namespace, StorageError> {
    uow.namespaces().add(&NewNamespace { parent, kind, path: &parse(path), name, created_at: now }).await
}

async fn user_id(uow: &mut UnitOfWork, username: &str) -> Result<UserId, StorageError> {
    let user = uow.users().find_by_username(username).await?;
    Ok(user.expect("the demo users were made before").id)
}

fn parse(path: &str) -> GroupPath {
    GroupPath::parse(path).expect("the paths of the demo data are paths")
}
