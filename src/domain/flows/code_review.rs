//! Which engine reviews: one pure function, and its explanations. The tests are the product's engine table,
//! row by row.

use super::consent::FlowState;
use crate::domain::{
    flags::Evaluation,
    ids::ConsentId,
    keyed::keyed_enum,
    settings::availability::{DuoChain, Level},
};

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Engine: serde {
        /// The agent flow on the Duo Agent Platform.
        CodeReviewFlow = "code_review_flow",
        /// The classic engine, for holders of a Duo Enterprise seat.
        DuoCodeReview = "duo_code_review",
        /// No review; the user is told so.
        None = "none",
    }
}

impl Engine {
    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeReviewFlow => "Code Review Flow",
            Self::DuoCodeReview => "GitLab Duo Code Review",
            Self::None => "No review",
        }
    }
}

keyed_enum! {
    /// The row of the engine table that matched.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Rule: serde {
        /// Comes first of all.
        UserBlocked = "user_blocked",
        NamespaceArchived = "namespace_archived",
        DuoUnavailable = "duo_unavailable",
        FlowOnWithConsent = "flow_on_with_consent",
        PriorityOffSeat = "priority_off_seat",
        PriorityOffNoSeat = "priority_off_no_seat",
        FlowOnWithoutConsentSeat = "flow_on_without_consent_seat",
        FlowOnWithoutConsentNoSeat = "flow_on_without_consent_no_seat",
        FlowOffSeat = "flow_off_seat",
        FlowOffNoSeat = "flow_off_no_seat",
    }
}

impl Rule {
    /// The engine that the rule selects.
    pub const fn engine(self) -> Engine {
        match self {
            Self::FlowOnWithConsent | Self::PriorityOffNoSeat | Self::FlowOnWithoutConsentNoSeat => {
                Engine::CodeReviewFlow
            }
            Self::PriorityOffSeat | Self::FlowOnWithoutConsentSeat | Self::FlowOffSeat => {
                Engine::DuoCodeReview
            }
            Self::UserBlocked | Self::NamespaceArchived | Self::DuoUnavailable | Self::FlowOffNoSeat => {
                Engine::None
            }
        }
    }
}

/// All inputs of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
pub struct EngineInputs {
    /// Whether the namespace or a group above it is archived.
    pub archived: bool,
    /// The top-level group's settings above the flows.
    pub chain: DuoChain,
    /// Whether Code Review is selected in the top-level group.
    pub flow_selected: bool,
    /// The current consent; `None` when missing.
    pub consent: Option<ConsentId>,
    /// Whether consent decides: the flag `duo_code_review_flow_priority` for the top-level group.
    pub priority: Evaluation,
    /// Whether the initiating user holds a Duo Enterprise seat of the top-level group.
    pub seat: bool,
    /// Whether the initiating user is blocked.
    pub blocked: bool,
}

impl EngineInputs {
    /// For a user who is not blocked.
    pub fn new(archived: bool, chain: DuoChain, state: &FlowState, priority: Evaluation, seat: bool) -> Self {
        let consent = state.consent().map(|it| it.id);
        Self { archived, chain, flow_selected: state.is_on(), consent, priority, seat, blocked: false }
    }

    /// Whether the flow is effectively on: selected, no level above it off, and nothing archived.
    pub fn flow_on(&self) -> bool {
        self.flow_selected && !self.archived && self.chain.blocked_by().is_none()
    }
}

/// The engine, with the rule that matched and its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineDecision {
    pub engine: Engine,
    pub rule: Rule,
    pub inputs: EngineInputs,
}

/// Which engine reviews for a user in a namespace. There is no failover: a failed run stays failed.
pub fn decide(inputs: EngineInputs) -> EngineDecision {
    let rule = if inputs.blocked {
        Rule::UserBlocked
    } else if inputs.archived {
        Rule::NamespaceArchived
    } else if inputs.chain.blocked_by() == Some(Level::GitlabDuo) {
        Rule::DuoUnavailable
    } else {
        match (inputs.flow_on(), inputs.consent.is_some(), inputs.seat) {
            // The rule from before consent was asked for.
            (true, _, true) if !inputs.priority.on => Rule::PriorityOffSeat,
            (true, _, false) if !inputs.priority.on => Rule::PriorityOffNoSeat,
            (true, true, _) => Rule::FlowOnWithConsent,
            (true, false, true) => Rule::FlowOnWithoutConsentSeat,
            (true, false, false) => Rule::FlowOnWithoutConsentNoSeat,
            (false, _, true) => Rule::FlowOffSeat,
            (false, _, false) => Rule::FlowOffNoSeat,
        }
    };
    EngineDecision { engine: rule.engine(), rule, inputs }
}

