use duo_console::{server::system::SystemClock, usecases::Clock};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{place::Place, serve::Server};

const FLAG: &str = "duo_developer_orbit";
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

#[test]
fn a_chat_command_does_what_the_command_does_and_says_the_same() {
    let place = Place::with_demo_data();
    let line = "gitlab run feature set --user=reviewer duo_developer_orbit true --dev --staging";
    let by_chat = place.run(&["chatops", line]).done().stdout;
    let environments = ["--environment", "dev", "--environment", "staging"];
    let flags = [&["feature", "set", FLAG, "true", "--user", "reviewer"][..], &environments].concat();
    assert_eq!(by_chat, place.run(&flags).done().stdout);
    let get = |environment| {
        let row = place.json(&["feature", "get", FLAG, "--environment", environment, "--format", "json"]);
        row["state"].as_str().expect("a state").to_owned()
    };
    assert_eq!((get("dev"), get("staging")), ("on for user reviewer".into(), "on for user reviewer".into()));
    assert_eq!(get("production"), "off (default)");
    // The shell may cut it into words.
    let words = ["chatops", "gitlab", "run", "feature", "get", FLAG, "--staging"];
    assert_eq!(place.run(&words).done().stdout, "duo_developer_orbit is on for user reviewer in staging.\n");
    let all = place.run(&["chatops", "run feature set duo_developer_orbit true --dev"]).done();
    assert_eq!(all.stdout, "duo_developer_orbit is on in dev.\n");
    assert!(all.stderr.contains("warning: This took away"), "{}", all.stderr);
    let log = place.run(&["audit", "list", "--limit", "1"]).done().stdout;
    assert!(log.contains("operator") && log.contains("feature_flag_updated"), "{log}");
}

#[test]
fn a_chat_command_that_is_wrong_or_refused_changes_nothing() {
    let place = Place::with_demo_data();
    let text = place.run(&["chatops", "gitlab run feature set duo_developer_orbit 25"]).wrong();
    assert!(
        text.contains("One of `--actors` or `--random` must be set") && text.contains("Nothing was changed.")
    );
    assert!(place.run(&["chatops", "help me"]).wrong().contains("gitlab run feature get FLAG"));
    assert!(place.run(&["chatops"]).wrong().contains("LINE"));
    let text = place
        .run(&["chatops", "gitlab run feature set duo_developer_orbit true --dev --production"])
        .refused();
    assert!(text.contains("Set staging first"), "{text}");
    let list =
        place.run(&["chatops", "gitlab run feature list --match=developer_orbit --dev --production"]).done();
    assert_eq!(
        list.stdout,
        "duo_developer_orbit is off (default) in dev.\nduo_developer_orbit is off (default) in production.\n"
    );
}

#[test]
fn who_is_who_in_the_chat_is_said_listed_and_forgotten() {
    let place = Place::with_demo_data();
    let link = |username: &str, user: &str| {
        place.run(&["chatops", "link", username, "--team", "T1", "--user", user])
    };
    assert!(place.run(&["chatops", "links"]).done().stderr.contains("Nobody is linked"));
    assert_eq!(link("admin", "U1").done().stdout, "admin is now T1/U1 in the chat.\n");
    assert_eq!(link("admin", "U1").done().stdout, "admin was already T1/U1 in the chat.\n");
    assert!(link("owner", "U2").done().stderr.contains("warning: owner is no administrator"));
    assert!(link("reviewer", "U1").refused().contains("chatops links"));
    assert!(link("nobody", "U3").refused().contains("There is no user nobody"));
    assert!(link("reviewer", "@reviewer").wrong().contains("U0456EFGH"));
    place.run(&["user", "create", "a-bot", "--bot"]).done();
    assert!(link("a-bot", "U4").refused().contains("access tokens"));
    let links = place.json(&["chatops", "links", "--format", "json"]);
    assert_eq!((&links[0]["username"], &links[0]["user"]), (&"admin".into(), &"U1".into()));
    assert_eq!(links.as_array().map(Vec::len), Some(2));
    let text = place.run(&["chatops", "unlink", "admin"]).done().stdout;
    assert_eq!(text, "admin is no longer T1/U1 in the chat.\n");
    assert!(place.run(&["chatops", "unlink", "admin"]).done().stdout.contains("was nobody"));
    let log = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    assert!(log.contains("chat_user_linked") && log.contains("chat_user_unlinked"), "{log}");
}

/// As Slack sends it, now.
fn slash_command(secret: &str, text: &str) -> String {
    let body = format!("team_id=T1&user_id=U1&command=%2Fchatops&text={}", text.replace(' ', "+"));
    let seconds = SystemClock.now().as_millis() / 1000;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("v0:{seconds}:{body}").as_bytes());
    let signature = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    format!(
        "POST /api/v1/chat/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-Slack-Request-Timestamp: {seconds}\r\nX-Slack-Signature: v0={signature}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_live_server_obeys_what_slack_signed_once_and_tells_nobody_its_secret() {
    let place = Place::empty();
    std::fs::write(place.path("secret"), format!("{SECRET}\n")).expect("a file");
    let server = Server::start(&place, &["--log", "trace", "--chat-signing-secret-file", "secret"], "log");
    place.run(&["chatops", "link", "admin", "--team", "T1", "--user", "U1"]).done();
    let command = slash_command(SECRET, "gitlab run feature set duo_developer_orbit true --dev");
    let answer = server.ask(&command);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(
        answer.contains(r#"{"response_type":"in_channel","text":"duo_developer_orbit is on in dev."}"#),
        "{answer}"
    );
    assert!(server.ask(&command).starts_with("HTTP/1.1 409 "));
    let forged = server.ask(&slash_command("another secret of 16", "gitlab run feature list"));
    assert!(forged.starts_with("HTTP/1.1 401 "), "{forged}");
    let state = place.json(&["feature", "get", FLAG, "--environment", "dev", "--format", "json"]);
    assert_eq!(state["state"], "on");
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(!log.contains(SECRET) && !answer.contains(SECRET));
}

#[test]
fn the_secret_is_checked_and_never_repeated() {
    let place = Place::empty();
    std::fs::write(place.path("short"), "hunter2\n").expect("a file");
    for (arguments, flag) in [
        (&["--chat-signing-secret", "hunter2"][..], "--chat-signing-secret (DUO_CHAT_SIGNING_SECRET)"),
        (&["--chat-signing-secret", ""], "--chat-signing-secret (DUO_CHAT_SIGNING_SECRET)"),
        (
            &["--chat-signing-secret-file", "short"],
            "--chat-signing-secret-file (DUO_CHAT_SIGNING_SECRET_FILE)",
        ),
        (
            &["--chat-signing-secret-file", "nowhere"],
            "--chat-signing-secret-file (DUO_CHAT_SIGNING_SECRET_FILE)",
        ),
        (
            &["--chat-signing-secret", SECRET, "--chat-signing-secret-file", "short"],
            "--chat-signing-secret-file",
        ),
    ] {
        let text = place.run(&[&["serve"][..], arguments].concat()).wrong();
        assert!(text.contains(flag), "{text}");
        assert!(!text.contains("hunter2") && !text.contains(SECRET), "{text}");
    }
    let help = place.command(&["serve", "--help"]).env("DUO_CHAT_SIGNING_SECRET", SECRET).output();
    let help = String::from_utf8(help.expect("it runs").stdout).expect("text");
    assert!(help.contains("--chat-signing-secret") && !help.contains(SECRET), "{help}");
}
