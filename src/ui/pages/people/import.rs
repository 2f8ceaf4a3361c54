//! *Import and export*, for administrators: uploading a file, what it would do, and applying it.

use leptos::prelude::*;

use crate::{
    actions::{
        flash::Outcome,
        people::imports::{APPLY_ADDRESS, SUBJECT, UPLOAD_ADDRESS},
        query::Query,
        support::{below, handed_over},
    },
    domain::{
        paths,
        people::import::{
            format::{ImportKind, Refused},
            plan::{PlannedLine, Verb},
        },
    },
    ui::{
        app::UploadRefused,
        components::{Field, Note, OutcomeNote, Pager, Tone, Wrong, described_by},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{
        UseCaseError, What,
        administrator::Administrator,
        people::import::{
            import_file::ImportReport,
            stage_import::{show_staged_import, staged_text},
        },
    },
};

/// Lines of a plan that are shown.
const SHOWN: usize = 50;
/// Refused lines per page.
const REFUSED: usize = 100;

#[component]
pub fn AdminImportPage() -> impl IntoView {
    let query = Query::of_page();
    let chosen = query.get("kind").and_then(ImportKind::from_key);
    let refused: Option<UploadRefused> = handed_over();
    visit(move |visit| async move {
        let caller = &visit.signed_in.caller;
        Administrator::reading(caller)?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let editing = query.number("edit");
        let kept = match editing {
            Some(id) => staged_text(&visit.app, caller, id).await?,
            None => None,
        };
        let too_long = editing.filter(|_| kept.is_none());
        let (text, outcome) = match refused {
            Some(UploadRefused { text, error }) => (text, Some(Outcome::Failed(error))),
            None => (kept.unwrap_or_default(), outcome),
        };
        let (wrong, outcome) = match outcome {
            Some(Outcome::Failed(error)) => {
                let wrong = Wrong::from(&error);
                let shown = wrong.beyond(&["file", "kind"]).is_none();
                (wrong, (!shown).then_some(Outcome::Failed(error)))
            }
            other => (Wrong::default(), other),
        };
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Import and export")];
        let formats = ImportKind::ALL.map(|kind| view! { <Format kind /> }).collect_view();
        Ok(view! {
            <Page title="Import and export" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_IMPORT))>
                <h1 class="pt-4 text-2xl font-semibold">"Import and export"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Users, groups, members and seats as CSV. You see what a file would do before anything is written; one wrong line stops it all."
                </p>
                <OutcomeNote outcome done />
                {too_long
                    .map(|id| {
                        view! {
                            <Note tone=Tone::Info>
                                <p>
                                    "The file is too long to be edited here, or not UTF-8. "
                                    <a class="link" href=paths::import_file(id) download="">"Download it"</a>
                                    ", edit it, and upload it again."
                                </p>
                            </Note>
                        }
                    })}
                <Upload chosen text wrong />
                <section class="mt-8" aria-labelledby="formats">
                    <h2 id="formats" class="text-base font-semibold">"The four files"</h2>
                    <ul class="card mt-3 divide-y divide-line">{formats}</ul>
                    <p class="mt-3 max-w-prose text-sm text-muted">
                        "UTF-8, with commas or semicolons, at most 20 MiB and 100,000 lines. An empty cell leaves the value as it is. An import takes back only roles and seats that an import gave."
                    </p>
                </section>
            </Page>
        }
        .into_any())
    })
}

fn done(outcome: Outcome) -> Option<AnyView> {
    let Outcome::Imported { kind, counts } = outcome else { return None };
    let what = ImportKind::from_key(&kind).map_or("Import", ImportKind::name);
    let passwords = (kind == ImportKind::Users.key()).then(|| {
        view! {
            " Nobody got a password by it: the page of each of the "
            <a class="link" href=paths::ADMIN_PEOPLE>"people"</a>
            " makes a link to set one, or they sign in by the provider."
        }
    });
    Some(view! { "Imported. "{what}": "{counts}"."{passwords} }.into_any())
}

