//! Users: created, renamed, made administrator, blocked. Nobody is deleted by an import.

use std::collections::HashMap;

use super::{
    format::{Cells, ImportKind, Line, Refused, in_a_word, said_before, yes_or_no},
    plan::{Planned, difference},
};
use crate::domain::{
    accounts::email::EmailAddress,
    ids::UserId,
    user::{UserKind, UserState, check_name, check_new_username},
};

const KIND: ImportKind = ImportKind::Users;
const USERNAME: usize = 0;
const NAME: usize = 1;
const EMAIL: usize = 2;
const ADMIN: usize = 3;
const STATE: usize = 4;
const KIND_OF_USER: usize = 5;

/// What a file calls no address.
const NONE: &str = "none";

/// A line that can be understood.
#[derive(Clone, Debug)]
pub struct UserLine {
    line: u64,
    pub username: String,
    name: Option<String>,
    /// The inner `None` removes the address.
    pub email: Option<Option<EmailAddress>>,
    is_admin: Option<bool>,
    state: Option<UserState>,
    kind: Option<UserKind>,
}

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub email: Option<String>,
    pub is_admin: bool,
    pub state: UserState,
    pub kind: UserKind,
    pub version: i64,
}

impl Account {
    /// Whether it is a person who may administer.
    fn administers(&self) -> bool {
        self.is_admin && self.state == UserState::Active && self.kind == UserKind::Human
    }
}

/// The accounts that a file names, and those that have its addresses.
#[derive(Clone, Debug, Default)]
pub struct PresentUsers {
    /// By user name in lower case.
    pub accounts: HashMap<String, Account>,
    /// Who has an address, by the address in lower case.
    pub holders: HashMap<String, UserId>,
    /// How many people administer the server.
    pub administrators: i64,
    /// Whose file it is; `None` for operators.
    pub acting: Option<UserId>,
}

/// What applying a line writes.
#[derive(Clone, Debug)]
pub struct UserOperation {
    /// `None` for a new user.
    pub before: Option<Account>,
    /// With the id 0 for a new user.
    pub after: Account,
}

/// Understands the lines; collects what is wrong with the others.
pub fn read(lines: &[Line], refused: &mut Vec<Refused>) -> Vec<UserLine> {
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        let mut cells = Cells::of(KIND, line, refused);
        let username = cells.need(USERNAME, |cell| check_new_username(cell).map(str::to_owned));
        let name = cells.read(NAME, |cell| check_name(cell).map(str::to_owned));
        let email = cells.read(EMAIL, |cell| match cell {
            NONE => Ok(None),
            cell => EmailAddress::parse(cell).map(Some),
        });
        let is_admin = cells.read(ADMIN, yes_or_no);
        let state = cells.read(STATE, |cell| UserState::from_key(cell).ok_or("Say active or blocked."));
        let kind = cells.read(KIND_OF_USER, |cell| UserKind::from_key(cell).ok_or("Say human or bot."));
        if let (Some(username), true) = (username, cells.are_right()) {
            read.push(UserLine { line: line.number, username, name, email, is_admin, state, kind });
        }
    }
    read
}

