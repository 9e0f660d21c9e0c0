//! Who acts for the holder of a post for some days (代理). It goes no further: whoever stands in names nobody in turn.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{DepartmentCode, Directory, Person, PersonId, Post, is_administrator};

/// Somebody acts for the holder of a post, from one day to another (both included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// The post.
    pub post: Post,
    /// Who holds it.
    pub holder: PersonId,
    /// Who acts for them.
    pub substitute: PersonId,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Substitution {
    /// Whether it holds on `day`.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }

    /// Whether there is a day on which both hold.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

/// Why a substitution cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    Backwards,
    /// The first day is over.
    #[error("the first day is over")]
    Past,
    /// It would last longer than [`MOST_DAYS`].
    #[error("it would last longer than {MOST_DAYS} days")]
    TooLong,
    /// The post is not the holder's on the first day.
    #[error("the post is not the holder's on the first day")]
    NotHeld,
    /// Nobody acts for an administrator.
    #[error("nobody acts for an administrator")]
    Administrator,
    /// Nobody acts for themselves.
    #[error("nobody acts for themselves")]
    Oneself,
    /// Whoever was named does not take part, or administers the system.
    #[error("whoever was named cannot act for anybody")]
    Unavailable,
    /// Whoever was named belongs to another department, and holds no post there.
    #[error("whoever was named belongs to another department")]
    OtherDepartment,
    /// Somebody acts for the holder in these days already.
    #[error("somebody acts for the holder in these days already")]
    Overlaps,
    /// Whoever was named has somebody act for them in these days.
    #[error("whoever was named is away in these days")]
    Away,
    /// The holder acts for somebody else in these days, and names nobody in turn.
    #[error("the holder acts for somebody else in these days")]
    StandsIn,
}

impl Unfit {
    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Backwards => "substitute-backwards",
            Self::Past => "substitute-past",
            Self::TooLong => "substitute-too-long",
            Self::NotHeld => "substitute-not-held",
            Self::Administrator => "substitute-administrator",
            Self::Oneself => "substitute-oneself",
            Self::Unavailable => "substitute-unavailable",
            Self::OtherDepartment => "substitute-department",
            Self::Overlaps => "substitute-overlaps",
            Self::Away => "substitute-away",
            Self::StandsIn => "substitute-stands-in",
        }
    }

    /// What of the substitution is to blame: its `from`, `until`, `post` or `substitute`.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Past | Self::Overlaps | Self::StandsIn => "from",
            Self::Backwards | Self::TooLong => "until",
            Self::NotHeld | Self::Administrator => "post",
            Self::Oneself | Self::Unavailable | Self::OtherDepartment | Self::Away => "substitute",
        }
    }
}

/// The most days of a substitution: who is away for longer gives the post up.
pub const MOST_DAYS: i64 = 366;

/// Somebody who acts for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandIn {
    /// Who acts.
    pub substitute: PersonId,
    /// For whom.
    pub holder: PersonId,
}

impl Directory {
    /// The same directory with these substitutions.
    #[must_use]
    pub fn with_substitutions(
        mut self,
        substitutions: impl IntoIterator<Item = Substitution>,
    ) -> Self {
        self.substitutions = substitutions.into_iter().collect();
        self
    }

    /// Who acts for the holders of a post on a day. A holder who has left, or lost the post, has nobody act for them.
    #[must_use]
    pub fn stand_ins(&self, post: &Post, day: NaiveDate) -> BTreeSet<StandIn> {
        let of_post = self.in_force(day).filter(|one| one.post == *post);
        of_post.map(stand_in).collect()
    }

    /// Who acts on a day for those who lead a department.
    #[must_use]
    pub fn stand_ins_of_leaders(
        &self,
        department: &DepartmentCode,
        day: NaiveDate,
    ) -> BTreeSet<StandIn> {
        let leading = self.in_force(day).filter(|one| {
            let role = self.role(&one.post.role);
            one.post.department == *department && role.is_some_and(|role| role.leads)
        });
        leading.map(stand_in).collect()
    }

