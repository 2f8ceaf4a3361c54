//! Sign-in through real-world providers: what Auth0, Entra ID, Keycloak, Okta and Google send, including
//! deviations from the specification.

use crate::{
    browser::Browser,
    logs::Log,
    oidc::{back, begin, config, mapped, refused, server_of, set_email, sign_in, standing, started},
    provider::{Signing, TestProvider},
    support::{Answer, NOON, TestApp, operator},
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use duo_console::{
    domain::{accounts::email::EmailDomains, role::Role},
    server::config::LogFormat,
    usecases::{
        accounts::link_user::link_user,
        people::{sign_in_with_provider::ProviderRules, unlink_user::unlink_user},
    },
};

/// Asserts that the provider's current user can sign in.
async fn gets_in(provider: &TestProvider, test: &TestApp, what: &str) {
    let answer = sign_in(provider, &Browser::new(test)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}: {}", answer.text());
}

/// The claim and reason of each log event about the provider's claims during `doing`.
async fn said_of_claims(doing: impl Future<Output = ()>) -> Vec<(String, String)> {
    let (log, guard) = Log::begin(LogFormat::Json, "info");
    doing.await;
    drop(guard);
    let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let events = log.events();
    let of_claims = events.iter().filter(|event| event.get("claim").is_some());
    of_claims.map(|event| (text(event, "claim"), text(event, "reason"))).collect()
}

async fn with_groups(claim: &str, rules: &str) -> (TestProvider, TestApp) {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let mut config = config(&provider.issuer, mapped(rules));
    config.groups_claim = Some(claim.to_owned());
    let test = server_of(config).await;
    set_email(&test, "outsider", "out@example.com").await;
    provider.script().claims = json!({ "sub": "1", "email": "out@example.com", "email_verified": true });
    (provider, test)
}

#[tokio::test]
async fn what_each_provider_really_sends_signs_in() {
    let now = NOON.as_millis() / 1000;
    let email = json!({ "email": "ann@example.com", "email_verified": true });
    // The provider, its ID token's claims, and its user info.
    for (provider_name, id_token, user_info) in [
        (
            "Auth0",
            json!({
                "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "nickname": "ann", "name": "ann@example.com",
                "picture": "https://s.gravatar.com/avatar/1?s=480&r=pg", "sid": "abc",
                "updated_at": "2026-05-31T08:11:07.003Z", "at_hash": null,
            }),
            json!({
                "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "nickname": "ann", "name": "ann@example.com",
                "updated_at": "2026-05-31T08:11:07.003Z", "https://acme.example/groups": ["devs"],
            }),
        ),
        (
            "Entra ID, version 1 of its tokens",
            json!({
                "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
                "tid": "fa15d692-e9c7-4460-a743-29f2956fd429", "amr": ["pwd", "mfa"], "ver": "1.0",
                "nbf": now - 300, "aio": "E2hgYLi", "uti": "x", "rh": "I", "unique_name": "ann@example.com",
                "ipaddr": "203.0.113.5", "at_hash": null,
            }),
            json!({ "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "picture": "https://graph.microsoft.com/v1.0/me/photo/$value" }),
        ),
        (
            "Keycloak",
            json!({
                "sub": "f1888f4d-5172-4359-be0c-af338505d86c", "typ": "ID", "azp": "duo-console", "acr": "1",
                "auth_time": now - 5, "jti": "0f3e", "sid": "0c2b", "address": {},
                "realm_access": { "roles": ["offline_access", "uma_authorization"] },
                "resource_access": { "account": { "roles": ["manage-account"] } },
                "preferred_username": "ann", "given_name": "Ann", "family_name": "Lee", "groups": ["/devs"],
            }),
            json!({ "sub": "f1888f4d-5172-4359-be0c-af338505d86c", "address": {}, "groups": ["/devs"] }),
        ),
        (
            "Okta",
            json!({
                "sub": "00uid4BxXw6I6TV4m0g3", "ver": 1, "jti": "ID.4eAWJOCMB3SX8XewDfVR", "amr": ["pwd"],
                "idp": "00ok1u7AsAkrwdZL3z0g3", "auth_time": now - 1, "preferred_username": "ann@example.com",
            }),
            json!({
                "sub": "00uid4BxXw6I6TV4m0g3", "zoneinfo": "America/Los_Angeles", "locale": "en-US",
                "updated_at": 1_311_280_970, "address": { "formatted": "1 Main Street" },
            }),
        ),
        (
            "Google",
            json!({
                "sub": "110169484474386276334", "azp": "duo-console", "hd": "example.com", "locale": "en",
                "picture": "https://lh3.googleusercontent.com/a/x=s96-c", "given_name": "Ann", "name": "Ann Lee",
            }),
            json!({ "sub": "110169484474386276334", "hd": "example.com", "profile": "https://plus.google.com/1" }),
        ),
    ] {
        let (provider, test) = started().await;
        let merged = |claims: &Value| {
            let mut all = claims.as_object().expect("claims").clone();
            all.extend(email.as_object().expect("claims").clone());
            Value::Object(all)
        };
        provider.script().claims = json!({ "sub": id_token["sub"] });
        provider.script().lies = merged(&id_token);
        provider.script().user_info_lies = merged(&user_info);
        gets_in(&provider, &test, provider_name).await;
    }
}

#[tokio::test]
async fn a_claim_that_nobody_reads_may_be_anything() {
    let (provider, test) = started().await;
    for claim in [
        "updated_at",
        "address",
        "picture",
        "profile",
        "website",
        "zoneinfo",
        "locale",
        "phone_number",
        "phone_number_verified",
        "birthdate",
        "birthday",
        "gender",
        "given_name",
        "family_name",
        "middle_name",
        "amr",
        "acr",
        "c_hash",
        "x",
    ] {
        for value in
            [json!("2026-05-31T08:11:07.003Z"), json!(7), json!(["a", 7]), json!({ "a": 1 }), json!(true)]
        {
            let said = json!({ claim: value });
            provider.script().lies = said.clone();
            provider.script().user_info_lies = said.clone();
            gets_in(&provider, &test, &said.to_string()).await;
        }
    }
    provider.script().lies = json!({});
    provider.script().user_info_lies = json!({});
    for answer in [
        json!({ "expires_in": "3599" }),
        json!({ "expires_in": { "seconds": 7 }, "ext_expires_in": "3599" }),
        json!({ "scope": ["openid", "email"] }),
        json!({ "refresh_token": 7 }),
        json!({ "token_type": null }),
        json!({ "token_type": ["Bearer"] }),
    ] {
        provider.script().token_answer_lies = answer.clone();
        gets_in(&provider, &test, &answer.to_string()).await;
    }
}

#[tokio::test]
async fn what_a_provider_says_of_itself_and_nobody_reads_may_be_anything() {
    for said in [
        json!({ "ui_locales_supported": "en de" }),
        json!({ "display_values_supported": { "page": true } }),
        json!({ "claims_parameter_supported": "true" }),
        json!({ "op_policy_uri": "/policy", "op_tos_uri": "", "service_documentation": 7 }),
        json!({ "subject_types_supported": null }),
        json!({ "response_types_supported": "code" }),
        json!({ "id_token_signing_alg_values_supported": null }),
        json!({ "registration_endpoint": "" }),
        json!({ "userinfo_endpoint": "" }),
        json!({ "end_session_endpoint": "" }),
        json!({ "token_endpoint_auth_methods_supported": "client_secret_basic" }),
    ] {
        let (provider, test) = started().await;
        provider.script().metadata_lies = said.clone();
        gets_in(&provider, &test, &said.to_string()).await;
    }
}

/// A malicious provider, whose token endpoint is inside the operator's network (SSRF).
#[tokio::test]
async fn what_the_provider_names_has_a_public_address_or_one_that_the_operator_named() {
    for (named, status) in
        [(&[][..], StatusCode::SERVICE_UNAVAILABLE), (&["localhost"], StatusCode::SEE_OTHER)]
    {
        let provider = TestProvider::start(NOON.as_millis()).await;
        let mut config = config(&provider.issuer, ProviderRules::default());
        config.private_hosts = named.iter().map(|&host| host.to_owned()).collect();
        let test = server_of(config).await;
        let elsewhere = provider.issuer.replace("127.0.0.1", "localhost");
        provider.script().metadata_lies = json!({ "token_endpoint": format!("{elsewhere}/token") });
        let answer = sign_in(&provider, &Browser::new(&test)).await;
        assert_eq!(answer.status, status, "{named:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_verified_address_is_known_by_any_word_for_true_and_by_no_other() {
    let (provider, test) = started().await;
    let as_said = async |verified: Value| {
        provider.script().claims =
            json!({ "sub": "42", "email": "ann@example.com", "email_verified": verified });
        let browser = Browser::new(&test);
        sign_in(&provider, &browser).await.status
    };
    for no in
        [json!("false"), json!("False"), json!(0), json!("no"), json!([true]), json!({}), json!(2), json!("")]
    {
        assert_eq!(as_said(no.clone()).await, StatusCode::FORBIDDEN, "{no}");
    }
    for yes in [json!(true), json!("true"), json!("True"), json!("TRUE"), json!(1), json!("1")] {
        assert_eq!(as_said(yes.clone()).await, StatusCode::SEE_OTHER, "{yes}");
        unlink_user(&test.app, &operator(), "owner").await.expect("linked before");
    }
}

#[tokio::test]
async fn numbers_that_are_read_may_come_as_text() {
    let (provider, test) = started().await;
    let now = NOON.as_millis() / 1000;
    let text = |seconds: i64| seconds.to_string();
    provider.script().lies =
        json!({ "iat": text(now), "exp": text(now + 300), "nbf": text(now), "auth_time": text(now - 3) });
    gets_in(&provider, &test, "as text").await;
    // They mean what they say.
    for lies in
        [json!({ "exp": text(now - 61) }), json!({ "iat": text(now + 61) }), json!({ "nbf": text(now + 61) })]
    {
        provider.script().lies = lies.clone();
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{lies}");
    }
}

#[tokio::test]
async fn what_a_sign_in_hangs_on_is_of_its_own_type_or_nobody_gets_in() {
    let (provider, test) = started().await;
    for lies in [
        json!({ "sub": 42 }),
        json!({ "sub": ["42"] }),
        json!({ "iss": [provider.issuer] }),
        json!({ "aud": { "duo-console": true } }),
        json!({ "aud": ["duo-console", 7] }),
        json!({ "azp": ["duo-console"] }),
        json!({ "nonce": 7 }),
        json!({ "at_hash": 7 }),
        json!({ "exp": "soon" }),
        json!({ "exp": null }),
        json!({ "iat": [1] }),
        json!({ "iat": null }),
        json!({ "nbf": [] }),
    ] {
        provider.script().lies = lies.clone();
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{lies}");
        refused(&answer, &browser, 502, "cannot be trusted");
    }
}

#[tokio::test]
async fn the_log_names_the_claim_that_was_not_read_and_why_and_no_value() {
    let (provider, test) = with_groups("groups", "devs=acme:developer").await;
    provider.script().lies = json!({
        "name": ["Secret Name"], "preferred_username": 7, "auth_time": "2026-06-01", "updated_at": "never",
        "groups": ["devs", null, 7],
    });
    provider.script().user_info_lies = json!({ "email_verified": "surely", "picture": [] });
    let said = said_of_claims(gets_in(&provider, &test, "as it is")).await;
    let expected = [
        ("auth_time", "is no time in seconds"),
        ("preferred_username", "is a number, not a text"),
        ("name", "is a list, not a text"),
        ("email_verified", "is neither true nor false"),
        ("groups", "has a null, not a text"),
        ("groups", "has a number, not a text"),
    ];
    for (claim, reason) in expected {
        assert!(said.contains(&(claim.to_owned(), reason.to_owned())), "{claim} {reason}: {said:?}");
    }
    assert_eq!(said.len(), expected.len(), "{said:?}");
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
}

#[tokio::test]
async fn the_log_says_what_was_wrong_with_a_token_that_was_refused_without_its_values() {
    let (provider, test) = started().await;
    for (lies, answer, expected) in [
        (json!({ "sub": 42_042 }), json!({}), "sub is a number, not a text"),
        (json!({ "exp": null }), json!({}), "exp is missing"),
        (json!({ "aud": ["duo-console", 7] }), json!({}), "aud has a number, not a text"),
        (json!({}), json!({ "id_token": "secret.token" }), "its ID token is not in three parts"),
        (json!({}), json!({ "id_token": 42_042 }), "id_token is a number, not a text"),
        (json!({}), json!({ "access_token": null }), "access_token is missing"),
    ] {
        provider.script().lies = lies;
        provider.script().token_answer_lies = answer;
        let (log, guard) = Log::begin(LogFormat::Json, "info");
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        drop(guard);
        refused(&answer, &browser, 502, "cannot be trusted");
        assert!(log.text().contains(expected), "{expected}: {}", log.text());
        for secret in ["42042", "secret.token", "an-access-token"] {
            assert!(!log.text().contains(secret), "{secret}: {}", log.text());
        }
    }
}

#[tokio::test]
async fn without_user_info_the_id_token_is_enough_when_it_says_everything() {
    let (provider, test) = started().await;
    for (status, kind, body) in [
        (401, "application/json", r#"{"error":{"code":"InvalidAuthenticationToken"}}"#),
        (401, "text/plain", ""),
        (403, "application/json", "{}"),
        (404, "text/html", "<h1>Not here</h1>"),
        (200, "text/html", "<h1>Sign in</h1>"),
        (200, "application/json", "[]"),
        (200, "application/json", "{"),
        (200, "application/json", r#"{"name":"Ann"}"#),
        (429, "text/plain", "later"),
        (500, "text/plain", "broken"),
        (503, "text/plain", "away"),
        (200, "application/jwt", "a.b.c"),
    ] {
        provider.script().user_info_is = Some((status, kind, body.to_owned()));
        let (log, guard) = Log::begin(LogFormat::Json, "info");
        gets_in(&provider, &test, &format!("{status} {kind} {body}")).await;
        drop(guard);
        assert!(log.text().contains("user info"), "{}", log.text());
        assert!(!log.text().contains("InvalidAuthentication"), "{}", log.text());
    }
    let page = Browser::new(&test).get("/users/sign_in").await.text();
    assert!(page.contains(">Sign in with Test</a>"), "{page}");
}

#[tokio::test]
async fn user_info_that_is_away_for_a_moment_takes_nobodys_memberships() {
    let (provider, test) = with_groups("groups", "devs=acme:developer").await;
    provider.script().lies = json!({ "groups": null });
    provider.script().claims["groups"] = json!(["devs"]);
    gets_in(&provider, &test, "with groups in the user info").await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
    for (status, kind, body) in [
        (429, "text/plain", "away"),
        (500, "text/plain", "away"),
        (503, "text/plain", "away"),
        (400, "application/json", "{}"),
        (403, "text/html", "<h1>No</h1>"),
        (302, "text/plain", ""),
        (204, "text/plain", ""),
        (200, "text/html", "<h1>Sign in</h1>"),
        (200, "application/json", r#"{"sub":"1","groups":["de"#),
        (200, "application/json", r#"{"groups":["devs"]}"#),
        (200, "application/jwt", "a.b.c"),
    ] {
        provider.script().user_info_is = Some((status, kind, body.to_owned()));
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        refused(&answer, &browser, 503, "does not answer");
        assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer), "{status} {body}");
    }
    // If the ID token has the groups, user info is not needed.
    provider.script().lies = json!({});
    provider.script().user_info_is = Some((403, "text/html", String::from("<h1>No</h1>")));
    gets_in(&provider, &test, "with groups in the ID token").await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
    // Who is told that there is none has none.
    for status in [401, 404] {
        provider.script().lies = json!({});
        gets_in(&provider, &test, "with groups in the ID token").await;
        provider.script().lies = json!({ "groups": null });
        provider.script().user_info_is = Some((status, "text/plain", String::new()));
        gets_in(&provider, &test, "without user info").await;
        assert_eq!(standing(&test, "outsider", "acme").await, None, "{status}");
    }
}

#[tokio::test]
async fn groups_that_cannot_be_read_take_no_memberships_and_the_log_says_so() {
    let (provider, test) = with_groups("groups", "devs=acme:developer; ops=acme:guest").await;
    provider.script().claims["groups"] = json!(["devs"]);
    gets_in(&provider, &test, "with groups").await;
    for unread in [json!({ "devs": true }), json!(7), json!([{ "name": "devs" }])] {
        provider.script().claims["groups"] = unread.clone();
        let (log, guard) = Log::begin(LogFormat::Json, "info");
        gets_in(&provider, &test, &unread.to_string()).await;
        drop(guard);
        assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer), "{unread}");
        assert!(log.text().contains("memberships stay as they are"), "{}", log.text());
    }
    provider.script().claims["groups"] = json!([]);
    gets_in(&provider, &test, "in no group").await;
    assert_eq!(standing(&test, "outsider", "acme").await, None);
}

#[tokio::test]
async fn user_info_that_is_signed_is_the_providers_or_nobody_gets_in() {
    let (provider, test) = with_groups("groups", "devs=acme:developer").await;
    provider.script().lies = json!({ "groups": null });
    provider.script().claims["groups"] = json!(["devs"]);
    for signing in [Signing::None, Signing::Hs256, Signing::Es256(2), Signing::Es256As(2, "es-1")] {
        provider.script().user_info_signing = Some(signing);
        let browser = Browser::new(&test);
        let answer = sign_in(&provider, &browser).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{signing:?}");
        refused(&answer, &browser, 502, "cannot be trusted");
    }
    provider.script().user_info_signing = Some(Signing::Rs256);
    for lies in [
        json!({ "sub": "2" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": [provider.issuer] }),
        json!({ "iss": null }),
        json!({ "aud": "other" }),
        json!({ "aud": ["duo-console", "other"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
    ] {
        provider.script().user_info_lies = lies.clone();
        let answer = sign_in(&provider, &Browser::new(&test)).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{lies}");
    }
    provider.script().user_info_lies = json!({});
    for lies in [
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "typ": "at+jwt" }),
        json!({ "cty": "JWT" }),
    ] {
        provider.script().user_info_header_lies = lies.clone();
        let answer = sign_in(&provider, &Browser::new(&test)).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{lies}");
    }
    provider.script().user_info_header_lies = json!({});
    provider.script().user_info_lies =
        json!({ "aud": ["duo-console"], "updated_at": "2026-05-31T08:11:07.003Z" });
    gets_in(&provider, &test, "signed").await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
}

#[tokio::test]
async fn groups_are_found_inside_of_other_claims_and_under_names_with_dots() {
    for (claim, said) in [
        ("realm_access.roles", json!({ "realm_access": { "roles": ["offline_access", "devs"] } })),
        (
            "resource_access.duo-console.roles",
            json!({ "resource_access": { "duo-console": { "roles": ["devs"] } } }),
        ),
        ("https://acme.example/groups", json!({ "https://acme.example/groups": ["devs"] })),
        ("cognito:groups", json!({ "cognito:groups": ["devs"] })),
        ("groups", json!({ "groups": "devs" })),
    ] {
        let (provider, test) = with_groups(claim, "devs=acme:developer").await;
        provider.script().lies = said;
        gets_in(&provider, &test, claim).await;
        assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer), "{claim}");
    }
    let (provider, test) = with_groups("groups", "/devs=acme:developer").await;
    provider.script().lies = json!({ "groups": ["/devs"] });
    gets_in(&provider, &test, "Keycloak's full paths").await;
    assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer));
}

#[tokio::test]
async fn groups_that_cannot_be_read_give_nothing_and_the_log_says_so() {
    let (provider, test) = with_groups("groups", "devs=acme:developer").await;
    for (said, reason) in [
        (json!({ "groups": { "devs": true } }), "is an object, not a list of names"),
        (json!({ "groups": 7 }), "is a number, not a list of names"),
        (json!({ "groups": [{ "name": "devs" }] }), "has an object, not a text"),
        (
            json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "https://graph" } } }),
            "was left out by the provider, because there are too many (_claim_names)",
        ),
        (
            json!({ "hasgroups": true }),
            "was left out by the provider, because there are too many (hasgroups)",
        ),
        (json!({ "groups": "ops,devs" }), "is one text with commas: --oidc-groups-separator divides it"),
        (json!({ "groups": ["/devs", "ops"] }), "has no name that --oidc-group-map knows: /devs, ops"),
    ] {
        provider.script().lies = said.clone();
        let log = said_of_claims(gets_in(&provider, &test, &said.to_string())).await;
        assert!(log.contains(&(String::from("groups"), reason.to_owned())), "{said}: {log:?}");
        assert_eq!(standing(&test, "outsider", "acme").await, None, "{said}");
    }
}

