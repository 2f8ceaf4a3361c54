//! Groups and projects at the command line.

use serde_json::Value;

use crate::place::Place;

fn paths(place: &Place, arguments: &[&str]) -> Vec<String> {
    let listed = place.json(&[&["group", "list", "--format", "json"], arguments].concat());
    let path = |it: &Value| it["path"].as_str().expect("a path").to_owned();
    listed.as_array().expect("a list").iter().map(path).collect()
}

#[test]
fn a_tree_is_made_changed_and_deleted() {
    let place = Place::empty();
    assert!(place.run(&["group", "list"]).done().stderr.contains("`duo-console group create` makes one"));
    place.run(&["user", "create", "ann", "--generate-password"]).done();
    let made = place.run(&["group", "create", "acme", "--tier", "ultimate", "--duo-enterprise"]).done();
    assert_eq!(made.stdout, "Made the top-level group acme.\n");
    assert!(made.stderr.contains("It has no Owner yet"), "{made:?}");
    let made = place.run(&["group", "create", "globex", "--owner", "ann", "--name", "Globex"]).done();
    assert_eq!(made.stderr, "");
    place.run(&["group", "create", "acme/platform"]).done();
    place.run(&["group", "create", "acme/platform/api", "--kind", "project", "--name", "API"]).done();
    assert_eq!(paths(&place, &[]), ["acme", "acme/platform", "acme/platform/api", "globex"]);
    assert_eq!(paths(&place, &["--top-level"]), ["acme", "globex"]);
    assert_eq!(paths(&place, &["acme/platform"]), ["acme/platform", "acme/platform/api"]);
    let shown = place.json(&["group", "show", "acme"]);
    assert_eq!((&shown["tier"], &shown["duo_enterprise"]), (&"ultimate".into(), &true.into()));

    place.run(&["group", "edit", "acme", "--name", "Acme Corp", "--duo-enterprise", "no"]).done();
    place.run(&["group", "edit", "acme/platform", "--path", "core"]).done();
    let moved = place.run(&["group", "move", "acme/core", "--to", "globex"]).done();
    assert_eq!(moved.stdout, "acme/core is globex/core now.\n");
    assert_eq!(paths(&place, &[]), ["acme", "globex", "globex/core", "globex/core/api"]);
    place.run(&["group", "move", "globex/core", "--top-level"]).done();
    assert_eq!(place.json(&["group", "show", "core"])["tier"], "premium");
    assert_eq!(place.json(&["group", "show", "acme"])["name"], "Acme Corp");

    place.run(&["group", "archive", "core"]).done();
    assert!(place.json(&["group", "show", "core"])["archived_at"].is_string());
    let refused = place.run(&["group", "create", "core/x"]).refused();
    assert!(refused.contains("core is archived"), "{refused}");
    place.run(&["group", "unarchive", "core"]).done();
    let refused = place.run(&["group", "delete", "core", "--confirm", "cor"]).refused();
    assert!(refused.contains("Type the full path, core"), "{refused}");
    place.run(&["group", "delete", "core", "--confirm", "core"]).done();
    place.run(&["group", "delete", "globex", "--yes"]).done();
    assert_eq!(paths(&place, &[]), ["acme"]);
    let table = place.run(&["group", "list"]).done().stdout;
    assert!(table.starts_with("PATH  NAME"), "{table}");
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let place = Place::with_demo_data();
    for (arguments, said) in [
        (vec!["create", "acme"], "There is a group or project acme already."),
        (vec!["create", "new"], "an address of Duo Console"),
        (vec!["create", "nowhere/x"], "There is no group or project nowhere."),
        (vec!["create", "acme/website/x"], "acme/website is a project"),
        (vec!["create", "x", "--owner", "nobody"], "There is no user nobody."),
        (vec!["show", "nowhere"], "There is no group or project nowhere."),
        (vec!["edit", "nowhere", "--name", "X"], "There is no group or project nowhere."),
        (vec!["edit", "acme", "--path", "globex"], "There is a group or project globex already."),
        (vec!["edit", "acme/platform", "--tier", "premium"], "Only a top-level group has a subscription"),
        (vec!["move", "acme", "--to", "acme/platform"], "A group cannot be moved below itself."),
        (vec!["move", "acme/website", "--top-level"], "A project is always in a group."),
        (vec!["move", "acme", "--to", "nowhere"], "There is no group nowhere to move it to."),
        (vec!["delete", "nowhere", "--yes"], "There is no group or project nowhere."),
    ] {
        let refused = place.run(&[vec!["group"], arguments.clone()].concat()).refused();
        assert!(refused.contains(said), "{arguments:?}: {refused}");
    }
    for arguments in [
        vec!["create", "x", "--kind", "project"],
        vec!["create", "acme/x", "--tier", "premium"],
        vec!["create", "a b"],
        vec!["edit", "acme"],
        vec!["move", "acme"],
        vec!["delete", "acme"],
    ] {
        place.run(&[vec!["group"], arguments].concat()).wrong();
    }
}
