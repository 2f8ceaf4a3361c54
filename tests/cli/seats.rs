use crate::place::Place;

#[test]
fn seats_are_given_taken_and_listed() {
    let place = Place::with_demo_data();
    let text = place.run(&["seat", "give", "developer", "reviewer", "--group", "acme"]).done().stdout;
    let said =
        "developer has a seat now. reviewer had a seat already. developer now gets GitLab Duo Code Review.\n";
    assert_eq!(text, said);
    let list = place.json(&["seat", "list", "--group", "acme", "--format", "json"]);
    let users: Vec<_> = list.as_array().expect("a list").iter().map(|it| it["user"].as_str()).collect();
    assert_eq!(users, [Some("developer"), Some("reviewer")]);
    assert_eq!((&list[0]["state"], &list[0]["source"]), (&"used".into(), &"hand".into()));
    let text = place.run(&["seat", "take", "developer", "--group", "acme"]).done().stdout;
    assert_eq!(text, "developer no longer has a seat. developer now gets no review.\n");
    let text = place.run(&["seat", "take", "developer", "--group", "acme"]).refused();
    assert!(text.contains("developer has no seat"), "{text}");
    let events = place.json(&["audit", "list", "--format", "json"]);
    assert_eq!(events[0]["kind"], "duo_enterprise_seat_unassigned");
    assert_eq!((&events[0]["namespace_path"], &events[0]["target"]), (&"acme".into(), &"developer".into()));
}

#[test]
fn what_was_purchased_is_never_exceeded() {
    let place = Place::with_demo_data();
    let pool = ["seat", "pool", "--group", "acme", "--purchased"];
    let text = place.run(&[&pool[..], &["1"]].concat()).done().stdout;
    assert_eq!(text, "Saved for acme: 1 of 1 seat used.\n");
    let text = place.run(&["seat", "give", "developer", "--group", "acme"]).refused();
    assert!(text.contains("1 seat is needed, and 0 of 1 are free."), "{text}");
    let text = place.run(&["seat", "give", "developer", "--group", "acme", "--wait"]).done().stdout;
    assert_eq!(text, "developer waits for a seat.\n");
    let text = place.run(&[&pool[..], &["0"]].concat()).refused();
    assert!(text.contains("0 is less than the 1 in use"), "{text}");
    let pools = place.json(&["seat", "pool", "--format", "json"]);
    assert_eq!((&pools[0]["group"], &pools[1]["group"]), (&serde_json::Value::Null, &"acme".into()));
    assert_eq!(
        (&pools[1]["purchased"], &pools[1]["free"], &pools[1]["waiting"]),
        (&1.into(), &0.into(), &1.into())
    );
    place.run(&[&pool[..], &["unknown"]].concat()).done();
    let text = place.run(&["seat", "pool"]).done().stdout;
    assert!(text.contains("acme") && text.contains("no limit") && text.contains("(instance)"), "{text}");
    place.run(&["seat", "give", "developer", "--instance"]).done();
}

#[test]
fn whose_seats_has_to_be_said() {
    let place = Place::with_demo_data();
    for wrong in [
        &["seat", "give", "developer"][..],
        &["seat", "give", "--group", "acme"],
        &["seat", "list"],
        &["seat", "list", "--group", "acme", "--instance"],
        &["seat", "pool", "--purchased", "5"],
        &["seat", "pool", "--group", "acme"],
        &["seat", "pool", "--group", "acme", "--purchased", "many"],
    ] {
        place.run(wrong).wrong();
    }
    let text = place.run(&["seat", "list", "--group", "nowhere"]).refused();
    assert!(text.contains("There is no group nowhere."), "{text}");
    let text = place.run(&["seat", "list", "--group", "acme/platform"]).refused();
    assert!(text.contains("counted in the top-level group acme"), "{text}");
}
