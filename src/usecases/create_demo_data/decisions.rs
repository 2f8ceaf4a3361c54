//! The decisions that services asked for, day by day: by the rules that held then.

use super::{
    plot::{CONSENTED, WITHDRAWN},
    story::Story,
};
use crate::{
    domain::flows::code_review::Rule,
    storage::{CountedDecisions, StorageError},
};

/// A rule of a top-level group: from and until how many days ago it held, and how many decisions it brought on
/// a working day.
struct Held(&'static str, i64, i64, Rule, i64);

/// Longer than the 30 days that pages show.
const EVER: i64 = 39;

const HELD: [Held; 8] = [
    Held("acme", EVER, 0, Rule::FlowOffSeat, 23),
    Held("acme", EVER, 0, Rule::FlowOffNoSeat, 6),
    Held("globex", EVER, 0, Rule::FlowOnWithoutConsentSeat, 9),
    Held("globex", EVER, 0, Rule::FlowOnWithoutConsentNoSeat, 7),
    Held("initech", EVER, 0, Rule::FlowOffNoSeat, 3),
    Held("umbrella", WITHDRAWN - 1, CONSENTED + 1, Rule::FlowOffSeat, 8),
    Held("umbrella", WITHDRAWN - 1, CONSENTED + 1, Rule::FlowOffNoSeat, 5),
    Held("umbrella", CONSENTED, 0, Rule::FlowOnWithConsent, 17),
];

/// Adds the counts until today.
pub(super) async fn count_decisions(story: &mut Story<'_>) -> Result<(), StorageError> {
    let (environment, today) = (story.app.environment(), story.end.day());
    for (nth, Held(path, from, until, rule, usual)) in (1..).zip(HELD) {
        let top_level = story.namespace(path).id;
        for ago in until..=from {
            let day = today - ago;
            let asked = on_day(day, nth, usual);
            if asked > 0 {
                let counted = CountedDecisions { top_level, day, rule, asked };
                story.uow.decision_counts().add(environment, &counted).await?;
            }
        }
    }
    Ok(())
}

/// More or less `usual`, and little at weekends; the same each time.
fn on_day(day: i64, nth: i64, usual: i64) -> i64 {
    // 1 January 1970 was a Thursday.
    let is_weekend = (day + 3).rem_euclid(7) >= 5;
    let scatter = (day * 7919 + nth * 104_729).rem_euclid(7) - 3;
    let asked = usual + usual * scatter / 8;
    if is_weekend { asked / 6 } else { asked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_quiet_and_days_differ() {
        // From Monday, 1 June 2026.
        let week: Vec<_> = (20_605..20_612).map(|day| on_day(day, 1, 23)).collect();
        assert!(week[..5].iter().all(|asked| (14..=32).contains(asked)), "{week:?}");
        assert!(week[5..].iter().all(|asked| *asked < 6), "{week:?}");
        assert!(week[0] != week[1], "{week:?}");
    }
}
