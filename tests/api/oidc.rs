//! Sign-in through an OpenID Connect provider: who gets in, and attacks by a provider or an attacker in
//! between.

use crate::{
    browser::{Browser, ORIGIN},
    provider::{CLIENT, SECRET, Signing, TestProvider},
    support::{Answer, NOON, TestApp, operator},
};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use duo_console::{
    domain::{
        accounts::email::{EmailAddress, EmailDomains},
        audit::AuditEvent,
        people::grants,
        people::group_map::GroupMap,
        role::Role,
    },
    server::{
        Provider, ServerState,
        config::{ProviderConfig, Secret},
        router,
    },
    usecases::people::{sign_in_with_provider::ProviderRules, unlink_user::unlink_user},
};

const START: &str = "/users/auth/openid_connect";
const CALLBACK: &str = "/users/auth/openid_connect/callback";
const ATTEMPT: &str = "duo_provider_sign_in";

pub fn config(issuer: &str, rules: ProviderRules) -> ProviderConfig {
    ProviderConfig {
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: Some(SECRET.parse::<Secret>().expect("a secret")),
        name: String::from("Sign in with Test"),
        scopes: ["openid", "profile", "email"].map(String::from).to_vec(),
        groups_claim: Some(String::from("groups")),
        groups_separator: None,
        trusted_email_domains: EmailDomains::default(),
        trust_prompt_login: false,
        private_hosts: Vec::new(),
        rules,
    }
}

/// A server that uses `provider`. `owner` has the email address that the provider verifies.
pub async fn server_with(provider: &TestProvider, rules: ProviderRules) -> TestApp {
    server_of(config(&provider.issuer, rules)).await
}

/// Like the above, with this configuration.
pub async fn server_of(config: ProviderConfig) -> TestApp {
    let test = TestApp::serving(|app| {
        let url: Url = ORIGIN.parse().expect("a URL");
        let provider = Provider::new(config, &url, app.clock.clone()).expect("no TLS");
        router(ServerState::new(app, &url, 0, true).with_provider(Some(provider)))
    })
    .await;
    set_email(&test, "owner", "ann@example.com").await;
    test
}

pub async fn started() -> (TestProvider, TestApp) {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let test = server_with(&provider, ProviderRules::default()).await;
    (provider, test)
}

pub fn mapped(rules: &str) -> ProviderRules {
    ProviderRules { create_users: false, group_map: GroupMap::parse(rules).expect("rules") }
}

pub async fn set_email(test: &TestApp, username: &str, email: &str) {
    duo_console::usecases::accounts::set_email::set_email(&test.app, &operator(), username, Some(email))
        .await
        .expect("the address can be set");
}

