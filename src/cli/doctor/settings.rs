//! Checks of the configuration: each setting, and combinations of them.

use super::findings::Findings;
use crate::server::config::{Config, DatabaseOptions, ServeOptions};

pub(super) fn check(
    findings: &mut Findings,
    serve: &ServeOptions,
    database: &DatabaseOptions,
) -> Option<Config> {
    let config = match serve.validate(database) {
        Ok(config) => config,
        Err(errors) => {
            for error in errors.0 {
                findings.fail("configuration", error.to_string(), "Set it right; a server would not start.");
            }
            return None;
        }
    };
    findings.ok("configuration", "every setting is valid");
    external_url(findings, &config);
    if config.demo {
        let found = "--demo is on: everybody can know the passwords of the demo users";
        findings.warn("demo", found, "Leave --demo (DUO_DEMO) out where it is not a demo.");
    }
    if let Some(ignored) = &config.traces.ignored {
        let advice = "Set --otlp-endpoint to a collector that takes traces by HTTP, or empty for none.";
        findings.warn("traces", format!("no traces are sent: {ignored}"), advice);
    }
    Some(config)
}

fn external_url(findings: &mut Findings, config: &Config) {
    const CHECK: &str = "external-url";
    let url = config.external_url();
    if url.as_url().scheme() == "https" {
        findings.ok(CHECK, format!("{} is encrypted", url.as_str()));
        if config.trusted_proxies == 0 {
            findings.warn(
                "proxies",
                "a proxy does the encryption, but --trusted-proxies is 0: every client has the proxy's address",
                "Set --trusted-proxies (DUO_TRUSTED_PROXIES) to how many proxies append to X-Forwarded-For.",
            );
        }
    } else if url.is_loopback() && !config.listen.ip().is_loopback() {
        findings.warn(
            CHECK,
            format!("the server listens at {} for other machines, but links and forms are for {}", config.listen, url.as_str()),
            "Set --external-url (DUO_EXTERNAL_URL) to the URL that browsers open: from any other, forms are refused.",
        );
    } else if url.is_loopback() {
        findings.ok(CHECK, format!("{} is of this machine only", url.as_str()));
    } else {
        findings.warn(
            CHECK,
            format!("{} is not encrypted: passwords and tokens can be read on their way", url.as_str()),
            "Put a proxy with TLS in front, and set --external-url (DUO_EXTERNAL_URL) to its https address.",
        );
    }
}
