use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::{linux::net::SocketAddrExt, unix::net},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::place::Place;

pub const DEMO: [&str; 4] = ["serve", "--demo", "--listen", "127.0.0.1:0"];

/// A running server. Killed on drop, so that a failed test leaves none behind.
pub struct Server {
    child: Child,
    address: SocketAddr,
    said: String,
}

impl Server {
    /// Waits until it says where it listens. Its log goes to `log` in the place.
    pub fn start(place: &Place, more: &[&str], log: &str) -> Self {
        Self::start_with(place, &[&DEMO, more].concat(), log)
    }

    /// The same with other flags, with which it prints two lines as well.
    fn start_with(place: &Place, arguments: &[&str], log: &str) -> Self {
        Self::spawn(place, place.command(arguments), log)
    }

    /// The same for a command that was made ready already.
    pub fn spawn(place: &Place, mut command: Command, log: &str) -> Self {
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

/// The status line of a request that asks whether the server lives.
fn status(mut stream: &TcpStream) -> String {
    stream.write_all(&[HALF, b"\r\n"].concat()).expect("it reads");
    let mut line = String::new();
    let mut lines = BufReader::new(stream);
    lines.read_line(&mut line).expect("an answer");
    // The rest: the headers, an empty line, and "ok".
    while lines.read_line(&mut line).expect("an answer") > 0 && !line.ends_with("ok\n") {}
    line.lines().next().unwrap_or_default().to_owned()
}

/// How long it takes until the server closes the connection without a word.
fn closed_after(mut stream: &TcpStream) -> Duration {
    let start = Instant::now();
    match stream.read(&mut [0; 512]) {
        Ok(0) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        other => panic!("{other:?} after {:?}", start.elapsed()),
    }
    start.elapsed()
}

#[test]
fn without_users_the_way_to_the_first_administrator_is_printed_and_never_logged() {
    let place = Place::empty();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let mut server = Server::start_with(&place, &serve, "log");
    let link = server.said.lines().nth(1).and_then(|line| line.split(": ").nth(1)).expect("a link");
    let page = format!("http://{}/users/first_administrator?token=", server.address);
    let token = link.strip_prefix(&page).expect("it leads here").to_owned();
    assert_eq!(token.len(), 43, "{link}");
    server.signal("TERM");
    assert_eq!(server.ended(), 0);
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("there are no users yet") && !log.contains(&token), "{log}");

    place.run(&["user", "create", "ann", "--generate-password"]).done();
    let mut quiet = place.command(&serve);
    let log = File::create(place.path("log")).expect("a file");
    let mut child = quiet.stdout(Stdio::piped()).stderr(log).spawn().expect("the program runs");
    let until = Instant::now() + Duration::from_secs(10);
    while !std::fs::read_to_string(place.path("log")).expect("a log").contains("listening on") {
        assert!(Instant::now() < until, "it does not listen");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it ends");
    let output = child.wait_with_output().expect("it ended");
    assert_eq!(output.stdout, b"", "there are users");
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
fn a_stream_of_changes_ends_and_does_not_hold_it_up() {
    let place = Place::empty();
    let mut server = Server::start(&place, &[], "log");
    let scope = ["token", "create", "--user", "developer", "--name", "ci", "--scope", "read_decisions"];
    let token = place.run(&scope).done().stdout;
    let mut stream = server.connect();
    let request = format!(
        "GET /api/v1/changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        token.trim()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut said = String::new();
    let mut lines = BufReader::new(&stream);
    while !said.contains("event: ready") {
        assert!(lines.read_line(&mut said).expect("a line") > 0, "{said}");
    }
    server.signal("TERM");
    let start = Instant::now();
    assert_eq!(server.ended(), 0);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    lines.read_to_string(&mut said).expect("it ends as it should");
    assert!(said.ends_with("0\r\n\r\n"), "{said}");
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(!log.contains("cut off"), "{log}");
}

#[test]
fn half_a_head_does_not_hold_it_up() {
    let place = Place::empty();
    let mut server = Server::start(&place, &["--receive-timeout-seconds=60"], "log");
    let _slow = half_a_request(&server);
    server.signal("TERM");
    let start = Instant::now();
    assert_eq!(server.ended(), 0);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(!log.contains("cut off"), "{log}");
}

#[test]
fn a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let place = Place::empty();
    let server = Server::start(&place, &["--receive-timeout-seconds=2"], "log");
    let quiet = server.connect();
    for mut stream in [server.connect(), {
        // The same after a first request.
        let stream = server.connect();
        assert_eq!(status(&stream), "HTTP/1.1 200 OK");
        stream
    }] {
        stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a time");
        let start = Instant::now();
        stream.write_all(HALF).expect("it reads");
        let closed = loop {
            match stream.read(&mut [0; 512]) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => break start.elapsed(),
                Ok(_) => panic!("there is nothing to answer"),
            }
            assert!(start.elapsed() < Duration::from_secs(10), "it still waits");
            let _ = stream.write_all(b"X");
        };
        assert!(closed >= Duration::from_secs(2), "{closed:?}");
    }
    // Nobody was kept waiting by this one.
    assert_eq!(status(&quiet), "HTTP/1.1 200 OK");
}

#[test]
fn a_connection_without_requests_is_closed_in_the_end() {
    let place = Place::empty();
    let server = Server::start(&place, &["--idle-timeout-seconds=1"], "log");
    let (fresh, used) = (server.connect(), server.connect());
    assert_eq!(status(&used), "HTTP/1.1 200 OK");
    for stream in [used, fresh] {
        assert!(closed_after(&stream) < Duration::from_secs(5));
    }
}

#[test]
fn who_finds_every_connection_taken_has_to_wait() {
    let place = Place::empty();
    let server = Server::start(&place, &["--max-connections=2"], "log");
    let taken = [server.connect(), server.connect()];
    for stream in &taken {
        assert_eq!(status(stream), "HTTP/1.1 200 OK");
    }
    let mut next = server.connect();
    next.write_all(&[HALF, REST].concat()).expect("the system keeps it");
    next.set_read_timeout(Some(Duration::from_millis(300))).expect("a time");
    assert!(next.read(&mut [0; 1]).is_err(), "it was let in");
    drop(taken);
    next.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
    assert!(answer(next).starts_with("HTTP/1.1 200 "));
}

#[test]
fn clients_that_say_nothing_keep_nobody_out() {
    let place = Place::empty();
    let server = Server::start(&place, &["--max-connections=4"], "log");
    let half_a_form = "POST /users/sign_in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nuser";
    for begun in [&b""[..], HALF, half_a_form.as_bytes()] {
        let silent: Vec<_> = (0..8)
            .map(|_| {
                let mut stream = server.connect();
                stream.write_all(begun).expect("the system keeps it");
                stream
            })
            .collect();
        let start = Instant::now();
        assert_eq!(status(&server.connect()), "HTTP/1.1 200 OK");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        drop(silent);
    }
}

#[test]
fn a_stream_of_silent_clients_keeps_nobody_out() {
    let place = Place::empty();
    let server = Server::start(&place, &["--max-connections=20"], "log");
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut silent = Vec::new();
            let until = Instant::now() + Duration::from_secs(30);
            while !over.load(Ordering::Relaxed) && Instant::now() < until {
                silent.push(server.connect());
                thread::sleep(Duration::from_millis(100));
            }
        });
        // By now they have every place.
        thread::sleep(Duration::from_secs(3));
        for _ in 0..10 {
            let start = Instant::now();
            assert_eq!(status(&server.connect()), "HTTP/1.1 200 OK");
            let took = start.elapsed();
            assert!(took < Duration::from_secs(3), "{took:?}");
            thread::sleep(Duration::from_millis(200));
        }
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let place = Place::empty();
    let server = Server::start(&place, &[], "log");
    let line = format!("X-Large: {}\r\n", "x".repeat(1000));
    for (lines, expected) in [(20, "HTTP/1.1 200 "), (40, "HTTP/1.1 431 "), (1000, "HTTP/1.1 431 ")] {
        let mut stream = server.connect();
        // It may have heard enough before the end.
        let _ = stream.write_all(&[HALF, line.repeat(lines).as_bytes(), REST].concat());
        let mut said = [0; 13];
        stream.read_exact(&mut said).expect("an answer");
        assert_eq!(String::from_utf8_lossy(&said), expected);
    }
    let mut stream = server.connect();
    stream.write_all(&[HALF, "X: y\r\n".repeat(101).as_bytes(), REST].concat()).expect("it reads");
    assert!(answer(stream).starts_with("HTTP/1.1 431 "));
}

