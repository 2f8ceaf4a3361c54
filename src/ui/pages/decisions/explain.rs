//! *Explain*: the decision for a user, with the rule that fired and its inputs.

use leptos::prelude::*;

use crate::{
    domain::{
        flows::catalogue::{CATALOGUE, Flow},
        namespace::GroupPath,
        paths::{self, GroupPage},
        time::Timestamp,
    },
    ui::{
        components::{AlertNote, Field, FindPeople, FoundPeople, Time},
        islands::{CopyButton, PersonPicker},
        pages::Visit,
    },
    usecases::{
        UseCaseError,
        decisions::{
            decide_code_review, decide_flow_version,
            decide_many::{About, Decided},
        },
        people::find_people::KnownPerson,
    },
    wire,
};

/// What `?explain=` asks about: the version of the flow that it names, else the review engine.
pub(in crate::ui::pages) fn about(explain: Option<&str>) -> About {
    match explain.and_then(Flow::find) {
        Some(flow) => About::FlowVersion(flow.reference.to_owned()),
        None => About::CodeReview,
    }
}

#[component]
pub fn Explain(
    visit: Visit,
    group: GroupPath,
    about: About,
    asked: Option<String>,
    explained: Option<Result<Decided, UseCaseError>>,
    found: Option<Vec<KnownPerson>>,
) -> impl IntoView {
    let action = GroupPage::Configuration.path(&group);
    // The focus goes to the answer, or to the field with the unknown user name.
    let nobody = matches!(explained, Some(Err(UseCaseError::NotFound(_))));
    let suggestion = asked.clone().unwrap_or_else(|| visit.signed_in.caller.actor.username.clone());
    let found = found.map(|found| {
        let asked = match &about {
            About::CodeReview => "",
            About::FlowVersion(reference) => reference.as_str(),
        };
        let link = |it: KnownPerson| {
            let fields = [("explain", asked), ("explain_user", it.username.as_str())];
            let href = format!("{}#explain", paths::with_fields(&action, &fields));
            [it.username, it.name, href]
        };
        view! { <FoundPeople found=found.into_iter().map(link).collect() /> }
    });
    let versions = CATALOGUE
        .iter()
        .map(|flow| {
            let selected = matches!(&about, About::FlowVersion(reference) if reference == flow.reference);
            view! {
                <option value=flow.reference selected=selected>
                    {format!("Which version of {} runs", flow.name)}
                </option>
            }
        })
        .collect_view();
    view! {
        <section id="explain" class="card mt-8 p-5" aria-labelledby="explain-heading">
            <h2 id="explain-heading" class="text-base font-semibold">"Explain"</h2>
            <p class="mt-1 text-sm text-muted">"What would be decided for this user, and why?"</p>
            <form method="get" action=action.clone() class="mt-3 flex flex-wrap items-end gap-3">
                // Makes the URL unique: a browser navigates to an unchanged URL without a new request.
                <input type="hidden" name="asked_at" value=visit.app.now().as_millis() />
                <Field id="explain-about" label="Question">
                    <select id="explain-about" name="explain" class="field mt-1 w-full">
                        <option value="code_review">"Which engine reviews the code"</option>
                        {versions}
                    </select>
                </Field>
                <Field id="explain-user" label="User name">
                    <PersonPicker
                        id="explain-user".to_owned()
                        name="explain_user".to_owned()
                        value=suggestion
                        group=group.to_string()
                        several=false
                        required=true
                        is_wrong=nobody
                        described_by=nobody.then(|| String::from("explain-error"))
                    />
                </Field>
                <button type="submit" class="button">"Explain"</button>
                <FindPeople action=action.clone() />
            </form>
            {found}
            {explained
                .map(|explained| match explained {
                    Ok(decided) => view! { <Explanation visit decided /> }.into_any(),
                    Err(UseCaseError::NotFound(_)) => {
                        let name = asked.unwrap_or_default();
                        view! {
                            <div id="explain-error">
                                <AlertNote>
                                    "There is no user "<strong><bdi>{name}</bdi></strong>". Check the name."
                                </AlertNote>
                            </div>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <AlertNote>{error.to_string()}</AlertNote> }.into_any(),
                })}
        </section>
    }
}

/// A decision of either kind, ready to be shown.
struct Shown {
    answer: String,
    explanation: String,
    rule: &'static str,
    rows: Vec<(&'static str, String)>,
    decided_at: Timestamp,
}

#[component]
fn Explanation(visit: Visit, decided: Decided) -> impl IntoView {
    // *Copy* gives the same JSON as the API.
    let text = wire::decisions::decision::Decided::from(decided.clone()).json();
    let Shown { answer, explanation, rule, rows, decided_at } = match decided {
        Decided::CodeReview(answer) => engine(&answer),
        Decided::FlowVersion(answer) => version(&answer),
    };
    view! {
        <div class="mt-5 border-t border-line pt-4 outline-none" role="status" tabindex="-1" autofocus>
            <p class="text-base font-semibold wrap-anywhere">{answer}</p>
            <p class="mt-1 max-w-prose">{explanation}</p>
        </div>
        <table class="mt-4 w-full text-sm">
            <caption class="pb-1 text-left font-medium wrap-anywhere">
                "Rule "<code>{rule}</code>", from these inputs"
            </caption>
            <tbody class="divide-y divide-line">
                {rows
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <tr>
                                <th scope="row" class="py-1.5 pr-4 text-left font-normal text-muted wrap-anywhere">{name}</th>
                                <td class="py-1.5 break-words"><bdi>{value}</bdi></td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
        <p class="mt-3 text-sm text-muted">"Decided "<Time moment=visit.moment(decided_at) /></p>
        <p class="mt-2 flex flex-wrap items-center gap-3">
            <CopyButton text label="Copy as JSON".to_owned() />
        </p>
    }
}

fn yes_no(yes: bool) -> String {
    String::from(if yes { "yes" } else { "no" })
}

fn engine(answer: &decide_code_review::CodeReviewAnswer) -> Shown {
    let decision = answer.decision;
    let inputs = decision.inputs;
    let consent = match (inputs.flow_selected, inputs.consent) {
        (_, Some(id)) => format!("given (number {id})"),
        (true, None) => String::from("missing"),
        (false, None) => String::from("none"),
    };
    Shown {
        answer: decision.engine.name().to_owned(),
        explanation: decision.explanation(),
        rule: decision.rule.key(),
        rows: vec![
            ("Namespace", answer.place.namespace.path.to_string()),
            ("User", format!("{} (@{})", answer.user.name, answer.user.username)),
            ("GitLab Duo", inputs.chain.availability.name().to_owned()),
            (
                "Turned off above the flow",
                inputs.chain.blocked_by().map_or("nothing", |level| level.name()).to_owned(),
            ),
            ("Code Review Flow on", yes_no(inputs.flow_selected)),
            ("Consent", consent),
            ("Flow priority (feature flag)", yes_no(inputs.priority.on)),
            ("Duo Enterprise seat", yes_no(inputs.seat)),
            ("Account blocked", yes_no(inputs.blocked)),
        ],
        decided_at: answer.decided_at,
    }
}

fn version(answer: &decide_flow_version::FlowVersionAnswer) -> Shown {
    let (decision, place) = (&answer.decision, &answer.place);
    let deployed = decision.deployed.as_ref().map_or_else(
        || String::from("not known"),
        |versions| versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    );
    let mut rows = vec![
        ("Namespace", place.namespace.path.to_string()),
        ("User", format!("{} (@{})", answer.user.name, answer.user.username)),
        (
            "Turned off above the flow",
            place.chain.blocked_by().map_or("nothing", |level| level.name()).to_owned(),
        ),
        ("Flow on", yes_no(place.flow_is_on(answer.flow))),
    ];
    rows.extend(decision.conditions.iter().map(|(condition, holds)| (condition.name(), yes_no(*holds))));
    rows.extend([
        ("Version asked for", decision.wanted.to_owned()),
        ("Environment", decision.environment.to_string()),
        ("Deployed there", deployed),
    ]);
    Shown {
        answer: format!("{} {}", decision.definition, decision.version),
        explanation: decision.explanation(),
        rule: decision.rule.key(),
        rows,
        decided_at: answer.decided_at,
    }
}
