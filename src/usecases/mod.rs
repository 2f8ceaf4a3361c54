//! What the program does: one file a verb. Each that changes something authorises, loads, lets the domain
//! decide, stores, writes the audit event and commits; some that only read leave it to their caller to say
//! who may (`may_read_flags`). Pages, the API and the command line all come through here.

mod audit_trail;
mod caller;
mod error;
mod evaluate_flag;
mod facts;
mod flag_change;
mod flag_editor;
mod flag_error;
mod flag_names;
mod flag_set;
mod flags;
mod job_handlers;
mod known;
mod load;
mod own_password;
mod retry;
mod run_scheduled_change;
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

pub use caller::{Caller, Origin, SignedIn};
pub use error::{Explained, UseCaseError, What};
pub use facts::Place;
pub use flag_change::{Check, Guard};
pub use flag_editor::{FlagEditor, may_read_flags};
pub use flag_error::FlagError;
pub use flag_set::{Flag, FlagSet};
pub use job_handlers::{Effect, Failure, JobHandler, JobHandlers, Step, Work};
pub use known::Known;
pub use tally::{Count, JobCounts, SignInOutcome, Tally};

/// What the use cases answer with as it is stored; pages take it from here and know no storage.
pub use crate::storage::{
    ChangeFreeze, FlowSelection, LastChange, LedgerEntry, LinkedChatUser, OpenSession, Registry, StoredToken,
    VisibleNamespace,
};

use std::{ops::Deref, sync::Arc};

use self::{run_scheduled_change::ScheduledChanges, tidy_up::TidyUp};

use crate::{
    domain::{environment::Environment, time::Timestamp},
    storage::Storage,
};

/// What every use case needs. Each request clones it several times, so that is one counter.
#[derive(Clone)]
pub struct App(Arc<Tools>);

pub struct Tools {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    pub known: Known,
    /// Whose jobs the server runs.
    pub jobs: JobHandlers,
    /// What was done, counted.
    pub tally: Tally,
}

impl Deref for App {
    type Target = Tools;

    fn deref(&self) -> &Tools {
        &self.0
    }
}

/// What the time is. Handed in, so that tests can fix it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Where secrets come from. Handed in, so that tests can fix it.
pub trait Random: Send + Sync {
    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// What an operator may set about the use cases.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A session that is not used for so long ends, in milliseconds.
    pub session_idle_millis: i64,
    /// A session ends after so long however much it is used, in milliseconds.
    pub session_absolute_millis: i64,
    /// Consent, new tokens and administration at a page ask for the password again when the last proof
    /// is older, in milliseconds; 0 never asks.
    pub fresh_sign_in_millis: i64,
    /// Whose flags and flow versions the server answers for.
    pub environment: Environment,
}

/// The jobs of each capability.
fn jobs() -> JobHandlers {
    JobHandlers::new([Arc::new(ScheduledChanges) as Arc<dyn JobHandler>, Arc::new(TidyUp)])
}

impl App {
    pub fn new(storage: Storage, clock: Arc<dyn Clock>, random: Arc<dyn Random>, settings: Settings) -> Self {
        Self::with_jobs(storage, clock, random, settings, jobs())
    }

    /// The same with the jobs of other capabilities.
    pub fn with_jobs(
        storage: Storage,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: Settings,
        jobs: JobHandlers,
    ) -> Self {
        let (known, tally) = (Known::default(), Tally::default());
        Self(Arc::new(Tools { storage, clock, random, settings, known, jobs, tally }))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The environment that this server is in and answers for.
    pub fn environment(&self) -> Environment {
        self.settings.environment
    }
}
