//! The four formats: their columns, limits and samples, and what is wrong with a line.

use serde::Serialize;

use crate::domain::{keyed::keyed_enum, token::Scope};

/// Maximum size of a file, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Maximum number of lines below the header.
pub const MAX_LINES: usize = 100_000;
/// The column in front of refused lines. A corrected file may keep it: an import ignores it.
pub const ERROR_COLUMN: &str = "error";
/// How many characters of a value are repeated.
const MAX_VALUE: usize = 200;

keyed_enum! {
    /// What a file is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ImportKind: serde {
        Users = "users",
        Groups = "groups",
        Members = "members",
        Seats = "seats",
    }
}

impl ImportKind {
    /// As shown on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::Groups => "Groups and projects",
            Self::Members => "Members",
            Self::Seats => "Duo Enterprise seats",
        }
    }

    /// All columns, in the order of an export. The cells of a [`Line`] are in this order.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Users => &["username", "name", "email", "admin", "state", "kind"],
            Self::Groups => &["path", "name", "kind", "tier", "duo_enterprise", "seats"],
            Self::Members => &["path", "user", "role", "expires_on", "action"],
            Self::Seats => &["path", "user", "state", "action"],
        }
    }

    /// Columns that the same list has where a page offers it for download. An import does not read them.
    pub const fn unread(self) -> &'static [&'static str] {
        match self {
            Self::Seats => &["name", "source", "since", "user_state", "last_sign_in_at"],
            Self::Users | Self::Groups | Self::Members => &[],
        }
    }

    /// The columns that name what a line is about: they have to be there, and to be filled in.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Users => &["username"],
            Self::Groups => &["path"],
            Self::Members | Self::Seats => &["path", "user"],
        }
    }

    /// A small file that shows what can be said.
    pub const fn sample(self) -> &'static str {
        match self {
            Self::Users => {
                "username,name,email,admin,state,kind\nann,Ann Lee,ann@example.com,no,active,human\nroot2,Second Administrator,root2@example.com,yes,active,human\nreview-bot,Review Bot,,no,active,bot\n"
            }
            Self::Groups => {
                "path,name,kind,tier,duo_enterprise,seats\nexample,Example,group,ultimate,yes,25\nexample/platform,Platform,group,,,\nexample/platform/api,API,project,,,\n"
            }
            Self::Members => {
                "path,user,role,expires_on,action\nexample,ann,Owner,never,set\nexample/platform,bob@example.com,Developer,2030-12-31,set\nexample/platform,carl,,,remove\n"
            }
            Self::Seats => {
                "path,user,state,action\nexample,ann,used,set\nexample,zoe,waiting,set\nexample,bob@example.com,,remove\n"
            }
        }
    }

    /// The scope that a token needs for it.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Users => Scope::ManageUsers,
            Self::Groups | Self::Members | Self::Seats => Scope::ManageGroups,
        }
    }
}

/// A line of a file, with a cell for each column of its kind; empty where the file says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As an editor counts it; the header is line 1.
    pub number: u64,
    pub cells: Vec<String>,
}

impl Line {
    /// The cell of the column at this place of [`ImportKind::columns`].
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// Why a line is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    pub line: u64,
    /// Empty when it is about the whole line, or the whole file.
    pub column: String,
    /// The value at fault, shortened.
    pub value: String,
    pub reason: String,
}

impl Refused {
    pub fn new(line: u64, column: &str, value: &str, reason: impl ToString) -> Self {
        let mut shown: String = value.chars().take(MAX_VALUE).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self { line, column: column.to_owned(), value: shown, reason: reason.to_string() }
    }
}

/// What a line wants of its subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    #[default]
    Set,
    Remove,
}

/// Reads the cells of a line; collects what is wrong with them.
pub struct Cells<'a> {
    kind: ImportKind,
    line: &'a Line,
    refused: &'a mut Vec<Refused>,
    before: usize,
}

impl<'a> Cells<'a> {
    pub fn of(kind: ImportKind, line: &'a Line, refused: &'a mut Vec<Refused>) -> Self {
        let before = refused.len();
        Self { kind, line, refused, before }
    }

    /// Whether everything that was read so far is right.
    pub fn are_right(&self) -> bool {
        self.refused.len() == self.before
    }

    pub fn refuse(&mut self, column: usize, reason: impl ToString) {
        let name = self.kind.columns().get(column).copied().unwrap_or_default();
        self.refused.push(Refused::new(self.line.number, name, self.line.cell(column), reason));
    }

    /// `None` when the cell is empty, which leaves the value as it is, or wrong.
    pub fn read<T, E: ToString>(
        &mut self,
        column: usize,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let line = self.line;
        let cell = line.cell(column);
        if cell.is_empty() {
            return None;
        }
        parse(cell).map_err(|reason| self.refuse(column, reason)).ok()
    }

    /// As [`Self::read`]; an empty cell is wrong.
    pub fn need<T, E: ToString>(
        &mut self,
        column: usize,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.line.cell(column).is_empty() {
            self.refuse(column, "It is empty. Every line needs it.");
        }
        self.read(column, parse)
    }

    pub fn wanted(&mut self, column: usize) -> Wanted {
        let parse = |cell: &str| match cell {
            "set" => Ok(Wanted::Set),
            "remove" => Ok(Wanted::Remove),
            _ => Err("Say set or remove; empty is set."),
        };
        self.read(column, parse).unwrap_or_default()
    }
}

/// Reads yes or no.
pub fn yes_or_no(cell: &str) -> Result<bool, &'static str> {
    match cell.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("Say yes or no."),
    }
}

/// Writes yes or no.
pub const fn in_a_word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// The text of a line that repeats an earlier one.
pub fn said_before(first: u64) -> String {
    format!("Line {first} is about the same. Say it once.")
}