#[component]
fn Upload(chosen: Option<ImportKind>, text: String, wrong: Wrong) -> impl IntoView {
    let is_edited = !text.is_empty() && wrong.message.is_empty();
    // Leptos does not escape the content of a textarea, and browsers drop its first line break.
    let text =
        if text.is_empty() { text } else { format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;")) };
    let options = ImportKind::ALL.map(|kind| {
        view! { <option value=kind.key() selected=chosen == Some(kind)>{kind.name()}</option> }
    });
    let (kind_wrong, file_wrong) = (wrong.with("kind"), wrong.with("file"));
    let (kind_is_wrong, file_is_wrong) = (kind_wrong.is_some(), file_wrong.is_some());
    view! {
        <section class="card mt-6 p-5" aria-labelledby="import">
            <h2 id="import" class="text-base font-semibold">"Import"</h2>
            <form method="post" action=UPLOAD_ADDRESS enctype="multipart/form-data" class="mt-3 space-y-4">
                <Field id="kind" label="What the file has" wrong=kind_wrong>
                    <select
                        id="kind"
                        name="kind"
                        class="field mt-1 w-full max-w-md"
                        aria-invalid=kind_is_wrong.then_some("true")
                        aria-describedby=described_by("kind", false, kind_is_wrong)
                    >
                        {options.collect_view()}
                    </select>
                </Field>
                <Field id="file" label="File" wrong=file_wrong>
                    <input
                        id="file"
                        type="file"
                        name="file"
                        accept=".csv,text/csv"
                        class="field mt-1 w-full max-w-md"
                        autofocus=file_is_wrong
                        aria-invalid=file_is_wrong.then_some("true")
                        aria-describedby=described_by("file", false, file_is_wrong)
                    />
                </Field>
                <Field id="text" label="Or its content">
                    <textarea
                        id="text"
                        name="text"
                        rows="5"
                        class="field mt-1 w-full font-mono text-sm"
                        spellcheck="false"
                        autocapitalize="none"
                        autofocus=is_edited
                        aria-describedby="text-help"
                    >
                        {text}
                    </textarea>
                    <p id="text-help" class="mt-1 text-sm text-muted">
                        "The first line names the columns. It is read only if no file is chosen."
                    </p>
                </Field>
                <p><button type="submit" class="button button-primary">"Show what it would do"</button></p>
            </form>
        </section>
    }
}

#[component]
fn Format(kind: ImportKind) -> impl IntoView {
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="font-medium">{kind.name()}</p>
                <p class="mt-0.5 text-sm wrap-anywhere"><code>{kind.columns().join(",")}</code></p>
            </div>
            <p class="flex flex-wrap gap-2">
                <a class="button button-small" href=paths::import_sample(kind.key()) download="">
                    "Sample"<span class="sr-only">" of "{kind.name()}</span>
                </a>
                <a class="button button-small" href=paths::export_of(kind.key()) download="">
                    "Export"<span class="sr-only">" "{kind.name()}</span>
                </a>
            </p>
        </li>
    }
}

#[component]
pub fn StagedImportPage() -> impl IntoView {
    let id = below(paths::ADMIN_IMPORT);
    let page = usize::from(Query::of_page().page());
    visit(move |visit| staged(visit, id, page))
}

async fn staged(visit: Visit, id: String, page: usize) -> Result<AnyView, UseCaseError> {
    Administrator::reading(&visit.signed_in.caller)?;
    let id: i64 = id.parse().map_err(|_| UseCaseError::NotFound(What::Import))?;
    let report = show_staged_import(&visit.app, &visit.signed_in.caller, id).await?;
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let title = format!("Import: {}", report.kind.name());
    let crumbs = vec![
        Crumb::link("Administration", paths::ADMIN),
        Crumb::link("Import and export", paths::ADMIN_IMPORT),
        Crumb::here(report.kind.name()),
    ];
    let again =
        [paths::admin_import_editing(report.kind.key(), id), paths::admin_import_of(report.kind.key())];
    let body = if report.refused.is_empty() {
        view! { <Planned report id again /> }.into_any()
    } else {
        view! { <RefusedLines refused=report.refused id page again /> }.into_any()
    };
    Ok(view! {
        <Page title=title.clone() crumbs nav=Some(Nav::of_administrators(paths::ADMIN_IMPORT))>
            <h1 class="pt-4 text-2xl font-semibold">{title}</h1>
            <OutcomeNote outcome done />
            {body}
        </Page>
    }
    .into_any())
}

#[component]
fn RefusedLines(refused: Vec<Refused>, id: i64, page: usize, again: [String; 2]) -> impl IntoView {
    let [edit, another] = again;
    let all = refused.len();
    let first = (page.saturating_sub(1)).saturating_mul(REFUSED).min(all);
    let rows: Vec<_> = refused.into_iter().skip(first).take(REFUSED).collect();
    let last = first + rows.len();
    let rows = rows.into_iter().map(|it| {
        let place = if it.column.is_empty() {
            format!("Line {}", it.line)
        } else {
            format!("Line {}, {}", it.line, it.column)
        };
        let value = (!it.value.is_empty()).then(|| view! { <bdi class="wrap-anywhere"><code>{it.value}</code></bdi> });
        view! {
            <li class="px-4 py-3">
                <p class="flex flex-wrap items-center gap-2"><span class="font-medium">{place}</span>{value}</p>
                <p class="mt-0.5 text-sm wrap-anywhere">{it.reason}</p>
            </li>
        }
    });
    let address = |page: usize| format!("{}?page={page}", paths::staged_import(id));
    let (before, after) = ((page > 1).then(|| address(page - 1)), (last < all).then(|| address(page + 1)));
    let count = if all == 1 { String::from("One thing is wrong") } else { format!("{all} things are wrong") };
    view! {
        <Note tone=Tone::Danger>
            <p>{count}", so nothing can be imported. Correct it here, or in the file and upload that again."</p>
        </Note>
        <p class="mt-4 flex flex-wrap gap-3">
            <a class="button button-primary" href=edit>"Correct it here"</a>
            <a class="button" href=another>"Upload another file"</a>
            <a class="button" href=paths::refused_lines(id) download="">"Download the refused lines"</a>
        </p>
        <section class="mt-6" aria-labelledby="refused">
            <h2 id="refused" class="text-base font-semibold">"What is wrong"</h2>
            <p class="mt-1 text-sm text-muted">{format!("{}–{last} of {all}", first + 1)}</p>
            <ul class="card mt-3 divide-y divide-line">{rows.collect_view()}</ul>
            <Pager before after />
        </section>
    }
}

