//! The seats of a top-level group or of the instance: how many, a form to give them, who waits, who has one.

use leptos::prelude::*;

use crate::{
    actions::{
        flash::Outcome,
        people::seats::{GIVE_ADDRESS, PURCHASED_ADDRESS, SUBJECT, TAKE_ADDRESS},
        query::Query,
    },
    domain::people::seats::{SeatCounts, SeatOrder, SeatPlace, SeatState, split_last_name},
    ui::{
        components::{
            Field, FindPeople, FoundPeople, Note, OutcomeNote, Pager, Time, Tone, Wrong, described_by,
        },
        islands::PersonPicker,
        pages::Visit,
    },
    usecases::{
        SeatHolder, UseCaseError,
        people::{
            find_people::{KnownPerson, find_people},
            show_seats::{Holder, PAGE, SeatList, SeatQuery},
        },
    },
};

/// What the address of the page asks for.
pub(super) fn asked(query: &Query) -> SeatQuery {
    SeatQuery {
        search: query.text("search"),
        order: SeatOrder::from_key(&query.text("sort")).unwrap_or_default(),
        page: i64::from(query.page()),
    }
}

/// Whom the search for the last name of the form found; `None` when nobody searched.
pub(super) async fn found(visit: &Visit, query: &Query, seats: &SeatList) -> Result<Found, UseCaseError> {
    if query.get("find").is_none() || !seats.may_change {
        return Ok(None);
    }
    let group = match &seats.place {
        SeatPlace::Group(path) => Some(path),
        SeatPlace::Instance => None,
    };
    let users = query.text("users");
    let (before, last) = split_last_name(&users);
    let found = find_people(&visit.app, &visit.signed_in.caller, group, last).await?;
    let link = |it: KnownPerson| {
        let href = format!("{}#give", seats.place.page_with_users(&format!("{before}{}", it.username)));
        [it.username, it.name, href]
    };
    Ok(Some(found.into_iter().map(link).collect()))
}

type Found = Option<Vec<[String; 3]>>;

/// `reviews`: who gets which engine now. The instance has no such sentence.
#[component]
pub(super) fn Seats(
    visit: Visit,
    query: Query,
    seats: SeatList,
    reviews: Option<String>,
    found: Found,
) -> impl IntoView {
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let is_typed = |field: &str| query.get(field).is_some();
    let (wrong, outcome) = match outcome {
        Some(Outcome::Failed(error)) => {
            let wrong = Wrong::from(&error);
            // A button beside a name has no field that could show the error.
            if is_typed(&wrong.field) {
                (wrong, None)
            } else {
                (Wrong::default(), Some(Outcome::Failed(error)))
            }
        }
        other => (Wrong::default(), other),
    };
    let counts = seats.counts;
    let free_for_waiting = counts.free().is_none_or(|free| free > 0) && counts.waiting > 0;
    view! {
        <OutcomeNote outcome done />
        <Numbers counts />
        {reviews.map(|reviews| view! { <p class="mt-3 text-sm">"Reviews now. "{reviews}</p> })}
        {free_for_waiting.then(|| {
            let free = counts.free().map_or_else(|| String::from("Seats are"), |free| match free {
                1 => String::from("1 seat is"),
                free => format!("{free} seats are"),
            });
            view! {
                <Note tone=Tone::Info>
                    {free}" free and "{counts.waiting}" waiting. Seats are not given automatically, because a seat can change which engine reviews."
                </Note>
            }
        })}
        {(seats.may_change && seats.duo_enterprise)
            .then(|| {
                let wrong = wrong.with("users");
                view! { <Give place=seats.place.clone() counts users=query.text("users") wrong found /> }
            })}
        <Purchased seats=seats.clone() typed=query.get("purchased").map(str::to_owned) wrong=wrong.with("purchased") />
        <Waiting visit=visit.clone() seats=seats.clone() />
        <Holders visit seats />
    }
}

/// The flash of the form that led here.
fn done(outcome: Outcome) -> Option<AnyView> {
    match outcome {
        Outcome::SeatsChanged { words } => Some(view! { {words} }.into_any()),
        _ => None,
    }
}

