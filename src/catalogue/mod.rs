//! The data directory (政务数据目录): resources with their items, and reading them from the usual file, CSV or a workbook, and
//! writing them as one.
//!
//! The file has the columns of 政务信息资源目录, in any order, one line for each data item (数据项):
//!
//! | column | | |
//! |---|---|---|
//! | 信息资源代码 | required | letters, digits and `/ _ . -`; unique |
//! | 信息资源名称 | required | |
//! | 提供方代码 | required | the department's code |
//! | 信息资源摘要 | | |
//! | 共享类型 | required | 1 无条件共享, 2 有条件共享, 3 不予共享 |
//! | 共享条件 | for 2 and 3 | several separated by `；`; for 3 the reason and its legal basis |
//! | 共享方式, 信息资源格式 | | as written |
//! | 更新周期 | | 1 实时, 2 每日, 3 每周, 4 每月, 5 每季度, 6 每半年, 7 每年, 8 不定期, 9 不更新 |
//! | 数据级别 | required | 1 to 4, 5 重要, 6 核心; not below that of any item |
//! | 是否向社会开放 | | 是, 否 (default) |
//! | 涉密属性 | | only 非涉密: this system holds nothing secret |
//! | 数据项代码, 数据项名称 | required | the code is unique within the resource |
//! | 数据项类型, 数据项长度 | | as written |
//! | 数据项级别 | | default: the resource's |
//! | 是否个人信息, 是否敏感个人信息 | | 是, 否 (default) |
//! | 数据项共享类型, 数据项共享条件 | | default: the resource's |
//!
//! The columns of the resource are written on its first line; on the lines below they are left blank or repeated
//! unchanged. Other columns of the official template are accepted and not kept; unknown ones are refused, because a
//! misspelt name would lose what stands below it. A text is UTF-8, with or without byte order mark; of a workbook the first
//! sheet is read. What [`lines`] writes can be read again.

mod csv_file;
mod difference;
mod row;
mod sheet;
mod values;
mod words;
mod written;

pub use csv_file::{Fault, from_bytes, from_csv};
pub use difference::{Difference, between};
pub use values::{from_values, values};
pub use written::{heads, lines};

use serde::{Deserialize, Serialize};

use crate::directory::DepartmentCode;

/// The sharing class (共享属性), from the freest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// 无条件共享
    Unconditional,
    /// 有条件共享
    Conditional,
    /// 不予共享
    None,
}

impl Sharing {
    /// Every class, from the freest to the strictest.
    pub const ALL: [Self; 3] = [Self::Unconditional, Self::Conditional, Self::None];

    /// The word that workflows compare with.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional => "conditional",
            Self::None => "none",
        }
    }

    /// The class of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// Whether a spreadsheet would take a cell of a text file for a formula.
#[must_use]
pub fn looks_like_a_formula(cell: &str) -> bool {
    let first = cell.trim_start_matches(' ').chars().next();
    matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    )
}

/// A resource of the data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its code, unique in the directory.
    pub code: String,
    /// Its name: 人口基础信息.
    pub title: String,
    /// Who provides it.
    pub provider: DepartmentCode,
    /// What it holds.
    pub summary: String,
    /// Its sharing class.
    pub sharing: Sharing,
    /// Conditions of use; for what is not shared, the reason and its legal basis.
    pub conditions: Vec<String>,
    /// How it is shared, as written.
    pub method: String,
    /// How often it is updated: 每日.
    pub cycle: String,
    /// Its format, as written: 库表, 接口.
    pub format: String,
    /// Its level: 1–4, 5 重要, 6 核心.
    pub level: u8,
    /// Whether it is open to the public.
    pub open: bool,
    /// Its items, one at least.
    pub items: Vec<Item>,
}

/// A data item (数据项) of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its code, unique in the resource.
    pub code: String,
    /// Its name: 公民身份号码.
    pub title: String,
    /// Its type, as written: 字符型.
    pub kind: String,
    /// Its length, as written.
    pub length: String,
    /// Its level, not above the resource's.
    pub level: u8,
    /// Whether it is personal information.
    pub personal: bool,
    /// Whether it is sensitive personal information.
    pub sensitive: bool,
    /// Its sharing class.
    pub sharing: Sharing,
    /// Its conditions of use.
    pub conditions: Vec<String>,
}
