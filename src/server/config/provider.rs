//! Options of single sign-on through an OpenID Connect provider.

use std::fmt;
use url::{Host, Url};

use super::{
    ConfigErrors, Setting,
    checks::{Checks, settings},
    values::{self, Expected, Secret},
};
use crate::{
    domain::{
        accounts::email::EmailDomains,
        visible::{is_seen, may_stand_in_a_name},
    },
    usecases::people::sign_in_with_provider::ProviderRules,
};

settings! {
    PROVIDER = "oidc-provider" / "DUO_OIDC_PROVIDER";
    ISSUER = "oidc-issuer" / "DUO_OIDC_ISSUER";
    CLIENT_ID = "oidc-client-id" / "DUO_OIDC_CLIENT_ID";
    CLIENT_SECRET = "oidc-client-secret" / "DUO_OIDC_CLIENT_SECRET";
    CLIENT_SECRET_FILE = "oidc-client-secret-file" / "DUO_OIDC_CLIENT_SECRET_FILE";
    NAME = "oidc-name" / "DUO_OIDC_NAME";
    SCOPES = "oidc-scopes" / "DUO_OIDC_SCOPES";
    GROUPS_CLAIM = "oidc-groups-claim" / "DUO_OIDC_GROUPS_CLAIM";
    GROUPS_SEPARATOR = "oidc-groups-separator" / "DUO_OIDC_GROUPS_SEPARATOR";
    GROUP_MAP = "oidc-group-map" / "DUO_OIDC_GROUP_MAP";
    CREATE_USERS = "oidc-create-users" / "DUO_OIDC_CREATE_USERS";
    TRUSTED_EMAIL_DOMAINS = "oidc-trusted-email-domains" / "DUO_OIDC_TRUSTED_EMAIL_DOMAINS";
    TRUST_PROMPT_LOGIN = "oidc-trust-prompt-login" / "DUO_OIDC_TRUST_PROMPT_LOGIN";
    PRIVATE_HOSTS = "oidc-private-hosts" / "DUO_OIDC_PRIVATE_HOSTS";
}

/// Defaults for a known kind of provider.
struct Preset {
    name: &'static str,
    issuer: Option<&'static str>,
    button: &'static str,
    groups_claim: Option<&'static str>,
}

const PRESETS: [Preset; 2] = [
    Preset { name: "generic", issuer: None, button: "Sign in with OpenID Connect", groups_claim: None },
    Preset {
        name: "gitlab",
        issuer: Some("https://gitlab.com"),
        button: "Sign in with GitLab",
        // Full paths of the groups of which the user is a direct member.
        groups_claim: Some("groups_direct"),
    },
];

/// Raw options of single sign-on.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Sign-in through an OpenID Connect provider")]
#[expect(clippy::struct_field_names, reason = "clap tells arguments apart by the names of the fields")]
#[expect(clippy::doc_markdown, reason = "the help says it as it is written")]
pub struct ProviderOptions {
    /// Which provider: gitlab or generic [default: generic]
    #[arg(long = PROVIDER.flag, env = PROVIDER.variable, value_name = "KIND")]
    oidc_provider: Option<String>,
    /// The provider's issuer, exactly as the provider spells it [default: none; for gitlab:
    /// https://gitlab.com]
    ///
    /// Must use https, except on this machine.
    #[arg(long = ISSUER.flag, env = ISSUER.variable, value_name = "URL")]
    oidc_issuer: Option<String>,
    /// The client id with which this server is registered at the provider
    #[arg(long = CLIENT_ID.flag, env = CLIENT_ID.variable, value_name = "ID")]
    oidc_client_id: Option<String>,
    /// The client's secret; none for a public client. Set the variable or the file: other users of the
    /// machine can see flags
    #[arg(long = CLIENT_SECRET.flag, env = CLIENT_SECRET.variable, hide_env_values = true, value_name = "SECRET")]
    oidc_client_secret: Option<Secret>,
    /// A file whose first line is the client's secret
    #[arg(long = CLIENT_SECRET_FILE.flag, env = CLIENT_SECRET_FILE.variable, value_name = "FILE")]
    oidc_client_secret_file: Option<String>,
    /// The text of the button [default: Sign in with OpenID Connect; for gitlab: Sign in with GitLab]
    #[arg(long = NAME.flag, env = NAME.variable, value_name = "TEXT")]
    oidc_name: Option<String>,
    /// The scopes that are requested from the provider
    #[arg(long = SCOPES.flag, env = SCOPES.variable, value_name = "SCOPES", default_value = "openid profile email")]
    oidc_scopes: String,
    /// The claim with the user's groups, or the path to it, such as realm_access.roles [default: none; for gitlab: groups_direct]
    #[arg(long = GROUPS_CLAIM.flag, env = GROUPS_CLAIM.variable, value_name = "CLAIM")]
    oidc_groups_claim: Option<String>,
    /// The separator of the groups where the claim is a single string, such as ','
    #[arg(long = GROUPS_SEPARATOR.flag, env = GROUPS_SEPARATOR.variable, value_name = "CHARACTER", default_value = "")]
    oidc_groups_separator: String,
    /// Rules that map these groups to memberships here, such as acme-admins=acme:owner
    ///
    /// Several are separated by ';'. Memberships created this way are withdrawn at the first sign-in without
    /// the group; those created by hand are never changed.
    #[arg(long = GROUP_MAP.flag, env = GROUP_MAP.variable, value_name = "RULES", default_value = "")]
    oidc_group_map: String,
    /// Create an account for users without one, if the provider has verified their email address
    #[arg(long = CREATE_USERS.flag, env = CREATE_USERS.variable, value_name = "true|false", num_args = 0..=1,
        require_equals = true, default_value = "false", default_missing_value = "true")]
    oidc_create_users: String,
    /// Domains whose email addresses are trusted where the provider does not say whether they are verified,
    /// such as example.com
    ///
    /// Only domains whose email addresses are assigned by this provider alone. Several are separated by ','.
    #[arg(long = TRUSTED_EMAIL_DOMAINS.flag, env = TRUSTED_EMAIL_DOMAINS.variable, value_name = "DOMAINS", default_value = "")]
    oidc_trusted_email_domains: String,
    /// Trust that the provider authenticates the user again when requested (prompt=login), where it does not
    /// send auth_time
    ///
    /// Somebody at an unattended browser could remove that parameter from the request.
    #[arg(long = TRUST_PROMPT_LOGIN.flag, env = TRUST_PROMPT_LOGIN.variable, value_name = "true|false", num_args = 0..=1,
        require_equals = true, default_value = "false", default_missing_value = "true")]
    oidc_trust_prompt_login: String,
    /// Further hosts of the provider, for its keys and tokens, that may have a private IP address, such as
    /// sso.internal
    ///
    /// The issuer's own host always may. Several are separated by ','.
    #[arg(long = PRIVATE_HOSTS.flag, env = PRIVATE_HOSTS.variable, value_name = "HOSTS", default_value = "")]
    oidc_private_hosts: String,
}

