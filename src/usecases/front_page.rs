//! Shows the front page: the caller's top-level groups at a glance, and what needs a decision. The number of
//! statements does not depend on the number of groups.

use std::collections::HashMap;

use super::{
    App, Caller, UseCaseError,
    flags::{evaluate_flag::evaluate_each, flag_definitions::ours},
};
use crate::{
    domain::{
        access::{Access, Action, Standing, can, whose_namespaces},
        decisions::counts::RecentDecisions,
        flags::{DUO_CODE_REVIEW_FLOW_PRIORITY, FlagActor},
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            code_review::EngineDecision,
            consent::{ConsentGiven, FlowState},
            effect::Circumstances,
        },
        ids::NamespaceId,
        natural::natural_key,
        people::seats::SeatCounts,
        role::Role,
        user::UserKind,
    },
    storage::{GroupFound, Started, StorageError, TopLevelFacts, Transitional, UnitOfWork},
};

/// Top-level groups, or with a search, matches, per page.
pub const PAGE: usize = 50;
/// How much of what is below a group is listed.
pub const BELOW_SHOWN: usize = 100;
/// How many groups that need a decision are named.
const NAMED: i64 = 3;

/// What the visitor asked for.
#[derive(Clone, Debug, Default)]
pub struct FrontQuery {
    /// In path or name, of what is below as well.
    pub search: String,
    /// The top-level group to list what is below, by its path.
    pub open: String,
    /// From 1.
    pub page: usize,
}

#[derive(Clone, Debug)]
pub struct FrontPage {
    pub groups: Vec<FrontGroup>,
    /// How many top-level groups there are, or with a search, matches.
    pub total: usize,
    /// How many come on earlier pages, and on this one.
    pub before: usize,
    pub shown: usize,
    /// Where the caller could consent to Code Review, which is on without.
    pub undecided: Vec<NeedsConsent>,
    /// How many of these there are.
    pub undecided_total: i64,
    /// Seats of the instance, which count in every group with Duo Enterprise; `None` while there are none.
    pub instance_seats: Option<InstanceSeats>,
    /// How far the set-up is, for an administrator while there are no groups.
    pub started: Option<Started>,
}

/// Seats of the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceSeats {
    /// For administrators.
    Counted(SeatCounts),
    /// There are some; how many, others do not see.
    Uncounted,
}

/// A top-level group, with what matches the search, or else what is below while it is open.
#[derive(Clone, Debug)]
pub struct FrontGroup {
    pub facts: TopLevelFacts,
    /// In the group itself; `None` for an administrator, or for who only sees something below.
    pub role: Option<Role>,
    /// `None` when the caller may not see the group itself.
    pub glance: Option<Glance>,
    pub below: Vec<GroupFound>,
    /// Whether not all of it is listed.
    pub more_below: bool,
    pub is_open: bool,
}

/// What the caller may know of a group that they see.
#[derive(Clone, Debug)]
pub struct Glance {
    /// `None` when the caller may not read the settings.
    pub settings: Option<SettingsGlance>,
    /// Which engine reviews for the caller.
    pub own: EngineDecision,
    pub recent: RecentDecisions,
}

#[derive(Clone, Debug)]
pub struct SettingsGlance {
    pub circumstances: Circumstances,
    /// Of Code Review.
    pub review: FlowState,
    /// How many flows of the catalogue are on.
    pub flows_on: usize,
}

/// A top-level group where Code Review is on without consent.
#[derive(Clone, Debug)]
pub struct NeedsConsent {
    pub facts: TopLevelFacts,
    pub circumstances: Circumstances,
}

