//! Pages of lists, as GitLab has them: `page` and `per_page` with `Link` and `X-` headers, or by keyset, where
//! only `Link` says how to go on.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Uri, header::LINK};
use serde::Serialize;
use url::form_urlencoded;

use super::{
    Answer,
    query::{Query, invalid},
    refusal::GitlabRefusal,
};
use crate::server::rest::{json::Json, state::Api};

/// How far pages by number go, as in GitLab.
const MOST_OFFSET: i64 = 50_000;
const MOST_PER_PAGE: i64 = 100;
const PER_PAGE: i64 = 20;

/// Which page of a list is asked for, and at which address.
#[derive(Clone, Debug)]
pub struct Paging {
    pub page: i64,
    pub per_page: i64,
    pub keyset: bool,
    /// The address without its query.
    address: String,
    /// The query without `page` and `cursor`.
    others: Vec<(String, String)>,
}

/// What follows a page.
pub enum Next {
    /// The list has so many rows; `None` when they were not counted, and then whether there are more.
    Total(Option<i64>, bool),
    /// The next page of a keyset begins with these parameters; `None` on the last.
    Keyset(Option<Vec<(&'static str, String)>>),
}

impl Paging {
    /// Reads the parameters of a request.
    pub fn of(api: &Api, uri: &Uri, query: &Query) -> Answer<Self> {
        let page = query.number("page")?.unwrap_or(1).max(1);
        let per_page = query.number("per_page")?.unwrap_or(PER_PAGE);
        if per_page == 0 {
            return Err(GitlabRefusal::bad_parameter("per_page does not have a valid value"));
        }
        let keyset = match query.text("pagination")? {
            None => false,
            Some("keyset") => true,
            Some(_) => return Err(super::query::wrong_value("pagination")),
        };
        let per_page = per_page.min(MOST_PER_PAGE);
        if !keyset && page.saturating_sub(1).saturating_mul(per_page) > MOST_OFFSET {
            let message = format!(
                "Offset pagination has a maximum allowed offset of {MOST_OFFSET} for requests that return objects of this type. Use keyset pagination where the list has it"
            );
            return Err(GitlabRefusal::Gitlab(
                http::StatusCode::METHOD_NOT_ALLOWED,
                serde_json::json!({ "error": message }),
            ));
        }
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
        Ok(Self {
            page,
            per_page,
            keyset,
            address: api.absolute(uri.path()),
            others: pairs
                .filter(|(name, _)| !["page", "per_page", "cursor"].contains(&name.as_str()))
                .collect(),
        })
    }

    pub const fn offset(&self) -> i64 {
        if self.keyset { 0 } else { (self.page - 1) * self.per_page }
    }

    /// The ids between which a keyset goes on, from the query or the page before.
    pub fn ids(query: &Query) -> Answer<(i64, i64)> {
        let after = query.number("id_after")?.unwrap_or(i64::MIN);
        let before = query.number("id_before")?.unwrap_or(i64::MAX);
        Ok((after, before))
    }

    /// Refuses a keyset where the list is not sorted by id.
    pub fn only_by_id(&self, by_id: bool) -> Answer<()> {
        if self.keyset && !by_id { Err(invalid("order_by")) } else { Ok(()) }
    }

    /// Drops the row that only showed that there are more, and says whether there are.
    pub fn cut<T>(&self, rows: &mut Vec<T>) -> bool {
        let per_page = usize::try_from(self.per_page).unwrap_or(usize::MAX);
        let more = rows.len() > per_page;
        rows.truncate(per_page);
        more
    }

    /// Where a list by id goes on after this one.
    pub fn goes_on(id: i64, descending: bool) -> (&'static str, String) {
        (if descending { "id_before" } else { "id_after" }, id.to_string())
    }

    /// The answer with its headers.
    pub fn answer<T: Serialize>(&self, rows: Vec<T>, next: Next) -> Response {
        let mut links = Vec::new();
        let mut headers = Vec::new();
        match next {
            Next::Keyset(begins) => {
                if let Some(begins) = begins {
                    let begins: Vec<_> = begins.into_iter().collect();
                    links.push(self.link("next", &begins));
                }
            }
            Next::Total(total, more) => {
                let pages = total.map(|total| (total + self.per_page - 1) / self.per_page);
                let more = pages.map_or(more, |pages| self.page < pages);
                let page = |number: i64| vec![("page", number.to_string())];
                if self.page > 1 {
                    links.push(self.link("prev", &page(self.page - 1)));
                }
                if more {
                    links.push(self.link("next", &page(self.page + 1)));
                }
                links.push(self.link("first", &page(1)));
                if let Some(pages) = pages {
                    links.push(self.link("last", &page(pages.max(1))));
                }
                let or_empty = |there: bool, number: i64| there.then(|| number.to_string());
                headers = vec![
                    ("x-next-page", or_empty(more, self.page + 1).unwrap_or_default()),
                    ("x-page", self.page.to_string()),
                    ("x-per-page", self.per_page.to_string()),
                    ("x-prev-page", or_empty(self.page > 1, self.page - 1).unwrap_or_default()),
                ];
                if let (Some(total), Some(pages)) = (total, pages) {
                    headers.push(("x-total", total.to_string()));
                    headers.push(("x-total-pages", pages.max(1).to_string()));
                }
            }
        }
        let mut response = Json(rows).into_response();
        let fields = response.headers_mut();
        if !links.is_empty()
            && let Ok(links) = HeaderValue::from_str(&links.join(", "))
        {
            fields.insert(LINK, links);
        }
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                fields.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }

    /// The address of another page, with this relation.
    fn link(&self, relation: &str, begins: &[(&'static str, String)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.others {
            if !begins.iter().any(|(begin, _)| begin == name) {
                query.append_pair(name, value);
            }
        }
        for (name, value) in begins {
            query.append_pair(name, value);
        }
        query.append_pair("per_page", &self.per_page.to_string());
        format!("<{}?{}>; rel=\"{relation}\"", self.address, query.finish())
    }
}