#[component]
fn Numbers(counts: SeatCounts) -> impl IntoView {
    let or = |number: Option<i64>, none: &str| number.map_or_else(|| none.to_owned(), |it| it.to_string());
    let numbers = [
        ("Purchased", or(counts.purchased, "Unknown")),
        ("Used", counts.used.to_string()),
        ("Free", or(counts.free(), "No limit")),
        ("Waiting", counts.waiting.to_string()),
    ];
    view! {
        <dl class="card mt-6 grid grid-cols-2 gap-4 p-5 sm:grid-cols-4" aria-label="How many seats">
            {numbers
                .into_iter()
                .map(|(label, number)| {
                    view! {
                        <div class="min-w-0">
                            <dt class="text-sm text-muted">{label}</dt>
                            <dd class="text-xl font-semibold wrap-anywhere">{number}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

/// The form that gives seats, or, where none is free, puts people on the waiting list.
#[component]
fn Give(
    place: SeatPlace,
    counts: SeatCounts,
    users: String,
    wrong: Option<String>,
    found: Found,
) -> impl IntoView {
    let group = place.group().to_owned();
    let find = place.page();
    let is_full = counts.free() == Some(0);
    let (heading, button) =
        if is_full { ("No seat is free", "Put on the waiting list") } else { ("Give seats", "Give seats") };
    let who = if group.is_empty() {
        "Any active person."
    } else {
        "Active people with a role in the group or below it."
    };
    let is_wrong = wrong.is_some();
    view! {
        <section class="card mt-6 p-5" aria-labelledby="give">
            <h2 id="give" class="text-base font-semibold">{heading}</h2>
            <form method="post" action=GIVE_ADDRESS class="mt-3">
                <input type="hidden" name="group" value=group.clone() />
                {is_full.then(|| view! { <input type="hidden" name="wait" value="true" /> })}
                <Field id="users" label="User names or email addresses" wrong>
                    <PersonPicker
                        id="users".to_owned()
                        name="users".to_owned()
                        value=users
                        group
                        several=true
                        required=true
                        is_wrong
                        described_by=described_by("users", true, is_wrong)
                    />
                </Field>
                <p id="users-help" class="mt-1 text-sm text-muted">
                    {who}" Separate several with commas or spaces. If one of them cannot get a seat, none does."
                </p>
                <p class="mt-3 flex flex-wrap gap-3">
                    <button type="submit" class="button button-primary">{button}</button>
                    <FindPeople action=find />
                </p>
                {found.map(|found| view! { <FoundPeople found /> })}
            </form>
        </section>
    }
}

/// How many were purchased: a form for administrators.
#[component]
fn Purchased(seats: SeatList, typed: Option<String>, wrong: Option<String>) -> impl IntoView {
    if !seats.may_set_purchased {
        let said = seats.may_change.then(|| {
            view! { <p class="mt-3 text-sm text-muted">"An administrator sets how many were purchased."</p> }
        });
        return said.into_any();
    }
    let now = seats.counts.purchased.map(|it| it.to_string()).unwrap_or_default();
    let is_wrong = wrong.is_some();
    view! {
        <section class="card mt-6 p-5" aria-labelledby="purchase">
            <h2 id="purchase" class="text-base font-semibold">"Purchased seats"</h2>
            <form method="post" action=PURCHASED_ADDRESS class="mt-3">
                <input type="hidden" name="group" value=seats.place.group().to_owned() />
                <input type="hidden" name="seen_purchased" value=now.clone() />
                <div class="flex flex-wrap items-end gap-3">
                    <Field id="purchased" label="Number" wrong>
                        <input
                            id="purchased"
                            name="purchased"
                            class="field mt-1 w-32"
                            inputmode="numeric"
                            autocomplete="off"
                            maxlength="20"
                            autofocus=is_wrong
                            aria-invalid=is_wrong.then_some("true")
                            aria-describedby=described_by("purchased", true, is_wrong)
                            value=typed.unwrap_or(now)
                        />
                    </Field>
                    <button type="submit" class="button">"Save the number"</button>
                </div>
                <p id="purchased-help" class="mt-1 text-sm text-muted">
                    "As in the subscription. Leave empty if you do not know: there is no limit then."
                </p>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Waiting(visit: Visit, seats: SeatList) -> impl IntoView {
    let is_free = seats.counts.free().is_none_or(|free| free > 0);
    let (may_change, duo_enterprise) = (seats.may_change, seats.duo_enterprise);
    let group = seats.place.group().to_owned();
    let left_out = seats.counts.waiting - i64::try_from(seats.waiting.len()).unwrap_or(i64::MAX);
    (!seats.waiting.is_empty()).then(|| {
        let rows = seats
            .waiting
            .into_iter()
            .enumerate()
            .map(|(at, holder)| {
                // Who waits longest comes first.
                let give = (at == 0 && is_free && may_change && duo_enterprise)
                    .then(|| view! { <GiveOne group=group.clone() user=holder.username.clone() /> });
                let take = may_change.then(|| {
                    view! { <Take group=group.clone() user=holder.username.clone() label="Remove" /> }
                });
                view! {
                    <Row visit=visit.clone() holder has_role=true>
                        {give}
                        {take}
                    </Row>
                }
            })
            .collect_view();
        view! {
            <section class="mt-8" aria-labelledby="waiting">
                <h2 id="waiting" class="text-base font-semibold">"Waiting for a seat"</h2>
                <p class="mt-1 text-sm text-muted">"Who has waited longest comes first."</p>
                <ul class="card mt-3 divide-y divide-line">{rows}</ul>
                {(left_out > 0).then(|| view! { <p class="mt-2 text-sm text-muted">"And "{left_out}" more."</p> })}
            </section>
        }
    })
}

#[component]
fn Holders(visit: Visit, seats: SeatList) -> impl IntoView {
    let SeatList { place, counts, may_change, duo_enterprise, holders, matching, query, .. } = seats;
    let group = place.group().to_owned();
    let first = query.page.saturating_sub(1).max(0) * PAGE;
    let shown = i64::try_from(holders.len()).unwrap_or(0);
    let link = |page: i64| place.page_listing(&query.search, query.order, page);
    let before = (query.page > 1).then(|| link(query.page - 1));
    let after = (first + shown < matching).then(|| link(query.page + 1));
    let rows = holders
        .into_iter()
        .map(|Holder { seat, has_role }| {
            let take = may_change
                .then(|| view! { <Take group=group.clone() user=seat.username.clone() label="Take back" /> });
            view! {
                <Row visit=visit.clone() holder=seat has_role>{take}</Row>
            }
        })
        .collect_view();
    let empty = match (counts.used, may_change && duo_enterprise) {
        (0, true) => "Nobody has a seat yet. Give the first one above.",
        (0, false) => "Nobody has a seat.",
        _ => "No seat holder matches.",
    };
    view! {
        <section class="mt-8" aria-labelledby="holders">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <h2 id="holders" class="text-base font-semibold">"Holders"</h2>
                {(counts.used > 0).then(|| view! { <a class="link text-sm" href=place.export() download>"Download CSV"</a> })}
            </div>
            {(counts.used > 0).then(|| view! { <Filter address=place.page() query=query.clone() /> })}
            {if shown == 0 {
                view! { <p class="mt-3 text-muted">{empty}</p> }.into_any()
            } else {
                view! {
                    <ul class="card mt-3 divide-y divide-line">{rows}</ul>
                    <p class="mt-2 text-sm text-muted">{first + 1}"–"{first + shown}" of "{matching}</p>
                }
                    .into_any()
            }}
            <Pager before after />
        </section>
    }
}

#[component]
fn Filter(address: String, query: SeatQuery) -> impl IntoView {
    let option = |order: SeatOrder, label: &'static str| {
        view! { <option value=order.key() selected=order == query.order>{label}</option> }
    };
    view! {
        <form method="get" action=address role="search" aria-label="Filter holders" class="mt-3 flex flex-wrap gap-3">
            <input
                type="search"
                name="search"
                class="field min-w-0 flex-1 basis-40"
                aria-label="Filter by name"
                placeholder="Filter by name"
                maxlength="100"
                autocomplete="off"
                value=query.search.clone()
            />
            <select name="sort" class="field min-w-0" aria-label="Sort by">
                {option(SeatOrder::User, "By user name")}
                {option(SeatOrder::Since, "Oldest seat first")}
                {option(SeatOrder::SignIn, "Longest not signed in first")}
            </select>
            <button type="submit" class="button">"Filter"</button>
        </form>
    }
}

#[component]
fn Row(visit: Visit, holder: SeatHolder, has_role: bool, children: Children) -> impl IntoView {
    let at = view! { <Time moment=visit.moment(holder.since) /> };
    let since = match holder.state {
        SeatState::Used => view! { "Given "{at}" "{holder.source.phrase()}"." }.into_any(),
        SeatState::Waiting => view! { "Put on the list "{at}"." }.into_any(),
    };
    let last = match holder.last_sign_in_at {
        Some(at) => view! { "Last sign-in "<Time moment=visit.moment(at) />"." }.into_any(),
        None => "Never signed in.".into_any(),
    };
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
                    <bdi>{holder.name}</bdi>
                    {holder.is_blocked.then(|| view! { <span class="badge badge-warning">"Blocked"</span> })}
                    {(!has_role).then(|| view! { <span class="badge badge-warning">"No role any more"</span> })}
                </p>
                <p class="text-sm wrap-anywhere text-muted">
                    "@"<bdi>{holder.username}</bdi>". "{since}" "{last}
                </p>
            </div>
            <div class="flex flex-wrap gap-2">{children()}</div>
        </li>
    }
}

#[component]
fn GiveOne(group: String, user: String) -> impl IntoView {
    view! {
        <form method="post" action=GIVE_ADDRESS>
            <input type="hidden" name="group" value=group />
            <input type="hidden" name="users" value=user.clone() />
            <input type="hidden" name="one" value="true" />
            <button type="submit" class="button button-small">"Give"<span class="sr-only">" a seat to "{user}</span></button>
        </form>
    }
}

#[component]
fn Take(group: String, user: String, label: &'static str) -> impl IntoView {
    let name = format!("{label}: {user}");
    view! {
        <form method="post" action=TAKE_ADDRESS>
            <input type="hidden" name="group" value=group />
            <input type="hidden" name="user" value=user />
            <button type="submit" class="button button-small" aria-label=name>{label}</button>
        </form>
    }
}
