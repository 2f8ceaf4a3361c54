//! Lists the consent of every top-level group to Code Review Flow, for administrators.

use super::{App, Caller, UseCaseError, load};
use crate::{
    domain::{escape::without_formulas, keyed::keyed_enum, natural::natural_key},
    storage::StoredConsent,
};

/// Groups per page.
pub const PAGE: usize = 50;

keyed_enum! {
    /// Whether a top-level group has consented.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ConsentState {
        /// The flow is on, without consent.
        Missing = "missing",
        Given = "given",
        /// The flow is off.
        Off = "off",
    }
}

impl ConsentState {
    pub fn of(group: &StoredConsent) -> Self {
        match (&group.consent, group.is_on) {
            (_, false) => Self::Off,
            (Some(_), true) => Self::Given,
            (None, true) => Self::Missing,
        }
    }

    /// As shown on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Given => "Given",
            Self::Off => "Off",
        }
    }
}

/// Which groups to list; all by default.
#[derive(Clone, Debug, Default)]
pub struct ConsentFilter {
    /// In path or name.
    pub search: String,
    pub state: Option<ConsentState>,
}

#[derive(Clone, Debug)]
pub struct ConsentList {
    pub groups: Vec<StoredConsent>,
    /// The number of matches on all pages.
    pub total: usize,
    /// How many come on earlier pages.
    pub before: usize,
}

/// A page of matching groups in natural order; `page` starts at 1. Administrators only.
pub async fn list_consents(
    app: &App,
    caller: &Caller,
    filter: &ConsentFilter,
    page: usize,
) -> Result<ConsentList, UseCaseError> {
    let groups = matching(app, caller, filter).await?;
    let before = page.saturating_sub(1).saturating_mul(PAGE);
    Ok(ConsentList {
        total: groups.len(),
        before,
        groups: groups.into_iter().skip(before).take(PAGE).collect(),
    })
}

/// All matching groups as CSV. Administrators only.
#[expect(clippy::missing_panics_doc, reason = "writing to memory does not fail")]
pub async fn export_consents(
    app: &App,
    caller: &Caller,
    filter: &ConsentFilter,
) -> Result<Vec<u8>, UseCaseError> {
    const NO_FAILURE: &str = "writing to memory cannot fail, and each row has as many fields as the headings";
    let groups = matching(app, caller, filter).await?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "path",
        "name",
        "code_review",
        "consent",
        "given_by_username",
        "given_by_name",
        "given_at",
        "wording",
        "ledger_id",
    ])
    .expect(NO_FAILURE);
    for group in groups {
        let state = ConsentState::of(&group);
        let given = match group.consent.filter(|_| state == ConsentState::Given) {
            Some((given, wording)) => [
                given.by_username,
                given.by_name,
                given.at.rfc3339(),
                wording.to_string(),
                given.id.to_string(),
            ],
            None => Default::default(),
        };
        let on = if group.is_on { "on" } else { "off" };
        let consent = if state == ConsentState::Off { "" } else { state.key() };
        let row = [group.path.to_string(), group.name, on.to_owned(), consent.to_owned()];
        csv.write_record(row.iter().chain(&given).map(|text| without_formulas(text))).expect(NO_FAILURE);
    }
    Ok(csv.into_inner().expect(NO_FAILURE))
}

async fn matching(
    app: &App,
    caller: &Caller,
    filter: &ConsentFilter,
) -> Result<Vec<StoredConsent>, UseCaseError> {
    load::administrator(caller)?;
    let mut groups = app.storage.read().await?.overview().consents().await?;
    let words = filter.search.trim().to_lowercase();
    groups.retain(|group| {
        filter.state.is_none_or(|state| ConsentState::of(group) == state)
            && (group.path.as_str().to_lowercase().contains(&words)
                || group.name.to_lowercase().contains(&words))
    });
    groups.sort_by_cached_key(|group| natural_key(group.path.as_str()));
    Ok(groups)
}
