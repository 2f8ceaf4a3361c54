//! The effect of a flow that is on in a group: the text below its checkbox, which appears only where it is
//! true, and what a change of Code Review means for reviews.

use super::{
    catalogue::Flow,
    code_review::{Engine, EngineDecision, EngineInputs, Rule, decide},
    consent::{Consent, FlowState, Transition},
    wording::ACTIVE_HELPER_TEXT,
};
use crate::domain::{
    flags::Evaluation,
    settings::availability::{DuoChain, Level},
};

/// What a top-level group's reviews depend on, besides the flow's state and a user's seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether the namespace or a group above it is archived.
    pub archived: bool,
    /// The group's settings above the flows.
    pub chain: DuoChain,
    /// Whether consent decides: the flag `duo_code_review_flow_priority` for the group.
    pub priority: Evaluation,
    /// Whether the group can assign Duo Enterprise seats. If not, no seat affects a decision.
    pub duo_enterprise: bool,
}

/// Why a flow that is on has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hindrance {
    #[error("this group is archived")]
    Archived,
    #[error("{} is off for this group", .0.name())]
    LevelOff(Level),
    #[error("Code Review Flow is being rolled out and has not reached this group")]
    PriorityOff,
}

/// The engines of a group at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// Code Review Flow reviews for everybody.
    Flow,
    /// Seat holders keep GitLab Duo Code Review; Code Review Flow reviews for the others.
    Mixed,
    /// GitLab Duo Code Review for seat holders; no review for the others.
    SeatsOnly,
    /// Nobody is reviewed for.
    Off,
}

impl ReviewState {
    /// As shown on screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Flow => "Flow",
            Self::Mixed => "Mixed: seat holders classic",
            Self::SeatsOnly => "Classic for seats, else none",
            Self::Off => "Off",
        }
    }
}

/// The text below a flow's checkbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Empty when there is nothing to add.
    pub words: String,
    pub hindrance: Option<Hindrance>,
}

impl Circumstances {
    /// Which engine reviews for a user with or without a Duo Enterprise seat.
    pub fn decide(&self, state: &FlowState, seat: bool) -> EngineDecision {
        decide(EngineInputs::new(self.archived, self.chain, state, self.priority, seat))
    }

    /// The engines at a glance.
    pub fn review_state(&self, state: &FlowState) -> ReviewState {
        let without = self.decide(state, false).engine;
        let with = if self.duo_enterprise { self.decide(state, true).engine } else { without };
        match (with, without) {
            (Engine::None, _) => ReviewState::Off,
            (Engine::DuoCodeReview, Engine::CodeReviewFlow) => ReviewState::Mixed,
            (Engine::DuoCodeReview, _) => ReviewState::SeatsOnly,
            (Engine::CodeReviewFlow, _) => ReviewState::Flow,
        }
    }

    /// What keeps Code Review Flow from reviewing at all, in words; `None` when nothing does.
    pub fn off_because(&self, state: &FlowState) -> Option<String> {
        if self.archived {
            return Some(Hindrance::Archived.to_string());
        }
        match self.chain.blocked_by() {
            Some(level) => Some(format!("{} is off", level.name())),
            None if !state.is_on() => Some(String::from("Code Review Flow is off")),
            None => None,
        }
    }

    /// Whether consent would move seat holders from GitLab Duo Code Review to Code Review Flow.
    pub fn consent_moves_seats(&self, state: &FlowState) -> bool {
        self.duo_enterprise && self.decide(state, true).rule == Rule::FlowOnWithoutConsentSeat
    }

    /// Why `flow` has no effect while on; `None` when it has. The roll-out flag is no hindrance without
    /// seats, as the flow is then the only engine.
    pub fn hindrance(&self, flow: &Flow) -> Option<Hindrance> {
        if self.archived {
            return Some(Hindrance::Archived);
        }
        match self.chain.blocked_by() {
            Some(level) => Some(Hindrance::LevelOff(level)),
            None if flow.needs_consent && !self.priority.on && self.duo_enterprise => {
                Some(Hindrance::PriorityOff)
            }
            None => None,
        }
    }

