//! The feature flag pages: who sees them, their content, and that no change is made without its dialog.

use crate::{
    browser::{Browser, server},
    support::{Answer, TestApp, operator},
};
use http::{StatusCode, header};

use duo_console::{
    domain::{
        environment::Environment,
        flags::{FlagValue, Percentage, Targets},
    },
    usecases::{
        FlagEditor, FlagReader, Where,
        flags::{
            freeze_changes::begin_freeze,
            read_features::{FlagInWords, get_feature},
            set_feature::{SetFeature, set_feature},
        },
    },
};

const CHANGE: &str = "/actions/change_flag";
const FLAG: &str = "duo_developer_orbit";

fn page(flag: &str, more: &str) -> String {
    format!("/admin/feature_flags/{flag}?environment=production{more}")
}

async fn set(test: &TestApp, flag: &str, environment: Environment, value: FlagValue, targets: Targets) {
    let command = SetFeature {
        value,
        targets,
        environments: Where::Own(environment),
        undefined_too: true,
        ..SetFeature::everyone(flag, true)
    };
    set_feature(&test.app, &FlagEditor::operator(operator()), &command).await.expect("it can be set");
}

async fn everyone(test: &TestApp, flag: &str, environment: Environment) {
    set(test, flag, environment, FlagValue::Boolean(true), Targets::default()).await;
}

async fn state(test: &TestApp, flag: &str) -> FlagInWords {
    get_feature(&test.app, &FlagReader::operator(), Environment::Production, flag)
        .await
        .expect("the flag is there")
}

/// The fields of a change without input.
fn change<'a>(change: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("flag", FLAG), ("environment", "production"), ("change", change)];
    fields.extend_from_slice(more);
    fields
}

fn text(answer: &Answer) -> String {
    answer.text().replace("<!>", "")
}

#[tokio::test]
async fn the_list_finds_flags_by_name_state_type_and_age() {
    let test = server().await;
    everyone(&test, "duo_developer_orbit", Environment::Staging).await;
    everyone(&test, "old_and_undefined", Environment::Production).await;
    test.clock.advance_days(100);
    everyone(&test, "mr_ai_resolve_conflicts", Environment::Dev).await;
    let admin = Browser::of(&test, "admin").await;
    let all = [
        "duo_code_review_flow_priority",
        "duo_developer_next_unstable",
        "duo_developer_orbit",
        "mr_ai_resolve_conflicts",
        "old_and_undefined",
        "orbit_user_preference",
    ];
    for (query, found) in [
        ("", all.as_slice()),
        ("search=ORBIT", &["duo_developer_orbit", "orbit_user_preference"]),
        ("search=merge+request", &["mr_ai_resolve_conflicts"]),
        ("state=on", &["duo_code_review_flow_priority", "old_and_undefined"]),
        ("state=on&environment=staging", &["duo_code_review_flow_priority", "duo_developer_orbit"]),
        ("state=conditional", &[]),
        ("type=beta", &["orbit_user_preference"]),
        ("age=lately", &["mr_ai_resolve_conflicts"]),
        ("age=old", &["duo_developer_orbit", "old_and_undefined"]),
        ("age=stale", &["old_and_undefined"]),
        ("state=nonsense&type=nonsense&age=nonsense&environment=nonsense&page=nonsense", &all),
        ("search=nothing-like-it", &[]),
        ("page=2", &[]),
        ("page=99999999999999999999", &all),
    ] {
        let answer = admin.get(&format!("/admin/feature_flags?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        let html = text(&answer);
        let shown: Vec<_> = all.into_iter().filter(|flag| html.contains(&format!(">{flag}</a>"))).collect();
        assert_eq!(shown, found, "{query}");
    }
    let html = text(&admin.get("/admin/feature_flags").await);
    assert_eq!(html.matches("Stale: long fully on").count(), 1);
}

#[tokio::test]
async fn a_change_is_shown_first_and_made_by_its_dialog() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    everyone(&test, FLAG, Environment::Staging).await;
    let before = test.snapshot().await;
    let dialog = page(FLAG, "&change=open&kind=user&name=reviewer");
    let html = text(&admin.get(&dialog).await);
    for said in [
        "Open for user reviewer?",
        "Nothing is set: off by default.",
        "On for 1 actor.",
        "inert",
        "<dialog open",
    ] {
        assert!(html.contains(said), "{said}");
    }
    assert_eq!(test.snapshot().await, before, "looking changes nothing");

    let answer = admin.submit(CHANGE, &change("open user reviewer", &[("reason", "A first one")])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), page(FLAG, ""));
    assert_eq!(state(&test, FLAG).await.actors, ["user reviewer"]);
    let html = text(&admin.get(&page(FLAG, "")).await);
    for said in
        ["Saved. In", "Open for user reviewer", "On for 1 actor.", "A first one", "user reviewer (User:"]
    {
        assert!(html.contains(said), "{said}");
    }
    assert!(!admin.get(&page(FLAG, "")).await.text().contains("Saved."), "a flash is shown once");
}

