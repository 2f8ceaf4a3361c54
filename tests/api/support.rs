//! An in-process server on its own database, with demo data, a manual clock, and tokens on demand. Shared by
//! all tests of this binary.

use crate::document;
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tower::ServiceExt;

use duo_console::{
    domain::{
        actor::Surface,
        audit::AuditEvent,
        environment::Environment,
        ids::UserId,
        namespace::{GroupPath, Namespace},
        role::Role,
        time::Timestamp,
        token::Scope,
        user::UserKind,
    },
    server::{Limits, rest},
    storage::{AuditFilter, FlowSelection, LedgerEntry, Storage, StoredOrbit},
    usecases::{
        App, Caller, Clock, Origin, Random, Settings,
        accounts::{
            authenticate,
            create_token::{CreateToken, create_token},
            create_user::{CreateUser, create_user},
        },
        create_demo_data::{DemoData, create_demo_data},
    },
};

/// The initial time of the clock: 2026-06-01T12:00:00.123Z.
pub const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_123);

/// The API path of `code_review/v1` of a group.
pub fn code_review_of(group: &str) -> String {
    flow_of(group, "code_review/v1")
}

/// The API path of a flow of a group.
pub fn flow_of(group: &str, flow: &str) -> String {
    format!("/api/v1/groups/{}/flows/{}", group.replace('/', "%2F"), flow.replace('/', "%2F"))
}

/// The id of the current wording.
pub fn current_wording() -> String {
    duo_console::domain::flows::wording::CODE_REVIEW_WORDING.id().to_string()
}

/// A clock that advances only manually.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn advance_days(&self, days: i64) {
        self.advance_millis(days * 24 * 60 * 60 * 1000);
    }

    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A counter as randomness: secrets are unique, and the same in each run.
struct CountingRandom(AtomicU64);

impl Random for CountingRandom {
    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        secret
    }
}

/// The state that a refused request must not change.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    pub selections: Vec<(String, Vec<FlowSelection>)>,
    pub ledger: Vec<LedgerEntry>,
    pub audit: Vec<AuditEvent>,
}

/// A server with the small demo data on a fresh SQLite database, which is deleted on drop.
pub struct TestApp {
    pub app: App,
    pub clock: Arc<FixedClock>,
    router: Router,
    folder: TempDir,
}

impl TestApp {
    /// A server with only the API.
    pub async fn new() -> Self {
        Self::serving(|app| rest::router(app, Limits::default(), None)).await
    }

    /// A server with the router that `router` builds.
    pub async fn serving(router: impl FnOnce(App) -> Router) -> Self {
        Self::with(DemoData::Small, router).await
    }

