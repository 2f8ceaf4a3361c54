//! The audit pages and their exports: who sees which events, and that a filter means the same on every page
//! and in the export.

use crate::{
    browser::{Browser, consent, server},
    support::TestApp,
};
use http::{StatusCode, header};

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, NewAuditEvent},
        ids::UserId,
        time::Timestamp,
    },
    storage::AuditFilter,
    usecases::audit::list_audit_events::PAGE,
};

const GROUP: &str = "/groups/acme/-/audit_events";
const ADMIN: &str = "/admin/audit_events";
const EXPORT: &str = "/-/audit_events/export";

/// 1 June 2020, a day without other events.
const DAY: i64 = 1_590_969_600_000;

/// Writes `count` events by `username` on that day, a second apart.
async fn past(test: &TestApp, username: &str, count: i64, target: &str) {
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    for n in 0..count {
        let at = Timestamp::from_millis(DAY + n * 1000);
        let actor = AuditActor { id: Some(UserId(1)), username: username.into(), name: "=1+1".into() };
        let target = format!("{target}{n}");
        uow.audit_log().append(NewAuditEvent {
            to: String::from("=HYPERLINK(\"x\")"),
            remote_ip: String::from("192.0.2.7"),
            request_id: String::from("r"),
            reason: Some(String::from("=1+1")),
            ..NewAuditEvent::new(at, AuditKind::TokenCreated, actor, Surface::Api, target)
        });
    }
    uow.commit().await.expect("written");
}

/// The ids of the events on a page, in order.
fn ids(page: &str) -> Vec<i64> {
    page.match_indices("id=\"event-")
        .map(|(at, mark)| {
            page[at + mark.len()..].split('"').next().expect("a number").parse().expect("a number")
        })
        .collect()
}

/// The URL of the link with this text.
fn link(page: &str, text: &str) -> Option<String> {
    let end = page.find(&format!(">{text}</a>"))?;
    let start = page[..end].rfind("href=\"")? + 6;
    Some(page[start..end].split('"').next()?.replace("&amp;", "&"))
}

fn csv_ids(text: &str) -> Vec<i64> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    csv.records().map(|row| row.expect("a row")[0].parse().expect("a number")).collect()
}

#[tokio::test]
async fn the_whole_log_is_there_for_administrators_only() {
    let test = server().await;
    for (username, status) in [("admin", 200), ("owner", 404), ("maintainer", 404), ("outsider", 404)] {
        let browser = Browser::of(&test, username).await;
        assert_eq!(browser.get(ADMIN).await.status.as_u16(), status, "{username}");
        let all = browser.get(&format!("{EXPORT}?format=csv")).await;
        assert_eq!(all.status.as_u16(), status, "{username}");
        let menu = browser.get("/").await.text();
        assert_eq!(menu.contains("Administration"), status == 200, "{username}");
    }
    for (username, status) in [("owner", 200), ("maintainer", 403), ("developer", 403), ("outsider", 404)] {
        let answer = Browser::of(&test, username).await.get(&format!("{EXPORT}?format=csv&group=acme")).await;
        assert_eq!(answer.status.as_u16(), status, "{username}");
    }
    let anonymous = Browser::new(&test).get(&format!("{EXPORT}?format=csv&group=acme")).await;
    assert_eq!(anonymous.status, StatusCode::SEE_OTHER);
    assert!(
        anonymous.header(header::LOCATION).starts_with("/users/sign_in?return_to=/-/audit_events/export")
    );
}

#[tokio::test]
async fn an_event_says_who_what_from_to_where_and_in_which_request() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    let page = owner.get(GROUP).await.text().replace("<!>", "");
    for text in [
        "<strong><bdi>Group Owner</bdi></strong> (@owner)",
        "turned on",
        "From <code>off</code> to <code>on</code>",
        "Consent</span>",
        "request ",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let all = Browser::of(&test, "admin").await.get(ADMIN).await.text().replace("<!>", "");
    assert!(all.contains("In acme. Done on the page"), "where it happened");
    assert!(all.contains("signed in"));
    assert!(!page.contains("signed in"), "a group's page has what belongs to the group");
    for sentence in [
        "<strong><bdi>Operator</bdi></strong> <bdi>created the demo data</bdi> ",
        "<strong><bdi>Group Owner</bdi></strong> (@owner) <bdi>signed in</bdi> ",
        "With a password",
        "Done at the command line, request set-up. ",
    ] {
        assert!(all.contains(sentence), "{sentence}: {all}");
    }
    assert!(all.contains(">Administration</a>"), "the breadcrumb leads up");
}

