//! Disk faults: full, failing or read-only.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    place::Place,
    server::{Client, SERVE, Server},
    storm::{LANES, look, switch, token},
    truth::{Place as At, Truth},
};

/// A tmpfs, unmounted on drop.
struct Mount(PathBuf);

impl Mount {
    /// `None`, said aloud, where this user cannot mount.
    fn new(place: &Place, size: &str) -> Option<Self> {
        let folder = place.path("mount");
        fs::create_dir(&folder).expect("a folder");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(&folder);
        match command.output() {
            Ok(done) if done.status.success() => Some(Self(folder)),
            other => {
                eprintln!("SKIPPED: this test mounts a file system, which this user cannot: {other:?}");
                None
            }
        }
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        assert!(done.expect("mount").success());
    }

    fn url(&self) -> String {
        format!("sqlite://{}/duo.db", self.0.display())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The server refuses every change with words while the database cannot be written, answers what only
/// reads, and takes changes again once `mend` is done.
fn refuses_and_recovers(
    server: &Server,
    token: &str,
    truth: &Truth,
    spoil: impl FnOnce(),
    mend: impl FnOnce(),
) {
    let client = server.client(token);
    let mut lanes = LANES.map(|lane| look(&client, lane));
    for lane in &mut lanes {
        assert_eq!(switch(&client, lane).status, 200);
    }
    let cookie = sign_in(&server.browser(""), 303).expect("a session");

    spoil();
    let mut refused = 0;
    for _ in 0..400 {
        for lane in &mut lanes {
            let answer = switch(&client, lane);
            if answer.status == 200 {
                continue;
            }
            refused += 1;
            assert_eq!(answer.status, 503, "{answer:?}");
            assert_eq!(answer.header("retry-after"), Some("1"), "{answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
            let problem = answer.json();
            assert_eq!(problem["code"], "unavailable");
            assert!(problem["detail"].as_str().expect("words").contains("cannot be written"), "{problem}");
        }
        if refused > 30 {
            break;
        }
    }
    assert!(refused > 30, "it was never full");
    // What only reads goes on, for programs and for people.
    assert_eq!(look(&client, LANES[0]).version, lanes[0].version);
    let browser = server.browser(&cookie);
    let page = browser.get("/groups/acme/-/settings/gitlab_duo/configuration");
    assert_eq!(page.status, 200, "{page:?}");
    // A form comes back to its page, which says why nothing was saved.
    let form =
        format!("group=acme&flow=developer%2Fv1&version={}&enabled={}", lanes[3].version, !lanes[3].enabled);
    let answer = browser.post_form("/actions/set_flow", &form);
    assert_eq!(answer.status, 303, "{answer:?}");
    let flash = answer.header("set-cookie").expect("a flash").split(';').next().expect("a pair").to_owned();
    let page =
        server.browser(&format!("{cookie}; {flash}")).get("/groups/acme/-/settings/gitlab_duo/configuration");
    assert!(page.body.contains("takes no changes"), "{page:?}");
    // Signing in writes a session.
    assert_eq!(sign_in(&server.browser(""), 503), None);
    truth.agrees();
    for lane in &lanes {
        truth.has(lane);
    }

    mend();
    for lane in &mut lanes {
        let answer = switch(&client, lane);
        assert_eq!(answer.status, 200, "{answer:?}\n{}", server.log());
    }
    sign_in(&server.browser(""), 303).expect("a session");
    truth.agrees();
    for lane in &lanes {
        truth.has(lane);
    }
}

fn sign_in(browser: &Client, expected: u16) -> Option<String> {
    let answer = browser.post_form("/users/sign_in", "username=owner&password=duo-console-demo&return_to=/");
    assert_eq!(answer.status, expected, "{answer:?}");
    if expected == 503 {
        assert!(answer.body.contains("takes no changes"), "{answer:?}");
        return None;
    }
    let cookie = answer.header("set-cookie").expect("a cookie");
    Some(cookie.split(';').next().expect("a pair").to_owned())
}

#[test]
fn on_a_full_disk_nothing_is_half_written_and_with_room_all_goes_on_without_a_restart() {
    let place = Place::empty();
    let Some(mount) = Mount::new(&place, "3m") else { return };
    let on_it = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("DATABASE_URL", mount.url());
        command
    };
    assert!(on_it(&["demo", "--small"]).status().expect("the program runs").success());
    let token = token(&place, Some(&mount.url()));
    let truth = Truth::of_fresh_demo_data(At::Sqlite(mount.0.join("duo.db")));
    let server = Server::start(on_it(SERVE));
    let ballast = mount.0.join("ballast");
    let fill = || {
        let much = vec![0; 4 * 1024 * 1024];
        fs::write(&ballast, much).expect_err("the disk is full");
    };
    let make_room = || fs::remove_file(&ballast).expect("room");
    refuses_and_recovers(&server, &token, &truth, fill, make_room);
}

/// A limit on the size of files: writing fails as it does on a device that is broken or has become
/// read-only.
#[test]
fn while_the_disk_takes_no_writes_changes_are_refused_and_afterwards_all_goes_on_without_a_restart() {
    let place = Place::with_demo_data();
    let token = token(&place, None);
    let truth = Truth::of_fresh_demo_data(At::Sqlite(place.path("duo.db")));
    // Past the limit comes a signal, which would kill. A shell can have it ignored.
    let program = place.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(program.get_program()).args(SERVE);
    command
        .current_dir(place.path(""))
        .env("DATABASE_URL", format!("sqlite://{}", place.path("duo.db").display()));
    let server = Server::start(command);
    let limit = |to: &str| {
        let done = Command::new("prlimit").args(["--pid", &server.id(), &format!("--fsize={to}:")]).status();
        assert!(done.expect("prlimit").success());
    };
    refuses_and_recovers(&server, &token, &truth, || limit("4096"), || limit("unlimited"));
}

#[test]
fn on_a_read_only_disk_it_does_not_start_and_says_why() {
    let place = Place::empty();
    let Some(mount) = Mount::new(&place, "3m") else { return };
    let url = mount.url();
    place.run(&["demo", "--small", "--database-url", &url]).done();
    mount.remount("ro");
    let said =
        place.run(&["serve", "--log", "off", "--listen", "127.0.0.1:0", "--database-url", &url]).refused();
    assert!(said.contains("Read-only file system") && said.contains("DATABASE_URL"), "{said}");
    let doctor = place.run(&["doctor", "--database-url", &url]);
    assert!(doctor.code == 1 && doctor.stdout.contains("FAIL  permissions"), "{doctor:?}");
    mount.remount("rw");
    place.run(&["migrate", "--database-url", &url]).done();
}