impl EngineDecision {
    /// The explanation for people, in one or two sentences.
    pub fn explanation(&self) -> String {
        let why_off = match self.inputs.chain.blocked_by() {
            Some(level) if self.inputs.flow_selected => {
                format!("Code Review Flow counts as off, because {} is off", level.name())
            }
            _ => String::from("Code Review Flow is off"),
        };
        match self.rule {
            Rule::UserBlocked => {
                String::from("The user is blocked, so no engine reviews for them, whatever else is set.")
            }
            Rule::NamespaceArchived => {
                String::from("The namespace, or a group above it, is archived, so no engine reviews.")
            }
            Rule::DuoUnavailable => {
                String::from("GitLab Duo is off for this namespace, so no engine reviews.")
            }
            Rule::FlowOnWithConsent => String::from(
                "Code Review Flow is on and its use was consented to, so it reviews for everyone. Seats do not matter.",
            ),
            Rule::PriorityOffSeat => String::from(
                "Code Review Flow is on, but the feature flag duo_code_review_flow_priority is off for the top-level group, so a seat decides. The user holds a Duo Enterprise seat, so GitLab Duo Code Review reviews.",
            ),
            Rule::PriorityOffNoSeat => String::from(
                "Code Review Flow is on, and the feature flag duo_code_review_flow_priority is off for the top-level group, so a seat decides. The user holds no Duo Enterprise seat, so Code Review Flow reviews.",
            ),
            Rule::FlowOnWithoutConsentSeat => String::from(
                "Code Review Flow is on but nobody has consented to it yet. Until somebody does, holders of a Duo Enterprise seat keep GitLab Duo Code Review.",
            ),
            Rule::FlowOnWithoutConsentNoSeat => String::from(
                "Code Review Flow is on. Nobody has consented to it yet, but without a Duo Enterprise seat there is no other engine, so it reviews.",
            ),
            Rule::FlowOffSeat => format!(
                "{why_off}, and the user holds a Duo Enterprise seat, so GitLab Duo Code Review reviews."
            ),
            Rule::FlowOffNoSeat => {
                format!("{why_off}, and the user holds no Duo Enterprise seat, so there is no review.")
            }
        }
    }

    /// The explanation for the user themselves.
    pub fn own_explanation(&self) -> String {
        self.explanation().replace("The user holds", "You hold").replace("the user holds", "you hold")
    }

