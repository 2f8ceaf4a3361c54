//! *Active sessions*: where the user is signed in, with buttons to end sessions.

use leptos::prelude::*;

use crate::{
    actions::{
        accounts::sessions::{END_OTHERS_ADDRESS, REVOKE_ADDRESS, SUBJECT},
        flash::Outcome,
    },
    domain::{accounts::user_agent, paths},
    ui::{
        components::{OutcomeNote, Time},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{OpenSession, accounts::list_sessions::list_sessions},
};

#[component]
pub fn ActiveSessionsPage() -> impl IntoView {
    visit(|visit| async move {
        let sessions = list_sessions(&visit.app, &visit.signed_in.caller).await?;
        let others = sessions.len() > 1;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let rows =
            sessions.into_iter().map(|session| view! { <Row visit=visit.clone() session /> }).collect_view();
        let crumbs = vec![Crumb::link("Your settings", paths::PREFERENCES), Crumb::here("Active sessions")];
        Ok(view! {
            <Page title="Active sessions" crumbs nav=Some(Nav::of_user(paths::SESSIONS))>
                <h1 class="pt-4 text-2xl font-semibold">"Active sessions"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Where you are signed in. End any session that you do not recognise, and then change your password."
                </p>
                <OutcomeNote outcome done />
                <ul class="card mt-6 divide-y divide-line">{rows}</ul>
                {others
                    .then(|| {
                        view! {
                            <form method="post" action=END_OTHERS_ADDRESS class="mt-4">
                                <button type="submit" class="button">"Sign out everywhere else"</button>
                            </form>
                        }
                    })}
            </Page>
        }
        .into_any())
    })
}

fn done(outcome: Outcome) -> Option<AnyView> {
    let text = match outcome {
        Outcome::SessionRevoked => String::from("The session has ended."),
        Outcome::SessionsEnded { count: 0 } => String::from("You were signed in nowhere else."),
        Outcome::SessionsEnded { count: 1 } => String::from("The other session has ended."),
        Outcome::SessionsEnded { count } => format!("{count} other sessions have ended."),
        _ => return None,
    };
    Some(text.into_any())
}

#[component]
fn Row(visit: Visit, session: OpenSession) -> impl IntoView {
    let browser = user_agent::in_words(&session.user_agent);
    let address =
        if session.remote_ip.is_empty() { String::from("an unknown IP address") } else { session.remote_ip };
    let end = if session.id == visit.signed_in.session {
        view! { <span class="badge">"This session"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=REVOKE_ADDRESS>
                <input type="hidden" name="id" value=session.id.0 />
                <button type="submit" class="button button-small">
                    "Revoke" <span class="sr-only">{format!(" {browser} at {address}")}</span>
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1">
                <p class="font-medium">{browser.clone()}</p>
                <p class="text-sm break-words text-muted">
                    "From "{address.clone()}", signed in "<Time moment=visit.moment(session.created_at) />
                    ", last active "<Time moment=visit.moment(session.last_seen_at) />
                </p>
            </div>
            {end}
        </li>
    }
}
