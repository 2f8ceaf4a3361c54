//! The forms that change the members of a group or project, and which groups are invited.

/// The `action` URL of the form that adds a member.
pub const ADD_ADDRESS: &str = "/actions/add_member";
/// The `action` URL of the form that changes role and expiry.
pub const CHANGE_ADDRESS: &str = "/actions/change_member";
/// The `action` URL of the button that takes a role back.
pub const REMOVE_ADDRESS: &str = "/actions/remove_member";
/// The `action` URL of the button that gives up one's own role.
pub const LEAVE_ADDRESS: &str = "/actions/leave_group";
/// The `action` URL of the form that invites a group.
pub const INVITE_ADDRESS: &str = "/actions/invite_group";
/// The `action` URL of the form that changes an invitation.
pub const CHANGE_INVITATION_ADDRESS: &str = "/actions/change_invitation";
/// The `action` URL of the button that takes an invitation back.
pub const UNINVITE_ADDRESS: &str = "/actions/uninvite_group";
/// The subject of their flash.
pub const SUBJECT: &str = "members";