    /// The effect of `flow` in this state.
    pub fn effect(&self, flow: &Flow, state: &FlowState) -> Effect {
        let FlowState::On(consent) = state else { return Effect::default() };
        let hindrance = self.hindrance(flow);
        let words = match (consent, hindrance) {
            (Consent::NotRequired, None) => String::new(),
            (Consent::NotRequired, Some(why)) => format!("Without effect, because {why}."),
            (Consent::Given(_), None) => String::from(ACTIVE_HELPER_TEXT),
            (Consent::Given(_), Some(why)) => {
                format!("Consented; not in effect, because {why}. {}", self.reviews(state))
            }
            (Consent::Missing, None) if !self.duo_enterprise => String::from(
                "Nobody has consented to Code Review Flow yet. This group has no Duo Enterprise seats, so it reviews for everybody all the same.",
            ),
            (Consent::Missing, None) => String::from(
                "Reviews for Duo Enterprise seat holders still use GitLab Duo Code Review, because nobody has consented to Code Review Flow yet.",
            ),
            (Consent::Missing, Some(why)) => format!(
                "Nobody has consented to Code Review Flow yet. Consent would not be in effect, because {why}. {}",
                self.reviews(state)
            ),
        };
        Effect { words, hindrance }
    }

    /// What the consent dialog adds where consent has no effect yet.
    pub fn before_consent(&self, flow: &Flow) -> Option<String> {
        let why = self.hindrance(flow)?;
        Some(format!(
            "Not in effect for now, because {why}. Your consent is recorded, and counts as soon as that changes."
        ))
    }

    /// What a switch of `flow` caused, where checkbox and helper text do not show it.
    pub fn consequence(&self, flow: &Flow, state: &FlowState, transition: Transition) -> String {
        match transition {
            Transition::TurnedOffConsentWithdrawn => format!("Consent withdrawn. {}", self.reviews(state)),
            Transition::TurnedOff if flow.needs_consent => self.reviews(state),
            _ => String::new(),
        }
    }

    /// What it means for the reviews of these users that they were given a seat, or that theirs was taken.
    pub fn seat_changed(&self, state: &FlowState, given: bool, names: &[String]) -> String {
        if !self.duo_enterprise {
            return String::from("No change: this group has no Duo Enterprise, so seats do not count.");
        }
        let [now, before] = [given, !given].map(|seat| self.decide(state, seat).engine);
        if now == before {
            return match now {
                Engine::None => String::from("No change: nobody gets a review here."),
                engine => format!("No change: {} reviews for everybody.", engine.name()),
            };
        }
        let engine = if now == Engine::None { "no review" } else { now.name() };
        match names {
            [name] => format!("{name} now gets {engine}."),
            _ => format!("They now get {engine}."),
        }
    }

    /// Who gets which engine, in one sentence.
    pub fn reviews(&self, state: &FlowState) -> String {
        let name = |decision: EngineDecision| match decision.engine {
            Engine::None => "no review",
            engine => engine.name(),
        };
        let (with, without) = (self.decide(state, true), self.decide(state, false));
        if self.duo_enterprise && with.engine != without.engine {
            format!("Seat holders: {}; others: {}.", name(with), name(without))
        } else {
            format!("Everybody: {}.", name(without))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        flags::Gate,
        flows::{
            catalogue::{CODE_REVIEW, DEVELOPER},
            consent::ConsentGiven,
        },
        ids::ConsentId,
        settings::availability::DuoAvailability,
        time::Timestamp,
    };

    fn flow(reference: &str) -> &'static Flow {
        Flow::find(reference).expect("in the catalogue")
    }

    fn consented() -> FlowState {
        FlowState::On(Consent::Given(ConsentGiven {
            id: ConsentId(7),
            by_username: "ann".into(),
            by_name: "Ann".into(),
            at: Timestamp::from_millis(0),
        }))
    }

    fn circumstances(chain: DuoChain, priority: bool) -> Circumstances {
        let priority = Evaluation { on: priority, gate: Gate::Default };
        Circumstances { archived: false, chain, priority, duo_enterprise: true }
    }

    /// All combinations of levels, flag and subscription.
    fn all() -> Vec<Circumstances> {
        let mut all = Vec::new();
        for availability in DuoAvailability::ALL {
            for bits in 0..32 {
                let [agent_platform, flow_execution, foundational_flows, priority, duo_enterprise] =
                    [0, 1, 2, 3, 4].map(|bit| bits & (1 << bit) != 0);
                let chain = DuoChain { availability, agent_platform, flow_execution, foundational_flows };
                let here = Circumstances { duo_enterprise, ..circumstances(chain, priority) };
                all.extend([here, Circumstances { archived: true, ..here }]);
            }
        }
        all
    }

