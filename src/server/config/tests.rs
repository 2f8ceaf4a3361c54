use clap::Parser;
use proptest::prelude::*;

use super::*;
use crate::domain::accounts::email::EmailDomains;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(flatten)]
    serve: ServeOptions,
}

fn config(flags: &[&str]) -> Result<Config, ConfigErrors> {
    let flags = ["duo-console"].iter().chain(flags);
    let command = Command::try_parse_from(flags).expect("flags that clap takes");
    command.serve.validate(&command.database)
}

/// The flags of the invalid settings.
fn wrong(flags: &[&str]) -> Vec<&'static str> {
    config(flags).expect_err("a wrong configuration").0.iter().map(|error| error.setting.flag).collect()
}

#[test]
fn nothing_has_to_be_set() {
    let config = config(&[]).expect("the defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.external_url().as_str(), "http://127.0.0.1:3000");
    assert!(!config.demo);
    assert_eq!(config.trusted_proxies, 0);
    assert_eq!(config.settings.session_idle_millis, 168 * 3_600_000);
    assert_eq!(config.settings.session_absolute_millis, 720 * 3_600_000);
    assert_eq!(config.settings.fresh_sign_in_millis, 60 * 60_000);
    assert_eq!(config.shutdown_timeout, Duration::from_secs(30));
    let seconds = Duration::from_secs;
    let connections = ConnectionLimits { most: 10_000, head: seconds(10), idle: seconds(75) };
    assert_eq!(config.connections, connections);
    // Tests use the default limits of operators.
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.log, LogConfig { format: LogFormat::Text, filter: "info".into() });
    assert_eq!(config.database.max_connections, 8);
    assert_eq!(config.database.url.to_string(), "SQLite at data/duo-console.db");
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let flags = [
        "--database-url=mysql://x",
        "--database-max-connections=0",
        "--listen=localhost",
        "--external-url=ftp://x",
        "--trusted-proxies=-1",
        "--demo=maybe",
        "--demo-anywhere=perhaps",
        "--session-idle-hours=0",
        "--session-max-hours=x",
        "--fresh-sign-in-minutes=-1",
        "--max-connections=0",
        "--idle-timeout-seconds=0",
        "--receive-timeout-seconds=3601",
        "--request-timeout-seconds=",
        "--api-rate-per-minute=many",
        "--api-anonymous-rate-per-minute=-1",
        "--shutdown-timeout-seconds=1.5",
        "--log-format=xml",
        "--log=a=b=c",
        "--chat-signing-secret=short",
        "--metrics-token=short",
        "--otlp-endpoint=https://collector",
    ];
    let named: Vec<String> =
        flags.iter().map(|flag| flag[2..].split('=').next().unwrap_or("").to_owned()).collect();
    assert_eq!(wrong(&flags), named);
    let text = config(&flags).expect_err("wrong").to_string();
    assert!(text.starts_with("22 settings are wrong:\n  --database-url (DATABASE_URL): "), "{text}");
    assert!(text.contains("\n  --listen (DUO_LISTEN) is \"localhost\": expected an IP address"), "{text}");
}

#[test]
fn a_session_ends_no_earlier_than_it_falls_idle() {
    assert_eq!(wrong(&["--session-idle-hours=10", "--session-max-hours=9"]), ["session-max-hours"]);
    assert!(config(&["--session-idle-hours=10", "--session-max-hours=10"]).is_ok());
}

#[test]
fn known_passwords_stay_on_this_machine() {
    assert!(config(&["--demo"]).expect("fine").demo);
    assert!(config(&["--demo", "--listen=[::1]:80"]).is_ok());
    assert!(config(&["--demo", "--external-url=http://localhost:8080"]).is_ok());
    assert_eq!(wrong(&["--demo", "--listen=0.0.0.0:3000"]), ["listen"]);
    assert_eq!(wrong(&["--demo", "--external-url=https://duo.example.com"]), ["external-url"]);
    assert!(config(&["--demo", "--listen=0.0.0.0:3000", "--demo-anywhere"]).is_ok());
    assert!(config(&["--demo=false", "--listen=0.0.0.0:3000"]).is_ok());
}

