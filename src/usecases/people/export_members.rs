//! The members of a group or project as CSV and JSON: a row for each grant.

use serde::Serialize;

use super::list_members::{AllMembers, Member, MemberGrant, Through};
use crate::{
    domain::{escape::without_formulas, namespace::GroupPath, people::members::MemberQuery, time::Timestamp},
    storage::StorageError,
    usecases::{App, Caller, UseCaseError},
};

/// Something that gives somebody a role.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MemberRow {
    /// The namespace whose member it is.
    pub path: String,
    pub user: String,
    pub name: String,
    /// The role that this row gives, in its source's words.
    pub role: String,
    pub access_level: i64,
    /// The first day, in UTC, on which it no longer counts.
    pub expires_on: Option<String>,
    pub source: String,
    /// Where it was given, when that is above.
    pub inherited_from: Option<String>,
    /// The invited group that brings it.
    pub through: Option<String>,
    /// Whether it counts; what has expired does not.
    pub counts: bool,
    /// The role that counts, of all rows of the user.
    pub effective_role: String,
    /// `active` or `blocked`.
    pub state: String,
    pub seat: bool,
}

/// What a group is called that the reader may not see.
const HIDDEN: &str = "(a group that you cannot see)";

/// A running export of the rows that `query` selects, piece by piece.
pub struct MemberExport {
    app: App,
    members: AllMembers,
    /// Whether the headings are written.
    begun: bool,
}

impl MemberExport {
    /// `caller` is `None` for operators.
    pub async fn new(
        app: &App,
        caller: Option<&Caller>,
        path: &GroupPath,
        query: &MemberQuery,
    ) -> Result<Self, UseCaseError> {
        let members = AllMembers::new(app, caller, path, query).await?;
        Ok(Self { app: app.clone(), members, begun: false })
    }

    /// The next rows, with the path as the namespace writes it; none at the end.
    pub async fn rows(&mut self) -> Result<Vec<MemberRow>, StorageError> {
        let members = self.members.next(&self.app).await?;
        let path = self.members.place().path.as_str();
        let rows = members.iter().flat_map(|it| it.grants.iter().map(|grant| row(path, it, grant)));
        Ok(rows.collect())
    }

    /// The next piece of the CSV with headings; `None` at the end. Texts that a spreadsheet could evaluate get an
    /// apostrophe in front.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StorageError> {
        let rows = self.rows().await?;
        let headings = !std::mem::replace(&mut self.begun, true);
        Ok((headings || !rows.is_empty()).then(|| csv_of(rows, headings)))
    }
}

fn row(path: &str, member: &Member, grant: &MemberGrant) -> MemberRow {
    let user = &member.listed.user;
    MemberRow {
        path: path.to_owned(),
        user: user.username.clone(),
        name: user.name.clone(),
        role: grant
            .grant
            .role
            .custom_name()
            .map_or_else(|| grant.grant.role.role().key().to_owned(), str::to_owned),
        access_level: grant.grant.role.access_level(),
        expires_on: grant.grant.expires_at.map(Timestamp::date),
        source: grant.grant.source.key().to_owned(),
        inherited_from: grant.inherited_from.as_ref().map(|it| it.path.to_string()),
        through: grant.through.as_ref().map(|it| match it {
            Through::Group { path, .. } => path.to_string(),
            Through::Hidden => HIDDEN.to_owned(),
        }),
        counts: grant.counts,
        effective_role: member.listed.role.key().to_owned(),
        state: String::from(if member.listed.user.is_blocked() { "blocked" } else { "active" }),
        seat: member.seat,
    }
}

fn csv_of(rows: Vec<MemberRow>, with_headings: bool) -> Vec<u8> {
    const NO_FAILURE: &str = "writing to memory cannot fail";

    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let headings = [
        "path",
        "user",
        "name",
        "role",
        "access_level",
        "expires_on",
        "source",
        "inherited_from",
        "through",
        "counts",
        "effective_role",
        "state",
        "seat",
    ];
    if with_headings {
        csv.write_record(headings).expect(NO_FAILURE);
    }
    for mut row in rows {
        for text in [&mut row.name, &mut row.user, &mut row.role] {
            *text = without_formulas(text);
        }
        csv.serialize(row).expect(NO_FAILURE);
    }
    csv.into_inner().expect(NO_FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_the_fields() {
        let row = MemberRow { name: String::from("=1+1"), user: String::from("ann"), ..MemberRow::default() };
        let csv = String::from_utf8(csv_of(vec![row], true));
        let csv = csv.expect("text");
        let json = serde_json::to_value(MemberRow::default()).expect("a row");
        let headings: Vec<&str> = csv.lines().next().expect("headings").split(',').collect();
        assert_eq!(headings.len(), json.as_object().expect("an object").len());
        assert!(headings.iter().all(|it| json.get(it).is_some()), "{headings:?}");
        assert!(csv.contains(",ann,'=1+1,"), "{csv}");
    }
}
