//! Traces, as a collector receives them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::mpsc::{self, Receiver},
    thread,
};

use crate::{
    place::Place,
    serve::{DEMO, Server},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A batch that was sent: the head of the request, and its body.
struct Batch {
    head: String,
    body: Vec<u8>,
}

/// A collector that keeps what it gets. Answers each connection once.
fn collector(status: &'static str) -> (SocketAddr, Receiver<Batch>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (send, batches) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).expect("text") > 0 {
                let last = head.lines().next_back().unwrap_or_default().to_ascii_lowercase();
                if let Some(value) = last.strip_prefix("content-length: ") {
                    length = value.parse().expect("a number");
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).expect("it reads");
            if send.send(Batch { head, body }).is_err() {
                return;
            }
        }
    });
    (address, batches)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The bytes that these digits write.
fn bytes(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[test]
fn a_request_is_a_span_in_the_trace_of_its_sender() {
    let (address, batches) = collector("200 OK");
    let place = Place::empty();
    let mut server = Server::start(&place, &["--otlp-endpoint", &format!("http://{address}")], "log");
    let token = place
        .run(&[
            "token",
            "create",
            "--user",
            "owner",
            "--name",
            "ci",
            "--scope",
            "read_decisions",
            "--days",
            "1",
        ])
        .done()
        .stdout;
    let answer = server.ask(&format!(
        "GET /api/v1/decisions/code_review?namespace=acme&user=reviewer HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {}\r\ntraceparent: 00-{TRACE}-{PARENT}-01\r\nConnection: close\r\n\r\n",
        token.trim()
    ));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.signal("TERM");
    assert_eq!(server.ended(), 0);

    let batches: Vec<Batch> = batches.try_iter().collect();
    assert!(batches.iter().all(|it| it.head.starts_with("POST /v1/traces ")), "{}", batches[0].head);
    assert!(batches[0].head.to_ascii_lowercase().contains("content-type: application/x-protobuf"));
    let sent: Vec<u8> = batches.into_iter().flat_map(|it| it.body).collect();
    for part in [
        "duo-console",
        "/api/v1/decisions/code_review",
        "decide_code_review",
        "by_token",
        "http.response.status_code",
        "request_id",
    ] {
        assert!(contains(&sent, part.as_bytes()), "{part}");
    }
    assert!(contains(&sent, &bytes(TRACE)) && contains(&sent, &bytes(PARENT)), "the sender's");
    assert!(contains(&sent, b"SELECT"), "the statements");
    for private in [token.trim(), "namespace=acme", "reviewer"] {
        assert!(!contains(&sent, private.as_bytes()), "{private}");
    }
}

#[test]
fn a_collector_that_is_away_is_said_once_and_holds_nothing_up() {
    let place = Place::empty();
    let (address, batches) = collector("503 Service Unavailable");
    // Not to wait five seconds for each batch.
    let mut command = place.command(&DEMO);
    command.env("OTEL_BSP_SCHEDULE_DELAY", "50").args(["--otlp-endpoint", &format!("http://{address}")]);
    let mut server = Server::spawn(&place, command, "log");
    let ask = "GET /-/liveness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    // The next batch is sent only once the one before was refused.
    for _ in 0..3 {
        assert!(server.ask(ask).starts_with("HTTP/1.1 200 "));
        batches.recv().expect("a batch");
    }
    server.signal("TERM");
    assert_eq!(server.ended(), 0);
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert_eq!(log.matches("does not take spans").count(), 1, "{log}");
    assert!(log.contains("503"), "{log}");
}

#[test]
fn what_a_platform_sets_for_all_programs_stops_no_start() {
    let place = Place::empty();
    for url in ["https://collector.example:4317", "collector:4317", "grpc://collector:4317"] {
        let mut serve = place.command(&DEMO);
        serve.env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
        drop(Server::spawn(&place, serve, "log"));
        let log = std::fs::read_to_string(place.path("log")).expect("a log");
        let said = format!(
            "no traces are sent: --otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) is \"{url}\": expected http://"
        );
        assert!(log.contains("WARN") && log.contains(&said), "{log}");

        let mut doctor = place.command(&["doctor"]);
        doctor.env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
        let found = String::from_utf8(doctor.output().expect("it runs").stdout).expect("text");
        assert!(found.contains(&said), "{found}");

        // A flag was meant for this program.
        let wrong = place.run(&["serve", "--otlp-endpoint", url]).wrong();
        assert!(wrong.contains("--otlp-endpoint"), "{wrong}");
    }
    let mut serve = place.command(&DEMO);
    serve.env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://ann:hunter2@collector.example");
    drop(Server::spawn(&place, serve, "log"));
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("no traces are sent") && !log.contains("hunter2"), "{log}");
}
