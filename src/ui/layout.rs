//! The page frame: skip link, header, breadcrumb, navigation.

use std::sync::OnceLock;

use leptos::{prelude::*, tachys::html::InertElement};

use super::{
    app::set_title,
    islands::JumpBox,
    pages::{accounts, audit, consent_reminder::ConsentReminder, flags, flows, jobs, people, settings},
};
use crate::{
    actions::support::signed_in,
    domain::{
        actor::Actor,
        paths::{self, GroupPage},
    },
    usecases::{GroupFrame, front_page::NeedsConsent},
};

/// The first entries in the navigation of administrators.
const HOME_NAV: &[(&str, &str)] = &[("Home", paths::ADMIN), ("Consents", paths::ADMIN_CONSENTS)];

/// An entry of the breadcrumb; the last has no link.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

impl Crumb {
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// An entry of the side navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// The side navigation: a heading and its entries.
#[derive(Clone, Debug)]
pub struct Nav {
    pub heading: String,
    pub items: Vec<NavItem>,
}

impl Nav {
    /// The pages of a group that the visitor may see.
    pub fn of_group(frame: &GroupFrame, current: GroupPage) -> Self {
        let item = |label, page: GroupPage| NavItem {
            label,
            href: page.path(&frame.namespace.path),
            current: page == current,
        };
        let mut items = vec![item("Overview", GroupPage::Overview)];
        if frame.may.read_settings {
            items.push(item("Availability", GroupPage::Availability));
            items.push(item("Configuration", GroupPage::Configuration));
        }
        if frame.may.read_consents {
            items.push(item("Consents", GroupPage::Consents));
        }
        if frame.may.read_members {
            items.push(item("Members", GroupPage::Members));
        }
        if frame.may.read_settings {
            items.push(item("Seats", GroupPage::Seats));
        }
        if frame.may.read_audit {
            items.push(item("Audit events", GroupPage::AuditEvents));
        }
        if frame.may.manage_group {
            items.push(item("General settings", GroupPage::Edit));
        }
        Self { heading: frame.namespace.name.clone(), items }
    }

    /// The user settings.
    pub fn of_user(current: &'static str) -> Self {
        Self::of("Your settings", &[flows::USER_NAV, accounts::USER_NAV], current)
    }

    /// The administration pages.
    pub fn of_administrators(current: &'static str) -> Self {
        let entries = [
            HOME_NAV,
            accounts::ADMIN_NAV,
            people::ADMIN_NAV,
            settings::ADMIN_NAV,
            flags::ADMIN_NAV,
            jobs::ADMIN_NAV,
            audit::ADMIN_NAV,
        ];
        Self::of("Administration", &entries, current)
    }

    /// Joins the entries that each capability contributes.
    fn of(heading: &str, entries: &[&[(&'static str, &'static str)]], current: &'static str) -> Self {
        let item = |(label, href): &(&'static str, &'static str)| NavItem {
            label,
            href: (*href).to_owned(),
            current: *href == current,
        };
        Self { heading: heading.to_owned(), items: entries.iter().copied().flatten().map(item).collect() }
    }
}

/// The breadcrumb from *Groups* down to the group, ending with the page.
pub fn group_crumbs(frame: &GroupFrame, page: &'static str) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::link("Groups", paths::GROUPS)];
    for group in &frame.ancestors {
        crumbs.push(Crumb::link(group.name.clone(), GroupPage::Overview.path(&group.path)));
    }
    crumbs.push(Crumb::here(page));
    crumbs
}

/// A page in its frame. `covered`: a dialog is open over it, so the page itself is inert.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    #[prop(optional)] crumbs: Vec<Crumb>,
    #[prop(optional_no_strip)] nav: Option<Nav>,
    #[prop(optional)] covered: bool,
    children: Children,
) -> impl IntoView {
    set_title(format!("{title} · Duo Console"));
    let actor = signed_in().map(|it| it.caller.actor);
    let reminder = use_context::<NeedsConsent>();
    // Each is a type of its own: one type of all of it takes too much of the stack.
    let header = view! { <Header actor /> }.into_any();
    let nav = nav.map(|nav| view! { <SideNav nav /> }.into_any());
    let main = view! {
        <div class="min-w-0 flex-1">
            {(!crumbs.is_empty()).then(|| view! { <Breadcrumb crumbs /> })}
            <main id="content" tabindex="-1" class="outline-none">
                {reminder.map(|group| view! { <ConsentReminder group primary=false /> })}
                {children()}
            </main>
        </div>
    }
    .into_any();
    view! {
        <div inert=covered>
            <a href="#content" class="skip-link">"Skip to content"</a>
            {header}
            <div class="mx-auto max-w-6xl gap-8 px-4 pb-16 sm:px-6 md:flex">{nav}{main}</div>
        </div>
    }
}

