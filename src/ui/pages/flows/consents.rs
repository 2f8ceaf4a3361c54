//! *Consents* of a group: the ledger of consents to Code Review Flow, and the receipt of one entry.

use leptos::prelude::*;

use crate::{
    actions::support::below,
    domain::{
        audit_chain::Seal,
        flows::consent::LedgerAction,
        ids::ConsentId,
        namespace::GroupPath,
        paths::{self, GroupPage},
        stored::Stored,
    },
    ui::{
        components::{ConsentText, Note, Time, Tone},
        layout::{Crumb, Nav, Page, group_crumbs},
        pages::{Visit, visit},
    },
    usecases::{
        LedgerEntry, UseCaseError, What,
        flows::show_consents::{ENTRIES, Receipt, list_group_consents, show_receipt},
    },
};

pub(in crate::ui::pages) async fn page(visit: Visit, group: GroupPath) -> Result<AnyView, UseCaseError> {
    let found = list_group_consents(&visit.app, &visit.signed_in.caller, &group).await?;
    let (frame, entries) = (found.frame, found.entries);
    let top_level = frame.top_level().clone();
    let name = top_level.name.clone();
    let inherited = (!frame.namespace.is_top_level()).then(|| {
        view! {
            <Note tone=Tone::Info>
                "Consent is given in the top-level group: this is the ledger of "<bdi>{name}</bdi>"."
            </Note>
        }
    });
    let is_whole = i64::try_from(entries.len()).is_ok_and(|count| count < ENTRIES);
    let more = (!is_whole).then(|| {
        view! {
            <p class="mt-3 text-sm text-muted">
                "The latest "{ENTRIES}". Older ones are in the audit events."
            </p>
        }
    });
    let list = if entries.is_empty() {
        view! {
            <p class="mt-6 text-muted">
                "Nobody has consented to Code Review Flow here yet. An Owner does when turning it on in the "
                <a class="link" href=GroupPage::Configuration.path(&top_level.path)>"configuration"</a>"."
            </p>
        }
        .into_any()
    } else {
        let rows =
            entries.into_iter().map(|entry| view! { <Row visit=visit.clone() entry /> }).collect_view();
        view! { <ul class="card mt-6 divide-y divide-line">{rows}</ul> }.into_any()
    };
    Ok(view! {
        <Page
            title=format!("Consents · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "Consents")
            nav=Some(Nav::of_group(&frame, GroupPage::Consents))
        >
            <h1 class="pt-4 text-2xl font-semibold">"Consents"</h1>
            <p class="mt-1 max-w-prose text-muted">
                "Every consent to Code Review Flow, given or withdrawn. Each has a receipt: who, when, and to which words."
            </p>
            {inherited}
            {list}
            {more}
        </Page>
    }
    .into_any())
}

/// What an entry records, as a heading.
fn action(entry: &LedgerEntry) -> String {
    match &entry.action {
        Stored::Known(LedgerAction::Given) => String::from("Consent given"),
        Stored::Known(LedgerAction::Withdrawn) => String::from("Consent withdrawn"),
        other => format!("Consent: {}", other.key()),
    }
}

#[component]
fn Row(visit: Visit, entry: LedgerEntry) -> impl IntoView {
    let moment = visit.moment(entry.at);
    let (action, href) = (action(&entry), paths::consent_receipt(entry.id));
    view! {
        <li class="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 p-4">
            <p>
                <strong>{action}</strong>" by "<bdi>{entry.user_name}</bdi>" (@"{entry.username}"), "<Time moment />
            </p>
            <a class="link" href=href>"Receipt "{entry.id.0}</a>
        </li>
    }
}

#[component]
pub fn ConsentReceiptPage() -> impl IntoView {
    let id = below(paths::CONSENT_RECEIPTS);
    visit(move |visit| receipt(visit, id))
}

async fn receipt(visit: Visit, id: String) -> Result<AnyView, UseCaseError> {
    let id = id.parse().map(ConsentId).map_err(|_| UseCaseError::NotFound(What::Consent))?;
    let receipt = show_receipt(&visit.app, &visit.signed_in.caller, id).await?;
    let entry = receipt.entry.clone();
    let title = format!("Receipt {id}: {}", action(&entry).to_lowercase());
    let group = GroupPath::parse(&entry.namespace_path).ok();
    let group = group.map(|path| Crumb::link("Consents", GroupPage::Consents.path(&path)));
    let crumbs = group.into_iter().chain([Crumb::here(format!("Receipt {id}"))]).collect();
    let json = format!("{}/receipt.json", paths::consent_receipt(id));
    let facts = [
        ("Who", format!("{} (@{})", entry.user_name, entry.username)),
        ("Role", entry.role),
        ("When", entry.at.rfc3339()),
        ("Group", entry.namespace_path),
        ("How", entry.surface.phrase()),
        ("Request", entry.request_id),
        ("Wording", entry.wording.to_string()),
    ];
    let facts = facts.into_iter().map(|(label, value)| {
        view! {
            <div class="flex flex-wrap justify-between gap-x-4 py-2">
                <dt class="text-muted">{label}</dt>
                <dd class="min-w-0 break-all text-right font-medium"><bdi>{value}</bdi></dd>
            </div>
        }
    });
    let facts = facts.collect_view();
    Ok(view! {
        <Page title=title.clone() crumbs nav=None>
            <h1 class="pt-4 text-2xl font-semibold">{title}</h1>
            <Proof receipt=receipt.clone() />
            <dl class="card mt-6 divide-y divide-line px-5 py-2">{facts}</dl>
            <Words receipt />
            <p class="mt-6 text-sm print:hidden"><a class="link" href=json>"As JSON"</a></p>
        </Page>
    }
    .into_any())
}

/// What the audit chain says of the entry, just now.
#[component]
fn Proof(receipt: Receipt) -> impl IntoView {
    const ASK: &str = "Ask an administrator to run duo-console audit verify.";
    let at = receipt.verified_at.rfc3339();
    let (tone, words) = match &receipt.seal {
        Seal::Intact(point) => (
            Tone::Info,
            format!(
                "Verified at {at}: as it was recorded, at position {} of the audit chain, with the hash {}.",
                point.position, point.hash
            ),
        ),
        Seal::Altered { position } => (
            Tone::Danger,
            format!(
                "Verified at {at}: not as it was recorded. The entry, or position {position} of the audit chain, was altered outside of the program. {ASK}"
            ),
        ),
        Seal::Unproven { position } => (
            Tone::Danger,
            format!(
                "Verified at {at}: cannot be proven. The audit chain has nothing before position {position}. {ASK}"
            ),
        ),
        Seal::Missing => (
            Tone::Danger,
            format!(
                "Verified at {at}: not in the audit chain. The entry was added outside of the program. {ASK}"
            ),
        ),
    };
    view! { <Note tone><span class="break-words">{words}</span></Note> }
}

/// The words as they were shown.
#[component]
fn Words(receipt: Receipt) -> impl IntoView {
    let body = match receipt.words {
        Some(wording) => {
            let title_id = String::from("wording-title");
            view! { <div class="card mt-3 p-5"><ConsentText wording title_id /></div> }.into_any()
        }
        None => view! {
            <p class="mt-2 text-muted">
                "This release does not have these words. The release of that time has them, with the hash above."
            </p>
        }
        .into_any(),
    };
    view! {
        <section class="mt-6" aria-labelledby="words">
            <h2 id="words" class="text-xl font-semibold">"The words that were shown"</h2>
            {body}
        </section>
    }
}
