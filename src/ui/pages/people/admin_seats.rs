//! *Seats*, for administrators: how many there are in every group, and the seats of the instance.

use leptos::prelude::*;

use super::seat_list::{Seats, asked, found};
use crate::{
    actions::query::Query,
    domain::{
        paths::{self, GroupPage},
        people::seats::SeatCounts,
    },
    ui::{
        components::Pager,
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::{
        administrator::Administrator,
        people::{
            list_seat_pools::{PAGE, SeatPools, list_seat_pools},
            show_seats::show_instance_seats,
        },
    },
};

#[component]
pub fn AdminSeatsPage() -> impl IntoView {
    let query = Query::of_page();
    visit(move |visit| async move {
        let caller = &visit.signed_in.caller;
        let who = Administrator::reading(caller)?;
        let page = query.number("groups").unwrap_or(1).clamp(1, i64::from(u16::MAX));
        let pools = list_seat_pools(&visit.app, &who, Some(page)).await?;
        let seats = show_instance_seats(&visit.app, caller, asked(&query)).await?;
        let found = found(&visit, &query, &seats).await?;
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Seats")];
        Ok(view! {
            <Page title="Seats" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_SEATS))>
                <h1 class="pt-4 text-2xl font-semibold">"Seats"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Duo Enterprise seats, by top-level group and for the whole instance."
                </p>
                <Pools pools page />
                <h2 class="mt-8 text-xl font-semibold">"Seats of the instance"</h2>
                <p class="mt-1 max-w-prose text-muted">
                    "Each counts in every top-level group that has Duo Enterprise."
                </p>
                <Seats visit query seats reviews=None found />
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Pools(pools: SeatPools, page: i64) -> impl IntoView {
    let SeatPools { instance, groups, count, total } = pools;
    let first = (page - 1) * PAGE;
    let shown = i64::try_from(groups.len()).unwrap_or(0);
    let link = |page: i64| format!("{}?groups={page}", paths::ADMIN_SEATS);
    let (before, after) =
        ((page > 1).then(|| link(page - 1)), (first + shown < count).then(|| link(page + 1)));
    let rows = groups
        .into_iter()
        .map(|group| {
            let without = (!group.duo_enterprise).then(|| {
                view! { <span class="block text-muted">"No Duo Enterprise: they do not count"</span> }
            });
            view! {
                <tr>
                    <th scope="row" class="py-2 pr-2 text-left font-normal wrap-anywhere">
                        <a class="link" href=GroupPage::Seats.path(&group.path)><bdi>{group.name}</bdi></a>
                        {without}
                    </th>
                    <Cells counts=group.counts />
                </tr>
            }
        })
        .collect_view();
    let range = (count > shown).then(|| {
        view! { <p class="mt-2 text-sm text-muted">"Groups "{first + 1}"–"{first + shown}" of "{count}</p> }
    });
    view! {
        <div class="card mt-6 px-2 py-2 sm:px-4">
            <table class="w-full text-xs sm:text-sm">
                <caption class="sr-only">"Seats by pool"</caption>
                <thead>
                    <tr class="border-b border-line text-muted">
                        <th scope="col" class="py-2 pr-2 text-left font-medium">"Pool"</th>
                        {["Purchased", "Used", "Free", "Waiting"]
                            .map(|label| view! { <th scope="col" class="py-2 pl-1.5 text-right font-medium sm:pl-2">{label}</th> })
                            .into_iter()
                            .collect_view()}
                    </tr>
                </thead>
                <tbody class="divide-y divide-line">
                    <tr>
                        <th scope="row" class="py-2 pr-2 text-left font-normal">"Instance"</th>
                        <Cells counts=instance />
                    </tr>
                    {rows}
                </tbody>
                <tfoot>
                    <tr class="border-t border-line font-semibold">
                        <th scope="row" class="py-2 pr-2 text-left font-semibold">"Total"</th>
                        <Cell text=total.purchased.map_or_else(|| String::from("–"), |it| it.to_string()) />
                        <Cell text=total.used.to_string() />
                        <Cell text=String::new() />
                        <Cell text=total.waiting.to_string() />
                    </tr>
                </tfoot>
            </table>
        </div>
        {range}
        <Pager before after />
    }
}

#[component]
fn Cells(counts: SeatCounts) -> impl IntoView {
    let or_dash = |number: Option<i64>| number.map_or_else(|| String::from("–"), |it| it.to_string());
    view! {
        <Cell text=or_dash(counts.purchased) />
        <Cell text=counts.used.to_string() />
        <Cell text=or_dash(counts.free()) />
        <Cell text=counts.waiting.to_string() />
    }
}

#[component]
fn Cell(text: String) -> impl IntoView {
    view! { <td class="py-2 pl-1.5 text-right tabular-nums sm:pl-2">{text}</td> }
}
