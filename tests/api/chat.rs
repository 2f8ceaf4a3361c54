//! Chat commands: authorisation, signatures, replay protection, and results; a refused one changes nothing.

use crate::{
    browser::{CHAT_SECRET, ORIGIN, server},
    support::{Answer, Ask, TestApp, operator},
};
use hmac::{Hmac, Mac};
use http::{Method, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU64, Ordering};

use duo_console::{
    domain::{
        accounts::chat_user::ChatUser, actor::Surface, audit::AuditKind, environment::Environment,
        stored::Stored,
    },
    server::{Limits, ServerState, router},
    usecases::{
        FlagEditor, FlagReader,
        chat::link_chat_user::{link_chat_user, unlink_chat_user},
        flags::{freeze_changes::begin_freeze, read_features::get_feature},
    },
};

const COMMANDS: &str = "/api/v1/chat/commands";
const FLAG: &str = "duo_developer_orbit";
const FORM: &str = "application/x-www-form-urlencoded";

/// Links a chat user to a user.
pub async fn link(test: &TestApp, username: &str, chat_user: &str) {
    let chat_user = ChatUser::new("T1", chat_user).expect("ids");
    link_chat_user(&test.app, &operator(), username, &chat_user).await.expect("they can be linked");
}

/// Sends a command as a chat user.
pub async fn say(test: &TestApp, chat_user: &str, text: &str) -> Answer {
    signed(test, form(chat_user, text).as_bytes()).await
}

/// Sends a signed request with this body.
pub async fn signed(test: &TestApp, body: &[u8]) -> Answer {
    ask(test, CHAT_SECRET, test.app.now().as_millis() / 1000, body).send().await
}

/// A signed request to another URL, to be modified before it is sent.
pub fn signing<'a>(test: &'a TestApp, path: &str, body: &[u8]) -> Ask<'a> {
    let seconds = test.app.now().as_millis() / 1000;
    test.ask(Method::POST, path)
        .header("content-type", FORM)
        .header("x-slack-request-timestamp", &seconds.to_string())
        .header("x-slack-signature", &signature(CHAT_SECRET, seconds, body))
        .body(body.to_vec())
}

/// A body as Slack sends it; no two are the same.
fn form(chat_user: &str, text: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let text = utf8_percent_encode(text, NON_ALPHANUMERIC);
    let trigger = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(
        "token=x&team_id=T1&team_domain=acme&user_id={chat_user}&command=%2Fchatops&text={text}&trigger_id={trigger}"
    )
}

fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("v0:{seconds}:").as_bytes());
    mac.update(body);
    format!("v0={}", base16ct::lower::encode_string(&mac.finalize().into_bytes()))
}

fn ask<'a>(test: &'a TestApp, secret: &str, seconds: i64, body: &[u8]) -> Ask<'a> {
    test.ask(Method::POST, COMMANDS)
        .header("content-type", FORM)
        .header("x-slack-request-timestamp", &seconds.to_string())
        .header("x-slack-signature", &signature(secret, seconds, body))
        .body(body.to_vec())
}

/// A server where the chat user `U1` is linked to the administrator.
async fn console() -> TestApp {
    let test = server().await;
    link(&test, "admin", "U1").await;
    test
}

async fn state(test: &TestApp, environment: Environment) -> String {
    get_feature(&test.app, &FlagReader::operator(), environment, FLAG)
        .await
        .expect("it is defined")
        .in_words()
}

/// The text of a response that only the sender sees.
#[track_caller]
fn private(answer: &Answer) -> String {
    let reply = answer.ok();
    assert_eq!(reply["response_type"], "ephemeral", "{reply}");
    reply["text"].as_str().expect("a text").to_owned()
}

/// The text of a response that the whole channel sees.
#[track_caller]
fn public(answer: &Answer) -> String {
    let reply = answer.ok();
    assert_eq!(reply["response_type"], "in_channel", "{reply}");
    reply["text"].as_str().expect("a text").to_owned()
}

const COMMAND: &str = "gitlab run feature set --user=reviewer duo_developer_orbit true --dev --staging";

