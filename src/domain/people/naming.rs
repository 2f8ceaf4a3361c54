//! What groups and projects may be called, and where they may be.

use crate::domain::{
    namespace::{GroupPath, LONGEST_PATH, NamespaceKind},
    visible::{is_seen, may_stand_in_a_name},
};

/// Last names of paths that are addresses of this program at the top level.
const RESERVED: [&str; 1] = ["new"];

/// What GitLab takes for formats of a page.
const ENDINGS: [&str; 2] = [".git", ".atom"];

/// In characters; an index of PostgreSQL has room for little more.
const LONGEST_FULL_PATH: usize = 2000;

const LONGEST_NAME: usize = 255;
const LONGEST_DESCRIPTION: usize = 2000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    #[error("The name has 1 to {LONGEST_NAME} letters, digits or other characters that can be seen.")]
    Name,
    #[error("The description has at most {LONGEST_DESCRIPTION} characters.")]
    Description,
    #[error(
        "The path is one name of 1 to 255 letters, digits, '_', '-' and '.', not beginning with '-' or '.' and not ending with '.', '.git' or '.atom'."
    )]
    Path,
    #[error("This path is an address of Duo Console. Choose another.")]
    Reserved,
    #[error("Groups are nested at most {} deep, with projects in the last.", LONGEST_PATH - 1)]
    TooDeep,
    #[error("The full path of a group or project, with those above it, has at most 2,000 characters.")]
    TooLong,
}

impl NamingError {
    /// The field at fault.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Path | Self::Reserved | Self::TooDeep | Self::TooLong => "path",
        }
    }
}

/// The name, trimmed.
pub fn check_namespace_name(name: &str) -> Result<&str, NamingError> {
    let name = name.trim();
    let fits = name.chars().count() <= LONGEST_NAME && name.chars().all(may_stand_in_a_name) && is_seen(name);
    if fits { Ok(name) } else { Err(NamingError::Name) }
}

/// The description, trimmed. It may be empty, and have lines.
pub fn check_description(text: &str) -> Result<&str, NamingError> {
    let text = text.trim();
    let fits = |c: char| matches!(c, '\n' | '\r' | '\t') || !c.is_control();
    let short = text.chars().count() <= LONGEST_DESCRIPTION;
    if short && text.chars().all(fits) { Ok(text) } else { Err(NamingError::Description) }
}

/// The path of something new, or of something that is renamed or moved: its last name below `parent`.
pub fn new_path(
    parent: Option<&GroupPath>,
    last: &str,
    kind: NamespaceKind,
) -> Result<GroupPath, NamingError> {
    let last = last.trim();
    let lower = last.to_ascii_lowercase();
    if last.contains('/') || ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        return Err(NamingError::Path);
    }
    let alone = GroupPath::parse(last).map_err(|_| NamingError::Path)?;
    let path = match parent {
        None if RESERVED.contains(&lower.as_str()) => return Err(NamingError::Reserved),
        None => alone,
        Some(parent) => parent.child(last).map_err(|_| NamingError::TooDeep)?,
    };
    if path.depth() > deepest(kind) {
        return Err(NamingError::TooDeep);
    }
    if path.as_str().len() > LONGEST_FULL_PATH { Err(NamingError::TooLong) } else { Ok(path) }
}

/// Whether everything below has room when the path `was` becomes `is`; `longest` is the length of the longest
/// path below, 0 where there is none.
///
/// # Errors
/// [`NamingError::TooLong`].
pub fn check_below(was: &GroupPath, is: &GroupPath, longest: usize) -> Result<(), NamingError> {
    let rest = longest.saturating_sub(was.as_str().len());
    if is.as_str().len() + rest > LONGEST_FULL_PATH { Err(NamingError::TooLong) } else { Ok(()) }
}

/// How many names the path of this kind may have.
pub const fn deepest(kind: NamespaceKind) -> usize {
    match kind {
        NamespaceKind::Group => LONGEST_PATH - 1,
        NamespaceKind::Project => LONGEST_PATH,
    }
}

