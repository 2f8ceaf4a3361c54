//! JSON of a flow and its state in a top-level group.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::flows::{catalogue, consent},
    usecases::{FlowSelection, LastChange},
    wire::{
        person::Person,
        words::{Level, Maturity, Tier},
    },
};

/// The flows of a top-level group, as they apply in one of its namespaces.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupFlows {
    /// The full path of the requested namespace.
    #[schema(example = "acme/platform")]
    pub namespace: String,
    /// The full path of the group in which flows are turned on and off.
    #[schema(example = "acme")]
    pub top_level_group: String,
    /// Every flow of the catalogue, in its order.
    pub flows: Vec<Flow>,
}

/// A foundational flow with its state.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flow {
    name: &'static str,
    description: &'static str,
    maturity: Maturity,
    /// The lowest tier that includes it.
    tier: Tier,
    /// What prevents it from being turned on; null if nothing does.
    #[schema(required)]
    obstacle: Option<Obstacle>,
    #[serde(flatten)]
    state: FlowState,
}

/// The state of a flow in a top-level group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowState {
    /// The flow's reference; in URLs '/' is encoded as %2F.
    #[schema(example = "code_review/v1")]
    reference: &'static str,
    enabled: bool,
    consent: Consent,
    /// The version that a change has to name: 0 if the flow was never changed.
    #[schema(minimum = 0)]
    version: i64,
    /// When it was last turned on or off, RFC 3339; null if it never was.
    #[schema(required, format = DateTime)]
    changed_at: Option<String>,
    /// Who last turned it on or off; null if nobody did.
    #[schema(required)]
    changed_by: Option<Person>,
}

/// Whether the flow needs recorded consent, and has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Consent {
    state: ConsentState,
    /// The entry of the ledger; null unless consent is given.
    #[schema(required)]
    id: Option<i64>,
    /// Who gave it; null unless consent is given.
    #[schema(required)]
    by: Option<Person>,
    /// When it was given, RFC 3339; null unless consent is given.
    #[schema(required, format = DateTime)]
    at: Option<String>,
}

/// `missing` is transitional: on since before consent existed. `none`: the flow is off, and turning it on
/// asks for consent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    NotRequired,
    None,
    Missing,
    Given,
}

/// What prevents a flow from being turned on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Obstacle {
    kind: ObstacleKind,
    /// With `level_off`: the level above the flows that is off.
    #[schema(required)]
    level: Option<Level>,
    /// With `needs_tier`: the lowest tier that includes the flow.
    #[schema(required)]
    tier: Option<Tier>,
}

/// Why a flow cannot be turned on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObstacleKind {
    LevelOff,
    NeedsTier,
}

impl Flow {
    /// The selection with its obstacle, if any.
    pub fn new(selection: FlowSelection, obstacle: Option<catalogue::Obstacle>) -> Self {
        let flow = selection.flow;
        Self {
            name: flow.name,
            description: flow.description,
            maturity: flow.maturity.into(),
            tier: flow.tier.into(),
            obstacle: obstacle.map(Obstacle::from),
            state: selection.into(),
        }
    }
}

impl From<FlowSelection> for FlowState {
    fn from(selection: FlowSelection) -> Self {
        Self {
            reference: selection.flow.reference,
            enabled: selection.state.is_on(),
            consent: Consent::new(selection.flow, &selection.state),
            version: selection.version,
            changed_at: selection.changed.as_ref().map(|change| change.at.rfc3339()),
            changed_by: selection.changed.map(Person::from),
        }
    }
}

impl From<LastChange> for Person {
    fn from(change: LastChange) -> Self {
        Self::new(change.by_username, change.by_name)
    }
}

impl FlowState {
    /// The conflict message for a stale version: who changed the flow, and its current state.
    pub fn changed_since(&self) -> String {
        let state = if self.enabled { "on" } else { "off" };
        match (&self.changed_by, &self.changed_at) {
            (Some(by), Some(at)) => format!(
                "{} (@{}) switched this flow at {at}: it is {state}, in version {}. Look at it again, then send that version.",
                by.name(),
                by.username(),
                self.version
            ),
            _ => String::from("This flow was never switched: it is off, in version 0. Send that version."),
        }
    }
}

impl Consent {
    fn new(flow: &catalogue::Flow, state: &consent::FlowState) -> Self {
        let given = state.consent();
        let word = match (flow.needs_consent, state.is_on(), given.is_some()) {
            (false, ..) => ConsentState::NotRequired,
            (true, _, true) => ConsentState::Given,
            (true, true, false) => ConsentState::Missing,
            (true, false, false) => ConsentState::None,
        };
        Self {
            state: word,
            id: given.map(|it| it.id.0),
            by: given.map(|it| Person::new(it.by_username.clone(), it.by_name.clone())),
            at: given.map(|it| it.at.rfc3339()),
        }
    }
}

impl From<catalogue::Obstacle> for Obstacle {
    fn from(obstacle: catalogue::Obstacle) -> Self {
        match obstacle {
            catalogue::Obstacle::LevelOff(level) => {
                Self { kind: ObstacleKind::LevelOff, level: Some(level.into()), tier: None }
            }
            catalogue::Obstacle::NeedsTier(tier) => {
                Self { kind: ObstacleKind::NeedsTier, level: None, tier: Some(tier.into()) }
            }
        }
    }
}
