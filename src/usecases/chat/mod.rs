//! Chat commands.

pub mod answer_chat;
pub mod link_chat_user;
pub mod run_chatops;
