//! The hash chain over audit log and consent ledger: how rows are sealed, and how verification detects rows
//! that were removed, altered or added behind the program's back.
//!
//! `docs/decisions/0016-audit-chain.md` says what a chain can prove and what it cannot.

use std::fmt;

use sha2::{Digest, Sha256};

pub use super::sealed_row::{RowId, SealedRow, Value};

/// Prefix of the hashed bytes. A change of the encoding needs a new version.
const VERSION: &str = "duo-console audit chain 1";

/// The hash at a position: SHA-256 in hex; empty before the first entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainHash(String);

impl ChainHash {
    /// From the database or an operator's note, unvalidated: it is only compared and hashed.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A position in the chain with its hash, which an operator may note elsewhere to verify against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainPoint {
    /// Counts from 1, without gaps; 0 is before the first.
    pub position: i64,
    pub hash: ChainHash,
}

impl ChainPoint {
    /// Parses `POSITION:HASH`; `None` when malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (position, hash) = text.split_once(':')?;
        let position = position.parse().ok().filter(|it| *it > 0)?;
        let is_hash = hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
        is_hash.then(|| Self { position, hash: ChainHash(hash.to_ascii_lowercase()) })
    }

    /// The point after this one, with `row` sealed.
    #[must_use]
    pub fn seal(&self, row: &SealedRow<'_>) -> Self {
        let position = self.position + 1;
        Self { position, hash: hash(&self.hash, position, row) }
    }
}

impl fmt::Display for ChainPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

/// Every part is prefixed with its type and, where it varies, its length: the encoding is injective.
fn hash(previous: &ChainHash, position: i64, row: &SealedRow<'_>) -> ChainHash {
    let mut sha = Sha256::new();
    let mut add = |value: Value<'_>| match value {
        Value::Null => sha.update([0]),
        Value::Number(number) => {
            sha.update([1]);
            sha.update(number.to_be_bytes());
        }
        Value::Text(text) => {
            sha.update([2]);
            sha.update((text.len() as u64).to_be_bytes());
            sha.update(text);
        }
    };
    add(VERSION.into());
    add(previous.as_str().into());
    add(position.into());
    add(row.id.table().into());
    add(row.id.number().into());
    for column in &row.columns {
        add(*column);
    }
    ChainHash(format!("{:x}", sha.finalize()))
}

/// A fault that verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row does not match its hash.
    Altered {
        row: RowId,
        position: i64,
    },
    /// The entry exists, the row does not.
    Removed {
        row: RowId,
        position: i64,
    },
    /// The row exists without an entry.
    NotSealed {
        row: RowId,
    },
    /// The previous entry is missing, so that the row cannot be verified.
    Unproven {
        row: RowId,
        position: i64,
    },
    /// Entries of the chain are missing.
    Gap {
        from: i64,
        to: i64,
    },
    /// The entry does not match its row and its neighbours.
    LinkAltered {
        position: i64,
    },
    /// The stored head is not the end of the chain.
    HeadAltered {
        position: i64,
    },
    HeadRemoved,
    /// The chain does not contain the point that was noted.
    NotAsNoted {
        noted: ChainPoint,
    },
    /// The current consent is not the latest one in the ledger.
    StandingConsent {
        namespace: i64,
        feature: String,
        row: RowId,
    },
}

