use std::{sync::atomic::AtomicBool, thread, time::Instant};

use crate::{
    place::Place,
    server::{SERVE, Server},
    storm::{rage, token, wait},
    truth::{Place as At, Truth},
};

const ROUNDS: u64 = 50;

#[test]
fn killed_fifty_times_in_a_storm_it_keeps_every_change_that_it_acknowledged_and_no_half_of_one() {
    let place = Place::with_demo_data();
    let token = token(&place, None);
    let truth = Truth::of_fresh_demo_data(At::Sqlite(place.path("duo.db")));
    let (never, mut acknowledged, began) = (AtomicBool::new(false), 0, Instant::now());
    for round in 0..ROUNDS {
        let server = Server::start(place.command(SERVE));
        let (doomed, victim) = std::sync::mpsc::channel::<()>();
        let id = server.id();
        let killer = thread::spawn(move || {
            let _ = victim.recv();
            // At another moment each time.
            wait(30 + round * 37 % 170);
            let killed = std::process::Command::new("kill").args(["-s", "KILL", &id]).status();
            assert!(killed.expect("kill").success());
        });
        let known = rage(&server, &token, &never, move || drop(doomed));
        killer.join().expect("it was killed");
        server.kill();
        // The next start, and reading past the program, both take up what the dead one left.
        if round % 2 == 0 {
            drop(Server::start(place.command(SERVE)));
        }
        truth.agrees();
        for lane in &known {
            truth.has(lane);
            acknowledged += lane.acknowledged.len();
        }
    }
    // The chain of the audit log holds over all of it.
    place.run(&["audit", "verify"]).done();
    eprintln!("{acknowledged} changes acknowledged in {ROUNDS} rounds, {:?}", began.elapsed());
    assert!(acknowledged > 100, "{acknowledged}: that is no storm");
}
