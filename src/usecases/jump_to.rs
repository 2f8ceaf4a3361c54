//! Finds pages by a part of their name.

use super::{App, Caller, UseCaseError, flags::flag_definitions};
use crate::domain::{
    access::{may_administer, may_read_settings, whose_namespaces},
    paths::{self, GroupPage},
    token::Scope,
};

/// How many groups are searched for pages.
const MOST: i64 = 8;
/// How many feature flags are returned.
const MOST_FLAGS: usize = 8;

/// A page to jump to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub label: String,
    /// The kind of page.
    pub detail: String,
    pub href: String,
}

pub async fn jump_to(app: &App, caller: &Caller, query: &str) -> Result<Vec<Destination>, UseCaseError> {
    let query = query.trim().to_lowercase();
    let own = [
        ("Groups", "Your groups", paths::GROUPS),
        ("Preferences", "Your settings: Orbit, theme, time format", paths::PREFERENCES),
        ("Password", "Your settings", paths::PASSWORD),
        ("Active sessions", "Your settings: where you are signed in", paths::SESSIONS),
        ("Access tokens", "Your settings", paths::ACCESS_TOKENS),
    ];
    let administration = [
        ("Administration", "What needs attention, set-up, health", paths::ADMIN),
        ("Consents", "Administration", paths::ADMIN_CONSENTS),
        ("People", "Administration", paths::ADMIN_PEOPLE),
        ("Groups", "Administration: top-level groups", paths::ADMIN_GROUPS),
        ("Seats", "Administration", paths::ADMIN_SEATS),
        ("Import and export", "Administration", paths::ADMIN_IMPORT),
        ("Feature flags", "Administration", paths::ADMIN_FEATURE_FLAGS),
        ("Feature groups", "Administration", paths::ADMIN_FEATURE_GROUPS),
        ("Jobs", "Administration", paths::ADMIN_JOBS),
        ("Audit events", "Administration", paths::ADMIN_AUDIT_EVENTS),
    ];
    let administers = may_administer(&caller.actor, Scope::ReadSettings).is_ok();
    let own = own.into_iter().chain(administration.into_iter().filter(|_| administers));
    let mut found: Vec<Destination> = own
        .filter(|(label, detail, _)| {
            label.to_lowercase().contains(&query) || detail.to_lowercase().contains(&query)
        })
        .map(|(label, detail, href)| Destination {
            label: label.to_owned(),
            detail: detail.to_owned(),
            href: href.to_owned(),
        })
        .collect();
    let mut uow = app.storage.read().await?;
    if administers && !query.is_empty() {
        let names = flag_definitions::all(&mut uow).await?.into_iter().map(|flag| flag.name);
        let names = names.filter(|name| name.contains(&query)).take(MOST_FLAGS);
        found.extend(names.map(|name| Destination {
            href: paths::feature_flag(&name, app.environment()),
            detail: String::from("Feature flag"),
            label: name,
        }));
    }
    for group in
        uow.namespaces().list_visible(whose_namespaces(&caller.actor), &query, app.now(), MOST, 0).await?
    {
        let path = &group.namespace.path;
        let kind = group.namespace.kind_name();
        let mut add = |page: GroupPage, label: String, detail: String| {
            found.push(Destination { label, detail, href: page.path(path) });
        };
        add(
            GroupPage::Overview,
            path.to_string(),
            format!("GitLab Duo overview of the {kind} {}", group.namespace.name),
        );
        if may_read_settings(&caller.actor, group.role) {
            add(GroupPage::Configuration, format!("{path}: configuration"), format!("Flows of the {kind}"));
        }
    }
    Ok(found)
}