impl NeedsConsent {
    /// What consent would change, or why it changes nothing yet.
    #[expect(clippy::missing_panics_doc, reason = "the catalogue has the flow")]
    pub fn words(&self) -> String {
        const MISSING: FlowState = FlowState::On(crate::domain::flows::consent::Consent::Missing);
        if self.circumstances.consent_moves_seats(&MISSING) {
            return match self.facts.used {
                0 => String::from("Whoever is given a seat gets GitLab Duo Code Review until then."),
                1 => String::from("1 seat holder keeps GitLab Duo Code Review until then."),
                seats => format!("{seats} seat holders keep GitLab Duo Code Review until then."),
            };
        }
        let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
        self.circumstances.effect(flow, &MISSING).words
    }
}

pub async fn front_page(app: &App, caller: &Caller, asked: &FrontQuery) -> Result<FrontPage, UseCaseError> {
    let (now, user) = (app.now(), whose_namespaces(&caller.actor));
    let mut uow = app.storage.read().await?;
    let mut roots = uow.overview().roots(user, now).await?;
    let roles: HashMap<_, _> = roots.iter().map(|(id, _, role)| (*id, *role)).collect();
    let before = asked.page.saturating_sub(1).saturating_mul(PAGE);
    let search = asked.search.trim();

    // The top-level groups of this page in order, and under each what the search found.
    let mut found: HashMap<NamespaceId, Vec<GroupFound>> = HashMap::new();
    let mut ids = Vec::new();
    let (total, shown) = if search.is_empty() {
        roots.sort_by_cached_key(|(_, path, _)| natural_key(path));
        ids.extend(roots.iter().skip(before).take(PAGE).map(|(id, ..)| *id));
        (roots.len(), ids.len())
    } else {
        let limit = i64::try_from(PAGE).unwrap_or(0);
        let offset = i64::try_from(before).unwrap_or(i64::MAX);
        let (matches, total) = uow.overview().find(user, search, now, limit, offset).await?;
        let shown = matches.len();
        for it in matches {
            let root = it.namespace.root;
            let under = found.entry(root).or_insert_with(|| {
                ids.push(root);
                Vec::new()
            });
            if !it.namespace.is_top_level() {
                under.push(it);
            }
        }
        (usize::try_from(total).unwrap_or(0), shown)
    };

    let mut groups = glances(app, &mut uow, caller, &ids, &roles).await?;
    for group in &mut groups {
        let top = &group.facts.namespace;
        if let Some(below) = found.remove(&top.id) {
            group.below = below;
        } else if top.path.as_str().eq_ignore_ascii_case(&asked.open) {
            group.is_open = true;
            // Whoever has a role here sees everything below, Minimal Access aside.
            let all = user.filter(|_| group.role.is_none_or(|role| role <= Role::MinimalAccess));
            let limit = i64::try_from(BELOW_SHOWN + 1).unwrap_or(i64::MAX);
            group.below = uow.overview().below(all, &top.path, now, limit).await?;
            group.more_below = group.below.len() > BELOW_SHOWN;
            group.below.truncate(BELOW_SHOWN);
        }
        group.below.sort_by_cached_key(|it| natural_key(it.namespace.path.as_str()));
    }
    let (undecided, undecided_total) = undecided(app, &mut uow, caller).await?;
    let is_first_run = roots.is_empty() && caller.actor.is_admin;
    let instance_seats = instance_seats(&mut uow, caller).await?;
    let started = if is_first_run { Some(uow.overview().started(now).await?) } else { None };
    Ok(FrontPage { groups, total, before, shown, undecided, undecided_total, instance_seats, started })
}

async fn instance_seats(
    uow: &mut UnitOfWork,
    caller: &Caller,
) -> Result<Option<InstanceSeats>, StorageError> {
    let counts = uow.seats().pool(None).await?.map(|pool| pool.counts);
    let counts = counts.filter(|it| it.used > 0 || it.purchased.is_some_and(|purchased| purchased > 0));
    Ok(counts
        .map(|it| if caller.actor.is_admin { InstanceSeats::Counted(it) } else { InstanceSeats::Uncounted }))
}

