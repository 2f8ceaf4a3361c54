//! The walls of the house, checked: which room may use which, and what may stand where. A failure
//! says where the line should move to. The plan is `ARCHITECTURE.md`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use duo_console::{domain::paths, ui::PAGES};

/// Which rooms a room may use, besides itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("usecases", &["domain", "storage"]),
    ("actions", &["domain", "usecases"]),
    ("ui", &["domain", "usecases", "actions"]),
    ("server", &["domain", "storage", "usecases", "actions", "ui"]),
    ("cli", &["domain", "storage", "usecases", "server"]),
];

/// Words that belong to certain rooms or files, and where a line with one should go instead.
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
            "usecases/run_jobs.rs",
            "usecases/secrets.rs",
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

/// Lines of a file that are not tests.
const MOST_LINES: usize = 400;

struct Source {
    /// Relative to `src/`.
    path: String,
    /// Without tests, comments and texts.
    code: String,
}

impl Source {
    fn room(&self) -> Option<&str> {
        self.path.split_once('/').map(|(room, _)| room)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "the sources are found");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source can be read");
        let path = file.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        Source { path, code: without_texts(without_tests(&text)) }
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") && !is_test {
            files.push(path);
        }
    }
}

fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// Lines stay, comments and what stands in quotes go.
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

/// The rooms that a file names: `crate::room…`, alone or in a list.
fn rooms_used(code: &str) -> BTreeSet<&'static str> {
    let mut used = BTreeSet::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        let names =
            if let Some(list) = rest.strip_prefix('{') { top_level_names(list) } else { vec![word(rest)] };
        for (room, _) in MAY_USE {
            if names.contains(room) {
                used.insert(*room);
            }
        }
    }
    used
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The first words of the entries of a `use` list, up to its closing brace.
fn top_level_names(list: &str) -> Vec<&str> {
    let (mut depth, mut names, mut at_start) = (0, Vec::new(), true);
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && depth == 0 && c.is_alphabetic() => {
                names.push(word(&list[index..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let (_, allowed) = MAY_USE.iter().find(|(name, _)| *name == room).expect("a room of the plan");
        for used in rooms_used(&source.code) {
            if used != room && !allowed.contains(&used) {
                wrong.push(format!("src/{} uses {used}: {room} may use {allowed:?}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_stand_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (library, places, advice) in BELONGS {
            let named = source.code.match_indices(library).any(|(at, _)| {
                let before = source.code[..at].chars().next_back();
                let is_start =
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '.');
                is_start && source.code[at + library.len()..].starts_with("::")
            });
            if named && !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("src/{} names {library}: {advice}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is put into a page as it is, and not as text, is a constant of ours.
#[test]
fn markup_is_put_in_as_it_is_in_one_place() {
    let places: Vec<_> =
        sources().into_iter().filter(|it| it.code.contains("inner_html")).map(|it| it.path).collect();
    assert_eq!(places, ["ui/app.rs"]);
}

#[test]
fn builds_are_told_apart_at_the_doors_only() {
    let doors = ["lib.rs", "ui/mod.rs", "actions/"];
    let gated = sources().into_iter().filter(|source| source.code.contains("cfg(feature"));
    let wrong: Vec<_> = gated
        .map(|source| source.path)
        .filter(|path| !doors.iter().any(|door| path.starts_with(door)))
        .collect();
    assert!(wrong.is_empty(), "feature gates belong in {doors:?}, not in {wrong:?}");
}

#[test]
fn files_stay_short() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|source| (source.code.lines().count(), source.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "split these, by what they are about: {long:?}");
}

#[test]
fn every_module_says_what_lives_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let silent: Vec<_> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| !fs::read_to_string(root.join(path)).expect("readable").starts_with("//!"))
        .collect();
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

/// Else its requests would be counted as "other".
#[test]
fn every_page_has_a_pattern_for_the_log_and_the_metrics() {
    for (page, _) in PAGES {
        assert_eq!(paths::pattern(page), Some(page), "add it to domain/paths.rs::PAGES");
    }
}

/// The checks above must be able to fail.
#[test]
fn a_broken_wall_is_seen() {
    let code = "use crate::{\n    domain::{ids::UserId, time},\n    storage::Storage,\n};\nfn f() { crate::server::g() }";
    assert_eq!(rooms_used(code), BTreeSet::from(["domain", "server", "storage"]));
    assert_eq!(without_texts("let a = \"crate::ui\"; // crate::cli"), "let a = ; ");
}
