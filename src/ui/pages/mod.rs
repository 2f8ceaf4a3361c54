//! One file a page. A page loads with a use case and shows what came of it.

mod access_tokens;
mod active_sessions;
mod admin_audit_events;
mod admin_feature_flags;
mod admin_feature_groups;
mod admin_jobs;
mod admin_users;
mod api_docs;
mod audit_events;
mod audit_list;
mod configuration;
mod confirm;
mod explain;
mod feature_flag;
mod feature_group;
mod first_administrator;
mod group;
mod groups;
mod jump;
mod overview;
mod password;
mod preferences;
mod problem;
mod provider;
mod reset_password;
mod sign_in;

pub use access_tokens::AccessTokensPage;
pub use active_sessions::ActiveSessionsPage;
pub use admin_audit_events::AdminAuditEventsPage;
pub use admin_feature_flags::AdminFeatureFlagsPage;
pub use admin_feature_groups::AdminFeatureGroupsPage;
pub use admin_jobs::AdminJobsPage;
pub use admin_users::AdminUsersPage;
pub use api_docs::{ApiDocsPage, ApiDocument};
pub use confirm::ConfirmPage;
pub use feature_flag::FeatureFlagPage;
pub use feature_group::FeatureGroupPage;
pub use first_administrator::FirstAdministratorPage;
pub use group::GroupPages;
pub use groups::GroupsPage;
pub use jump::JumpPage;
pub use password::PasswordPage;
pub use preferences::PreferencesPage;
pub use problem::{NotFoundPage, Refusal};
pub use provider::{ProviderButton, ProviderSignInFailed};
pub use reset_password::ResetPasswordPage;
pub use sign_in::{DemoHint, SignInPage};

use leptos::{
    prelude::*,
    tachys::{html::InertElement, view::Position},
};

use crate::{
    actions::{
        flash::Flash,
        support::{self, signed_in},
    },
    domain::{moment::Moment, time::Timestamp},
    usecases::{App, SignedIn, UseCaseError},
};

/// Somebody who is signed in looks at a page.
#[derive(Clone)]
pub struct Visit {
    pub app: App,
    pub signed_in: SignedIn,
    /// What the form before this page has to say.
    pub flash: Option<Flash>,
}

impl Visit {
    /// How the visitor reads `at`.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment::new(at, self.app.now(), self.signed_in.display.time_format)
    }

    /// The flash, when it is about `subject`.
    pub fn flash_about(&self, subject: &str) -> Option<&Flash> {
        self.flash.as_ref().filter(|flash| flash.subject == subject)
    }
}

/// A page for whoever is signed in: loaded, then shown, or the problem that came up. Everybody else
/// is sent to sign in, and comes back.
fn visit<F>(page: impl FnOnce(Visit) -> F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    let Some(signed_in) = signed_in() else {
        support::send_to_sign_in();
        return ().into_any();
    };
    let visit = Visit { app: expect_context(), signed_in, flash: crate::actions::flash::take() };
    shown(page(visit)).into_any()
}

/// The same for whoever comes with a link, signed in or not.
fn anybody<F>(page: impl FnOnce(App) -> F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    shown(page(expect_context()))
}

/// What most pages fit into, in bytes: one that grows is copied on the way.
const ROOM: usize = 40 * 1024;

fn shown<F>(page: F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    Suspend::new(async move {
        let view = page.await.unwrap_or_else(|error| problem::view_of(&error));
        // Nothing in it waits any more, so it is written at once, and not piece by piece into a stream.
        let mut html = String::with_capacity(ROOM);
        view.to_html_with_buf(&mut html, &mut Position::FirstChild, true, false, Vec::new());
        InertElement::new(html)
    })
}