/// What the lines do to the accounts that are there.
pub fn plan(lines: &[UserLine], present: &PresentUsers, refused: Vec<Refused>) -> Planned<UserOperation> {
    let mut planned = Planned::new(refused);
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut administrators = present.administrators;
    let mut steps_down = Vec::new();
    for it in lines {
        let key = it.username.to_ascii_lowercase();
        if let Some(first) = seen.get(&key) {
            planned.refuse(it.line, "username", &it.username, said_before(*first));
            continue;
        }
        seen.insert(key.clone(), it.line);
        let before = present.accounts.get(&key);
        if let (Some(before), Some(kind)) = (before, it.kind)
            && before.kind != kind
        {
            let reason = format!("{} is a {}, which cannot be changed.", before.username, before.kind.key());
            planned.refuse(it.line, "kind", kind.key(), reason);
            continue;
        }
        let after = it.applied_to(before);
        if let Some((column, value, reason)) =
            before.and_then(|before| shut_out(before, &after, present.acting))
        {
            planned.refuse(it.line, column, value, reason);
            continue;
        }
        administrators +=
            i64::from(after.administers()) - i64::from(before.is_some_and(Account::administers));
        if before.is_some_and(Account::administers) && !after.administers() {
            steps_down.push(it);
        }
        let words = |account: &Account| cells(account).split_off(NAME);
        let old = before.map_or_else(|| vec![String::new(); KIND.columns().len() - NAME], words);
        let fields = KIND.columns()[NAME..].iter().copied();
        let pairs = old.into_iter().zip(words(&after));
        let differences: Vec<_> =
            fields.zip(pairs).filter_map(|(field, (old, new))| difference(field, old, new)).collect();
        let subject = after.username.clone();
        if differences.is_empty() {
            planned.unchanged(it.line, subject, String::new());
            continue;
        }
        planned.operations.push(UserOperation { before: before.cloned(), after });
        if before.is_some() {
            planned.change(it.line, subject, differences, String::new());
        } else {
            planned.create(it.line, subject, differences, String::new());
        }
    }
    if present.administrators > 0 && administrators < 1 {
        for it in steps_down {
            let reason = "Nobody would administer this server any more.";
            planned.refuse(it.line, "username", &it.username, reason);
        }
    }
    refuse_shared_addresses(lines, present, &mut planned);
    planned
}

/// The column, value and reason of a line by which somebody would shut out themselves.
fn shut_out(
    before: &Account,
    after: &Account,
    acting: Option<UserId>,
) -> Option<(&'static str, &'static str, &'static str)> {
    if acting != Some(before.id) {
        None
    } else if before.state == UserState::Active && after.state == UserState::Blocked {
        Some(("state", after.state.key(), "You cannot block yourself. Another administrator can."))
    } else if before.is_admin && !after.is_admin {
        let reason = "You cannot take your own administrator's rights. Another administrator can.";
        Some(("admin", in_a_word(after.is_admin), reason))
    } else {
        None
    }
}

/// An address belongs to one user. Whoever gives theirs away in the same file is asked as they are afterwards.
fn refuse_shared_addresses(lines: &[UserLine], present: &PresentUsers, planned: &mut Planned<UserOperation>) {
    let freed: Vec<UserId> = planned
        .operations
        .iter()
        .filter_map(|it| it.before.as_ref().filter(|before| before.email != it.after.email))
        .map(|before| before.id)
        .collect();
    let freed: std::collections::HashSet<UserId> = freed.into_iter().collect();
    let mut holders: HashMap<String, (UserId, u64)> = HashMap::new();
    for it in lines {
        let Some(Some(email)) = &it.email else { continue };
        let account = present.accounts.get(&it.username.to_ascii_lowercase());
        let own = account.map_or(UserId(0), |account| account.id);
        let key = email.key();
        if let Some(holder) = present.holders.get(&key)
            && *holder != own
            && !freed.contains(holder)
        {
            planned.refuse(it.line, "email", email.as_str(), "Another user has this address.");
        }
        if let Some((_, first)) = holders.get(&key) {
            let reason = format!("Line {first} gives the same address to somebody else.");
            planned.refuse(it.line, "email", email.as_str(), reason);
        } else {
            holders.insert(key, (own, it.line));
        }
    }
}

impl UserLine {
    fn applied_to(&self, before: Option<&Account>) -> Account {
        let mut after = before.cloned().unwrap_or_else(|| Account {
            id: UserId(0),
            username: self.username.clone(),
            name: self.username.clone(),
            email: None,
            is_admin: false,
            state: UserState::Active,
            kind: self.kind.unwrap_or(UserKind::Human),
            version: 0,
        });
        if let Some(name) = &self.name {
            after.name.clone_from(name);
        }
        if let Some(email) = &self.email {
            after.email = email.as_ref().map(EmailAddress::to_string);
        }
        after.is_admin = self.is_admin.unwrap_or(after.is_admin);
        after.state = self.state.unwrap_or(after.state);
        after
    }
}

