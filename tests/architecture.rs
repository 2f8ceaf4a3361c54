//! Checks the architecture described in `ARCHITECTURE.md`: which room and capability may use which, and
//! where certain dependencies are allowed. A failure says where the line should move to.

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/imports.rs"]
mod imports;

use std::{collections::BTreeSet, fs, path::Path};

use self::{
    circles::circles,
    imports::{Import, Source, Sources},
};

/// The rooms that a room may use, apart from itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("usecases", &["domain", "storage"]),
    ("actions", &["domain", "usecases"]),
    ("wire", &["domain", "usecases"]),
    ("ui", &["domain", "usecases", "wire", "actions"]),
    ("server", &["domain", "storage", "usecases", "wire", "actions", "ui"]),
    ("cli", &["domain", "storage", "usecases", "server"]),
];

/// The capabilities that a capability may use, in whatever room: the folders of that name. Files outside of
/// them compose capabilities and may use all.
const CAPABILITIES: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("accounts", &["core"]),
    ("people", &["core", "accounts"]),
    ("settings", &["core", "people"]),
    ("flags", &["core", "accounts", "people", "jobs"]),
    ("flows", &["core", "accounts", "people", "settings", "flags"]),
    ("decisions", &["core", "people", "settings", "flags", "flows"]),
    ("jobs", &["core"]),
    ("rollouts", &["core", "flags", "jobs"]),
    ("sync", &["core", "accounts", "people", "settings", "jobs"]),
    ("workflows", &["core", "people", "decisions", "jobs"]),
    ("chat", &["core", "accounts", "flags"]),
    ("audit", &["core", "accounts", "people", "flows"]),
];

/// Identifiers that are allowed only in certain rooms or files, and where a line with one should go instead.
const BELONGS: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["storage/"], "SQL belongs in src/storage"),
    ("axum", &["server/", "cli/serve.rs"], "requests and answers belong in src/server"),
    ("leptos_axum", &["server/", "actions/"], "what leptos tells axum belongs in src/actions or src/server"),
    (
        "http",
        &["server/", "actions/"],
        "headers and statuses belong in src/server, or in src/actions/support.rs",
    ),
    ("clap", &["cli/", "server/config", "main.rs"], "options belong in src/server/config or src/cli"),
    (
        "tokio",
        &[
            "server/",
            "cli/",
            "main.rs",
            "storage/changes.rs",
            "storage/database.rs",
            "storage/to_its_end.rs",
            "usecases/retry.rs",
            "usecases/jobs/run_jobs.rs",
            "usecases/accounts/secrets.rs",
        ],
        "the runtime belongs in src/server and src/cli",
    ),
    ("openidconnect", &["server/oidc/"], "what providers say is read in src/server/oidc"),
    ("hyper_rustls", &["server/outbound.rs"], "requests of ours belong in src/server/outbound.rs"),
    (
        "rustix",
        &["storage/", "server/system.rs", "cli/doctor"],
        "files belong in src/storage, the machine in src/server/system.rs",
    ),
    ("getrandom", &["server/system.rs"], "randomness is handed in: usecases::Random"),
    ("leptos", &["ui/", "actions/", "server/", "lib.rs"], "markup belongs in src/ui"),
];

/// Maximum number of lines in a file, without its tests.
const MOST_LINES: usize = 400;

fn sources() -> Sources {
    Sources::below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// The source without tests, comments and string literals.
fn code(source: &Source) -> String {
    without_texts(without_tests(&source.text))
}

fn room(path: &str) -> Option<&str> {
    path.split_once('/').map(|(room, _)| room)
}

/// The capability whose folder a file is in.
fn capability(path: &str) -> Option<&str> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.split('/').skip(1).find(|folder| CAPABILITIES.iter().any(|(name, _)| name == folder))
}

fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// Removes comments and the contents of string literals; keeps line breaks.
fn without_texts(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut code = String::new();
        let mut in_text = false;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if in_text => drop(chars.next()),
                '"' => in_text = !in_text,
                '/' if !in_text && chars.peek() == Some(&'/') => break,
                _ if in_text => {}
                _ => code.push(c),
            }
        }
        code
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms that a file refers to.
fn rooms_used(source: &Source) -> BTreeSet<&'static str> {
    let rooms = MAY_USE.iter().map(|(room, _)| *room);
    let named: BTreeSet<_> = source.named().filter(|it| it[0] == "crate").map(|it| it[1].clone()).collect();
    rooms.filter(|room| named.contains(*room)).collect()
}

/// Imports between capabilities that the table does not allow.
fn against_the_table(imports: &[Import]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Import { from, to, line, name } in imports {
        let (Some(here), Some(there)) = (capability(from), capability(to)) else { continue };
        let (_, allowed) = CAPABILITIES.iter().find(|(name, _)| *name == here).expect("it was found there");
        if here != there && !allowed.contains(&there) {
            wrong.push(format!("src/{from}:{line} names {name} of {there}: {here} may use {allowed:?}"));
        }
    }
    wrong
}

