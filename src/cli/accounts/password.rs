//! Where a new password comes from. Never from an argument, which other users of the machine can see.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::io::{self, BufRead, IsTerminal, Read};

use crate::{
    cli::{Failure, output::say},
    usecases::App,
};

/// Longer than any valid password, in bytes.
const MOST_BYTES: u64 = 4096;

/// The source of the password.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct PasswordOptions {
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// Generate a password and print it once
    #[arg(long)]
    generate_password: bool,
}

impl PasswordOptions {
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.password_stdin || self.generate_password
    }

    /// Whether the password has to be printed.
    pub(in crate::cli) fn is_generated(&self) -> bool {
        self.generate_password
    }

    /// # Errors
    /// [`Failure::Usage`] if no source is given.
    pub(in crate::cli) fn read(&self, app: &App) -> Result<String, Failure> {
        if self.generate_password {
            return Ok(URL_SAFE_NO_PAD.encode(&app.random.secret()[..18]));
        }
        if !self.password_stdin {
            let message = "Say where the password comes from: --password-stdin or --generate-password.";
            return Err(Failure::Usage(message.to_owned()));
        }
        let stdin = io::stdin().lock();
        if stdin.is_terminal() {
            say("Type the password and press Enter. It is shown as you type.");
        }
        let mut line = String::new();
        stdin
            .take(MOST_BYTES)
            .read_line(&mut line)
            .map_err(|error| Failure::refused(format!("Cannot read the password: {error}.")))?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}