    /// The posts on which `person` acts for somebody on a day, with whom.
    #[must_use]
    pub fn stands_in(&self, person: PersonId, day: NaiveDate) -> Vec<(Post, PersonId)> {
        let mut posts: Vec<(Post, PersonId)> = self
            .in_force(day)
            .filter(|one| one.substitute == person)
            .map(|one| (one.post.clone(), one.holder))
            .collect();
        posts.sort();
        posts.dedup();
        posts
    }

    /// Whether a substitution may be added to those that there are.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn may_substitute(&self, new: &Substitution, today: NaiveDate) -> Result<(), Unfit> {
        let span = (new.until - new.from).num_days();
        let checks = [
            (span < 0, Unfit::Backwards),
            (new.from < today, Unfit::Past),
            (MOST_DAYS <= span, Unfit::TooLong),
            (is_administrator(&new.post.role), Unfit::Administrator),
            (!self.holds(new.holder, &new.post, new.from), Unfit::NotHeld),
            (new.holder == new.substitute, Unfit::Oneself),
            (!self.can_act(new.substitute, new.from), Unfit::Unavailable),
            (!self.belongs(new.substitute, new), Unfit::OtherDepartment),
        ];
        if let Some((_, why)) = checks.into_iter().find(|(fails, _)| *fails) {
            return Err(why);
        }
        let same_days = self.substitutions.iter().filter(|one| one.overlaps(new));
        for one in same_days {
            if (one.holder, &one.post) == (new.holder, &new.post) {
                return Err(Unfit::Overlaps);
            }
            if one.holder == new.substitute {
                return Err(Unfit::Away);
            }
            if one.substitute == new.holder {
                return Err(Unfit::StandsIn);
            }
        }
        Ok(())
    }

    /// Everybody who could be named for a post on a day, but its holder.
    #[must_use]
    pub fn possible_substitutes(
        &self,
        (holder, post): (PersonId, &Post),
        day: NaiveDate,
    ) -> Vec<&Person> {
        let fits = |person: &&Person| {
            person.id != holder
                && self.can_act(person.id, day)
                && self.is_of(person.id, &post.department, day)
        };
        let mut fitting: Vec<&Person> = self.people.values().filter(fits).collect();
        fitting.sort_by_key(|person| person.id);
        fitting
    }

    /// Takes part, and does not administer the system: administrators see no case.
    fn can_act(&self, person: PersonId, day: NaiveDate) -> bool {
        let posts = self.posts_of(person, day);
        self.person(person).is_some_and(|person| person.active)
            && !posts.iter().any(|post| is_administrator(&post.role))
    }

    fn belongs(&self, person: PersonId, to: &Substitution) -> bool {
        self.is_of(person, &to.post.department, to.from)
    }

    fn is_of(&self, person: PersonId, department: &DepartmentCode, day: NaiveDate) -> bool {
        let posts = self.posts_of(person, day);
        self.person(person)
            .is_some_and(|person| person.department == *department)
            || posts.iter().any(|post| post.department == *department)
    }

    fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = &Substitution> {
        self.substitutions.iter().filter(move |one| {
            let active = |person| self.person(person).is_some_and(|person| person.active);
            one.covers(day) && self.holds(one.holder, &one.post, day) && active(one.substitute)
        })
    }
}

