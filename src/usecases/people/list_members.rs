//! Lists the members of a group or project: who has which role there, by what, and until when.

use std::collections::{HashMap, HashSet};

use super::group_frame::{GroupFrame, may};
use crate::{
    domain::{
        access::{Action, Standing},
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace},
        people::{
            grants::{Grant, Source, standing},
            members::{MemberQuery, Membership},
        },
        time::Timestamp,
    },
    storage::{GroupOwner, InvitedGroup, ListedMember, UnitOfWork},
    usecases::{App, Caller, UseCaseError, What, load},
};

/// Members per page.
pub const PAGE: i64 = 50;

/// A page of the members of a namespace.
#[derive(Clone, Debug)]
pub struct MemberList {
    pub frame: GroupFrame,
    pub members: Vec<Member>,
    /// How many there are on all pages.
    pub total: i64,
    /// The page's number, from 1: the first where there is no such page.
    pub page: i64,
    /// The groups that are invited here and above.
    pub invited: Vec<InvitedGroup>,
    /// The people who own a top-level group, at most two; `None` for what is not one.
    pub owners: Option<Vec<GroupOwner>>,
    /// What the caller was given by hand here, and can give up.
    pub own: Option<Membership>,
}

/// Somebody with a role.
#[derive(Clone, Debug)]
pub struct Member {
    pub listed: ListedMember,
    /// Whether they hold a seat that counts here.
    pub seat: bool,
    /// What gives the role, the highest first; what has expired comes last.
    pub grants: Vec<MemberGrant>,
    /// What was given by hand here, and can be changed.
    pub by_hand: Option<Membership>,
}

/// A grant, with the names of the places that it mentions.
#[derive(Clone, Debug)]
pub struct MemberGrant {
    pub grant: Grant,
    /// Whether it counts here, now.
    pub counts: bool,
    /// The group above from which it is inherited.
    pub inherited_from: Option<Namespace>,
    /// The invited group that brings it.
    pub through: Option<Through>,
}

/// An invited group that brings a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    Group {
        path: GroupPath,
        name: String,
    },
    /// One that the caller may not see.
    Hidden,
}

/// The members that `query` selects; `page` starts at 1. The number of statements does not depend on how many
/// there are.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_members(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    query: &MemberQuery,
    page: i64,
) -> Result<MemberList, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadMembers, now).await?;
    let reading = Reading::of(&mut uow, loaded.namespace, Some((caller, loaded.standing)), now).await?;
    let namespace = reading.namespace.clone();
    let mut page = page.max(1);
    let offset = (page - 1).saturating_mul(PAGE);
    let (mut listed, mut total) = uow.members().list(namespace.id, query, now, PAGE, offset).await?;
    if listed.is_empty() && page > 1 {
        page = 1;
        (listed, total) = uow.members().list(namespace.id, query, now, PAGE, 0).await?;
    }
    let members = reading.members(&mut uow, listed).await?;
    let owners =
        if namespace.is_top_level() { Some(uow.members().owners(namespace.id, now, 2).await?) } else { None };
    let own = uow.members().find(namespace.id, caller.actor.id, Source::Hand).await?;
    let Reading { ancestors, invited, .. } = reading;
    let frame = GroupFrame { ancestors, may: may(caller, loaded.standing), namespace };
    Ok(MemberList { frame, members, total, page, invited, owners, own })
}

/// One member, or somebody who is none, for whoever may change them.
pub async fn show_member(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    username: &str,
) -> Result<Member, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ManageMembers, now).await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let reading = Reading::of(&mut uow, loaded.namespace, Some((caller, loaded.standing)), now).await?;
    let grants = uow.memberships().grants(user.id, reading.namespace.id).await?;
    let role = standing(&grants, reading.namespace.id, now).standing.here;
    let role = role.ok_or(UseCaseError::NotFound(What::User))?;
    let listed = ListedMember { user, role };
    let member = reading.members(&mut uow, vec![listed]).await?.pop();
    member.ok_or(UseCaseError::NotFound(What::User))
}