impl Fault {
    /// The stable key for programs.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Altered { .. } => "altered",
            Self::Removed { .. } => "removed",
            Self::NotSealed { .. } => "not_sealed",
            Self::Unproven { .. } => "unproven",
            Self::Gap { .. } => "gap",
            Self::LinkAltered { .. } => "chain_altered",
            Self::HeadAltered { .. } => "head_altered",
            Self::HeadRemoved => "head_removed",
            Self::NotAsNoted { .. } => "not_as_noted",
            Self::StandingConsent { .. } => "standing_consent",
        }
    }

    /// The row at fault; `None` when the chain itself is.
    pub const fn row(&self) -> Option<RowId> {
        match self {
            Self::Altered { row, .. }
            | Self::Removed { row, .. }
            | Self::NotSealed { row }
            | Self::Unproven { row, .. }
            | Self::StandingConsent { row, .. } => Some(*row),
            _ => None,
        }
    }

    /// The position in the chain; `None` when the fault has none.
    pub const fn position(&self) -> Option<i64> {
        match self {
            Self::Altered { position, .. }
            | Self::Removed { position, .. }
            | Self::Unproven { position, .. }
            | Self::LinkAltered { position }
            | Self::HeadAltered { position } => Some(*position),
            Self::Gap { from, .. } => Some(*from),
            Self::NotAsNoted { noted } => Some(noted.position),
            Self::NotSealed { .. } | Self::HeadRemoved | Self::StandingConsent { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { row, position } => {
                write!(f, "{row} (position {position}) was altered, or stands in another's place")
            }
            Self::Removed { row, position } => write!(f, "{row} (position {position}) was removed"),
            Self::NotSealed { row } => write!(
                f,
                "{row} is not sealed: it was inserted past the program, or its entry of the chain was removed"
            ),
            Self::Unproven { row, position } => {
                write!(f, "{row} (position {position}) cannot be proven: what its seal builds on is gone")
            }
            Self::Gap { from, to } if from == to => write!(f, "position {from} was removed from the chain"),
            Self::Gap { from, to } => write!(f, "positions {from} to {to} were removed from the chain"),
            Self::LinkAltered { position } => {
                write!(f, "the chain's entry at position {position} was altered")
            }
            Self::HeadAltered { position } => {
                write!(f, "the head of the chain was altered: the chain ends at position {position}")
            }
            Self::HeadRemoved => f.write_str("the head of the chain was removed"),
            Self::NotAsNoted { noted } => write!(
                f,
                "position {} is not what was noted: rows were removed, or the chain was made anew",
                noted.position
            ),
            Self::StandingConsent { namespace, feature, row } => write!(
                f,
                "the consent that stands for {feature:?} in namespace {namespace} is not what the ledger says last ({row})"
            ),
        }
    }
}

/// An entry of the chain with the row that it seals.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    pub point: ChainPoint,
    /// `None` when the entry names no row, or two.
    pub id: Option<RowId>,
    /// `None` when the row does not exist.
    pub row: Option<SealedRow<'a>>,
}

/// What the chain says of one row by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The row is what was sealed, at this point.
    Intact(ChainPoint),
    /// The row, or its entry in the chain, is not what was sealed.
    Altered { position: i64 },
    /// The entry before is missing, so nothing can be said.
    Unproven { position: i64 },
    /// The chain has no entry for it.
    Missing,
}

impl Seal {
    /// Compares a row with its entry. `previous` is the hash of the entry before; the first has none.
    pub fn check(previous: Option<ChainHash>, entry: ChainPoint, row: &SealedRow<'_>) -> Self {
        let position = entry.position;
        let previous = match previous {
            None if position > 1 => return Self::Unproven { position },
            hash => ChainPoint { position: position - 1, hash: hash.unwrap_or_default() },
        };
        if previous.seal(row) == entry { Self::Intact(entry) } else { Self::Altered { position } }
    }
}

/// Verifies the chain from its beginning, entry by entry, in bounded memory.
#[derive(Debug, Default)]
pub struct Walk {
    /// The previous entry, as stored.
    last: ChainPoint,
    /// Whether the previous entry is missing, so that the next cannot be verified.
    torn: bool,
    /// The previous entry did not match; the next one tells whether the row or the entry was altered.
    doubtful: Option<Doubt>,
}

#[derive(Debug)]
struct Doubt {
    row: RowId,
    /// The point that the stored row hashes to.
    would_be: ChainPoint,
}

impl Doubt {
    fn row_altered(self) -> Fault {
        Fault::Altered { row: self.row, position: self.would_be.position }
    }

    fn link_altered(self) -> Fault {
        Fault::LinkAltered { position: self.would_be.position }
    }
}

