//! The URL paths of all pages. Links are built here, never by hand.

pub use super::escape::query_value;
use super::{
    audit_query::AuditQuery,
    environment::Environment,
    ids::ConsentId,
    namespace::{GroupPath, NamespaceKind},
    people::{directory::PeopleQuery, members::MemberQuery},
    user::check_username,
};

pub const HOME: &str = "/";
pub const GROUPS: &str = "/dashboard/groups";
/// The prefix of all group pages.
pub const GROUP: &str = "/groups";
/// Catch-all route, as a group's path may have any depth.
pub const GROUP_PAGES: &str = "/groups/{*rest}";
pub const NEW_GROUP: &str = "/groups/new";
pub const SIGN_IN: &str = "/users/sign_in";
pub const SIGN_OUT: &str = "/users/sign_out";
/// Starts a sign-in at the provider; its redirect URI is [`PROVIDER_CALLBACK`].
pub const PROVIDER_SIGN_IN: &str = "/users/auth/openid_connect";
pub const PROVIDER_CALLBACK: &str = "/users/auth/openid_connect/callback";
pub const PROVIDER_SIGN_OUT: &str = "/users/auth/openid_connect/sign_out";
pub const PREFERENCES: &str = "/-/profile/preferences";
pub const BEHAVIOR: &str = "/-/profile/preferences#behavior";
pub const ACCESS_TOKENS: &str = "/-/user_settings/personal_access_tokens";
pub const PASSWORD: &str = "/-/user_settings/password";
pub const SESSIONS: &str = "/-/user_settings/active_sessions";
pub const CONFIRM: &str = "/users/confirm";
pub const PASSWORD_RESET: &str = "/users/password/edit";
pub const FIRST_ADMINISTRATOR: &str = "/users/first_administrator";
/// The home of administrators, and the prefix of their pages.
pub const ADMIN: &str = "/admin";
pub const ADMIN_CONSENTS: &str = "/admin/consents";
/// The prefix of the receipts.
pub const CONSENT_RECEIPTS: &str = "/-/consents";
/// The receipt of an entry of the consent ledger.
pub const CONSENT_RECEIPT: &str = "/-/consents/{id}";
/// The same for programs.
pub const CONSENT_RECEIPT_JSON: &str = "/-/consents/{id}/receipt.json";
pub const CONSENTS_EXPORT: &str = "/-/consents/export";
pub const ADMIN_PEOPLE: &str = "/admin/people";
pub const NEW_PERSON: &str = "/admin/people/new";
pub const PERSON: &str = "/admin/people/{username}";
pub const PEOPLE_EXPORT: &str = "/-/people/export";
pub const ADMIN_FEATURE_FLAGS: &str = "/admin/feature_flags";
pub const FEATURE_FLAG: &str = "/admin/feature_flags/{name}";
pub const ADMIN_FEATURE_GROUPS: &str = "/admin/feature_groups";
pub const FEATURE_GROUP: &str = "/admin/feature_groups/{name}";
pub const ADMIN_GROUPS: &str = "/admin/groups";
pub const ADMIN_SEATS: &str = "/admin/seats";
/// The download of a list of seats.
pub const SEATS_EXPORT: &str = "/-/seats/export";
/// What the instance sets for all groups.
pub const ADMIN_SETTINGS: &str = "/admin/settings";
pub const ADMIN_JOBS: &str = "/admin/jobs";
pub const ADMIN_IMPORT: &str = "/admin/import";
/// An uploaded file, and what it would do.
pub const STAGED_IMPORT: &str = "/admin/import/{id}";
pub const IMPORT_SAMPLE: &str = "/-/imports/samples/{kind}";
pub const REFUSED_LINES: &str = "/-/imports/refused/{id}";
pub const IMPORT_FILE: &str = "/-/imports/files/{id}";
pub const EXPORT: &str = "/-/exports/{kind}";
pub const JUMP: &str = "/-/jump";
pub const ADMIN_AUDIT_EVENTS: &str = "/admin/audit_events";
pub const MEMBERS_EXPORT: &str = "/-/group_members/export";
pub const AUDIT_EXPORT: &str = "/-/audit_events/export";
pub const OPENAPI: &str = "/api/openapi.json";
pub const API_DOCS: &str = "/api/docs";

