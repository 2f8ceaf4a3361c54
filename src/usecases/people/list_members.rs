//! Lists the members of a group or project: who has which role there, by what, and until when.

use std::{collections::HashMap, sync::Arc, vec::IntoIter};

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
    storage::{GroupOwner, InvitedGroup, ListedMember, StorageError, UnitOfWork},
    usecases::{App, Caller, UseCaseError, What, facts::Facts, load},
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
    pub inherited_from: Option<Arc<Namespace>>,
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
    let mut facts = Facts::current(app);
    let (place, standing) = load::place(&mut facts, caller, path, Action::ReadMembers).await?;
    let (namespace, now) = (place.namespace.clone(), facts.now());
    let uow = facts.uow().await?;
    let reading =
        Reading::of(uow, namespace.clone(), &place.ancestors, Some((caller, standing)), now).await?;
    let mut page = page.max(1);
    let offset = (page - 1).saturating_mul(PAGE);
    let (mut listed, mut total) = reading.list(uow, query, PAGE, offset).await?;
    if listed.is_empty() && page > 1 {
        page = 1;
        (listed, total) = reading.list(uow, query, PAGE, 0).await?;
    }
    let me = caller.actor.id;
    let mut users: Vec<_> = listed.iter().map(|it| it.user.id).collect();
    if !users.contains(&me) {
        users.push(me);
    }
    let mut held = reading.held(uow, &users).await?;
    let own = held.get(&me).and_then(|it| reading.by_hand(&it.grants));
    let members = reading.members(listed, &mut held);
    let owners =
        if namespace.is_top_level() { Some(uow.members().owners(namespace.id, now, 2).await?) } else { None };
    let frame = GroupFrame { ancestors: place.ancestors.clone(), may: may(caller, standing), namespace };
    Ok(MemberList { frame, members, total, page, invited: reading.invited, owners, own })
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
    let ancestors = uow.namespaces().ancestors(loaded.namespace.id).await?;
    let reading =
        Reading::of(&mut uow, loaded.namespace, &ancestors, Some((caller, loaded.standing)), now).await?;
    let grants = uow.memberships().grants(user.id, reading.namespace.id).await?;
    let role = standing(&grants, reading.namespace.id, now).standing.here;
    let role = role.ok_or(UseCaseError::NotFound(What::User))?;
    let listed = ListedMember { user, role };
    let mut held = reading.held(&mut uow, &[listed.user.id]).await?;
    reading.members(vec![listed], &mut held).pop().ok_or(UseCaseError::NotFound(What::User))
}

/// How many members a list of all completes at a time: some statements of fifty.
const PIECE: usize = 500;

/// All members, for downloads. What gives them their roles is read piece by piece: all of it does not fit into
/// memory.
pub struct AllMembers {
    reading: Reading,
    left: IntoIter<ListedMember>,
}

impl AllMembers {
    /// `caller` is `None` for operators.
    pub async fn new(
        app: &App,
        caller: Option<&Caller>,
        path: &GroupPath,
        query: &MemberQuery,
    ) -> Result<Self, UseCaseError> {
        let now = app.now();
        let mut uow = app.storage.read().await?;
        let (namespace, reader) = if let Some(caller) = caller {
            let loaded = load::namespace(&mut uow, caller, path, Action::ReadMembers, now).await?;
            (loaded.namespace, Some((caller, loaded.standing)))
        } else {
            let found = uow.namespaces().find_by_path(path).await?;
            (found.ok_or(UseCaseError::NotFound(What::GroupOrProject))?, None)
        };
        let ancestors = uow.namespaces().ancestors(namespace.id).await?;
        let reading = Reading::of(&mut uow, namespace, &ancestors, reader, now).await?;
        let (listed, _) = reading.list(&mut uow, query, i64::MAX, 0).await?;
        Ok(Self { reading, left: listed.into_iter() })
    }

    pub fn place(&self) -> &Namespace {
        &self.reading.namespace
    }

    /// The next of them; nobody at the end. Whoever lost the last role meanwhile has no grants.
    pub async fn next(&mut self, app: &App) -> Result<Vec<Member>, StorageError> {
        let piece: Vec<_> = self.left.by_ref().take(PIECE).collect();
        if piece.is_empty() {
            return Ok(Vec::new());
        }
        let mut uow = app.storage.read().await?;
        let users: Vec<_> = piece.iter().map(|it| it.user.id).collect();
        let mut held = self.reading.held(&mut uow, &users).await?;
        Ok(self.reading.members(piece, &mut held))
    }
}

/// What somebody holds in a place.
#[derive(Default)]
struct Held {
    seat: bool,
    grants: Vec<Grant>,
}

/// What the rows of a list are completed with.
struct Reading {
    namespace: Namespace,
    ancestors: Vec<Arc<Namespace>>,
    invited: Vec<InvitedGroup>,
    now: Timestamp,
}

impl Reading {
    /// `caller` is `None` for an operator.
    async fn of(
        uow: &mut UnitOfWork,
        namespace: Namespace,
        ancestors: &[Namespace],
        caller: Option<(&Caller, Standing)>,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        // Whoever may take an invitation back has to know of what: one above is taken back there.
        let everywhere = caller.is_none_or(|(caller, _)| caller.actor.is_admin);
        let here = caller.is_some_and(|(caller, standing)| may(caller, standing).manage_members);
        let user = caller.map_or(UserId(0), |(caller, _)| caller.actor.id);
        let mut invited = uow.shares().list(namespace.id, user, now).await?;
        for group in &mut invited {
            group.is_seen |= everywhere || here && group.at == namespace.id;
        }
        Ok(Self { ancestors: ancestors.iter().cloned().map(Arc::new).collect(), namespace, invited, now })
    }

    async fn list(
        &self,
        uow: &mut UnitOfWork,
        query: &MemberQuery,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<ListedMember>, i64), StorageError> {
        let (here, now) = (self.namespace.id, self.now);
        if self.invited.is_empty() {
            uow.members().list_of_memberships(here, query, now, limit, offset).await
        } else {
            uow.members().list(here, query, now, limit, offset).await
        }
    }

    /// What these users hold here; those who hold nothing are not in it.
    async fn held(
        &self,
        uow: &mut UnitOfWork,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Held>, StorageError> {
        let mut held: HashMap<UserId, Held> = HashMap::with_capacity(users.len());
        let grants = if self.invited.is_empty() {
            uow.members().grants_of_memberships(users, &self.namespace).await?
        } else {
            uow.members().grants(users, &self.namespace).await?
        };
        for it in grants {
            let of_user = held.entry(it.user).or_default();
            of_user.seat = it.seat;
            of_user.grants.push(it.grant);
        }
        Ok(held)
    }

    fn members(&self, listed: Vec<ListedMember>, held: &mut HashMap<UserId, Held>) -> Vec<Member> {
        let member = |listed: ListedMember| {
            let Held { seat, grants } = held.remove(&listed.user.id).unwrap_or_default();
            self.member(seat, listed, grants)
        };
        listed.into_iter().map(member).collect()
    }

    fn by_hand(&self, grants: &[Grant]) -> Option<Membership> {
        grants
            .iter()
            .find(|it| it.at == self.namespace.id && it.through.is_none() && it.source == Source::Hand)
            .map(|it| Membership { role: it.role.clone(), expires_at: it.expires_at })
    }

    fn member(&self, seat: bool, listed: ListedMember, grants: Vec<Grant>) -> Member {
        let by_hand = self.by_hand(&grants);
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
