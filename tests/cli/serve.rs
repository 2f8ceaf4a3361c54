use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::place::Place;

pub const DEMO: [&str; 4] = ["serve", "--demo", "--listen", "127.0.0.1:0"];

/// A running server. Killed when dropped, so that a failed test leaves none behind.
pub struct Server {
    child: Child,
    address: SocketAddr,
    said: String,
}

impl Server {
    /// Waits until it says where it listens. Its log goes to `log` in the place.
    pub fn start(place: &Place, more: &[&str], log: &str) -> Self {
        Self::run(place.command(&DEMO).args(more), place, log)
    }

    /// The same for a command that was made ready already.
    pub fn run(command: &mut Command, place: &Place, log: &str) -> Self {
        command.stdout(Stdio::piped()).stderr(File::create(place.path(log)).expect("a file"));
        let mut child = command.spawn().expect("the program runs");
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        for _ in 0..2 {
            lines.read_line(&mut said).expect("text");
        }
        let address = said
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("Duo Console: http://"))
            .and_then(|address| address.parse().ok());
        let log = std::fs::read_to_string(place.path(log)).expect("a log");
        Self { child, address: address.unwrap_or_else(|| panic!("no address: {said}{log}")), said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        stream
    }

    /// Sends a whole request, which closes the connection; what came back.
    pub fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("it reads");
        answer(stream)
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill").success());
    }

    /// The exit code, once it ended; waits ten seconds at the most.
    pub fn ended(&mut self) -> i32 {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const HALF: &[u8] = b"GET /-/liveness HTTP/1.1\r\nHost: localhost\r\n";
const REST: &[u8] = b"Connection: close\r\n\r\n";

/// A connection with half a request, which the server has seen.
fn half_a_request(server: &Server) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(HALF).expect("it reads");
    thread::sleep(Duration::from_millis(500));
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    text
}

#[test]
fn the_demo_says_where_it_is_and_how_to_sign_in() {
    let place = Place::empty();
    let mut server = Server::start(&place, &[], "log");
    assert!(server.said.contains("owner") && server.said.contains("duo-console-demo"), "{}", server.said);
    let mut stream = server.connect();
    stream.write_all(&[HALF, REST].concat()).expect("it reads");
    let answer = answer(stream);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.signal("INT");
    assert_eq!(server.ended(), 0);
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains(&format!("listening on http://{}", server.address)), "{log}");
    assert!(log.contains("SIGINT") && log.trim_end().ends_with("stopped"), "{log}");
    // Everything is in one file again.
    assert!(place.path("duo.db").exists() && !place.path("duo.db-wal").exists());
}

#[test]
fn a_request_in_flight_is_answered_after_the_signal_and_nobody_else_is_let_in() {
    let place = Place::empty();
    let mut server = Server::start(&place, &[], "log");
    let mut slow = half_a_request(&server);
    server.signal("TERM");
    let until = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(server.address).is_ok() {
        assert!(Instant::now() < until, "it still listens");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(server.child.try_wait().expect("a child").is_none(), "it did not wait");
    slow.write_all(REST).expect("it reads on");
    let answer = answer(slow);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(server.ended(), 0);
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("SIGTERM") && !log.contains("WARN"), "{log}");
}

#[test]
fn a_request_that_never_ends_is_cut_off_after_the_timeout() {
    let place = Place::empty();
    let mut server = Server::start(&place, &["--shutdown-timeout-seconds=1"], "log");
    let _slow = half_a_request(&server);
    let start = Instant::now();
    server.signal("TERM");
    assert_eq!(server.ended(), 0);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("WARN") && log.contains("cut off"), "{log}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let place = Place::empty();
    let mut server = Server::start(&place, &[], "log");
    let _slow = half_a_request(&server);
    server.signal("TERM");
    thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    server.signal("TERM");
    assert_eq!(server.ended(), 0);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn an_idle_connection_does_not_hold_it_up() {
    let place = Place::empty();
    let mut server = Server::start(&place, &[], "log");
    let mut idle = server.connect();
    idle.write_all(&[HALF, b"\r\n"].concat()).expect("it reads");
    assert!(idle.read(&mut [0; 512]).expect("an answer") > 0);
    server.signal("TERM");
    let start = Instant::now();
    assert_eq!(server.ended(), 0);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_port_that_is_taken_is_said() {
    let place = Place::empty();
    let server = Server::start(&place, &[], "log");
    let run = place.run(&["serve", "--log", "off", "--listen", &server.address.to_string()]);
    let text = run.refused();
    assert!(text.contains("something listens there already") && text.contains("--listen"), "{text}");
}

#[test]
fn two_servers_start_at_once_on_a_fresh_database() {
    let place = Place::empty();
    let (one, two) = thread::scope(|scope| {
        let two = scope.spawn(|| Server::start(&place, &[], "log-2"));
        (Server::start(&place, &[], "log-1"), two.join().expect("it came up"))
    });
    assert_ne!(one.address, two.address);
    for server in [&one, &two] {
        let mut stream = server.connect();
        stream.write_all(&[HALF, REST].concat()).expect("it reads");
        assert!(answer(stream).starts_with("HTTP/1.1 200 "));
    }
    let events = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    assert_eq!(events.matches("demo_data_created").count(), 1, "{events}");
}

#[test]
fn the_log_can_be_json() {
    let place = Place::empty();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DUO_LOG_FORMAT", "json").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let listening = lines.map_while(Result::ok).find(|line| line.contains("listening on"));
    let _ = child.kill();
    let _ = child.wait();
    let event: serde_json::Value = serde_json::from_str(&listening.expect("a line")).expect("an object");
    assert_eq!(event["level"], "INFO");
}