/// All members with everything that gives them a role: for downloads, and without `caller` for operators.
pub async fn all_members(
    app: &App,
    caller: Option<&Caller>,
    path: &GroupPath,
    query: &MemberQuery,
) -> Result<(Namespace, Vec<Member>), UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let reading = if let Some(caller) = caller {
        let loaded = load::namespace(&mut uow, caller, path, Action::ReadMembers, now).await?;
        Reading::of(&mut uow, loaded.namespace, Some((caller, loaded.standing)), now).await?
    } else {
        let found = uow.namespaces().find_by_path(path).await?;
        Reading::of(&mut uow, found.ok_or(UseCaseError::NotFound(What::GroupOrProject))?, None, now).await?
    };
    let (listed, _) = uow.members().list(reading.namespace.id, query, now, i64::MAX, 0).await?;
    let members = reading.members(&mut uow, listed).await?;
    Ok((reading.namespace, members))
}

/// What the rows of a list are completed with.
struct Reading {
    namespace: Namespace,
    ancestors: Vec<Namespace>,
    invited: Vec<InvitedGroup>,
    now: Timestamp,
}

impl Reading {
    /// `caller` is `None` for an operator.
    async fn of(
        uow: &mut UnitOfWork,
        namespace: Namespace,
        caller: Option<(&Caller, Standing)>,
        now: Timestamp,
    ) -> Result<Self, UseCaseError> {
        // Whoever may take an invitation back has to know of what: one above is taken back there.
        let everywhere = caller.is_none_or(|(caller, _)| caller.actor.is_admin);
        let here = caller.is_some_and(|(caller, standing)| may(caller, standing).manage_members);
        let user = caller.map_or(UserId(0), |(caller, _)| caller.actor.id);
        let mut invited = uow.shares().list(namespace.id, user, now).await?;
        for group in &mut invited {
            group.is_seen |= everywhere || here && group.at == namespace.id;
        }
        Ok(Self { ancestors: uow.namespaces().ancestors(namespace.id).await?, namespace, invited, now })
    }

    async fn members(
        &self,
        uow: &mut UnitOfWork,
        listed: Vec<ListedMember>,
    ) -> Result<Vec<Member>, UseCaseError> {
        let ids: Vec<UserId> = listed.iter().map(|it| it.user.id).collect();
        let mut grants: HashMap<UserId, Vec<Grant>> = HashMap::new();
        for (user, grant) in uow.members().grants(&ids, self.namespace.id).await? {
            grants.entry(user).or_default().push(grant);
        }
        let seats: HashSet<UserId> =
            uow.members().with_seat(&ids, self.namespace.root).await?.into_iter().collect();
        let member = |listed: ListedMember| {
            let grants = grants.remove(&listed.user.id).unwrap_or_default();
            self.member(seats.contains(&listed.user.id), listed, grants)
        };
        Ok(listed.into_iter().map(member).collect())
    }

    fn member(&self, seat: bool, listed: ListedMember, grants: Vec<Grant>) -> Member {
        let here = self.namespace.id;
        let by_hand = grants
            .iter()
            .find(|it| it.at == here && it.through.is_none() && it.source == Source::Hand)
            .map(|it| Membership { role: it.role.clone(), expires_at: it.expires_at });
        let mut grants: Vec<MemberGrant> = grants.into_iter().map(|grant| self.grant(grant)).collect();
        grants.sort_by_key(|it| {
            let level = std::cmp::Reverse(it.grant.role.access_level());
            (!it.counts, level, it.inherited_from.is_some(), it.through.is_some(), it.grant.source)
        });
        Member { listed, seat, grants, by_hand }
    }

    fn grant(&self, grant: Grant) -> MemberGrant {
        let here = self.namespace.id;
        let above = |id: NamespaceId| self.ancestors.iter().find(|it| it.id == id).cloned();
        MemberGrant {
            counts: grant.counts(here, self.now),
            inherited_from: if grant.at == here { None } else { above(grant.at) },
            through: grant.through.map(|id| {
                match self.invited.iter().find(|it| it.group == id && it.is_seen) {
                    Some(it) => Through::Group { path: it.path.clone(), name: it.name.clone() },
                    None => Through::Hidden,
                }
            }),
            grant,
        }
    }
}
