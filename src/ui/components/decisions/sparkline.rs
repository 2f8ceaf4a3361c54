//! A small chart of the decisions of 30 days, without words: the number beside it has them.

use leptos::prelude::*;
use std::fmt::Write as _;

use crate::domain::decisions::counts::{DAYS, RecentDecisions};

/// Height in units; a day is 3 wide.
const HEIGHT: i64 = 20;

#[component]
pub fn Sparkline(recent: RecentDecisions) -> impl IntoView {
    let highest = recent.highest_day();
    (highest > 0).then(|| {
        let mut line = String::new();
        for (at, (_, counts)) in recent.days().into_iter().enumerate() {
            let count: i64 = counts.iter().sum();
            if count > 0 {
                // At least one unit, so that a single decision is seen beside thousands.
                let height = (count.saturating_mul(HEIGHT) / highest).max(1);
                let _ = write!(line, "M{} {HEIGHT}v-{height}h2v{height}z", at * 3);
            }
        }
        view! {
            <svg viewBox=format!("0 0 {} {HEIGHT}", DAYS * 3) class="h-5 w-22 shrink-0 fill-accent" aria-hidden="true">
                <path d=line />
            </svg>
        }
    })
}