/// Whether `path` is the administrators' home or below it, whether or not it exists.
pub fn is_administrators(path: &str) -> bool {
    path.strip_prefix(ADMIN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A page of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupPage {
    Overview,
    /// The settings that are inherited, and where each comes from.
    Availability,
    Configuration,
    /// The consent ledger.
    Consents,
    Members,
    Seats,
    AuditEvents,
    Edit,
}

impl GroupPage {
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Availability,
        Self::Configuration,
        Self::Consents,
        Self::Members,
        Self::Seats,
        Self::AuditEvents,
        Self::Edit,
    ];

    /// The part of the path after `/-/`.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Overview => "settings/gitlab_duo",
            Self::Availability => "settings/gitlab_duo/availability",
            Self::Configuration => "settings/gitlab_duo/configuration",
            Self::Consents => "consents",
            Self::Members => "group_members",
            Self::Seats => "seats",
            Self::AuditEvents => "audit_events",
            Self::Edit => "edit",
        }
    }

    /// The route pattern, for log and metrics.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Overview => "/groups/{group}/-/settings/gitlab_duo",
            Self::Availability => "/groups/{group}/-/settings/gitlab_duo/availability",
            Self::Configuration => "/groups/{group}/-/settings/gitlab_duo/configuration",
            Self::Consents => "/groups/{group}/-/consents",
            Self::Members => "/groups/{group}/-/group_members",
            Self::Seats => "/groups/{group}/-/seats",
            Self::AuditEvents => "/groups/{group}/-/audit_events",
            Self::Edit => "/groups/{group}/-/edit",
        }
    }

    pub fn path(self, group: &GroupPath) -> String {
        format!("/groups/{group}/-/{}", self.suffix())
    }

    /// Splits the part of a path after `/groups/` into group and page. `acme` alone is its overview. `None`
    /// when there is no such page.
    pub fn parse(rest: &str) -> Option<(GroupPath, Self)> {
        let rest = rest.trim_end_matches('/');
        let (group, page) = match rest.split_once("/-/") {
            None => (rest, Self::Overview),
            Some((group, suffix)) => (group, Self::ALL.into_iter().find(|page| page.suffix() == suffix)?),
        };
        Some((GroupPath::parse(group).ok()?, page))
    }
}

/// The receipt of an entry of the consent ledger.
pub fn consent_receipt(id: ConsentId) -> String {
    format!("{CONSENT_RECEIPTS}/{id}")
}

/// The configuration page with the consent dialog open, for browsers without JavaScript.
pub fn configuration_confirming(group: &GroupPath, flow: &str) -> String {
    format!("{}?confirm={}", GroupPage::Configuration.path(group), query_value(flow))
}

/// The form for a new subgroup or project.
pub fn new_below(parent: &GroupPath, kind: NamespaceKind) -> String {
    format!("{NEW_GROUP}?parent={}&kind={}", query_value(parent.as_str()), kind.key())
}

/// `path` with the fields of a form as entered; empty ones are left out.
pub fn with_fields(path: &str, fields: &[(&str, &str)]) -> String {
    let mut path = path.to_owned();
    for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(field);
        path.push('=');
        path.push_str(&query_value(value));
    }
    path
}

/// The members page with a form filled in or a dialog open; empty values are left out.
pub fn members_with(group: &GroupPath, typed: &[(&str, &str)]) -> String {
    with_fields(&GroupPage::Members.path(group), typed)
}

/// A page of the members that `query` selects.
pub fn members_page(group: &GroupPath, query: &MemberQuery, page: i64) -> String {
    let filter = query.address();
    let divider = if filter.is_empty() { "" } else { "&" };
    format!("{}?{filter}{divider}page={page}", GroupPage::Members.path(group))
}

/// The download of the members that `query` selects.
pub fn members_export(group: &GroupPath, query: &MemberQuery) -> String {
    let filter = query.address();
    let divider = if filter.is_empty() { "" } else { "&" };
    format!("{MEMBERS_EXPORT}?group={}{divider}{filter}", query_value(group.as_str()))
}

/// A feature flag's page for an environment.
pub fn feature_flag(name: &str, environment: Environment) -> String {
    format!("{ADMIN_FEATURE_FLAGS}/{name}?environment={environment}")
}

/// The same with a change's dialog open, and its fields as entered.
pub fn feature_flag_changing(
    name: &str,
    environment: Environment,
    change: &str,
    typed: &[(&str, &str)],
) -> String {
    let path = format!("{}&change={}", feature_flag(name, environment), query_value(change));
    let typed = typed.iter().filter(|(_, value)| !value.is_empty());
    typed.fold(path, |path, (field, value)| format!("{path}&{field}={}", query_value(value)))
}

/// The list of flags with the form for a change freeze filled in.
pub fn feature_flags_freezing(environment: Environment, reason: &str) -> String {
    format!("{ADMIN_FEATURE_FLAGS}?freeze={environment}&reason={}", query_value(reason))
}

/// The feature groups with the form for a new one filled in.
pub fn feature_groups_with(name: &str) -> String {
    format!("{ADMIN_FEATURE_GROUPS}?name={}", query_value(name))
}

/// A feature group's page.
pub fn feature_group(name: &str) -> String {
    format!("{ADMIN_FEATURE_GROUPS}/{name}")
}

