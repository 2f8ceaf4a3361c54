//! The types of GraphQL that are answered: those that clients of GitLab's ask for to read groups and their
//! members. No type contains itself, so every query is as deep as they are.

use serde_json::Value;

/// The name of the type of any object.
pub const TYPE_NAME: &str = "__typename";

#[derive(Debug)]
pub struct ObjectType {
    /// GitLab's.
    pub name: &'static str,
    pub fields: &'static [FieldType],
}

#[derive(Debug)]
pub struct FieldType {
    pub name: &'static str,
    pub arguments: &'static [(&'static str, ArgumentType)],
    /// What it contains; `None` for a value.
    pub of: Option<&'static ObjectType>,
    /// Whether it is looked up for itself.
    pub is_looked_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// `ID!`
    Id,
    /// `Int`
    Number,
    /// `String`
    Text,
    /// `[GroupMemberRelation!]`
    Relations,
}

/// How somebody comes to be a member of a group.
pub const RELATIONS: [&str; 4] = ["DIRECT", "INHERITED", "DESCENDANTS", "SHARED_FROM_GROUPS"];

impl ObjectType {
    pub fn field(&self, name: &str) -> Option<&'static FieldType> {
        if name == TYPE_NAME {
            return Some(&NAME_OF_TYPE);
        }
        self.fields.iter().find(|it| it.name == name)
    }
}

impl ArgumentType {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "ID!",
            Self::Number => "Int",
            Self::Text => "String",
            Self::Relations => "[GroupMemberRelation!]",
        }
    }

    pub const fn is_required(self) -> bool {
        matches!(self, Self::Id)
    }

    pub fn takes(self, value: &Value) -> bool {
        let is_relation = |it: &Value| it.as_str().is_some_and(|it| RELATIONS.contains(&it));
        match (self, value) {
            (Self::Id, Value::String(_)) => true,
            (Self::Id, _) => false,
            (_, Value::Null) => true,
            (Self::Number, value) => value.as_i64().is_some_and(|it| i32::try_from(it).is_ok()),
            (Self::Text, value) => value.is_string(),
            (Self::Relations, Value::Array(items)) => items.iter().all(is_relation),
            (Self::Relations, one) => is_relation(one),
        }
    }
}

static NAME_OF_TYPE: FieldType = value(TYPE_NAME);

pub static QUERY: ObjectType = ObjectType {
    name: "Query",
    fields: &[
        looked_up("currentUser", &[], &CURRENT_USER),
        looked_up("group", &[("fullPath", ArgumentType::Id)], &GROUP),
    ],
};

static GROUP: ObjectType = ObjectType {
    name: "Group",
    fields: &[
        value("id"),
        value("name"),
        value("fullPath"),
        value("description"),
        value("visibility"),
        object("parent", &GROUP_ABOVE),
        looked_up(
            "descendantGroups",
            &[("first", ArgumentType::Number), ("after", ArgumentType::Text)],
            &DESCENDANT_GROUPS,
        ),
        looked_up(
            "groupMembers",
            &[
                ("first", ArgumentType::Number),
                ("after", ArgumentType::Text),
                ("relations", ArgumentType::Relations),
            ],
            &GROUP_MEMBERS,
        ),
    ],
};

static GROUP_ABOVE: ObjectType =
    ObjectType { name: "Group", fields: &[value("id"), value("name"), value("fullPath")] };

static DESCENDANT_GROUPS: ObjectType = ObjectType {
    name: "GroupConnection",
    fields: &[object("nodes", &DESCENDANT_GROUP), object("pageInfo", &PAGE_INFO)],
};

static DESCENDANT_GROUP: ObjectType = ObjectType {
    name: "Group",
    fields: &[
        value("id"),
        value("name"),
        value("fullPath"),
        value("description"),
        value("visibility"),
        object("parent", &GROUP_ABOVE),
    ],
};

static GROUP_MEMBERS: ObjectType = ObjectType {
    name: "GroupMemberConnection",
    fields: &[object("nodes", &GROUP_MEMBER), object("pageInfo", &PAGE_INFO)],
};

static GROUP_MEMBER: ObjectType = ObjectType { name: "GroupMember", fields: &[object("user", &USER)] };

static USER: ObjectType = ObjectType { name: "UserCore", fields: USER_FIELDS };

static CURRENT_USER: ObjectType = ObjectType { name: "CurrentUser", fields: USER_FIELDS };

const USER_FIELDS: &[FieldType] = &[
    value("id"),
    value("username"),
    value("name"),
    value("state"),
    value("publicEmail"),
    value("webUrl"),
    value("avatarUrl"),
];

static PAGE_INFO: ObjectType =
    ObjectType { name: "PageInfo", fields: &[value("endCursor"), value("hasNextPage")] };

const fn value(name: &'static str) -> FieldType {
    FieldType { name, arguments: &[], of: None, is_looked_up: false }
}

const fn object(name: &'static str, of: &'static ObjectType) -> FieldType {
    FieldType { name, arguments: &[], of: Some(of), is_looked_up: false }
}

const fn looked_up(
    name: &'static str,
    arguments: &'static [(&'static str, ArgumentType)],
    of: &'static ObjectType,
) -> FieldType {
    FieldType { name, arguments, of: Some(of), is_looked_up: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// No query is deeper than this, whatever it says.
    #[test]
    fn no_type_contains_itself() {
        fn depth(of: &ObjectType) -> usize {
            1 + of.fields.iter().filter_map(|it| it.of).map(depth).max().unwrap_or(0)
        }
        assert_eq!(depth(&QUERY), 5);
    }

    #[test]
    fn an_argument_takes_its_type_only() {
        use ArgumentType::{Id, Number, Relations, Text};
        for (kind, taken, refused) in [
            (Id, vec![json!("acme")], vec![json!(null), json!(1), json!(["acme"])]),
            (
                Number,
                vec![json!(1), json!(-1), json!(null)],
                vec![json!("1"), json!(1.5), json!(1_i64 << 40)],
            ),
            (Text, vec![json!(""), json!(null)], vec![json!(1), json!({})]),
            (
                Relations,
                vec![json!("DIRECT"), json!(["DIRECT", "INHERITED"]), json!([]), json!(null)],
                vec![json!("direct"), json!(["DIRECT", null]), json!([["DIRECT"]]), json!(true)],
            ),
        ] {
            assert!(taken.iter().all(|it| kind.takes(it)), "{kind:?} {taken:?}");
            assert!(!refused.iter().any(|it| kind.takes(it)), "{kind:?} {refused:?}");
        }
    }
}
