//! Who stands above whom: authorities, parents, the body of a region, and the nearest authority above two departments.

use std::collections::{BTreeSet, VecDeque};

use chrono::NaiveDate;

use super::{Department, DepartmentCode, Directory, Post, RoleCode};

impl Directory {
    /// The 主管部门 of a department; an authority is its own.
    #[must_use]
    pub fn authority_of(&self, code: &DepartmentCode) -> Option<DepartmentCode> {
        let department = self.department(code)?;
        Some(department.authority.as_ref().unwrap_or(code).clone())
    }

    /// The department above in the tree.
    #[must_use]
    pub fn parent_of(&self, code: &DepartmentCode) -> Option<DepartmentCode> {
        self.department(code)?.parent.clone()
    }

    /// The one active department of `region` that holds `role`: of those with a holder on `day`, or if there is none,
    /// of those where the post was ever given. `None` if it is not exactly one.
    #[must_use]
    pub fn region_body(
        &self,
        role: &RoleCode,
        region: &str,
        day: NaiveDate,
    ) -> Option<DepartmentCode> {
        let bodies: Vec<&Post> = self
            .departments
            .values()
            .filter(|department| department.active && department.region == region)
            .filter_map(|department| self.given(role, department))
            .collect();
        let held: Vec<&Post> = bodies
            .iter()
            .copied()
            .filter(|post| !self.holders(post, day).is_empty())
            .collect();
        match (held.as_slice(), bodies.as_slice()) {
            ([one], _) | ([], [one]) => Some(one.department.clone()),
            _ => None,
        }
    }

    /// The nearest authority above both departments; on the same level of one region that is their own.
    #[must_use]
    pub fn common(&self, a: &DepartmentCode, b: &DepartmentCode) -> Option<DepartmentCode> {
        let above_b = self.authorities_above(b);
        self.authorities_above(a)
            .into_iter()
            .find(|authority| above_b.contains(authority))
    }

    /// The authorities over a department, nearest first: its own, then those of whatever stands above it.
    fn authorities_above(&self, code: &DepartmentCode) -> Vec<DepartmentCode> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = VecDeque::from([code.clone()]);
        while let Some(current) = next.pop_front() {
            if !seen.insert(current.clone()) {
                continue;
            }
            let Some(authority) = self.authority_of(&current) else {
                continue;
            };
            next.extend(self.parent_of(&authority));
            next.extend(self.parent_of(&current));
            next.push_back(authority.clone());
            if !found.contains(&authority) {
                found.push(authority);
            }
        }
        found
    }

    fn given(&self, role: &RoleCode, department: &Department) -> Option<&Post> {
        let post = Post {
            role: role.clone(),
            department: department.code.clone(),
        };
        self.holdings.get_key_value(&post).map(|(post, _)| post)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lookup::testing::*;
    use super::super::{Holding, Level};
    use super::*;

    /// A province, two cities with an authority each, and a county under the first.
    fn three_levels() -> Directory {
        let mut zhengzhou = department("zz-authority", "410100", Level::City, None);
        zhengzhou.parent = Some(code("authority"));
        let mut luoyang = department("ly-authority", "410300", Level::City, None);
        luoyang.parent = Some(code("authority"));
        let mut county = department("county-authority", "410122", Level::County, None);
        county.parent = Some(code("zz-authority"));
        let departments = vec![
            department("authority", "410000", Level::Province, None),
            department("health", "410000", Level::Province, Some("authority")),
            department("police", "410000", Level::Province, Some("authority")),
            zhengzhou,
            department("zz-health", "410100", Level::City, Some("zz-authority")),
            luoyang,
            department("ly-police", "410300", Level::City, Some("ly-authority")),
            county,
            department(
                "county-school",
                "410122",
                Level::County,
                Some("county-authority"),
            ),
        ];
        Directory::new(1, departments, [], [], [])
    }

    #[test]
    fn the_common_authority_is_the_nearest_above_both() {
        let directory = three_levels();
        for (a, b, common) in [
            ("health", "police", "authority"),
            ("zz-health", "zz-health", "zz-authority"),
            ("zz-health", "ly-police", "authority"),
            ("county-school", "zz-health", "zz-authority"),
            ("county-school", "ly-police", "authority"),
            ("county-school", "police", "authority"),
            ("zz-authority", "zz-health", "zz-authority"),
        ] {
            assert_eq!(
                directory.common(&code(a), &code(b)),
                Some(code(common)),
                "{a}, {b}"
            );
            assert_eq!(
                directory.common(&code(b), &code(a)),
                Some(code(common)),
                "{b}, {a}"
            );
        }
        assert_eq!(directory.common(&code("police"), &code("nowhere")), None);
    }

    #[test]
    fn a_loop_in_the_tree_ends_the_search() {
        let mut a = department("a", "410000", Level::Province, None);
        a.parent = Some(code("b"));
        let mut b = department("b", "410000", Level::Province, None);
        b.parent = Some(code("a"));
        let c = department("c", "410000", Level::Province, None);
        let directory = Directory::new(1, [a, b, c], [], [], []);

        assert_eq!(directory.common(&code("a"), &code("c")), None);
    }

    #[test]
    fn the_body_of_a_region_is_the_one_that_holds_the_role() {
        let day = "2026-03-01".parse().expect("a date");
        let cac = RoleCode("cac".to_owned());
        let body = |holdings: Vec<(Post, Holding)>| {
            directory(vec![person(1, "wang"), person(2, "li")], holdings)
                .region_body(&cac, "410000", day)
        };
        let mut former = held(2, "cac@health");
        former.1.until = Some("2020-01-01".parse().expect("a date"));

        assert_eq!(body(vec![]), None);
        assert_eq!(body(vec![held(1, "cac@police")]), Some(code("police")));
        assert_eq!(
            body(vec![held(1, "cac@police"), former.clone()]),
            Some(code("police")),
            "a current holder goes before a former one"
        );
        assert_eq!(body(vec![former]), Some(code("health")));
        assert_eq!(
            body(vec![held(1, "cac@police"), held(2, "cac@health")]),
            None,
            "two are not one"
        );
    }
}
