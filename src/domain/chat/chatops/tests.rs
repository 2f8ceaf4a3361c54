use proptest::prelude::*;

use super::*;

const FLAG: &str = "duo_developer_orbit";

fn percentage(text: &str) -> Percentage {
    Percentage::parse(text).expect("a percentage")
}

/// A change of [`FLAG`] in production for everyone.
fn set(value: FlagValue) -> SetFlag {
    SetFlag {
        flag: FLAG.to_owned(),
        value,
        targets: Targets::default(),
        environments: vec![Environment::Production],
        force: false,
        overridden: None,
    }
}

/// Parses `gitlab run feature set` with `rest` appended.
fn read_set(rest: &str) -> SetFlag {
    match parse(&format!("gitlab run feature set {rest}")) {
        Ok(ChatopsCommand::Set(set)) => set,
        other => panic!("{rest}: {other:?}"),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn users(users: &[&str]) -> Targets {
    Targets { users: names(users), ..Targets::default() }
}

#[test]
fn what_can_be_set() {
    use Environment::{Dev, Pre, Production, Staging, StagingRef};
    use FlagValue::{Boolean, OptOut, PercentageOfActors, PercentageOfTime};
    let on = set(Boolean(true));
    let forced = "--random --ignore-random-deprecation-check";
    let overridden =
        |freeze, consistency| Some(Overridden { freeze, consistency, reason: String::from("An incident.") });
    let table = [
        (String::from("FLAG true"), on.clone()),
        (String::from("FLAG false"), set(Boolean(false))),
        (String::from("`FLAG` true"), on.clone()),
        (
            String::from("--user=reviewer FLAG true --dev --staging"),
            SetFlag { targets: users(&["reviewer"]), environments: vec![Dev, Staging], ..on.clone() },
        ),
        (
            String::from("FLAG true —user reviewer –dev"),
            SetFlag { targets: users(&["reviewer"]), environments: vec![Dev], ..on.clone() },
        ),
        (
            String::from("FLAG true --production --staging-ref --pre --dev --staging --dev"),
            SetFlag { environments: vec![Dev, Pre, Staging, StagingRef, Production], ..on.clone() },
        ),
        (
            String::from(
                "FLAG true --user=a,b, --user 'c' --group=acme --namespace=acme/platform --project=acme/website --feature-group=testers",
            ),
            SetFlag {
                targets: Targets {
                    users: names(&["a", "b", "c"]),
                    groups: names(&["acme", "acme/platform"]),
                    projects: names(&["acme/website"]),
                    feature_groups: names(&["testers"]),
                },
                ..on.clone()
            },
        ),
        (
            String::from("FLAG opt_out --group=acme"),
            SetFlag {
                targets: Targets { groups: names(&["acme"]), ..Targets::default() },
                ..set(OptOut(true))
            },
        ),
        (
            String::from("FLAG remove_opt_out --user=a --feature-group=testers"),
            SetFlag {
                targets: Targets { feature_groups: names(&["testers"]), ..users(&["a"]) },
                ..set(OptOut(false))
            },
        ),
        (String::from("FLAG 25 --actors"), set(PercentageOfActors(percentage("25")))),
        (String::from("FLAG 0.01 --actors"), set(PercentageOfActors(percentage("0.01")))),
        (format!("FLAG 25 {forced}"), set(PercentageOfTime(percentage("25")))),
        (String::from("FLAG 100 --actors"), on.clone()),
        (format!("FLAG 0 {forced}"), set(Boolean(false))),
        (String::from("FLAG true --force"), SetFlag { force: true, ..on.clone() }),
        (
            String::from("FLAG true --override-reason=\"An incident.\""),
            SetFlag { overridden: overridden(true, true), ..on.clone() },
        ),
        (
            String::from("FLAG true --ignore-production-check --override-reason “An incident.”"),
            SetFlag { overridden: overridden(true, false), ..on.clone() },
        ),
        (
            String::from(
                "FLAG true --ignore-feature-flag-consistency-check --override-reason='An incident.'",
            ),
            SetFlag { overridden: overridden(false, true), ..on.clone() },
        ),
    ];
    for (rest, expected) in table {
        assert_eq!(read_set(&rest.replace("FLAG", FLAG)), expected, "{rest}");
    }
}

#[test]
fn a_command_begins_as_gitlabs_do() {
    let expected = ChatopsCommand::Get { flag: FLAG.to_owned(), environments: vec![Environment::Production] };
    for start in [
        "gitlab run feature",
        "run feature",
        "/chatops gitlab run feature",
        "/chatops run feature",
        "Gitlab run feature",
    ] {
        assert_eq!(parse(&format!("{start} get {FLAG}")), Ok(expected.clone()), "{start}");
    }
    let words = names(&["gitlab", "run", "feature", "get", FLAG]);
    assert_eq!(parse_words(&words), Ok(expected));
}

#[test]
fn what_can_be_asked_and_deleted() {
    use Environment::{Dev, Production, Staging};
    let flag = || FLAG.to_owned();
    let table = [
        ("get FLAG --staging --dev", ChatopsCommand::Get { flag: flag(), environments: vec![Dev, Staging] }),
        ("list", ChatopsCommand::List { matching: None, environments: vec![Production] }),
        (
            "list --match orbit --dev",
            ChatopsCommand::List { matching: Some(String::from("orbit")), environments: vec![Dev] },
        ),
        (
            "delete `FLAG`",
            ChatopsCommand::Delete { flag: flag(), environments: vec![Production], overridden: None },
        ),
        (
            "delete FLAG --dev --ignore-production-check --override-reason=why",
            ChatopsCommand::Delete {
                flag: flag(),
                environments: vec![Dev],
                overridden: Some(Overridden {
                    freeze: true,
                    consistency: false,
                    reason: String::from("why"),
                }),
            },
        ),
    ];
    for (rest, expected) in table {
        assert_eq!(
            parse(&format!("gitlab run feature {}", rest.replace("FLAG", FLAG))),
            Ok(expected),
            "{rest}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_that_nothing_was_changed() {
    let table = [
        ("", "feature get FLAG"),
        ("help", "feature get FLAG"),
        ("gitlab run", "feature get FLAG"),
        ("gitlab run feature", "feature get FLAG"),
        ("gitlab run feature sets x true", "feature get FLAG"),
        ("gitlab feature set x true", "feature get FLAG"),
        ("gitlab run user find x", "feature get FLAG"),
        ("run feature set", "You must specify the name of the feature flag and its new value"),
        ("run feature set x", "You must specify the name of the feature flag and its new value"),
        ("run feature set `` true", "You must specify the name of the feature flag and its new value"),
        ("run feature get", "You must specify the name of the feature flag"),
        ("run feature delete --dev", "You must specify the name of the feature flag"),
        ("run feature set x true y", "`y` is one word too many"),
        ("run feature get x y", "`y` is one word too many"),
        ("run feature list x", "`x` is one word too many"),
        ("run feature set x maybe", "Valid values are: `true`, `false`, or an integer from 0 to 100."),
        ("run feature set x 101 --actors", "Valid values are: `true`, `false`, or an integer from 0 to 100."),
        ("run feature set x -1 --actors", "Valid values are: `true`, `false`, or an integer from 0 to 100."),
        ("run feature set x 0.001 --actors", "two decimals"),
        ("run feature set x 25", "One of `--actors` or `--random` must be set for percentage values."),
        (
            "run feature set x 25 --user=a",
            "One of `--actors` or `--random` must be set for percentage values.",
        ),
        ("run feature set x 25 --actors --user=a", "`--actors` cannot be combined with `--user`"),
        ("run feature set x 25 --random --project=a", "`--random` cannot be combined with `--project`"),
        ("run feature set x 25 --actors --random", "cannot be combined: use `--actors`"),
        ("run feature set x 25 --random", "--ignore-random-deprecation-check"),
        ("run feature set x true --actors", "`--actors` is for percentages, and `true` is none."),
        ("run feature set x opt_out --random --user=a", "`--random` is for percentages"),
        ("run feature set x opt_out", "needs somebody whom it is for"),
        ("run feature set x opt_out --feature-group=g", "needs somebody whom it is for"),
        ("run feature set x true --repository=a", "Use `--project=…`."),
        ("run feature set x true --user", "`--user` needs a value"),
        ("run feature set x true --user=", "`--user` needs a value"),
        ("run feature set x true --user --dev", "`--user` needs a value"),
        ("run feature set x true --user=,", "`--user` names nobody"),
        ("run feature set x true --dev=true", "`--dev` takes no value."),
        ("run feature set x true --prod", "There is no option `--prod`. `feature set` has `--user`"),
        ("run feature set x true --match=y", "`--match` does not go with `feature set`."),
        ("run feature get x --user=a", "`--user` does not go with `feature get`."),
        ("run feature set x true --ignore-production-check", "--override-reason"),
        ("run feature delete x --ignore-feature-flag-consistency-check", "--override-reason"),
        ("run feature set x true --override-reason=", "`--override-reason` needs a value"),
        ("run feature set x true --override-reason='why", "is not closed"),
        ("run feature set x\u{1b} true", "control character"),
        ("run feature set x\0 true", "control character"),
    ];
    for (line, expected) in table {
        let error = parse(line).expect_err(line).to_string();
        assert!(error.contains(expected), "{line}: {error}");
        assert!(error.contains(" Nothing was changed."), "{error}");
    }
}

proptest! {
    #[test]
    fn any_line_is_read_or_refused(line in any::<String>()) {
        let _ = parse(&line);
    }

    #[test]
    fn any_words_are_read_or_refused(
        words in proptest::collection::vec("(/chatops|gitlab|run|feature|get|set|list|delete|true|25|--user|--dev|--actors|--override-reason|=|—|`|'|\"|“|\\\\|[^ ]{0,4}){1,3}", 0..12),
    ) {
        let _ = parse(&words.join(" "));
        let _ = parse(&format!("gitlab run feature set x true {}", words.join(" ")));
        let _ = parse_words(&words);
    }

    /// Any value survives quoting unchanged.
    #[test]
    fn a_reason_in_quotation_marks_is_kept_as_it_is(reason in "[a-zA-Z0-9 .,!?=`<>&\"\\\\’‘-]{0,40}[a-z]") {
        let quoted = reason.replace('\\', "\\\\").replace('"', "\\\"");
        let set = read_set(&format!("{FLAG} true --override-reason=\"{quoted}\""));
        prop_assert_eq!(set.overridden.expect("overridden").reason, reason);
    }
}
