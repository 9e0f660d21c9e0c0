//! Naming a substitute (代理): for one post or all, from day to day, by its holder or whoever administers the department; and
//! ending it early. Each row says who did it and when.

use std::sync::Arc;

use chrono::NaiveDate;
use ulid::Ulid;

use super::cases::{By, Done, once};
use super::mail::{self, Beside};
use super::{App, Error, Viewer};
use crate::calendar::day_of;
use crate::directory::{Directory, PersonId, Post, Substitution, Unfit, is_administrator};
use crate::storage::substitutes::StoredSubstitution;
use crate::storage::{self, Connection, substitutes};

/// So many are shown at most, the newest first.
const MOST_SHOWN: i64 = 200;

/// Who is to act for whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The login of who is away; whoever asks, without.
    pub holder: Option<String>,
    /// The post; all that the holder has on the first day, without.
    pub post: Option<Post>,
    /// The login of who acts for them.
    pub substitute: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// Where a substitution stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds.
    Current,
    /// Its first day has not come.
    Coming,
    /// Its last day is over.
    Past,
    /// Somebody ended it.
    Ended,
}

impl State {
    /// The word in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Coming => "coming",
            Self::Past => "past",
            Self::Ended => "ended",
        }
    }

    /// Where this one stands on a day.
    #[must_use]
    pub fn of(stored: &StoredSubstitution, today: NaiveDate) -> Self {
        let (from, until) = (stored.substitution.from, stored.substitution.until);
        match stored.ended {
            Some(_) => Self::Ended,
            None if until < today => Self::Past,
            None if today < from => Self::Coming,
            None => Self::Current,
        }
    }

    /// Whether there is something to end.
    #[must_use]
    pub fn lasts(self) -> bool {
        matches!(self, Self::Current | Self::Coming)
    }
}

/// Names a substitute. For all posts it is all of them or none.
pub fn name(app: &Arc<App>, by: &By, naming: Naming) -> Result<Vec<StoredSubstitution>, Error> {
    let (shared, asked) = (Arc::clone(app), by.clone());
    let done = once(app, by, move |conn| name_in(&shared, conn, &asked, &naming))?;
    app.db.read(move |conn| named_with(conn, done.ulid))
}

fn name_in(app: &App, conn: &mut Connection, by: &By, naming: &Naming) -> Result<Done, Error> {
    // First of all: two at once wait for each other here, and the second sees what the first has named.
    storage::directory::changed(conn)?;
    // Not the one that everybody shares: what is named here may yet be refused, and its revision with it.
    let directory = Arc::new(storage::directory::load(conn)?);
    let (now, today) = (app.now(), day_of(app.now()));
    let viewer = Viewer::of(&directory, by.person, now).ok_or(Error::Unauthenticated)?;
    let holder = match &naming.holder {
        None => by.person,
        Some(login) => holder(&directory, login)?,
    };
    let substitute = directory.by_login(naming.substitute.trim());
    let substitute = substitute.ok_or(Unfit::Unavailable)?.id;
    let mut first = None;
    for post in posts(&directory, holder, naming) {
        if !may_change(&viewer, holder, &post) {
            return Err(Error::Forbidden("substitute"));
        }
        // An administrator gives nobody's right to themselves.
        if by.person != holder && by.person == substitute {
            return Err(Unfit::Oneself.into());
        }
        let substitution = Substitution {
            post,
            holder,
            substitute,
            from: naming.from,
            until: naming.until,
        };
        directory.may_substitute(&substitution, today)?;
        let new = StoredSubstitution {
            ulid: Ulid::new(),
            substitution,
            named_by: by.person,
            named_at: now,
            ended: None,
        };
        substitutes::insert(conn, &new)?;
        tracing::info!(
            post = %new.substitution.post,
            holder = holder.0,
            substitute = substitute.0,
            by = by.person.0,
            "a substitute is named"
        );
        first.get_or_insert(new.ulid);
    }
    let first = first.ok_or(Unfit::NotHeld)?;
    mail::tell(app, conn, substitute, &Beside::SubstituteNamed(first))?;
    Ok(Done {
        case_id: None,
        ulid: first,
        revision: 1,
        repeated: false,
    })
}

