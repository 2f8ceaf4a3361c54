use crate::place::Place;

#[test]
fn a_member_is_added_listed_and_removed() {
    let place = Place::with_demo_data();
    let add = |more: &[&str]| {
        let mut arguments = vec!["member", "add", "acme/platform", "outsider"];
        arguments.extend(more);
        place.run(&arguments)
    };
    let text = add(&["--role", "developer", "--expires-on", "2999-01-01"]).done().stdout;
    assert_eq!(text, "outsider is Developer until 2999-01-01 in acme/platform.\n");
    let text = add(&["--role", "developer", "--expires-on", "2999-01-01"]).done().stdout;
    assert_eq!(text, "outsider is Developer until 2999-01-01 in acme/platform already.\n");
    assert_eq!(add(&["--role", "guest"]).done().stdout, "outsider is Guest in acme/platform.\n");
    let list = place.run(&["member", "list", "acme/platform", "--by", "direct"]).done().stdout;
    assert_eq!(list, "USER      ROLE   COUNTS  SOURCE  FROM  EXPIRES  SEAT\noutsider  guest  yes     hand\n");
    let all = place.json(&["member", "list", "acme/platform", "--format", "json"]);
    let owner = all.as_array().expect("a list").iter().find(|it| it["user"] == "owner").expect("inherited");
    assert_eq!((&owner["inherited_from"], &owner["role"]), (&"acme".into(), &"owner".into()));
    let text = place.run(&["member", "remove", "acme/platform", "outsider"]).done().stdout;
    assert_eq!(text, "outsider is no longer a member of acme/platform.\n");
    let text = place.run(&["member", "remove", "acme/platform", "outsider"]).refused();
    assert!(text.contains("nothing to take back"), "{text}");
    let events = place.json(&["audit", "list", "--format", "json"]);
    assert_eq!(
        (&events[0]["kind"], &events[0]["surface"]),
        (&"member_destroyed".into(), &"command_line".into())
    );
}

#[test]
fn a_group_is_invited_and_the_invitation_taken_back() {
    let place = Place::with_demo_data();
    let text = place.run(&["member", "invite", "acme", "globex", "--role", "reporter"]).done().stdout;
    assert_eq!(
        text,
        "The members of globex have a role in acme, at most reporter.\n".replace("reporter", "Reporter")
    );
    let list = place.run(&["member", "list", "acme", "--by", "invited"]).done().stdout;
    assert!(list.contains("globex invited"), "{list}");
    assert!(place.run(&["member", "invite", "acme", "acme", "--role", "guest"]).refused().contains("itself"));
    place.run(&["member", "uninvite", "acme", "globex"]).done();
    assert!(place.run(&["member", "uninvite", "acme", "globex"]).refused().contains("not invited"));
}

#[test]
fn what_is_wrong_is_refused_and_the_last_owner_needs_an_option() {
    let place = Place::with_demo_data();
    let text = place.run(&["member", "add", "acme", "nobody", "--role", "guest"]).refused();
    assert!(text.contains("There is no user nobody."), "{text}");
    let text = place.run(&["member", "add", "nowhere", "owner", "--role", "guest"]).refused();
    assert!(text.contains("There is no group or project nowhere."), "{text}");
    assert!(
        place.run(&["member", "add", "acme", "owner", "--role", "boss"]).wrong().contains("possible values")
    );
    let text =
        place.run(&["member", "add", "acme", "owner", "--role", "guest", "--expires-on", "soon"]).wrong();
    assert!(text.contains("2026-12-31"), "{text}");
    let text = place.run(&["member", "remove", "acme", "owner"]).refused();
    assert!(text.contains("nobody owns the group acme") && text.contains("--without-owner"), "{text}");
    place.run(&["member", "remove", "acme", "owner", "--without-owner"]).done();
}
