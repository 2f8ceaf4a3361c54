//! The registry of an environment: which versions of which flow definitions are deployed.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

/// Maximum number of definitions in a registry, and of versions per definition.
pub const MAX_DEFINITIONS: usize = 100;
pub const MAX_VERSIONS: usize = 100;

/// Maximum length of a definition's reference and of a version, in bytes.
const MAX_LENGTH: usize = 100;

/// A flow definition's reference, name and schema: `developer/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowDefinition(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeployedError {
    #[error("A definition is a name and a schema joined by '/', each of a-z, 0-9 and '_': developer/v1.")]
    Definition,
    #[error("A version is three numbers and perhaps a pre-release, as in 2.0.0 and 2.0.0-orbit.")]
    Version,
    #[error("This is listed twice.")]
    Twice,
    #[error("List at most {MAX_DEFINITIONS} definitions, and at most {MAX_VERSIONS} versions of each.")]
    TooMany,
}

impl FlowDefinition {
    pub fn parse(text: &str) -> Result<Self, DeployedError> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        let good = text.len() <= MAX_LENGTH
            && text.split_once('/').is_some_and(|(name, schema)| word(name) && word(schema));
        if good { Ok(Self(text.to_owned())) } else { Err(DeployedError::Definition) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses a version as a gateway lists it. Build metadata is rejected: versions that differ in it alone have
/// no order, so which one runs would be undefined.
pub fn parse_version(text: &str) -> Result<Version, DeployedError> {
    let version = Version::parse(text).ok().filter(|it| it.build.is_empty() && text.len() <= MAX_LENGTH);
    version.ok_or(DeployedError::Version)
}

/// The deployed versions by definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployed(BTreeMap<FlowDefinition, BTreeSet<Version>>);

impl Deployed {
    /// Adds a version.
    ///
    /// # Errors
    /// It is already listed, or a limit is exceeded.
    pub fn add(&mut self, definition: FlowDefinition, version: Version) -> Result<(), DeployedError> {
        let versions = self.0.entry(definition).or_default();
        if !versions.insert(version) {
            return Err(DeployedError::Twice);
        }
        if versions.len() > MAX_VERSIONS || self.0.len() > MAX_DEFINITIONS {
            return Err(DeployedError::TooMany);
        }
        Ok(())
    }

    /// The versions of a definition, lowest first; empty when it is not listed.
    pub fn of(&self, definition: &str) -> impl DoubleEndedIterator<Item = &Version> {
        // Few enough for a linear search.
        self.iter().filter(move |(it, _)| it.as_str() == definition).flat_map(|(_, versions)| versions)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&FlowDefinition, &BTreeSet<Version>)> {
        self.0.iter()
    }

    /// The definitions that differ, before and after, for the audit log: `developer/v1 2.0.0-orbit 2.0.0`.
    pub fn difference(&self, other: &Self) -> (String, String) {
        let only_in = |one: &Self, other: &Self| {
            let differs =
                one.iter().filter(|(definition, versions)| other.0.get(definition) != Some(versions));
            let lines = differs.map(|(definition, versions)| {
                versions
                    .iter()
                    .fold(definition.as_str().to_owned(), |line, version| format!("{line} {version}"))
            });
            lines.collect::<Vec<_>>().join(", ")
        };
        (only_in(self, other), only_in(other, self))
    }
}

/// The version that a flow requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Exactly(Version),
    Range(VersionReq),
}

impl Wanted {
    /// `2.0.0-orbit` is exactly that version; `^2.0.0` is a range. `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        // Must come first: as a range, `2.0.0` means `^2.0.0`.
        let exactly = parse_version(text).ok().map(Self::Exactly);
        exactly.or_else(|| VersionReq::parse(text).ok().map(Self::Range))
    }