/// Starts a sign-in; returns the authorization URL.
pub async fn begin(browser: &Browser<'_>, return_to: &str) -> Url {
    let answer = browser.get(&format!("{START}?return_to={return_to}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header(header::LOCATION).parse().expect("an address")
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Returns from the provider with a code.
pub fn back(provider: &TestProvider, sent_to: &Url) -> String {
    format!("{CALLBACK}?code={}&state={}", provider.code_for(sent_to), parameter(sent_to, "state"))
}

pub async fn sign_in(provider: &TestProvider, browser: &Browser<'_>) -> Answer {
    let sent_to = begin(browser, "/").await;
    browser.get(&back(provider, &sent_to)).await
}

/// Asserts that the sign-in failed with this status and message, and shows the request id.
#[track_caller]
pub fn refused(answer: &Answer, browser: &Browser<'_>, status: u16, words: &str) {
    let page = answer.text();
    assert_eq!(answer.status.as_u16(), status, "{page}");
    assert!(page.contains(words), "{words} is not in {page}");
    let id = answer.headers["x-request-id"].to_str().expect("an id");
    assert!(page.contains(&format!("<code>{id}</code>")), "{page}");
    assert!(browser.cookie("duo_session").is_none(), "nobody is signed in");
    for secret in ["an-access-token", "ID token", "code-1", SECRET] {
        assert!(!page.contains(secret), "{secret} is in {page}");
    }
}

async fn newest_events(test: &TestApp, count: usize) -> Vec<AuditEvent> {
    let mut events = test.snapshot().await.audit;
    events.truncate(count);
    events.reverse();
    events
}

fn lines(events: &[AuditEvent]) -> Vec<String> {
    let line = |event: &AuditEvent| {
        let event = &event.event;
        let group = event.namespace.as_ref().map_or("", |it| it.path.as_str());
        let line = format!(
            "{} {} {group} {}: {} -> {}",
            event.actor.username,
            event.kind.key(),
            event.target,
            event.from,
            event.to
        );
        line.replace("  ", " ")
    };
    events.iter().map(line).collect()
}

pub async fn standing(test: &TestApp, username: &str, group: &str) -> Option<Role> {
    let group = test.namespace(group).await.id;
    let mut uow = test.app.storage.read().await.expect("a view");
    let user = uow.users().find_by_username(username).await.expect("an answer").expect("a user").id;
    let grants = uow.memberships().grants(user, group).await.expect("grants");
    grants::standing(&grants, group, test.app.now()).standing.here
}

#[tokio::test]
async fn a_verified_address_signs_in_whoever_has_it_and_links_the_account() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    let page = browser.get("/users/sign_in?return_to=/groups/acme").await.text();
    assert!(page.contains(">Sign in with Test</a>"), "{page}");
    assert!(page.contains("href=\"/users/auth/openid_connect?return_to=/groups/acme\""), "{page}");

    let answer = browser.get(&format!("{START}?return_to=/groups/acme")).await;
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    for attribute in ["duo_provider_sign_in=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let sent_to: Url = answer.header(header::LOCATION).parse().expect("an address");
    assert_eq!(parameter(&sent_to, "scope"), "openid profile email");
    assert_eq!(parameter(&sent_to, "response_type"), "code");
    assert_eq!(parameter(&sent_to, "client_id"), CLIENT);
    assert_eq!(parameter(&sent_to, "redirect_uri"), format!("{ORIGIN}{CALLBACK}"));

    let answer = browser.get(&format!("{}&iss={}", back(&provider, &sent_to), provider.issuer)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.header(header::LOCATION), "/groups/acme");
    assert!(browser.cookie(ATTEMPT).is_none(), "it is used up");
    assert!(browser.get("/").await.text().contains("Group Owner"), "it is the owner's session");
    let issuer = &provider.issuer;
    assert_eq!(
        lines(&newest_events(&test, 2).await),
        [
            format!("provider identity_linked owner: -> {issuer} 42"),
            format!("owner signed_in owner: -> {issuer}")
        ]
    );

    // From now on the user is identified by the subject, whatever the email address.
    provider.script().claims =
        json!({ "sub": "42", "email": "somebody@example.com", "email_verified": false });
    provider.script().signing = Signing::Es256(1);
    let again = Browser::new(&test);
    assert_eq!(sign_in(&provider, &again).await.status, StatusCode::SEE_OTHER);
    assert!(again.get("/").await.text().contains("Group Owner"));
}

#[tokio::test]
async fn without_a_provider_there_is_no_button_and_no_address() {
    let test = crate::browser::server().await;
    let browser = Browser::new(&test);
    assert!(!browser.get("/users/sign_in").await.text().contains("Or with a password"));
    for address in [START, CALLBACK, "/users/auth/openid_connect/sign_out"] {
        assert_eq!(browser.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn who_is_not_known_by_a_verified_address_is_told_why_and_stays_out() {
    let (provider, test) = started().await;
    test.add_user("review-bot").await;
    set_email(&test, "review-bot", "bot@example.com").await;
    for (claims, words, said) in [
        (
            json!({ "email": "ann@example.com", "email_verified": false }),
            "is not verified",
            "address_not_verified",
        ),
        (
            json!({ "email": "ann@example.com" }),
            "does not say whether your email address is verified",
            "verification_not_said",
        ),
        (json!({}), "did not say your email address", "no_address"),
        (
            json!({ "email": "nobody@example.com", "email_verified": true }),
            "Nobody here has your",
            "unknown_user",
        ),
        (json!({ "email": "bot@example.com", "email_verified": true }), "A bot cannot sign in", "bot"),
    ] {
        let mut claims = claims;
        claims["sub"] = json!("7");
        provider.script().claims = claims;
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        refused(&answer, &browser, 403, words);
        let event = &newest_events(&test, 1).await[0].event;
        assert_eq!(event.kind.key(), "sign_in_failed");
        assert_eq!(event.to, format!("{}: {said}", provider.issuer));
    }
}

#[tokio::test]
async fn an_address_that_came_to_somebody_else_does_not_open_the_account_until_it_is_unlinked() {
    let (provider, test) = started().await;
    let owner = Browser::new(&test);
    sign_in(&provider, &owner).await;
    provider.script().claims["sub"] = json!("43");
    let browser = Browser::new(&test);
    let answer = sign_in(&provider, &browser).await;
    refused(&answer, &browser, 403, "is linked to somebody else");

    let issuers = unlink_user(&test.app, &operator(), "owner").await.expect("the user is there");
    assert_eq!(issuers, std::slice::from_ref(&provider.issuer));
    assert_eq!(owner.get("/").await.status, StatusCode::FOUND, "the session has ended");
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn accounts_are_made_where_the_operator_wants_it_for_verified_addresses_only() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let rules = ProviderRules { create_users: true, group_map: GroupMap::default() };
    let test = server_with(&provider, rules).await;
    provider.script().claims = json!({
        "sub": "7", "name": "Bob Roe", "preferred_username": "owner", "email": "bob@example.com",
        "email_verified": false,
    });
    let browser = Browser::new(&test);
    let answer = sign_in(&provider, &browser).await;
    refused(&answer, &browser, 403, "is not verified");

    provider.script().claims["email_verified"] = json!("true");
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    let mut uow = test.app.storage.read().await.expect("a view");
    let address = EmailAddress::parse("bob@example.com").expect("an address");
    let bob = uow.users().find_by_email(&address).await.expect("an answer").expect("made");
    assert_eq!((bob.username.as_str(), bob.name.as_str(), bob.is_admin), ("owner2", "Bob Roe", false));
    assert_eq!(uow.users().password_hash(bob.id).await.expect("an answer"), None);
    drop(uow);
    let issuer = &provider.issuer;
    assert_eq!(
        lines(&newest_events(&test, 3).await),
        [
            String::from("provider user_created owner2: -> human"),
            format!("provider identity_linked owner2: -> {issuer} 7"),
            format!("owner2 signed_in owner2: -> {issuer}")
        ]
    );
}

#[tokio::test]
async fn groups_of_the_provider_give_change_and_take_memberships_and_leave_those_made_by_hand() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let rules =
        mapped("acme-admins=acme:owner; acme-devs=acme:developer; globex=globex:owner; x=nowhere:guest");
    let test = server_with(&provider, rules).await;
    set_email(&test, "outsider", "out@example.com").await;
    set_email(&test, "reviewer", "rev@example.com").await;
    let sign_in_as = async |sub: &str, email: &str, groups: Value| {
        provider.script().claims =
            json!({ "sub": sub, "email": email, "email_verified": true, "groups": groups });
        assert_eq!(sign_in(&provider, &Browser::new(&test)).await.status, StatusCode::SEE_OTHER);
    };

    sign_in_as("1", "out@example.com", json!(["acme-devs", "x", "other"])).await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
    sign_in_as("1", "out@example.com", json!(["acme-devs", "acme-admins", "globex"])).await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Owner));
    assert_eq!(standing(&test, "outsider", "globex").await, Some(Role::Owner));
    assert_eq!(
        lines(&newest_events(&test, 3).await)[..2],
        [
            "provider member_updated acme outsider: Developer -> Owner",
            "provider member_created globex outsider: -> Owner"
        ]
    );
    sign_in_as("1", "out@example.com", json!("acme-devs")).await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
    assert_eq!(standing(&test, "outsider", "globex").await, None);
    assert_eq!(
        lines(&newest_events(&test, 3).await)[..2],
        [
            "provider member_updated acme outsider: Owner -> Developer",
            "provider member_destroyed globex outsider: Owner ->"
        ]
        .map(|line| format!("{line}{}", if line.ends_with("->") { " " } else { "" }))
    );
    sign_in_as("1", "out@example.com", Value::Null).await;
    assert_eq!(standing(&test, "outsider", "acme").await, None);

    // The reviewer's memberships of acme and globex were granted manually: the highest counts, and they stay.
    sign_in_as("2", "rev@example.com", json!(["acme-admins"])).await;
    assert_eq!(standing(&test, "reviewer", "acme").await, Some(Role::Owner));
    sign_in_as("2", "rev@example.com", json!([])).await;
    for group in ["acme", "globex"] {
        assert_eq!(standing(&test, "reviewer", group).await, Some(Role::Developer), "{group}");
    }
}

#[tokio::test]
async fn unlinking_withdraws_what_the_provider_gave() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let test = server_with(&provider, mapped("admins=acme:owner")).await;
    set_email(&test, "outsider", "out@example.com").await;
    provider.script().claims =
        json!({ "sub": "1", "email": "out@example.com", "email_verified": true, "groups": ["admins"] });
    sign_in(&provider, &Browser::new(&test)).await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Owner));
    unlink_user(&test.app, &operator(), "outsider").await.expect("the user is there");
    assert_eq!(standing(&test, "outsider", "acme").await, None);
}

