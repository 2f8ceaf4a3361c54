//! *Explain*: which engine would review for a user, by which rule, from which inputs.

use leptos::prelude::*;

use super::Visit;
use crate::{
    domain::{namespace::GroupPath, paths::GroupPage},
    ui::{
        components::{AlertNote, Field, Time},
        islands::CopyButton,
    },
    usecases::{UseCaseError, decide_code_review::Answer},
};

#[component]
pub fn Explain(
    visit: Visit,
    group: GroupPath,
    asked: Option<String>,
    explained: Option<Result<Answer, UseCaseError>>,
) -> impl IntoView {
    let action = format!("{}#explain", GroupPage::Configuration.path(&group));
    let suggestion = asked.clone().unwrap_or_else(|| visit.signed_in.caller.actor.username.clone());
    view! {
        <section id="explain" class="card mt-8 scroll-mt-20 p-5" aria-labelledby="explain-heading">
            <h2 id="explain-heading" class="text-base font-semibold">"Explain"</h2>
            <p class="mt-1 text-sm text-muted">"Which engine would review for this user, and why?"</p>
            <form method="get" action=action class="mt-3 flex flex-wrap items-end gap-3">
                <Field id="explain-user" label="User name">
                    <input
                        id="explain-user"
                        name="explain_user"
                        class="field mt-1 w-full"
                        required
                        maxlength="64"
                        autocapitalize="none"
                        spellcheck="false"
                        value=suggestion
                    />
                </Field>
                <button type="submit" class="button">"Explain"</button>
            </form>
            {explained
                .map(|explained| match explained {
                    Ok(answer) => view! { <Explanation visit answer /> }.into_any(),
                    Err(UseCaseError::NotFound(_)) => {
                        let name = asked.unwrap_or_default();
                        view! { <AlertNote>"There is no user "<strong>{name}</strong>". Check the name."</AlertNote> }
                            .into_any()
                    }
                    Err(error) => view! { <AlertNote>{error.to_string()}</AlertNote> }.into_any(),
                })}
        </section>
    }
}

#[component]
fn Explanation(visit: Visit, answer: Answer) -> impl IntoView {
    let decision = answer.decision;
    let inputs = decision.inputs;
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    let consent = match (inputs.flow_selected, inputs.consent) {
        (_, Some(id)) => format!("given (number {id})"),
        (true, None) => String::from("missing"),
        (false, None) => String::from("none"),
    };
    let rows = [
        ("Namespace", answer.place.namespace.path.to_string()),
        ("User", format!("{} (@{})", answer.user.name, answer.user.username)),
        ("GitLab Duo", inputs.chain.availability.name().to_owned()),
        (
            "Turned off above the flow",
            inputs.chain.blocked_by().map_or("nothing", |level| level.name()).to_owned(),
        ),
        ("Code Review Flow on", yes_no(inputs.flow_selected).to_owned()),
        ("Consent", consent),
        ("Flow priority (feature flag)", yes_no(inputs.priority.on).to_owned()),
        ("Duo Enterprise seat", yes_no(inputs.seat).to_owned()),
    ];
    let json = use_context::<DecisionJson>().map(|DecisionJson(json)| json(&answer));
    view! {
        <div class="mt-5 border-t border-line pt-4" role="status">
            <p class="text-base font-semibold">{decision.engine.name()}</p>
            <p class="mt-1 max-w-prose">{decision.explanation()}</p>
        </div>
        <table class="mt-4 w-full text-sm">
            <caption class="pb-1 text-left font-medium">
                "Rule "<code>{decision.rule.key()}</code>", from these inputs"
            </caption>
            <tbody class="divide-y divide-line">
                {rows
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <tr>
                                <th scope="row" class="py-1.5 pr-4 text-left font-normal text-muted">{name}</th>
                                <td class="py-1.5 break-words">{value}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
        <p class="mt-3 text-sm text-muted">"Decided "<Time moment=visit.moment(answer.decided_at) /></p>
        {json
            .map(|text| {
                view! {
                    <p class="mt-2 flex flex-wrap items-center gap-3">
                        <CopyButton text label="Copy as JSON".to_owned() />
                    </p>
                }
            })}
    }
}

/// How the API writes a decision, so that what is copied here is what a service gets.
#[derive(Clone, Copy)]
pub struct DecisionJson(pub fn(&Answer) -> String);
