//! *Users*, for administrators: search, and create password reset links.

use leptos::prelude::*;

use crate::{
    actions::{
        accounts::users::{RESET_LINK_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::{
        paths::{self, query_value},
        user::{User, UserKind},
    },
    ui::{
        components::{OutcomeNote, Pager},
        islands::CopyButton,
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::accounts::search_users::search_users,
};

#[component]
pub fn AdminUsersPage() -> impl IntoView {
    let query = Query::of_page();
    let (search, page) = (query.text("search"), i64::from(query.page()));
    visit(move |visit| async move {
        let found = search_users(&visit.app, &visit.signed_in.caller, &search, page).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let address =
            |page: i64| format!("{}?search={}&page={page}", paths::ADMIN_USERS, query_value(&search));
        let (before, after) = ((page > 1).then(|| address(page - 1)), found.more.then(|| address(page + 1)));
        let empty = found.users.is_empty();
        let rows =
            found.users.into_iter().map(|user| view! { <Row user search=search.clone() /> }).collect_view();
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN_USERS), Crumb::here("Users")];
        Ok(view! {
            <Page title="Users" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_USERS))>
                <h1 class="pt-4 text-2xl font-semibold">"Users"</h1>
                <OutcomeNote outcome done />
                <form method="get" action=paths::ADMIN_USERS role="search" class="mt-4 flex max-w-md gap-3">
                    <input
                        type="search"
                        name="search"
                        class="field min-w-0 flex-1"
                        aria-label="Search users"
                        placeholder="Name or user name"
                        autocomplete="off"
                        value=search.clone()
                    />
                    <button type="submit" class="button">"Search"</button>
                </form>
                {if empty {
                    view! { <p class="mt-6 text-muted">"Nobody has this in the name."</p> }.into_any()
                } else {
                    view! { <ul class="card mt-6 divide-y divide-line">{rows}</ul> }.into_any()
                }}
                <Pager before after />
            </Page>
        }
        .into_any())
    })
}

fn done(outcome: Outcome) -> Option<AnyView> {
    let Outcome::ResetLinkMade { username, link } = outcome else { return None };
    let text = view! {
        <p>
            "With this link " <strong>"@"{username}</strong>
            " sets a new password, once, within 24 hours. Copy it now: it is not shown again. Send it in a way that only they can read."
        </p>
        <p class="mt-2 flex flex-wrap items-center gap-3">
            <code class="token break-all">{link.clone()}</code>
            <CopyButton text=link label="Copy link".to_owned() />
        </p>
    };
    Some(text.into_any())
}

#[component]
fn Row(user: User, search: String) -> impl IntoView {
    let is_bot = user.kind == UserKind::Bot;
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1">
                <p class="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
                    <bdi>{user.name}</bdi>
                    {user.is_admin.then(|| view! { <span class="badge">"Administrator"</span> })}
                    {is_bot.then(|| view! { <span class="badge">"Bot"</span> })}
                </p>
                <p class="text-sm wrap-anywhere text-muted">"@"{user.username.clone()}</p>
            </div>
            {(!is_bot)
                .then(|| {
                    view! {
                        <form method="post" action=RESET_LINK_ADDRESS>
                            <input type="hidden" name="username" value=user.username.clone() />
                            <input type="hidden" name="search" value=search />
                            <button type="submit" class="button button-small">
                                "Make a reset link" <span class="sr-only">{format!(" for {}", user.username)}</span>
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}