/// The cells of an export.
pub fn cells(account: &Account) -> Vec<String> {
    vec![
        account.username.clone(),
        account.name.clone(),
        account.email.clone().unwrap_or_else(|| NONE.to_owned()),
        in_a_word(account.is_admin).to_owned(),
        account.state.key().to_owned(),
        account.kind.key().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64, username: &str, is_admin: bool) -> Account {
        Account {
            id: UserId(id),
            username: username.to_owned(),
            name: username.to_owned(),
            email: Some(format!("{username}@example.com")),
            is_admin,
            state: UserState::Active,
            kind: UserKind::Human,
            version: 0,
        }
    }

    fn planned(file: &[&str]) -> Planned<UserOperation> {
        planned_by(None, file)
    }

    fn planned_by(acting: Option<UserId>, file: &[&str]) -> Planned<UserOperation> {
        let accounts = [account(1, "root", true), account(2, "ann", false), account(3, "bob", false)];
        let mut present = PresentUsers { administrators: 1, acting, ..PresentUsers::default() };
        for account in accounts {
            present.holders.insert(account.email.clone().unwrap(), account.id);
            present.accounts.insert(account.username.clone(), account);
        }
        let lines = file.iter().enumerate().map(|(at, line)| Line {
            number: at as u64 + 2,
            cells: line.split(',').map(str::to_owned).collect(),
        });
        let mut refused = Vec::new();
        let read = read(&lines.collect::<Vec<_>>(), &mut refused);
        plan(&read, &present, refused)
    }

    #[test]
    fn the_last_administrator_stays_one() {
        for line in ["root,,,no,,", "root,,,,blocked,"] {
            let alone = planned(&[line]);
            assert_eq!(alone.refused.len(), 1, "{line}");
            let followed = planned(&[line, "ann,,,yes,,"]);
            assert!(followed.refused.is_empty(), "{line}: {:?}", followed.refused);
        }
    }

    #[test]
    fn nobody_shuts_out_themselves() {
        for (line, column) in [("root,,,no,,", "admin"), ("root,,,,blocked,", "state")] {
            let file = [line, "ann,,,yes,,"];
            let own = planned_by(Some(UserId(1)), &file);
            let named: Vec<_> = own.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
            assert_eq!(named, [(2, column)]);
            assert!(planned_by(Some(UserId(2)), &file).refused.is_empty(), "{line}");
        }
        assert!(planned_by(Some(UserId(1)), &["root,Root,,yes,active,"]).refused.is_empty());
    }

    #[test]
    fn addresses_may_be_swapped_but_not_shared() {
        let swapped = planned(&["ann,,bob@example.com,,,", "bob,,ann@example.com,,,"]);
        assert!(swapped.refused.is_empty(), "{:?}", swapped.refused);
        assert_eq!(swapped.counts.changed, 2);
        let taken =
            planned(&["ann,,BOB@example.com,,,", "carl,,new@example.com,,,", "dora,,new@example.com,,,"]);
        let lines: Vec<_> = taken.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        assert_eq!(lines, [(2, "email"), (4, "email")]);
    }

    #[test]
    fn what_a_line_does_not_say_stays_and_a_bot_stays_a_bot() {
        let same = planned(&["ann,,,,,", "Ann,,,,,", "bob,,,,,bot", "root,,none,,,"]);
        assert_eq!((same.counts.unchanged, same.counts.changed), (1, 1));
        let lines: Vec<_> = same.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        assert_eq!(lines, [(3, "username"), (4, "kind")]);
        assert_eq!(same.lines[0].differences[0].after, "none");
        let new = planned(&["new,,,,,"]);
        assert_eq!(new.operations[0].after.name, "new");
    }
}
