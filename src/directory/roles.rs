//! The roles that the shipped workflows and rules know, from `roles.csv`.

use super::{Role, RoleCode};

/// The three administrators (三员), who exclude one another and every business role.
const ADMINISTRATORS: [&str; 3] = ["sysadmin", "secadmin", "auditadmin"];

/// The standard roles, in the order in which pages list them.
#[must_use]
pub fn standard_roles() -> Vec<Role> {
    // The file is part of the program, and a test reads every line of it.
    include_str!("roles.csv")
        .lines()
        .skip(1)
        .filter_map(role)
        .collect()
}

/// Whether `role` is one of the three administrators, who hold no other role and see no case.
#[must_use]
pub fn is_administrator(role: &RoleCode) -> bool {
    ADMINISTRATORS.contains(&role.0.as_str())
}

fn role(line: &str) -> Option<Role> {
    let mut columns = line.split(',');
    let mut text = || columns.next().map(str::to_owned);
    Some(Role {
        code: RoleCode(text()?),
        title: text()?,
        title_en: text()?,
        leads: text()?.parse().ok()?,
        region: text()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_file_is_a_role_of_its_own() {
        let lines = include_str!("roles.csv").lines().count() - 1;
        let roles = standard_roles();
        let codes: BTreeSet<_> = roles.iter().map(|role| &role.code).collect();

        assert_eq!(roles.len(), lines);
        assert_eq!(codes.len(), lines);
    }

    #[test]
    fn leaders_lead_and_section_heads_do_not() {
        let leading: Vec<_> = standard_roles()
            .into_iter()
            .filter(|role| role.leads)
            .map(|role| role.code.0)
            .collect();

        assert_eq!(
            leading,
            [
                "share_office_head",
                "dept_leader",
                "dept_cdo",
                "authority_leader",
                "government_leader"
            ]
        );
    }

    #[test]
    fn the_three_administrators_are_standard_roles() {
        let found = standard_roles()
            .iter()
            .filter(|role| is_administrator(&role.code))
            .count();

        assert_eq!(found, ADMINISTRATORS.len());
    }
}