impl Walk {
    /// Checks the next entry and appends what is wrong to `faults`.
    pub fn step(&mut self, link: &Link<'_>, faults: &mut Vec<Fault>) {
        let position = link.point.position;
        let expected = self.last.position + 1;
        if position < expected {
            faults.push(Fault::LinkAltered { position });
            return;
        }
        if position > expected {
            faults.extend(self.doubtful.take().map(Doubt::row_altered));
            faults.push(Fault::Gap { from: expected, to: position - 1 });
            self.torn = true;
        }
        match (link.id, &link.row) {
            (Some(row), Some(_)) if self.torn => faults.push(Fault::Unproven { row, position }),
            (Some(_), Some(sealed)) => self.compare(&link.point, sealed, faults),
            (Some(row), None) => {
                faults.extend(self.doubtful.take().map(Doubt::row_altered));
                faults.push(Fault::Removed { row, position });
            }
            (None, _) => {
                faults.extend(self.doubtful.take().map(Doubt::row_altered));
                faults.push(Fault::LinkAltered { position });
            }
        }
        self.torn = false;
        self.last = link.point.clone();
    }

    fn compare(&mut self, stored: &ChainPoint, row: &SealedRow<'_>, faults: &mut Vec<Fault>) {
        let would_be = self.last.seal(row);
        let doubt = self.doubtful.take();
        if would_be == *stored {
            faults.extend(doubt.map(Doubt::row_altered));
            return;
        }
        match doubt {
            // It builds on the hash of the previous row: that row is intact, its entry is not.
            Some(doubt) if doubt.would_be.seal(row) == *stored => faults.push(doubt.link_altered()),
            doubt => {
                faults.extend(doubt.map(Doubt::row_altered));
                self.doubtful = Some(Doubt { row: row.id, would_be });
            }
        }
    }

    /// The last entry checked.
    pub const fn end(&self) -> &ChainPoint {
        &self.last
    }