#[tokio::test]
async fn what_surprises_is_warned_of_before_it_is_done() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    everyone(&test, FLAG, Environment::Staging).await;
    let acme = Targets { groups: vec!["acme".into()], ..Targets::default() };
    set(&test, FLAG, Environment::Production, FlagValue::Boolean(true), acme).await;
    let before = test.snapshot().await;
    let unwarned = admin.submit(CHANGE, &change("on", &[("reason", "All & now")])).await;
    let dialog = unwarned.header(header::LOCATION).to_owned();
    assert_eq!(dialog, page(FLAG, "&change=on&reason=All%20%26%20now"));
    assert_eq!(test.snapshot().await, before, "nothing is done unwarned");
    let html = text(&admin.get(&dialog).await);
    assert!(html.contains("This takes away actors"), "{html}");
    assert!(html.contains("value=\"gates_wiped\"") && html.contains("All &amp; now</textarea>"));
    let refused = admin.call(CHANGE, &change("on", &[])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let warned = admin.submit(CHANGE, &change("on", &[("warned_of", "gates_wiped")])).await;
    assert_eq!(warned.header(header::LOCATION), page(FLAG, ""));
    assert_eq!(state(&test, FLAG).await.feature.gates.boolean, Some(true));

    let on_by_default = "duo_code_review_flow_priority";
    let html = text(&admin.get(&page(on_by_default, "&change=open+group+acme")).await);
    assert!(html.contains("This flag is on by default."), "{html}");
}

#[tokio::test]
async fn a_check_can_be_overridden_with_a_reason_that_is_kept() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let production = Environment::Production;
    begin_freeze(&test.app, &FlagEditor::operator(operator()), production, "The launch.")
        .await
        .expect("a freeze");
    let before = test.snapshot().await;
    let answer = admin.submit(CHANGE, &change("on", &[("reason", "why not")])).await;
    assert_eq!(answer.header(header::LOCATION), page(FLAG, "&change=on&reason=why%20not"));
    let html = text(&admin.get(answer.header(header::LOCATION)).await);
    for said in [
        "Production would be further open than staging.",
        "The launch.",
        "name=\"overriding\" value=\"freeze consistency\"",
        "a reason does not override it: the change fails if it still holds.",
        "why not</textarea>",
    ] {
        assert!(html.contains(said), "{said}");
    }
    let silent = admin.submit(CHANGE, &change("on", &[("overriding", "freeze consistency")])).await;
    let html = text(&admin.get(silent.header(header::LOCATION)).await);
    assert!(html.contains("The reason has 1 to 500 bytes."), "{html}");
    assert_eq!(test.snapshot().await, before);

    let reason = [("overriding", "freeze consistency"), ("reason", "The fix for the outage")];
    admin.submit(CHANGE, &change("on", &reason)).await;
    assert_eq!(state(&test, FLAG).await.feature.gates.boolean, Some(true));
    let audit = test.snapshot().await.audit;
    let overridden = audit.iter().filter(|it| it.event.kind.key() == "feature_check_overridden").count();
    assert_eq!(overridden, 2, "one for each check");
    assert!(text(&admin.get(&page(FLAG, "")).await).contains("The fix for the outage"));
}

