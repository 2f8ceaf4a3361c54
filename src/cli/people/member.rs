//! `member`: the members of a group or project, and the groups that are invited to it.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::origin,
        output::{Format, Row, print, print_list},
    },
    domain::{
        namespace::GroupPath,
        people::members::{GivenBy, MemberQuery, MemberSort, Membership, expiry},
        role::Role,
        time::Timestamp,
    },
    usecases::{
        App, UseCaseError,
        people::{
            export_members::{MemberExport, MemberRow},
            invite_group::{InviteGroup, invite_group, uninvite_group},
            member_editor::{MemberEditor, Seen},
            member_error::MemberError,
            remove_member::remove_member,
            set_member::{SetMember, set_member},
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum MemberCommand {
    /// Give a user a role by hand, or change the role given by hand
    ///
    /// Roles from other sources stay, and the highest role counts.
    #[command(after_help = "\
Examples:
  duo-console member add acme ann --role developer
  duo-console member add acme/platform ann@example.com --role maintainer --expires-on 2026-12-31")]
    Add(Add),
    /// List everybody with a role, also an inherited one: one line for each source
    #[command(after_help = "\
Examples:
  duo-console member list acme
  duo-console member list acme/platform --role owner
  duo-console member list acme --by provider --format json")]
    List(List),
    /// Take back the role given by hand; roles from other sources stay
    #[command(after_help = "Example:\n  duo-console member remove acme ann")]
    Remove(Remove),
    /// Invite a group: its members get their own role here, or that of the invitation if it is lower
    #[command(after_help = "\
Examples:
  duo-console member invite acme/website globex/web --role developer
  duo-console member invite acme globex --role reporter --expires-on 2026-12-31")]
    Invite(Invite),
    /// Take the invitation of a group back
    #[command(after_help = "Example:\n  duo-console member uninvite acme globex")]
    Uninvite(Uninvite),
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// A group, subgroup or project
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// The user name or the email address
    user: String,
    #[command(flatten)]
    given: Given,
}

#[derive(Debug, clap::Args)]
struct Given {
    /// The role
    #[arg(long, value_parser = role_parser())]
    role: Role,
    /// The day on which the role ends, at 00:00 UTC [default: never]
    #[arg(long, value_name = "DAY", value_parser = day)]
    expires_on: Option<Timestamp>,
    /// Proceed even if a top-level group is left without an Owner
    #[arg(long)]
    without_owner: bool,
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// A group, subgroup or project
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// Only users with this in name or user name
    #[arg(long, value_name = "TEXT", default_value = "")]
    search: String,
    /// Only users whose highest role is this one
    #[arg(long, value_parser = role_parser())]
    role: Option<Role>,
    /// Only users with a role from this source
    #[arg(long, value_name = "SOURCE", value_parser = by_parser())]
    by: Option<GivenBy>,
    /// The order
    #[arg(long, value_parser = sort_parser(), default_value = "name")]
    sort: MemberSort,
    /// The output: a table or JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub struct Remove {
    /// A group, subgroup or project
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// The user name or the email address
    user: String,
    /// Proceed even if a top-level group is left without an Owner
    #[arg(long)]
    without_owner: bool,
}

#[derive(Debug, clap::Args)]
pub struct Invite {
    /// A group, subgroup or project
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// The group to invite
    #[arg(value_parser = GroupPath::parse)]
    invited: GroupPath,
    #[command(flatten)]
    given: Given,
}

#[derive(Debug, clap::Args)]
pub struct Uninvite {
    /// A group, subgroup or project
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// The invited group
    #[arg(value_parser = GroupPath::parse)]
    invited: GroupPath,
    /// Proceed even if a top-level group is left without an Owner
    #[arg(long)]
    without_owner: bool,
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::key))
        .map(|key| Role::from_key(&key).expect("one of the possible values"))
}

fn by_parser() -> impl TypedValueParser<Value = GivenBy> {
    PossibleValuesParser::new(GivenBy::ALL.map(GivenBy::key))
        .map(|key| GivenBy::from_key(&key).expect("one of the possible values"))
}

fn sort_parser() -> impl TypedValueParser<Value = MemberSort> {
    PossibleValuesParser::new(MemberSort::ALL.map(MemberSort::key))
        .map(|key| MemberSort::from_key(&key).expect("one of the possible values"))
}

fn day(text: &str) -> Result<Timestamp, String> {
    expiry(text).ok().flatten().ok_or_else(|| String::from("expected a day such as 2026-12-31"))
}

