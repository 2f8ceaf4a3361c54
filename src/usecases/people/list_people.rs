//! Lists people for administrators, page by page, and exports the same list as CSV.

use serde::Serialize;

pub use crate::storage::ListedPerson;
use crate::{
    domain::{escape::without_formulas, people::directory::PeopleQuery, time::Timestamp},
    usecases::{App, Caller, UseCaseError, load::administrator},
};

/// People per page.
const PAGE: i64 = 25;

/// How many people an export reads at a time.
const CHUNK: i64 = 500;

#[derive(Clone, Debug)]
pub struct PeopleList {
    pub people: Vec<ListedPerson>,
    /// How many match, on all pages.
    pub total: i64,
    /// The page's number, from 1: the last one where a higher one was asked for.
    pub page: i64,
    /// The position of the page's first, from 1.
    pub from: i64,
}

impl PeopleList {
    /// The position of the page's last.
    pub fn to(&self) -> i64 {
        self.from - 1 + i64::try_from(self.people.len()).unwrap_or_default()
    }

    /// Whether there is another page.
    pub fn more(&self) -> bool {
        self.to() < self.total
    }
}

/// `page` starts at 1.
///
/// # Errors
/// The caller is no administrator.
pub async fn list_people(
    app: &App,
    caller: &Caller,
    query: &PeopleQuery,
    page: i64,
) -> Result<PeopleList, UseCaseError> {
    administrator(caller)?;
    let mut uow = app.storage.read().await?;
    let total = uow.people_lists().count(&query.text, query.filter).await?;
    let last = ((total + PAGE - 1) / PAGE).max(1);
    let page = page.clamp(1, last);
    let offset = (page - 1) * PAGE;
    let people = uow.people_lists().list(query, PAGE, offset).await?;
    Ok(PeopleList { people, total, page, from: offset + 1 })
}

/// Somebody as exported.
#[derive(Debug, Default, Serialize)]
struct PersonRow {
    username: String,
    name: String,
    email: String,
    state: String,
    kind: String,
    administrator: bool,
    /// RFC 3339; empty for somebody who never signed in.
    last_sign_in_at: String,
    created_at: String,
    groups: i64,
    duo_enterprise_seats: i64,
}

impl From<ListedPerson> for PersonRow {
    fn from(ListedPerson { account, groups, seats }: ListedPerson) -> Self {
        let user = account.user;
        Self {
            username: without_formulas(&user.username),
            name: without_formulas(&user.name),
            email: without_formulas(&account.email.unwrap_or_default()),
            state: user.state.key().to_owned(),
            kind: user.kind.key().to_owned(),
            administrator: user.is_admin,
            last_sign_in_at: account.last_sign_in_at.map(Timestamp::rfc3339).unwrap_or_default(),
            created_at: account.created_at.rfc3339(),
            groups,
            duo_enterprise_seats: seats,
        }
    }
}

const NO_FAILURE: &str = "writing to memory cannot fail, and each row has as many fields as the headings";

/// Everybody who matches, as CSV with a header line, as of one moment.
///
/// # Errors
/// The caller is no administrator.
pub async fn export_people(app: &App, caller: &Caller, query: &PeopleQuery) -> Result<Vec<u8>, UseCaseError> {
    administrator(caller)?;
    let mut uow = app.storage.read().await?;
    let mut file = beginning();
    let mut offset = 0;
    loop {
        let people = uow.people_lists().list(query, CHUNK, offset).await?;
        let last = i64::try_from(people.len()).unwrap_or_default() < CHUNK;
        file.extend(rows(people));
        if last {
            return Ok(file);
        }
        offset += CHUNK;
    }
}

/// The header line.
fn beginning() -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADINGS).expect(NO_FAILURE);
    csv.into_inner().expect(NO_FAILURE)
}

fn rows(people: Vec<ListedPerson>) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for person in people {
        csv.serialize(PersonRow::from(person)).expect(NO_FAILURE);
    }
    csv.into_inner().expect(NO_FAILURE)
}

const HEADINGS: [&str; 10] = [
    "username",
    "name",
    "email",
    "state",
    "kind",
    "administrator",
    "last_sign_in_at",
    "created_at",
    "groups",
    "duo_enterprise_seats",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_the_fields() {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(PersonRow::default()).expect("a row");
        let written = String::from_utf8(csv.into_inner().expect("memory")).expect("text");
        assert_eq!(written.lines().next(), Some(HEADINGS.join(",").as_str()));
    }
}
