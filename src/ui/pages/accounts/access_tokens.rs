//! *Access tokens*: create a personal access token, see it once, revoke it. A bot's are on its page for
//! administrators.

use leptos::prelude::*;

use crate::{
    actions::{
        accounts::tokens::{CREATE_ADDRESS, REVOKE_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::{
        paths,
        time::Timestamp,
        token::{MAX_TOKEN_DAYS, Scope},
    },
    ui::{
        components::{AlertNote, Field, FieldError, StatusNote, Time, Wrong, described_by},
        islands::CopyButton,
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{StoredToken, accounts::list_tokens::list_tokens},
};

/// The default lifetime of a new token, in days.
const DEFAULT_DAYS: i64 = 30;

/// The form's fields that show their own errors.
const FIELDS: [&str; 3] = ["name", "scopes", "expires_at"];

/// What was entered into the form for a new token.
struct Typed {
    name: String,
    scopes: Vec<String>,
    expires_at: String,
}

impl Typed {
    /// `name` is the parameter with the token's name.
    fn of(query: &Query, name: &str, now: Timestamp) -> Self {
        Self {
            name: query.text(name),
            scopes: query.all("scopes").map(str::to_owned).collect(),
            expires_at: query
                .get("expires_at")
                .filter(|day| !day.is_empty())
                .map_or_else(|| now.plus_days(DEFAULT_DAYS).date(), str::to_owned),
        }
    }
}

#[component]
pub fn AccessTokensPage() -> impl IntoView {
    let query = Query::of_page();
    visit(move |visit| async move {
        let tokens = list_tokens(&visit.app, &visit.signed_in.caller).await?;
        let now = visit.app.now();
        let typed = Typed::of(&query, "name", now);
        let crumbs = vec![Crumb::link("Your settings", paths::PREFERENCES), Crumb::here("Access tokens")];
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let wrong = match &outcome {
            Some(Outcome::Failed(error)) => Wrong::from(error),
            _ => Wrong::default(),
        };
        let empty = tokens.is_empty();
        let rows = tokens
            .into_iter()
            .map(|token| view! { <Row visit=visit.clone() token now bot=None /> })
            .collect_view();
        Ok(view! {
            <Page title="Access tokens" crumbs nav=Some(Nav::of_user(paths::ACCESS_TOKENS))>
                <h1 class="pt-4 text-2xl font-semibold">"Access tokens"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "A program signs in with a token instead of your password. Give each its own, with no more scopes than it needs. "
                    <a class="underline" href=paths::API_DOCS>"API reference"</a>"."
                </p>
                <Note outcome />
                <NewToken typed wrong now bot=None />
                <section class="mt-8" aria-labelledby="tokens">
                    <h2 id="tokens" class="text-base font-semibold">"Your tokens"</h2>
                    {if empty {
                        view! { <p class="mt-2 text-muted">"You have none yet."</p> }.into_any()
                    } else {
                        view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
                    }}
                </section>
            </Page>
        }
        .into_any())
    })
}

/// The tokens of a bot, on its page.
#[component]
pub(in crate::ui::pages) fn BotTokens(
    visit: Visit,
    bot: String,
    tokens: Vec<StoredToken>,
    query: Query,
) -> impl IntoView {
    let now = visit.app.now();
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let wrong = match &outcome {
        Some(Outcome::Failed(error)) => Wrong::from(error),
        _ => Wrong::default(),
    };
    let empty = tokens.is_empty();
    let rows = tokens
        .into_iter()
        .map(|token| view! { <Row visit=visit.clone() token now bot=Some(bot.clone()) /> })
        .collect_view();
    view! {
        <section class="mt-8" aria-labelledby="tokens">
            <h2 id="tokens" class="text-base font-semibold">"Access tokens"</h2>
            <p class="mt-1 max-w-prose text-sm text-muted">
                "A program signs in with a token, and may do what the bot may: give it a role in the groups that it asks about. "
                <a class="underline" href=paths::API_DOCS>"API reference"</a>"."
            </p>
            <Note outcome />
            {if empty {
                view! { <p class="mt-2 text-muted">"None yet."</p> }.into_any()
            } else {
                view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
            }}
            <NewToken typed=Typed::of(&query, "token", now) wrong now bot=Some(bot.clone()) />
        </section>
    }
}

/// The flash of the form that led here.
#[component]
fn Note(outcome: Option<Outcome>) -> impl IntoView {
    match outcome {
        Some(Outcome::TokenCreated { name, token }) => view! {
            <StatusNote>
                <p>
                    "This is the token " <strong><bdi>{name}</bdi></strong>
                    ". Copy it now: it is not shown again."
                </p>
                <p class="mt-2 flex flex-wrap items-center gap-3">
                    <code class="token break-all">{token.clone()}</code>
                    <CopyButton text=token label="Copy token".to_owned() />
                </p>
            </StatusNote>
        }
        .into_any(),
        Some(Outcome::TokenRevoked { name }) => view! {
            <StatusNote>"The token "<strong><bdi>{name}</bdi></strong>" is revoked. It stopped working at once."</StatusNote>
        }
        .into_any(),
        Some(Outcome::Failed(error)) => match Wrong::from(&error).beyond(&FIELDS) {
            Some(message) => view! { <AlertNote>{message}</AlertNote> }.into_any(),
            None => ().into_any(),
        },
        _ => ().into_any(),
    }
}

#[component]
fn NewToken(typed: Typed, wrong: Wrong, now: Timestamp, bot: Option<String>) -> impl IntoView {
    // Of a bot it is one form among others.
    let button = if bot.is_some() { "button" } else { "button button-primary" };
    let [name, scopes, expires] = FIELDS.map(|field| wrong.with(field));
    let (name_is_wrong, expires_is_wrong) = (name.is_some(), expires.is_some());
    let scopes_are_wrong = scopes.is_some();
    view! {
        <section class="card mt-6 p-5" aria-labelledby="new-token">
            <h2 id="new-token" class="text-base font-semibold">"New token"</h2>
            <form method="post" action=CREATE_ADDRESS class="mt-4 space-y-5">
                {bot.map(|bot| view! { <input type="hidden" name="bot" value=bot /> })}
                <Field id="token-name" label="Name" wrong=name>
                    <input
                        id="token-name"
                        name="name"
                        class="field mt-1 w-full max-w-md"
                        required
                        maxlength="100"
                        autocomplete="off"
                        autofocus=name_is_wrong
                        aria-invalid=name_is_wrong.then_some("true")
                        aria-describedby=described_by("token-name", true, name_is_wrong)
                        value=typed.name
                    />
                    <p id="token-name-help" class="mt-1 text-sm text-muted">"What it is for, so that you recognise it."</p>
                </Field>
                <fieldset aria-describedby=described_by("scopes", false, scopes_are_wrong)>
                    <legend class="label">"Scopes"</legend>
                    {scopes.map(|message| view! { <FieldError id="scopes" message /> })}
                    <div class="mt-2 space-y-2">
                        {Scope::ALL
                            .into_iter()
                            .enumerate()
                            .map(|(nth, scope)| {
                                let id = format!("scope-{}", scope.key().replace('_', "-"));
                                let help = format!("{id}-help");
                                view! {
                                    <div class="flex items-start gap-3">
                                        <input
                                            type="checkbox"
                                            id=id.clone()
                                            name="scopes[]"
                                            value=scope.key()
                                            class="checkbox"
                                            autofocus=scopes_are_wrong && nth == 0
                                            aria-describedby=help.clone()
                                            checked=typed.scopes.iter().any(|it| it == scope.key())
                                        />
                                        <span>
                                            <label for=id><code>{scope.key()}</code></label>
                                            <span id=help class="block text-sm text-muted">{scope.description()}</span>
                                        </span>
                                    </div>
                                }
                            })
                            .collect_view()}
                    </div>
                </fieldset>
                <Field id="token-expires" label="Expires on" wrong=expires>
                    <input
                        id="token-expires"
                        name="expires_at"
                        type="date"
                        class="field mt-1"
                        required
                        min=now.plus_days(1).date()
                        max=now.plus_days(MAX_TOKEN_DAYS - 1).date()
                        autofocus=expires_is_wrong
                        aria-invalid=expires_is_wrong.then_some("true")
                        aria-describedby=described_by("token-expires", false, expires_is_wrong)
                        value=typed.expires_at
                    />
                </Field>
                <button type="submit" class=button>"Create token"</button>
            </form>
        </section>
    }
}

#[component]
fn Row(visit: Visit, token: StoredToken, now: Timestamp, bot: Option<String>) -> impl IntoView {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.key()).collect();
    let ended = token.revoked_at.is_some() || token.expires_at <= now;
    let state = if token.revoked_at.is_some() {
        "Revoked"
    } else if token.expires_at <= now {
        "Expired"
    } else {
        "Active"
    };
    let used = token.last_used_at.map(|at| visit.moment(at));
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1">
                <p class="font-medium break-words"><bdi>{token.name.clone()}</bdi>" "<span class="badge">{state}</span></p>
                <p class="text-sm text-muted">{scopes.join(", ")}</p>
                <p class="text-sm text-muted">
                    "Created "<Time moment=visit.moment(token.created_at) />", expires "{token.expires_at.date()}", "
                    {match used {
                        Some(moment) => view! { "last used "<Time moment /> }.into_any(),
                        None => "never used".into_any(),
                    }}
                </p>
            </div>
            {(!ended)
                .then(|| {
                    view! {
                        <form method="post" action=REVOKE_ADDRESS>
                            <input type="hidden" name="id" value=token.id.0 />
                            {bot.map(|bot| view! { <input type="hidden" name="bot" value=bot /> })}
                            <button type="submit" class="button button-small">
                                "Revoke" <span class="sr-only">" "<bdi>{token.name}</bdi></span>
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}