#[tokio::test]
async fn the_dialog_says_how_staging_is_set_and_compares_percentages_and_actors() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let percent = |text| FlagValue::PercentageOfActors(Percentage::parse(text).expect("a percentage"));
    set(&test, FLAG, Environment::Staging, percent("25"), Targets::default()).await;
    let ahead = "Production would be further open than staging.";
    for (change, refused) in [
        ("&change=actors&percentage=75", true),
        ("&change=actors&percentage=25", false),
        ("&change=time&percentage=25", true),
        ("&change=open&kind=feature_group&name=administrators", true),
    ] {
        let html = text(&admin.get(&page(FLAG, change)).await);
        assert!(html.contains("In staging") && html.contains("On for 25 % of actors."), "{change}: {html}");
        assert_eq!(html.contains(ahead), refused, "{change}");
    }
    let answer = admin.submit(CHANGE, &change("actors 75", &[])).await;
    assert!(answer.header(header::LOCATION).starts_with(&page(FLAG, "&change=actors")), "back to the dialog");
    assert_eq!(state(&test, FLAG).await.feature.gates.boolean, None, "nothing was changed");
}

/// The value of a hidden field of the dialog.
/// Gates that this release cannot parse are shown as recorded, without *Restore*.
#[tokio::test]
async fn what_cannot_be_restored_is_said_so() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    test.execute("INSERT INTO audit_events (id, at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id, environment) VALUES (900, 1, 'feature_flag_updated', 'ann', 'Ann', 'page', 'duo_developer_orbit', 'default', 'open for some', '', 'r', 'production')").await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    assert!(html.contains("open for some"), "{html}");
    assert!(html.contains("This release cannot read which gates were set, so it cannot restore them."));
    assert!(!html.contains("change=restore"), "{html}");
    let asked = change("restore 900", &[]);
    let refused = admin.call(CHANGE, &asked).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(state(&test, FLAG).await.actors, [""; 0]);
}

fn hidden(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let at = html.find(&field).expect("the field is there") + field.len();
    html[at..].chars().take_while(|it| *it != '"').collect()
}

#[tokio::test]
async fn a_page_that_shows_what_no_longer_holds_overwrites_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    everyone(&test, FLAG, Environment::Staging).await;
    admin.submit(CHANGE, &change("actors 10", &[])).await;
    admin.submit(CHANGE, &change("actors 15", &[])).await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    let at = html.find("change=restore%20").expect("a way back") + "change=restore%20".len();
    let event: String = html[at..].chars().take_while(char::is_ascii_digit).collect();
    let restore = format!("restore {event}");
    let percent = ["20", "30", "40"];
    for (asked, percent) in ["actors 50", "forget", &restore].into_iter().zip(percent) {
        let dialog = page(FLAG, &format!("&change={}", asked.replace(' ', "+")));
        let seen = hidden(&text(&admin.get(&dialog).await), "seen");
        let others = FlagValue::PercentageOfActors(Percentage::parse(percent).expect("a percentage"));
        set(&test, FLAG, Environment::Production, others, Targets::default()).await;
        let before = test.snapshot().await;
        let fields = change(asked, &[("seen", &seen), ("reason", "slowly"), ("warned_of", "gates_wiped")]);
        let answer = admin.submit(CHANGE, &fields).await;
        let html = text(&admin.get(answer.header(header::LOCATION)).await);
        let now = format!("On for {percent} % of actors.");
        for said in ["<dialog open", "Somebody changed the flag after this was shown.", &now, "slowly"] {
            assert!(html.contains(said), "{asked}, {said}: {html}");
        }
        assert_eq!(test.snapshot().await, before, "{asked}");

        let seen = hidden(&html, "seen");
        let fields = change(asked, &[("seen", &seen), ("warned_of", "gates_wiped")]);
        let answer = admin.submit(CHANGE, &fields).await;
        assert_eq!(answer.header(header::LOCATION), page(FLAG, ""), "{asked}");
    }
}