    /// The consent that the decision depends on; `None` when on none.
    pub fn consent_id(&self) -> Option<ConsentId> {
        (self.rule == Rule::FlowOnWithConsent).then_some(self.inputs.consent).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{flags::Gate, settings::availability::DuoAvailability};

    const PRIORITY: Evaluation = Evaluation { on: true, gate: Gate::Default };
    const NO_PRIORITY: Evaluation = Evaluation { on: false, gate: Gate::Closed };

    fn ask(selected: bool, consent: bool, seat: bool) -> EngineDecision {
        decide(EngineInputs {
            archived: false,
            chain: DuoChain::ALL_ON,
            flow_selected: selected,
            consent: consent.then_some(ConsentId(7)),
            priority: PRIORITY,
            seat,
            blocked: false,
        })
    }

    #[test]
    fn the_engine_table_row_by_row() {
        let table = [
            // on,  consent, seat, engine, rule
            (true, true, true, Engine::CodeReviewFlow, Rule::FlowOnWithConsent),
            (true, true, false, Engine::CodeReviewFlow, Rule::FlowOnWithConsent),
            (true, false, true, Engine::DuoCodeReview, Rule::FlowOnWithoutConsentSeat),
            (true, false, false, Engine::CodeReviewFlow, Rule::FlowOnWithoutConsentNoSeat),
            (false, false, true, Engine::DuoCodeReview, Rule::FlowOffSeat),
            (false, true, true, Engine::DuoCodeReview, Rule::FlowOffSeat),
            (false, false, false, Engine::None, Rule::FlowOffNoSeat),
            (false, true, false, Engine::None, Rule::FlowOffNoSeat),
        ];
        for (on, consent, seat, engine, rule) in table {
            let decision = ask(on, consent, seat);
            assert_eq!((decision.engine, decision.rule), (engine, rule), "{on} {consent} {seat}");
            assert!(!decision.explanation().is_empty());
            assert!(!decision.own_explanation().contains(" user "), "{}", decision.own_explanation());
        }
    }

    #[test]
    fn while_the_flag_is_off_a_seat_decides_as_it_did_before_consent() {
        let table = [
            // on,  consent, seat, engine, rule
            (true, true, true, Engine::DuoCodeReview, Rule::PriorityOffSeat),
            (true, true, false, Engine::CodeReviewFlow, Rule::PriorityOffNoSeat),
            (true, false, true, Engine::DuoCodeReview, Rule::PriorityOffSeat),
            (true, false, false, Engine::CodeReviewFlow, Rule::PriorityOffNoSeat),
            (false, true, true, Engine::DuoCodeReview, Rule::FlowOffSeat),
            (false, false, false, Engine::None, Rule::FlowOffNoSeat),
        ];
        for (on, consent, seat, engine, rule) in table {
            let decision = decide(EngineInputs { priority: NO_PRIORITY, ..ask(on, consent, seat).inputs });
            assert_eq!((decision.engine, decision.rule), (engine, rule), "{on} {consent} {seat}");
            assert_eq!(decision.consent_id(), None);
            let names_it = decision.explanation().contains("duo_code_review_flow_priority");
            assert_eq!(names_it, on, "{}", decision.explanation());
        }
    }

    #[test]
    fn only_an_answer_that_rests_on_consent_names_it() {
        assert_eq!(ask(true, true, true).consent_id(), Some(ConsentId(7)));
        assert_eq!(ask(true, false, true).consent_id(), None);
        assert_eq!(ask(false, true, true).consent_id(), None);
    }

    #[test]
    fn nobody_reviews_for_a_blocked_user_whatever_else_is_so() {
        let yes_no = [true, false];
        for (on, consent, seat) in yes_no
            .into_iter()
            .flat_map(|a| yes_no.map(|b| (a, b)))
            .flat_map(|(a, b)| yes_no.map(|c| (a, b, c)))
        {
            for chain in
                [DuoChain::ALL_ON, DuoChain { availability: DuoAvailability::NeverOn, ..DuoChain::ALL_ON }]
            {
                let inputs = EngineInputs { blocked: true, chain, ..ask(on, consent, seat).inputs };
                let decision = decide(inputs);
                assert_eq!((decision.engine, decision.rule), (Engine::None, Rule::UserBlocked));
                assert_eq!(decision.consent_id(), None);
                assert!(decision.explanation().contains("blocked"));
            }
        }
    }

    #[test]
    fn nothing_reviews_what_is_archived() {
        for bits in 0..8 {
            let [on, consent, seat] = [0, 1, 2].map(|bit| bits & (1 << bit) != 0);
            let archived = decide(EngineInputs { archived: true, ..ask(on, consent, seat).inputs });
            assert_eq!((archived.engine, archived.rule), (Engine::None, Rule::NamespaceArchived));
            assert_eq!((archived.consent_id(), archived.inputs.flow_on()), (None, false));
        }
    }

    #[test]
    fn availability_comes_first() {
        let inputs = |chain| EngineInputs {
            archived: false,
            chain,
            flow_selected: true,
            consent: Some(ConsentId(7)),
            priority: PRIORITY,
            seat: true,
            blocked: false,
        };
        for availability in [DuoAvailability::DefaultOff, DuoAvailability::NeverOn] {
            let decision = decide(inputs(DuoChain { availability, ..DuoChain::ALL_ON }));
            assert_eq!((decision.engine, decision.rule), (Engine::None, Rule::DuoUnavailable));
        }
        for (chain, level) in [
            (DuoChain { agent_platform: false, ..DuoChain::ALL_ON }, "GitLab Duo Agent Platform"),
            (DuoChain { flow_execution: false, ..DuoChain::ALL_ON }, "Flow execution"),
            (DuoChain { foundational_flows: false, ..DuoChain::ALL_ON }, "Foundational flows"),
        ] {
            let decision = decide(inputs(chain));
            assert_eq!((decision.engine, decision.rule), (Engine::DuoCodeReview, Rule::FlowOffSeat));
            assert!(decision.explanation().contains(level), "{}", decision.explanation());
            let without_seat = decide(EngineInputs { seat: false, ..inputs(chain) });
            assert_eq!(without_seat.engine, Engine::None);
        }
    }
}
