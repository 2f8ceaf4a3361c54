//! Staging goes first: what production may not do before it.

use super::State;

/// Whether a change leaves production further open than staging, and is to blame for it: it opened
/// production or closed staging. Each is the state before and after the change.
pub fn ahead_of_staging(staging: (State, State), production: (State, State)) -> bool {
    let moved = production.1 > production.0 || staging.1 < staging.0;
    moved && production.1 > staging.1
}

#[cfg(test)]
mod tests {
    use super::{
        State::{Conditional, Off, On},
        *,
    };

    #[test]
    fn production_does_not_go_before_staging_and_staging_does_not_go_back_alone() {
        for (staging, production, refused) in [
            ((Off, Off), (Off, On), true),
            ((Off, Off), (Off, Conditional), true),
            ((Conditional, Conditional), (Off, On), true),
            ((Conditional, Conditional), (Off, Conditional), false),
            ((On, On), (Off, On), false),
            ((Off, On), (Off, On), false),
            ((On, Off), (On, On), true),
            ((On, Off), (On, Off), false),
            // What was so before is nobody's fault now.
            ((Off, Off), (On, On), false),
            ((Off, Off), (On, Conditional), false),
            ((Off, Conditional), (On, On), false),
        ] {
            assert_eq!(ahead_of_staging(staging, production), refused, "{staging:?} {production:?}");
        }
    }
}
