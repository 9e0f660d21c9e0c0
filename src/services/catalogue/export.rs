//! The data directory as a file in the columns that an import reads.

use std::fs::File;
use std::sync::Arc;

use super::each;
use crate::catalogue;
use crate::services::export::{Format, Table};
use crate::services::{App, Error, Viewer};
use crate::storage::catalogue::Search;

/// Writes the resources that fit into a file that has no name, and goes back to its beginning.
pub fn export(
    app: &Arc<App>,
    viewer: &Viewer,
    wanted: &Search,
    format: Format,
) -> Result<File, Error> {
    let directory = &viewer.directory;
    let heads = catalogue::heads().into_iter().map(str::to_owned);
    let heads: Vec<String> = heads.collect();
    let mut resources = 0u64;
    let file = app.db.read(|conn| {
        let mut table = Table::new(format, &heads)?;
        each(conn, wanted, |resource| {
            resources += 1;
            let provider = directory.department(&resource.provider);
            let name = provider.map_or("", |department| &department.name);
            let lines = catalogue::lines(&resource, name);
            lines.iter().try_for_each(|line| table.row(line))
        })?;
        table.end()
    })?;
    tracing::info!(
        by = viewer.person.id.0,
        resources,
        ?format,
        "the directory is taken out"
    );
    Ok(file)
}