/// Dependency cycles inside a room.
fn circles_inside(imports: Vec<Import>) -> Vec<String> {
    let mut inside = imports;
    inside.retain(|it| room(&it.from).is_some() && room(&it.from) == room(&it.to));
    circles(&inside).iter().map(ToString::to_string).collect()
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let mut wrong = Vec::new();
    for source in sources().iter() {
        let Some(room) = room(&source.path) else { continue };
        let (_, allowed) = MAY_USE.iter().find(|(name, _)| *name == room).expect("a room of the plan");
        for used in rooms_used(source) {
            if used != room && !allowed.contains(&used) {
                wrong.push(format!("src/{} uses {used}: {room} may use {allowed:?}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn capabilities_use_only_those_of_the_table() {
    let wrong = against_the_table(&sources().imports());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files that depend on each other are one thing in several places. Re-exports (`pub use`) are not
/// dependencies: an import through one is attributed to the defining file.
#[test]
fn no_circle_of_files_inside_a_room() {
    let circles = circles_inside(sources().imports());
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn libraries_stand_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources().iter() {
        for (library, places, advice) in BELONGS {
            let named = source.named().any(|path| path[0] == *library);
            if named && !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("src/{} names {library}: {advice}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only our own constants are inserted into pages as raw HTML.
#[test]
fn markup_is_put_in_as_it_is_in_one_place() {
    let sources = sources();
    let places: Vec<_> = sources.iter().filter(|it| it.says("inner_html")).map(|it| &it.path).collect();
    assert_eq!(places, ["ui/app.rs"]);
}

#[test]
fn builds_are_told_apart_at_the_doors_only() {
    let doors = ["lib.rs", "ui/mod.rs", "actions/"];
    let sources = sources();
    let gated = sources.iter().filter(|source| code(source).contains("cfg(feature"));
    let wrong: Vec<_> = gated
        .map(|source| &source.path)
        .filter(|path| !doors.iter().any(|door| path.starts_with(door)))
        .collect();
    assert!(wrong.is_empty(), "feature gates belong in {doors:?}, not in {wrong:?}");
}

#[test]
fn files_stay_short() {
    let sources = sources();
    let long: Vec<_> = sources
        .iter()
        .map(|source| (code(source).lines().count(), &source.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "split these, by what they are about: {long:?}");
}

#[test]
fn every_module_says_what_lives_in_it() {
    let sources = sources();
    let silent: Vec<_> =
        sources.iter().filter(|source| !source.text.starts_with("//!")).map(|source| &source.path).collect();
    assert!(silent.is_empty(), "begin these with `//!` and what they are for: {silent:?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<_> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        fs::read_dir(path).expect("a folder").map(|it| it.expect("an entry").file_name()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

/// The checks above are able to fail.
#[test]
fn a_broken_wall_is_seen() {
    let text = "use crate::{\n    domain::{ids::UserId, time},\n    storage::Storage,\n};\nfn f() { crate::server::g() }\n\
                // crate::cli\nconst A: &str = \"crate::ui\";\n#[cfg(test)]\nmod tests { use crate::actions; }";
    let sources = Sources::new([(String::from("usecases/a.rs"), text.to_owned())]);
    let used: Vec<_> = sources.iter().map(rooms_used).collect();
    assert_eq!(used, [BTreeSet::from(["domain", "server", "storage"])]);
    assert_eq!(without_texts("let a = \"crate::ui\"; // crate::cli"), "let a = ; ");
}

/// The imports in a room with these files: path below the room, and text.
fn imports_of(files: &[(&str, &str)]) -> Vec<Import> {
    Sources::new(files.iter().map(|(path, text)| (format!("room/{path}"), (*text).to_owned()))).imports()
}

#[test]
fn a_circle_is_seen_with_the_line_where_to_cut_it() {
    let circle = circles_inside(imports_of(&[
        ("mod.rs", "mod a;\nmod b;\npub use a::A;\npub use self::b::B;"),
        ("a.rs", "//! Says.\nuse super::{\n    B,\n};\npub struct A(B);\nfn a() {}"),
        ("b.rs", "pub struct B;\nfn b() { view! { <A on=super::a::a() /> } }"),
        ("c.rs", "use crate::room::A;"),
    ]));
    let [circle] = circle.as_slice() else { panic!("{circle:?}") };
    assert!(circle.starts_with("2 files: room/a.rs, room/b.rs\n"), "{circle}");
    assert!(circle.contains("cut at src/room/a.rs:3, which names super::B of src/room/b.rs"), "{circle}");
}

#[test]
fn a_parent_that_hands_on_what_its_children_define_is_in_no_circle() {
    let facade = [
        ("mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::{B, text};"),
        ("a.rs", "use super::{B, b::text};\npub struct A(B);"),
        ("b.rs", "pub struct B;\npub fn text() {}\n#[cfg(test)]\nmod tests { use super::super::A; }"),
    ];
    assert_eq!(circles_inside(imports_of(&facade)), [""; 0]);
    // A parent that uses its children and defines what they use is part of a cycle.
    let mut real = facade;
    real[0].1 = "mod a;\nmod b;\npub use a::A;\npub use b::{B, text};\npub struct C(A);";
    real[2].1 = "use super::C;\npub struct B;\npub fn text() {}";
    assert_eq!(circles_inside(imports_of(&real)).len(), 1);
}

#[test]
fn an_import_against_the_table_of_capabilities_is_seen() {
    let imports = imports_of(&[
        ("mod.rs", "mod flags;\nmod flows;\nmod core;"),
        ("core/mod.rs", "pub struct C;"),
        ("flags/mod.rs", "use super::{core::C, flows::F};\npub struct G(C, F);"),
        ("flows/mod.rs", "pub mod f;\npub use f::F;"),
        ("flows/f.rs", "use crate::room::core::C;\npub struct F;"),
    ]);
    let wrong = against_the_table(&imports);
    let [wrong] = wrong.as_slice() else { panic!("{wrong:?}") };
    assert!(wrong.starts_with("src/room/flags/mod.rs:1 names super::flows::F of flows"), "{wrong}");
}
