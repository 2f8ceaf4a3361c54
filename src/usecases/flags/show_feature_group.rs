//! Shows a feature group to administrators: its members, and the flags that use it.

use super::{
    list_feature_groups::{NamedBy, Naming},
    set_feature_group::check_group_name,
    show_flag::{NAMED, NamedActors, named, suggestions},
};
use crate::{
    domain::flags::Target,
    usecases::{App, Caller, FlagReader, UseCaseError, What},
};

#[derive(Clone, Debug)]
pub struct FeatureGroupView {
    pub name: String,
    /// The members on this page.
    pub members: NamedActors,
    /// The number of members on all pages.
    pub count: usize,
    /// Whether there is another page.
    pub more: bool,
    pub named_by: Vec<NamedBy>,
    /// Actors to suggest in the form.
    pub suggestions: Vec<Target>,
}

/// `page` starts at 1.
///
/// # Errors
/// [`UseCaseError::NeedsAdministrator`], or [`UseCaseError::NotFound`] when there is no such group.
pub async fn show_feature_group(
    app: &App,
    caller: &Caller,
    name: &str,
    page: usize,
) -> Result<FeatureGroupView, UseCaseError> {
    const PAGE: UseCaseError = UseCaseError::NotFound(What::Page);

    FlagReader::administrator(caller)?;
    check_group_name(name).map_err(|_| PAGE)?;
    let mut uow = app.storage.read().await?;
    let all = uow.feature_groups().find(name).await?.ok_or(PAGE)?.members;
    let mut pages = all.chunks(NAMED).skip(page.saturating_sub(1));
    let here = pages.next().unwrap_or_default();
    Ok(FeatureGroupView {
        name: name.to_owned(),
        count: all.len(),
        more: pages.next().is_some(),
        members: named(&mut uow, here).await?,
        named_by: Naming::read(&mut uow).await?.of(name),
        suggestions: suggestions(&mut uow, app.now()).await?,
    })
}
