//! One file per page. A page loads its data with a use case and renders the result.

pub mod accounts;
mod admin_consents;
mod admin_home;
mod api_docs;
pub mod audit;
mod configuration;
pub mod consent_reminder;
pub mod decisions;
pub mod flags;
pub mod flows;
mod front_page;
mod group;
mod group_members;
pub mod jobs;
mod jump;
mod overview;
pub mod people;
mod problem;
pub(super) mod settings;
mod start_list;

pub use accounts::{
    access_tokens::AccessTokensPage,
    active_sessions::ActiveSessionsPage,
    confirm::ConfirmPage,
    first_administrator::FirstAdministratorPage,
    password::PasswordPage,
    provider::{ProviderButton, ProviderSignInFailed},
    reset_password::ResetPasswordPage,
    sign_in::{DemoHint, SignInPage},
};
pub use admin_consents::AdminConsentsPage;
pub use admin_home::AdminHomePage;
pub use api_docs::{ApiDocsPage, ApiDocument};
pub use audit::admin_audit_events::AdminAuditEventsPage;
pub use flags::{
    admin_feature_flags::AdminFeatureFlagsPage, admin_feature_groups::AdminFeatureGroupsPage,
    feature_flag::FeatureFlagPage, feature_group::FeatureGroupPage,
};
pub use flows::{consents::ConsentReceiptPage, preferences::PreferencesPage};
pub use front_page::FrontPage;
pub use group::GroupPages;
pub use jobs::admin_jobs::AdminJobsPage;
pub use jump::JumpPage;
pub use people::{
    admin_groups::AdminGroupsPage,
    admin_seats::AdminSeatsPage,
    import::{AdminImportPage, StagedImportPage},
    new_group::NewGroupPage,
    new_person::NewPersonPage,
    people_list::PeoplePage,
    person::PersonPage,
};
pub use problem::{NotFoundPage, Refusal};
pub use settings::admin_settings::AdminSettingsPage;

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

/// A request for a page by a signed-in user.
#[derive(Clone)]
pub struct Visit {
    pub app: App,
    pub signed_in: SignedIn,
    /// The flash of the form that led here.
    pub flash: Option<Flash>,
}

impl Visit {
    /// `at` in the visitor's time format.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment::new(at, self.app.now(), self.signed_in.display.time_format)
    }

    /// The flash, if it is about `subject`.
    pub fn flash_about(&self, subject: &str) -> Option<&Flash> {
        self.flash.as_ref().filter(|flash| flash.subject == subject)
    }
}

/// A page for signed-in users: loads and renders it, or an error page. Others are redirected to sign in and
/// return here.
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

/// A page for anyone, signed in or not.
fn anybody<F>(page: impl FnOnce(App) -> F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    shown(page(expect_context()))
}

/// Initial capacity of the HTML buffer, in bytes. Most pages fit, so the buffer rarely has to grow.
const ROOM: usize = 40 * 1024;

fn shown<F>(page: F) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    Suspend::new(async move {
        let view = page.await.unwrap_or_else(|error| problem::view_of(&error));
        // Everything is resolved, so write the HTML in one go instead of streaming chunks.
        let mut html = String::with_capacity(ROOM);
        view.to_html_with_buf(&mut html, &mut Position::FirstChild, true, false, Vec::new());
        InertElement::new(html)
    })
}
