//! A place: a namespace with the settings that count in it.

use crate::{
    domain::{
        flows::catalogue::Flow,
        namespace::{GroupPath, Namespace, Subscription},
        settings::availability::DuoChain,
    },
    storage::FlowSelection,
};

/// A namespace with the settings that count in it.
#[derive(Debug)]
pub struct Place {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    pub subscription: Subscription,
    /// The levels above the flows, as they count here.
    pub chain: DuoChain,
    /// What is archived: the namespace itself, or a group above it.
    pub archived: Option<GroupPath>,
    /// All flows of the catalogue, as set in the top-level group.
    pub flows: Vec<FlowSelection>,
}

impl Place {
    /// The group whose settings, seats and consent apply; the namespace itself when it is top-level.
    pub fn top_level_group(&self) -> &Namespace {
        self.ancestors.first().unwrap_or(&self.namespace)
    }

    /// `None` when the flow is not in the catalogue.
    pub fn flow(&self, flow: &Flow) -> Option<&FlowSelection> {
        self.flows.iter().find(|selection| selection.flow == flow)
    }

    /// Whether the flow is effectively on: selected, no level above it off, and nothing archived.
    pub fn flow_is_on(&self, flow: &Flow) -> bool {
        self.archived.is_none()
            && self.chain.blocked_by().is_none()
            && self.flow(flow).is_some_and(|it| it.state.is_on())
    }
}
