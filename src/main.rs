use duo_console::{
    domain::actor::Surface,
    server::{
        ServerState, router,
        system::{SystemClock, SystemRandom},
    },
    storage::Storage,
    usecases::{App, Origin, Settings, create_demo_data},
};
use std::sync::Arc;

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt::init();
    let storage =
        Storage::open(&std::env::args().nth(1).expect("url").parse().expect("url"), 8).await.expect("db");
    let app = App {
        storage,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        settings: Settings { session_idle_millis: 1_000_000_000, session_absolute_millis: 2_000_000_000 },
    };
    let origin = Origin { surface: Surface::CommandLine, request_id: "x".into(), remote_ip: String::new() };
    create_demo_data::create_demo_data(&app, &origin).await.expect("demo");
    let url = url::Url::parse("http://127.0.0.1:3000").expect("url");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await.expect("bind");
    axum::serve(
        listener,
        router(ServerState::new(app, &url, 0, true))
            .into_make_service_with_connect_info::<std::net::SocketAddr>(),
    )
    .await
    .expect("serve");
}