#[component]
fn Planned(report: ImportReport, id: i64, again: [String; 2]) -> impl IntoView {
    let counts = report.counts;
    let numbers = [
        ("New", counts.created),
        ("Changed", counts.changed),
        ("Removed", counts.removed),
        ("Unchanged", counts.unchanged),
    ];
    let numbers = numbers.map(|(label, count)| {
        view! {
            <div>
                <dt class="text-sm text-muted">{label}</dt>
                <dd class="text-xl font-semibold">{count.to_string()}</dd>
            </div>
        }
    });
    let again = again.into_iter().zip(["Edit it here", "Upload another file"]);
    let again = again.map(|(href, label)| view! { <a class="button" href=href>{label}</a> }).collect_view();
    let apply = if counts.changes_something() {
        view! {
            <form method="post" action=APPLY_ADDRESS class="mt-4 flex flex-wrap items-center gap-3">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="plan" value=report.plan />
                <button type="submit" class="button button-primary">"Apply the import"</button>
                {again}
            </form>
        }
        .into_any()
    } else {
        view! {
            <Note tone=Tone::Info><p>"There is nothing to do: everything is as the file says."</p></Note>
            <p class="mt-4 flex flex-wrap gap-3">{again}</p>
        }
        .into_any()
    };
    let all = report.lines.len();
    let rows = report.lines.into_iter().take(SHOWN).map(|line| view! { <Row line /> }).collect_view();
    let shown = if all > SHOWN {
        format!("The first {SHOWN} of {all} lines.")
    } else {
        String::from("Every line that changes something.")
    };
    view! {
        <p class="mt-1 max-w-prose text-muted">
            "Nothing is written yet. If somebody changes the same in the meantime, you see the new plan first."
        </p>
        <dl class="card mt-4 grid grid-cols-2 gap-4 p-4 sm:grid-cols-4">{numbers.collect_view()}</dl>
        {apply}
        {(all > 0)
            .then(|| {
                view! {
                    <section class="mt-6" aria-labelledby="lines">
                        <h2 id="lines" class="text-base font-semibold">"What it would do"</h2>
                        <p class="mt-1 text-sm text-muted">{shown}</p>
                        <ul class="card mt-3 divide-y divide-line">{rows}</ul>
                    </section>
                }
            })}
    }
}

#[component]
fn Row(line: PlannedLine) -> impl IntoView {
    let word = match line.verb {
        Verb::Create => "New",
        Verb::Change => "Changed",
        Verb::Remove => "Removed",
        Verb::Unchanged => "Unchanged",
    };
    let differences = line.differences.into_iter().map(|it| {
        let text = match (it.before.as_str(), it.after.as_str()) {
            ("", after) => view! { <bdi>{after.to_owned()}</bdi> }.into_any(),
            (before, "") => view! { "was "<bdi>{before.to_owned()}</bdi> }.into_any(),
            (before, after) => {
                view! { <bdi>{before.to_owned()}</bdi>" → "<bdi>{after.to_owned()}</bdi> }.into_any()
            }
        };
        view! { <li class="wrap-anywhere"><span class="text-muted">{it.field}": "</span>{text}</li> }
    });
    let note =
        (!line.note.is_empty()).then(|| view! { <p class="mt-0.5 text-sm text-muted">{line.note}</p> });
    view! {
        <li class="px-4 py-3">
            <p class="flex flex-wrap items-center gap-2">
                <bdi class="font-medium wrap-anywhere">{line.subject}</bdi>
                <span class="badge">{word}</span>
                <span class="text-sm text-muted">"Line "{line.line.to_string()}</span>
            </p>
            <ul class="mt-0.5 flex flex-wrap gap-x-4 text-sm">{differences.collect_view()}</ul>
            {note}
        </li>
    }
}