/// The user shown as having changed a flow is the one in the log.
#[tokio::test]
async fn the_log_of_fresh_demo_data_says_who_changed_what() {
    let test = server().await;
    let token = test.full_token("owner").await;
    let owner = Browser::of(&test, "owner").await;
    for group in ["acme", "globex", "initech"] {
        let flows = test.get(&format!("/api/v1/groups/{group}/flows")).token(&token).send().await.ok();
        let page = owner.get(&format!("/groups/{group}/-/audit_events")).await.text().replace("<!>", "");
        let mut changed = 0;
        for flow in flows["flows"].as_array().expect("a list") {
            if !flow["changed_by"].is_object() {
                continue;
            }
            changed += 1;
            assert_eq!(flow["changed_by"]["name"], "Administrator", "{flow}");
            let said = format!(
                "<bdi>Administrator</bdi></strong> (@admin) <bdi>turned on {}</bdi> ",
                flow["name"].as_str().expect("a name")
            );
            assert!(page.contains(&said), "{said}: {page}");
        }
        assert!(changed > 0, "{flows}");
        assert_eq!(page.matches(" <bdi>turned on ").count(), changed, "{page}");
    }
}

/// Only downloads have a byte order mark, by which spreadsheets detect the encoding.
#[tokio::test]
async fn a_downloaded_csv_says_its_encoding() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let mark = "\u{feff}".as_bytes();
    let csv = admin.get(&format!("{EXPORT}?format=csv")).await;
    assert!(csv.body.starts_with(&[mark, b"id,at,kind,"].concat()), "{}", csv.text());
    assert!(!csv.body[mark.len()..].windows(mark.len()).any(|piece| piece == mark), "once");
    assert!(!admin.get(&format!("{EXPORT}?format=ndjson")).await.body.starts_with(mark));
}