/// Rendered once: it is the same on every page and for every visitor.
fn jump_box() -> &'static str {
    static HTML: OnceLock<String> = OnceLock::new();
    HTML.get_or_init(|| view! { <JumpBox /> }.to_html())
}

#[component]
fn Header(actor: Option<Actor>) -> impl IntoView {
    view! {
        <header class="top-0 z-10 tall:sticky border-b border-line bg-surface">
            <div class="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4 sm:px-6">
                <a href=paths::HOME class="flex shrink-0 items-center gap-2 font-semibold text-ink no-underline">
                    <img src="/favicon.svg" alt="" width="24" height="24" />
                    <span class="sr-only sm:not-sr-only">"Duo Console"</span>
                </a>
                {actor
                    .map(|actor| {
                        view! {
                            <div class="ml-auto min-w-0 flex-1 sm:max-w-sm">
                                {InertElement::new(jump_box())}
                            </div>
                            {actor
                                .is_admin
                                .then(|| view! { <a href=paths::ADMIN class="shrink-0 rounded-md px-2 py-1 text-ink hover:bg-raised">"Admin"</a> })}
                            <AccountMenu actor />
                        }
                    })}
            </div>
        </header>
    }
}

#[component]
fn AccountMenu(actor: Actor) -> impl IntoView {
    let initial: String = actor.name.chars().take(1).collect();
    view! {
        <button type="button" popovertarget="account-menu" class="avatar" aria-label="Account menu">
            {initial.to_uppercase()}
        </button>
        <div id="account-menu" popover class="menu">
            <p class="px-3 py-2">
                <span class="block font-medium"><bdi>{actor.name}</bdi></span>
                <span class="block text-sm text-muted">"@"{actor.username}</span>
            </p>
            <a class="menu-item" href=paths::GROUPS>"Groups"</a>
            <a class="menu-item" href=paths::PREFERENCES>"Preferences"</a>
            <a class="menu-item" href=paths::SESSIONS>"Active sessions"</a>
            <a class="menu-item" href=paths::ACCESS_TOKENS>"Access tokens"</a>
            {actor
                .is_admin
                .then(|| view! { <a class="menu-item" href=paths::ADMIN>"Administration"</a> })}
            <form method="post" action=paths::SIGN_OUT>
                <button type="submit" class="menu-item w-full text-left">"Sign out"</button>
            </form>
        </div>
    }
}

/// The navigation: at the left on wide screens, behind a button on narrow ones.
#[component]
fn SideNav(nav: Nav) -> impl IntoView {
    let label = nav.heading.clone();
    view! {
        <nav id="side-nav" popover aria-label=label class="side-nav">
            <p class="px-3 pb-2 text-sm font-medium text-muted"><bdi>{nav.heading}</bdi></p>
            <ul>
                {nav
                    .items
                    .into_iter()
                    .map(|item| {
                        view! {
                            <li>
                                <a
                                    class="menu-item aria-[current]:bg-raised aria-[current]:font-medium"
                                    href=item.href
                                    aria-current=item.current.then_some("page")
                                >
                                    {item.label}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
        <button type="button" popovertarget="side-nav" class="side-nav-button button">"Menu"</button>
    }
}

#[component]
fn Breadcrumb(crumbs: Vec<Crumb>) -> impl IntoView {
    view! {
        <nav aria-label="Breadcrumb" class="pt-6 text-sm">
            <ol class="flex flex-wrap gap-x-2 text-muted">
                {crumbs
                    .into_iter()
                    .map(|crumb| match crumb.href {
                        Some(href) => {
                            view! {
                                <li class="after:ml-2 after:content-['/']">
                                    <a href=href class="text-muted hover:text-ink"><bdi>{crumb.label}</bdi></a>
                                </li>
                            }
                                .into_any()
                        }
                        None => view! { <li aria-current="page" class="wrap-anywhere text-ink"><bdi>{crumb.label}</bdi></li> }.into_any(),
                    })
                    .collect_view()}
            </ol>
        </nav>
    }
}