#[tokio::test]
async fn a_server_whose_clock_is_seconds_behind_finishes_what_another_began() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    let sent_to = begin(&browser, "/groups/acme").await;
    test.clock.advance_millis(-2000);
    let answer = browser.get(&back(&provider, &sent_to)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.header(header::LOCATION), "/groups/acme");
}

#[tokio::test]
async fn what_one_server_forgot_is_not_new_for_another_whose_clock_is_behind() {
    let (provider, test) = started().await;
    provider.script().forgets_codes = true;
    let browser = Browser::new(&test);
    let sent_to = begin(&browser, "/").await;
    let attempt = browser.cookie("duo_provider_sign_in").expect("begun");
    let address = back(&provider, &sent_to);
    assert_eq!(browser.get(&address).await.status, StatusCode::SEE_OTHER);
    // A server that is ahead forgets what is too old for it.
    test.clock.advance_millis(600_000);
    provider.script().now += 600;
    gets_in(&provider, &test, "later").await;
    test.clock.advance_millis(-2000);
    let replaying = Browser::new(&test);
    replaying.set_cookie("duo_provider_sign_in", &attempt);
    refused(&replaying.get(&address).await, &replaying, 400, "was used already");
}

#[tokio::test]
async fn one_persons_token_that_is_too_large_is_nobody_elses_trouble() {
    let (provider, test) = started().await;
    let groups: Vec<String> =
        (0..30_000).map(|number| format!("a-group-with-a-long-name-{number}")).collect();
    provider.script().lies = json!({ "groups": groups });
    let browser = Browser::new(&test);
    let (log, guard) = Log::begin(LogFormat::Json, "info");
    let answer = sign_in(&provider, &browser).await;
    drop(guard);
    refused(&answer, &browser, 502, "says more about you than this server reads");
    assert!(log.text().contains("larger than"), "{}", log.text());
    offered_to_others(&test).await;
}