/// The last name of a path that is made from a name; `None` when nothing of it can stand in a path.
pub fn path_from_name(name: &str) -> Option<String> {
    let mut path = String::new();
    for c in name.trim().to_lowercase().chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            path.push(c);
        } else if !path.is_empty() && !path.ends_with('-') {
            path.push('-');
        }
    }
    let path = path.trim_end_matches('-');
    let path = path.get(..LONGEST_NAME).unwrap_or(path);
    (!path.is_empty()).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> GroupPath {
        GroupPath::parse(text).expect("a path")
    }

    #[test]
    fn a_path_is_made_of_its_parent_and_a_name_that_gitlab_allows() {
        let (acme, group) = (path("acme"), NamespaceKind::Group);
        for good in ["api", "A_b-c.d", "9", "new", "_x", "x-", "edit"] {
            assert_eq!(new_path(Some(&acme), good, group), Ok(path(&format!("acme/{good}"))));
        }
        for bad in ["", "a/b", "-a", ".a", "a.", "a b", "é", "x.git", "x.ATOM", "-", "a\0", &"x".repeat(256)]
        {
            assert_eq!(new_path(Some(&acme), bad, group), Err(NamingError::Path), "{bad}");
        }
        assert_eq!(new_path(None, "New", group), Err(NamingError::Reserved));
        assert_eq!(new_path(None, " acme ", group), Ok(acme));
    }

    #[test]
    fn groups_are_twenty_deep_and_projects_one_more() {
        let deep = path(&["a"; 20].join("/"));
        let above = path(&["a"; 19].join("/"));
        assert!(new_path(Some(&above), "a", NamespaceKind::Group).is_ok());
        assert_eq!(new_path(Some(&deep), "a", NamespaceKind::Group), Err(NamingError::TooDeep));
        assert!(new_path(Some(&deep), "a", NamespaceKind::Project).is_ok());
        let deeper = path(&["a"; 21].join("/"));
        assert_eq!(new_path(Some(&deeper), "a", NamespaceKind::Project), Err(NamingError::TooDeep));
    }

    #[test]
    fn a_full_path_has_room_in_an_index() {
        let name = "x".repeat(249);
        // 8 names of 249 and 7 slashes are 1999 characters.
        let long = path(&[name.as_str(); 8].join("/"));
        assert_eq!(new_path(Some(&long), "a", NamespaceKind::Group), Err(NamingError::TooLong));
        let above = long.parent().expect("it has one");
        let longest = new_path(Some(&above), &"x".repeat(250), NamespaceKind::Group);
        assert_eq!(longest.map(|it| it.as_str().len()), Ok(2000));
        let too_long = new_path(Some(&above), &"x".repeat(251), NamespaceKind::Group);
        assert_eq!(too_long, Err(NamingError::TooLong));
        let (was, is) = (path("ab"), path("abc"));
        assert_eq!([1999, 0].map(|longest| check_below(&was, &is, longest)), [Ok(()); 2]);
        assert_eq!(check_below(&was, &is, 2000), Err(NamingError::TooLong));
        assert_eq!(check_below(&is, &was, 2000), Ok(()));
    }

    #[test]
    fn a_name_makes_a_path_as_far_as_it_can() {
        for (name, made) in [
            ("Acme Platform", Some("acme-platform")),
            ("  R&D (EU) ", Some("r-d-eu")),
            ("Ünited Ärzte", Some("nited-rzte")),
            ("_x_", Some("_x_")),
            ("Київ", None),
            ("...", None),
        ] {
            assert_eq!(path_from_name(name).as_deref(), made, "{name}");
            if let Some(made) = path_from_name(name) {
                assert!(new_path(None, &made, NamespaceKind::Group).is_ok());
            }
        }
    }

    #[test]
    fn names_and_descriptions_can_be_seen() {
        assert_eq!(check_namespace_name(" Acme 100% "), Ok("Acme 100%"));
        for bad in ["", "  ", "a\u{0}", "\u{202e}x", &"x".repeat(256)] {
            assert_eq!(check_namespace_name(bad), Err(NamingError::Name), "{bad:?}");
        }
        assert_eq!(check_description(" two\nlines "), Ok("two\nlines"));
        assert_eq!(check_description(""), Ok(""));
        assert_eq!(check_description("\u{0}"), Err(NamingError::Description));
        assert_eq!(check_description(&"x".repeat(2001)), Err(NamingError::Description));
    }
}
