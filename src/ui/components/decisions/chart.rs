//! The decisions of 30 days by engine: a chart, and the same as a table.

use leptos::prelude::*;
use std::fmt::Write as _;

use crate::domain::{
    decisions::counts::{DAYS, RecentDecisions},
    flows::code_review::Engine,
};

/// Size in units; a day is 20 wide.
const HEIGHT: i64 = 120;
const DAY: usize = 20;

#[component]
pub fn DecisionChart(recent: RecentDecisions) -> impl IntoView {
    let days = recent.days();
    let (first, last) = (days.first().map(|it| it.0.date()), days.last().map(|it| it.0.date()));
    let highest = recent.highest_day().max(1);
    let mut bars: [String; Engine::ALL.len()] = Default::default();
    for (at, (_, counts)) in days.iter().enumerate() {
        let mut top = HEIGHT;
        for (bar, count) in bars.iter_mut().zip(counts).filter(|(_, count)| **count > 0) {
            let height = (count.saturating_mul(HEIGHT) / highest).max(2);
            top -= height;
            // A gap between engines, for eyes that do not tell the colours apart.
            let _ = write!(bar, "M{} {}v{}h{}v-{}z", at * DAY, top, height - 1, DAY - 4, height - 1);
        }
    }
    let rows = days.iter().rev().filter(|(_, counts)| counts.iter().any(|it| *it > 0));
    let rows = rows
        .map(|(day, counts)| {
            view! {
                <tr>
                    <th scope="row" class="py-1 pr-4 text-left font-normal whitespace-nowrap">{day.date()}</th>
                    {counts.map(|count| view! { <td class="py-1 pl-4 text-right tabular-nums">{count}</td> }).into_iter().collect_view()}
                </tr>
            }
        })
        .collect_view();
    let total = Engine::ALL.map(|engine| recent.of(engine));
    view! {
        <svg
            viewBox=format!("0 0 {} {HEIGHT}", DAYS * DAY)
            class="mt-4 h-30 w-full border-b border-edge"
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {bars.into_iter().zip(Engine::ALL).map(|(line, engine)| view! { <path d=line class=fill(engine) /> }).collect_view()}
        </svg>
        <p class="flex justify-between text-sm text-muted"><span>{first}</span><span>{last}</span></p>
        <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-sm">
            {Engine::ALL
                .map(|engine| {
                    view! {
                        <li class="flex items-center gap-2">
                            <svg viewBox="0 0 12 12" class=format!("size-3 {}", fill(engine)) aria-hidden="true"><path d="M0 0h12v12h-12z" /></svg>
                            {engine.name()}": "{recent.of(engine)}
                        </li>
                    }
                })
                .into_iter()
                .collect_view()}
        </ul>
        <details class="mt-3">
            <summary class="cursor-pointer text-sm">"Show as a table"</summary>
            <div class="mt-2 overflow-x-auto" tabindex="0" role="group" aria-label="Decisions by day, as a table">
                <table class="text-sm">
                    <caption class="sr-only">"Decisions by day and engine"</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="pr-4 text-left font-medium">"Day (UTC)"</th>
                            {Engine::ALL
                                .map(|engine| view! { <th scope="col" class="pl-4 text-right font-medium">{engine.name()}</th> })
                                .into_iter()
                                .collect_view()}
                        </tr>
                    </thead>
                    <tbody class="divide-y divide-line">{rows}</tbody>
                    <tfoot>
                        <tr class="border-t border-edge font-medium">
                            <th scope="row" class="py-1 pr-4 text-left font-medium">"All"</th>
                            {total.map(|count| view! { <td class="py-1 pl-4 text-right tabular-nums">{count}</td> }).into_iter().collect_view()}
                        </tr>
                    </tfoot>
                </table>
            </div>
        </details>
    }
}

const fn fill(engine: Engine) -> &'static str {
    match engine {
        Engine::CodeReviewFlow => "fill-accent",
        Engine::DuoCodeReview => "fill-success",
        Engine::None => "fill-edge",
    }
}
