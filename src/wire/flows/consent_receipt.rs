//! JSON of an entry of the consent ledger.

use serde::Serialize;
use utoipa::ToSchema;

use super::consent_wording::ConsentWording;
use crate::{domain::audit_chain::Seal, usecases::flows::show_consents::Receipt};

/// An entry of the consent ledger, with the values of its time, and whether it is as it was recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentReceipt {
    #[schema(example = 3)]
    id: i64,
    /// `given` or `withdrawn`.
    #[schema(example = "given")]
    action: String,
    #[schema(format = "date-time", example = "2026-06-01T12:00:00.000Z")]
    at: String,
    /// The full path of the group at that time.
    #[schema(example = "acme")]
    group: String,
    group_id: i64,
    user_id: i64,
    #[schema(example = "owner")]
    username: String,
    user_name: String,
    /// The role that allowed it.
    #[schema(example = "Owner")]
    role: String,
    /// What it came through: `page`, `api`, `command_line` and so on.
    #[schema(example = "page")]
    surface: String,
    request_id: String,
    /// Version and SHA-256 of the words.
    wording: String,
    /// The words as they were shown; `null` when this release does not have them.
    #[schema(required)]
    words: Option<ConsentWording>,
    seal: ReceiptSeal,
}

/// What the audit chain says of the entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptSeal {
    /// `intact`, `altered`, `unproven` (the entry before is missing) or `missing`.
    #[schema(example = "intact")]
    state: &'static str,
    /// In the audit chain; `null` when it is not there.
    #[schema(required)]
    position: Option<i64>,
    /// At that position, in hex; `null` unless intact.
    #[schema(required)]
    hash: Option<String>,
    #[schema(format = "date-time")]
    verified_at: String,
}

impl From<Receipt> for ConsentReceipt {
    fn from(receipt: Receipt) -> Self {
        let (state, position, hash) = match receipt.seal {
            Seal::Intact(point) => ("intact", Some(point.position), Some(point.hash.to_string())),
            Seal::Altered { position } => ("altered", Some(position), None),
            Seal::Unproven { position } => ("unproven", Some(position), None),
            Seal::Missing => ("missing", None, None),
        };
        let entry = receipt.entry;
        Self {
            id: entry.id.0,
            action: entry.action.key().to_owned(),
            at: entry.at.rfc3339(),
            group: entry.namespace_path,
            group_id: entry.namespace.0,
            user_id: entry.user.0,
            username: entry.username,
            user_name: entry.user_name,
            role: entry.role,
            surface: entry.surface.key().to_owned(),
            request_id: entry.request_id,
            wording: entry.wording.to_string(),
            words: receipt.words.map(ConsentWording::from),
            seal: ReceiptSeal { state, position, hash, verified_at: receipt.verified_at.rfc3339() },
        }
    }
}
