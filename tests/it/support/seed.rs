//! The least that a database needs before there can be cases and tasks.

use chrono::{DateTime, TimeDelta, Utc};
use huiqian::directory::{Department, DepartmentCode, Level, PersonId, Role, RoleCode};
use huiqian::storage::cases::{CaseState, NewCase};
use huiqian::storage::keys::{self, Table};
use huiqian::storage::people::NewPerson;
use huiqian::storage::register_entries::EntryRow;
use huiqian::storage::tasks::{Holder, NewTask};
use huiqian::storage::workflows::NewVersion;
use huiqian::storage::{
    Addressee, Connection, Db, StorageError, at_once, cases, departments, directory, people,
    register_entries, roles, tasks, workflows,
};
use serde_json::json;
use ulid::Ulid;

/// What [`seed`] made.
#[derive(Debug, Clone, Copy)]
pub struct Seed {
    /// 李明, an applicant.
    pub li: PersonId,
    /// 王芳, a section head.
    pub wang: PersonId,
    /// The version in force of `data-sharing`.
    pub version: i64,
}

/// Ten in the morning of the first working day of 2026 in Beijing, and some minutes.
pub fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_578_400, 0).expect("an instant") + TimeDelta::minutes(minutes)
}

/// The one department.
pub fn bureau() -> DepartmentCode {
    DepartmentCode("HN-WJW".into())
}

/// Fills the database with a department, two people and a workflow.
pub fn seed(db: &Db) -> Seed {
    db.write(|conn| {
        departments::save(
            conn,
            &Department {
                code: bureau(),
                name: "河南省卫生健康委员会".into(),
                short_name: "省卫健委".into(),
                parent: None,
                region: "410000".into(),
                level: Level::Province,
                authority: None,
                active: true,
            },
        )?;
        let section_head = Role {
            code: RoleCode("section_head".into()),
            title: "处室负责人".into(),
            title_en: "Section head".into(),
            leads: false,
            region: false,
        };
        roles::save(conn, &section_head)?;
        let li = people::save(conn, &person("li.ming", "李明"))?;
        let wang = people::save(conn, &person("wang.fang", "王芳"))?;
        directory::changed(conn)?;
        let version = version(conn, li, wang)?;
        Ok::<_, StorageError>(Seed { li, wang, version })
    })
    .expect("the seed is sown")
}

/// A person of the one department.
pub fn person(login: &str, name: &str) -> NewPerson {
    NewPerson {
        ulid: Ulid::new(),
        login: login.into(),
        name: name.into(),
        email: format!("{login}@example.cn"),
        department: bureau(),
        clearance: 3,
        language: "zh-CN".into(),
        active: true,
        created_at: at(0),
    }
}

fn version(
    conn: &mut Connection,
    by: PersonId,
    confirmed_by: PersonId,
) -> Result<i64, StorageError> {
    let new = NewVersion {
        key: "data-sharing".into(),
        digest: "0".repeat(64),
        title: "政务数据共享申请".into(),
        source: "workflow: data-sharing\n".into(),
        by,
        at: at(0),
    };
    let proposed = workflows::propose(conn, &new)?;
    workflows::confirm(conn, proposed.id, confirmed_by, at(1))?;
    Ok(proposed.id)
}

/// How a case of the seed stands.
pub fn state(seed: Seed, title: &str) -> CaseState {
    CaseState {
        version_id: seed.version,
        status: "open".into(),
        outcome: None,
        end_id: None,
        title: title.into(),
        snapshot: json!({"answers": {"purpose": "查重", "share": 1.5, "count": 3}}),
        level: 2,
        due_at: None,
        awaiting: None,
        updated_at: at(0),
        ended_at: None,
        keep_until: None,
    }
}

/// Adds a case and answers with its key.
pub fn insert(conn: &mut Connection, new: NewCase) -> Result<i64, StorageError> {
    let [mut keys] = keys::draw(conn, [(Table::Cases, 1)])?;
    let id = keys.take()?;
    at_once(conn, |writes| cases::insert(writes, id, new))?;
    Ok(id)
}

/// Files a case of the applicant's.
pub fn file(conn: &mut Connection, seed: Seed, title: &str) -> Result<i64, StorageError> {
    let new = NewCase {
        ulid: Ulid::new(),
        number: None,
        workflow_key: "data-sharing".into(),
        applicant_id: seed.li,
        department: bureau(),
        authority: bureau(),
        submitted_at: at(0),
        state: state(seed, title),
    };
    insert(conn, new)
}

/// Enters a case in the register of grants.
pub fn enter(conn: &mut Connection, case: i64) -> Result<i64, StorageError> {
    let row = EntryRow {
        case_id: case,
        entry: "grants:",
        register: "grants",
        department: &bureau(),
        status: Some("in_force"),
        over: false,
        document: &json!({}),
        departments: [bureau()].into(),
        dates: Vec::new(),
        texts: Vec::new(),
        opened_at: at(0),
        updated_at: at(0),
    };
    register_entries::save(conn, &row)
}

/// Asks for a task in the inboxes of these.
pub fn ask(
    conn: &mut Connection,
    case: i64,
    number: u32,
    of: &[Addressee],
    due_at: Option<DateTime<Utc>>,
) -> Result<i64, StorageError> {
    let new = NewTask {
        ulid: Ulid::new(),
        number,
        stage: "review".into(),
        stage_title: "审核".into(),
        round: 1,
        seat: None,
        asks: "sign".into(),
        holder: Holder {
            person: None,
            post: None,
            inboxes: of.to_vec(),
        },
        due_at,
        law: false,
        level: 1,
        created_at: at(0),
    };
    let [mut keys] = keys::draw(conn, [(Table::Tasks, 1)])?;
    let id = keys.take()?;
    at_once(conn, |writes| tasks::insert(writes, id, case, new))?;
    Ok(id)
}
