//! Imports and exports at the command line.

use std::fs;

use crate::place::Place;

#[test]
fn a_file_is_tried_applied_and_exported() {
    let place = Place::with_demo_data();
    fs::write(place.path("m.csv"), "path,user,role\nglobex,reviewer,Maintainer\n").expect("a file");
    let tried = place.run(&["import", "members", "m.csv"]).done().stdout;
    assert!(tried.contains("reviewer in globex") && tried.contains("Nothing was written yet"), "{tried}");
    let before = place.run(&["export", "members"]).done().stdout;
    assert!(!before.contains("globex,reviewer,Maintainer"), "{before}");
    let applied = place.run(&["import", "members", "m.csv", "--apply"]).done().stdout;
    assert!(applied.contains("Imported: 1 new"), "{applied}");
    let again = place.run(&["import", "members", "m.csv", "--apply"]).done().stdout;
    assert!(again.contains("There is nothing to do"), "{again}");

    for kind in ["users", "groups", "members", "seats"] {
        place.run(&["export", kind, "--output", "all.csv"]).done();
        let report = place.json(&["import", kind, "all.csv", "--apply", "--format", "json"]);
        let counts = &report["counts"];
        assert_eq!(
            [&counts["created"], &counts["changed"], &counts["removed"]],
            [0, 0, 0],
            "{kind}: {report}"
        );
        assert!(counts["unchanged"].as_u64() > Some(0), "{kind}: {report}");
    }
    place.run(&["audit", "verify"]).done();
}

#[test]
fn refused_lines_are_named_and_written_for_correction() {
    let place = Place::with_demo_data();
    let file = "path,user,role\nacme,nobody,Guest\nacme,reviewer,Boss\n";
    fs::write(place.path("m.csv"), file).expect("a file");
    let refused = place.run(&["import", "members", "m.csv", "--apply", "--errors", "wrong.csv"]).refused();
    assert!(refused.contains("line 2, user 'nobody': There is no such user."), "{refused}");
    assert!(refused.contains("line 3, role 'Boss'"), "{refused}");
    let wrong = fs::read_to_string(place.path("wrong.csv")).expect("a file");
    assert!(wrong.starts_with("error,path,user,role\n") && wrong.lines().count() == 3, "{wrong}");
    let json = place.run(&["import", "members", "m.csv", "--format", "json"]);
    assert_eq!(json.code, 1);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(report["refused"].as_array().map(Vec::len), Some(2));
    let piped = place.run_with_input(&["import", "users", "-"], "username\nnew-user\n").done();
    assert!(piped.stdout.contains("new-user"), "{piped:?}");
    place.run(&["import", "members", "missing.csv"]).refused();
    place.run(&["import", "nothing", "m.csv"]).wrong();
}
