//! Identifiers: one type for each kind of row, so that they cannot be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A user's number.
    UserId
);
id!(
    /// A namespace's number: of a group, a subgroup or a project.
    NamespaceId
);
id!(
    /// A row of the consent ledger.
    ConsentId
);
id!(
    /// A personal access token's number; not the token.
    TokenId
);
id!(
    /// A signed-in browser's number; not its token.
    SessionId
);
id!(
    /// A row of the audit log.
    AuditEventId
);
id!(
    /// A row of the change feed.
    ChangeId
);
id!(
    /// A change of a feature flag that is to be made later.
    ScheduledChangeId
);
id!(
    /// Something that is done later, or in steps.
    JobId
);