/// The same with the form for a new member filled in.
pub fn feature_group_with(group: &str, kind: &str, name: &str) -> String {
    format!("{}?kind={}&name={}", feature_group(group), query_value(kind), query_value(name))
}

/// The access tokens page with the form for a new one filled in.
pub fn access_tokens_with(name: &str, scopes: &[String], expires_at: &str) -> String {
    tokens_with(ACCESS_TOKENS, "name", name, scopes, expires_at)
}

/// A bot's page with the form for a new token filled in; `name` there is the bot's.
pub fn bot_tokens_with(bot: &str, name: &str, scopes: &[String], expires_at: &str) -> String {
    tokens_with(&person(bot), "token", name, scopes, expires_at)
}

fn tokens_with(page: &str, field: &str, name: &str, scopes: &[String], expires_at: &str) -> String {
    let (name, expires_at) = (query_value(name), query_value(expires_at));
    let mut path = format!("{page}?{field}={name}&expires_at={expires_at}");
    for scope in scopes {
        path.push_str("&scopes=");
        path.push_str(&query_value(scope));
    }
    path
}

/// The download of the audit events that match `query`, of a group or of all. `format` is `csv` or `ndjson`.
pub fn audit_export(group: Option<&GroupPath>, format: &str, query: &AuditQuery) -> String {
    let mut path = format!("{AUDIT_EXPORT}?format={format}");
    if let Some(group) = group {
        path.push_str("&group=");
        path.push_str(&query_value(group.as_str()));
    }
    let query = query.address();
    if !query.is_empty() {
        path.push('&');
        path.push_str(&query);
    }
    path
}

