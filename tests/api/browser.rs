//! A minimal browser: keeps cookies, posts forms as a browser does, and follows no redirects.

use std::{cell::RefCell, collections::BTreeMap};

use duo_console::{
    server::{ChatSecret, ServerState, router},
    usecases::create_demo_data::DemoData,
};
use http::{Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::support::{Answer, TestApp, current_wording};

/// The origin of the test server.
pub const ORIGIN: &str = "http://console.test";

/// The password of every demo user.
pub const PASSWORD: &str = "duo-console-demo";

/// The signing secret of the chat.
pub const CHAT_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

pub const SET_FLOW: &str = "/actions/set_flow";
pub const CONFIGURATION: &str = "/groups/acme/-/settings/gitlab_duo/configuration";

/// The complete server on a fresh database, with this external URL.
pub async fn server_at(external_url: &str) -> TestApp {
    let url = external_url.parse().expect("a URL");
    let chat = ChatSecret::new(&CHAT_SECRET.parse().expect("a secret"));
    TestApp::serving(|app| router(ServerState::new(app, &url, 0, true).with_chat(Some(chat)))).await
}

/// With the whole demo data.
pub async fn whole_server() -> TestApp {
    let url = ORIGIN.parse().expect("a URL");
    TestApp::with(DemoData::Whole, |app| router(ServerState::new(app, &url, 0, true))).await
}

pub async fn server() -> TestApp {
    server_at(ORIGIN).await
}

pub struct Browser<'a> {
    test: &'a TestApp,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub fn new(test: &'a TestApp) -> Self {
        Self { test, cookies: RefCell::default() }
    }

    /// A browser in which this demo user is signed in.
    pub async fn of(test: &'a TestApp, username: &str) -> Self {
        let browser = Self::new(test);
        let answer = browser.sign_in(username, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{username} signs in");
        browser
    }

    pub async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.submit("/users/sign_in", &[("username", username), ("password", password)]).await
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "text/html")], String::new()).await
    }

    /// Posts a form as a browser without JavaScript does.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("accept", "text/html,application/xhtml+xml"), ("sec-fetch-site", "same-origin")];
        self.post(path, &headers, fields).await
    }

    /// Posts a form as an island does.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, &[("accept", "application/json"), ("sec-fetch-site", "same-origin")], fields).await
    }

    pub async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send(Method::POST, path, &headers, pairs.join("&")).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Answer {
        let cookies: Vec<_> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut ask = self.test.ask(method, path).body(body);
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        if !cookies.is_empty() {
            ask = ask.header("cookie", &cookies.join("; "));
        }
        let answer = ask.send().await;
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&self, answer: &Answer) {
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("a cookie is text");
            let (pair, attributes) = set.split_once(';').expect("a cookie has attributes");
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }
}

/// The fields of the form that switches Code Review of acme, given the demo data.
pub fn code_review_form<'a>(
    enabled: bool,
    version: &'a str,
    wording: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("group", "acme"), ("flow", "code_review/v1"), ("version", version)];
    if enabled {
        fields.push(("enabled", "true"));
    }
    if let Some(wording) = wording {
        fields.push(("consent_wording", wording));
    }
    fields
}

/// Turns Code Review of acme on, with consent, in this browser.
pub async fn consent(browser: &Browser<'_>) -> Answer {
    browser.submit(SET_FLOW, &code_review_form(true, "0", Some(&current_wording()))).await
}
