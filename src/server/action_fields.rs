//! What the forms say that change something for somebody or somewhere. A field that nobody reads might
//! say for whom or where, so it refuses the form; leptos would pass over it.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::actions::{feature_groups, flags, freezes, jobs, set_flow};

/// One form with two buttons.
const CHANGE: &[&str] =
    &["flag", "environment", "change", "reason", "warned_of", "overriding", "seen", "due_at"];

const MEMBER: &[&str] = &["group", "kind", "name"];

const FIELDS: [(&str, &[&str]); 11] = [
    (flags::CHANGE_ADDRESS, CHANGE),
    (flags::SCHEDULE_ADDRESS, CHANGE),
    (flags::CANCEL_ADDRESS, &["flag", "environment", "id"]),
    (freezes::BEGIN_ADDRESS, &["environment", "reason"]),
    (freezes::END_ADDRESS, &["environment", "seen"]),
    (feature_groups::CREATE_ADDRESS, &["name"]),
    (feature_groups::ADD_ADDRESS, MEMBER),
    (feature_groups::REMOVE_ADDRESS, MEMBER),
    (jobs::STOP_ADDRESS, &["id"]),
    (jobs::RETRY_ADDRESS, &["id"]),
    (set_flow::ADDRESS, &["group", "flow", "enabled", "version", "consent_wording"]),
];

/// The first field of a form that the action at this address does not read. Where no field could widen what
/// is done, as in what people set for themselves, nobody looks.
pub(super) fn unread<'a>(address: &str, form: &'a [u8]) -> Option<Cow<'a, str>> {
    let (_, known) = FIELDS.iter().find(|(it, _)| *it == address)?;
    form_urlencoded::parse(form).map(|(name, _)| name).find(|name| !known.contains(&name.as_ref()))
}
