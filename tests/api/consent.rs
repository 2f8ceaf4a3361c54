//! Turning flows on and off, with consent where needed, by one owner and by two concurrently.

use crate::support::{Answer, Snapshot, TestApp, code_review_of, current_wording, flow_of};
use serde_json::{Value, json};

use duo_console::domain::{
    flows::{consent::LedgerAction, wording::CODE_REVIEW_WORDING},
    role::Role,
};

async fn put(test: &TestApp, token: &str, path: &str, change: Value) -> Answer {
    test.put(path, &change).token(token).send().await
}

fn confirming(version: i64) -> Value {
    json!({"enabled": true, "version": version, "consent": {"wording": current_wording()}})
}

fn actions(snapshot: &Snapshot) -> Vec<LedgerAction> {
    snapshot.ledger.iter().rev().map(|it| it.action.known().expect("a word of ours")).collect()
}

#[tokio::test]
async fn owner_enabling_the_flow_without_confirming_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    for (group, version) in [("acme", 0), ("globex", 1)] {
        for change in [
            json!({"enabled": true, "version": version}),
            json!({"enabled": true, "version": version, "consent": null}),
        ] {
            let answer = put(&test, &token, &code_review_of(group), change).await;
            let problem = answer.refused(422, "consent_required");
            assert_eq!(problem["field"], "consent");
            assert_eq!(problem["wording"]["id"], current_wording());
            assert_eq!(problem["wording"]["lead"], CODE_REVIEW_WORDING.lead);
            assert_eq!(problem["wording"]["confirm"], "Enable Code Review Flow");
        }
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn nobody_gets_around_the_confirmation_whoever_sends_it() {
    let test = TestApp::new().await;
    let before_tokens = [test.full_token("owner").await, test.full_token("admin").await];
    let before = test.snapshot().await;
    for token in &before_tokens {
        let change = json!({"enabled": true, "version": 0});
        put(&test, token, &code_review_of("acme"), change).await.refused(422, "consent_required");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_forged_or_garbled_confirmation_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let path = code_review_of("acme");
    let hash = current_wording().split_once('-').expect("an id").1.to_owned();
    for garbage in [
        String::new(),
        String::from("yes"),
        String::from("1"),
        hash.clone(),
        format!("1-{}", hash.to_uppercase()),
        format!(" {}", current_wording()),
        format!("{}\n", current_wording()),
        format!("-{hash}"),
        format!("1-{}", &hash[1..]),
        format!("v1-{hash}"),
        "9".repeat(5000),
    ] {
        let change = json!({"enabled": true, "version": 0, "consent": {"wording": garbage}});
        let problem = put(&test, &token, &path, change).await.refused(422, "invalid");
        assert_eq!(problem["field"], "consent.wording", "{garbage}");
    }
    for (consent, field) in [
        (json!({}), "consent.wording"),
        (json!({"wording": null}), "consent.wording"),
        (json!({"wording": 1}), "consent.wording"),
        (json!({"wording": [current_wording()]}), "consent.wording"),
        (json!({"wording": current_wording(), "by": "admin"}), "consent.by"),
        (json!(current_wording()), "consent"),
        (json!(true), "consent"),
    ] {
        let change = json!({"enabled": true, "version": 0, "consent": consent});
        let problem = put(&test, &token, &path, change).await.refused(422, "invalid");
        assert_eq!(problem["field"], field, "{consent}: {problem}");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn confirming_another_version_of_the_wording_is_refused_with_the_current_one() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let hash = current_wording().split_once('-').expect("an id").1.to_owned();
    for other in [format!("0-{}", "0".repeat(64)), format!("2-{hash}"), format!("1-{}", "ab".repeat(32))] {
        let change = json!({"enabled": true, "version": 0, "consent": {"wording": other}});
        let answer = put(&test, &token, &code_review_of("acme"), change).await;
        let problem = answer.refused(409, "consent_outdated");
        assert_eq!(problem["field"], "consent.wording");
        assert_eq!(problem["wording"]["id"], current_wording());
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn confirming_saves_the_flow_and_the_consent_together() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let flow = put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    assert_eq!(flow["reference"], "code_review/v1");
    assert_eq!(flow["enabled"], true);
    assert_eq!(flow["version"], 1);
    assert_eq!(flow["changed_by"], json!({"username": "owner", "name": "Group Owner"}));
    assert_eq!(flow["changed_at"], "2026-06-01T12:00:00.123Z");
    assert_eq!(flow["obstacle"], Value::Null);
    assert_eq!(flow["consent"]["state"], "given");
    assert_eq!(flow["consent"]["by"]["username"], "owner");
    assert_eq!(flow["consent"]["at"], "2026-06-01T12:00:00.123Z");

    let after = test.snapshot().await;
    let [entry] = &after.ledger[..] else { panic!("{:?}", after.ledger) };
    assert_eq!(entry.action, LedgerAction::Given);
    assert_eq!((entry.username.as_str(), entry.role.as_str()), ("owner", "Owner"));
    assert_eq!((entry.namespace_path.as_str(), entry.wording.as_str()), ("acme", &*current_wording()));
    let new: Vec<_> =
        after.audit[..after.audit.len() - before.audit.len()].iter().map(|it| it.event.kind.key()).collect();
    assert_eq!(new, ["namespace_consent_given", "foundational_flow_enabled"]);
}

#[tokio::test]
async fn confirming_twice_is_harmless() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let first = put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    let once = test.snapshot().await;
    let other = test.full_token("admin").await;
    let between = test.snapshot().await;
    for (token, version) in [(&token, 0), (&token, 1), (&other, 0)] {
        let again = put(&test, token, &code_review_of("acme"), confirming(version)).await.ok();
        assert_eq!(again, first);
    }
    assert_eq!(test.snapshot().await, between);
    assert_eq!(between.ledger, once.ledger);
    assert_eq!(actions(&between), [LedgerAction::Given]);
}

#[tokio::test]
async fn two_owners_who_confirm_at_once_leave_one_consent() {
    let test = TestApp::new().await;
    let (one, two) = (test.full_token("owner").await, test.full_token("admin").await);
    let path = code_review_of("acme");
    let (first, second) =
        tokio::join!(put(&test, &one, &path, confirming(0)), put(&test, &two, &path, confirming(0)));
    assert_eq!(first.ok(), second.ok());
    assert_eq!(actions(&test.snapshot().await), [LedgerAction::Given]);
}

#[tokio::test]
async fn turning_the_flow_off_withdraws_the_consent_and_on_again_asks_again() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let path = code_review_of("acme");
    put(&test, &token, &path, confirming(0)).await.ok();
    let off = put(&test, &token, &path, json!({"enabled": false, "version": 1})).await.ok();
    assert_eq!((&off["enabled"], &off["version"]), (&json!(false), &json!(2)));
    assert_eq!(off["consent"], json!({"state": "none", "id": null, "by": null, "at": null}));
    put(&test, &token, &path, json!({"enabled": true, "version": 2})).await.refused(422, "consent_required");
    let on = put(&test, &token, &path, confirming(2)).await.ok();
    assert_eq!(on["consent"]["state"], "given");
    let after = test.snapshot().await;
    assert_eq!(actions(&after), [LedgerAction::Given, LedgerAction::Withdrawn, LedgerAction::Given]);
    assert_eq!(on["consent"]["id"], after.ledger[0].id.0);
}

#[tokio::test]
async fn a_group_that_had_the_flow_on_before_consents_in_one_step() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let list = test.get("/api/v1/groups/globex/flows").token(&token).send().await.ok();
    let flow = &list["flows"][0];
    assert_eq!((&flow["enabled"], &flow["consent"]["state"]), (&json!(true), &json!("missing")));
    let flow = put(&test, &token, &code_review_of("globex"), confirming(1)).await.ok();
    assert_eq!((&flow["enabled"], &flow["consent"]["state"]), (&json!(true), &json!("given")));
    assert_eq!(actions(&test.snapshot().await), [LedgerAction::Given]);
}

#[tokio::test]
async fn turning_off_what_was_never_consented_to_writes_no_ledger() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let change = json!({"enabled": false, "version": 1});
    put(&test, &token, &code_review_of("globex"), change).await.ok();
    assert_eq!(actions(&test.snapshot().await), []);
}

