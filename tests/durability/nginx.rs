//! nginx in front of two servers, without sticky sessions, as in the book (operate/reverse-proxy.md).

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::storm::wait;

/// A process that is killed on drop.
pub struct Nginx {
    child: Child,
    pub address: SocketAddr,
    _folder: TempDir,
}

impl Nginx {
    pub fn before(servers: [SocketAddr; 2]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let [one, other] = servers;
        let at = folder.path().display();
        let configuration = format!(
            "pid {at}/pid; error_log {at}/error.log; events {{}}
            http {{
                access_log off;
                client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/f;
                uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;
                upstream duo {{ server {one} max_fails=0; server {other} max_fails=0; }}
                server {{
                    listen {address};
                    location / {{
                        proxy_pass http://duo;
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    }}
                }}
            }}"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).expect("the configuration");
        let child = Command::new(nginx())
            .args(["-g", "daemon off; master_process off;", "-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx runs: scripts/setup test installs it");
        let nginx = Self { child, address, _folder: folder };
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "nginx does not listen");
            wait(20);
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps it where only root looks for programs.
fn nginx() -> &'static str {
    const DEBIAN: &str = "/usr/sbin/nginx";
    if fs::exists(DEBIAN).unwrap_or(false) { DEBIAN } else { "nginx" }
}
