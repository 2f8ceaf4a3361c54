//! The generated reference chapters of the book are up to date. `UPDATE_REFERENCE=1` regenerates them
//! (`make reference`).

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
    path::Path,
};

use clap::{Arg, Command, CommandFactory};
use duo_console::{
    cli::Cli,
    domain::{audit::AuditKind, token::Scope},
};

use crate::{
    browser::{Browser, CONFIGURATION},
    operations::{TOKEN, server},
};

const BEGIN: &str = "<!-- Made from the code by `make reference`: do not edit below. -->\n";
const END: &str = "<!-- Made from the code: until here. -->\n";

/// Asserts that the text between the marks of a chapter is `generated`.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of an operator: whoever writes the book says it so"
)]
fn check(chapter: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/book/src/reference").join(chapter);
    let text = fs::read_to_string(&path).expect("the chapter can be read");
    let (before, rest) = text.split_once(BEGIN).expect("a mark where it begins");
    let (found, after) = rest.split_once(END).expect("a mark where it ends");
    if env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}\n{generated}\n{END}{after}")).expect("it can be written");
        return;
    }
    assert_eq!(found.trim(), generated.trim(), "{chapter} is not what the code says: run make reference");
}

/// Escapes text for a table cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// The help of an argument, with its default if the help does not have it.
fn help_and_default(arg: &Arg) -> (String, String) {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<_> =
        arg.get_default_values().iter().map(|it| it.to_string_lossy().into_owned()).collect();
    if let Some((before, rest)) = help.split_once(" [default")
        && let Some((said, after)) = rest.split_once(']')
    {
        return (sentences(&format!("{before}{after}")), cell(said.trim_start_matches(':').trim()));
    }
    let default = defaults.join(", ");
    (sentences(&help), if default.is_empty() { String::new() } else { code(&default) })
}

/// Joins paragraphs, each with a full stop.
fn sentences(help: &str) -> String {
    let paragraphs = help.split("\n\n").map(str::trim).filter(|it| !it.is_empty());
    let ended = paragraphs.map(|it| if it.ends_with('.') { it.to_owned() } else { format!("{it}.") });
    cell(&ended.collect::<Vec<_>>().join(" "))
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|it| it.get_long().is_some() && !["help", "version"].contains(&it.get_id().as_str()))
}

#[test]
fn the_configuration_chapter_has_every_setting() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("serve");
    let mut sections: Vec<(String, Vec<&Arg>)> = Vec::new();
    for arg in options(&command).chain(options(serve)) {
        let heading = arg.get_help_heading().unwrap_or("Server").to_owned();
        match sections.iter_mut().find(|(it, _)| *it == heading) {
            Some((_, args)) => args.push(arg),
            None => sections.push((heading, vec![arg])),
        }
    }
    let mut page = String::new();
    for (heading, args) in sections {
        let _ = writeln!(page, "## {heading}\n\n| flag and variable | default | meaning |\n|---|---|---|");
        for arg in args {
            let (help, default) = help_and_default(arg);
            let variable = arg.get_env().map(|it| code(&it.to_string_lossy())).unwrap_or_default();
            let flag = code(&format!("--{}", arg.get_long().unwrap_or_default()));
            let _ = writeln!(page, "| {flag}<br>{variable} | {default} | {help} |");
        }
        page.push('\n');
    }
    check("configuration.md", &page);
}

#[test]
fn the_command_line_chapter_has_every_command() {
    let mut command = Cli::command();
    command.build();
    let mut page = String::new();
    for subcommand in command.get_subcommands_mut() {
        describe(&mut page, subcommand, "##");
    }
    check("command-line.md", &page);
}

