//! The status table: every role at every URL. A URL that is missing from the table fails the test, so nobody
//! adds a page, action or operation without defining its authorisation.

use std::{collections::BTreeSet, path::Path};

use duo_console::{
    domain::{paths::GroupPage, role::Role},
    server::{addresses, rest},
    usecases::accounts::set_password::set_password,
};
use http::Method;
use serde_json::Value;

use crate::{
    browser::{Browser, PASSWORD, server},
    support::{TestApp, current_wording, is_of_the_api, operator},
};

const PEOPLE: [&str; 8] =
    ["anonymous", "outsider", "guest", "reporter", "developer", "maintainer", "owner", "admin"];

/// A request, its route in the code, and the status for each of [`PEOPLE`]. Each person has their own server,
/// from the first row to the last. `{wording}` is replaced by the id of the current wording, `{id of acme}` by
/// that of the group or user of this name.
pub struct Row(pub &'static str, pub &'static str, pub &'static str, pub &'static str, pub [u16; 8]);

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // how         address                                  as the code calls it            body            anon  out guest repo  dev maint owner admin
    // Open to all
    Row("GET",     "/-/liveness",                            "/-/liveness",                  "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/readiness",                           "/-/readiness",                 "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    // Without a token for them, metrics are for nobody.
    Row("GET",     "/-/metrics",                             "/-/metrics",                   "",             [403, 403, 403, 403, 403, 403, 403, 403]),
    Row("GET",     "/favicon.svg",                           "asset",                        "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/pkg/nothing.js",                        "/pkg/{name}",                  "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/pkg/..%2f..%2fCargo.toml",              "/pkg/{name}",                  "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    // Pages
    Row("GET",     "/api/docs",                              "/api/docs",                    "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/api/docs",                              "/api/docs",                    "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    Row("GET",     "/users/sign_in",                         "/users/sign_in",               "",             [200, 303, 303, 303, 303, 303, 303, 303]),
    Row("GET",     "/",                                      "/",                            "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/dashboard/groups",                      "/dashboard/groups",            "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/dashboard/groups/",                     "/dashboard/groups",            "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/profile/preferences",                 "/-/profile/preferences",       "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/user_settings/personal_access_tokens", "/-/user_settings/personal_access_tokens", "", [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/user_settings/active_sessions",       "/-/user_settings/active_sessions", "",         [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/user_settings/password",              "/-/user_settings/password",    "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/users/confirm",                         "/users/confirm",               "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    // Links that nobody made
    Row("GET",     "/users/password/edit?reset_password_token=nobodys", "/users/password/edit", "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/users/first_administrator?token=nobodys", "/users/first_administrator", "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    // Its former address leads there.
    Row("GET",     "/admin/people",                          "/admin/people",                "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/people?filter=everybody",         "/admin/people",                "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/people/new",                      "/admin/people/new",            "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/people/reviewer",                 "/admin/people/{username}",     "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/people/nobody",                   "/admin/people/{username}",     "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/people/%FF",                      "/admin/people/{username}",     "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/people/export",                       "/-/people/export",             "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/people/export?filter=everybody",      "/-/people/export",             "",             [303, 404, 404, 404, 404, 404, 404, 400]),
    Row("GET",     "/admin/groups",                          "/admin/groups",                "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/groups/new",                            "/groups/new",                  "",             [302, 403, 403, 403, 403, 403, 403, 200]),
    Row("GET",     "/groups/new?parent=acme&kind=project",   "/groups/new",                  "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/groups/new?parent=nowhere",             "/groups/new",                  "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/groups/acme/-/edit",                    "group Edit",                   "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/groups/acme/-/edit?confirm=delete",     "group Edit",                   "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/admin/feature_flags",                   "/admin/feature_flags",         "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_flags/duo_developer_orbit", "/admin/feature_flags/{name}", "",            [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_flags/duo%5Fdeveloper_orbit", "/admin/feature_flags/{name}", "",          [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_flags/duo_developer_orbit?change=on", "/admin/feature_flags/{name}", "",  [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_groups",                  "/admin/feature_groups",        "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    // Made further down
    Row("GET",     "/admin/feature_groups/testers",          "/admin/feature_groups/{name}", "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/jump?q=acme",                         "/-/jump",                      "",             [302, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/settings/gitlab_duo",     "group Overview",               "",             [302, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/settings/gitlab_duo/availability", "group Availability", "",              [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/groups/acme/website/-/settings/gitlab_duo/availability", "group Availability", "",      [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/settings/gitlab_duo/configuration", "group Configuration", "",            [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/consents",                "group Consents",               "",             [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/-/consents/404",                        "/-/consents/{id}",             "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/consents/404/receipt.json",           "/-/consents/{id}/receipt.json", "",            [303, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/api/v1/consents/404",                   "get /api/v1/consents/{id}",    "",             [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/groups/acme/-/group_members",           "group Members",                "",             [302, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/groups/acme/platform/api/-/group_members", "group Members",             "",             [302, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/-/group_members/export?group=acme",     "/-/group_members/export",      "",             [303, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/seats",                   "group Seats",                  "",             [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/groups/acme/platform/-/seats",          "group Seats",                  "",             [302, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/groups/acme/-/audit_events",            "group AuditEvents",            "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/groups/globex/-/settings/gitlab_duo",   "/groups/{*rest}",              "",             [302, 404, 404, 404, 200, 404, 200, 200]),
    Row("GET",     "/groups/",                               "/groups",                      "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/groups/acme/-/audit_events/",           "group AuditEvents",            "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/admin/feature_flags/",                  "/admin/feature_flags",         "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_flags/duo_developer_orbit/", "/admin/feature_flags/{name}", "",           [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_flags/a%2Fb",             "/admin/feature_flags/{name}",  "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/feature_flags/%FF",               "/admin/feature_flags/{name}",  "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/feature_flags/a/b",               "/{*any}",                      "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/groups/%61cme/-/audit_events",          "group AuditEvents",            "",             [302, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/dashboard/groups//",                    "/{*any}",                      "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("HEAD",    "/admin/people",                          "/admin/people",                "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("HEAD",    "/nothing",                               "/{*any}",                      "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/users/sign_in/",                        "/users/sign_in",               "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/users/sign_in/",                        "/users/sign_in",               "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    Row("PUT",     "/users/password/edit",                   "/users/password/edit",         "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    Row("GET",     "/groups/nowhere/-/audit_events",         "/groups/{*rest}",              "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/groups",                                "/groups",                      "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/audit_events",                    "/admin/audit_events",          "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/seats",                           "/admin/seats",                 "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/seats/export?group=",                 "/-/seats/export",              "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/seats/export?group=acme",             "/-/seats/export",              "",             [303, 404, 403, 403, 403, 200, 200, 200]),
    Row("GET",     "/admin/settings",                        "/admin/settings",              "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/jobs",                            "/admin/jobs",                  "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/import",                          "/admin/import",                "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/import/999",                      "/admin/import/{id}",           "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin/import/x",                        "/admin/import/{id}",           "",             [302, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/imports/samples/users",               "/-/imports/samples/{kind}",    "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/imports/samples/nothing",             "/-/imports/samples/{kind}",    "",             [303, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/imports/refused/999",                 "/-/imports/refused/{id}",      "",             [303, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/imports/files/999",                   "/-/imports/files/{id}",        "",             [303, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/-/exports/users",                       "/-/exports/{kind}",            "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/audit_events/export?format=csv",      "/-/audit_events/export",       "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/audit_events/export?format=csv&group=acme", "/-/audit_events/export", "",             [303, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/nothing",                               "/{*any}",                      "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/admin",                                 "/admin",                       "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/",                                "/admin",                       "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/consents",                        "/admin/consents",              "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/-/consents/export",                     "/-/consents/export",           "",             [303, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/",                                      "/",                            "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    // This server has no provider to sign in by.
    Row("GET",     "/users/auth/openid_connect",             "/users/auth/openid_connect",  "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/users/auth/openid_connect/callback",    "/users/auth/openid_connect/callback", "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/users/auth/openid_connect/sign_out",    "/users/auth/openid_connect/sign_out", "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    // Actions, as an island calls them
    Row("POST",    "/actions/set_flow",                      "/actions/set_flow",            "group=acme&flow=developer/v1&version=1", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/set_flow",                      "/actions/set_flow",            "group=acme&flow=code_review/v1&version=0&enabled=true&consent_wording={wording}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/set_orbit",                     "/actions/set_orbit",           "setting=enabled", [401, 403, 403, 403, 403, 403, 403, 403]),
    Row("POST",    "/actions/set_display",                   "/actions/set_display",         "theme=dark&time_format=relative", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/actions/jump",                          "/actions/jump",                "query=acme",   [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/actions/find_actors",                   "/actions/find_actors",         "text=acme",    [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/find_people",                   "/actions/find_people",         "text=rev",     [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/find_people",                   "/actions/find_people",         "group=acme&text=rev", [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/actions/find_people",                   "/actions/find_people",         "group=globex&text=rev", [401, 404, 404, 404, 200, 404, 200, 200]),
    Row("POST",    "/actions/create_token",                  "/actions/create_token",        "name=x&scopes[0]=read_decisions&expires_at=2026-07-01", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/actions/revoke_token",                  "/actions/revoke_token",        "id=999",       [401, 404, 404, 404, 404, 404, 404, 404]),
    // A bot's is made by administrators; a person's by nobody else.
    Row("POST",    "/actions/create_token",                  "/actions/create_token",        "bot=review-bot&name=x&scopes[0]=read_decisions&expires_at=2026-07-01", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/create_token",                  "/actions/create_token",        "bot=reviewer&name=x&scopes[0]=read_decisions&expires_at=2026-07-01", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/revoke_token",                  "/actions/revoke_token",        "bot=review-bot&id=999", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/revoke_session",                "/actions/revoke_session",      "id=999",       [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/end_other_sessions",            "/actions/end_other_sessions",  "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/actions/make_reset_link",               "/actions/make_reset_link",     "username=reviewer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/create_user",                   "/actions/create_user",         "username=zoe&name=Zoe", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/edit_user",                     "/actions/edit_user",           "username=outsider&name=Out", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/end_user_sessions",             "/actions/end_user_sessions",   "username=reviewer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/block_user",                    "/actions/block_user",          "username=zoe", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/unblock_user",                  "/actions/unblock_user",        "username=zoe", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/delete_user",                   "/actions/delete_user",         "username=zoe&confirmation=zoe", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/create_group",                  "/actions/create_group",        "name=Scanned", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/actions/create_group",                  "/actions/create_group",        "parent=acme&kind=project&name=Scanned", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/edit_group",                    "/actions/edit_group",          "group=acme/website&name=The+website&seen_name=Website", [401, 404, 403, 403, 403, 403, 200, 200]),
    // What only an administrator may, at a group where an Owner may do the rest.
    Row("POST",    "/actions/edit_group",                    "/actions/edit_group",          "group=acme&tier=premium&seen_tier=ultimate", [401, 404, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/actions/edit_group",                    "/actions/edit_group",          "group=acme&tier=ultimate&seen_tier=premium", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/archive_group",                 "/actions/archive_group",       "group=acme/website&archived=true", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/archive_group",                 "/actions/archive_group",       "group=acme/website&archived=false", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/move_group",                    "/actions/move_group",          "group=acme/website&to=acme", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/move_group",                    "/actions/move_group",          "group=acme/platform&to=", [401, 404, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/actions/move_group",                    "/actions/move_group",          "group=platform&to=acme", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/delete_group",                  "/actions/delete_group",        "group=acme/website&confirmation=website", [401, 404, 403, 403, 403, 403, 422, 422]),
    Row("POST",    "/actions/change_flag",                   "/actions/change_flag",         "flag=mr_ai_resolve_conflicts&environment=dev&change=on", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/schedule_flag_change",          "/actions/schedule_flag_change", "flag=mr_ai_resolve_conflicts&environment=dev&change=off&due_at=", [401, 404, 404, 404, 404, 404, 404, 422]),
    Row("POST",    "/actions/cancel_flag_change",            "/actions/cancel_flag_change",  "flag=mr_ai_resolve_conflicts&environment=dev&id=999", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/begin_freeze",                  "/actions/begin_freeze",        "environment=pre&reason=Holidays.", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/end_freeze",                    "/actions/end_freeze",          "environment=pre", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/create_feature_group",          "/actions/create_feature_group", "name=testers", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/add_group_member",              "/actions/add_group_member",    "group=testers&kind=user&name=reviewer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/remove_group_member",           "/actions/remove_group_member", "group=testers&kind=user&name=reviewer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("GET",     "/admin/feature_groups/testers",          "/admin/feature_groups/{name}", "",             [302, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/add_member",                    "/actions/add_member",          "namespace=acme&user=outsider&role=guest", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/change_member",                 "/actions/change_member",       "namespace=acme&user=outsider&role=developer&seen_role=guest", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/remove_member",                 "/actions/remove_member",       "namespace=acme&user=outsider", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/invite_group",                  "/actions/invite_group",        "namespace=acme&group=globex&role=guest", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/change_invitation",             "/actions/change_invitation",   "namespace=acme&group=globex&role=reporter&seen_role=guest", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/uninvite_group",                "/actions/uninvite_group",      "namespace=acme&group=globex", [401, 404, 403, 403, 403, 403, 200, 200]),
    // Its only owner has to confirm, and an administrator is no member.
    Row("POST",    "/actions/leave_group",                   "/actions/leave_group",         "namespace=initech", [401, 404, 404, 404, 200, 404, 409, 422]),
    Row("POST",    "/actions/give_seats",                    "/actions/give_seats",          "group=acme&users=developer", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/take_seat",                     "/actions/take_seat",           "group=acme&user=developer", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/give_seats",                    "/actions/give_seats",          "users=developer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/take_seat",                     "/actions/take_seat",           "user=developer", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/change_setting",                "/actions/change_setting",      "group=acme&setting=auto_review&value=inherited&seen=0", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/actions/change_setting",                "/actions/change_setting",      "group=acme/website&setting=auto_review&value=inherited&seen=0", [401, 404, 403, 403, 403, 200, 200, 200]),
    Row("POST",    "/actions/change_setting",                "/actions/change_setting",      "group=acme&setting=auto_review&value=maybe&seen=0", [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/change_setting",                "/actions/change_setting",      "group=&setting=auto_review&value=inherited&seen=0", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/set_purchased_seats",           "/actions/set_purchased_seats", "group=acme&purchased=9", [401, 404, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/actions/set_purchased_seats",           "/actions/set_purchased_seats", "purchased=9",  [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/upload_import",                 "/actions/upload_import",       "kind=members&text=path,user", [401, 404, 404, 404, 404, 404, 404, 200]),
    Row("POST",    "/actions/upload_import",                 "/actions/upload_import",       "kind=nothing&text=path,user", [401, 404, 404, 404, 404, 404, 404, 422]),
    Row("POST",    "/actions/apply_import",                  "/actions/apply_import",        "id=999&plan=x", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/stop_job",                      "/actions/stop_job",            "id=999",       [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/retry_job",                     "/actions/retry_job",           "id=999",       [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/actions/confirm_sign_in",               "/actions/confirm_sign_in",     "password=wrong-password", [401, 422, 422, 422, 422, 422, 422, 422]),
    Row("POST",    "/actions/change_password",               "/actions/change_password",     "current_password=wrong-password&password=correct-horse-battery&password_confirmation=correct-horse-battery", [401, 422, 422, 422, 422, 422, 422, 422]),
    Row("POST",    "/actions/nothing",                       "/actions/{name}",              "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/actions/set_flow",                      "/actions/{name}",              "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    // The API, with a token that has every scope
    Row("GET",     "/api/openapi.json",                      "get /api/openapi.json",        "",             [200, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v1/consents/code_review/wording",   "get /api/v1/consents/code_review/wording", "", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v1/decisions/code_review?namespace=acme&user=reviewer", "get /api/v1/decisions/code_review", "", [401, 404, 403, 403, 200, 200, 200, 200]),
    Row("GET",     "/api/v1/decisions/flows/developer%2Fv1?namespace=acme&user=reviewer", "get /api/v1/decisions/flows/{flow}", "", [401, 404, 403, 403, 200, 200, 200, 200]),
    Row("GET",     "/api/v1/flow_versions",                  "get /api/v1/flow_versions",    "",             [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("PUT",     "/api/v1/flow_versions",                  "put /api/v1/flow_versions",    "{\"environment\":\"dev\",\"version\":0,\"definitions\":[]}", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v1/decisions",                      "post /api/v1/decisions",       "{\"decisions\":[{\"kind\":\"code_review\",\"namespace\":\"acme\",\"user\":\"reviewer\"}]}", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v1/groups/acme/flows",              "get /api/v1/groups/{full_path}/flows", "",     [401, 404, 403, 403, 403, 200, 200, 200]),
    Row("PUT",     "/api/v1/groups/acme/flows/fix_pipeline%2Fv1", "put /api/v1/groups/{full_path}/flows/{flow}", "{\"enabled\":false,\"version\":1}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("PUT",     "/api/v1/groups/nowhere/flows/developer%2Fv1", "put /api/v1/groups/{full_path}/flows/{flow}", "{\"enabled\":false,\"version\":1}", [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/api/v4/features",                       "get /api/v4/features",         "",             [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("GET",     "/api/v4/features/definitions",           "get /api/v4/features/definitions", "",         [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v4/features/mr_ai_resolve_conflicts", "post /api/v4/features/{name}", "{\"value\":true}", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("DELETE",  "/api/v4/features/mr_ai_resolve_conflicts", "delete /api/v4/features/{name}", "",         [401, 403, 403, 403, 403, 403, 403, 204]),
    Row("GET",     "/api/v4/user",                           "get /api/v4/user",             "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/version",                        "get /api/v4/version",          "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/metadata",                      "get /api/v4/metadata",         "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/personal_access_tokens/self",   "get /api/v4/personal_access_tokens/self", "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups",                        "get /api/v4/groups",           "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme",                   "get /api/v4/groups/{id}",      "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("PUT",     "/api/v4/groups/acme",                   "put /api/v4/groups/{id}",      "{\"duo_availability\":\"default_on\"}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/subgroups",         "get /api/v4/groups/{id}/subgroups", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/descendant_groups", "get /api/v4/groups/{id}/descendant_groups", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/projects",          "get /api/v4/groups/{id}/projects", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/members",           "get /api/v4/groups/{id}/members", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/members/all",       "get /api/v4/groups/{id}/members/all", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/members/2",         "get /api/v4/groups/{id}/members/{user_id}", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/members/all/2",     "get /api/v4/groups/{id}/members/all/{user_id}", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/groups/acme/audit_events",      "get /api/v4/groups/{id}/audit_events", "",             [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/api/v4/groups/globex",                 "get /api/v4/groups/{id}",      "",             [401, 404, 404, 404, 200, 404, 200, 200]),
    Row("GET",     "/api/v4/projects",                      "get /api/v4/projects",         "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite",       "get /api/v4/projects/{id}",    "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite/members", "get /api/v4/projects/{id}/members", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite/members/all", "get /api/v4/projects/{id}/members/all", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite/members/2", "get /api/v4/projects/{id}/members/{user_id}", "",             [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite/members/all/2", "get /api/v4/projects/{id}/members/all/{user_id}", "",             [401, 404, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/projects/acme%2Fwebsite/audit_events", "get /api/v4/projects/{id}/audit_events", "",             [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("GET",     "/api/v4/users",                         "get /api/v4/users",            "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/api/v4/users/2",                       "get /api/v4/users/{id}",       "",             [401, 404, 404, 404, 404, 404, 200, 200]),
    Row("GET",     "/api/v4/audit_events",                  "get /api/v4/audit_events",     "",             [401, 403, 403, 403, 403, 403, 403, 200]),
    // What one may not see is null, with 200.
    Row("POST",    "/api/graphql",                           "post /api/graphql",            "{\"query\":\"{group(fullPath:\\\"acme\\\"){groupMembers{nodes{user{id}}}}}\"}", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/api/graphql",                           "post /api/graphql",            "{\"mutation\":\"\"}", [401, 422, 422, 422, 422, 422, 422, 422]),
    Row("GET",     "/api/graphql",                           "post /api/graphql",            "",             [405, 405, 405, 405, 405, 405, 405, 405]),
    Row("GET",     "/api/v4/features/",                      "/api/v4/features/",            "",             [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v4/features//mr_ai_resolve_conflicts", "/api/v4/features//{name}",  "{\"value\":true}", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("GET",     "/api/v1/feature_flags/duo_developer_orbit/history", "get /api/v1/feature_flags/{name}/history", "", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v1/feature_flags/duo_developer_orbit/restore", "post /api/v1/feature_flags/{name}/restore", "{\"event\":999999}", [401, 403, 403, 403, 403, 403, 403, 404]),
    Row("POST",    "/api/v1/feature_flags/duo_developer_orbit/scheduled_changes", "post /api/v1/feature_flags/{name}/scheduled_changes", "{\"at\":\"2026-06-02T10:00:00Z\",\"value\":\"true\"}", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("GET",     "/api/v1/feature_flags/duo_developer_orbit/scheduled_changes", "get /api/v1/feature_flags/{name}/scheduled_changes", "", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("DELETE",  "/api/v1/feature_flags/duo_developer_orbit/scheduled_changes/1", "delete /api/v1/feature_flags/{name}/scheduled_changes/{id}", "", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v1/imports/members",                "post /api/v1/imports/{kind}",  "{}",           [401, 403, 403, 403, 403, 403, 403, 415]),
    Row("GET",     "/api/v1/exports/members",                "get /api/v1/exports/{kind}",   "",             [401, 403, 403, 403, 403, 403, 403, 200]),
    // Signed by the chat program, whoever asks.
    Row("POST",    "/api/v1/chat/commands",                  "post /api/v1/chat/commands",   "text=x",       [401, 401, 401, 401, 401, 401, 401, 401]),
    Row("GET",     "/api/v1/changes?follow=false",           "get /api/v1/changes",          "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/ofrep/v1/evaluate/flags/duo_developer_orbit", "post /ofrep/v1/evaluate/flags/{key}", "{}", [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("POST",    "/ofrep/v1/evaluate/flags/duo_developer_orbit", "post /ofrep/v1/evaluate/flags/{key}", "{\"context\":{\"group\":\"acme\"}}", [401, 400, 403, 403, 200, 200, 200, 200]),
    Row("POST",    "/ofrep/v1/evaluate/flags/nothing",       "post /ofrep/v1/evaluate/flags/{key}", "{}",    [401, 404, 404, 404, 404, 404, 404, 404]),
    Row("POST",    "/ofrep/v1/evaluate/flags",               "post /ofrep/v1/evaluate/flags", "{}",          [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/ofrep/v1/events?follow=false",          "get /ofrep/v1/events",         "",             [401, 200, 200, 200, 200, 200, 200, 200]),
    Row("GET",     "/ofrep/v1/configuration",                "/ofrep/{*rest}",               "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    // Changes by GitLab's API
    Row("POST",    "/api/v4/groups", "post /api/v4/groups", "{\"name\":\"Made\",\"path\":\"made\"}", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("POST",    "/api/v4/groups", "post /api/v4/groups", "{\"name\":\"Tools\",\"path\":\"tools\",\"parent_id\":{id of acme}}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("PUT",     "/api/v4/groups/acme%2Fplatform", "put /api/v4/groups/{id}", "{\"description\":\"All of it\"}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/api/v4/groups/acme%2Fplatform/archive", "post /api/v4/groups/{id}/archive", "", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("POST",    "/api/v4/groups/acme%2Fplatform/unarchive", "post /api/v4/groups/{id}/unarchive", "", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("POST",    "/api/v4/groups/acme%2Fplatform/transfer", "post /api/v4/groups/{id}/transfer", "{\"group_id\":{id of acme}}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("POST",    "/api/v4/groups/acme/share", "post /api/v4/groups/{id}/share", "{\"group_id\":{id of globex},\"group_access\":20}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("DELETE",  "/api/v4/groups/acme/share/{id of globex}", "delete /api/v4/groups/{id}/share/{group_id}", "", [401, 404, 403, 403, 403, 403, 204, 204]),
    Row("POST",    "/api/v4/groups/acme/members", "post /api/v4/groups/{id}/members", "{\"username\":\"outsider\",\"access_level\":10}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("PUT",     "/api/v4/groups/acme/members/{id of outsider}", "put /api/v4/groups/{id}/members/{user_id}", "{\"access_level\":20}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("DELETE",  "/api/v4/groups/acme/members/{id of outsider}", "delete /api/v4/groups/{id}/members/{user_id}", "", [401, 404, 403, 403, 403, 403, 204, 204]),
    Row("POST",    "/api/v4/projects", "post /api/v4/projects", "{\"name\":\"Tool\",\"namespace_id\":{id of acme}}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("PUT",     "/api/v4/projects/acme%2Fwebsite", "put /api/v4/projects/{id}", "{\"description\":\"Our pages\"}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("PUT",     "/api/v4/projects/acme%2Fwebsite/transfer", "put /api/v4/projects/{id}/transfer", "{\"namespace\":\"acme\"}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("POST",    "/api/v4/projects/acme%2Fwebsite/archive", "post /api/v4/projects/{id}/archive", "", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("POST",    "/api/v4/projects/acme%2Fwebsite/unarchive", "post /api/v4/projects/{id}/unarchive", "", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("POST",    "/api/v4/projects/acme%2Fwebsite/share", "post /api/v4/projects/{id}/share", "{\"group_id\":{id of globex},\"group_access\":20}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("DELETE",  "/api/v4/projects/acme%2Fwebsite/share/{id of globex}", "delete /api/v4/projects/{id}/share/{group_id}", "", [401, 404, 403, 403, 403, 403, 204, 204]),
    Row("POST",    "/api/v4/projects/acme%2Fwebsite/members", "post /api/v4/projects/{id}/members", "{\"username\":\"outsider\",\"access_level\":10}", [401, 404, 403, 403, 403, 403, 201, 201]),
    Row("PUT",     "/api/v4/projects/acme%2Fwebsite/members/{id of outsider}", "put /api/v4/projects/{id}/members/{user_id}", "{\"access_level\":20}", [401, 404, 403, 403, 403, 403, 200, 200]),
    Row("DELETE",  "/api/v4/projects/acme%2Fwebsite/members/{id of outsider}", "delete /api/v4/projects/{id}/members/{user_id}", "", [401, 404, 403, 403, 403, 403, 204, 204]),
    Row("POST",    "/api/v4/users", "post /api/v4/users", "{\"username\":\"made\",\"name\":\"Made\",\"email\":\"made@example.com\",\"force_random_password\":true}", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("PUT",     "/api/v4/users/{id of reviewer}", "put /api/v4/users/{id}", "{\"name\":\"A Reviewer\"}", [401, 403, 403, 403, 403, 403, 403, 200]),
    Row("POST",    "/api/v4/users/{id of reviewer}/block", "post /api/v4/users/{id}/block", "", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("POST",    "/api/v4/users/{id of reviewer}/unblock", "post /api/v4/users/{id}/unblock", "", [401, 403, 403, 403, 403, 403, 403, 201]),
    Row("DELETE",  "/api/v4/users/{id of maintainer}", "delete /api/v4/users/{id}", "", [401, 403, 403, 403, 403, 403, 403, 204]),
    Row("DELETE",  "/api/v4/projects/acme%2Fplatform%2Fapi", "delete /api/v4/projects/{id}", "", [401, 404, 403, 403, 403, 403, 202, 202]),
    Row("DELETE",  "/api/v4/groups/acme%2Fplatform%2Fruntime", "delete /api/v4/groups/{id}", "", [401, 404, 403, 403, 403, 403, 202, 202]),
    Row("GET",     "/api/nothing",                           "/api/{*rest}",                 "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/api",                                   "/api",                         "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    Row("GET",     "/api/",                                  "/api/",                        "",             [404, 404, 404, 404, 404, 404, 404, 404]),
    // Signing in and out; out comes last
    Row("POST",    "/users/sign_in",                         "/users/sign_in",               "username=owner&password=wrong-password", [401, 401, 401, 401, 401, 401, 401, 401]),
    Row("POST",    "/users/sign_out",                        "/users/sign_out",              "",             [303, 303, 303, 303, 303, 303, 303, 303]),
    Row("GET",     "/dashboard/groups",                      "/dashboard/groups",            "",             [302, 302, 302, 302, 302, 302, 302, 302]),
];

/// The statuses in one column.
async fn column(who: &str) -> Vec<u16> {
    let test = server().await;
    let role = match who {
        "guest" => Some(Role::Guest),
        "reporter" => Some(Role::Reporter),
        _ => None,
    };
    if let Some(role) = role {
        test.add_member(who, "acme", role).await;
        set_password(&test.app, &operator(), who, PASSWORD).await.expect("a password");
    }
    let (browser, token) = if who == "anonymous" {
        (Browser::new(&test), None)
    } else {
        (Browser::of(&test, who).await, Some(test.full_token(who).await))
    };
    let mut statuses = Vec::new();
    for row in TABLE {
        statuses.push(status(&test, &browser, token.as_deref(), row).await);
    }
    statuses
}

/// With the ids that the text asks for.
pub async fn with_ids(test: &TestApp, text: &str) -> String {
    let mut text = text.to_owned();
    while let Some((before, rest)) = text.split_once("{id of ") {
        let (name, after) = rest.split_once('}').expect("a name");
        let mut uow = test.app.storage.read().await.expect("a transaction");
        let user = uow.users().find_by_username(name).await.expect("it answers");
        let id = match user {
            Some(user) => user.id.0,
            None => test.namespace(name).await.id.0,
        };
        text = format!("{before}{id}{after}");
    }
    text
}

async fn status(test: &TestApp, browser: &Browser<'_>, token: Option<&str>, row: &Row) -> u16 {
    let Row(method, path, _, body, _) = row;
    let method: Method = method.parse().expect("a method");
    let body = with_ids(test, &body.replace("{wording}", &current_wording())).await;
    let path = &*with_ids(test, path).await;
    if is_of_the_api(path) {
        // No browser: cookies are ignored there.
        let mut ask = test.ask(method, path);
        if !body.is_empty() {
            ask = ask.header("content-type", "application/json").body(body);
        }
        if let Some(token) = token {
            ask = ask.token(token);
        }
        return ask.send().await.status.as_u16();
    }
    let accept = if path.starts_with("/actions/") { "application/json" } else { "text/html" };
    let headers = [
        ("accept", accept),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    browser.send(method, path, &headers, body).await.status.as_u16()
}

#[tokio::test]
async fn everybody_at_every_address_gets_the_status_of_the_table() {
    let mut wrong = Vec::new();
    for (at, who) in PEOPLE.into_iter().enumerate() {
        for (Row(method, path, _, body, expected), found) in TABLE.iter().zip(column(who).await) {
            if found != expected[at] {
                wrong.push(format!("{who}: {method} {path} {body} is {found}, not {}", expected[at]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn called() -> BTreeSet<&'static str> {
    TABLE.iter().map(|Row(_, _, called, _, _)| *called).collect()
}

#[test]
fn the_table_has_every_page_and_form() {
    let called = called();
    let addresses = addresses();
    assert!(addresses.len() > 40 && addresses.contains(&"/actions/set_flow"), "{addresses:?}");
    let others = ["/{*any}", "/actions/{name}"];
    let missing: Vec<_> =
        addresses.iter().chain(&others).filter(|address| !called.contains(**address)).collect();
    assert!(missing.is_empty(), "these addresses need a row: {missing:?}");
    for page in GroupPage::ALL {
        assert!(called.contains(format!("group {page:?}").as_str()), "{page:?} needs a row");
    }
}

/// Every server function is routed by a capability.
#[test]
fn every_server_function_has_a_route() {
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let addresses = addresses();
    assert_eq!(functions.len(), 5, "islands call few: {functions:?}");
    assert!(functions.iter().all(|path| addresses.contains(path)), "{functions:?}");
}

#[test]
fn the_table_has_every_operation_of_the_api() {
    let called = called();
    let document: Value = serde_json::to_value(rest::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("operations").keys().map(move |method| format!("{method} {path}"))
    });
    let missing: Vec<_> = operations.filter(|operation| !called.contains(operation.as_str())).collect();
    assert!(missing.is_empty(), "these operations need a row: {missing:?}");
}

/// axum does not list its routes, so they are read from the source; `addresses` has those of pages and forms.
#[test]
fn the_table_has_every_route_of_the_router() {
    fn read(folder: &Path, sources: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, sources);
            } else if !path.ends_with("routes.rs") {
                sources.push_str(&std::fs::read_to_string(path).expect("a source"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = std::fs::read_to_string(root.join("domain/paths.rs")).expect("a source");
    let mut sources = String::new();
    read(&root.join("server"), &mut sources);

    let (called, mut found) = (called(), 0);
    for (at, _) in sources.match_indices(".route(") {
        let argument = sources[at + ".route(".len()..].split(',').next().expect("an argument").trim();
        let path = match argument.strip_prefix("paths::") {
            None => argument,
            Some(name) => {
                let line = paths.lines().find(|line| line.starts_with(&format!("pub const {name}: &str = ")));
                line.and_then(|line| line.split(" = ").nth(1)).expect("an address").trim_end_matches(';')
            }
        };
        assert!(called.contains(path.trim_matches('"')), "{path} needs a row");
        found += 1;
    }
    assert!(found > 7, "the routes are found");
}
