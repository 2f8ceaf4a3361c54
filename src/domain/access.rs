//! Authorisation: who may do what. The only place that answers it; every use case checks here first.

use super::{actor::Actor, ids::UserId, role::Role, token::Scope, user::UserKind};

/// What an actor wants to do in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See that it exists, and read its overview.
    See,
    /// Ask which engine runs for oneself.
    AskOwnDecision,
    /// Ask which engine runs for a user.
    AskDecision,
    /// Read which flows are on.
    ReadSettings,
    /// Read who changed what.
    ReadAudit,
    /// Turn a flow on or off.
    ChangeFlows,
    /// Change what a group sets for itself and what is below, besides the flows.
    ChangeSettings,
    /// The same in a project.
    ChangeProjectSettings,
    /// Consent to the Code Review Flow.
    GiveConsent,
    /// Read who is a member, and by what.
    ReadMembers,
    /// Give and take roles, and invite groups.
    ManageMembers,
    /// Give and take Duo Enterprise seats.
    ManageSeats,
    /// Create what is below, rename, move, archive and delete.
    ManageGroup,
}

impl Action {
    pub const ALL: [Self; 13] = [
        Self::See,
        Self::AskOwnDecision,
        Self::AskDecision,
        Self::ReadSettings,
        Self::ReadAudit,
        Self::ChangeFlows,
        Self::ChangeSettings,
        Self::ChangeProjectSettings,
        Self::GiveConsent,
        Self::ReadMembers,
        Self::ManageMembers,
        Self::ManageSeats,
        Self::ManageGroup,
    ];

    /// The lowest role required, and whether it must be held in the top-level group.
    const fn needs(self) -> (Role, NamespaceLevel) {
        match self {
            Self::See | Self::AskOwnDecision => (Role::MinimalAccess, NamespaceLevel::Here),
            Self::ReadMembers => (Role::Guest, NamespaceLevel::Here),
            Self::AskDecision => (Role::Developer, NamespaceLevel::Here),
            Self::ReadSettings | Self::ChangeProjectSettings => (Role::Maintainer, NamespaceLevel::Here),
            Self::ChangeSettings | Self::ReadAudit | Self::ManageMembers | Self::ManageGroup => {
                (Role::Owner, NamespaceLevel::Here)
            }
            Self::ChangeFlows | Self::GiveConsent | Self::ManageSeats => {
                (Role::Owner, NamespaceLevel::TopLevelGroup)
            }
        }
    }

    /// The scope that a token needs for it.
    pub const fn scope(self) -> Scope {
        match self {
            Self::See | Self::ReadSettings | Self::ReadAudit | Self::ReadMembers => Scope::ReadSettings,
            Self::ManageMembers | Self::ManageSeats | Self::ManageGroup => Scope::ManageGroups,
            Self::AskOwnDecision | Self::AskDecision => Scope::ReadDecisions,
            Self::ChangeFlows | Self::ChangeSettings | Self::ChangeProjectSettings => Scope::WriteSettings,
            Self::GiveConsent => Scope::GiveConsent,
        }
    }
}

#[derive(Clone, Copy)]
enum NamespaceLevel {
    Here,
    TopLevelGroup,
}

/// An actor's roles, inherited ones included; `None` for non-members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub here: Option<Role>,
    pub top_level: Option<Role>,
}

/// Why an action on a resource that the actor may see is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    #[error("This needs the role {0}.")]
    NeedsRole(Role),
    #[error("This needs the role Owner of the top-level group, or an administrator.")]
    NeedsTopLevelOwner,
    #[error("This needs an administrator.")]
    NeedsAdministrator,
    #[error("A bot cannot give consent: a person has to.")]
    NotForBots,
    #[error("The token lacks the scope {}.", .0.key())]
    NeedsScope(Scope),
}

impl Denial {
    /// What the refused user can do about it, for the error page.
    pub const fn way_on(self) -> &'static str {
        match self {
            Self::NeedsRole(_) | Self::NeedsTopLevelOwner => "Ask an Owner of the group.",
            Self::NeedsAdministrator => "Ask an administrator of this server.",
            Self::NotForBots => "Sign in as a person who is an Owner of the group.",
            Self::NeedsScope(_) => "Use a token that has it.",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Holds the role that the ledger records.
    Granted(HeldRole),
    /// Answer 404, as if the namespace did not exist.
    Hidden,
    /// 403.
    Denied(Denial),
}

/// The role that an action was granted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldRole {
    Administrator,
    Member(Role),
}

