//! Checkboxes that save on change.

use leptos::{html, prelude::*};

use super::Feedback;

/// Keeps a checkbox in sync with `on`, except while saving, when it shows what the user chose. A checkbox
/// that was switched before hydration is passed to `switch` once.
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

/// Moves the focus to a checkbox when the focused control is about to disappear.
pub(super) fn focus(checkbox: NodeRef<html::Input>) {
    if let Some(checkbox) = checkbox.get_untracked() {
        // Cannot fail: the element is in the document.
        let _ = checkbox.focus();
    }
}
