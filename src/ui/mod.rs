//! The user interface. Pages and components are rendered on the server only; islands are hydrated in the
//! browser.

pub mod islands;

#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod early;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod pages;

#[cfg(feature = "ssr")]
pub use app::{AssetNames, FormRefused, Shell, SignInFailed, UploadRefused};
#[cfg(feature = "ssr")]
pub use pages::{
    AccessTokensPage, ActiveSessionsPage, AdminAuditEventsPage, AdminConsentsPage, AdminFeatureFlagsPage,
    AdminFeatureGroupsPage, AdminGroupsPage, AdminHomePage, AdminImportPage, AdminJobsPage, AdminSeatsPage,
    AdminSettingsPage, ApiDocsPage, ApiDocument, ConfirmPage, ConsentReceiptPage, DemoHint, FeatureFlagPage,
    FeatureGroupPage, FirstAdministratorPage, FrontPage, GroupPages, JumpPage, NewGroupPage, NewPersonPage,
    NotFoundPage, PasswordPage, PeoplePage, PersonPage, PreferencesPage, ProviderButton,
    ProviderSignInFailed, Refusal, ResetPasswordPage, SignInPage, StagedImportPage,
};
