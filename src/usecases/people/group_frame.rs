//! What every page of a group shows, and what its reader may do there.

use crate::{
    domain::{
        access::{Access, Action, Standing, can},
        namespace::Namespace,
    },
    usecases::Caller,
};

/// What every page of a group shows around its own matter.
#[derive(Clone, Debug)]
pub struct GroupFrame {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    /// Which pages and actions are open to the caller.
    pub may: May,
}

/// What the caller may do here; pages show it, use cases enforce it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct May {
    pub read_settings: bool,
    pub read_audit: bool,
    pub change_flows: bool,
    pub give_consent: bool,
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
        read_audit: granted(Action::ReadAudit),
        change_flows: granted(Action::ChangeFlows),
        give_consent: granted(Action::GiveConsent),
    }
}