    /// The same with more or less in it.
    pub async fn with(data: DemoData, router: impl FnOnce(App) -> Router) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let storage = Storage::open(&url.parse().expect("a database URL"), 4).await.expect("it opens");
        let clock = Arc::new(FixedClock(AtomicI64::new(NOON.as_millis())));
        let random = Arc::new(CountingRandom(AtomicU64::new(1)));
        let settings = Settings {
            session_idle_millis: 3_600_000,
            session_absolute_millis: 86_400_000,
            fresh_sign_in_millis: 3_600_000,
            environment: Environment::Production,
        };
        let app = App::new(storage, clock.clone(), random, settings);
        assert!(create_demo_data(&app, &operator(), data).await.expect("the demo data fits"));
        Self { router: router(app.clone()), app, clock, folder }
    }

    /// A token of the user with these scopes, for 30 days.
    pub async fn token(&self, username: &str, scopes: &[Scope]) -> String {
        let actor = authenticate::by_username(&self.app, username).await.expect("the user is there");
        let caller = Caller { actor, origin: operator() };
        let new = CreateToken { name: "test", scopes, expires_at: self.app.now().plus_days(30) };
        create_token(&self.app, &caller, &new).await.expect("the token can be made")
    }

    /// A token of the user with all scopes.
    pub async fn full_token(&self, username: &str) -> String {
        self.token(username, &Scope::ALL).await
    }

    /// Creates a user without memberships; a bot if the name says so.
    pub async fn add_user(&self, username: &str) -> UserId {
        let kind = if username.contains("bot") { UserKind::Bot } else { UserKind::Human };
        let new = CreateUser { username, name: username, kind, is_admin: false, password: None, email: None };
        create_user(&self.app, &operator(), &new).await.expect("the user can be made")
    }

    /// A new user with a role in a group.
    pub async fn add_member(&self, username: &str, group: &str, role: Role) -> UserId {
        let user = self.add_user(username).await;
        let group = self.namespace(group).await;
        let mut uow = self.app.storage.begin().await.expect("a transaction");
        uow.memberships()
            .set(group.id, user, duo_console::domain::people::grants::Source::Hand, &role.into(), None)
            .await
            .expect("the membership fits");
        uow.commit().await.expect("it commits");
        user
    }

    pub async fn delete_user(&self, username: &str) {
        // Without the rule that there is always an administrator.
        let mut uow = self.app.storage.begin().await.expect("a transaction");
        let user = uow.users().find_by_username(username).await.expect("it answers").expect("they are there");
        assert!(uow.users().delete(user.id).await.expect("they go"));
        uow.commit().await.expect("it commits");
    }

    pub async fn namespace(&self, path: &str) -> Namespace {
        let path = GroupPath::parse(path).expect("a path");
        let mut uow = self.app.storage.read().await.expect("a transaction");
        uow.namespaces().find_by_path(&path).await.expect("it answers").expect("it is there")
    }

    /// The user's stored Orbit settings.
    pub async fn orbit_of(&self, username: &str) -> StoredOrbit {
        let mut uow = self.app.storage.read().await.expect("a transaction");
        let user =
            uow.users().find_by_username(username).await.expect("it answers").expect("the user is there");
        uow.preferences().orbit(user.id).await.expect("it answers").expect("the row is there")
    }

    /// Executes SQL behind the program's back.
    pub async fn execute(&self, sql: &'static str) {
        let file = SqliteConnectOptions::new().filename(self.folder.path().join("test.db"));
        let mut connection = SqliteConnection::connect_with(&file).await.expect("it opens");
        connection.execute(sql).await.expect("it is done");
    }

    /// All bytes of the database files, including the WAL.
    pub fn database_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        let read = |file: std::io::Result<std::fs::DirEntry>| {
            std::fs::read(file.expect("an entry").path()).expect("a file can be read")
        };
        files.flat_map(read).collect()
    }

    /// The demo groups' flows and ledgers, and the complete audit log.
    pub async fn snapshot(&self) -> Snapshot {
        let (mut selections, mut ledger) = (Vec::new(), Vec::new());
        for path in ["acme", "globex", "initech"] {
            let group = self.namespace(path).await;
            let mut uow = self.app.storage.read().await.expect("a transaction");
            selections
                .push((path.to_owned(), uow.flow_selections().list(group.id).await.expect("selections")));
            ledger.extend(uow.consents().list(group.id, 1000).await.expect("the ledger"));
        }
        let mut uow = self.app.storage.read().await.expect("a transaction");
        let audit = uow.audit_log().list(&AuditFilter::default(), 10_000).await.expect("the audit log");
        Snapshot { selections, ledger, audit }
    }

    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub fn put(&self, path: &str, body: &Value) -> Ask<'_> {
        self.ask(Method::PUT, path).json(body)
    }

    pub fn post(&self, path: &str, body: &Value) -> Ask<'_> {
        self.ask(Method::POST, path).json(body)
    }

    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let request = Request::builder().method(method).uri(path).body(Body::empty());
        Ask { test: self, request: request.expect("an address that can be asked for") }
    }
}

/// The caller of the command line, for setting things up.
pub fn operator() -> Origin {
    Origin { surface: Surface::CommandLine, request_id: String::from("set-up"), remote_ip: None }
}

/// A request under construction.
pub struct Ask<'a> {
    test: &'a TestApp,
    request: Request<Body>,
}

impl Ask<'_> {
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.raw_header(name, value.parse().expect("a header's value"))
    }

    pub fn raw_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.request.headers_mut().insert(name, value);
        self
    }

    pub fn without(mut self, name: &'static str) -> Self {
        self.request.headers_mut().remove(name);
        self
    }

    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.request.headers_mut().extend(headers);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Sets the peer address of the connection.
    pub fn with_peer(mut self, peer: &str) -> Self {
        let peer: SocketAddr = peer.parse().expect("an address");
        self.request.extensions_mut().insert(ConnectInfo(peer));
        self
    }

    /// Sets the client IP address, as the middleware does.
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.request.extensions_mut().insert(origin);
        self
    }

    /// Sends it and returns the response without reading the body, which may not end.
    pub async fn begin(self) -> Response<Body> {
        self.test.router.clone().oneshot(self.request).await.expect("it never fails")
    }

    pub async fn send(self) -> Answer {
        let (method, path) = (self.request.method().clone(), self.request.uri().path().to_owned());
        let (parts, body) = self.begin().await.into_parts();
        let body = body.collect().await.expect("the body arrives").to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, body: body.into() };
        if is_of_the_api(&path) {
            document::check(&method, &path, &answer);
        }
        answer
    }
}

/// Whether the URL is for programs and not for browsers.
pub fn is_of_the_api(path: &str) -> bool {
    (path.starts_with("/api") || path.starts_with("/ofrep")) && path != duo_console::domain::paths::API_DOCS
}

/// A response with its body.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value; empty when it is missing.
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header that is text"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Asserts status 200 and returns the JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Asserts a problem document with this status and code, and returns it.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json");
        assert_eq!(self.header(header::CACHE_CONTROL), "no-store");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:duo-console:problem:{code}"));
        problem
    }
}