#[tokio::test]
async fn a_change_with_a_time_filled_in_is_not_made_now() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    let fields = change("open user owner", &[("due_at", "2030-06-02T10:00"), ("reason", "slowly")]);
    let answer = admin.submit(CHANGE, &fields).await;
    let html = text(&admin.get(answer.header(header::LOCATION)).await);
    for said in ["<dialog open", "You filled in a time.", "value=\"2030-06-02T10:00\"", "slowly"] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert_eq!(test.snapshot().await, before);
    let now = change("off", &[("due_at", ""), ("reason", "at once")]);
    assert_eq!(admin.submit(CHANGE, &now).await.header(header::LOCATION), page(FLAG, ""));
}

#[tokio::test]
async fn a_reason_overrides_only_the_checks_that_were_shown() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let dialog = text(&admin.get(&page(FLAG, "&change=on")).await);
    let overriding = hidden(&dialog, "overriding");
    assert_eq!(overriding, "consistency");
    begin_freeze(&test.app, &FlagEditor::operator(operator()), Environment::Production, "The launch.")
        .await
        .expect("a freeze");
    let before = test.snapshot().await;
    let fields = change("on", &[("overriding", &overriding), ("reason", "for staging")]);
    let answer = admin.submit(CHANGE, &fields).await;
    let html = text(&admin.get(answer.header(header::LOCATION)).await);
    assert!(html.contains("The launch.") && html.contains("for staging</textarea>"), "{html}");
    assert_eq!(hidden(&html, "overriding"), "freeze consistency");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn whoever_is_gone_is_removed_by_the_actor_id() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    everyone(&test, FLAG, Environment::Staging).await;
    let one = |user: &str| Targets { users: vec![user.into()], ..Targets::default() };
    set(&test, FLAG, Environment::Production, FlagValue::Boolean(true), one("reviewer")).await;
    set(&test, FLAG, Environment::Production, FlagValue::OptOut(true), one("owner")).await;
    test.delete_user("reviewer").await;
    test.delete_user("owner").await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    for verb in ["close", "opt_in"] {
        let link = format!("change={verb}%20user%20");
        let at = html.find(&link).expect("a way to remove them") + link.len();
        let key: String =
            html[at..].chars().take_while(|it| *it != '"').collect::<String>().replace("%3A", ":");
        assert!(key.starts_with("User:"), "{key}");
        let asked = format!("{verb} user {key}");
        let dialog = text(&admin.get(&page(FLAG, &format!("&change={}", asked.replace(' ', "+")))).await);
        assert!(dialog.contains("<dialog open") && !dialog.contains("Do it later"), "{dialog}");
        let answer = admin.submit(CHANGE, &change(&asked, &[])).await;
        assert_eq!(answer.header(header::LOCATION), page(FLAG, ""), "{asked}");
    }
    let gates = state(&test, FLAG).await.feature.gates;
    assert!(gates.actors.is_empty() && gates.opted_out.is_empty(), "{gates:?}");
}

