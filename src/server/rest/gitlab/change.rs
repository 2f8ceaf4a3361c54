//! A request that changes something by GitLab's API: who asks, about what, and which parameters were sent.
//!
//! What is left out stays as it is. A parameter of GitLab's that changes nothing here is named in the answer;
//! one that is nobody's is refused.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

use super::{
    Answer,
    asked::Asked,
    ignored::{GITLABS, Ignored},
    parameters::Parameters,
    query::{Query, invalid, wrong_value},
    refusal::GitlabRefusal,
};
use crate::{
    domain::{
        field_edit::FieldEdit,
        ids::NamespaceId,
        namespace::{IdOrPath, Named, NamespaceKind},
        role::Role,
        time::Timestamp,
    },
    server::rest::{input::shortened, state::Api},
};

/// Confirms that a group loses its last Owner; not GitLab's, which refuses that.
pub const WITHOUT_OWNER: &str = "without_owner";

pub struct Change {
    pub asked: Asked,
    pub values: Query,
}

impl FromRequest<Arc<Api>> for Change {
    type Rejection = GitlabRefusal;

    async fn from_request(request: Request, api: &Arc<Api>) -> Answer<Self> {
        let (mut parts, body) = request.into_parts();
        let asked = Asked::from_request_parts(&mut parts, api).await?;
        let parameters = Parameters::of(Request::from_parts(parts, body)).await?;
        Ok(Self { asked, values: parameters.into() })
    }
}

impl Change {
    /// Those of the parameters that change nothing. `ours` change something, `gitlabs` nothing here.
    ///
    /// # Errors
    /// A parameter is unknown, or `id` is another than in the address: that is not what is meant.
    pub fn ignoring(&self, ours: &[&str], gitlabs: &[&str]) -> Answer<Vec<Ignored>> {
        let said = self.values.text("id").ok().flatten().and_then(|it| it.parse::<i64>().ok());
        if let (Some(said), Some(addressed)) = (said, self.asked.addressed())
            && said != addressed
        {
            let message = format!("id is {said}, and {addressed} in the address. Nothing was changed");
            return Err(GitlabRefusal::bad_parameter(message));
        }
        let mut ignored = Vec::new();
        for name in self.values.names() {
            // Clients that keep what they read as an object send it back, `ignored` with it.
            if ours.contains(&name) || matches!(name, "id" | "ignored") {
                continue;
            }
            if !gitlabs.contains(&name) {
                let message = format!("{} is unknown. Nothing was changed", shortened(name));
                return Err(GitlabRefusal::bad_parameter(message));
            }
            ignored.push(Ignored::new(name, GITLABS));
        }
        Ok(ignored)
    }

    /// A text that has to be sent, and not empty.
    pub fn required(&self, name: &str) -> Answer<&str> {
        self.values.text(name)?.ok_or_else(|| missing(name))
    }

    /// The change of a text; sent empty, or as null, it is to be empty.
    pub fn edit(&self, name: &str) -> Answer<Option<FieldEdit<String>>> {
        Ok(self.values.said(name)?.map(|text| FieldEdit::to(text.to_owned())))
    }

    /// The id of a group. In a form an empty one is refused: it would stand for the top level.
    pub fn group(&self, name: &str) -> Answer<Option<Named>> {
        if self.values.is_empty_text(name) {
            return Err(GitlabRefusal::bad_parameter(format!("{name} is empty. Nothing was changed")));
        }
        let id = self.values.number(name)?.map(NamespaceId);
        Ok(id.map(|id| Named { by: IdOrPath::Id(id), kind: Some(NamespaceKind::Group) }))
    }

    /// A role by GitLab's access level, which has to be sent.
    pub fn role(&self, name: &str) -> Answer<Role> {
        let level = self.values.number(name)?.ok_or_else(|| missing(name))?;
        Role::ALL.into_iter().find(|role| role.access_level() == level).ok_or_else(|| wrong_value(name))
    }

    /// The end of a role: a day; sent empty, or as null, never. `None` when it was not sent.
    #[expect(clippy::option_option, reason = "not sent, never, or a day")]
    pub fn expiry(&self) -> Answer<Option<Option<Timestamp>>> {
        const NAME: &str = "expires_at";
        match self.values.said(NAME)? {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(day) => Timestamp::from_date(day).map(|at| Some(Some(at))).ok_or_else(|| invalid(NAME)),
        }
    }

    /// Whether it was confirmed that a group loses its last Owner.
    pub fn without_owner(&self) -> Answer<bool> {
        Ok(self.values.boolean(WITHOUT_OWNER)? == Some(true))
    }

    /// What was typed to confirm that a group or project is deleted: its full path, as a parameter or in the
    /// address. An id is no confirmation, because those of a GitLab are others.
    pub fn deleting(&self, kind: NamespaceKind) -> Answer<(Named, String)> {
        self.ignoring(&["full_path", "permanently_remove"], &[])?;
        if self.values.boolean("permanently_remove")? == Some(false) {
            let message = "permanently_remove: what is deleted here is deleted at once. Leave it out, or archive it instead. Nothing was changed";
            return Err(GitlabRefusal::bad_parameter(message));
        }
        let named = self.asked.named(kind)?;
        let typed = match (self.values.text("full_path")?, &named.by) {
            (Some(typed), _) => typed.to_owned(),
            (None, IdOrPath::Path(path)) => path.to_string(),
            (None, IdOrPath::Id(_)) => {
                let message = "full_path is missing. What is deleted is gone at once, so either the address has the full path, or full_path does. Nothing was changed";
                return Err(GitlabRefusal::bad_parameter(message));
            }
        };
        Ok((named, typed))
    }
}

/// Grape's message, as in GitLab.
pub fn missing(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{name} is missing"))
}

/// An operation without parameters.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoParameters {}

/// What GitLab answers when it accepted a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    #[schema(example = "202 Accepted")]
    message: &'static str,
}

pub const ACCEPTED: (StatusCode, Accepted) = (StatusCode::ACCEPTED, Accepted { message: "202 Accepted" });