#[test]
fn an_external_url_is_an_origin() {
    let url = |text: &str| config(&["--external-url", text]).map(|config| config.external_url());
    for (text, origin) in [
        ("https://duo.example.com", "https://duo.example.com"),
        ("https://Duo.example.com:443/", "https://duo.example.com"),
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        assert_eq!(url(text).expect("a URL").as_str(), origin);
    }
    for text in
        ["", "duo.example.com", "ws://x", "https://x/duo", "https://x/?a=1", "https://x/#a", "https://u:p@x"]
    {
        assert!(url(text).is_err(), "{text}");
    }
}

#[test]
fn an_address_without_an_external_url_is_one_that_a_browser_can_go_to() {
    for (listen, url) in [
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("0.0.0.0:3000", "http://127.0.0.1:3000"),
        ("[::]:3000", "http://[::1]:3000"),
        ("192.168.1.5:3000", "http://192.168.1.5:3000"),
    ] {
        assert_eq!(config(&["--listen", listen]).expect("fine").external_url().as_str(), url);
    }
}

#[test]
fn a_slip_in_the_log_filter_is_not_taken_for_a_place_in_the_code() {
    for good in ["info", "OFF", "warn,sqlx=debug", "duo_console[request]=debug"] {
        assert!(config(&["--log", good]).is_ok(), "{good}");
    }
    for bad in ["inof", "", " ", "info,", "sqlx", "info,sqlx=inof", "info;sqlx=debug", "a=b=c"] {
        assert_eq!(wrong(&["--log", bad]), ["log"], "{bad}");
    }
}

#[test]
fn traces_go_to_the_collectors_own_address_for_them() {
    let traces = |url: &str| {
        config(&["--otlp-endpoint", url]).map(|it| it.traces.endpoint.map(|endpoint| endpoint.traces()))
    };
    for (url, address) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://collector:4318/otlp/", "http://collector:4318/otlp/v1/traces"),
    ] {
        assert_eq!(traces(url).expect("a URL").as_deref(), Some(address));
    }
    assert_eq!(traces("").expect("as if it were not set"), None);
    for url in ["collector:4318", "grpc://collector", "http://u:p@collector", "http://collector/?a=1"] {
        assert!(traces(url).is_err(), "{url}");
    }
}

#[test]
fn passwords_are_not_repeated() {
    for url in ["mysql://duo:hunter2@db/duo", "postgres://duo:hunter2@db:x/duo", "hunter2"] {
        let text = config(&["--database-url", url]).expect_err("wrong").to_string();
        assert!(!text.contains("hunter2"), "{text}");
    }
    let text = config(&["--external-url", "https://ann:hunter2@x"]).expect_err("wrong").to_string();
    assert!(!text.contains("hunter2"), "{text}");
    let text = config(&["--metrics-token", "hunter2"]).expect_err("wrong").to_string();
    assert!(!text.contains("hunter2"), "{text}");
    let url = "postgres://duo:hunter2@db/duo";
    let config = config(&["--database-url", url, "--metrics-token", "hunter2-hunter2-"]).expect("fine");
    assert!(!format!("{config:?}").contains("hunter2"));
}

/// A provider with further `flags`.
fn provider(flags: &[&str]) -> Result<Option<ProviderConfig>, ConfigErrors> {
    let mut all = vec!["--oidc-issuer=https://id.example/realms/x", "--oidc-client-id=duo"];
    all.extend(flags);
    config(&all).map(|config| config.provider)
}

