//! `group`: groups and projects, by an operator, who needs no role.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::origin,
        output::{Format, Row, print, print_json, print_list, say},
        words::yes_or_no,
    },
    domain::{
        field_edit::FieldEdit,
        namespace::{GroupPath, Namespace, NamespaceKind, Subscription, Tier},
        time::Timestamp,
    },
    storage::ListedNamespace,
    usecases::{
        App, UseCaseError,
        administrator::Administrator,
        delete_group::delete_group,
        move_group::move_group,
        people::{
            archive_group::archive_group,
            create_group::{Below, CreateGroup, create_group},
            edit_group::{EditGroup, edit_group},
            group_editor::GroupEditor,
            list_top_level_groups::list_tree,
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum GroupCommand {
    /// Create a group, subgroup or project
    #[command(after_help = "\
Examples:
  duo-console group create acme --name Acme --tier ultimate --duo-enterprise --owner ann
  duo-console group create acme/platform
  duo-console group create acme/platform/api --kind project --name API")]
    Create(Create),
    /// List all groups and projects as a tree, or those at and below a path
    #[command(after_help = "\
Examples:
  duo-console group list
  duo-console group list acme --format json
  duo-console group list --top-level")]
    List {
        /// Only this group and what is below it
        #[arg(value_parser = GroupPath::parse)]
        path: Option<GroupPath>,
        /// Only top-level groups
        #[arg(long)]
        top_level: bool,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show a group or project, as JSON
    Show {
        /// The full path
        #[arg(value_parser = GroupPath::parse)]
        path: GroupPath,
    },
    /// Change name, description, path or subscription; what you leave out stays as it is
    #[command(after_help = "\
Examples:
  duo-console group edit acme --name 'Acme Corporation'
  duo-console group edit acme/platform --path core
  duo-console group edit acme --tier ultimate --duo-enterprise yes")]
    Edit(Edit),
    /// Move a group or project, with everything below, to another group or to the top level
    ///
    /// A group that leaves the top level loses what only a top-level group has: its flows turn off, its consent
    /// is withdrawn, its seats end.
    #[command(after_help = "\
Examples:
  duo-console group move acme/platform --to globex
  duo-console group move acme/platform --top-level")]
    Move {
        /// The full path
        #[arg(value_parser = GroupPath::parse)]
        path: GroupPath,
        /// The full path of the group to move it to
        #[arg(long, value_name = "PATH", value_parser = GroupPath::parse, required_unless_present = "top_level")]
        to: Option<GroupPath>,
        /// Make it a top-level group
        #[arg(long, conflicts_with = "to")]
        top_level: bool,
    },
    /// Archive a group or project: nothing runs in it or below until it is unarchived
    Archive {
        /// The full path
        #[arg(value_parser = GroupPath::parse)]
        path: GroupPath,
    },
    /// Unarchive a group or project
    Unarchive {
        /// The full path
        #[arg(value_parser = GroupPath::parse)]
        path: GroupPath,
    },
    /// Delete a group or project with everything below, for good
    ///
    /// The audit log and the consent ledger keep what was done there.
    #[command(after_help = "\
Examples:
  duo-console group delete acme/old --confirm acme/old
  duo-console group delete acme/old --yes")]
    Delete {
        /// The full path
        #[arg(value_parser = GroupPath::parse)]
        path: GroupPath,
        /// The full path again, to confirm
        #[arg(long, value_name = "PATH", required_unless_present = "yes")]
        confirm: Option<String>,
        /// Delete without confirmation
        #[arg(long, conflicts_with = "confirm")]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// The full path; the groups above it must exist
    #[arg(value_parser = GroupPath::parse)]
    path: GroupPath,
    /// The name on pages [default: the last part of the path]
    #[arg(long)]
    name: Option<String>,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// A group or a project
    #[arg(long, default_value = "group", value_parser = kind_parser())]
    kind: NamespaceKind,
    /// The subscription's tier, of a top-level group [default: premium]
    #[arg(long, value_parser = tier_parser())]
    tier: Option<Tier>,
    /// Whether it has Duo Enterprise, of a top-level group
    #[arg(long)]
    duo_enterprise: bool,
    /// The user name or email address of its first Owner, of a top-level group
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(id = "change", required = true, multiple = true)]
pub struct EditFields {
    /// The name on pages
    #[arg(long)]
    name: Option<String>,
    /// What it is for; empty for nothing
    #[arg(long)]
    description: Option<String>,
    /// The last part of the path
    #[arg(long = "path", value_name = "NAME")]
    last: Option<String>,
    /// The subscription's tier, of a top-level group
    #[arg(long, value_parser = tier_parser())]
    tier: Option<Tier>,
    /// Whether it has Duo Enterprise, of a top-level group
    #[arg(long, value_parser = yes_or_no())]
    duo_enterprise: Option<bool>,
}

#[derive(Debug, clap::Args)]
pub struct Edit {
    /// The full path
    #[arg(id = "group", value_name = "PATH", value_parser = GroupPath::parse)]
    path: GroupPath,
    #[command(flatten)]
    fields: EditFields,
}

fn kind_parser() -> impl TypedValueParser<Value = NamespaceKind> {
    PossibleValuesParser::new(NamespaceKind::ALL.map(NamespaceKind::key))
        .map(|key| NamespaceKind::from_key(&key).expect("one of the possible values"))
}

fn tier_parser() -> impl TypedValueParser<Value = Tier> {
    PossibleValuesParser::new(Tier::ALL.map(Tier::key))
        .map(|key| Tier::from_key(&key).expect("one of the possible values"))
}

#[derive(Serialize)]
struct GroupRow {
    id: i64,
    path: String,
    name: String,
    kind: NamespaceKind,
    /// Of a top-level group.
    tier: Option<Tier>,
    duo_enterprise: Option<bool>,
    /// When it was archived itself.
    archived_at: Option<String>,
}

impl From<ListedNamespace> for GroupRow {
    fn from(ListedNamespace { namespace, archived_at, subscription }: ListedNamespace) -> Self {
        Self {
            id: namespace.id.0,
            path: namespace.path.to_string(),
            name: namespace.name,
            kind: namespace.kind,
            tier: subscription.map(|it| it.tier),
            duo_enterprise: subscription.map(|it| it.duo_enterprise),
            archived_at: archived_at.map(Timestamp::rfc3339),
        }
    }
}

impl Row for GroupRow {
    const HEADINGS: &'static [&'static str] = &["PATH", "NAME", "KIND", "SUBSCRIPTION", "ARCHIVED"];
    const NONE: &'static str = "There are no groups. `duo-console group create` makes one.";

    fn cells(&self) -> Vec<String> {
        let bought = self.tier.zip(self.duo_enterprise);
        let bought = bought.map(|(tier, duo_enterprise)| Subscription { tier, duo_enterprise }.words());
        vec![
            self.path.clone(),
            self.name.clone(),
            self.kind.key().to_owned(),
            bought.unwrap_or_default(),
            self.archived_at.clone().unwrap_or_default(),
        ]
    }
}

pub(in crate::cli) async fn run(app: &App, command: GroupCommand) -> Result<(), Failure> {
    let editor = GroupEditor::operator(origin(app));
    let administrator = Administrator::operator(origin(app));
    match command {
        GroupCommand::Create(create) => run_create(app, &editor, create).await,
        GroupCommand::List { path, top_level, format } => {
            let mut tree =
                list_tree(app, &administrator, path.as_ref()).await.map_err(missing(path.as_ref()))?;
            tree.retain(|it| !top_level || it.namespace.is_top_level());
            Ok(print_list(format, &tree.into_iter().map(GroupRow::from).collect::<Vec<_>>())?)
        }
        GroupCommand::Show { path } => {
            let tree = list_tree(app, &administrator, Some(&path)).await.map_err(missing(Some(&path)))?;
            let first = tree.into_iter().next().map(GroupRow::from);
            Ok(print_json(&first)?)
        }
        GroupCommand::Edit(Edit { path, fields }) => {
            let EditFields { name, description, last, tier, duo_enterprise } = fields;
            let edit = EditGroup {
                name: name.map(FieldEdit::to),
                description: description.map(FieldEdit::to),
                path: last.map(FieldEdit::to),
                tier: tier.map(FieldEdit::to),
                duo_enterprise: duo_enterprise.map(FieldEdit::to),
            };
            let edited = edit_group(app, &editor, &path, &edit).await.map_err(missing(Some(&path)))?;
            Ok(print(format_args!("Saved the {} {}.", edited.kind_name(), edited.path))?)
        }
        GroupCommand::Move { path, to, .. } => {
            let moved = move_group(app, &editor, &path, to.as_ref()).await.map_err(missing(Some(&path)))?;
            Ok(print(format_args!("{path} is {} now.", moved.path))?)
        }
        GroupCommand::Archive { path } => {
            let done = archive_group(app, &editor, &path, true).await.map_err(missing(Some(&path)))?;
            Ok(print(format_args!("Archived {}. Nothing runs in it or below.", done.path))?)
        }
        GroupCommand::Unarchive { path } => {
            let done = archive_group(app, &editor, &path, false).await.map_err(missing(Some(&path)))?;
            Ok(print(format_args!("{} is out of the archive.", done.path))?)
        }
        GroupCommand::Delete { path, confirm, .. } => {
            let typed = confirm.unwrap_or_else(|| path.to_string());
            let gone = delete_group(app, &editor, &path, &typed).await.map_err(missing(Some(&path)))?;
            Ok(print(format_args!("Deleted the {} {}.", gone.kind_name(), gone.path))?)
        }
    }
}

async fn run_create(app: &App, editor: &GroupEditor, create: Create) -> Result<(), Failure> {
    let Create { path, name, description, kind, tier, duo_enterprise, owner } = create;
    let has_owner = owner.is_some();
    let below = match path.parent() {
        None if kind == NamespaceKind::Project => {
            return Err(Failure::Usage(String::from("A project must be in a group: give its full path.")));
        }
        None => Below::Nothing {
            subscription: Subscription { tier: tier.unwrap_or(Tier::Premium), duo_enterprise },
            owner,
        },
        Some(_) if tier.is_some() || duo_enterprise || has_owner => {
            return Err(Failure::Usage(String::from(
                "--tier, --duo-enterprise and --owner are for top-level groups.",
            )));
        }
        Some(parent) => Below::Group { parent, kind },
    };
    let above = path.parent();
    let last = path.last().to_owned();
    let new = CreateGroup { below, name: name.unwrap_or_else(|| last.clone()), path: last, description };
    let made: Namespace = create_group(app, editor, &new).await.map_err(missing(above.as_ref()))?;
    print(format_args!("Made the {} {}.", made.kind_name(), made.path))?;
    if made.is_top_level() && !has_owner {
        say("It has no Owner yet: only administrators can turn flows on, and only a person can consent.");
    }
    Ok(())
}

fn missing(path: Option<&GroupPath>) -> impl FnOnce(UseCaseError) -> Failure {
    let path = path.map(ToString::to_string).unwrap_or_default();
    move |error| match error {
        UseCaseError::NotFound(_) => Failure::refused(format!(
            "There is no group or project {path}. `duo-console group list` lists them."
        )),
        other => other.into(),
    }
}
