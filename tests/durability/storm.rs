//! A load generator: consents and toggles as fast as the API takes them. Records what was acknowledged.

use crate::{
    place::Place,
    server::{Answer, Client, Server},
};
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use duo_console::domain::flows::{catalogue::CODE_REVIEW, wording::CODE_REVIEW_WORDING};

/// One flow of one group, which nobody else switches.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    pub group: &'static str,
    pub flow: &'static str,
}

pub const LANES: [Lane; 6] = [
    Lane { group: "acme", flow: CODE_REVIEW },
    Lane { group: "globex", flow: CODE_REVIEW },
    Lane { group: "initech", flow: CODE_REVIEW },
    Lane { group: "acme", flow: "developer/v1" },
    Lane { group: "globex", flow: "fix_pipeline/v1" },
    Lane { group: "initech", flow: "developer/v1" },
];

/// How a lane stands, as the server said last.
#[derive(Clone, Debug)]
pub struct Known {
    pub lane: Lane,
    pub version: i64,
    pub enabled: bool,
    /// Whether an answer is missing: what was asked for then may have been done.
    pub asked: bool,
    /// The request ids of what was acknowledged.
    pub acknowledged: Vec<String>,
}

/// A token of the owner that may do all of it.
pub fn token(place: &Place, database: Option<&str>) -> String {
    let mut command = place.command(&[
        "token",
        "create",
        "--user",
        "owner",
        "--name",
        "storm",
        "--scope",
        "read_decisions",
        "--scope",
        "read_settings",
        "--scope",
        "write_settings",
        "--scope",
        "give_consent",
    ]);
    if let Some(url) = database {
        command.env("DATABASE_URL", url);
    }
    let made = command.output().expect("the program runs");
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).expect("text").trim().to_owned()
}

fn address(lane: Lane) -> String {
    format!("/api/v1/groups/{}/flows/{}", lane.group, lane.flow.replace('/', "%2F"))
}

/// How the lane stands, from the server.
pub fn look(client: &Client, lane: Lane) -> Known {
    let answer = client.get(&format!("/api/v1/groups/{}/flows", lane.group));
    assert_eq!(answer.status, 200, "{answer:?}");
    let flows = answer.json()["flows"].as_array().expect("a list").clone();
    let flow = flows.iter().find(|it| it["reference"] == lane.flow).expect("a flow of the catalogue");
    let enabled = flow["enabled"].as_bool().expect("on or off");
    let version = flow["version"].as_i64().expect("a version");
    Known { lane, version, enabled, asked: false, acknowledged: Vec::new() }
}

/// Asks for the other state; what came of it is noted.
pub fn switch(client: &Client, known: &mut Known) -> Answer {
    let on = !known.enabled;
    let mut body = json!({ "enabled": on, "version": known.version });
    if on && known.lane.flow == CODE_REVIEW {
        body["consent"] = json!({ "wording": CODE_REVIEW_WORDING.id().as_str() });
    }
    let answer = client.put(&address(known.lane), &body);
    match answer.status {
        200 => {
            assert_eq!(answer.json()["version"], known.version + 1, "{answer:?}");
            known.version += 1;
            known.enabled = on;
            known.acknowledged.push(answer.header("x-request-id").expect("an id").to_owned());
        }
        0 => known.asked = true,
        _ => {}
    }
    answer
}

/// All lanes at once, until the server goes away or `over` is set; how they stood then. Nothing but an
/// acknowledgement or no answer at all is expected.
pub fn rage(server: &Server, token: &str, over: &AtomicBool, started: impl FnOnce() + Send) -> Vec<Known> {
    let client = server.client(token);
    thread::scope(|scope| {
        let lanes = LANES.map(|lane| {
            let client = client.clone();
            let mut known = look(&client, lane);
            scope.spawn(move || {
                while !known.asked && !over.load(Ordering::Relaxed) {
                    let answer = switch(&client, &mut known);
                    assert!(matches!(answer.status, 0 | 200), "{answer:?}");
                }
                known
            })
        });
        started();
        lanes.into_iter().map(|lane| lane.join().expect("a lane")).collect()
    })
}

pub fn wait(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}