/// The groups with these ids, in this order.
async fn glances(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    ids: &[NamespaceId],
    roles: &HashMap<NamespaceId, Option<Role>>,
) -> Result<Vec<FrontGroup>, StorageError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.now();
    let facts = uow.overview().facts(ids).await?;
    let mut reviews: HashMap<_, Option<ConsentGiven>> = HashMap::new();
    let mut flows_on: HashMap<_, usize> = HashMap::new();
    for (id, flow, consent) in uow.overview().flows_on(ids).await? {
        *flows_on.entry(id).or_default() += 1;
        if flow.reference == CODE_REVIEW {
            reviews.insert(id, consent);
        }
    }
    let seats = uow.overview().seats_of(caller.actor.id).await?;
    let mut recent: HashMap<_, RecentDecisions> = HashMap::new();
    let since = RecentDecisions::first_day(now);
    for it in uow.decision_counts().of_groups(ids, app.environment(), since).await? {
        let days = recent.entry(it.top_level).or_insert_with(|| RecentDecisions::none_until(now));
        days.add(it.day, it.engine, it.asked);
    }
    let priority = ours(DUO_CODE_REVIEW_FLOW_PRIORITY);
    let actors: Vec<_> = facts.iter().map(|it| FlagActor::Group(it.namespace.id)).collect();
    let priorities = evaluate_each(app, uow, priority, &actors).await?;

    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let glance = |(facts, priority): (TopLevelFacts, _)| {
        let id = facts.namespace.id;
        let role = roles.get(&id).copied().flatten();
        let standing = Standing { here: role, top_level: role };
        let may = |action| matches!(can(&caller.actor, action, standing), Access::Granted(_));
        let duo_enterprise = facts.subscription.duo_enterprise;
        let circumstances =
            Circumstances { archived: facts.archived, chain: facts.chain, priority, duo_enterprise };
        let consent = reviews.get(&id);
        let review = FlowState::new(flow, consent.is_some(), consent.cloned().flatten());
        let seat = duo_enterprise && (seats.contains(&Some(id)) || seats.contains(&None));
        let glance = may(Action::See).then(|| Glance {
            own: circumstances.decide(&review, seat),
            recent: recent.remove(&id).unwrap_or_else(|| RecentDecisions::none_until(now)),
            settings: may(Action::ReadSettings).then(|| SettingsGlance {
                circumstances,
                review,
                flows_on: flows_on.get(&id).copied().unwrap_or(0),
            }),
        });
        FrontGroup { facts, role, glance, below: Vec::new(), more_below: false, is_open: false }
    };
    let mut groups: Vec<_> = facts.into_iter().zip(priorities).map(glance).collect();
    let places: HashMap<_, _> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    groups.sort_by_key(|it| places.get(&it.facts.namespace.id).copied());
    Ok(groups)
}

/// The first groups where the caller could consent to Code Review, which is on without; and how many there are.
pub(super) async fn undecided(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
) -> Result<(Vec<NeedsConsent>, i64), StorageError> {
    if caller.actor.kind == UserKind::Bot {
        return Ok((Vec::new(), 0));
    }
    let owner = whose_namespaces(&caller.actor);
    let Transitional { groups, total } = uow.overview().transitional(owner, app.now(), NAMED).await?;
    let actors: Vec<_> = groups.iter().map(|it| FlagActor::Group(it.namespace.id)).collect();
    let priorities = if groups.is_empty() {
        Vec::new()
    } else {
        evaluate_each(app, uow, ours(DUO_CODE_REVIEW_FLOW_PRIORITY), &actors).await?
    };
    let needs = |(facts, priority): (TopLevelFacts, _)| {
        let (chain, duo_enterprise) = (facts.chain, facts.subscription.duo_enterprise);
        let archived = facts.archived;
        NeedsConsent { facts, circumstances: Circumstances { archived, chain, priority, duo_enterprise } }
    };
    Ok((groups.into_iter().zip(priorities).map(needs).collect(), total))
}
