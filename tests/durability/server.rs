//! A running server, and a client for it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// On a free port, and as fast as anybody asks.
pub const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--api-rate-per-minute", "0"];

/// A server that is killed on drop, so that a failed test leaves none behind.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
}

/// A response. Its status is 0 when there was none.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Server {
    /// Waits until it listens. `command` is `serve`, on port 0.
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let log = Arc::new(Mutex::new(String::new()));
        let mut address = None;
        for line in lines.by_ref() {
            address = line.split_once("listening on http://").and_then(|(_, rest)| rest.trim().parse().ok());
            keep(&log, &line);
            if address.is_some() {
                break;
            }
        }
        let all = Arc::clone(&log);
        thread::spawn(move || lines.for_each(|line| keep(&all, &line)));
        let Some(address) = address else {
            let _ = child.kill();
            panic!("it does not listen: {}", log.lock().expect("a log"));
        };
        Self { child, address, log }
    }

    pub fn log(&self) -> String {
        self.log.lock().expect("a log").clone()
    }

    pub fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends SIGTERM, for a graceful shutdown; the exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let told = Command::new("kill").args(["-s", "TERM", &self.id()]).status();
        assert!(told.expect("kill").success());
        self.child.wait().expect("it ends").code()
    }

    /// Sends SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    pub fn client(&self, token: &str) -> Client {
        Client { address: self.address, headers: format!("Authorization: Bearer {token}\r\n") }
    }

    pub fn browser(&self, cookie: &str) -> Client {
        Client {
            address: self.address,
            headers: format!("Origin: http://{}\r\nAccept: text/html\r\nCookie: {cookie}\r\n", self.address),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(log: &Mutex<String>, line: &str) {
    let mut log = log.lock().expect("a log");
    log.push_str(line);
    log.push('\n');
}

/// A client that opens a connection for each request.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    headers: String,
}

impl Client {
    /// The same client at another address, such as a proxy's.
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    pub fn put(&self, path: &str, json: &serde_json::Value) -> Answer {
        self.send("PUT", path, "application/json", &json.to_string())
    }

    pub fn post_form(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", form)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        self.try_send(method, path, kind, body).unwrap_or_else(|error| Answer {
            status: 0,
            head: error.to_string(),
            body: String::new(),
        })
    }

    fn try_send(&self, method: &str, path: &str, kind: &str, body: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.headers,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let status =
            head.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        // Cut off midway it was no answer.
        let length = header(head, "content-length").and_then(|it| it.parse().ok());
        if length.is_some_and(|length: usize| length != body.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|it| it.1)
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