/// The provider, for commands that need its issuer.
#[derive(Clone, Debug, clap::Args)]
pub struct IssuerOption {
    /// The provider's issuer, exactly as the provider spells it, as for `serve`
    #[arg(long = ISSUER.flag, env = ISSUER.variable, value_name = "URL")]
    oidc_issuer: String,
}

impl IssuerOption {
    /// # Errors
    /// It is not the URL of an issuer.
    pub fn validate(&self) -> Result<String, ConfigErrors> {
        Checks::only(|checks| {
            let shown = (!self.oidc_issuer.contains('@')).then_some(self.oidc_issuer.as_str());
            checks.note(ISSUER, shown, issuer(&self.oidc_issuer))
        })
    }
}

/// Configuration of single sign-on.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// As configured: a trailing slash makes it a different issuer.
    pub issuer: String,
    pub client_id: String,
    /// `None` for a public client.
    pub client_secret: Option<Secret>,
    /// The text of the button.
    pub name: String,
    pub scopes: Vec<String>,
    /// Its name, or the path to it.
    pub groups_claim: Option<String>,
    /// The separator of the groups if the claim is a single string.
    pub groups_separator: Option<char>,
    /// Email domains that are trusted where the provider does not say whether an address is verified.
    pub trusted_email_domains: EmailDomains,
    /// Whether `prompt=login` is trusted without `auth_time`.
    pub trust_prompt_login: bool,
    /// Hosts besides the issuer's that may have a private IP address.
    pub private_hosts: Vec<String>,
    pub rules: ProviderRules,
}

impl ProviderConfig {
    /// Whether the provider is on this machine and speaks plain HTTP, as in tests.
    pub fn is_plain_http(&self) -> bool {
        self.issuer.starts_with("http:")
    }
}