/// The posts that are meant; an administrator's is not among all.
fn posts(directory: &Directory, holder: PersonId, naming: &Naming) -> Vec<Post> {
    match &naming.post {
        Some(post) => vec![post.clone()],
        None => {
            let mut held = directory.posts_of(holder, naming.from);
            held.retain(|post| !is_administrator(&post.role));
            held
        }
    }
}

fn holder(directory: &Directory, login: &str) -> Result<PersonId, Error> {
    let found = directory.by_login(login.trim());
    Ok(found.ok_or(Unfit::NotHeld)?.id)
}

/// What was named together with this one.
pub(super) fn named_with(
    conn: &mut Connection,
    ulid: Ulid,
) -> Result<Vec<StoredSubstitution>, Error> {
    let one = substitutes::get(conn, ulid)?.ok_or(Error::NotFound)?;
    let mut all = substitutes::newest(conn, Some(one.substitution.holder), MOST_SHOWN)?;
    all.retain(|other| (other.named_by, other.named_at) == (one.named_by, one.named_at));
    all.reverse();
    Ok(all)
}

/// Ends a substitution from now on: by its holder, by whoever acts for them, or by an administrator. One that has ended stays
/// as it is.
pub fn end(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<StoredSubstitution, Error> {
    let (shared, person) = (Arc::clone(app), by.person);
    app.db.write(move |conn| {
        let directory = shared.directory(conn)?;
        let now = shared.now();
        let viewer = Viewer::of(&directory, person, now).ok_or(Error::Unauthenticated)?;
        let stored = substitutes::get(conn, ulid)?
            .filter(|stored| may_see(&viewer, stored))
            .ok_or(Error::NotFound)?;
        if State::of(&stored, day_of(now)).lasts() && substitutes::end(conn, ulid, person, now)? {
            storage::directory::changed(conn)?;
            // Who ends it themselves knows.
            let substitute = stored.substitution.substitute;
            if person != substitute {
                mail::tell(&shared, conn, substitute, &Beside::SubstituteEnded(ulid))?;
            }
            tracing::info!(substitution = %ulid, by = person.0, "a substitution is ended");
        }
        substitutes::get(conn, ulid)?.ok_or(Error::NotFound)
    })
}

/// The substitutions that the reader may see, the newest first: their own on either side, and those that they may set.
pub fn visible(app: &Arc<App>, viewer: &Viewer) -> Result<Vec<StoredSubstitution>, Error> {
    let viewer = viewer.clone();
    app.db.read(move |conn| {
        let of = match administers(&viewer) {
            true => None,
            false => Some(viewer.person.id),
        };
        let mut all = substitutes::newest(conn, of, MOST_SHOWN)?;
        all.retain(|stored| may_see(&viewer, stored));
        Ok::<_, Error>(all)
    })
}

/// Whether somebody may set substitutes for others at all.
#[must_use]
pub fn administers(viewer: &Viewer) -> bool {
    viewer.holds("sysadmin") || viewer.holds("workflow_admin")
}

/// Whether somebody may name a substitute for the holder of a post: the holder, the system administrator, and the workflow
/// administrator of the department or of its authority.
#[must_use]
pub fn may_change(viewer: &Viewer, holder: PersonId, post: &Post) -> bool {
    let authority = viewer.directory.authority_of(&post.department);
    let over = |mine: &Post| {
        mine.role.0 == "workflow_admin"
            && (mine.department == post.department || Some(&mine.department) == authority.as_ref())
    };
    viewer.person.id == holder || viewer.holds("sysadmin") || viewer.posts.iter().any(over)
}

fn may_see(viewer: &Viewer, stored: &StoredSubstitution) -> bool {
    let substitution = &stored.substitution;
    viewer.person.id == substitution.substitute
        || may_change(viewer, substitution.holder, &substitution.post)
}