#[test]
fn a_server_that_may_open_few_files_says_so_and_serves_on() {
    let place = Place::empty();
    let server = place.command(&DEMO);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 120 && exec \"$@\"", "sh"])
        .arg(server.get_program())
        .args(server.get_args());
    limited
        .current_dir(place.path(""))
        .env("DATABASE_URL", format!("sqlite://{}", place.path("duo.db").display()));
    let server = Server::spawn(&place, limited, "log");
    let crowd: Vec<_> = (0..100).map(|_| server.connect()).collect();
    assert_eq!(status(&crowd[0]), "HTTP/1.1 200 OK");
    drop(crowd);
    assert_eq!(status(&server.connect()), "HTTP/1.1 200 OK");
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("the system allows 120 open files") && log.contains("LimitNOFILE"), "{log}");
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

#[test]
fn systemd_is_told_wherever_it_listens() {
    let place = Place::empty();
    let file = place.path("notify");
    let name = format!("duo-console-{}", std::process::id());
    let in_a_file = net::SocketAddr::from_pathname(&file).expect("an address");
    let abstractly = net::SocketAddr::from_abstract_name(&name).expect("an address");
    for (socket, address) in [(file.display().to_string(), in_a_file), (format!("@{name}"), abstractly)] {
        let systemd = net::UnixDatagram::bind_addr(&address).expect("a socket");
        systemd.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        let mut serve = place.command(&DEMO);
        serve.env("NOTIFY_SOCKET", &socket);
        let _server = Server::spawn(&place, serve, "log");
        let mut said = [0; 64];
        let length = systemd.recv(&mut said).unwrap_or_else(|error| panic!("{socket}: {error}"));
        assert_eq!(&said[..length], b"READY=1", "{socket}");
    }
    let mut serve = place.command(&DEMO);
    serve.env("NOTIFY_SOCKET", "");
    drop(Server::spawn(&place, serve, "log"));
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(!log.contains("systemd"), "{log}");
}
