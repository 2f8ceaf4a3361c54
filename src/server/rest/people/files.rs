//! Importing a CSV file, and exporting one.

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::file_views::ImportResult;
use crate::{
    domain::people::import::format::{ImportKind, MAX_BYTES},
    server::{
        people::csv_download::csv_download,
        request_headers::media_type,
        rest::{
            authentication::Authenticated,
            input::{PathParameters, QueryParameters, shortened, whole_body_up_to},
            json::Json,
            problem::Problem,
            problem_document::Code,
        },
    },
    usecases::{
        App,
        administrator::Administrator,
        people::import::{
            export_people::PeopleExport,
            import_file::{Mode, import_file},
        },
    },
};

/// Import a CSV file
///
/// Without `apply=true` nothing is written: the answer says what each line would do. Everything is applied
/// or nothing, in one transaction, before the answer; one refused line refuses the file, and the problem
/// has all of them in `refused`. What a file does not say stays as it is. An import takes back only roles
/// and seats that an import gave. UTF-8, comma or semicolon, at most 20 MiB and 100,000 lines. Columns:
/// users `username,name,email,admin,state,kind`; groups `path,name,kind,tier,duo_enterprise,seats`; members
/// `path,user,role,expires_on,action`; seats `path,user,state,action`. Needs an administrator, and the scope
/// `manage_users` for users or `manage_groups` for the others.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{kind}",
    operation_id = "import_file",
    tag = "imports",
    params(
        ("kind" = String, Path, description = "`users`, `groups`, `members` or `seats`."),
        ("apply" = Option<bool>, Query, description = "Whether to apply it. Default: `false`."),
        ("plan" = Option<String>, Query, description = "With `apply=true`: the `plan` of an earlier answer. The file is applied only if it still does the same."),
    ),
    request_body(content = String, content_type = "text/csv", description = "The file."),
    responses(
        (status = 200, description = "What the file would do, or did.", body = ImportResult),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such kind of file."),
        (status = 409, description = "`conflict`: the file would do something else than `plan` says."),
        (status = 422, description = "`invalid`: lines were refused; `refused` names each."),
    ),
)]
pub async fn import(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    request: Request,
) -> Result<Json<ImportResult>, Problem> {
    let kind = kind(&path)?;
    let who = Administrator::by_api(&caller, kind.scope())?;
    let [apply, plan] = query.at_most(["apply", "plan"])?;
    let mode = match (apply.as_deref(), &plan) {
        (None | Some("false"), None) => Mode::DryRun,
        (Some("true"), None) => Mode::Apply,
        (Some("true"), Some(plan)) => Mode::ApplyPlan(plan),
        (None | Some("false"), Some(_)) => {
            return Err(Problem::new(Code::BadQuery, "A plan is only for apply=true.").at("plan"));
        }
        (Some(_), _) => {
            return Err(Problem::new(Code::BadQuery, "Say apply=true or apply=false.").at("apply"));
        }
    };
    if media_type(request.headers()) != "text/csv" {
        let detail = "Send CSV and say so: \"Content-Type: text/csv\".";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let file = whole_body_up_to(request, MAX_BYTES).await?;
    let report = import_file(&app, &who, kind, &file, mode).await?;
    if report.refused.is_empty() {
        return Ok(Json(report.into()));
    }
    let detail = match report.refused.len() {
        1 => String::from("Nothing was imported: one thing is wrong. `refused` says what."),
        count => format!("Nothing was imported: {count} things are wrong. `refused` has them."),
    };
    Err(Problem::new(Code::Invalid, detail).refusing(report.refused))
}

/// Export a CSV file
///
/// An import reads it without a change. Cells that a spreadsheet would run begin with an apostrophe, which
/// an import takes off again. Needs an administrator, and the scope `manage_users` for users or
/// `manage_groups` for the others.
#[utoipa::path(
    get,
    path = "/api/v1/exports/{kind}",
    operation_id = "export_file",
    tag = "imports",
    params(("kind" = String, Path, description = "`users`, `groups`, `members` or `seats`.")),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv"),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such kind of file."),
    ),
)]
pub async fn export(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Response, Problem> {
    let kind = kind(&path)?;
    let [] = query.exactly([])?;
    let who = Administrator::by_api(&caller, kind.scope())?;
    Ok(csv_download(PeopleExport::new(app, &who, kind), &format!("{}.csv", kind.key())))
}

fn kind(path: &PathParameters) -> Result<ImportKind, Problem> {
    let said = path.get("kind");
    ImportKind::from_key(said).ok_or_else(|| {
        let detail =
            format!("There is no '{}'. Known are users, groups, members and seats.", shortened(said));
        Problem::new(Code::NotFound, detail).at("kind")
    })
}
