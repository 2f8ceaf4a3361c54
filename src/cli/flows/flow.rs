//! `flow`: the foundational flows of a group. Changes are made in the name of a user, with their rights.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::consent::ask_for_consent;
use crate::{
    cli::{
        Failure,
        open::caller,
        output::{Format, Row, print, print_list, say},
    },
    domain::{
        flows::{
            catalogue::{CATALOGUE, Flow},
            consent::Transition,
            wording::WordingId,
        },
        namespace::GroupPath,
    },
    server::config::DatabaseOptions,
    storage::FlowSelection,
    usecases::{
        App, UseCaseError,
        flows::{
            list_flows::list_flows,
            set_flow::{FlowNow, FlowSet, SetFlow, SetFlowError, set_flow},
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum FlowCommand {
    /// List the flows of a group, and who consented
    List {
        /// A group, subgroup or project
        #[arg(value_parser = GroupPath::parse)]
        group: GroupPath,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Turn a flow of a top-level group on or off
    #[command(after_help = "\
Turning code_review/v1 on needs consent: without --consent-wording nothing is changed, and the
wording is shown with the command that gives consent. The consent is recorded in the name of --as.

Examples:
  duo-console flow set acme developer/v1 off --as owner
  duo-console flow set acme code_review/v1 on --as owner")]
    Set(Set),
}

#[derive(Debug, clap::Args)]
pub struct Set {
    /// The top-level group
    #[arg(value_parser = GroupPath::parse)]
    group: GroupPath,
    /// The flow's reference
    #[arg(value_parser = flow_parser())]
    flow: &'static Flow,
    /// On or off
    #[arg(value_enum)]
    state: Switch,
    /// The user in whose name, and with whose rights, the change is made
    #[arg(long = "as", value_name = "USERNAME")]
    username: String,
    /// The id of the wording to which this user consents
    #[arg(long, value_name = "ID")]
    consent_wording: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Switch {
    On,
    Off,
}

fn flow_parser() -> impl TypedValueParser<Value = &'static Flow> {
    PossibleValuesParser::new(CATALOGUE.iter().map(|flow| flow.reference))
        .map(|reference| Flow::find(&reference).expect("one of the possible values"))
}

#[derive(Serialize)]
struct FlowRow {
    flow: &'static str,
    name: &'static str,
    on: bool,
    /// On since before consent existed.
    transitional: bool,
    consent_id: Option<i64>,
    consented_by: Option<String>,
    consented_at: Option<String>,
    changed_by: Option<String>,
    changed_at: Option<String>,
}

impl From<FlowSelection> for FlowRow {
    fn from(selection: FlowSelection) -> Self {
        let consent = selection.state.consent();
        Self {
            flow: selection.flow.reference,
            name: selection.flow.name,
            on: selection.state.is_on(),
            transitional: selection.state.is_transitional(),
            consent_id: consent.map(|given| given.id.0),
            consented_by: consent.map(|given| given.by_username.clone()),
            consented_at: consent.map(|given| given.at.rfc3339()),
            changed_by: selection.changed.as_ref().map(|change| change.by_username.clone()),
            changed_at: selection.changed.as_ref().map(|change| change.at.rfc3339()),
        }
    }
}

impl Row for FlowRow {
    const HEADINGS: &'static [&'static str] = &["FLOW", "STATE", "CONSENT", "LAST SWITCHED"];
    const NONE: &'static str = "There are no flows.";

    fn cells(&self) -> Vec<String> {
        let by = |who: &Option<String>, at: &Option<String>| match (who, at) {
            (Some(who), Some(at)) => format!("{who}, {at}"),
            _ => String::new(),
        };
        vec![
            self.flow.to_owned(),
            String::from(if self.on { "on" } else { "off" }),
            if self.transitional {
                String::from("missing: on since before consent was asked for")
            } else {
                by(&self.consented_by, &self.consented_at)
            },
            by(&self.changed_by, &self.changed_at),
        ]
    }
}

pub(in crate::cli) async fn run(
    app: &App,
    command: FlowCommand,
    database: &DatabaseOptions,
) -> Result<(), Failure> {
    match command {
        FlowCommand::Set(set) => run_set(app, set, database).await,
        FlowCommand::List { group, format } => {
            let list = list_flows(app, &group).await?;
            if list.top_level.path.key() != group.key() {
                say(format_args!("As the top-level group {} has it:", list.top_level.path));
            }
            let rows: Vec<_> = list.flows.into_iter().map(FlowRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
    }
}

async fn run_set(app: &App, set: Set, database: &DatabaseOptions) -> Result<(), Failure> {
    let caller = caller(app, &set.username).await?;
    // A group that does not exist, or that the user may not see, is refused by the use case.
    let seen_version = match list_flows(app, &set.group).await {
        Ok(list) => list.flows.iter().find(|it| it.flow == set.flow).map_or(0, |it| it.version),
        Err(UseCaseError::NotFound(_)) => 0,
        Err(error) => return Err(error.into()),
    };
    let command = SetFlow {
        group: set.group.clone(),
        flow: set.flow.reference.to_owned(),
        enabled: set.state == Switch::On,
        confirmed: set.consent_wording.clone().map(WordingId::from_text),
        seen_version,
    };
    match set_flow(app, &caller, command).await {
        Ok(done) => Ok(print(describe(&set, &done))?),
        Err(SetFlowError::Consent(error)) => {
            Err(Failure::Refused(ask_for_consent(error, &set.group, set.flow, &set.username, database)))
        }
        Err(SetFlowError::Refused(UseCaseError::NotFound(_))) => Err(Failure::Refused(format!(
            "There is no group {}, or {} may not see it.",
            set.group, set.username
        ))),
        Err(SetFlowError::Conflict(_)) => Err(Failure::Refused(format!(
            "Somebody else switched {} at the same moment. Look at `flow list {}`, then try again.",
            set.flow.reference, set.group
        ))),
        Err(SetFlowError::Refused(error)) => Err(error.into()),
        Err(error) => Err(Failure::refused(error.to_string())),
    }
}

fn describe(set: &Set, done: &FlowSet) -> String {
    let Set { group, flow, username, .. } = set;
    let reference = flow.reference;
    let FlowNow { selection, circumstances } = &done.now;
    let reviews = || circumstances.reviews(&selection.state);
    let effect = || {
        let effect = circumstances.effect(flow, &selection.state);
        effect.hindrance.map_or_else(String::new, |_| format!(" {}", effect.words))
    };
    match done.transition {
        Transition::Unchanged if set.state == Switch::On => format!("{reference} was on in {group} already."),
        Transition::Unchanged => format!("{reference} was off in {group} already."),
        Transition::TurnedOn => format!("{reference} is on in {group}."),
        Transition::TurnedOff if flow.needs_consent => {
            format!("{reference} is off in {group}. {}", reviews())
        }
        Transition::TurnedOff => format!("{reference} is off in {group}."),
        Transition::TurnedOnWithConsent => {
            format!("{reference} is on in {group}, with the consent of {username}.{}", effect())
        }
        Transition::ConsentGiven => {
            format!("{username} consented: {reference} stays on in {group}.{}", effect())
        }
        Transition::TurnedOffConsentWithdrawn => {
            format!("{reference} is off in {group}, and the consent to it is withdrawn. {}", reviews())
        }
    }
}
