//! Several servers on one PostgreSQL: any of them can stop at any time, and none has stale state.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use duo_console::{server::system::SystemClock, usecases::Clock};
use serde_json::Value;

use crate::{
    cluster::Cluster,
    nginx::Nginx,
    place::Place,
    server::{Client, SERVE, Server},
    storm::{LANES, look, switch, token, wait},
};

const DECISION: &str = "/api/v1/decisions/code_review?namespace=initech&user=developer";

const METRICS_TOKEN: &str = "a-token-for-metrics";

/// The demo data on a PostgreSQL of its own, and a token that may all of this.
struct Scene {
    cluster: Cluster,
    place: Place,
    token: String,
}

impl Scene {
    fn new() -> Self {
        let (cluster, place) = (Cluster::start(), Place::empty());
        place.run(&["demo", "--small", "--database-url", &cluster.url()]).done();
        let token = token(&place, Some(&cluster.url()));
        Self { cluster, place, token }
    }

    /// What a command prints.
    fn run(&self, arguments: &[&str]) -> String {
        let url = self.cluster.url();
        self.place.run(&[arguments, &["--database-url", &url]].concat()).done().stdout
    }

    fn serve(&self, listen: &str) -> Server {
        let url = self.cluster.url();
        let mut command = self.place.command(&["serve", "--listen", listen, "--database-url", &url]);
        command.env("DUO_METRICS_TOKEN", METRICS_TOKEN);
        Server::start(command)
    }

    fn two_servers(&self) -> [Server; 2] {
        thread::scope(|scope| {
            let starting = [(); 2].map(|()| scope.spawn(|| self.serve("127.0.0.1:0")));
            starting.map(|it| it.join().expect("it starts"))
        })
    }
}

fn decision(client: &Client) -> Value {
    let answer = client.get(DECISION);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn a_change_on_one_server_is_soon_in_the_decisions_of_the_other() {
    let scene = Scene::new();
    let [one, other] = scene.two_servers();
    let (here, there) = (one.client(&scene.token), other.client(&scene.token));
    let mut lane = look(&here, LANES[2]);
    let mut took = Vec::new();
    for _ in 0..25 {
        // Both have it in memory.
        assert_eq!(decision(&here)["inputs"]["flow_on"], lane.enabled);
        assert_eq!(decision(&there)["inputs"]["flow_on"], lane.enabled);
        assert_eq!(switch(&here, &mut lane).status, 200);
        let acknowledged = Instant::now();
        assert_eq!(decision(&here)["inputs"]["flow_on"], lane.enabled, "at once where it was made");
        while decision(&there)["inputs"]["flow_on"] != lane.enabled {
            assert!(acknowledged.elapsed() < Duration::from_secs(5), "{}", other.log());
        }
        took.push(acknowledged.elapsed());
    }
    took.sort();
    eprintln!("{took:?} until the other server decided by the change, its answer included");
    // Without the notification it would be a minute.
    assert!(took[took.len() / 2] < Duration::from_secs(1), "{took:?}");
}

/// Whatever writes beside a server is another process that says what it changed.
#[test]
fn what_the_command_line_changes_is_soon_in_the_answers_of_the_server_beside_it() {
    fn answers(url: Option<&str>, place: &Place, server: &Server) {
        let run = |arguments: &[&str]| {
            let database: Vec<&str> = url.iter().flat_map(|url| ["--database-url", url]).collect();
            place.run(&[arguments, &database].concat()).done().stdout
        };
        let token = |user: &str| {
            let create = ["token", "create", "--user", user, "--name", "beside", "--scope", "read_decisions"];
            server.client(run(&create).trim())
        };
        let (owner, admin) = (token("owner"), token("admin"));
        let about =
            |group: &str, user: &str| format!("/api/v1/decisions/code_review?namespace={group}&user={user}");
        let ask = |client: &Client, path: &str| {
            let answer = client.get(path);
            let inputs = if answer.status == 200 { answer.json()["inputs"].take() } else { Value::Null };
            (answer.status, inputs)
        };
        let changes = |client: &Client, path: &str, arguments: &[&str]| {
            let before = ask(client, path);
            run(arguments);
            let until = Instant::now() + Duration::from_secs(5);
            let mut after = ask(client, path);
            while after == before {
                assert!(Instant::now() < until, "{arguments:?}: {}", server.log());
                wait(5);
                after = ask(client, path);
            }
            after.0
        };
        let is_on = |group: &&str| ask(&owner, &about(group, "developer")).1["flow_selected"] == true;
        let group = ["acme", "globex", "initech"].into_iter().find(is_on).expect("the demo data has one");
        let off = ["flow", "set", group, "code_review/v1", "off", "--as", "owner"];
        assert_eq!(changes(&owner, &about(group, "developer"), &off), 200);
        let delete = ["user", "delete", "reviewer"];
        assert_eq!(changes(&owner, &about("initech", "reviewer"), &delete), 404);
        let id = run(&["token", "list", "--user", "admin", "--format", "json"]);
        let id = serde_json::from_str::<Value>(&id).expect("a list")[0]["id"].to_string();
        let revoke = ["token", "revoke", &id, "--user", "admin"];
        assert_eq!(changes(&admin, &about("initech", "developer"), &revoke), 401);
    }
    let place = Place::with_demo_data();
    answers(None, &place, &Server::start(place.command(SERVE)));
    let scene = Scene::new();
    answers(Some(&scene.cluster.url()), &scene.place, &scene.serve("127.0.0.1:0"));
}

#[test]
fn what_is_scheduled_is_made_once_and_both_answer_by_it() {
    const FLAG: &str = "orbit_user_preference";
    let scene = Scene::new();
    let servers = scene.two_servers();
    let token = scene.run(&["token", "create", "--user", "admin", "--name", "t", "--scope", "read_settings"]);
    // All at one moment, so that the servers meet; late enough for them all to be planned.
    let due = SystemClock.now().plus_millis(8_000).rfc3339();
    let steps = [10, 20, 30, 40];
    for step in steps {
        scene.run(&["feature", "schedule", FLAG, &step.to_string(), "--actors", "--at", &due]);
    }
    let list = |what: &str| -> Vec<Value> {
        serde_json::from_str(&scene.run(&["feature", what, FLAG, "--format", "json"])).expect("a list")
    };
    let clients = servers.each_ref().map(|it| it.client(token.trim()));
    let collectors = servers.each_ref().map(|it| it.client(METRICS_TOKEN));
    // By the server's own count, which follows the change.
    let made = || collectors.iter().map(scheduled_changes_done).sum::<usize>();
    let until = Instant::now() + Duration::from_secs(30);
    while made() < steps.len() {
        assert!(Instant::now() < until, "{}\n{}", servers[0].log(), servers[1].log());
        wait(50);
    }
    assert!(list("scheduled").iter().all(|it| it["state"] == "done"), "{:?}", list("scheduled"));
    assert_eq!(list("history").len(), steps.len(), "each left one trace");
    assert_eq!(made(), steps.len(), "by one of them each");
    for client in &clients {
        while percentage_of_actors(client, FLAG) != 40 {
            assert!(Instant::now() < until, "{}\n{}", servers[0].log(), servers[1].log());
            wait(10);
        }
    }
}

fn scheduled_changes_done(client: &Client) -> usize {
    let metrics = client.get("/-/metrics").body;
    let done = "duo_scheduled_changes_total{outcome=\"done\"} ";
    let count = metrics.lines().find_map(|line| line.strip_prefix(done)).expect("a count");
    count.parse().expect("a number")
}

fn percentage_of_actors(client: &Client, flag: &str) -> Value {
    let features = client.get("/api/v4/features").json();
    let find = |all: &Value, key: &str, name: &str| {
        all.as_array().and_then(|all| all.iter().find(|it| it[key] == name)).cloned().unwrap_or_default()
    };
    find(&find(&features, "name", flag)["gates"], "key", "percentage_of_actors")["value"].clone()
}

#[test]
fn servers_restart_in_turn_behind_nginx_and_no_request_fails() {
    let scene = Scene::new();
    let mut servers = scene.two_servers();
    let addresses: [SocketAddr; 2] = [servers[0].address, servers[1].address];
    let nginx = Nginx::before(addresses);
    let client = servers[0].client(&scene.token).at(nginx.address);
    let over = AtomicBool::new(false);
    let sent = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut sent = 0;
            while !over.load(Ordering::Relaxed) {
                decision(&client);
                sent += 1;
            }
            sent
        });
        let switching = scope.spawn(|| {
            let (mut lane, mut sent) = (look(&client, LANES[2]), 0);
            while !over.load(Ordering::Relaxed) {
                let answer = switch(&client, &mut lane);
                assert_eq!(answer.status, 200, "{answer:?}");
                sent += 1;
            }
            sent
        });
        for turn in [0, 1, 0, 1] {
            wait(300);
            assert_eq!(servers[turn].stop(), Some(0));
            servers[turn] = scene.serve(&addresses[turn].to_string());
        }
        wait(300);
        over.store(true, Ordering::Relaxed);
        asking.join().expect("every decision came") + switching.join().expect("every change was made")
    });
    eprintln!("{sent} requests during four restarts");
    assert!(sent > 20, "{sent}");
}