#[tokio::test]
async fn a_command_of_an_administrator_is_carried_out_and_written_down() {
    let test = console().await;
    let body = form("U1", COMMAND);
    let now = test.app.now().as_millis() / 1000;
    // The origin does not matter, because cookies are ignored here.
    let answer =
        ask(&test, CHAT_SECRET, now, body.as_bytes()).header("origin", "https://slack.com").send().await;
    assert_eq!(
        public(&answer),
        "duo_developer_orbit is on for user reviewer in dev.\nduo_developer_orbit is on for user reviewer in staging."
    );
    for environment in Environment::ALL {
        let expected = match environment {
            Environment::Dev | Environment::Staging => "on for user reviewer",
            _ => "off (default)",
        };
        assert_eq!(state(&test, environment).await, expected, "{environment}");
    }
    let audit = test.snapshot().await.audit;
    let events: Vec<_> = audit.iter().take(3).rev().map(|it| &it.event).collect();
    assert_eq!(events[0].kind, AuditKind::ChatCommandRun);
    assert_eq!((events[0].target.as_str(), events[0].to.as_str()), (COMMAND, "T1/U1"));
    for (event, environment) in events[1..].iter().zip(["dev", "staging"]) {
        assert_eq!(event.kind, AuditKind::FeatureFlagUpdated);
        let place = event.environment.as_ref().map(Stored::key);
        assert_eq!((event.target.as_str(), place), (FLAG, Some(environment)));
    }
    for event in events {
        assert_eq!((event.actor.username.as_str(), event.surface.known()), ("admin", Some(Surface::Chat)));
        assert!(!event.request_id.is_empty());
    }
}

#[tokio::test]
async fn flags_are_asked_for_and_forgotten_in_the_chat() {
    let test = console().await;
    let get = say(&test, "U1", "gitlab run feature get duo_developer_orbit").await;
    assert_eq!(private(&get), "duo_developer_orbit is off (default).");
    let unknown = say(&test, "U1", "gitlab run feature get nothing --dev").await;
    assert!(private(&unknown).starts_with("The feature \"nothing\" does not exist on dev."));
    let list = private(&say(&test, "U1", "gitlab run feature list --match=developer").await);
    assert_eq!(list, "duo_developer_next_unstable is off (default).\nduo_developer_orbit is off (default).");
    assert!(private(&say(&test, "U1", "run feature list --match=xyz").await).contains("\"xyz\""));
    public(&say(&test, "U1", "gitlab run feature set duo_developer_orbit 25 --actors --dev").await);
    let deleted = public(&say(&test, "U1", "gitlab run feature delete `duo_developer_orbit` --dev").await);
    assert_eq!(deleted, "Forgot how it was set: duo_developer_orbit is off (default) in dev.");
    let again = private(&say(&test, "U1", "gitlab run feature delete `duo_developer_orbit` --dev").await);
    assert_eq!(again, "Nothing was set: duo_developer_orbit is off (default) in dev.");
}

#[tokio::test]
async fn what_was_so_already_is_news_for_nobody_else() {
    let test = console().await;
    let first = public(&say(&test, "U1", COMMAND).await);
    let now = test.app.now().as_millis() / 1000;
    let body = form("U1", COMMAND);
    let again = ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await;
    assert_eq!(private(&again), first);
    // It was recorded as used nevertheless.
    ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await.refused(409, "replayed");
}

/// The response is built in the transaction of the change and needs no further read.
#[tokio::test]
async fn what_was_done_is_said_even_where_it_can_no_longer_be_read() {
    let test = console().await;
    test.execute("CREATE TRIGGER unreadable AFTER INSERT ON audit_events BEGIN INSERT OR REPLACE INTO flag_definitions VALUES ('my_flag', '{}', 1); END")
        .await;
    let done = public(&say(&test, "U1", "gitlab run feature set my_flag true --dev --force").await);
    assert!(done.starts_with("my_flag is on in dev.\nWarning: "), "{done}");
    test.execute("DELETE FROM flag_definitions").await;
    let now = get_feature(&test.app, &FlagReader::operator(), Environment::Dev, "my_flag")
        .await
        .expect("it is set");
    assert_eq!(now.in_words(), "on");
}

#[tokio::test]
async fn what_surprises_is_warned_of() {
    let test = console().await;
    public(&say(&test, "U1", COMMAND).await);
    let all = public(&say(&test, "U1", "gitlab run feature set duo_developer_orbit true --dev").await);
    assert!(all.contains("\nWarning: This took away"), "{all}");
}