#[tokio::test]
async fn whoever_is_second_is_told_who_was_first_and_overwrites_nothing() {
    let test = TestApp::new().await;
    test.add_member("second", "acme", Role::Owner).await;
    let (first, second) = (test.full_token("owner").await, test.full_token("second").await);
    let path = flow_of("acme", "developer/v1");
    put(&test, &first, &path, json!({"enabled": false, "version": 1})).await.ok();
    let before = test.snapshot().await;
    for version in [0, 1, 3, i64::MAX] {
        let answer = put(&test, &second, &path, json!({"enabled": true, "version": version})).await;
        let problem = answer.refused(409, "conflict");
        assert_eq!(problem["field"], "version");
        let current = &problem["current"];
        assert_eq!((&current["enabled"], &current["version"]), (&json!(false), &json!(2)));
        assert_eq!(current["changed_by"], json!({"username": "owner", "name": "Group Owner"}));
        assert_eq!(current["changed_at"], "2026-06-01T12:00:00.123Z");
        assert!(problem["detail"].as_str().expect("a detail").starts_with("Group Owner (@owner) switched"));
    }
    assert_eq!(test.snapshot().await, before);
    put(&test, &second, &path, json!({"enabled": true, "version": 2})).await.ok();
}

#[tokio::test]
async fn a_confirmation_that_comes_too_late_gives_no_consent() {
    let test = TestApp::new().await;
    let (first, second) = (test.full_token("owner").await, test.full_token("admin").await);
    let path = code_review_of("globex");
    put(&test, &first, &path, json!({"enabled": false, "version": 1})).await.ok();
    let before = test.snapshot().await;
    put(&test, &second, &path, confirming(1)).await.refused(409, "conflict");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn switching_code_review_touches_no_other_flow() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let list = async || test.get("/api/v1/groups/acme/flows").token(&token).send().await.ok();
    let before = list().await;
    put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    let on = list().await;
    put(&test, &token, &code_review_of("acme"), json!({"enabled": false, "version": 1})).await.ok();
    let off = list().await;
    assert_eq!(before["flows"].as_array().map(Vec::len), Some(9));
    for at in 1..9 {
        assert_eq!(before["flows"][at], on["flows"][at]);
        assert_eq!(before["flows"][at], off["flows"][at]);
    }
}