    /// Ends the verification. `head` is the stored end of the chain.
    pub fn finish(self, head: Option<&ChainPoint>, faults: &mut Vec<Fault>) {
        let Self { last, doubtful, .. } = self;
        match (head, doubtful) {
            (Some(head), Some(doubt)) if *head == doubt.would_be => faults.push(doubt.link_altered()),
            (head, doubt) => {
                faults.extend(doubt.map(Doubt::row_altered));
                match head {
                    None => faults.push(Fault::HeadRemoved),
                    Some(head) if head.position > last.position => {
                        faults.push(Fault::Gap { from: last.position + 1, to: head.position });
                    }
                    Some(head) if *head != last => {
                        faults.push(Fault::HeadAltered { position: last.position });
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AuditEventId, ConsentId};

    fn event(id: i64, text: &str) -> SealedRow<'_> {
        SealedRow { id: RowId::Event(AuditEventId(id)), columns: vec![Value::Text(text)] }
    }

    /// Computed by another program from the encoding described in docs/decisions/0016.
    #[test]
    fn the_encoding_is_the_one_that_was_written_down() {
        let first = SealedRow {
            id: RowId::Event(AuditEventId(1)),
            columns: vec![
                1_780_315_200_000.into(),
                "signed_in".into(),
                7.into(),
                "ann".into(),
                "Ann Ö".into(),
                "page".into(),
                Value::Null,
                Value::Null,
                "ann".into(),
                "".into(),
                "".into(),
                "192.0.2.7".into(),
                "r-1".into(),
            ],
        };
        let first = ChainPoint::default().seal(&first);
        assert_eq!(first.to_string(), "1:6e7e2059436a56e74c42f530b18002939953845cb828136a245bd2e831f2ded3");
        let second =
            SealedRow { id: RowId::Ledger(ConsentId(5)), columns: vec![(-1).into(), "given".into()] };
        assert_eq!(
            first.seal(&second).to_string(),
            "2:dea126b8ac81e8e18921ecea9056254b67266dd7cc7324b055ef8b010b8fe1ed"
        );
    }

    #[test]
    fn no_two_rows_are_encoded_alike() {
        let id = RowId::Event(AuditEventId(1));
        let rows = [
            vec!["ab".into(), "c".into()],
            vec!["a".into(), "bc".into()],
            vec!["abc".into()],
            vec!["abc".into(), "".into()],
            vec!["abc".into(), Value::Null],
            vec![1.into()],
            vec!["1".into()],
            vec!["\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}".into()],
        ];
        let mut hashes: Vec<_> = rows
            .into_iter()
            .map(|columns| ChainPoint::default().seal(&SealedRow { id, columns }).to_string())
            .collect();
        let ledger = SealedRow { id: RowId::Ledger(ConsentId(1)), columns: vec!["abc".into()] };
        hashes.push(ChainPoint::default().seal(&ledger).to_string());
        hashes.push(ChainPoint::default().seal(&event(2, "abc")).to_string());
        let after = ChainPoint { position: 0, hash: ChainHash::from_text("x") };
        hashes.push(after.seal(&event(1, "abc")).to_string());
        let count = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    /// A chain of five events, as stored.
    fn chain() -> (Vec<Link<'static>>, ChainPoint) {
        let mut point = ChainPoint::default();
        let links = (1..=5)
            .map(|id| {
                let row = event(id, "text");
                point = point.seal(&row);
                Link { point: point.clone(), id: Some(row.id), row: Some(row) }
            })
            .collect();
        (links, point)
    }

    fn faults(links: &[Link<'_>], head: Option<&ChainPoint>) -> Vec<&'static str> {
        let mut faults = Vec::new();
        let mut walk = Walk::default();
        for link in links {
            walk.step(link, &mut faults);
        }
        walk.finish(head, &mut faults);
        faults.iter().map(Fault::key).collect()
    }

    #[test]
    fn a_whole_chain_has_no_faults() {
        let (links, head) = chain();
        assert_eq!(faults(&links, Some(&head)), [""; 0]);
        assert_eq!(faults(&[], Some(&ChainPoint::default())), [""; 0]);
    }

    /// Row ids start at one.
    fn row_of(at: usize) -> i64 {
        i64::try_from(at).unwrap() + 1
    }

    #[test]
    fn what_was_altered_is_named_and_nothing_else() {
        for at in 0..5 {
            let (mut links, head) = chain();
            links[at].row = Some(event(row_of(at), "other"));
            assert_eq!(faults(&links, Some(&head)), ["altered"], "row {at}");
            let (mut links, head) = chain();
            links[at].point.hash = ChainHash::from_text("other");
            assert_eq!(faults(&links, Some(&head)), ["chain_altered"], "entry {at}");
            let (mut links, head) = chain();
            links[at].row = None;
            assert_eq!(faults(&links, Some(&head)), ["removed"], "row {at}");
            let (mut links, head) = chain();
            links[at].id = None;
            assert_eq!(faults(&links, Some(&head)), ["chain_altered"], "entry {at}");
            let (mut links, head) = chain();
            links.remove(at);
            let expected: &[&str] = if at == 4 { &["gap"] } else { &["gap", "unproven"] };
            assert_eq!(faults(&links, Some(&head)), expected, "entry {at}");
        }
        let (mut links, head) = chain();
        for at in [1, 2, 4] {
            links[at].row = Some(event(row_of(at), "other"));
        }
        assert_eq!(faults(&links, Some(&head)), ["altered"; 3]);
    }

    #[test]
    fn the_head_is_checked_too() {
        let (links, head) = chain();
        assert_eq!(faults(&links, None), ["head_removed"]);
        let other = ChainPoint { hash: ChainHash::from_text("other"), ..head.clone() };
        assert_eq!(faults(&links, Some(&other)), ["head_altered"]);
        let back = ChainPoint { position: 4, ..head };
        assert_eq!(faults(&links, Some(&back)), ["head_altered"]);
        let (mut links, head) = chain();
        links[4].row = Some(event(5, "other"));
        assert_eq!(faults(&links, None), ["altered", "head_removed"]);
        assert_eq!(faults(&links, Some(&ChainPoint { position: 9, ..head })), ["altered", "gap"]);
    }

    #[test]
    fn a_noted_point_reads_back() {
        let (_, head) = chain();
        assert_eq!(ChainPoint::parse(&head.to_string()), Some(head));
        for bad in ["", "1", "1:", "0:ab", "x:y", "1:zz"] {
            assert_eq!(ChainPoint::parse(bad), None, "{bad}");
        }
        assert_eq!(ChainPoint::parse(&format!("1:{}", "é".repeat(32))), None);
    }
}
