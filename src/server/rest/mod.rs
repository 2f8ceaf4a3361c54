use crate::usecases::{App, decide_code_review::Answer};
pub fn router(_app: App) -> axum::Router {
    axum::Router::new()
}
pub fn decision_json(answer: &Answer) -> String {
    answer.decision.explanation()
}