fn stand_in(substitution: &Substitution) -> StandIn {
    StandIn {
        substitute: substitution.substitute,
        holder: substitution.holder,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lookup::testing::*;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    /// `li` acts for `wang`, a leader of the police, for the first ten days of March.
    fn wang_is_away(people: Vec<super::super::Person>) -> Directory {
        let substitution = Substitution {
            post: post("share_office_head@police"),
            holder: PersonId(1),
            substitute: PersonId(2),
            from: day("2026-03-01"),
            until: day("2026-03-10"),
        };
        directory(people, vec![held(1, "share_office_head@police")])
            .with_substitutions([substitution])
    }

    fn both() -> Vec<super::super::Person> {
        vec![person(1, "wang"), person(2, "li")]
    }

    #[test]
    fn a_substitute_stands_in_from_the_first_to_the_last_day() {
        let directory = wang_is_away(both());
        let post = post("share_office_head@police");
        for (on, stands_in) in [
            ("2026-02-28", false),
            ("2026-03-01", true),
            ("2026-03-10", true),
            ("2026-03-11", false),
        ] {
            let count = usize::from(stands_in);
            assert_eq!(directory.stand_ins(&post, day(on)).len(), count, "{on}");
            let leaders = directory.stand_ins_of_leaders(&code("police"), day(on));
            assert_eq!(leaders.len(), count, "{on}");
            let for_whom = directory.stands_in(PersonId(2), day(on));
            assert_eq!(for_whom.len(), count, "{on}");
        }
        let today = day("2026-03-02");
        assert!(
            !directory.holders(&post, today).contains(&PersonId(2)),
            "nobody comes to hold a post by it"
        );
        assert!(
            directory
                .stand_ins_of_leaders(&code("health"), today)
                .is_empty()
        );
    }

    #[test]
    fn it_takes_two_who_are_there_and_a_post_that_is_held() {
        let today = day("2026-03-02");
        let post = post("share_office_head@police");
        for gone in [0, 1] {
            let mut people = both();
            people[gone].active = false;
            let directory = wang_is_away(people);
            assert!(directory.stand_ins(&post, today).is_empty(), "{gone}");
        }
        let mut without_post = wang_is_away(both());
        without_post.holdings.clear();
        assert!(without_post.stand_ins(&post, today).is_empty());
    }

    #[test]
    fn a_substitute_is_of_the_department_and_there_and_names_nobody_in_turn() {
        let others = |id, login: &str, department: &str| Person {
            department: code(department),
            ..person(id, login)
        };
        let people = vec![
            others(1, "wang", "police"),
            others(2, "li", "police"),
            others(3, "zhao", "police"),
            others(4, "sun", "health"),
            others(5, "sys", "police"),
        ];
        let posts = vec![
            held(1, "share_office_head@police"),
            held(2, "section_head@police"),
            held(3, "section_head@police"),
            held(5, "sysadmin@police"),
        ];
        let one = |holder, name: &str, substitute, from, until| Substitution {
            post: post(name),
            holder: PersonId(holder),
            substitute: PersonId(substitute),
            from: day(from),
            until: day(until),
        };
        let (head, section) = ("share_office_head@police", "section_head@police");
        let known = one(1, head, 2, "2026-03-01", "2026-03-10");
        let directory = directory(people, posts).with_substitutions([known]);
        let today = day("2026-02-27");
        for (new, expected) in [
            (one(1, head, 2, "2026-03-11", "2026-03-20"), Ok(())),
            (
                one(1, head, 3, "2026-03-20", "2026-03-19"),
                Err(Unfit::Backwards),
            ),
            (
                one(1, head, 3, "2026-02-26", "2026-02-28"),
                Err(Unfit::Past),
            ),
            (
                one(1, head, 3, "2026-04-01", "2027-04-02"),
                Err(Unfit::TooLong),
            ),
            (
                one(1, section, 3, "2026-04-01", "2026-04-02"),
                Err(Unfit::NotHeld),
            ),
            (
                one(5, "sysadmin@police", 3, "2026-04-01", "2026-04-02"),
                Err(Unfit::Administrator),
            ),
            (
                one(1, head, 1, "2026-04-01", "2026-04-02"),
                Err(Unfit::Oneself),
            ),
            (
                one(1, head, 5, "2026-04-01", "2026-04-02"),
                Err(Unfit::Unavailable),
            ),
            (
                one(1, head, 9, "2026-04-01", "2026-04-02"),
                Err(Unfit::Unavailable),
            ),
            (
                one(1, head, 4, "2026-04-01", "2026-04-02"),
                Err(Unfit::OtherDepartment),
            ),
            (
                one(1, head, 3, "2026-03-10", "2026-03-12"),
                Err(Unfit::Overlaps),
            ),
            (
                one(3, section, 1, "2026-03-10", "2026-03-12"),
                Err(Unfit::Away),
            ),
            (
                one(2, section, 3, "2026-03-10", "2026-03-12"),
                Err(Unfit::StandsIn),
            ),
        ] {
            assert_eq!(directory.may_substitute(&new, today), expected, "{new:?}");
        }
    }
}
