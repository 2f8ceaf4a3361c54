//! The product's demo data: users, groups, seats, and sixty days of their history. Created on an empty database
//! only, in one unit of work.

mod decisions;
mod people;
mod plot;
mod settings;
mod story;
mod tell;

use super::{
    App, Origin, UseCaseError,
    accounts::secrets::password_hash,
    audit_trail::{Happened, record_as},
};
use crate::{
    domain::{audit::AuditKind, time::Timestamp},
    storage::StorageError,
};
use plot::{Act, COMPANY, Step, TUTORIAL};
use story::{NINE, Story};

/// The password of all demo users.
pub const PASSWORD: &str = "duo-console-demo";

/// How much of the demo data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoData {
    /// A company with sixty days of history: every page has something to show.
    Whole,
    /// Only the users and groups that the tutorial names, made right now: a small world that is known exactly.
    Small,
}

/// Between two acts, in milliseconds.
const BETWEEN: i64 = 7 * 60 * 1000;

/// Whether it was created; `false` when the database has users.
pub async fn create_demo_data(app: &App, origin: &Origin, which: DemoData) -> Result<bool, UseCaseError> {
    let hash = password_hash(app, PASSWORD).await;
    let mut uow = app.storage.begin().await?;
    if uow.users().count().await? > 0 {
        return Ok(false);
    }
    let mut story = Story::new(app, uow, origin, &hash);
    match tell(&mut story, which).await {
        // Another server that started at the same time was first.
        Err(error) if is_duplicate(&error) => return Ok(false),
        other => other?,
    }
    let (mut uow, now) = (story.uow, story.end);
    record_as(now, &mut uow, origin.operator(), origin, Happened::to(AuditKind::DemoDataCreated, "demo"));
    uow.commit().await?;
    Ok(true)
}

async fn tell(story: &mut Story<'_>, which: DemoData) -> Result<(), UseCaseError> {
    let now = story.end;
    match which {
        DemoData::Small => {
            for Step(_, by, act) in TUTORIAL {
                story.tell(now, by, *act).await?;
            }
        }
        DemoData::Whole => {
            for (at, by, act) in timed(now, TUTORIAL.iter().chain(COMPANY)) {
                story.tell(at, by, act).await?;
            }
            decisions::count_decisions(story).await?;
        }
    }
    Ok(())
}

/// The steps with their times: each day's from nine in the morning on, one after the other.
fn timed<'s>(
    now: Timestamp,
    steps: impl Iterator<Item = &'s Step>,
) -> impl Iterator<Item = (Timestamp, &'static str, Act)> {
    let mut last = Timestamp::from_millis(0);
    steps.map(move |Step(ago, by, act)| {
        let morning = Timestamp::from_day(now.day() - ago).plus_millis(NINE);
        last = morning.max(last.plus_millis(BETWEEN));
        (last, *by, *act)
    })
}

fn is_duplicate(error: &UseCaseError) -> bool {
    matches!(error, UseCaseError::Storage(StorageError::Duplicate { .. }))
}

/// The user names of the people in the demo data.
pub(super) fn usernames() -> impl Iterator<Item = &'static str> {
    TUTORIAL.iter().chain(COMPANY).filter_map(|Step(_, _, act)| match act {
        Act::Administrator(username, _) | Act::Person(username, _) => Some(*username),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_in_the_order_of_time_and_ends_before_now() {
        // Just after midnight there is least time.
        let now = Timestamp::from_date("2026-06-30").expect("a day").plus_millis(1);
        let days: Vec<_> = TUTORIAL.iter().chain(COMPANY).map(|step| step.0).collect();
        assert!(days.is_sorted_by(|before, after| before >= after), "{days:?}");
        let times: Vec<_> = timed(now, TUTORIAL.iter().chain(COMPANY)).map(|(at, ..)| at).collect();
        assert!(times.is_sorted_by(|before, after| before < after));
        for (at, ago) in times.iter().zip(days) {
            assert_eq!(at.day(), now.day() - ago, "{}", at.rfc3339());
        }
        assert!(times.last().is_some_and(|last| *last < now));
    }
}