impl HeldRole {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Member(role) => role.name(),
        }
    }
}

/// Whether `actor`, with these roles, may do `action`.
pub fn can(actor: &Actor, action: Action, standing: Standing) -> Access {
    if !actor.is_admin && standing.here.is_none() {
        return Access::Hidden;
    }
    if !actor.has_scope(action.scope()) {
        return Access::Denied(Denial::NeedsScope(action.scope()));
    }
    let (role, place) = action.needs();
    let (held, denial) = match place {
        NamespaceLevel::Here => (standing.here, Denial::NeedsRole(role)),
        NamespaceLevel::TopLevelGroup => (standing.top_level, Denial::NeedsTopLevelOwner),
    };
    let granted = match held {
        Some(held) if held >= role => HeldRole::Member(held),
        _ if actor.is_admin => HeldRole::Administrator,
        _ => return Access::Denied(denial),
    };
    if action == Action::GiveConsent && actor.kind == UserKind::Bot {
        return Access::Denied(Denial::NotForBots);
    }
    Access::Granted(granted)
}

/// [`can`] for [`Action::ReadSettings`] in lists, from the role in the namespace alone.
pub fn may_read_settings(actor: &Actor, role: Option<Role>) -> bool {
    matches!(can(actor, Action::ReadSettings, Standing { here: role, top_level: None }), Access::Granted(_))
}

/// The user whose memberships limit which namespaces `actor` sees; `None` when they see all.
pub fn whose_namespaces(actor: &Actor) -> Option<UserId> {
    (!actor.is_admin).then_some(actor.id)
}

