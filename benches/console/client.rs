//! A minimal HTTP/1.1 client: sequential requests on one connection, or many at a constant rate.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{median, millis};

pub struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

/// Latency percentiles, in milliseconds.
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { address, stream: BufReader::new(stream) }
    }

    /// A connection that made one request and stays open.
    pub fn idle(address: SocketAddr) -> Self {
        let mut client = Self::connect(address);
        assert_eq!(client.send("GET", "/-/liveness", "Accept: */*", "").status, 200);
        client
    }

    pub fn send(&mut self, method: &str, path: &str, header: &str, body: &str) -> Reply {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{header}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("it reads");
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a header");
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            headers.push(line.to_owned());
        }
        let status = headers[0].split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let length = headers
            .iter()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).expect("a body");
        Reply { status, headers, body }
    }

    /// The cookie of a new session.
    pub fn sign_in(&mut self, username: &str) -> String {
        let header = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin";
        let form = format!("username={username}&password=duo-console-demo");
        let reply = self.send("POST", "/users/sign_in", header, &form);
        let cookie =
            reply.headers.iter().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
        cookie.unwrap_or_else(|| panic!("signing in answered {}", reply.status)).to_owned()
    }

    /// Milliseconds for turning Code Review on with consent; it is turned off again between runs.
    pub fn consent(&mut self, token: &str) -> f64 {
        const FLOW: &str = "/api/v1/groups/acme/flows/code_review%2Fv1";
        let header = format!("Authorization: Bearer {token}\r\nContent-Type: application/json");
        let wording = self.send("GET", "/api/v1/consents/code_review/wording", &header, "");
        let wording: serde_json::Value = serde_json::from_slice(&wording.body).expect("JSON");
        let mut times = Vec::new();
        for round in 0..200 {
            let on = format!(
                r#"{{"enabled":true,"version":{},"consent":{{"wording":{}}}}}"#,
                2 * round,
                wording["id"]
            );
            let begun = Instant::now();
            let reply = self.send("PUT", FLOW, &header, &on);
            times.push(millis(begun.elapsed()));
            assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
            let off = format!(r#"{{"enabled":false,"version":{}}}"#, 2 * round + 1);
            assert_eq!(self.send("PUT", FLOW, &header, &off).status, 200);
        }
        median(times)
    }
}

/// Makes at least `times` requests as fast as possible, and returns how many there were.
pub fn ask_often(address: SocketAddr, path: &'static str, header: &str, times: u32) -> u32 {
    const THREADS: u32 = 8;
    let each = times.div_ceil(THREADS);
    let threads = (0..THREADS).map(|_| {
        let header = header.to_owned();
        thread::spawn(move || {
            let mut client = Client::connect(address);
            for _ in 0..each {
                assert_eq!(client.send("GET", path, &header, "").status, 200);
            }
        })
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().expect("every answer"));
    each * THREADS
}

/// Makes requests at a constant rate for some seconds. Latency is measured from when a request was due, not
/// from when it was sent, which avoids coordinated omission.
pub fn at_rate(address: SocketAddr, path: &'static str, header: &str, per_second: f64) -> Latency {
    const THREADS: u32 = 8;
    const FOR: Duration = Duration::from_secs(8);
    let every = Duration::from_secs_f64(f64::from(THREADS) / per_second);
    let threads = (0..THREADS).map(|thread| {
        let header = header.to_owned();
        thread::spawn(move || {
            let mut client = Client::connect(address);
            let mut times = Vec::new();
            let begun = Instant::now() + every * thread / THREADS;
            let mut due = begun;
            while due < begun + FOR {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                assert_eq!(client.send("GET", path, &header, "").status, 200);
                times.push(millis(due.elapsed()));
                due += every;
            }
            times
        })
    });
    let threads: Vec<_> = threads.collect();
    let mut times: Vec<f64> = threads.into_iter().flat_map(|it| it.join().expect("a thread")).collect();
    times.sort_by(f64::total_cmp);
    Latency { p50: times[times.len() / 2], p99: times[times.len() * 99 / 100] }
}
