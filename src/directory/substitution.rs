//! Who acts for the holder of a post for some days (代理). It goes no further: whoever stands in names nobody in turn.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{DepartmentCode, Directory, PersonId, Post};

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
            !directory
                .holders(&post, today)
                .contains(&PersonId(2)),
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
}
