//! A flow: what it is, and how it stands in a top-level group.

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

/// The flows of a top-level group, as they hold in a namespace of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupFlows {
    /// The full path that was asked about.
    #[schema(example = "acme/platform")]
    pub namespace: String,
    /// The full path of the group where the flows are turned on and off.
    #[schema(example = "acme")]
    pub top_level_group: String,
    /// Every flow of the catalogue, in its order.
    pub flows: Vec<Flow>,
}

/// A foundational flow, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flow {
    name: &'static str,
    description: &'static str,
    maturity: Maturity,
    /// The lowest tier that has it.
    tier: Tier,
    /// What keeps it from being turned on; null when nothing does.
    #[schema(required)]
    obstacle: Option<Obstacle>,
    #[serde(flatten)]
    state: FlowState,
}

/// How a flow stands in a top-level group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowState {
    /// What the flow is called in addresses, with %2F for '/'.
    #[schema(example = "code_review/v1")]
    reference: &'static str,
    enabled: bool,
    consent: Consent,
    /// What a change has to name: 0 while the flow was never switched.
    #[schema(minimum = 0)]
    version: i64,
    /// When it was last switched, RFC 3339; null while it never was.
    #[schema(required, format = DateTime)]
    changed_at: Option<String>,
    /// Who switched it last; null while nobody did.
    #[schema(required)]
    changed_by: Option<Person>,
}

/// Whether the flow needs recorded consent, and has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Consent {
    state: ConsentState,
    /// The ledger's row; null unless the consent is given.
    #[schema(required)]
    id: Option<i64>,
    /// Who gave it; null unless it is given.
    #[schema(required)]
    by: Option<Person>,
    /// When it was given, RFC 3339; null unless it is given.
    #[schema(required, format = DateTime)]
    at: Option<String>,
}

/// `missing` is transitional: on since before consent was asked for. `none`: the flow is off, and
/// turning it on asks for consent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    NotRequired,
    None,
    Missing,
    Given,
}

/// What keeps a flow from being turned on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Obstacle {
    kind: ObstacleKind,
    /// With `level_off`: the level above the flows that is off.
    #[schema(required)]
    level: Option<Level>,
    /// With `needs_tier`: the lowest tier that has the flow.
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
    /// How the selection is shown, with what keeps it from being turned on.
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
    /// For whoever named another version: who was first, and how it stands.
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
