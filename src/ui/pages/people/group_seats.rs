//! *Seats* of a top-level group; below it, the way there.

use leptos::prelude::*;

use super::seat_list::{Seats, asked, found};
use crate::{
    actions::query::Query,
    domain::{namespace::GroupPath, paths::GroupPage},
    ui::{
        components::{Note, Tone},
        layout::{Nav, Page, group_crumbs},
        pages::Visit,
    },
    usecases::{
        UseCaseError,
        people::show_seats::{GroupSeats, show_group_seats},
        seat_effect::seats_mean,
    },
};

pub(in crate::ui::pages) async fn page(
    visit: Visit,
    group: GroupPath,
    query: Query,
) -> Result<AnyView, UseCaseError> {
    let caller = &visit.signed_in.caller;
    let GroupSeats { frame, seats } = show_group_seats(&visit.app, caller, &group, asked(&query)).await?;
    let title = format!("Seats · {}", frame.namespace.name);
    let (crumbs, nav) = (group_crumbs(&frame, "Seats"), Nav::of_group(&frame, GroupPage::Seats));
    let Some(seats) = seats else {
        let top = frame.top_level().clone();
        let text = view! {
            <Note tone=Tone::Info>
                "Seats are counted in the top-level group: "
                <a class="link" href=GroupPage::Seats.path(&top.path)>"seats of "<bdi>{top.name.clone()}</bdi></a>"."
            </Note>
        };
        return Ok(view! {
            <Page title crumbs nav=Some(nav)>
                <h1 class="pt-4 text-2xl font-semibold">"Seats"</h1>
                {text}
            </Page>
        }
        .into_any());
    };
    let reviews = if seats.duo_enterprise { seats_mean(&visit.app, seats.group).await? } else { None };
    let found = found(&visit, &query, &seats).await?;
    let name = frame.namespace.name.clone();
    let of_note = name.clone();
    let note = (!seats.duo_enterprise).then(|| {
        view! {
            <Note tone=Tone::Info>
                <bdi>{of_note}</bdi>" has no Duo Enterprise, so no seats can be given, and none count here."
            </Note>
        }
    });
    let who = (!seats.may_change).then_some(" Owners give them and take them back.");
    Ok(view! {
        <Page title crumbs nav=Some(nav)>
            <h1 class="pt-4 text-2xl font-semibold">"Seats"</h1>
            <p class="mt-1 max-w-prose text-muted">
                "The Duo Enterprise seats of "<bdi>{name}</bdi>", which also count in its subgroups and projects. Seats of the instance count here as well."
                {who}
            </p>
            {note}
            <Seats visit query seats reviews found />
        </Page>
    }
    .into_any())
}