impl ProviderOptions {
    /// `Some(None)` if no provider is configured, `None` on an error, which is recorded.
    #[expect(clippy::option_option, reason = "wrong, or right and none")]
    pub(super) fn check(&self, checks: &mut Checks) -> Option<Option<ProviderConfig>> {
        let preset = match &self.oidc_provider {
            None => Some(&PRESETS[0]),
            Some(kind) => checks.note(PROVIDER, Some(kind), preset(kind)),
        };
        let scopes = checks.read(SCOPES, &self.oidc_scopes, scopes);
        let create_users = checks.read(CREATE_USERS, &self.oidc_create_users, values::switch);
        let group_map = checks.read(GROUP_MAP, &self.oidc_group_map, values::group_map);
        let separator = checks.read(GROUPS_SEPARATOR, &self.oidc_groups_separator, separator);
        let trusted = checks.read(TRUSTED_EMAIL_DOMAINS, &self.oidc_trusted_email_domains, email_domains);
        let trust_prompt = checks.read(TRUST_PROMPT_LOGIN, &self.oidc_trust_prompt_login, values::switch);
        let private_hosts = checks.read(PRIVATE_HOSTS, &self.oidc_private_hosts, hosts);
        let client_secret = self.secret(checks);
        let name = self.oidc_name.as_deref().map(|name| checks.read(NAME, name, button));
        let name = name.map_or(Some(None), |name| name.map(Some));

        if self.oidc_provider.is_none() && self.oidc_issuer.is_none() && self.oidc_client_id.is_none() {
            return Some(None);
        }
        let preset = preset?;
        let issuer = match (self.oidc_issuer.as_deref(), preset.issuer) {
            (Some(url), _) => {
                let shown = (!url.contains('@')).then_some(url);
                checks.note(ISSUER, shown, issuer(url))
            }
            (None, Some(known)) => Some(known.to_owned()),
            (None, None) => checks.note(ISSUER, None, missing("the provider's address is needed as well")),
        };
        let client_id = match &self.oidc_client_id {
            Some(id) if !id.trim().is_empty() => Some(id.trim().to_owned()),
            _ => checks.note(
                CLIENT_ID,
                None,
                missing("as whom the provider knows this server is needed as well"),
            ),
        };
        let groups_claim = self.oidc_groups_claim.clone().or(preset.groups_claim.map(str::to_owned));
        if groups_claim.is_none() && group_map.as_ref().is_some_and(|map| !map.is_empty()) {
            let expected = "the claim that --oidc-group-map is about is needed as well";
            checks.note(GROUPS_CLAIM, None, missing::<()>(expected));
        }
        Some(Some(ProviderConfig {
            issuer: issuer?,
            client_id: client_id?,
            client_secret: client_secret?,
            name: name?.unwrap_or_else(|| preset.button.to_owned()),
            scopes: scopes?,
            groups_claim,
            groups_separator: separator?,
            trusted_email_domains: trusted?,
            trust_prompt_login: trust_prompt?,
            private_hosts: private_hosts?,
            rules: ProviderRules { create_users: create_users?, group_map: group_map? },
        }))
    }

    /// Returns as `check` does.
    #[expect(clippy::option_option, reason = "wrong, or right and none")]
    fn secret(&self, checks: &mut Checks) -> Option<Option<Secret>> {
        match (&self.oidc_client_secret, &self.oidc_client_secret_file) {
            (None, None) => Some(None),
            (Some(secret), None) => checks.note(CLIENT_SECRET, None, secret.clone().checked()).map(Some),
            (None, Some(file)) => checks.note(CLIENT_SECRET_FILE, Some(file), Secret::read(file)).map(Some),
            (Some(_), Some(file)) => {
                let both = Expected(format!("--{} is set too: one of them", CLIENT_SECRET.flag));
                checks.note(CLIENT_SECRET_FILE, Some(file), Err(both))
            }
        }
    }
}

fn missing<T>(what: &str) -> Result<T, Expected> {
    Err(Expected(what.to_owned()))
}

fn preset(kind: &str) -> Result<&'static Preset, Expected> {
    let known = PRESETS.iter().find(|preset| preset.name == kind);
    known.ok_or_else(|| Expected(String::from("expected gitlab or generic")))
}

/// Must use TLS, except on this machine: an eavesdropper could sign in as anybody.
fn issuer(text: &str) -> Result<String, Expected> {
    let expected = || {
        Expected(String::from(
            "expected the https:// address that the provider calls itself by, such as https://gitlab.com",
        ))
    };
    let url = Url::parse(text).map_err(|_| expected())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && values::is_loopback(&url));
    if plain && url.has_host() && safe { Ok(text.to_owned()) } else { Err(expected()) }
}

fn scopes(text: &str) -> Result<Vec<String>, Expected> {
    let scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if scopes.iter().any(|scope| scope == "openid") {
        Ok(scopes)
    } else {
        Err(Expected(String::from("expected openid and others, with spaces between them")))
    }
}

/// `None` for an empty text.
fn separator(text: &str) -> Result<Option<char>, Expected> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Ok(None),
        (Some(one), None) if !one.is_alphanumeric() && !one.is_control() => Ok(Some(one)),
        _ => Err(Expected(String::from("expected one character such as ',' that is no letter and no digit"))),
    }
}

fn email_domains(text: &str) -> Result<EmailDomains, Expected> {
    EmailDomains::parse(text).map_err(|error| Expected(error.to_string()))
}

fn hosts(text: &str) -> Result<Vec<String>, Expected> {
    let host = |text: &str| match Host::parse(text) {
        Ok(host) => Ok(host.to_string()),
        Err(_) => {
            Err(Expected(String::from("expected host names such as sso.internal, with ',' between two")))
        }
    };
    text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(host).collect()
}

fn button(text: &str) -> Result<String, Expected> {
    let text = text.trim();
    let fits = text.chars().count() <= 64 && text.chars().all(may_stand_in_a_name) && is_seen(text);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Expected(String::from("expected 1 to 64 characters that can be seen")))
    }
}

impl fmt::Display for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.issuer)
    }
}