#[tokio::test]
async fn switching_another_flow_touches_no_consent() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let flow = put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    for (enabled, version) in [(false, 1), (true, 2)] {
        let change = json!({"enabled": enabled, "version": version});
        put(&test, &token, &flow_of("acme", "developer/v1"), change).await.ok();
    }
    let list = test.get("/api/v1/groups/acme/flows").token(&token).send().await.ok();
    assert_eq!(list["flows"][0], flow);
    assert_eq!(actions(&test.snapshot().await), [LedgerAction::Given]);
}

#[tokio::test]
async fn consent_outlives_whoever_gave_it() {
    let test = TestApp::new().await;
    test.add_member("leaver", "acme", Role::Owner).await;
    let token = test.full_token("leaver").await;
    let flow = put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    test.delete_user("leaver").await;

    let admin = test.full_token("admin").await;
    let list = test.get("/api/v1/groups/acme/flows").token(&admin).send().await.ok();
    assert_eq!(list["flows"][0], flow);
    assert_eq!(list["flows"][0]["consent"]["by"]["username"], "leaver");
    let path = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";
    let decision = test.get(path).token(&admin).send().await.ok();
    assert_eq!(decision["engine"], "code_review_flow");
    assert_eq!(test.snapshot().await.ledger[0].username, "leaver");
}

#[tokio::test]
async fn a_subgroup_and_a_project_show_the_flows_of_their_top_level_group_and_have_none_of_their_own() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    for path in ["acme/platform", "acme/website"] {
        let shown = test.get(&format!("/api/v1/groups/{}/flows", path.replace('/', "%2f")));
        let shown = shown.token(&token).send().await.ok();
        assert_eq!((&shown["namespace"], &shown["top_level_group"]), (&json!(path), &json!("acme")));
        let answer = put(&test, &token, &code_review_of(path), confirming(0)).await;
        assert_eq!(answer.refused(422, "invalid")["field"], "full_path");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_flow_that_the_tier_lacks_shows_its_obstacle_and_is_not_turned_on() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let list = test.get("/api/v1/groups/initech/flows").token(&token).send().await.ok();
    let flow = &list["flows"][5];
    assert_eq!(flow["reference"], "sast_fp_detection/v1");
    assert_eq!(flow["obstacle"], json!({"kind": "needs_tier", "level": null, "tier": "ultimate"}));
    assert_eq!(flow["changed_at"], Value::Null);
    let change = json!({"enabled": true, "version": 0});
    let answer = put(&test, &token, &flow_of("initech", "sast_fp_detection/v1"), change).await;
    let problem = answer.refused(422, "invalid");
    assert_eq!(problem["field"], "enabled");
    assert_eq!(problem["detail"], "This flow needs the tier Ultimate.");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_receipt_says_whether_the_entry_is_as_it_was_recorded() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let flow = put(&test, &token, &code_review_of("acme"), confirming(0)).await.ok();
    let address = format!("/api/v1/consents/{}", flow["consent"]["id"]);
    let receipt = test.get(&address).token(&token).send().await.ok();
    assert_eq!((&receipt["action"], &receipt["group"]), (&json!("given"), &json!("acme")));
    assert_eq!((&receipt["username"], &receipt["role"]), (&json!("owner"), &json!("Owner")));
    assert_eq!(receipt["wording"], json!(current_wording()));
    assert_eq!(receipt["words"]["lead"], CODE_REVIEW_WORDING.lead);
    assert_eq!(receipt["seal"]["state"], "intact");
    assert!(receipt["seal"]["position"].as_i64().is_some_and(|it| it > 0));

    let maintainer = test.full_token("maintainer").await;
    assert_eq!(test.get(&address).token(&maintainer).send().await.ok()["id"], receipt["id"]);
    let developer = test.full_token("developer").await;
    test.get(&address).token(&developer).send().await.refused(403, "insufficient_role");
    let outsider = test.full_token("outsider").await;
    test.get(&address).token(&outsider).send().await.refused(404, "not_found");

    test.execute("DROP TRIGGER consent_ledger_no_update").await;
    test.execute("UPDATE consent_ledger SET username = 'somebody'").await;
    let altered = test.get(&address).token(&token).send().await.ok();
    assert_eq!((&altered["seal"]["state"], &altered["seal"]["hash"]), (&json!("altered"), &Value::Null));
}