#[tokio::test]
async fn what_comes_of_one_sign_in_takes_the_button_from_nobody() {
    let (provider, test) = started().await;
    for error in ["server_error", "temporarily_unavailable"] {
        let browser = Browser::new(&test);
        let sent_to = begin(&browser, "/").await;
        let state = sent_to.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
        let path = format!("/users/auth/openid_connect/callback?error={error}&state={state}");
        refused(&browser.get(&path).await, &browser, 503, "does not answer");
        offered_to_others(&test).await;
    }
    // Even when the user info of one person is too slow or too large.
    provider.script().lies = json!({ "email": null });
    provider.script().user_info_is = Some((200, "application/json", "x".repeat(600_000)));
    let browser = Browser::new(&test);
    assert!(sign_in(&provider, &browser).await.status.is_server_error());
    offered_to_others(&test).await;
}

async fn offered_to_others(test: &TestApp) {
    let page = Browser::new(test).get("/users/sign_in").await.text();
    assert!(page.contains(">Sign in with Test</a>"), "{page}");
}

/// Entra ID's claims with the optional `email`, without `email_verified`.
fn entra(email: Value) -> Value {
    json!({
        "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "tid": "fa15d692-e9c7-4460-a743-29f2956fd429", "ver": "2.0", "preferred_username": "ann@example.com",
        "name": "Ann Lee", "email": email, "aio": "AXQAi/8TAAAA", "uti": "x", "rh": "0.A", "at_hash": null,
    })
}

