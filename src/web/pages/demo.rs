//! The accounts of the demonstration, shown beside the form to log in.

use crate::calendar::day_of;
use crate::services::demo::PASSWORD;
use crate::web::session::Visit;
use crate::web::views::DemoAccount;

use super::words::Names;

/// Everybody's account and their common password, in the demonstration only.
#[must_use]
pub fn accounts(visit: &Visit) -> (Vec<DemoAccount>, String) {
    if !visit.app.catches_mail {
        return (Vec::new(), String::new());
    }
    let directory = match visit.app.directory_now() {
        Ok(directory) => directory,
        Err(error) => {
            // The form to log in is there without the list, too.
            tracing::warn!(%error, "the accounts of the demonstration cannot be listed");
            return (Vec::new(), String::new());
        }
    };
    let names = Names {
        directory: &directory,
        language: visit.language,
    };
    let today = day_of(visit.app.now());
    let mut people: Vec<_> = directory
        .people
        .values()
        .filter(|person| person.active)
        .collect();
    people.sort_by_key(|person| person.id);
    let accounts = people
        .into_iter()
        .map(|person| {
            let posts: Vec<String> = directory
                .posts_of(person.id, today)
                .iter()
                .map(|post| names.post(post))
                .collect();
            DemoAccount {
                login: person.login.clone(),
                name: person.name.clone(),
                about: if posts.is_empty() {
                    names.department(&person.department)
                } else {
                    names.list(&posts)
                },
            }
        })
        .collect();
    (accounts, PASSWORD.to_owned())
}