#[tokio::test]
async fn a_filter_means_the_same_on_every_page_and_in_the_files() {
    let test = server().await;
    past(&test, "ann", PAGE + 5, "hers-").await;
    past(&test, "bob", 3, "his-").await;
    let admin = Browser::of(&test, "admin").await;
    let query = "person=ann&kind=personal_access_token_created&from=2020-06-01&to=2020-06-01";
    let first = admin.get(&format!("{ADMIN}?{query}")).await.text();
    let older = link(&first, "Older events").expect("there is more");
    assert!(older.contains(query), "{older}");
    let second = admin.get(&older).await.text();
    assert_eq!(link(&second, "Older events"), None);
    assert_eq!(link(&first, "Newest events"), None);
    let newest = link(&second, "Newest events").expect("a way back");
    assert_eq!(ids(&admin.get(&newest).await.text()), ids(&first));
    let mut shown = ids(&first);
    shown.extend(ids(&second));
    assert_eq!(i64::try_from(shown.len()), Ok(PAGE + 5));
    assert!(shown.is_sorted_by(|a, b| a > b), "{shown:?}");
    for (word, kind) in [("CSV", "text/csv; charset=utf-8"), ("NDJSON", "application/x-ndjson")] {
        for page in [&first, &second] {
            let address = link(page, &format!("Download {word}")).expect("a download");
            let file = admin.get(&address).await;
            assert_eq!(file.status, StatusCode::OK);
            assert_eq!(file.header(header::CONTENT_TYPE), kind);
            assert_eq!(file.header(header::CACHE_CONTROL), "no-store");
            let disposition = file.header(header::CONTENT_DISPOSITION);
            let ending = format!(".{}\"", word.to_lowercase());
            assert!(disposition.starts_with("attachment; filename=\"audit-events-all-20"), "{disposition}");
            assert!(disposition.ends_with(&ending), "{disposition}");
            let text = file.text();
            let found = if word == "CSV" {
                assert!(text.contains(",r,,'=1+1,,,"), "the reason: {text}");
                assert!(text.contains(",'=1+1,") && text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
                csv_ids(&text)
            } else {
                let rows = text
                    .lines()
                    .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object"));
                let rows: Vec<_> = rows.collect();
                assert_eq!(rows[0]["to"], "=HYPERLINK(\"x\")");
                assert!(rows.iter().all(|row| row["hash"].as_str().is_some_and(|hash| hash.len() == 64)));
                rows.iter().map(|row| row["id"].as_i64().expect("a number")).collect()
            };
            assert_eq!(found, shown, "{word}");
        }
    }
}

#[tokio::test]
async fn each_filter_leaves_out_what_does_not_fit() {
    let test = server().await;
    past(&test, "ann", 2, "hers-").await;
    past(&test, "bob", 3, "his-").await;
    let owner = Browser::of(&test, "owner").await;
    let group = async |query: &str| ids(&owner.get(&format!("{GROUP}?{query}")).await.text()).len();
    let of_the_demo = (group("").await, group("person=owner").await);
    consent(&owner).await;
    let admin = Browser::of(&test, "admin").await;
    let count = async |query: &str| ids(&admin.get(&format!("{ADMIN}?{query}")).await.text()).len();
    assert_eq!(count("person=ann").await, 2);
    assert_eq!(count("person=ann&kind=signed_in").await, 0);
    assert_eq!(count("to=2020-06-01").await, 5);
    assert_eq!(count("from=2020-06-02&to=2020-06-03").await, 0);
    assert_eq!(count("from=2020-06-02&kind=namespace_consent_given").await, 1);
    // User names are matched as at sign-in, in any case.
    assert_eq!(count("person=+OWNER&kind=namespace_consent_given").await, 1);
    assert_eq!(group("").await, of_the_demo.0 + 2);
    assert_eq!(group("kind=namespace_consent_given").await, 1);
    assert_eq!(group("person=owner").await, of_the_demo.1 + 2);
    assert_eq!(group("person=owner&kind=namespace_consent_given").await, 1);
    assert_eq!(group("person=ann").await, 0);
    let file = owner.get(&format!("{EXPORT}?format=csv&group=acme&kind=namespace_consent_given")).await;
    assert_eq!(csv_ids(&file.text()).len(), 1);
    assert!(file.header(header::CONTENT_DISPOSITION).contains("audit-events-acme-"));
}

#[tokio::test]
async fn an_event_has_an_address_of_its_own() {
    let test = server().await;
    past(&test, "ann", 1, "elsewhere-").await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    let all = ids(&owner.get(GROUP).await.text());
    let one = format!("{GROUP}?event={}", all[1]);
    let page = owner.get(&one).await.text();
    assert_eq!(ids(&page), all[1..=1]);
    assert!(page.replace("<!>", "").contains(&format!("Only event {} is shown.", all[1])));
    assert_eq!(link(&page, "Clear the filter").as_deref(), Some(GROUP));
    // An event outside of the group cannot be found by its id.
    let elsewhere = ids(&Browser::of(&test, "admin").await.get(&format!("{ADMIN}?person=ann")).await.text());
    assert_eq!(ids(&owner.get(&format!("{GROUP}?event={}", elsewhere[0])).await.text()), [0; 0]);
}

#[tokio::test]
async fn a_filter_that_says_nothing_is_told_so_and_shows_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    for (query, field, message) in [
        ("kind=alien", "filter-kind", "Choose one of the kinds of the list."),
        ("from=yesterday", "filter-from", "Write a day as year-month-day"),
        ("from=2026-06-02&to=2026-06-01", "filter-to", "The last day is before the first."),
        ("person=a%00b", "filter-person", "No user name has such characters"),
        ("event=x", "filter-person", "An event has a number."),
    ] {
        let page = admin.get(&format!("{ADMIN}?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        assert!(text.contains("role=\"alert\"") && text.contains(message), "{query}");
        assert_eq!(ids(&text), [0; 0], "{query}");
        assert!(!text.contains("Download CSV"), "{query}");
        let control = &text[text.find(&format!("id=\"{field}\"")).expect("the field")..];
        let control = &control[..control.find('>').expect("its end")];
        assert_eq!(control.contains("aria-invalid=\"true\""), !query.starts_with("event"), "{control}");
        let file = admin.get(&format!("{EXPORT}?format=csv&{query}")).await;
        assert_eq!(file.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let nothing = admin.get(&format!("{ADMIN}?person=nobody-here")).await.text();
    assert!(nothing.contains("No event fits the filter."));
    // An invalid cursor starts at the newest event.
    assert!(!ids(&admin.get(&format!("{ADMIN}?before=9")).await.text()).is_empty());
    for query in ["format=xml", "", "format=csv&group=no%20group"] {
        assert!(admin.get(&format!("{EXPORT}?{query}")).await.status.is_client_error(), "{query}");
    }
    for query in ["format=csv&format=ndjson", "format=csv&person=ann&person=bob"] {
        let file = admin.get(&format!("{EXPORT}?{query}")).await;
        assert_eq!(
            (file.status, file.text().contains("say it once")),
            (StatusCode::BAD_REQUEST, true),
            "{query}"
        );
    }
    // An empty export is a file with only a header.
    let file = admin.get(&format!("{EXPORT}?format=csv&person=nobody-here")).await.text();
    assert!(file.starts_with("\u{feff}id,at,kind,") && file.lines().count() == 1, "{file}");
}

#[tokio::test]
async fn what_a_visitor_typed_stays_text() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let page =
        admin.get(&format!("{ADMIN}?person=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&from=2020-06-01")).await;
    assert!(!page.text().contains("<script>alert"));
    let export = link(&page.text(), "Clear the filter");
    assert_eq!(export.as_deref(), Some(ADMIN));
}

/// A newer server may run beside this one.
#[tokio::test]
async fn an_event_of_a_newer_release_is_shown_and_exported_as_it_is() {
    let test = server().await;
    test.execute("INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id) SELECT 1, 'workflow_approved', 'ann', 'Ann', 'page', id, full_path, 'build/v2', '', '', '', 'r' FROM namespaces WHERE full_path = 'acme'").await;
    let admin = Browser::of(&test, "admin").await;
    for page in [GROUP, ADMIN] {
        let page = admin.get(page).await;
        assert_eq!(page.status, StatusCode::OK);
        let words = "made a change that this release does not know, workflow_approved, to";
        assert!(page.text().replace("<!>", "").contains(words), "{}", page.text());
    }
    for (format, words) in [("csv", ",workflow_approved,,ann,"), ("ndjson", "\"kind\":\"workflow_approved\"")]
    {
        let export = admin.get(&format!("{EXPORT}?format={format}")).await;
        assert_eq!(export.status, StatusCode::OK);
        assert!(export.text().contains(words), "{}", export.text());
    }
}

#[tokio::test]
async fn pages_by_number_follow_each_other_however_far() {
    let test = server().await;
    past(&test, "ann", 1_200, "t").await;
    let token = test.full_token("admin").await;
    let mut found = Vec::new();
    for page in 1..=12 {
        let path = format!("/api/v4/audit_events?per_page=100&page={page}");
        let rows = test.get(&path).token(&token).send().await.ok();
        let rows = rows.as_array().expect("an array").clone();
        found.extend(rows.iter().map(|it| it["id"].as_i64().expect("an id")));
    }
    let mut uow = test.app.storage.read().await.expect("a view");
    let all = uow.audit_log().list(&AuditFilter::default(), 1_200).await.expect("the log");
    assert_eq!(found, all.iter().map(|it| it.id.0).collect::<Vec<_>>());
    let beyond = test.get("/api/v4/audit_events?per_page=100&page=99").token(&token).send().await;
    assert_eq!(beyond.ok(), serde_json::json!([]));
}