/// Entra ID, whose user info endpoint requires a token for another audience.
async fn at_entra(trusted: &str) -> (TestProvider, TestApp) {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let mut config = config(&provider.issuer, ProviderRules::default());
    config.trusted_email_domains = EmailDomains::parse(trusted).expect("domains");
    let test = server_of(config).await;
    provider.script().claims = json!({ "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ" });
    provider.script().lies = entra(json!("ann@example.com"));
    provider.script().user_info_is =
        Some((401, "application/json", String::from(r#"{"error":{"code":"InvalidAuthenticationToken"}}"#)));
    (provider, test)
}

#[tokio::test]
async fn an_address_that_entra_says_nothing_about_counts_in_the_domains_that_the_operator_trusts() {
    let (provider, test) = at_entra("acme.example, Example.com").await;
    for (email, verified, words) in [
        (json!("ann@guest.example"), Value::Null, "does not say whether your email address is verified"),
        (json!("ann@mail.example.com"), Value::Null, "does not say whether your email address is verified"),
        (json!("ann@example.com"), json!(false), "Your email address is not verified."),
        (json!("ann@example.com"), json!("perhaps"), "Your email address is not verified."),
        (Value::Null, Value::Null, "did not say your email address"),
    ] {
        provider.script().lies = entra(email.clone());
        provider.script().lies["email_verified"] = verified;
        let browser = Browser::new(&test);
        refused(&sign_in(&provider, &browser).await, &browser, 403, words);
    }
    provider.script().lies = entra(json!("Ann@Example.com"));
    let browser = Browser::new(&test);
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/").await.text().contains("Group Owner"));
}

#[tokio::test]
async fn an_address_counts_by_its_domain_only_where_the_user_info_cannot_deny_it() {
    let (provider, test) = at_entra("example.com").await;
    for (status, body, expected) in [
        (200, "x".repeat(600_000), StatusCode::BAD_GATEWAY),
        (429, String::new(), StatusCode::SERVICE_UNAVAILABLE),
        (500, String::new(), StatusCode::SERVICE_UNAVAILABLE),
        (403, String::new(), StatusCode::FORBIDDEN),
        (200, String::from("<h1>Blocked</h1>"), StatusCode::FORBIDDEN),
    ] {
        provider.script().user_info_is = Some((status, "application/json", body));
        let browser = Browser::new(&test);
        assert_eq!(sign_in(&provider, &browser).await.status, expected, "{status}");
        assert!(browser.cookie("duo_session").is_none(), "{status}");
    }
    provider.script().user_info_is = None;
    provider.script().user_info_lies = json!({ "email_verified": false });
    let browser = Browser::new(&test);
    refused(&sign_in(&provider, &browser).await, &browser, 403, "Your email address is not verified.");
    provider.script().user_info_lies = json!({});
    gets_in(&provider, &test, "with user info that does not deny it").await;
}

#[tokio::test]
async fn that_an_address_is_not_verified_counts_wherever_it_is_said() {
    let (provider, test) = at_entra("example.com").await;
    provider.script().user_info_is = None;
    let denied = [json!(false), json!("false"), json!(0), json!("perhaps"), json!([])];
    for verified in &denied {
        // The email address is in one of them, and `email_verified: false` in the other.
        let address = json!({ "email": "ann@example.com" });
        let denial = json!({ "email": null, "email_verified": verified });
        let not_an_address = json!({ "email": ["ann@example.com"], "email_verified": verified });
        for (id_token, user_info) in [(&denial, &address), (&address, &denial), (&not_an_address, &address)] {
            provider.script().lies = id_token.clone();
            provider.script().user_info_lies = user_info.clone();
            let browser = Browser::new(&test);
            let answer = sign_in(&provider, &browser).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{id_token} {user_info}");
            refused(&answer, &browser, 403, "Your email address is not verified.");
        }
    }
    // `email_verified` applies only to the email address next to it.
    provider.script().lies = json!({ "email_verified": true });
    provider.script().user_info_lies = json!({ "email": "ann@guest.example" });
    let browser = Browser::new(&test);
    let words = "does not say whether your email address is verified";
    refused(&sign_in(&provider, &browser).await, &browser, 403, words);
}

#[tokio::test]
async fn whom_no_address_finds_an_operator_links_by_the_subject_that_the_audit_log_names() {
    let (provider, test) = at_entra("").await;
    let browser = Browser::new(&test);
    let answer = sign_in(&provider, &browser).await;
    refused(&answer, &browser, 403, "Ask whoever runs this server to link your account.");
    let event = test.snapshot().await.audit.remove(0).event;
    assert_eq!(event.kind.key(), "sign_in_failed");
    assert_eq!(event.to, format!("{}: verification_not_said", provider.issuer));

    let link = async |username: &str, subject: &str| {
        link_user(&test.app, &operator(), username, &provider.issuer, subject).await
    };
    assert!(link("owner", &event.target).await.expect("linked"));
    assert!(!link("owner", &event.target).await.expect("it is so already"));
    let linked = test.snapshot().await.audit.remove(0);
    assert_eq!(
        (linked.event.kind.key(), linked.event.target.as_str(), linked.event.to.as_str()),
        ("identity_linked", "owner", format!("{} {}", provider.issuer, event.target).as_str())
    );
    for (username, subject) in
        [("outsider", event.target.as_str()), ("owner", "another"), ("outsider", ""), ("nobody", "another")]
    {
        assert!(link(username, subject).await.is_err(), "{username} {subject}");
    }
    // Without any email address.
    provider.script().lies = entra(Value::Null);
    assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/").await.text().contains("Group Owner"));
}

#[tokio::test]
async fn a_bot_is_nobody_at_a_provider() {
    let (provider, test) = started().await;
    test.add_user("review-bot").await;
    assert!(link_user(&test.app, &operator(), "review-bot", &provider.issuer, "7").await.is_err());
}

/// Whether creating a token asks for re-authentication.
async fn has_to_confirm(browser: &Browser<'_>) -> bool {
    let form = [("name", "ci"), ("scopes[]", "read_decisions"), ("expires_at", "2026-07-01")];
    let answer = browser.submit("/actions/create_token", &form).await;
    answer.header(header::LOCATION).starts_with("/users/confirm?")
}

async fn confirm(provider: &TestProvider, browser: &Browser<'_>) -> Answer {
    let answer = browser.get("/users/auth/openid_connect?anew=true&return_to=/groups/acme").await;
    let sent_to: Url = answer.header(header::LOCATION).parse().expect("an address");
    browser.get(&back(provider, &sent_to)).await
}

#[tokio::test]
async fn a_provider_that_does_not_say_when_it_asked_confirms_nobody_and_the_page_says_how_to() {
    let (provider, test) = started().await;
    let browser = Browser::new(&test);
    sign_in(&provider, &browser).await;
    let session = browser.cookie("duo_session");
    let (log, guard) = Log::begin(LogFormat::Json, "info");
    let answer = confirm(&provider, &browser).await;
    drop(guard);
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{page}");
    assert!(page.contains("does not say when it asked who you are"), "{page}");
    assert!(page.contains("Confirm with a password instead"), "{page}");
    assert!(log.text().contains("(auth_time)"), "{}", log.text());
    assert_eq!(browser.cookie("duo_session"), session);
    assert!(has_to_confirm(&browser).await);
}

#[tokio::test]
async fn where_the_operator_trusts_the_provider_to_ask_a_sign_in_anew_confirms() {
    let provider = TestProvider::start(NOON.as_millis()).await;
    let mut config = config(&provider.issuer, ProviderRules::default());
    config.trust_prompt_login = true;
    let test = server_of(config).await;
    let browser = Browser::new(&test);
    // After a silent sign-in the user may not have been asked.
    sign_in(&provider, &browser).await;
    assert!(has_to_confirm(&browser).await);
    // `auth_time` is used if present, and so is `iat`.
    let now = NOON.as_millis() / 1000;
    // An invalid time is not treated as missing.
    for lies in [
        json!({ "auth_time": now - 61 }),
        json!({ "iat": now - 61 }),
        json!({ "auth_time": now + 61 }),
        json!({ "auth_time": now * 1000 }),
        json!({ "auth_time": "lately" }),
        json!({ "auth_time": [now] }),
    ] {
        provider.script().lies = lies.clone();
        assert_eq!(confirm(&provider, &browser).await.status, StatusCode::BAD_GATEWAY, "{lies}");
        assert!(has_to_confirm(&browser).await, "{lies}");
    }
    provider.script().lies = json!({});
    let answer = confirm(&provider, &browser).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/groups/acme"));
    assert!(!has_to_confirm(&browser).await);
}

#[tokio::test]
async fn a_time_to_come_is_no_proof_of_who_one_is() {
    let (provider, test) = started().await;
    let now = NOON.as_millis() / 1000;
    let browser = Browser::new(&test);
    // In milliseconds, as some send it, and with a wrong clock.
    for auth_time in [now * 1000, now + 61] {
        provider.script().lies = json!({ "auth_time": auth_time });
        assert_eq!(sign_in(&provider, &browser).await.status, StatusCode::SEE_OTHER);
        assert!(has_to_confirm(&browser).await, "{auth_time}");
        assert_eq!(confirm(&provider, &browser).await.status, StatusCode::BAD_GATEWAY, "{auth_time}");
    }
}

#[tokio::test]
async fn groups_in_one_text_are_divided_where_the_operator_says_by_what() {
    for (separator, text) in [(',', "ops, devs"), (' ', "ops devs"), (';', "devs")] {
        let provider = TestProvider::start(NOON.as_millis()).await;
        let mut config = config(&provider.issuer, mapped("devs=acme:developer"));
        config.groups_separator = Some(separator);
        let test = server_of(config).await;
        set_email(&test, "outsider", "out@example.com").await;
        provider.script().claims =
            json!({ "sub": "1", "email": "out@example.com", "email_verified": true, "groups": text });
        gets_in(&provider, &test, text).await;
        assert_eq!(standing(&test, "outsider", "acme").await, Some(Role::Developer), "{text}");
    }
}
