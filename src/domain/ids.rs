//! Ids: one type per table, so that they cannot be mixed up.

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
    /// The id of a user.
    UserId
);
id!(
    /// The id of a namespace: a group, a subgroup or a project.
    NamespaceId
);
id!(
    /// The id of a pool of seats: of a top-level group, or of the whole instance.
    SeatPoolId
);
id!(
    /// The id of a row in the consent ledger.
    ConsentId
);
id!(
    /// The id of a personal access token; not the token itself.
    TokenId
);
id!(
    /// The id of a session; not its token.
    SessionId
);
id!(
    /// The id of a row in the audit log.
    AuditEventId
);
id!(
    /// The id of a row in the change feed.
    ChangeId
);
id!(
    /// The id of a scheduled change of a feature flag.
    ScheduledChangeId
);
id!(
    /// The id of a job.
    JobId
);
