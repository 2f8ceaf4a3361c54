//! What the program does: one file per verb. A use case authorises, or takes a proof of permission
//! (`FlagReader`, `FlagEditor`, `Administrator`); those for operators, who have access to the database, say
//! so. Then it loads, lets the domain decide, and, if something changes, stores it with an audit event and
//! commits. Pages, API and command line all go through here.

pub mod accounts;
mod app;
pub mod audit;
mod audit_trail;
mod caller;
pub mod chat;
pub mod decisions;
mod error;
mod facts;
pub mod flags;
pub mod flows;
mod fresh_sign_in;
pub mod jobs;
mod known;
mod load;
pub mod people;
mod place;
mod retry;
pub mod settings;
mod tally;
mod tidy_up;

pub mod admin_home;
pub mod administrator;
pub mod create_bench_data;
pub mod create_demo_data;
pub mod delete_group;
pub mod examine;
pub mod export_seats;
pub mod front_page;
pub mod jump_to;
pub mod list_consents;
pub mod move_group;
pub mod seat_effect;
pub mod show_group_settings;
pub mod show_overview;
pub mod update_group;

pub use app::{App, Clock, Random, Settings, Tools};
pub use caller::{Caller, Origin, SignedIn};
pub use error::{Explained, UseCaseError, What};
pub use flags::{
    flag_change::{Check, Guard},
    flag_changed::{ChangedState, FlagChanged},
    flag_editor::{FlagEditor, FlagReader},
    flag_error::FlagError,
    flag_policy::{AskedBy, Where},
    flag_set::{CachedFlag, FlagSet},
};
pub use jobs::job_handlers::{Effect, JobFailure, JobHandler, Step, Work};
pub use known::Caches;
pub use people::group_frame::{GroupFrame, May};
pub use place::Place;
pub use tally::{Count, JobCounts, SignInOutcome, Tally};

/// Stored types that use cases return; re-exported, because pages may not depend on storage.
pub use crate::storage::{
    BrowsedMember, BrowsedNamespace, ChangeFreeze, Extent, FlowSelection, GroupFound, GroupOwner,
    InvitedGroup, LastChange, LedgerEntry, LinkedChatUser, LinkedIdentity, ListedMember, ListedNamespace,
    ListedPool, ListedTopLevelGroup, MemberFilter, MemberRelations, NamespaceDetails, NamespaceInvitation,
    NamespaceOrder, OpenSession, Registry, SeatHolder, Started, StoredConsent, StoredToken, TopLevelFacts,
    TopLevelOrder, Transitional, UserFilter, UserOrder, VisibleNamespace,
};

use std::sync::Arc;

use self::{flags::run_scheduled_change::ScheduledChangeHandler, tidy_up::TidyUp};
use crate::storage::Storage;

/// The handlers of the program's jobs.
pub type JobHandlers = jobs::job_handlers::JobHandlers<App>;

/// The job handlers of all capabilities.
fn jobs() -> JobHandlers {
    JobHandlers::new([Arc::new(ScheduledChangeHandler) as Arc<dyn JobHandler<App>>, Arc::new(TidyUp)])
}

impl App {
    /// With the job handlers of all capabilities.
    pub fn new(storage: Storage, clock: Arc<dyn Clock>, random: Arc<dyn Random>, settings: Settings) -> Self {
        Self::with_jobs(storage, clock, random, settings, jobs())
    }
}
