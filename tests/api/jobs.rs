//! The jobs page: its content and its buttons.

use crate::{
    browser::{Browser, server},
    support::{TestApp, operator},
};
use http::{StatusCode, header};

use duo_console::{
    domain::{
        flags::{FlagValue, Percentage, Targets},
        time::Timestamp,
    },
    usecases::{
        FlagEditor, Where,
        flags::schedule_change::{ScheduleChange, schedule_change},
        jobs::run_jobs::{add_standing_jobs, run_due_jobs},
    },
};

const PAGE: &str = "/admin/jobs";

async fn schedule(test: &TestApp, due_at: Timestamp) {
    let change = ScheduleChange {
        name: String::from("duo_developer_orbit"),
        value: FlagValue::PercentageOfActors(Percentage::parse("25").expect("a percentage")),
        targets: Targets::default(),
        environment: Where::Here,
        due_at,
        reason: None,
        undefined_too: false,
    };
    schedule_change(&test.app, &FlagEditor::operator(operator()), &change).await.expect("it is scheduled");
}

async fn html(browser: &Browser<'_>) -> String {
    let answer = browser.get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text().replace("<!>", "")
}

#[tokio::test]
async fn the_page_says_what_waits_and_its_buttons_stop_it_and_run_it_now() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let page = html(&admin).await;
    assert!(page.contains("No job waits.") && page.contains("No job has ended"), "{page}");

    schedule(&test, test.app.now().plus_days(1)).await;
    add_standing_jobs(&test.app).await.expect("it is there");
    run_due_jobs(&test.app, "a worker").await.expect("it runs");
    let page = html(&admin).await;
    for words in
        ["duo_developer_orbit in production: 25 % of actors", "There was nothing to remove.", "Run now"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }

    let press = async |action: &str, id: &str| {
        let answer = admin.submit(&format!("/actions/{action}"), &[("id", id)]).await;
        assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, PAGE));
        html(&admin).await
    };
    let page = press("stop_job", "1").await;
    assert!(page.contains("Stopped: duo_developer_orbit in production: 25 % of actors."), "{page}");
    assert!(page.contains("Stopped by admin."), "{page}");
    let open = test.app.storage.read().await.expect("a view").jobs().open(9).await.expect("a list");
    let tidying = open[0].id.to_string();
    let page = press("stop_job", &tidying).await;
    assert!(page.contains("It cannot be stopped."), "{page}");
    let page = press("retry_job", &tidying).await;
    assert!(page.contains("May run now: Removes sessions that ended"), "{page}");
    assert_eq!(run_due_jobs(&test.app, "a worker").await.expect("it runs").done, 1);
}