#[tokio::test]
async fn what_is_not_signed_by_the_chat_changes_nothing() {
    let test = console().await;
    let before = test.snapshot().await;
    let body = form("U1", COMMAND);
    let body = body.as_bytes();
    let now = test.app.now().as_millis() / 1000;
    let good = signature(CHAT_SECRET, now, body);
    let unsigned = || test.ask(Method::POST, COMMANDS).header("content-type", FORM).body(body.to_vec());
    let with = |seconds: &str, signature: &str| {
        unsigned().header("x-slack-request-timestamp", seconds).header("x-slack-signature", signature)
    };
    let seconds = now.to_string();
    let requests = [
        ("nothing", unsigned()),
        ("no timestamp", unsigned().header("x-slack-signature", &good)),
        ("no signature", unsigned().header("x-slack-request-timestamp", &seconds)),
        ("no digits", with(&seconds, "v0=signature")),
        ("another version", with(&seconds, &good.replace("v0", "v1"))),
        ("a part", with(&seconds, &good[..40])),
        ("another time", with(&(now - 1).to_string(), &good)),
        ("another body", with(&seconds, &good).body(form("U1", COMMAND))),
        ("another secret", ask(&test, "a secret of somebody else", now, body)),
        ("no secret", ask(&test, "", now, body)),
        ("an old one", ask(&test, CHAT_SECRET, now - 301, body)),
        ("one to come", ask(&test, CHAT_SECRET, now + 301, body)),
    ];
    for (what, request) in requests {
        let answer = request.send().await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        answer.refused(401, "bad_signature");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Slack-Signature", "{what}");
    }
    // Tokens are not accepted here.
    let token = test.full_token("admin").await;
    unsigned().token(&token).send().await.refused(401, "bad_signature");
    assert_eq!(test.snapshot().await.audit.len(), before.audit.len() + 1, "but the token");
    assert_eq!(state(&test, Environment::Dev).await, "off (default)");
    // The request itself was valid all along.
    public(&with(&seconds, &good).send().await);
}

#[tokio::test]
async fn a_request_counts_once_whatever_came_of_it() {
    let test = console().await;
    let now = test.app.now().as_millis() / 1000;
    let body = form("U1", "gitlab run feature set duo_developer_orbit true --dev");
    public(&ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await);
    public(&say(&test, "U1", "gitlab run feature set duo_developer_orbit false --dev").await);
    let before = test.snapshot().await;
    let again = ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await;
    assert!(again.refused(409, "replayed")["detail"].as_str().expect("words").contains("counts once"));
    let other_letters = signature(CHAT_SECRET, now, body.as_bytes()).to_uppercase().replace("V0", "v0");
    let again = ask(&test, CHAT_SECRET, now, body.as_bytes())
        .raw_header("x-slack-signature", other_letters.parse().expect("a value"));
    again.send().await.refused(409, "replayed");
    assert_eq!(test.snapshot().await, before);
    assert_eq!(state(&test, Environment::Dev).await, "off");

    // A refused request cannot be replayed later, when it would be allowed.
    let early = form("U1", "gitlab run feature set duo_developer_orbit true --production");
    private(&ask(&test, CHAT_SECRET, now, early.as_bytes()).send().await);
    public(&say(&test, "U1", "gitlab run feature set duo_developer_orbit true --staging").await);
    ask(&test, CHAT_SECRET, now, early.as_bytes()).send().await.refused(409, "replayed");
    assert_eq!(state(&test, Environment::Production).await, "off (default)");
    // Neither can a query be replayed.
    let question = form("U1", "gitlab run feature get duo_developer_orbit");
    private(&ask(&test, CHAT_SECRET, now, question.as_bytes()).send().await);
    ask(&test, CHAT_SECRET, now, question.as_bytes()).send().await.refused(409, "replayed");

    // It is remembered for as long as any server's clock could accept it; then it is too old anyway.
    test.clock.advance_millis(300_000);
    ask(&test, CHAT_SECRET, now, question.as_bytes()).send().await.refused(409, "replayed");
    test.clock.advance_millis(1000);
    ask(&test, CHAT_SECRET, now, question.as_bytes()).send().await.refused(401, "bad_signature");
}