    /// The highest matching version of `versions`, which are sorted ascending. A range matches a pre-release
    /// only if it names one.
    pub fn pick<'a>(
        &self,
        mut versions: impl DoubleEndedIterator<Item = &'a Version>,
    ) -> Option<&'a Version> {
        match self {
            Self::Exactly(wanted) => versions.find(|version| *version == wanted),
            Self::Range(range) => versions.rfind(|version| range.matches(version)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed(list: &[(&str, &str)]) -> Deployed {
        let mut deployed = Deployed::default();
        for (definition, version) in list {
            let definition = FlowDefinition::parse(definition).expect("a definition");
            deployed.add(definition, parse_version(version).expect("a version")).expect("it fits");
        }
        deployed
    }

    fn pick(wanted: &str, versions: &[&str]) -> Option<String> {
        let deployed = deployed(&versions.iter().map(|it| ("a/v1", *it)).collect::<Vec<_>>());
        Wanted::parse(wanted).expect("a version or a range").pick(deployed.of("a/v1")).map(Version::to_string)
    }

    #[test]
    fn the_highest_version_of_a_range_is_picked_and_never_a_pre_release() {
        let table: [(&str, &[&str], Option<&str>); 11] = [
            ("^2.0.0", &["1.9.9", "2.0.0", "2.10.0", "2.9.0", "3.0.0"], Some("2.10.0")),
            ("^2.0.0", &["2.0.0", "2.0.0-orbit"], Some("2.0.0")),
            ("^2.0.0", &["2.0.0-orbit"], None),
            ("^2.0.0", &["2.1.0-orbit", "2.0.1-rc.1"], None),
            ("^2.0.0", &["1.0.0", "3.0.0"], None),
            (">=2.0.0, <2.5.0", &["2.4.9", "2.5.0"], Some("2.4.9")),
            ("2.0.0-orbit", &["2.0.0", "2.0.0-orbit"], Some("2.0.0-orbit")),
            ("2.0.0-orbit", &["2.0.0", "2.0.0-orbit.1"], None),
            // A bare version is not a range.
            ("2.0.0", &["2.0.1", "2.1.0"], None),
            ("2.0.0", &["2.0.0", "2.1.0"], Some("2.0.0")),
            ("2.0.0", &[], None),
        ];
        for (wanted, versions, expected) in table {
            assert_eq!(pick(wanted, versions).as_deref(), expected, "{wanted} of {versions:?}");
        }
    }

    #[test]
    fn what_is_no_version_and_no_definition_is_refused() {
        for bad in
            ["", "2", "2.0", "v2.0.0", "2.0.0+build", "02.0.0", " 2.0.0", "^2.0.0", "2.0.0-", "2.0.0-ä"]
        {
            assert_eq!(parse_version(bad), Err(DeployedError::Version), "{bad}");
        }
        assert_eq!(parse_version(&format!("2.0.0-{}", "a".repeat(100))), Err(DeployedError::Version));
        for good in ["developer/v1", "developer_unstable/experimental"] {
            assert_eq!(FlowDefinition::parse(good).map(|it| it.as_str().to_owned()), Ok(good.to_owned()));
        }
        let long = format!("{}/v1", "a".repeat(100));
        for bad in
            ["", "/", "developer", "developer/", "/v1", "a/b/c", "Developer/v1", "a b/v1", "a/v\0", &long]
        {
            assert_eq!(FlowDefinition::parse(bad), Err(DeployedError::Definition), "{bad}");
        }
    }

    #[test]
    fn nothing_is_listed_twice_and_nothing_without_end() {
        let add = |deployed: &mut Deployed, definition: &str, patch: u64| {
            deployed.add(FlowDefinition::parse(definition).expect("a definition"), Version::new(1, 0, patch))
        };
        let mut versions = Deployed::default();
        for patch in 0..100 {
            assert_eq!(add(&mut versions, "a/v1", patch), Ok(()));
        }
        assert_eq!(add(&mut versions, "a/v1", 7), Err(DeployedError::Twice));
        assert_eq!(add(&mut versions, "a/v1", 100), Err(DeployedError::TooMany));
        let mut definitions = Deployed::default();
        for n in 0..100 {
            assert_eq!(add(&mut definitions, &format!("a{n}/v1"), 0), Ok(()));
        }
        assert_eq!(add(&mut definitions, "b/v1", 0), Err(DeployedError::TooMany));
    }

    #[test]
    fn a_difference_has_what_changed_and_nothing_else() {
        let before = deployed(&[("a/v1", "1.0.0"), ("b/v1", "1.0.0"), ("c/v1", "1.0.0")]);
        let after = deployed(&[("a/v1", "1.0.0"), ("b/v1", "1.0.0"), ("b/v1", "1.1.0"), ("d/v1", "1.0.0-x")]);
        assert_eq!(
            before.difference(&after),
            (String::from("b/v1 1.0.0, c/v1 1.0.0"), String::from("b/v1 1.0.0 1.1.0, d/v1 1.0.0-x"))
        );
        assert_eq!(after.difference(&after), (String::new(), String::new()));
    }
}
