//! Limits the number of open event streams.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{problem::Problem, problem_document::Code};
use crate::domain::ids::UserId;

/// Maximum number of open streams per user.
const MOST_OF_A_USER: usize = 100;

/// The open streams.
pub struct Streams {
    most: usize,
    by_user: Mutex<HashMap<UserId, usize>>,
}

impl Streams {
    pub fn new(most: usize) -> Self {
        Self { most, by_user: Mutex::default() }
    }

    pub fn count(&self, user: UserId) -> Result<(), Problem> {
        let mut open = self.by_user.lock().unwrap_or_else(PoisonError::into_inner);
        let of_user = open.get(&user).copied().unwrap_or_default();
        if of_user >= MOST_OF_A_USER || open.values().sum::<usize>() >= self.most {
            let detail =
                "Too many streams of events are open, here or of this user. Close one, or try again later.";
            return Err(Problem::new(Code::TooManyStreams, detail));
        }
        open.insert(user, of_user + 1);
        Ok(())
    }

    pub fn forget(&self, user: UserId) {
        let mut open = self.by_user.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&user);
            }
        }
    }
}
