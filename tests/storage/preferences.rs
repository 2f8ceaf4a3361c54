//! Preferences: display settings and Orbit settings, which are independent but share a row.

use crate::{
    support::{Database, committed},
    world::{app, caller, user},
};

use duo_console::{
    domain::{
        flows::orbit::{OrbitSetting, OrbitSettings},
        ids::UserId,
        preferences::{Display, Theme, TimeFormat},
    },
    storage::{StorageError, StoredOrbit},
    usecases::flows::save_display::save_display,
};

contract! {
    a_new_user_has_chosen_nothing,
    every_choice_of_display_reads_back,
    every_orbit_setting_is_three_valued,
    a_stale_orbit_save_changes_nothing,
    saving_the_display_leaves_orbit_as_it_is,
    nobody_has_no_preferences,
}

const ORBIT: &str = "SELECT CAST(orbit_settings AS TEXT) FROM user_preferences";
const ORBIT_VERSION: &str = "SELECT orbit_version FROM user_preferences";

async fn a_new_user_has_chosen_nothing(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.preferences().display(ann).await.expect("a look-up"), Some(Display::default()));
    let unset = StoredOrbit { settings: OrbitSettings::default(), version: 0 };
    assert_eq!(view.preferences().orbit(ann).await.expect("a look-up"), Some(unset));
    assert_eq!(db.texts(ORBIT).await, ["{}"]);
}

async fn every_choice_of_display_reads_back(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    for theme in Theme::ALL {
        for time_format in TimeFormat::ALL {
            let display = Display { theme, time_format };
            let read = committed(&storage, async |uow| {
                uow.preferences().save_display(ann, display).await.expect("saved");
                uow.preferences().display(ann).await.expect("a look-up")
            })
            .await;
            assert_eq!(read, Some(display));
        }
    }
}

async fn every_orbit_setting_is_three_valued(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let mut version = 0;
    let mut save = async |settings: OrbitSettings| {
        version = committed(&storage, async |uow| {
            uow.preferences().save_orbit(ann, settings, version).await.expect("saved")
        })
        .await;
        let stored = storage.read().await.expect("a view").preferences().orbit(ann).await.expect("a look-up");
        assert_eq!(stored, Some(StoredOrbit { settings, version }));
    };
    for setting in std::iter::once(OrbitSetting::Master).chain(OrbitSetting::UNDER_MASTER) {
        for on in [true, false] {
            save(OrbitSettings::default().with(setting, on)).await;
            let stored = db.texts(ORBIT).await.remove(0).replace(' ', "");
            assert_eq!(stored, format!("{{\"{}\":{on}}}", setting.key()));
        }
    }
    save(OrbitSettings::default()).await;
    assert_eq!(db.texts(ORBIT).await, ["{}"], "unset is not off");
    let all = OrbitSetting::UNDER_MASTER;
    save(all.into_iter().fold(OrbitSettings::default(), |settings, it| settings.with(it, false))).await;
    assert_eq!(version, 14);
}

async fn a_stale_orbit_save_changes_nothing(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let first = OrbitSettings::default().with(OrbitSetting::Master, true);
    committed(&storage, async |uow| uow.preferences().save_orbit(ann, first, 0).await.expect("saved")).await;
    let (settings, version) = (db.texts(ORBIT).await, db.number(ORBIT_VERSION).await);
    assert_eq!(version, 1);
    for seen in [0, 2, -1] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let second = OrbitSettings::default().with(OrbitSetting::Master, false);
        let stale = uow.preferences().save_orbit(ann, second, seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
        drop(uow);
        assert_eq!((db.texts(ORBIT).await, db.number(ORBIT_VERSION).await), (settings.clone(), version));
    }
}

async fn saving_the_display_leaves_orbit_as_it_is(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let app = app(storage.clone());
    for chosen in [OrbitSettings::default(), OrbitSettings::default().with(OrbitSetting::OrbitAgent, false)] {
        committed(&storage, async |uow| {
            let seen = uow.preferences().orbit(ann).await.expect("a look-up").expect("she is there").version;
            uow.preferences().save_orbit(ann, chosen, seen).await.expect("saved");
        })
        .await;
        let before = (db.texts(ORBIT).await, db.number(ORBIT_VERSION).await);
        for theme in Theme::ALL {
            let display = Display { theme, time_format: TimeFormat::TwelveHour };
            save_display(&app, &caller(ann, "ann"), display).await.expect("saved");
            assert_eq!((db.texts(ORBIT).await, db.number(ORBIT_VERSION).await), before);
        }
    }
}

async fn nobody_has_no_preferences(db: Database) {
    let storage = db.open().await;
    let mut uow = storage.begin().await.expect("a unit of work");
    assert_eq!(uow.preferences().display(UserId(404)).await.expect("a look-up"), None);
    assert_eq!(uow.preferences().orbit(UserId(404)).await.expect("a look-up"), None);
    let gone = uow.preferences().save_orbit(UserId(404), OrbitSettings::default(), 0).await;
    assert!(matches!(gone, Err(StorageError::Stale)), "{gone:?}");
}