/// A line of `member list`: the row of the export.
#[derive(Serialize)]
#[serde(transparent)]
struct MemberLine(MemberRow);

impl Row for MemberLine {
    const HEADINGS: &'static [&'static str] =
        &["USER", "ROLE", "COUNTS", "SOURCE", "FROM", "EXPIRES", "SEAT"];
    const NONE: &'static str = "No members. `duo-console member add` adds one.";

    fn cells(&self) -> Vec<String> {
        let row = &self.0;
        let from = match (&row.through, &row.inherited_from) {
            (Some(group), Some(above)) => format!("{group} invited to {above}"),
            (Some(group), None) => format!("{group} invited"),
            (None, Some(above)) => above.clone(),
            (None, None) => String::new(),
        };
        let yes = |it: bool| String::from(if it { "yes" } else { "" });
        vec![
            if row.state == "active" { row.user.clone() } else { format!("{} (blocked)", row.user) },
            row.role.clone(),
            yes(row.counts),
            row.source.clone(),
            from,
            row.expires_on.clone().unwrap_or_default(),
            yes(row.seat),
        ]
    }
}

pub(in crate::cli) async fn run(app: &App, command: MemberCommand) -> Result<(), Failure> {
    let origin = origin(app);
    let operator = MemberEditor::Operator(&origin);
    match command {
        MemberCommand::Add(Add { group, user, given }) => {
            let command = SetMember {
                namespace: &group,
                user: &user,
                role: given.role,
                expires_at: given.expires_on,
                seen: Seen::Whatever,
                confirmed: given.without_owner,
            };
            let now = set_member(app, operator, &command).await.map_err(named(&group))?;
            let name = &now.user.username;
            let given = now.by_hand.as_ref().map(Membership::words).unwrap_or_default();
            let already = if now.changed { "" } else { " already" };
            let counts =
                now.counts.filter(|it| now.by_hand.as_ref().is_some_and(|own| own.role.role() < *it));
            let more = counts
                .map(|it| format!(" By another source they are {it}, which counts."))
                .unwrap_or_default();
            print(format_args!("{name} is {given} in {group}{already}.{more}"))?;
        }
        MemberCommand::List(List { group, search, role, by, sort, format }) => {
            let query = MemberQuery { text: search, role, by, sort };
            let mut export = MemberExport::new(app, None, &group, &query).await.map_err(named(&group))?;
            let mut lines = Vec::new();
            loop {
                let rows = export.rows().await.map_err(UseCaseError::from).map_err(named(&group))?;
                if rows.is_empty() {
                    break;
                }
                lines.extend(rows.into_iter().map(MemberLine));
            }
            print_list(format, &lines)?;
        }
        MemberCommand::Remove(Remove { group, user, without_owner }) => {
            let now =
                remove_member(app, operator, &group, &user, without_owner).await.map_err(named(&group))?;
            let name = &now.user.username;
            match now.counts {
                Some(role) => print(format_args!(
                    "Took back what {name} was given by hand in {group}. By another source they are still {role}."
                ))?,
                None => print(format_args!("{name} is no longer a member of {group}."))?,
            }
        }
        MemberCommand::Invite(Invite { group, invited, given }) => {
            let command = InviteGroup {
                namespace: &group,
                group: &invited,
                role: given.role,
                expires_at: given.expires_on,
                seen: Seen::Whatever,
                confirmed: given.without_owner,
            };
            let changed = invite_group(app, operator, &command).await.map_err(named(&group))?;
            let already = if changed { "" } else { " already" };
            let role = given.role;
            print(format_args!("The members of {invited} have a role in {group}{already}, at most {role}."))?;
        }
        MemberCommand::Uninvite(Uninvite { group, invited, without_owner }) => {
            uninvite_group(app, operator, &group, &invited, without_owner).await.map_err(named(&group))?;
            print(format_args!("{invited} is no longer invited to {group}."))?;
        }
    }
    Ok(())
}

/// Names what is missing, and the option that confirms.
fn named(group: &GroupPath) -> impl Fn(UseCaseError) -> Failure {
    move |error| match error {
        UseCaseError::NotFound(_) => Failure::refused(format!("There is no group or project {group}.")),
        error if matches!(error.own(), Some(MemberError::LastOwner { .. })) => {
            Failure::refused(format!("{error} Add --without-owner to do it anyway."))
        }
        other => other.into(),
    }
}
