//! Pages, both APIs and chat apply the same rules to changes of flags; the command line's rows of the same
//! tables are in `tests/cli/features.rs`.

use crate::{
    browser::{Browser, server},
    chat,
    support::TestApp,
};
use serde_json::{Value, json};

use duo_console::{
    domain::environment::Environment,
    usecases::{FlagReader, flags::read_features::get_feature, jobs::run_jobs::run_due_jobs},
};

const FLAG: &str = "duo_developer_orbit";
const UNDEFINED: &str = "nobody_defined_it";
const DAY: i64 = 86_400_000;

/// The surface by which a flag is turned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surface {
    Page,
    GitlabApi,
    /// Our API: schedules the change, which is then made.
    Api,
    Chat,
}

struct Console {
    test: TestApp,
    token: String,
}

impl Console {
    async fn new() -> Self {
        let test = server().await;
        chat::link(&test, "admin", "U1").await;
        let token = test.full_token("admin").await;
        Self { test, token }
    }

    /// Requests turning a flag on in production, this server's environment.
    async fn turn_on(&self, surface: Surface, flag: &str, environment: Option<&str>, force: bool) {
        let Self { test, token } = self;
        match surface {
            Surface::Page => {
                let fields = [
                    ("flag", flag),
                    ("environment", environment.expect("a page is about one")),
                    ("change", "on"),
                    ("warned_of", "undefined"),
                ];
                Browser::of(test, "admin").await.submit("/actions/change_flag", &fields).await;
            }
            Surface::GitlabApi => {
                let body = with(json!({"value": "true"}), environment, force);
                test.post(&format!("/api/v4/features/{flag}"), &body).token(token).send().await;
            }
            Surface::Api => {
                let body = json!({"value": "true", "at": "2026-06-02T10:00:00Z"});
                let address = format!("/api/v1/feature_flags/{flag}/scheduled_changes");
                test.post(&address, &with(body, environment, force)).token(token).send().await;
                test.clock.advance_millis(DAY);
                run_due_jobs(&test.app, "a worker").await.expect("it runs");
            }
            Surface::Chat => {
                let environment = environment.map_or_else(String::new, |it| format!(" --{it}"));
                let force = if force { " --force" } else { "" };
                let line = format!("gitlab run feature set {flag} true{environment}{force}");
                chat::say(test, "U1", &line).await;
            }
        }
    }

    async fn is_on(&self, flag: &str) -> bool {
        let state = get_feature(&self.test.app, &FlagReader::operator(), Environment::Production, flag).await;
        state.is_ok_and(|it| it.feature.gates.boolean == Some(true))
    }
}

fn with(mut body: Value, environment: Option<&str>, force: bool) -> Value {
    if let Some(environment) = environment {
        body["environment"] = json!(environment);
    }
    if force {
        body["force"] = json!(true);
    }
    body
}

#[tokio::test]
async fn production_waits_for_staging_wherever_an_environment_is_named() {
    let production = Some("production");
    for (surface, named, waits) in [
        (Surface::Page, production, true),
        (Surface::GitlabApi, production, true),
        (Surface::GitlabApi, None, false),
        (Surface::Api, production, true),
        (Surface::Api, None, false),
        (Surface::Chat, production, true),
        // Without an environment a command applies to production, as in GitLab.
        (Surface::Chat, None, true),
    ] {
        let console = Console::new().await;
        console.turn_on(surface, FLAG, named, false).await;
        assert_eq!(console.is_on(FLAG).await, !waits, "{surface:?} {named:?}");
    }
}

#[tokio::test]
async fn a_flag_that_nothing_defines_is_set_by_force_except_where_gitlab_needs_none() {
    for (surface, sets) in
        [(Surface::Page, true), (Surface::GitlabApi, true), (Surface::Api, false), (Surface::Chat, false)]
    {
        for force in [false, true] {
            let console = Console::new().await;
            // So that nothing else holds it back.
            console.turn_on(Surface::GitlabApi, UNDEFINED, Some("staging"), false).await;
            console.turn_on(surface, UNDEFINED, Some("production"), force).await;
            assert_eq!(console.is_on(UNDEFINED).await, sets || force, "{surface:?}, forced: {force}");
        }
    }
}