    /// The decisions for each kind of user that the group can have.
    fn decisions(it: Circumstances, state: &FlowState) -> Vec<EngineDecision> {
        let seats: &[bool] = if it.duo_enterprise { &[true, false] } else { &[false] };
        seats.iter().map(|seat| it.decide(state, *seat)).collect()
    }

    /// Whether Code Review Flow reviews for every user.
    fn for_everybody(it: Circumstances, state: &FlowState) -> bool {
        decisions(it, state).iter().all(|it| it.engine == Engine::CodeReviewFlow)
    }

    #[test]
    fn no_words_say_what_is_not_decided() {
        let review = flow(CODE_REVIEW);
        for it in all() {
            for state in [consented(), FlowState::On(Consent::Missing), FlowState::Off] {
                let [withdrawn, off] = [Transition::TurnedOffConsentWithdrawn, Transition::TurnedOff]
                    .map(|transition| it.consequence(review, &state, transition));
                let before = it.before_consent(review).unwrap_or_default();
                let after = it.effect(review, &state).words;
                let engine = |seat| match it.decide(&state, seat).engine {
                    Engine::None => "no review",
                    engine => engine.name(),
                };
                let alike = format!("Everybody: {}.", engine(false));
                let apart = format!("Seat holders: {}; others: {}.", engine(true), engine(false));
                for words in [&after, &before, &withdrawn, &off, &it.reviews(&state)] {
                    let context = format!("{it:?} {state:?}: {words}");
                    let seats = words.to_lowercase().contains("seat holders");
                    assert!(!seats || it.duo_enterprise, "there are none: {context}");
                    if words.contains("Everybody: ") {
                        assert!(words.ends_with(&alike), "{context}");
                        assert!(!it.duo_enterprise || engine(true) == engine(false), "{context}");
                    }
                    assert!(!words.contains("Seat holders: ") || words.ends_with(&apart), "{context}");
                    if words.contains("reviews for everybody") || words == ACTIVE_HELPER_TEXT {
                        assert!(for_everybody(it, &state), "{context}");
                    }
                    if words.contains("ot in effect") || words.contains("not be in effect") {
                        assert!(!for_everybody(it, &consented()), "{context}");
                    }
                    if words.contains("still use GitLab Duo Code Review") {
                        assert_eq!(engine(true), Engine::DuoCodeReview.name(), "{context}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_said_of_a_seat_is_what_is_decided() {
        let one = [String::from("ann")];
        for it in all() {
            for state in [consented(), FlowState::On(Consent::Missing), FlowState::Off] {
                for given in [true, false] {
                    let words = it.seat_changed(&state, given, &one);
                    let [now, before] = [given, !given].map(|seat| it.decide(&state, seat).engine);
                    let no_change = !it.duo_enterprise || now == before;
                    assert_eq!(words.starts_with("No change: "), no_change, "{it:?} {state:?}: {words}");
                    if it.duo_enterprise && now != Engine::None {
                        assert!(words.contains(now.name()), "{it:?} {state:?}: {words}");
                    }
                }
            }
        }
        let it = circumstances(DuoChain::ALL_ON, true);
        assert_eq!(it.seat_changed(&FlowState::Off, true, &one), "ann now gets GitLab Duo Code Review.");
        assert_eq!(it.seat_changed(&FlowState::Off, false, &one), "ann now gets no review.");
        let two = ["ann", "bob"].map(String::from);
        let transitional = FlowState::On(Consent::Missing);
        assert_eq!(it.seat_changed(&transitional, false, &two), "They now get Code Review Flow.");
        assert_eq!(
            it.seat_changed(&consented(), true, &one),
            "No change: Code Review Flow reviews for everybody."
        );
    }

    #[test]
    fn the_helper_text_stands_exactly_where_the_flow_reviews_for_everybody_whatever_their_seat() {
        let review = flow(CODE_REVIEW);
        let mut active = 0;
        for it in all() {
            let true_for_all = for_everybody(it, &consented());
            let effect = it.effect(review, &consented());
            assert_eq!(effect.words == ACTIVE_HELPER_TEXT, true_for_all, "{it:?}: {}", effect.words);
            assert_eq!(effect.hindrance.is_none(), true_for_all, "{it:?}");
            let starts = effect.words.starts_with("Consented; not in effect, because ");
            assert_eq!(starts, !true_for_all, "{it:?}: {}", effect.words);
            assert_eq!(it.before_consent(review).is_none(), true_for_all, "{it:?}");
            // Nor does it claim that GitLab Duo Code Review reviews for seat holders where it does not.
            let missing = FlowState::On(Consent::Missing);
            let decided = decisions(it, &missing);
            let transitional = decided.iter().any(|it| it.rule == Rule::FlowOnWithoutConsentSeat);
            let says_so = it.effect(review, &missing).words.starts_with("Reviews for Duo Enterprise seat");
            assert_eq!(says_so, transitional, "{it:?}");
            active += usize::from(true_for_all);
        }
        assert_eq!(
            active, 6,
            "always on, and on by default, with everything else on; without seats whatever the flag"
        );
    }

    #[test]
    fn the_state_at_a_glance_is_what_is_decided() {
        for it in all() {
            for state in [consented(), FlowState::On(Consent::Missing), FlowState::Off] {
                let engines: Vec<_> = decisions(it, &state).iter().map(|it| it.engine).collect();
                let only = |engine| engines.iter().all(|it| *it == engine);
                let context = format!("{it:?} {state:?}");
                match it.review_state(&state) {
                    ReviewState::Flow => assert!(only(Engine::CodeReviewFlow), "{context}"),
                    ReviewState::Off => assert!(only(Engine::None), "{context}"),
                    ReviewState::Mixed => {
                        assert_eq!(engines, [Engine::DuoCodeReview, Engine::CodeReviewFlow], "{context}");
                    }
                    ReviewState::SeatsOnly => {
                        assert_eq!(engines, [Engine::DuoCodeReview, Engine::None], "{context}");
                    }
                }
                let flow_reviews = engines.contains(&Engine::CodeReviewFlow);
                assert_eq!(it.off_because(&state).is_none(), flow_reviews, "{context}");
                if it.consent_moves_seats(&state) {
                    assert_ne!(decisions(it, &state), decisions(it, &consented()), "{context}");
                    assert!(for_everybody(it, &consented()), "{context}");
                }
            }
        }
    }

    #[test]
    fn another_flow_that_is_on_says_where_it_does_not_run() {
        let (developer, on) = (flow(DEVELOPER), FlowState::On(Consent::NotRequired));
        for it in all() {
            let runs = it.chain.blocked_by().is_none() && !it.archived;
            assert_eq!(it.effect(developer, &on).words.is_empty(), runs, "{it:?}");
            assert_eq!(it.effect(developer, &FlowState::Off), Effect::default());
        }
        let off = DuoChain { flow_execution: false, ..DuoChain::ALL_ON };
        assert_eq!(
            circumstances(off, true).effect(developer, &on).words,
            "Without effect, because Flow execution is off for this group."
        );
    }

    #[test]
    fn who_gets_which_review_is_said() {
        let review = flow(CODE_REVIEW);
        let words = |it: Circumstances| it.effect(review, &consented()).words;
        assert_eq!(
            words(circumstances(DuoChain::ALL_ON, false)),
            "Consented; not in effect, because Code Review Flow is being rolled out and has not reached this group. Seat holders: GitLab Duo Code Review; others: Code Review Flow."
        );
        let no_duo = DuoChain { availability: DuoAvailability::NeverOn, ..DuoChain::ALL_ON };
        assert_eq!(
            words(circumstances(no_duo, true)),
            "Consented; not in effect, because GitLab Duo is off for this group. Everybody: no review."
        );
        let no_platform = DuoChain { agent_platform: false, ..DuoChain::ALL_ON };
        assert_eq!(
            words(circumstances(no_platform, true)),
            "Consented; not in effect, because GitLab Duo Agent Platform is off for this group. Seat holders: GitLab Duo Code Review; others: no review."
        );
    }

    #[test]
    fn switching_off_says_what_it_did() {
        let (review, developer) = (flow(CODE_REVIEW), flow(DEVELOPER));
        let here = circumstances(DuoChain::ALL_ON, true);
        let said = |flow, transition| here.consequence(flow, &FlowState::Off, transition);
        assert_eq!(
            said(review, Transition::TurnedOffConsentWithdrawn),
            "Consent withdrawn. Seat holders: GitLab Duo Code Review; others: no review."
        );
        let transitional = "Seat holders: GitLab Duo Code Review; others: no review.";
        assert_eq!(said(review, Transition::TurnedOff), transitional);
        assert_eq!(said(developer, Transition::TurnedOff), "");
        assert_eq!(said(review, Transition::Unchanged), "");
        let without = Circumstances { duo_enterprise: false, ..here };
        assert_eq!(
            without.consequence(review, &FlowState::Off, Transition::TurnedOffConsentWithdrawn),
            "Consent withdrawn. Everybody: no review."
        );
    }
}
