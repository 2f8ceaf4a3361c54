//! The members of a group or project as CSV and JSON: a row for each grant.

use serde::Serialize;

use super::list_members::{Member, MemberGrant, Through, all_members};
use crate::{
    domain::{escape::without_formulas, namespace::GroupPath, people::members::MemberQuery, time::Timestamp},
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

/// The rows that `query` selects, and the path as the namespace writes it. `caller` is `None` for operators.
pub async fn member_rows(
    app: &App,
    caller: Option<&Caller>,
    path: &GroupPath,
    query: &MemberQuery,
) -> Result<Vec<MemberRow>, UseCaseError> {
    let (namespace, members) = all_members(app, caller, path, query).await?;
    let rows = members.iter().flat_map(|member| {
        let path = namespace.path.as_str();
        member.grants.iter().map(move |grant| row(path, member, grant))
    });
    Ok(rows.collect())
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

/// As CSV with headings. Texts that a spreadsheet could evaluate get an apostrophe in front.
pub fn members_csv(rows: Vec<MemberRow>) -> Vec<u8> {
    csv_of(rows)
}

fn csv_of(rows: Vec<MemberRow>) -> Vec<u8> {
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
    csv.write_record(headings).expect(NO_FAILURE);
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
        let csv = String::from_utf8(members_csv(vec![MemberRow {
            name: String::from("=1+1"),
            user: String::from("ann"),
            ..MemberRow::default()
        }]));
        let csv = csv.expect("text");
        let json = serde_json::to_value(MemberRow::default()).expect("a row");
        let headings: Vec<&str> = csv.lines().next().expect("headings").split(',').collect();
        assert_eq!(headings.len(), json.as_object().expect("an object").len());
        assert!(headings.iter().all(|it| json.get(it).is_some()), "{headings:?}");
        assert!(csv.contains(",ann,'=1+1,"), "{csv}");
    }
}
