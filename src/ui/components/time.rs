//! A `<time>`: relative or absolute as the user prefers, exact on hover.

use leptos::prelude::*;

use crate::domain::moment::Moment;

#[component]
pub fn Time(moment: Moment) -> impl IntoView {
    view! { <time datetime=moment.datetime title=moment.exact>{moment.shown}</time> }
}