#[tokio::test]
async fn bad_input_changes_nothing_and_comes_back_with_what_is_wrong() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    for (asked, said, typed) in [
        ("open&kind=user&name=revi", "There is no user revi.", "value=\"revi\""),
        ("open&kind=user&name=", "Say who: a user name", ""),
        ("open&kind=group&name=acme/website", "There is no group acme/website.", "value=\"acme/website\""),
        ("open&kind=team&name=x", "The form was not understood.", ""),
        ("open&kind=feature_group&name=nobody", "There is no feature group nobody.", ""),
        ("actors&percentage=101", "Write a number from 0 to 100", "value=\"101\""),
        ("actors&percentage=0.001", "Write a number from 0 to 100", "value=\"0.001\""),
        ("time&percentage=", "Write a number from 0 to 100", ""),
        ("opt_in+user+reviewer", "No opt-out exists for @reviewer", "value=\"reviewer\""),
        ("explode", "The form was not understood.", ""),
    ] {
        let answer = admin.get(&page(FLAG, &format!("&change={asked}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{asked}");
        let html = text(&answer);
        assert!(
            html.contains(said) && html.contains(typed) && !html.contains("<dialog open"),
            "{asked}: {html}"
        );
    }
    let meant = text(&admin.get(&page(FLAG, "&change=opt_out&kind=user&name=revi")).await);
    assert!(meant.contains("change=opt_out%20user%20reviewer"), "who may have been meant");

    let long = "x".repeat(501);
    for (fields, status) in [
        (vec![("flag", "no/flag"), ("environment", "dev"), ("change", "on")], 404),
        (vec![("flag", FLAG), ("environment", "nowhere"), ("change", "on")], 400),
        (vec![("flag", FLAG), ("environment", "dev"), ("change", "explode")], 400),
        (vec![("flag", FLAG), ("environment", "dev")], 400),
        (vec![("flag", FLAG), ("environment", "dev"), ("change", "open user nobody")], 422),
        (vec![("flag", FLAG), ("environment", "dev"), ("change", "on"), ("reason", &long)], 422),
        (vec![("flag", FLAG), ("environment", "dev"), ("change", "restore 999999")], 404),
        (vec![("flag", FLAG), ("environment", "dev"), ("change", "restore 1")], 404),
    ] {
        assert_eq!(admin.call(CHANGE, &fields).await.status.as_u16(), status, "{fields:?}");
    }
    for due_at in ["", "tomorrow", "2026-06-01T11:00", "2030-01-01T00:00"] {
        let fields = change("actors 25", &[("due_at", due_at), ("reason", "slowly")]);
        let answer = admin.submit("/actions/schedule_flag_change", &fields).await;
        let html = text(&admin.get(answer.header(header::LOCATION)).await);
        assert!(
            html.contains("<dialog open") && html.contains("role=\"alert\"") && html.contains("slowly"),
            "{due_at}"
        );
    }
    assert_eq!(test.snapshot().await, before);
    for absent in ["no_such_flag", "a%20b", "x%00", "duo_developer_orbit/x"] {
        let answer = admin.get(&format!("/admin/feature_flags/{absent}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test]
async fn what_somebody_types_never_becomes_markup() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let evil = "%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E%22%3E";
    for address in [
        format!("/admin/feature_flags?search={evil}&state={evil}&type={evil}"),
        page(FLAG, &format!("&change=on&reason={evil}&due_at={evil}")),
        page(FLAG, &format!("&change={evil}")),
        page(FLAG, &format!("&change=open&kind=user&name={evil}")),
        page(FLAG, &format!("&change=actors&percentage={evil}")),
        page(FLAG, &format!("&eval_user={evil}&eval_group={evil}&eval_project={evil}")),
        page(FLAG, &format!("&before={evil}")),
    ] {
        let answer = admin.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert!(!answer.text().contains("<script>alert"), "{address}");
    }
}

#[tokio::test]
async fn the_answer_and_its_gate_are_shown_for_whoever_is_asked_about() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let asked = |user: &str| page(FLAG, &format!("&eval_user={user}&eval_group=&eval_project="));
    let default = text(&admin.get(&asked("reviewer")).await);
    assert!(default.contains("Gate: <strong>default</strong>"), "{default}");
    everyone(&test, FLAG, Environment::Staging).await;
    let reviewer = Targets { users: vec!["reviewer".into()], ..Targets::default() };
    set(&test, FLAG, Environment::Production, FlagValue::Boolean(true), reviewer).await;
    assert!(text(&admin.get(&asked("@reviewer")).await).contains("Gate: <strong>actor</strong>"));
    assert!(text(&admin.get(&asked("owner")).await).contains("Gate: <strong>none is open</strong>"));
    assert!(text(&admin.get(&asked("nobody-here")).await).contains("There is no user nobody-here."));
    let all = Percentage::parse("100").expect("a percentage");
    set(&test, FLAG, Environment::Production, FlagValue::PercentageOfActors(all), Targets::default()).await;
    assert!(text(&admin.get(&asked("owner")).await).contains("Gate: <strong>percentage of actors</strong>"));
    assert!(text(&admin.get(&asked("")).await).contains("Gate: <strong>none is open</strong>"));
}

#[tokio::test]
async fn an_earlier_set_is_restored_and_a_planned_change_is_cancelled() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    everyone(&test, FLAG, Environment::Staging).await;
    admin.submit(CHANGE, &change("open user reviewer", &[])).await;
    admin.submit(CHANGE, &change("off", &[("warned_of", "gates_wiped")])).await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    let restore = "change=restore%20";
    let at = html.find(restore).expect("a way back") + restore.len();
    let event: String = html[at..].chars().take_while(char::is_ascii_digit).collect();
    let change_back = format!("restore {event}");
    let dialog = text(&admin.get(&page(FLAG, &format!("&change=restore+{event}"))).await);
    assert!(dialog.contains("Off for everyone.") && dialog.contains("On for 1 actor."), "{dialog}");
    assert!(dialog.contains("user reviewer (User:"), "not only how many: {dialog}");
    admin.submit(CHANGE, &change(&change_back, &[])).await;
    assert_eq!(state(&test, FLAG).await.actors, ["user reviewer"]);
    let elsewhere = [("flag", FLAG), ("environment", "dev"), ("change", change_back.as_str())];
    assert_eq!(admin.call(CHANGE, &elsewhere).await.status, StatusCode::NOT_FOUND);

    let tomorrow = change("actors 25", &[("due_at", "2026-06-02T10:00"), ("reason", "Slowly")]);
    admin.submit("/actions/schedule_flag_change", &tomorrow).await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    for said in ["scheduled for 2 June 2026, 10:00 UTC", "25 % of actors", "Waits", "Slowly"] {
        assert!(html.contains(said), "{said}");
    }
    let at = html.find("name=\"id\" value=\"").expect("a form to cancel") + "name=\"id\" value=\"".len();
    let id: String = html[at..].chars().take_while(char::is_ascii_digit).collect();
    let cancel = [("flag", FLAG), ("environment", "production"), ("id", id.as_str())];
    admin.submit("/actions/cancel_flag_change", &cancel).await;
    let html = text(&admin.get(&page(FLAG, "")).await);
    assert!(html.contains("The scheduled change is cancelled.") && !html.contains("Waits"), "{html}");
    assert_eq!(admin.call("/actions/cancel_flag_change", &cancel).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn whoever_signed_in_long_ago_confirms_it_first_and_loses_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    test.clock.advance_millis(3_590_000);
    assert_eq!(admin.get(&page(FLAG, "")).await.status, StatusCode::OK);
    test.clock.advance_millis(20_000);
    let answer = admin.submit(CHANGE, &change("open user owner", &[("reason", "A & b")])).await;
    let confirm = answer.header(header::LOCATION);
    assert!(
        confirm.starts_with("/users/confirm?return_to=/admin/feature_flags/duo_developer_orbit%3F"),
        "{confirm}"
    );
    assert!(confirm.contains("reason%3DA%2520%2526%2520b"), "{confirm}");
    assert!(!state(&test, FLAG).await.feature.gates.is_set());
}

#[tokio::test]
async fn jump_to_finds_flags_for_administrators() {
    let test = server().await;
    let (admin, owner) = (Browser::of(&test, "admin").await, Browser::of(&test, "owner").await);
    let found = |html: String| html.contains("/admin/feature_flags");
    assert!(found(admin.get("/-/jump?q=resolve_conf").await.text()));
    assert!(!found(owner.get("/-/jump?q=resolve_conf").await.text()));
    assert!(!found(owner.get("/-/jump?q=feature").await.text()));
}