#[test]
fn without_its_database_decisions_go_on_and_say_that_they_are_stale() {
    let scene = Scene::new();
    let [server, other] = scene.two_servers();
    let client = server.client(&scene.token);
    assert_eq!(decision(&client)["stale"], false);
    assert_eq!(client.get("/-/readiness").status, 200);

    scene.cluster.control(&["stop", "--mode=immediate"]);
    let gone = Instant::now();
    let mut asked = 0;
    while gone.elapsed() < Duration::from_secs(30) {
        let stale = decision(&client)["stale"] == true;
        assert!(stale || gone.elapsed() < Duration::from_secs(1), "after {:?}", gone.elapsed());
        asked += 1;
        wait(20);
    }
    assert!(asked > 100, "{asked} decisions in half a minute");
    assert_eq!(client.get("/-/readiness").status, 503);
    assert_eq!(client.get("/-/liveness").status, 200);
    // What it was never asked it does not know, and says so.
    let never = client.get("/api/v1/decisions/code_review?namespace=globex&user=reviewer");
    assert_eq!(never.status, 503, "{never:?}");
    assert_eq!(other.client(&scene.token).get(DECISION).status, 503);

    scene.cluster.control(&["start", "--wait"]);
    let back = Instant::now();
    while decision(&client)["stale"] == true || client.get("/-/readiness").status != 200 {
        assert!(back.elapsed() < Duration::from_secs(10), "{}", server.log());
        wait(20);
    }
    let mut lane = look(&client, LANES[2]);
    assert_eq!(switch(&client, &mut lane).status, 200);
    assert_eq!(decision(&client)["inputs"]["flow_on"], true);
}

#[test]
fn a_server_that_starts_before_its_database_waits_for_it() {
    let scene = Scene::new();
    scene.cluster.control(&["stop", "--mode=fast"]);
    thread::scope(|scope| {
        let starting = scope.spawn(|| scene.serve("127.0.0.1:0"));
        wait(1500);
        assert!(!starting.is_finished());
        scene.cluster.control(&["start", "--wait"]);
        let server = starting.join().expect("it starts");
        assert_eq!(server.client(&scene.token).get("/-/readiness").status, 200);
    });
}