/// Whether `actor` may do what concerns the whole server. Requires an administrator and, for a token,
/// `scope`.
pub fn may_administer(actor: &Actor, scope: Scope) -> Result<(), Denial> {
    if !actor.is_admin {
        return Err(Denial::NeedsAdministrator);
    }
    if actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Proof;

    fn actor(is_admin: bool, kind: UserKind, scopes: Option<Vec<Scope>>) -> Actor {
        Actor {
            id: UserId(1),
            username: "ann".into(),
            name: "Ann".into(),
            kind,
            is_admin,
            scopes,
            proof: Proof::EachRequest,
        }
    }

    fn standing(role: Option<Role>) -> Standing {
        Standing { here: role, top_level: role }
    }

    #[test]
    fn the_matrix_of_roles_and_actions() {
        use Role::{Developer, Guest, Maintainer, MinimalAccess, Owner};
        let ann = actor(false, UserKind::Human, None);
        let allowed_from = [
            (Action::See, MinimalAccess),
            (Action::AskOwnDecision, MinimalAccess),
            (Action::AskDecision, Developer),
            (Action::ReadSettings, Maintainer),
            (Action::ReadAudit, Owner),
            (Action::ChangeFlows, Owner),
            (Action::ChangeSettings, Owner),
            (Action::ChangeProjectSettings, Maintainer),
            (Action::GiveConsent, Owner),
            (Action::ReadMembers, Guest),
            (Action::ManageMembers, Owner),
            (Action::ManageSeats, Owner),
            (Action::ManageGroup, Owner),
        ];
        assert_eq!(allowed_from.len(), Action::ALL.len());
        for (action, lowest) in allowed_from {
            assert_eq!(can(&ann, action, standing(None)), Access::Hidden);
            for role in Role::ALL {
                let access = can(&ann, action, standing(Some(role)));
                if role >= lowest {
                    assert_eq!(access, Access::Granted(HeldRole::Member(role)), "{action:?} {role}");
                } else {
                    assert!(matches!(access, Access::Denied(_)), "{action:?} {role}");
                }
            }
        }
    }

    #[test]
    fn an_administrator_may_do_everything_and_see_everything() {
        let admin = actor(true, UserKind::Human, None);
        for action in Action::ALL {
            assert_eq!(can(&admin, action, standing(None)), Access::Granted(HeldRole::Administrator));
        }
    }

    #[test]
    fn owning_a_subgroup_is_not_owning_the_top_level_group() {
        let ann = actor(false, UserKind::Human, None);
        let sub = Standing { here: Some(Role::Owner), top_level: Some(Role::Maintainer) };
        assert_eq!(can(&ann, Action::ChangeFlows, sub), Access::Denied(Denial::NeedsTopLevelOwner));
        assert_eq!(can(&ann, Action::GiveConsent, sub), Access::Denied(Denial::NeedsTopLevelOwner));
        assert_eq!(can(&ann, Action::ReadSettings, sub), Access::Granted(HeldRole::Member(Role::Owner)));
    }

    #[test]
    fn a_bot_never_consents_whatever_it_is() {
        for is_admin in [true, false] {
            let bot = actor(is_admin, UserKind::Bot, None);
            assert_eq!(
                can(&bot, Action::GiveConsent, standing(Some(Role::Owner))),
                Access::Denied(Denial::NotForBots)
            );
            assert!(matches!(
                can(&bot, Action::ChangeFlows, standing(Some(Role::Owner))),
                Access::Granted(_)
            ));
        }
    }

    #[test]
    fn a_token_does_what_its_scopes_say_and_nothing_else() {
        for scope in Scope::ALL {
            let token = actor(true, UserKind::Human, Some(vec![scope]));
            for action in Action::ALL {
                let access = can(&token, action, standing(Some(Role::Owner)));
                if action.scope() == scope {
                    assert!(matches!(access, Access::Granted(_)), "{scope:?} {action:?}");
                } else {
                    assert_eq!(access, Access::Denied(Denial::NeedsScope(action.scope())));
                }
            }
        }
    }

    #[test]
    fn the_server_is_administered_by_administrators_whose_token_says_so() {
        let scope = Scope::ManageFlowVersions;
        for kind in [UserKind::Human, UserKind::Bot] {
            assert_eq!(may_administer(&actor(true, kind, None), scope), Ok(()));
            assert_eq!(may_administer(&actor(true, kind, Some(vec![scope])), scope), Ok(()));
            let others = Scope::ALL.into_iter().filter(|it| *it != scope).collect();
            let lacks = may_administer(&actor(true, kind, Some(others)), scope);
            assert_eq!(lacks, Err(Denial::NeedsScope(scope)));
            for scopes in [None, Some(vec![scope])] {
                let refused = may_administer(&actor(false, kind, scopes), scope);
                assert_eq!(refused, Err(Denial::NeedsAdministrator));
            }
        }
    }

    #[test]
    fn lists_say_the_same_as_the_pages_they_lead_to() {
        let (ann, admin) = (actor(false, UserKind::Human, None), actor(true, UserKind::Human, None));
        assert_eq!((whose_namespaces(&ann), whose_namespaces(&admin)), (Some(UserId(1)), None));
        for role in
            [None, Some(Role::Guest), Some(Role::Developer), Some(Role::Maintainer), Some(Role::Owner)]
        {
            assert_eq!(may_read_settings(&ann, role), role >= Some(Role::Maintainer), "{role:?}");
            assert!(may_read_settings(&admin, role), "{role:?}");
        }
    }

    #[test]
    fn a_stranger_learns_nothing_from_a_scope() {
        let token = actor(false, UserKind::Human, Some(vec![]));
        assert_eq!(can(&token, Action::ReadSettings, standing(None)), Access::Hidden);
    }

    #[test]
    fn whoever_is_refused_is_sent_to_somebody_who_can_help() {
        assert_eq!(Denial::NeedsRole(Role::Owner).way_on(), "Ask an Owner of the group.");
        assert_eq!(Denial::NeedsTopLevelOwner.way_on(), "Ask an Owner of the group.");
        // An Owner of a group can neither make an administrator nor widen a token's scopes.
        assert_eq!(Denial::NeedsAdministrator.way_on(), "Ask an administrator of this server.");
        assert!(!Denial::NeedsScope(Scope::ReadSettings).way_on().contains("Owner"));
        assert!(!Denial::NotForBots.way_on().starts_with("Ask"));
    }
}
