//! PostgreSQL restarts, becomes unreachable, hangs or is read-only, under load.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cluster::Cluster,
    place::Place,
    server::{Client, SERVE, Server},
    storm::{Known, LANES, look, switch, token, wait},
    truth::{Place as At, Truth},
};

/// What a change may take where there is no database: a second, and the way there and back.
const CLEARLY: Duration = Duration::from_millis(1100);

/// Switches until it is over. Whatever was not acknowledged is looked up before it goes on.
fn persist(client: &Client, mut known: Known, over: &AtomicBool) -> (Known, u32) {
    let mut refused = 0;
    while !over.load(Ordering::Relaxed) {
        let answer = switch(client, &mut known);
        if answer.status == 200 {
            continue;
        }
        assert!(matches!(answer.status, 0 | 503 | 409), "{answer:?}");
        refused += 1;
        let now = loop {
            let answer = client.get(&format!("/api/v1/groups/{}/flows", known.lane.group));
            if answer.status == 200 {
                break look(client, known.lane);
            }
            assert_eq!(answer.status, 503, "{answer:?}");
            wait(20);
        };
        let undone = (now.version, now.enabled) == (known.version, known.enabled);
        let done = (now.version, now.enabled) == (known.version + 1, !known.enabled);
        assert!(undone || done, "{now:?} after {known:?}");
        known = Known { acknowledged: known.acknowledged, ..now };
    }
    (known, refused)
}

struct Scene {
    cluster: Cluster,
    server: Server,
    token: String,
    truth: Truth,
}

fn scene() -> Scene {
    let (cluster, place) = (Cluster::start(), Place::empty());
    let url = cluster.url();
    place.run(&["demo", "--small", "--database-url", &url]).done();
    let token = token(&place, Some(&url));
    let truth = Truth::of_fresh_demo_data(At::Postgres(url.clone()));
    let server = Server::start(place.command(&[SERVE, &["--database-url", &url]].concat()));
    Scene { cluster, server, token, truth }
}

#[test]
fn restarted_under_load_the_database_has_every_change_that_was_acknowledged() {
    let Scene { cluster, server, token, truth } = scene();
    let (client, over) = (server.client(&token), AtomicBool::new(false));
    let known: Vec<_> = thread::scope(|scope| {
        let lanes = LANES.map(|lane| {
            let (client, over) = (&client, &over);
            scope.spawn(move || persist(client, look(client, lane), over))
        });
        for _ in 0..3 {
            wait(1500);
            cluster.control(&["restart", "--wait", "--mode=immediate"]);
        }
        wait(1500);
        over.store(true, Ordering::Relaxed);
        lanes.into_iter().map(|lane| lane.join().expect("a lane")).collect()
    });
    truth.agrees();
    for (lane, _) in &known {
        truth.has(lane);
    }
    let acknowledged: usize = known.iter().map(|(lane, _)| lane.acknowledged.len()).sum();
    let refused: u32 = known.iter().map(|(_, refused)| refused).sum();
    eprintln!("{acknowledged} changes acknowledged, {refused} not, over three restarts");
    assert!(acknowledged > 5 && refused > 0, "{acknowledged} {refused}");
}

#[test]
fn without_its_database_it_refuses_changes_within_a_second_and_recovers_by_itself() {
    let Scene { cluster, server, token, truth } = scene();
    let client = server.client(&token);
    let mut lane = look(&client, LANES[0]);
    let stop: (&str, &dyn Fn(), &dyn Fn()) =
        ("stopped", &|| cluster.control(&["stop", "--mode=immediate"]), &|| {
            cluster.control(&["start", "--wait"]);
        });
    let hang: (&str, &dyn Fn(), &dyn Fn()) =
        ("hanging", &|| cluster.signal("STOP"), &|| cluster.signal("CONT"));
    for (how, spoil, mend) in [stop, hang] {
        assert_eq!(switch(&client, &mut lane).status, 200, "{how}");
        spoil();
        // A server that hangs looks like a slow one for as long.
        wait(1200);
        let mut quickest = Duration::MAX;
        for _ in 0..3 {
            let began = Instant::now();
            let answer = switch(&client, &mut lane);
            quickest = quickest.min(began.elapsed());
            assert_eq!(answer.status, 503, "{how}: {answer:?}");
            assert_eq!(answer.header("retry-after"), Some("1"), "{how}: {answer:?}");
        }
        assert!(quickest < CLEARLY, "{how}: {quickest:?}");
        mend();
        let began = Instant::now();
        while switch(&client, &mut lane).status != 200 {
            assert!(began.elapsed() < Duration::from_secs(10), "{how}: {}", server.log());
            wait(50);
        }
    }
    truth.agrees();
    truth.has(&lane);
}