#[test]
fn nobody_signs_in_by_a_provider_that_was_not_named() {
    assert!(config(&[]).expect("fine").provider.is_none());
    assert_eq!(wrong(&["--oidc-client-id=duo"]), ["oidc-issuer"]);
    assert_eq!(wrong(&["--oidc-issuer=https://id.example"]), ["oidc-client-id"]);
    assert_eq!(wrong(&["--oidc-provider=generic"]), ["oidc-issuer", "oidc-client-id"]);
    assert_eq!(wrong(&["--oidc-provider=azure"]), ["oidc-provider"]);
}

#[test]
fn a_generic_provider_needs_an_issuer_and_a_client() {
    let it = provider(&[]).expect("fine").expect("a provider");
    assert_eq!(it.issuer, "https://id.example/realms/x");
    assert_eq!(it.name, "Sign in with OpenID Connect");
    assert_eq!(it.scopes, ["openid", "profile", "email"]);
    assert!(it.client_secret.is_none() && it.groups_claim.is_none());
    assert!(!it.rules.create_users && it.rules.group_map.is_empty());
    assert_eq!((it.groups_separator, it.trust_prompt_login), (None, false));
    assert_eq!(it.trusted_email_domains, EmailDomains::default());
}

#[test]
fn gitlab_is_known_by_its_name_and_can_be_another_than_gitlab_com() {
    let flags = ["--oidc-provider=gitlab", "--oidc-client-id=duo", "--oidc-group-map=acme/admins=acme:owner"];
    let it = config(&flags).expect("fine").provider.expect("a provider");
    assert_eq!((it.issuer.as_str(), it.name.as_str()), ("https://gitlab.com", "Sign in with GitLab"));
    assert_eq!(it.groups_claim.as_deref(), Some("groups_direct"));
    let it = provider(&["--oidc-provider=gitlab", "--oidc-groups-claim=groups", "--oidc-name=GitLab"]);
    let it = it.expect("fine").expect("a provider");
    assert_eq!((it.issuer.as_str(), it.name.as_str()), ("https://id.example/realms/x", "GitLab"));
    assert_eq!(it.groups_claim.as_deref(), Some("groups"));
}

#[test]
fn what_a_provider_leaves_open_an_operator_can_settle() {
    let flags = [
        "--oidc-groups-claim=realm_access.roles",
        "--oidc-groups-separator=,",
        "--oidc-trusted-email-domains=Example.com, acme.example",
        "--oidc-trust-prompt-login",
        "--oidc-private-hosts=SSO.internal, [fd00::1],10.0.0.1",
    ];
    let it = provider(&flags).expect("fine").expect("a provider");
    assert_eq!(it.groups_claim.as_deref(), Some("realm_access.roles"));
    assert_eq!((it.groups_separator, it.trust_prompt_login), (Some(','), true));
    assert_eq!(it.private_hosts, ["sso.internal", "[fd00::1]", "10.0.0.1"]);
    assert_eq!(it.trusted_email_domains, EmailDomains::parse("example.com,acme.example").expect("domains"));
    for good in ["--oidc-groups-separator= ", "--oidc-groups-separator=", "--oidc-trusted-email-domains="] {
        assert!(provider(&[good]).is_ok(), "{good}");
    }
    for (bad, flag) in [
        ("--oidc-groups-separator=, ", "oidc-groups-separator"),
        ("--oidc-groups-separator=a", "oidc-groups-separator"),
        ("--oidc-trusted-email-domains=*.example.com", "oidc-trusted-email-domains"),
        ("--oidc-trusted-email-domains=ann@example.com", "oidc-trusted-email-domains"),
        ("--oidc-trust-prompt-login=perhaps", "oidc-trust-prompt-login"),
        ("--oidc-private-hosts=sso.internal/keys", "oidc-private-hosts"),
    ] {
        assert_eq!(
            wrong(&["--oidc-issuer=https://id.example", "--oidc-client-id=duo", bad]),
            [flag],
            "{bad}"
        );
    }
}

