//! Lighthouse scores of a page, for a mobile device.

use std::{path::Path, process::Command};

/// The scores out of 100, by category.
pub fn scores(url: &str, cookie: &str) -> Vec<(String, f64)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/lighthouse");
    let output = Command::new(folder.join("node_modules/.bin/lighthouse"))
        .arg(url)
        .args(["--output=json", "--quiet", "--only-categories=performance,accessibility,best-practices"])
        .arg(format!("--extra-headers={}", serde_json::json!({ "Cookie": cookie })))
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking")
        .output()
        .expect("lighthouse runs: scripts/bench installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for audit in report["audits"].as_object().expect("audits").values() {
        if audit["score"].as_f64().is_some_and(|score| score < 0.9) {
            eprintln!("lighthouse: {}: {}", audit["title"], audit["displayValue"]);
        }
    }
    let categories = report["categories"].as_object().expect("categories");
    let score = |it: &serde_json::Value| it["score"].as_f64().unwrap_or(0.0) * 100.0;
    categories.values().map(|it| (it["title"].as_str().unwrap_or_default().to_owned(), score(it))).collect()
}