fn describe(page: &mut String, command: &mut Command, level: &str) {
    if command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let usage = command.render_usage().to_string();
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "{level} {}\n\n{}\n", name.trim_start_matches("duo-console "), paragraphs(&about));
    let _ = writeln!(page, "```text\n{}\n```\n", usage.trim_start_matches("Usage:").trim());
    if name == "duo-console serve" {
        let _ = writeln!(page, "Its options are in [Configuration](configuration.md).\n");
    } else {
        let of_serve = name == "duo-console doctor";
        if of_serve {
            let _ =
                writeln!(page, "It takes the options of `serve` ([Configuration](configuration.md)), and:\n");
        }
        // Those of `serve` are the ones with a variable.
        let args = command.get_arguments().filter(|it| {
            let elsewhere =
                it.is_global_set() || it.get_id() == "help" || (of_serve && it.get_env().is_some());
            !elsewhere && !it.is_hide_set()
        });
        let rows: Vec<_> = args.map(row).collect();
        if !rows.is_empty() {
            let _ = writeln!(page, "| argument | meaning |\n|---|---|\n{}\n", rows.join("\n"));
        }
    }
    if let Some(after) = command.get_after_help() {
        let _ = writeln!(page, "```text\n{}\n```\n", after.to_string().trim());
    }
    for subcommand in command.get_subcommands_mut() {
        describe(page, subcommand, "###");
    }
}

fn row(arg: &Arg) -> String {
    let value = || {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().map(|it| format!("<{it}>")).collect::<Vec<_>>().join(" ")
    };
    let name = match arg.get_long() {
        Some(long) if arg.get_action().takes_values() => format!("--{long} {}", value()),
        Some(long) => format!("--{long}"),
        None => value(),
    };
    let (help, default) = help_and_default(arg);
    let choices: Vec<_> = arg.get_possible_values().iter().map(|it| code(it.get_name())).collect();
    let mut meaning = help;
    if arg.get_action().takes_values() && !choices.is_empty() {
        let _ = write!(meaning, " One of {}.", choices.join(", "));
    }
    if arg.get_action().takes_values() && !default.is_empty() {
        let _ = write!(meaning, " Default: {default}.");
    }
    format!("| {} | {meaning} |", code(name.trim()))
}

fn paragraphs(about: &str) -> String {
    about.split("\n\n").map(sentences).collect::<Vec<_>>().join("\n\n")
}

/// A metric's label names and their values.
type Labels = BTreeMap<String, BTreeSet<String>>;

/// Up to how many values of a label are listed.
const MOST_VALUES: usize = 4;

#[tokio::test]
async fn the_metrics_chapter_has_every_metric() {
    let test = server().await;
    Browser::of(&test, "owner").await.get(CONFIGURATION).await;
    let answer = test.get("/-/metrics").token(TOKEN).header("accept", "text/plain").send().await;
    let text = answer.text();
    let mut page = String::from("| metric | type | labels | what |\n|---|---|---|---|\n");
    for line in text.lines() {
        let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|it| it.split_once(' ')) else {
            continue;
        };
        // Those of the system differ from one to the other.
        if name.starts_with("process_") {
            continue;
        }
        let kind =
            text.lines().find_map(|it| it.strip_prefix(&format!("# TYPE {name} "))).unwrap_or_default();
        let mut labels = Labels::new();
        for sample in text.lines().filter_map(|it| it.strip_prefix(name)) {
            let Some((pairs, _)) =
                sample.trim_start_matches("_bucket").strip_prefix('{').and_then(|it| it.split_once('}'))
            else {
                continue;
            };
            for pair in pairs.split(',') {
                let (label, value) = pair.split_once('=').expect("a label and its value");
                labels.entry(label.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
            }
        }
        labels.remove("le");
        let labels = labels.iter().map(|(label, values)| {
            // What was asked before, and what the build is called, is no list to rely on.
            let listed = name != "duo_http_request_duration_seconds"
                && name != "duo_build_info"
                && values.len() <= MOST_VALUES;
            let values: Vec<_> = values.iter().map(|it| code(it)).collect();
            if listed { format!("{}: {}", code(label), values.join(", ")) } else { code(label) }
        });
        let labels = labels.collect::<Vec<_>>().join("; ");
        let _ = writeln!(page, "| {} | {kind} | {labels} | {} |", code(name), sentences(help));
    }
    check("metrics.md", &page);
}

#[test]
fn the_chapter_of_audit_events_has_every_kind() {
    let mut page = String::from("| kind | on the pages |\n|---|---|\n");
    for kind in AuditKind::ALL {
        let _ = writeln!(page, "| {} | {} |", code(kind.key()), kind.label());
    }
    check("audit-events.md", &page);
}

#[test]
fn the_chapter_of_scopes_has_every_scope() {
    let mut page = String::from("| scope | allows |\n|---|---|\n");
    for scope in Scope::ALL {
        let _ = writeln!(page, "| {} | {} |", code(scope.key()), scope.description());
    }
    check("scopes.md", &page);
}
