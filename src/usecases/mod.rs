//! What the program does: one file a verb. Each authorises, or takes the proof that somebody may
//! (`FlagReader`, `FlagEditor`, `Administrator`); what is for operators alone, who have the database, says
//! so. Then it loads and lets the domain decide; what changes something also stores, writes the audit event
//! and commits. Pages, the API and the command line all come through here.

mod account_facts;
mod app;
mod audit_trail;
mod caller;
mod chat_request;
mod circumstances;
mod error;
mod evaluate_flag;
mod facts;
mod flag_change;
mod flag_changed;
mod flag_editor;
mod flag_error;
mod flag_facts;
mod flag_names;
mod flag_policy;
mod flag_set;
mod flags;
mod flow_facts;
mod fresh_sign_in;
mod group_frame;
mod job_handlers;
mod known;
mod load;
mod own_password;
mod place;
mod retry;
mod run_scheduled_change;
mod scheduled_job;
mod secrets;
mod start_session;
mod tally;
mod throttle;
mod tidy_up;

pub mod administrator;
pub mod answer_chat;
pub mod authenticate;
pub mod cancel_scheduled_change;
pub mod change_job;
pub mod change_member;
pub mod change_password;
pub mod confirm_sign_in;
pub mod create_demo_data;
pub mod create_feature_group;
pub mod create_token;
pub mod create_user;
pub mod decide_code_review;
pub mod decide_flow_version;
pub mod decide_many;
pub mod define_features;
pub mod delete_feature;
pub mod delete_user;
pub mod edit_flag;
pub mod end_sessions;
pub mod estimate_actors;
pub mod evaluate_flags;
pub mod examine;
pub mod explain;
pub mod export_audit_events;
pub mod first_administrator;
pub mod flag_definitions;
pub mod flag_history;
pub mod follow_changes;
pub mod freeze_changes;
pub mod jump_to;
pub mod link_chat_user;
pub mod link_user;
pub mod list_audit_events;
pub mod list_definitions;
pub mod list_feature_groups;
pub mod list_flags;
pub mod list_flow_versions;
pub mod list_flows;
pub mod list_freezes;
pub mod list_groups;
pub mod list_jobs;
pub mod list_scheduled_changes;
pub mod list_sessions;
pub mod list_tokens;
pub mod list_users;
pub mod read_features;
pub mod reset_links;
pub mod restore_feature;
pub mod revoke_token;
pub mod run_chatops;
pub mod run_jobs;
pub mod save_display;
pub mod schedule_change;
pub mod search_users;
pub mod set_email;
pub mod set_feature;
pub mod set_feature_group;
pub mod set_flow;
pub mod set_flow_versions;
pub mod set_orbit;
pub mod set_password;
pub mod show_configuration;
pub mod show_feature_group;
pub mod show_flag;
pub mod show_group;
pub mod show_preferences;
pub mod sign_in;
pub mod sign_in_with_provider;
pub mod sign_out;
pub mod try_flag;
pub mod unlink_user;
pub mod verify_audit;

pub use app::{App, Clock, Random, Settings, Tools};
pub use caller::{Caller, Origin, SignedIn};
pub use error::{Explained, UseCaseError, What};
pub use flag_change::{Check, Guard};
pub use flag_changed::{ChangedState, FlagChanged};
pub use flag_editor::{FlagEditor, FlagReader};
pub use flag_error::FlagError;
pub use flag_policy::{AskedBy, Where};
pub use flag_set::{Flag, FlagSet};
pub use group_frame::{GroupFrame, May};
pub use job_handlers::{Effect, Failure, JobHandler, Step, Work};
pub use known::Known;
pub use place::Place;
pub use tally::{Count, JobCounts, SignInOutcome, Tally};

/// What the use cases answer with as it is stored; pages take it from here and know no storage.
pub use crate::storage::{
    ChangeFreeze, FlowSelection, LastChange, LedgerEntry, LinkedChatUser, OpenSession, Registry, StoredToken,
    VisibleNamespace,
};

use std::sync::Arc;

use self::{run_scheduled_change::ScheduledChanges, tidy_up::TidyUp};
use crate::storage::Storage;

/// Whose jobs the program runs.
pub type JobHandlers = job_handlers::JobHandlers<App>;

/// The jobs of each capability.
fn jobs() -> JobHandlers {
    JobHandlers::new([Arc::new(ScheduledChanges) as Arc<dyn JobHandler<App>>, Arc::new(TidyUp)])
}

impl App {
    /// With the jobs of all capabilities.
    pub fn new(storage: Storage, clock: Arc<dyn Clock>, random: Arc<dyn Random>, settings: Settings) -> Self {
        Self::with_jobs(storage, clock, random, settings, jobs())
    }
}