/// The sign-in page with `to`, shortened by [`short_return`], to return to.
pub fn sign_in_returning_to(to: &str) -> String {
    let to = short_return(to);
    if to == HOME { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?return_to={}", query_value(to)) }
}

/// A sign-in at the provider that returns to `to`.
pub fn provider_sign_in_returning_to(to: &str) -> String {
    match short_return(safe_return(Some(to))) {
        HOME => PROVIDER_SIGN_IN.to_owned(),
        to => format!("{PROVIDER_SIGN_IN}?return_to={}", query_value(to)),
    }
}

/// A re-authentication at the provider that returns to `to`.
pub fn provider_confirm_returning_to(to: &str) -> String {
    format!("{PROVIDER_SIGN_IN}?anew=true&return_to={}", query_value(short_return(safe_return(Some(to)))))
}

/// The page that asks for the password again, and returns to `to`.
pub fn confirm_returning_to(to: &str) -> String {
    format!("{CONFIRM}?return_to={}", query_value(to))
}

/// A page of the list of people.
pub fn people(query: &PeopleQuery, page: i64) -> String {
    let query = query.address();
    match page {
        1 if query.is_empty() => ADMIN_PEOPLE.to_owned(),
        1 => format!("{ADMIN_PEOPLE}?{}", query.trim_end_matches('&')),
        page => format!("{ADMIN_PEOPLE}?{query}page={page}"),
    }
}

/// The download of the people who match `query`.
pub fn people_export(query: &PeopleQuery) -> String {
    match query.address().trim_end_matches('&') {
        "" => PEOPLE_EXPORT.to_owned(),
        query => format!("{PEOPLE_EXPORT}?{query}"),
    }
}

/// A person's page; the list of people for what is no username.
pub fn person(username: &str) -> String {
    match check_username(username) {
        Err(_) => ADMIN_PEOPLE.to_owned(),
        // Another page is at `/admin/people/new`. Escaped, this is an address of its own.
        Ok("new") => format!("{ADMIN_PEOPLE}/%6Eew"),
        Ok(username) => format!("{ADMIN_PEOPLE}/{username}"),
    }
}

/// The same with these fields of its form as they were entered.
pub fn person_with(username: &str, typed: &[(&str, &str)]) -> String {
    with_fields(&person(username), typed)
}

/// The form for a new person with these fields as they were entered.
pub fn new_person_with(typed: &[(&str, &str)]) -> String {
    with_fields(NEW_PERSON, typed)
}

/// The import page with a kind of file chosen.
pub fn admin_import_of(kind: &str) -> String {
    format!("{ADMIN_IMPORT}?kind={}", query_value(kind))
}

/// The same with an uploaded file's content in the form, to be edited.
pub fn admin_import_editing(kind: &str, id: i64) -> String {
    format!("{}&edit={id}", admin_import_of(kind))
}

/// What an uploaded file would do.
pub fn staged_import(id: i64) -> String {
    format!("{ADMIN_IMPORT}/{id}")
}

/// The download of an uploaded file's refused lines.
pub fn refused_lines(id: i64) -> String {
    format!("/-/imports/refused/{id}")
}

/// The download of an uploaded file as it was uploaded.
pub fn import_file(id: i64) -> String {
    format!("/-/imports/files/{id}")
}

/// The download of a sample of a kind of file.
pub fn import_sample(kind: &str) -> String {
    format!("/-/imports/samples/{kind}")
}

/// The download of everything of a kind.
pub fn export_of(kind: &str) -> String {
    format!("/-/exports/{kind}")
}

/// The password reset link that a user is sent.
pub fn reset_link(origin: &str, token: &str) -> String {
    format!("{origin}{PASSWORD_RESET}?reset_password_token={}", query_value(token))
}

/// The link that `serve` prints while there are no users.
pub fn first_administrator_link(origin: &str, token: &str) -> String {
    format!("{origin}{FIRST_ADMINISTRATOR}?token={}", query_value(token))
}

/// Limits `to` to a length that fits a URL, a header and a cookie, which proxies limit: all of it, its path
/// alone, or the home page.
pub fn short_return(to: &str) -> &str {
    const LONGEST: usize = 1000;

    let path = to.split_once('?').map_or(to, |(path, _)| path);
    [to, path].into_iter().find(|it| it.len() <= LONGEST).unwrap_or(HOME)
}

/// Where to go after sign-in: `to` if it is a local path, otherwise the home page. Rejects anything that a
/// browser could resolve to another host (open redirect).
pub fn safe_return(to: Option<&str>) -> &str {
    let Some(to) = to else { return HOME };
    let local = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains(|c: char| c == '\\' || c.is_ascii_control())
        && !to.starts_with("/users/")
        && to.is_ascii();
    if local { to } else { HOME }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn group_pages_have_the_addresses_of_the_product() {
        let group = GroupPath::parse("acme/platform").expect("a path");
        assert_eq!(GroupPage::Overview.path(&group), "/groups/acme/platform/-/settings/gitlab_duo");
        for page in GroupPage::ALL {
            let path = page.path(&group);
            let rest = path.strip_prefix("/groups/").expect("a group's address");
            assert_eq!(GroupPage::parse(rest), Some((group.clone(), page)));
            assert_eq!(page.pattern(), path.replace("acme/platform", "{group}"));
        }
        assert_eq!(GroupPage::parse("acme/platform"), Some((group, GroupPage::Overview)));
        for bad in ["", "acme/-/settings", "acme/-/nothing", "a b/-/audit_events", "-/audit_events"] {
            assert_eq!(GroupPage::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_way_back_never_leads_to_another_host() {
        assert_eq!(
            safe_return(Some("/groups/acme/-/audit_events?page=2")),
            "/groups/acme/-/audit_events?page=2"
        );
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "evil",
            "",
            "/a\nb",
            "/\t/evil.example",
            "/\0x",
            "/\u{1}x",
            "/\u{7f}x",
            "/users/sign_out",
        ] {
            assert_eq!(safe_return(Some(bad)), HOME, "{bad:?}");
        }
        assert_eq!(safe_return(None), HOME);
    }

    proptest! {
        /// Resolved as a browser would.
        #[test]
        fn no_text_leads_to_another_host(to in "[/\\\\a-z.:@?#%\t\n\r \u{0}é]{0,12}|.*") {
            let here = url::Url::parse("https://console.test/users/sign_in").unwrap();
            let there = here.join(safe_return(Some(&to))).unwrap();
            prop_assert_eq!(there.origin(), here.origin());
        }

        #[test]
        fn an_address_of_a_group_is_read_as_it_was_written(rest in "[a-zA-Z0-9_./ -]{0,40}|.*") {
            if let Some((group, page)) = GroupPage::parse(&rest) {
                let path = page.path(&group);
                let again = GroupPage::parse(path.strip_prefix("/groups/").unwrap());
                prop_assert_eq!(again, Some((group, page)));
            }
        }

        #[test]
        fn a_value_of_a_query_stays_one(value in any::<String>()) {
            let url = format!("https://console.test/?a={}&b=c", query_value(&value));
            let pairs: Vec<_> = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, [("a".to_owned(), value), ("b".to_owned(), "c".to_owned())]);
        }
    }

    #[test]
    fn queries_are_escaped() {
        assert_eq!(query_value("a&b=c d/é"), "a%26b%3Dc%20d/%C3%A9");
        assert_eq!(
            sign_in_returning_to("/groups/acme?x=1&y=2"),
            "/users/sign_in?return_to=/groups/acme%3Fx%3D1%26y%3D2"
        );
        assert_eq!(
            provider_sign_in_returning_to("/groups/acme?x=1&y=2"),
            "/users/auth/openid_connect?return_to=/groups/acme%3Fx%3D1%26y%3D2"
        );
        assert_eq!(provider_sign_in_returning_to("//evil.example"), PROVIDER_SIGN_IN);
    }
}