#[test]
fn a_provider_is_reached_over_tls_or_on_this_machine() {
    for good in
        ["https://id.example", "https://id.example:8443/", "http://127.0.0.1:4000", "http://localhost"]
    {
        assert!(config(&["--oidc-client-id=duo", "--oidc-issuer", good]).is_ok(), "{good}");
    }
    for bad in [
        "",
        "id.example",
        "http://id.example",
        "https://u:p@id.example",
        "https://id.example/?a=1",
        "ftp://x",
    ] {
        assert_eq!(wrong(&["--oidc-client-id=duo", "--oidc-issuer", bad]), ["oidc-issuer"], "{bad}");
    }
}

#[test]
fn what_is_wrong_about_a_provider_is_named_at_once() {
    let flags = [
        "--oidc-issuer=http://x",
        "--oidc-client-id= ",
        "--oidc-client-secret-file=/nowhere/secret",
        "--oidc-name= ",
        "--oidc-scopes=profile",
        "--oidc-group-map=a=b",
        "--oidc-create-users=perhaps",
        "--oidc-groups-separator=and",
        "--oidc-trusted-email-domains=x",
        "--oidc-trust-prompt-login=perhaps",
    ];
    let mut named = wrong(&flags);
    named.sort_unstable();
    let mut expected: Vec<&str> =
        flags.iter().map(|flag| flag[2..].split('=').next().unwrap_or("")).collect();
    expected.sort_unstable();
    assert_eq!(named, expected);
    assert!(provider(&["--oidc-group-map=a=acme:owner"]).is_err(), "of which claim?");
}

#[test]
fn a_clients_secret_comes_from_one_place_and_is_never_printed() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "hunter2 & more\r\n").expect("it can be written");
    let file = format!("--oidc-client-secret-file={}", file.path().display());
    for flag in [file.as_str(), "--oidc-client-secret=hunter2 & more"] {
        let it = provider(&[flag]).expect("fine").expect("a provider");
        assert_eq!(it.client_secret.as_ref().map(Secret::expose), Some("hunter2 & more"));
        assert!(!format!("{it:?}").contains("hunter2"));
    }
    let both = provider(&[&file, "--oidc-client-secret=hunter2"]).expect_err("one is enough");
    assert_eq!(
        both.0.iter().map(|error| error.setting.flag).collect::<Vec<_>>(),
        ["oidc-client-secret-file"]
    );
    assert!(!both.to_string().contains("hunter2"), "{both}");
    assert!(provider(&["--oidc-client-secret="]).is_err());
}

proptest! {
    /// Any value is either accepted, or the settings at fault are named.
    #[test]
    fn any_value_is_judged(which in 0..SETTINGS.len(), value in ".*|[0-9:./\\[\\]=,a-z-]{0,20}") {
        let flag = SETTINGS[which];
        match config(&[&format!("--{flag}={value}")]) {
            Ok(_) => {}
            Err(errors) => prop_assert!(errors.0.iter().any(|error| error.setting.flag == flag), "{errors}"),
        }
    }

    #[test]
    fn no_url_makes_a_password_readable(
        scheme in "postgres|postgresql|mysql|sqlite|http|",
        password in "[a-zA-Z0-9]{8,20}",
        rest in "[a-z0-9./?=&:@-]{0,20}",
    ) {
        let url = format!("{scheme}://ann:{password}@{rest}");
        // It would be a valid file name.
        prop_assume!(scheme != "sqlite");
        for flag in ["database-url", "external-url"] {
            let said = match config(&[&format!("--{flag}={url}")]) {
                Ok(config) => format!("{config:?} {}", config.database.url),
                Err(errors) => errors.to_string(),
            };
            prop_assert!(!said.contains(&password), "{said}");
        }
    }
}

const SETTINGS: [&str; 8] = [
    "database-url",
    "listen",
    "external-url",
    "trusted-proxies",
    "demo",
    "session-idle-hours",
    "log",
    "log-format",
];
