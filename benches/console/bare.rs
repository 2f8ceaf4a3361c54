//! The baseline: axum with one handler that returns a constant, in a separate process.

use axum::{Router, routing::get};
use tokio::net::TcpListener;

/// The argument that makes this program the bare server instead of the benchmark.
pub const ARGUMENT: &str = "--bare";

#[tokio::main]
pub async fn serve() {
    let app = Router::new().route("/", get(async || "ok\n"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    axum::serve(listener, app).await.expect("it serves");
}