#[tokio::test]
async fn what_no_good_provider_says_is_not_believed() {
    let (provider, test) = started().await;
    let now = NOON.as_millis() / 1000;
    for (what, lies) in [
        ("another nonce", json!({ "nonce": "another" })),
        ("no nonce", json!({ "nonce": null })),
        ("expired", json!({ "exp": now - 61 })),
        ("from the future", json!({ "iat": now + 61 })),
        ("not yet", json!({ "nbf": now + 61 })),
        ("from a time that is none", json!({ "nbf": "noon" })),
        ("another audience", json!({ "aud": "another-client" })),
        ("no audience", json!({ "aud": [] })),
        ("another audience besides", json!({ "aud": [CLIENT, "another-client"] })),
        ("for another party", json!({ "azp": "another-client" })),
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("the issuer with a slash", json!({ "iss": format!("{}/", provider.issuer) })),
        ("another access token", json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" })),
        ("a subject that is too long", json!({ "sub": "x".repeat(256) })),
    ] {
        provider.script().lies = lies;
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{what}");
        refused(&answer, &browser, 502, "cannot be trusted");
    }
    provider.script().lies = json!({});

    provider.script().user_info_lies = json!({ "sub": "43" });
    let browser = Browser::new(&test);
    let answer = sign_in(&provider, &browser).await;
    refused(&answer, &browser, 502, "cannot be trusted");
    provider.script().user_info_lies = json!({});

    provider.script().no_id_token = true;
    let answer = sign_in(&provider, &browser).await;
    refused(&answer, &browser, 502, "cannot be trusted");
    provider.script().no_id_token = false;

    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER, "the truth is believed");
}

