//! The frame of every group page, and the caller's permissions there.

use crate::{
    domain::{
        access::{Access, Action, Standing, can, may_read_settings},
        namespace::Namespace,
    },
    usecases::Caller,
};

/// What every group page shows around its content.
#[derive(Clone, Debug)]
pub struct GroupFrame {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    /// The pages and actions available to the caller.
    pub may: May,
}

/// The caller's permissions; shown by pages, enforced by use cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct May {
    pub read_settings: bool,
    /// Of the top-level group.
    pub read_consents: bool,
    pub read_audit: bool,
    pub change_flows: bool,
    /// Of a group.
    pub change_settings: bool,
    pub change_project_settings: bool,
    pub give_consent: bool,
    /// Create what is below, edit, move, archive and delete.
    pub manage_group: bool,
    pub read_members: bool,
    pub manage_members: bool,
    pub manage_seats: bool,
}

impl GroupFrame {
    pub fn top_level(&self) -> &Namespace {
        self.ancestors.first().unwrap_or(&self.namespace)
    }
}

pub(in crate::usecases) fn may(caller: &Caller, standing: Standing) -> May {
    let granted = |action| matches!(can(&caller.actor, action, standing), Access::Granted(_));
    May {
        read_settings: granted(Action::ReadSettings),
        read_consents: granted(Action::ReadSettings)
            && (caller.actor.is_admin || may_read_settings(&caller.actor, standing.top_level)),
        read_audit: granted(Action::ReadAudit),
        change_flows: granted(Action::ChangeFlows),
        change_settings: granted(Action::ChangeSettings),
        change_project_settings: granted(Action::ChangeProjectSettings),
        give_consent: granted(Action::GiveConsent),
        manage_group: granted(Action::ManageGroup),
        read_members: granted(Action::ReadMembers),
        manage_members: granted(Action::ManageMembers),
        manage_seats: granted(Action::ManageSeats),
    }
}
