//! A place: what a namespace is, and what its top-level group says about it.

use crate::{
    domain::{
        flows::catalogue::Flow,
        namespace::{Namespace, Subscription},
        settings::availability::DuoChain,
    },
    storage::FlowSelection,
};

/// A namespace with all that its top-level group says about it.
#[derive(Debug)]
pub struct Place {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    pub subscription: Subscription,
    pub chain: DuoChain,
    /// Every flow of the catalogue, as the top-level group has it.
    pub flows: Vec<FlowSelection>,
}

impl Place {
    /// Whose settings, seats and consent count; the namespace itself when it is at the top.
    pub fn top_level_group(&self) -> &Namespace {
        self.ancestors.first().unwrap_or(&self.namespace)
    }

    /// `None` when the catalogue has no such flow.
    pub fn flow(&self, flow: &Flow) -> Option<&FlowSelection> {
        self.flows.iter().find(|selection| selection.flow == flow)
    }

    /// Whether the flow counts as on: selected, and nothing above it off.
    pub fn flow_is_on(&self, flow: &Flow) -> bool {
        self.chain.blocked_by().is_none() && self.flow(flow).is_some_and(|it| it.state.is_on())
    }
}