#[tokio::test]
async fn a_signature_that_is_not_the_providers_is_not_believed() {
    let (provider, test) = started().await;
    for (what, signing) in [
        ("none at all", Signing::None),
        ("with the client's secret", Signing::Hs256),
        ("with another key under a known name", Signing::Es256As(2, "es-1")),
        ("with a key of another kind under a known name", Signing::Es256As(2, "rsa")),
        ("with a key that is not published", Signing::Es256(2)),
        ("with a key that is too short", Signing::ShortRs256),
    ] {
        provider.script().signing = signing;
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{what}");
        refused(&answer, &browser, 502, "cannot be trusted");
    }
    for signing in [Signing::Rs256, Signing::Es256(1)] {
        provider.script().signing = signing;
        assert_eq!(sign_in(&provider, &Browser::new(&test)).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn clocks_may_be_a_minute_apart() {
    let (provider, test) = started().await;
    let now = NOON.as_millis() / 1000;
    for lies in [json!({ "exp": now - 59 }), json!({ "iat": now + 60 }), json!({ "nbf": now + 60 })] {
        provider.script().lies = lies;
        assert_eq!(sign_in(&provider, &Browser::new(&test)).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found_and_looked_for_once_a_minute_at_most() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    provider.script().signing = Signing::Es256(1);
    sign_in(&provider, &browser).await;
    assert_eq!(provider.script().keys_asked, 1);

    {
        let mut script = provider.script();
        script.published = vec![2];
        script.signing = Signing::Es256(2);
    }
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    assert_eq!(provider.script().keys_asked, 2);
    provider.script().signing = Signing::Es256(1);
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::BAD_GATEWAY, "it was withdrawn");

    provider.script().signing = Signing::Es256(3);
    for _ in 0..3 {
        assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::BAD_GATEWAY);
    }
    assert_eq!(provider.script().keys_asked, 2, "not again within a minute");
    test.clock.advance_millis(60_000);
    provider.script().now += 60;
    provider.script().published = vec![3];
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    assert_eq!(provider.script().keys_asked, 3);
}

#[tokio::test]
async fn an_answer_counts_once_even_where_the_provider_forgets_its_codes() {
    let (provider, test) = started().await;
    provider.script().forgets_codes = true;
    let browser = Browser::new(&test);
    let sent_to = begin(&browser, "/").await;
    let attempt = browser.cookie(ATTEMPT).expect("begun");
    let address = back(&provider, &sent_to);
    assert_eq!(browser.get(&address).await.status, StatusCode::SEE_OTHER);

    let replaying = Browser::new(&test);
    refused(&replaying.get(&address).await, &replaying, 400, "was not begun in this browser");
    replaying.set_cookie(ATTEMPT, &attempt);
    refused(&replaying.get(&address).await, &replaying, 400, "was used already");

    provider.script().forgets_codes = false;
    let again = Browser::new(&test);
    let sent_to = begin(&again, "/").await;
    let attempt = again.cookie(ATTEMPT).expect("begun");
    let address = back(&provider, &sent_to);
    again.get(&address).await;
    replaying.set_cookie(ATTEMPT, &attempt);
    refused(&replaying.get(&address).await, &replaying, 502, "cannot be trusted");
}

#[tokio::test]
async fn an_answer_belongs_to_the_browser_and_the_attempt_that_asked_for_it() {
    let (provider, test) = started().await;
    let (victim, attacker) = (Browser::new(&test), Browser::new(&test));
    let attackers = begin(&attacker, "/").await;
    let attackers_answer = back(&provider, &attackers);
    refused(&victim.get(&attackers_answer).await, &victim, 400, "was not begun in this browser");

    let victims = begin(&victim, "/groups/acme").await;
    refused(&victim.get(&attackers_answer).await, &victim, 400, "was not begun in this browser");
    // The attacker's code with the victim's state: the code requires the attacker's PKCE verifier.
    let mixed =
        format!("{CALLBACK}?code={}&state={}", provider.code_for(&attackers), parameter(&victims, "state"));
    refused(&victim.get(&mixed).await, &victim, 502, "cannot be trusted");

    let victims = begin(&victim, "/").await;
    let elsewhere = format!("{}&iss=https://evil.example", back(&provider, &victims));
    refused(&victim.get(&elsewhere).await, &victim, 502, "cannot be trusted");

    let late = begin(&victim, "/").await;
    let answer = back(&provider, &late);
    test.clock.advance_millis(600_000);
    refused(&victim.get(&answer).await, &victim, 400, "took more than ten minutes");
}

#[tokio::test]
async fn whoever_says_no_at_the_provider_comes_back_to_a_page_that_keeps_the_way() {
    let (_provider, test) = started().await;
    let browser = Browser::new(&test);
    let sent_to = begin(&browser, "/groups/acme").await;
    let state = parameter(&sent_to, "state");
    let answer = browser
        .get(&format!("{CALLBACK}?error=access_denied&error_description=%3Cb%3Eno%3C/b%3E&state={state}"))
        .await;
    refused(&answer, &browser, 403, "was cancelled or declined");
    let page = answer.text();
    assert!(page.contains("href=\"/users/auth/openid_connect?return_to=/groups/acme\""), "{page}");
    assert!(!page.contains("<b>no"), "{page}");

    let sent_to = begin(&browser, "/").await;
    let state = parameter(&sent_to, "state");
    let answer = browser.get(&format!("{CALLBACK}?state={state}")).await;
    refused(&answer, &browser, 502, "cannot be trusted");
}

#[tokio::test]
async fn another_site_cannot_begin_a_sign_in() {
    let (_provider, test) = started().await;
    let browser = Browser::new(&test);
    let path = format!("{START}?return_to=/groups/acme");
    let begun = async |site| {
        browser
            .send(Method::GET, &path, &[("accept", "text/html"), ("sec-fetch-site", site)], String::new())
            .await
    };
    for site in ["cross-site", "same-site"] {
        let answer = begun(site).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{site}");
        assert_eq!(answer.header(header::LOCATION), "/users/sign_in?return_to=/groups/acme", "{site}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{site}");
    }
    for site in ["same-origin", "none"] {
        assert!(begun(site).await.header(header::LOCATION).starts_with("http"), "{site}");
    }
}

#[tokio::test]
async fn an_address_that_says_something_twice_begins_and_ends_no_sign_in() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    let twice = "says something twice";
    let before = test.snapshot().await.audit.len();
    let answer = browser.get(&format!("{START}?return_to=/&return_to=/groups")).await;
    refused(&answer, &browser, 400, twice);
    for more in ["&state=other", "&code=other", "&iss=a&iss=b", "&%73tate=other"] {
        let sent_to = begin(&browser, "/").await;
        let answer = browser.get(&format!("{}{more}", back(&provider, &sent_to))).await;
        refused(&answer, &browser, 400, twice);
    }
    assert_eq!(test.snapshot().await.audit.len(), before, "nothing happened");
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_is_led_to_another_site_afterwards() {
    let (provider, test) = started().await;
    for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/users/sign_out"] {
        let browser = Browser::new(&test);
        let sent_to = begin(&browser, elsewhere).await;
        let answer = browser.get(&back(&provider, &sent_to)).await;
        assert_eq!(answer.header(header::LOCATION), "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_used_again_when_it_is_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let provider = TestProvider::at(address, NOON.as_millis());
    let test = server_with(&provider, ProviderRules::default()).await;
    let browser = Browser::new(&test);
    let answer = browser.get(START).await;
    refused(&answer, &browser, 503, "does not answer");
    let page = browser.get("/users/sign_in").await.text();
    assert!(page.contains("is not available now"), "{page}");
    assert!(!page.contains(START), "there is no button");
    let session = browser.sign_in("owner", crate::browser::PASSWORD).await;
    assert_eq!(session.status, StatusCode::SEE_OTHER, "a password does without it");

    provider.serve(TcpListener::bind(address).await.expect("the same port"));
    test.clock.advance_millis(1000);
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    let page = Browser::new(&test).get("/users/sign_in").await.text();
    assert!(page.contains(">Sign in with Test</a>"), "{page}");
}

#[tokio::test]
async fn a_provider_that_calls_itself_something_else_is_not_used() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let mut renamed = provider.clone();
    renamed.issuer.push('/');
    let test = server_with(&renamed, ProviderRules::default()).await;
    let browser = Browser::new(&test);
    refused(&browser.get(START).await, &browser, 503, "does not answer");
}

#[tokio::test]
async fn only_whom_the_provider_asked_lately_has_signed_in_afresh() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    let asked_ago = |seconds: i64| json!({ "auth_time": NOON.as_millis() / 1000 - seconds });
    let form = [("name", "ci"), ("scopes[]", "read_decisions"), ("expires_at", "2026-07-01")];
    let to_confirm = async || {
        let answer = browser.submit("/actions/create_token", &form).await;
        answer.header(header::LOCATION).starts_with("/users/confirm?")
    };
    // Not with a silent sign-in, and not without `auth_time`.
    for (lies, stale) in [(json!({}), true), (asked_ago(3600), true), (asked_ago(3599), false)] {
        provider.script().lies = lies.clone();
        assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
        assert_eq!(to_confirm().await, stale, "{lies}");
    }
    // An `auth_time` in the future does not extend freshness.
    provider.script().lies = asked_ago(-3600);
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    for _ in 0..2 {
        test.clock.advance_millis(1_800_000);
        browser.get("/").await;
    }
    assert!(to_confirm().await);

    provider.script().now += 3600;
    let page = browser.get("/users/confirm?return_to=/groups/acme").await.text();
    let anew = "/users/auth/openid_connect?anew=true&amp;return_to=/groups/acme";
    assert!(page.contains(&format!("href=\"{anew}\"")) && page.contains("Sign in with Test"), "{page}");
    let begin_anew = async || -> Url {
        let answer = browser.get(&anew.replace("&amp;", "&")).await;
        answer.header(header::LOCATION).parse().expect("an address")
    };
    let sent_to = begin_anew().await;
    assert_eq!(
        (parameter(&sent_to, "prompt").as_str(), parameter(&sent_to, "max_age").as_str()),
        ("login", "0")
    );
    let session = browser.cookie("duo_session");
    // Clock skew of a minute is tolerated.
    for lies in [json!({}), asked_ago(61 - 3600)] {
        provider.script().lies = lies.clone();
        let answer = browser.get(&back(&provider, &begin_anew().await)).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{lies}");
        assert_eq!(browser.cookie("duo_session"), session, "still the one that has to be confirmed");
        assert!(to_confirm().await);
    }
    provider.script().lies = asked_ago(-3600);
    let answer = browser.get(&back(&provider, &begin_anew().await)).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/groups/acme"));
    assert!(!to_confirm().await);
}

#[tokio::test]
async fn signing_out_says_that_the_providers_session_stays_and_leads_there() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    sign_in(&provider, &browser).await;
    browser.submit("/users/sign_out", &[]).await;
    let page = browser.get("/users/sign_in").await.text();
    assert!(page.contains("You may still be signed in at the sign-in service."), "{page}");
    assert!(page.contains("href=\"/users/auth/openid_connect/sign_out\""), "{page}");
    let answer = browser.get("/users/auth/openid_connect/sign_out").await;
    let end: Url = answer.header(header::LOCATION).parse().expect("an address");
    assert!(end.as_str().starts_with(&format!("{}/end?", provider.issuer)), "{end}");
    assert_eq!(parameter(&end, "client_id"), CLIENT);
    assert_eq!(parameter(&end, "post_logout_redirect_uri"), format!("{ORIGIN}/users/sign_in"));

    browser.sign_in("owner", crate::browser::PASSWORD).await;
    browser.submit("/users/sign_out", &[]).await;
    let page = browser.get("/users/sign_in").await.text();
    assert!(page.contains("You are signed out.") && !page.contains("sign-in service"), "{page}");
}

#[tokio::test]
async fn nothing_of_the_provider_that_is_secret_is_stored() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    let sent_to = begin(&browser, "/").await;
    let attempt = browser.cookie(ATTEMPT).expect("begun");
    browser.get(&back(&provider, &sent_to)).await;
    let session = browser.cookie("duo_session").expect("signed in");
    let bytes = test.database_bytes();
    for secret in [&attempt, &session, &parameter(&sent_to, "state"), "an-access-token", SECRET, "code-1"] {
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn a_token_can_do_no_more_than_its_user_once_the_provider_withdraws_a_membership() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let test = server_with(&provider, mapped("devs=acme:developer")).await;
    set_email(&test, "outsider", "out@example.com").await;
    let sign_in_with = async |groups: Value| {
        provider.script().claims =
            json!({ "sub": "1", "email": "out@example.com", "email_verified": true, "groups": groups });
        assert_eq!(sign_in(&provider, &Browser::new(&test)).await.status, StatusCode::SEE_OTHER);
    };
    sign_in_with(json!(["devs"])).await;
    let token = test.full_token("outsider").await;
    // From now on it remembers.
    let watching = tokio::spawn(test.app.storage.watch());
    while !matches!(test.app.storage.changes().knowledge(), duo_console::storage::Knowledge::Current(_)) {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let decision = "/api/v1/decisions/code_review?namespace=acme&user=outsider";
    let status = async || test.get(decision).token(&token).send().await.status.as_u16();
    for _ in 0..2 {
        assert_eq!(status().await, 200, "a developer asks");
    }
    sign_in_with(json!([])).await;
    assert_eq!(status().await, 404, "at once");
    sign_in_with(json!(["devs"])).await;
    assert_eq!(status().await, 200, "and back");
    watching.abort();
}
