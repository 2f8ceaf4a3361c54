//! The tree of groups: a move of a group with 10,000 projects.

use std::{path::Path, sync::Arc, time::Instant};

use duo_console::{
    domain::{
        actor::Surface,
        environment::Environment,
        namespace::{GroupPath, NamespaceKind, Subscription, Tier},
    },
    server::system::{SystemClock, SystemRandom},
    storage::{NewNamespace, Storage},
    usecases::{
        App, Clock, Origin, Settings,
        move_group::move_group,
        people::{
            create_group::{Below, CreateGroup, create_group},
            group_editor::GroupEditor,
        },
    },
};

use crate::millis;

const PROJECTS: u32 = 10_000;

/// Milliseconds, with the program's SQLite settings.
#[tokio::main]
pub async fn moved(folder: &Path) -> f64 {
    let url = format!("sqlite://{}", folder.join("tree.db").display()).parse().expect("a URL");
    let storage = Storage::open(&url, 4).await.expect("a database");
    let settings = Settings {
        session_idle_millis: 0,
        session_absolute_millis: 0,
        fresh_sign_in_millis: 0,
        environment: Environment::Production,
    };
    let app = App::new(storage, Arc::new(SystemClock), Arc::new(SystemRandom), settings);
    let origin = Origin { surface: Surface::CommandLine, request_id: String::from("bench"), remote_ip: None };
    let editor = GroupEditor::operator(origin);
    let path = |text: &str| GroupPath::parse(text).expect("a path");
    let new = |below, name: &str| CreateGroup {
        below,
        name: name.to_owned(),
        path: name.to_owned(),
        description: String::new(),
    };
    for name in ["acme", "globex"] {
        let subscription = Subscription { tier: Tier::Premium, duo_enterprise: false };
        let below = Below::Nothing { subscription, owner: None };
        create_group(&app, &editor, &new(below, name)).await.expect("a group");
    }
    let below = Below::Group { parent: path("acme"), kind: NamespaceKind::Group };
    let sub = create_group(&app, &editor, &new(below, "sub")).await.expect("a subgroup");
    let mut uow = app.storage.begin().await.expect("a unit of work");
    for n in 0..PROJECTS {
        let path = sub.path.child(&format!("p{n}")).expect("a path");
        let created_at = SystemClock.now();
        let project = NewNamespace {
            parent: Some(&sub),
            kind: NamespaceKind::Project,
            path: &path,
            name: "p",
            created_at,
        };
        uow.namespaces().add(&project).await.expect("a project");
    }
    uow.commit().await.expect("they are there");
    let begun = Instant::now();
    move_group(&app, &editor, &sub.path, Some(&path("globex"))).await.expect("it moves");
    millis(begun.elapsed())
}
