//! Imports and exports by the API and on their pages.

use crate::{
    browser::{Browser, server},
    support::{Answer, TestApp},
};
use duo_console::domain::token::Scope;
use http::{Method, StatusCode, header};

const GOOD: &str = "path,user,role\nglobex,reviewer,Maintainer\n";
const BAD: &str = "path,user,role\nglobex,reviewer,Boss\nnowhere,nobody,Guest\n";

async fn import(test: &TestApp, token: &str, address: &str, file: &str) -> Answer {
    let ask = test.ask(Method::POST, address).token(token).header("content-type", "text/csv");
    ask.body(file.to_owned()).send().await
}

#[tokio::test]
async fn a_file_is_looked_at_applied_and_read_back_by_the_api() {
    let test = TestApp::new().await;
    let token = test.token("admin", &[Scope::ManageGroups]).await;
    let address = "/api/v1/imports/members";
    let dry = import(&test, &token, address, GOOD).await.json();
    assert_eq!((&dry["applied"], &dry["counts"]["created"]), (&false.into(), &1.into()));
    assert_eq!(dry["lines"][0]["subject"], "reviewer in globex");
    let stale = import(&test, &token, &format!("{address}?apply=true&plan=other"), GOOD).await;
    stale.refused(409, "conflict");
    let plan = dry["plan"].as_str().expect("a plan");
    let applied = import(&test, &token, &format!("{address}?apply=true&plan={plan}"), GOOD).await.json();
    assert_eq!(applied["applied"], true);
    let again = import(&test, &token, &format!("{address}?apply=true"), GOOD).await.json();
    assert_eq!(again["counts"]["unchanged"], 1);

    let export = test.ask(Method::GET, "/api/v1/exports/members").token(&token).send().await;
    assert!(export.text().contains("globex,reviewer,Maintainer,never,set\n"), "{}", export.text());
    let back = import(&test, &token, address, &export.text()).await.json();
    assert_eq!((&back["counts"]["created"], &back["counts"]["changed"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn the_api_names_every_bad_line_and_refuses_what_is_no_import() {
    let test = TestApp::new().await;
    let token = test.token("admin", &[Scope::ManageGroups]).await;
    let before = test.ask(Method::GET, "/api/v1/exports/members").token(&token).send().await.text();
    let wrong = import(&test, &token, "/api/v1/imports/members?apply=true", BAD).await;
    wrong.refused(422, "invalid");
    let refused = wrong.json()["refused"].as_array().expect("lines").clone();
    let named: Vec<_> = refused.iter().map(|it| (it["line"].as_u64(), it["column"].as_str())).collect();
    assert_eq!(named, [(Some(2), Some("role")), (Some(3), Some("path")), (Some(3), Some("user"))]);
    for (address, status, code) in [
        ("/api/v1/imports/members?apply=yes", 400, "bad_query"),
        ("/api/v1/imports/members?plan=x", 400, "bad_query"),
        ("/api/v1/imports/members?aply=true", 400, "bad_query"),
        ("/api/v1/imports/nothing", 404, "not_found"),
        ("/api/v1/imports/users", 403, "insufficient_scope"),
    ] {
        import(&test, &token, address, GOOD).await.refused(status, code);
    }
    let json = test.ask(Method::POST, "/api/v1/imports/members").token(&token);
    json.header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .refused(415, "unsupported_media_type");
    let large = "x".repeat(20 * 1024 * 1024 + 1);
    import(&test, &token, "/api/v1/imports/members", &large).await.refused(413, "body_too_large");
    let after = test.ask(Method::GET, "/api/v1/exports/members").token(&token).send().await.text();
    assert_eq!(before, after);
}

async fn upload(browser: &Browser<'_>, kind: &str, file: &str) -> Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--x--\r\n"
    );
    let headers = [
        ("accept", "text/html"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "multipart/form-data; boundary=x"),
    ];
    browser.send(Method::POST, "/actions/upload_import", &headers, body).await
}

#[tokio::test]
async fn a_page_shows_what_a_file_would_do_and_its_button_does_just_that() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let uploaded = upload(&admin, "members", GOOD).await;
    assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{}", uploaded.text());
    let address = uploaded.header(header::LOCATION).to_owned();
    let page = admin.get(&address).await.text().replace("<!>", "");
    assert!(page.contains("reviewer in globex") && page.contains("Apply the import"), "{page}");
    let plan =
        page.split("name=\"plan\" value=\"").nth(1).expect("a plan").split('"').next().expect("a plan");
    let id = address.rsplit('/').next().expect("an id");

    let stale = admin.submit("/actions/apply_import", &[("id", id), ("plan", "other")]).await;
    assert_eq!(stale.header(header::LOCATION), address);
    let page = admin.get(&address).await.text();
    assert!(page.contains("has changed since"), "{page}");
    let applied = admin.submit("/actions/apply_import", &[("id", id), ("plan", plan)]).await;
    assert_eq!(applied.header(header::LOCATION), "/admin/import?kind=members");
    let page = admin.get("/admin/import?kind=members").await.text().replace("<!>", "");
    assert!(page.contains("1 new, 0 changed, 0 removed, 0 unchanged"), "{page}");
    assert_eq!(admin.get(&address).await.status, StatusCode::NOT_FOUND);

    let export = admin.get("/-/exports/members").await;
    assert!(export.text().contains("globex,reviewer,Maintainer,never,set"), "{}", export.text());
    let sample = admin.get("/-/imports/samples/groups").await;
    assert!(sample.text().contains("path,name,kind,tier"), "{}", sample.text());
}

#[tokio::test]
async fn a_page_lists_what_is_wrong_and_offers_it_for_correction() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let pasted = admin.submit("/actions/upload_import", &[("kind", "members"), ("text", BAD)]).await;
    let address = pasted.header(header::LOCATION).to_owned();
    let page = admin.get(&address).await.text().replace("<!>", "");
    assert!(page.contains("3 things are wrong") && !page.contains("Apply the import"), "{page}");
    let id = address.rsplit('/').next().expect("an id");
    let refused = admin.get(&format!("/-/imports/refused/{id}")).await.text();
    assert!(
        refused.contains("error,path,user,role") && refused.contains(",globex,reviewer,Boss"),
        "{refused}"
    );

    let empty = upload(&admin, "members", "").await;
    assert_eq!(empty.header(header::LOCATION), "/admin/import?kind=members");
    let page = admin.get("/admin/import?kind=members").await.text();
    assert!(page.contains("Choose a file, or paste its content."), "{page}");
    let large = upload(&admin, "members", &"x".repeat(21 * 1024 * 1024)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_large_file_is_read_from_administrators_only() {
    let test = server().await;
    let large = format!("{GOOD}{}", "#".repeat(100 * 1024));
    let (nobody, owner) = (Browser::new(&test), Browser::of(&test, "owner").await);
    assert_eq!(upload(&nobody, "members", &large).await.status, StatusCode::UNAUTHORIZED);
    let small = upload(&nobody, "members", GOOD).await;
    let sign_in = "/users/sign_in?return_to=/admin/import%3Fkind%3Dmembers";
    assert_eq!((small.status, small.header(header::LOCATION)), (StatusCode::SEE_OTHER, sign_in));
    assert_eq!(upload(&owner, "members", &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let admin = Browser::of(&test, "admin").await;
    assert_eq!(upload(&admin, "members", &large).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_pasted_is_kept_to_be_corrected() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let pasted = format!("{BAD}# </textarea> & more\n");
    let staged = admin.submit("/actions/upload_import", &[("kind", "members"), ("text", &pasted)]).await;
    let address = staged.header(header::LOCATION).to_owned();
    let id = address.rsplit('/').next().expect("an id").to_owned();
    let edit = format!("/admin/import?kind=members&amp;edit={id}");
    assert!(admin.get(&address).await.text().contains(&format!("href=\"{edit}\"")));
    let edit = edit.replace("&amp;", "&");
    let page = admin.get(&edit).await.text();
    let escaped = pasted.replace('&', "&amp;").replace('<', "&lt;");
    assert!(page.contains(&format!(">\n{escaped}</textarea>")), "{page}");
    let file = admin.get(&format!("/-/imports/files/{id}")).await;
    assert_eq!(file.text(), pasted);
    assert!(file.header(header::CONTENT_DISPOSITION).contains("uploaded-members.csv"));

    // Nobody else's, and none that is gone.
    let owner = Browser::of(&test, "owner").await;
    for address in [edit.as_str(), &format!("/-/imports/files/{id}"), "/admin/import?edit=999"] {
        assert_eq!(owner.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(admin.get("/admin/import?edit=999").await.status, StatusCode::NOT_FOUND);

    // What cannot be kept comes back in place, however it was sent.
    let wrong = admin.submit("/actions/upload_import", &[("kind", "nothing"), ("text", &pasted)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = wrong.text();
    assert!(page.contains("Choose what the file has.") && page.contains(&escaped), "{page}");

    // A long file is not put into a form.
    let long = format!("path,user,role\n{}", "#".repeat(1024 * 1024));
    let staged = upload(&admin, "members", &long).await.header(header::LOCATION).to_owned();
    let id = staged.rsplit('/').next().expect("an id");
    let page = admin.get(&format!("/admin/import?kind=members&edit={id}")).await.text();
    assert!(page.contains("too long to be edited here") && page.len() < 100_000, "{}", page.len());
    assert!(page.contains(&format!("/-/imports/files/{id}")));
}
