//! Checkboxes that save themselves.

use leptos::{html, prelude::*};

use super::Feedback;

/// Keeps a checkbox as `on` says, except while it is being saved: then it shows what was asked for.
/// Whoever was faster than the page has switched it already: `switch` carries that out.
pub(super) fn keep_checked(
    checkbox: NodeRef<html::Input>,
    on: Signal<bool>,
    feedback: Signal<Feedback>,
    switch: impl Fn(bool) + 'static,
) {
    Effect::new(move |woke: Option<()>| {
        let (on, saving) = (on.get(), feedback.with(Feedback::is_saving));
        let Some(checkbox) = checkbox.get() else { return };
        let shown = checkbox.checked();
        if woke.is_none() && shown != on {
            switch(shown);
        } else if !saving {
            checkbox.set_checked(on);
        }
    });
}

/// Gives the focus to a checkbox, for when the control that had it goes away.
pub(super) fn focus(checkbox: NodeRef<html::Input>) {
    if let Some(checkbox) = checkbox.get_untracked() {
        // It is on the page, so it takes the focus.
        let _ = checkbox.focus();
    }
}