#[tokio::test]
async fn only_administrators_of_ours_are_obeyed() {
    let test = console().await;
    link(&test, "owner", "U2").await;
    link(&test, "outsider", "U3").await;
    test.delete_user("outsider").await;
    link(&test, "reviewer", "U4").await;
    unlink_chat_user(&test.app, &operator(), "reviewer").await.expect("the user is there");
    let before = test.snapshot().await;
    for (chat_user, expected) in [
        ("U2", "You are owner here, who is no administrator."),
        ("U3", "duo-console chatops link USERNAME --team T1 --user U3"),
        ("U4", "duo-console chatops link USERNAME --team T1 --user U4"),
        ("u1", "duo-console chatops link USERNAME --team T1 --user u1"),
    ] {
        for text in [COMMAND, "gitlab run feature list", "nonsense"] {
            let said = private(&say(&test, chat_user, text).await);
            assert!(said.contains(expected), "{chat_user}: {said}");
        }
    }
    let of_another_team = form("U1", COMMAND).replace("team_id=T1", "team_id=T2");
    let said = private(&signed(&test, of_another_team.as_bytes()).await);
    assert!(said.contains("--team T2 --user U1"), "{said}");
    assert_eq!(test.snapshot().await, before);
    assert_eq!(state(&test, Environment::Dev).await, "off (default)");
    // A user who is no longer an administrator is refused at once.
    test.execute("UPDATE users SET is_admin = 0 WHERE username = 'admin'").await;
    assert!(private(&say(&test, "U1", COMMAND).await).contains("no administrator"));
}

#[tokio::test]
async fn a_command_that_is_wrong_is_answered_to_whoever_typed_it_and_changes_nothing() {
    let test = console().await;
    let before = test.snapshot().await;
    for (text, expected) in [
        ("", "This is no command"),
        ("gitlab run feature set", "You must specify the name"),
        (
            "gitlab run feature set duo_developer_orbit maybe",
            "Valid values are: `true`, `false`, or an integer from 0 to 100.",
        ),
        (
            "gitlab run feature set duo_developer_orbit 25",
            "One of `--actors` or `--random` must be set for percentage values.",
        ),
        ("gitlab run feature set duo_developer_orbit 25 --actors --user=owner --dev", "cannot be combined"),
        ("gitlab run feature set duo_developer_orbit 25 --random --dev", "--ignore-random-deprecation-check"),
        ("gitlab run feature set duo_developer_orbit true --dev --user='owner", "is not closed"),
        ("gitlab run feature set duo_developer_orbit true --dev --user=nobody", "There is no user nobody."),
        (
            "gitlab run feature set duo_developer_orbit true --dev --user=owner --group=nowhere",
            "There is no group nowhere.",
        ),
        ("gitlab run feature set duo_developer_orbit true --dev --project=acme", "There is no project acme."),
        (
            "gitlab run feature set duo_developer_orbit true --dev --feature-group=g",
            "There is no feature group g.",
        ),
        (
            "gitlab run feature set duo_developer_orbit remove_opt_out --dev --user=owner",
            "No opt-out exists for @owner",
        ),
        ("gitlab run feature set nothing true --dev", "There is no feature flag nothing."),
        ("gitlab run feature set 'no flag' true --dev", "letters, digits"),
        (
            "gitlab run feature set duo_developer_orbit true --dev --user=<!channel>",
            "There is no user &lt;!channel&gt;.",
        ),
        ("gitlab run feature delete duo_developer_orbit --everywhere", "There is no option `--everywhere`."),
    ] {
        let said = private(&say(&test, "U1", text).await);
        assert!(said.contains(expected) && said.contains("Nothing was changed."), "{text}: {said}");
    }
    assert_eq!(test.snapshot().await, before);
    for environment in Environment::ALL {
        assert_eq!(state(&test, environment).await, "off (default)");
    }
}

#[tokio::test]
async fn production_comes_after_staging_and_a_freeze_holds_unless_somebody_says_why() {
    let test = console().await;
    let set = async |options: &str| {
        say(&test, "U1", &format!("gitlab run feature set duo_developer_orbit true {options}")).await
    };
    // Production is the default environment.
    for options in ["", "--production", "--production --dev"] {
        let said = private(&set(options).await);
        assert!(said.contains("Set staging first") && said.ends_with("Nothing was changed."), "{said}");
    }
    assert_eq!(state(&test, Environment::Dev).await, "off (default)", "all or none");
    let editor = FlagEditor::operator(operator());
    begin_freeze(&test.app, &editor, Environment::Production, "Holidays.").await.expect("a freeze");
    let reason = "--override-reason=\"An incident.\"";
    // Each check has its own override.
    let said = private(&set(&format!("--ignore-production-check {reason}")).await);
    assert!(said.contains("Set staging first"), "{said}");
    let said = private(&set(&format!("--ignore-feature-flag-consistency-check {reason}")).await);
    assert!(said.contains("Holidays."), "{said}");
    assert!(private(&set("--ignore-production-check").await).contains("--override-reason"));
    public(&set("--staging").await);
    assert!(private(&set("").await).contains("Holidays."));
    assert_eq!(
        public(&set(&format!("--ignore-production-check {reason}")).await),
        "duo_developer_orbit is on."
    );
    let audit = test.snapshot().await.audit;
    let overridden: Vec<_> =
        audit.iter().filter(|it| it.event.kind == AuditKind::FeatureCheckOverridden).collect();
    assert_eq!(overridden.len(), 1);
    assert_eq!(overridden[0].event.from, "change freeze in production: Holidays.");
    assert_eq!(overridden[0].event.to, "An incident.");
    // Closing staging may not leave production further open.
    let said = private(&say(&test, "U1", "gitlab run feature set duo_developer_orbit false --staging").await);
    assert!(said.contains("Production would be further open"), "{said}");
    public(&say(&test, "U1", &format!("gitlab run feature delete duo_developer_orbit {reason}")).await);
}

