//! The repository's Markdown files: links resolve, and the book's summary lists all pages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Folders that are not ours, or generated.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "data", "test-results", "playwright-report"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files below `folder`.
fn markdown_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !NOT_OURS.contains(&name.as_ref()) {
            files.extend(markdown_below(&path));
        } else if path.extension().is_some_and(|it| it == "md") {
            files.push(path);
        }
    }
    files
}

struct Document {
    links: Vec<String>,
    /// Anchors of its headings, as forges and mdBook generate them.
    anchors: BTreeSet<String>,
}

fn read(path: &Path) -> Document {
    let text = fs::read_to_string(path).expect("a document can be read");
    let (mut links, mut anchors) = (Vec::new(), BTreeSet::new());
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let again = (1..).map(|count| format!("{name}-{count}"));
                let free = std::iter::once(name.clone()).chain(again).find(|it| !anchors.contains(it));
                anchors.extend(free);
            }
            _ => {}
        }
    }
    Document { links, anchors }
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Normalises `.` and `..` without access to the file system.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        if part.as_os_str() == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
        plain
    })
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let documents: BTreeMap<_, _> =
        markdown_below(root()).into_iter().map(|path| (path.clone(), read(&path))).collect();
    assert!(documents.len() > 60, "the documents are found");
    let mut wrong = Vec::new();
    for (path, document) in &documents {
        for link in &document.links {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            if file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            let target = if file.is_empty() {
                path.clone()
            } else {
                plain(&path.parent().expect("a folder").join(file))
            };
            let is_there = match documents.get(&target) {
                Some(target) => part.is_empty() || target.anchors.contains(part),
                None => part.is_empty() && target.starts_with(root()) && target.exists(),
            };
            if !is_there {
                wrong.push(format!("{}: {link}", path.strip_prefix(root()).expect("ours").display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these links lead nowhere:\n{}", wrong.join("\n"));
}

/// mdBook renders only pages in the summary. `scripts/docs` adds the decisions.
#[test]
fn the_summary_of_the_book_has_every_page_once() {
    let book = root().join("docs/book/src");
    let summary = book.join("SUMMARY.md");
    let listed: Vec<_> = read(&summary).links.iter().map(|link| plain(&book.join(link))).collect();
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed once");
    let missing: Vec<_> =
        markdown_below(&book).into_iter().filter(|it| *it != summary && !once.contains(it)).collect();
    assert!(missing.is_empty(), "the summary lacks {missing:?}");
}

/// `scripts/docs` recognises decisions by their number.
#[test]
fn a_decision_begins_with_its_number() {
    for path in markdown_below(&root().join("docs/decisions")) {
        let name = path.file_name().expect("a name").to_string_lossy();
        let Some(number) = name.get(..4).and_then(|it| it.parse::<u16>().ok()) else { continue };
        let text = fs::read_to_string(&path).expect("a document can be read");
        assert!(text.starts_with(&format!("# {number}. ")), "{name}");
    }
}

#[test]
fn the_readme_stays_short() {
    let text = fs::read_to_string(root().join("README.md")).expect("it can be read");
    assert!(text.lines().count() <= 150, "what is more belongs in docs/book");
}
