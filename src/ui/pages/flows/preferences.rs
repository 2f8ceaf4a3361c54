//! *Preferences* of a user: appearance, and Orbit under *Behavior*.

use leptos::prelude::*;

use crate::{
    actions::{
        flash::Outcome,
        flows::set_display::{ADDRESS, SUBJECT},
    },
    domain::{
        flows::orbit::{OrbitSetting, OrbitSettings},
        paths,
        preferences::{Display, Theme, TimeFormat},
    },
    ui::{
        components::{AlertNote, StatusNote},
        islands::{Feedback, OrbitChoices},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::flows::show_preferences::show_preferences,
};

#[component]
pub fn PreferencesPage() -> impl IntoView {
    visit(|visit| async move {
        let own = show_preferences(&visit.app, &visit.signed_in.caller).await?;
        let crumbs = vec![Crumb::link("Your settings", paths::PREFERENCES), Crumb::here("Preferences")];
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        // The flag was closed meanwhile: the section is gone, so the error is shown above.
        let refused = match (&own.orbit, &visit.flash) {
            (None, Some(flash)) if OrbitSetting::from_key(&flash.subject).is_some() => match &flash.outcome {
                Outcome::Failed(error) => Some(error.message()),
                _ => None,
            },
            _ => None,
        };
        Ok(view! {
            <Page title="Preferences" crumbs nav=Some(Nav::of_user(paths::PREFERENCES))>
                <h1 class="pt-4 text-2xl font-semibold">"Preferences"</h1>
                {refused.map(|message| view! { <AlertNote>{message}</AlertNote> })}
                <Appearance display=own.display outcome />
                {own.orbit.map(|settings| view! { <Behavior visit=visit.clone() settings /> })}
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Appearance(display: Display, outcome: Option<Outcome>) -> impl IntoView {
    let note = outcome.map(|outcome| match outcome {
        Outcome::Failed(error) => {
            view! { <AlertNote>"Couldn't save. "{error.message()}</AlertNote> }.into_any()
        }
        _ => view! { <StatusNote>"Saved"</StatusNote> }.into_any(),
    });
    view! {
        <section class="card mt-6 p-5" aria-labelledby="appearance">
            <h2 id="appearance" class="text-base font-semibold">"Appearance"</h2>
            {note}
            <form method="post" action=ADDRESS class="mt-4 space-y-6">
                <fieldset>
                    <legend class="label">"Theme"</legend>
                    <div class="mt-2 flex flex-wrap gap-x-6 gap-y-2">
                        {Theme::ALL
                            .into_iter()
                            .map(|theme| {
                                view! {
                                    <label class="flex items-center gap-2">
                                        <input
                                            type="radio"
                                            name="theme"
                                            value=theme.key()
                                            class="radio"
                                            checked=theme == display.theme
                                        />
                                        {theme.label()}
                                    </label>
                                }
                            })
                            .collect_view()}
                    </div>
                </fieldset>
                <fieldset>
                    <legend class="label">"Time format"</legend>
                    <div class="mt-2 space-y-2">
                        {TimeFormat::ALL
                            .into_iter()
                            .map(|format| {
                                let id = format!("time-{}", format.key().replace('_', "-"));
                                view! {
                                    <div class="flex flex-wrap items-baseline gap-x-2">
                                        <input
                                            type="radio"
                                            name="time_format"
                                            id=id.clone()
                                            value=format.key()
                                            class="radio self-center"
                                            checked=format == display.time_format
                                        />
                                        <label for=id>{format.label()}</label>
                                        <span class="text-sm text-muted">{format.example()}</span>
                                    </div>
                                }
                            })
                            .collect_view()}
                    </div>
                </fieldset>
                <button type="submit" class="button button-primary">"Save changes"</button>
            </form>
        </section>
    }
}

#[component]
fn Behavior(visit: Visit, settings: OrbitSettings) -> impl IntoView {
    let last = visit.flash.as_ref().and_then(|flash| {
        let setting = OrbitSetting::from_key(&flash.subject)?;
        let feedback = match &flash.outcome {
            Outcome::Saved => Feedback::Saved(String::new()),
            Outcome::Failed(error) => Feedback::failed(error),
            _ => return None,
        };
        Some((setting, feedback))
    });
    view! {
        <section id="behavior" class="card mt-6 p-5" aria-labelledby="behavior-heading">
            <h2 id="behavior-heading" class="text-base font-semibold">"Behavior"</h2>
            <p class="mt-1 text-sm text-muted">"Each is saved by itself."</p>
            <div class="mt-3">
                <OrbitChoices settings last />
            </div>
        </section>
    }
}