#[tokio::test]
async fn what_is_signed_but_no_command_is_malformed() {
    let test = console().await;
    let body = form("U1", COMMAND);
    let now = test.app.now().as_millis() / 1000;
    let as_json = ask(&test, CHAT_SECRET, now, body.as_bytes())
        .raw_header("content-type", "application/json".parse().expect("a value"));
    assert!(
        as_json.send().await.refused(400, "malformed_form")["detail"].as_str().expect("words").contains(FORM)
    );
    for body in [
        "",
        "team_id=T1&text=x",
        "user_id=U1&text=x",
        "team_id=T1&user_id=U%201&text=x",
        "team_id=T1&user_id=&text=x",
    ] {
        signed(&test, body.as_bytes()).await.refused(400, "malformed_form");
    }
    let check = signed(&test, b"ssl_check=1&token=x").await;
    assert_eq!(check.ok(), json!({"response_type": "ephemeral", "text": ""}));
    let long = form("U1", &"x".repeat(64 * 1024));
    signed(&test, long.as_bytes()).await.refused(413, "body_too_large");
    // None of the failed requests was recorded as used.
    public(&ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await);
}

#[tokio::test]
async fn without_a_secret_there_is_no_such_address() {
    let test = TestApp::new().await;
    let answer = signed(&test, form("U1", COMMAND).as_bytes()).await;
    assert_eq!(answer.refused(404, "unknown_path")["title"], "The API has no such address");
}

/// The change, its events and the use of the request are saved atomically.
#[tokio::test]
async fn what_the_database_refused_can_be_sent_again() {
    let test = console().await;
    let now = test.app.now().as_millis() / 1000;
    let body = form("U1", COMMAND);
    test.execute("CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END")
        .await;
    ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await.refused(500, "internal");
    assert_eq!(state(&test, Environment::Dev).await, "off (default)");
    test.execute("DROP TRIGGER full").await;
    public(&ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await);
    assert_eq!(state(&test, Environment::Dev).await, "on for user reviewer");

    // Another writer holds the lock for longer than the timeout.
    let body = form("U1", "gitlab run feature set duo_developer_orbit true --dev");
    let writing = test.app.storage.begin().await.expect("a unit of work");
    ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await.refused(503, "unavailable");
    drop(writing);
    public(&ask(&test, CHAT_SECRET, now, body.as_bytes()).send().await);

    test.app.storage.close().await;
    let answer = say(&test, "U1", COMMAND).await;
    answer.refused(503, "unavailable");
    assert_eq!(answer.header(header::RETRY_AFTER), "1");
}

#[tokio::test]
async fn who_cannot_sign_is_soon_told_to_wait_and_each_user_has_an_allowance() {
    let url = ORIGIN.parse().expect("a URL");
    let chat = duo_console::server::ChatSecret::new(&CHAT_SECRET.parse().expect("a secret"));
    let limits = Limits { anonymous_per_minute: 2, api_per_minute: 3, ..Limits::default() };
    let test = TestApp::serving(|app| {
        router(ServerState::new(app, &url, 0, true).with_chat(Some(chat)).with_limits(limits))
    })
    .await;
    link(&test, "admin", "U1").await;
    for status in [401, 401, 429] {
        assert_eq!(test.ask(Method::POST, COMMANDS).send().await.status, status);
    }
    for _ in 0..3 {
        private(&say(&test, "U1", "gitlab run feature list").await);
    }
    say(&test, "U1", "gitlab run feature list").await.refused(429, "too_many_requests");
    let other: Value = say(&test, "U2", "gitlab run feature list").await.ok();
    assert!(other["text"].as_str().expect("a text").contains("chatops link"));
}
