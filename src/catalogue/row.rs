//! One line of the catalogue file: its cells by column, and what they say about a resource and an item.

use std::collections::HashMap;

use super::csv_file::Fault;
use super::words::{self, Read, said};
use super::{Item, Resource, Sharing};
use crate::directory::DepartmentCode;
use crate::workflow::Text;

/// The columns that describe the resource.
pub(super) const OF_RESOURCE: [&str; 12] = [
    "信息资源代码",
    "信息资源名称",
    "提供方代码",
    "信息资源摘要",
    "共享类型",
    "共享条件",
    "共享方式",
    "更新周期",
    "信息资源格式",
    "数据级别",
    "是否向社会开放",
    "涉密属性",
];

/// The columns that describe the item.
pub(super) const OF_ITEM: [&str; 9] = [
    "数据项代码",
    "数据项名称",
    "数据项类型",
    "数据项长度",
    "数据项级别",
    "是否个人信息",
    "是否敏感个人信息",
    "数据项共享类型",
    "数据项共享条件",
];

/// The columns that every file must have.
pub(super) const REQUIRED: [&str; 7] = [
    "信息资源代码",
    "信息资源名称",
    "提供方代码",
    "共享类型",
    "数据级别",
    "数据项代码",
    "数据项名称",
];

/// Further columns of the official template, which are not kept.
pub(super) const NOT_KEPT: [&str; 16] = [
    "信息资源分类1",
    "信息资源分类2",
    "信息资源分类3",
    "信息资源分类4",
    "信息资源提供方",
    "发布日期",
    "开放类型",
    "开放条件",
    "管理方式",
    "所属系统名称",
    "权属关系",
    "在线资源链接地址",
    "关联资源代码",
    "信息资源生成方式",
    "责任部门",
    "备注",
];

/// A line: its number and its cells by column, trimmed.
pub(super) struct Row {
    pub line: u64,
    pub cells: HashMap<&'static str, String>,
}

/// Reads cells and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub row: &'a Row,
    pub faults: &'a mut Vec<Fault>,
}

impl Row {
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub fn says_nothing_of(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.cell(column).is_empty())
    }

    pub fn fault(&self, column: &'static str, message: Text) -> Fault {
        Fault {
            line: self.line,
            column,
            message,
        }
    }
}

impl Reader<'_> {
    /// The resource that this line begins, without items.
    pub fn resource(&mut self) -> Resource {
        let sharing = self.required("共享类型", words::sharing);
        let conditions = self.optional("共享条件", words::conditions);
        if let Some(sharing) = sharing {
            self.conditions_fit("共享条件", sharing, conditions.as_deref());
        }
        self.optional("涉密属性", words::not_secret);
        Resource {
            code: self.text("信息资源代码", words::code),
            title: self.text("信息资源名称", |text| words::line(text, 128)),
            provider: DepartmentCode(self.text("提供方代码", words::code)),
            summary: self.free("信息资源摘要", |text| words::prose(text, 1000)),
            sharing: sharing.unwrap_or(Sharing::None),
            conditions: conditions.unwrap_or_default(),
            method: self.free("共享方式", |text| words::line(text, 40)),
            cycle: self.free("更新周期", words::cycle),
            format: self.free("信息资源格式", |text| words::line(text, 40)),
            level: self.required("数据级别", words::level).unwrap_or(6),
            open: self.optional("是否向社会开放", words::truth) == Some(true),
            items: Vec::new(),
        }
    }

    /// The item on this line of `resource`.
    pub fn item(&mut self, resource: &Resource) -> Item {
        let level = self.optional("数据项级别", words::level);
        if let Some(level) = level.filter(|level| resource.level < *level) {
            let of = resource.level;
            let message = said(
                format!(
                    "数据项级别 {level} 高于资源的数据级别 {of}；资源的级别就高确定，请把资源的级别改为 {level}"
                ),
                format!(
                    "the item's level {level} is above the resource's {of}; a resource has the highest level of its items: make it {level}"
                ),
            );
            self.faults.push(self.row.fault("数据项级别", message));
        }
        let personal = self.optional("是否个人信息", words::truth) == Some(true);
        let sensitive = self.optional("是否敏感个人信息", words::truth) == Some(true);
        if sensitive && !personal {
            let message = said(
                "敏感个人信息也是个人信息，请把“是否个人信息”写为“是”",
                "sensitive personal information is personal information: write 是 under 是否个人信息",
            );
            self.faults.push(self.row.fault("是否个人信息", message));
        }
        let (sharing, conditions) = self.item_sharing(resource);
        Item {
            code: self.text("数据项代码", words::code),
            title: self.text("数据项名称", |text| words::line(text, 128)),
            kind: self.free("数据项类型", |text| words::line(text, 20)),
            length: self.free("数据项长度", |text| words::line(text, 20)),
            level: level.unwrap_or(resource.level),
            personal,
            sensitive,
            sharing,
            conditions,
        }
    }

    fn item_sharing(&mut self, resource: &Resource) -> (Sharing, Vec<String>) {
        let own = self.optional("数据项共享类型", words::sharing);
        let conditions = self.optional("数据项共享条件", words::conditions);
        let sharing = own.unwrap_or(resource.sharing);
        let inherited = sharing == resource.sharing && conditions.is_none();
        if inherited {
            return (sharing, resource.conditions.clone());
        }
        self.conditions_fit("数据项共享条件", sharing, conditions.as_deref());
        (sharing, conditions.unwrap_or_default())
    }

    fn conditions_fit(
        &mut self,
        column: &'static str,
        sharing: Sharing,
        conditions: Option<&[String]>,
    ) {
        let empty = conditions.is_none_or(<[String]>::is_empty);
        let message = match (sharing, empty) {
            (Sharing::Unconditional, false) => said(
                "无条件共享的不写条件；要有条件的，请把共享类型改为有条件共享",
                "what is shared unconditionally has no conditions; make the class 有条件共享 (conditional)",
            ),
            (Sharing::Conditional, true) => said(
                "有条件共享的要写明共享范围和使用用途（《政务数据共享条例》第十五条）",
                "what is shared conditionally states scope and purpose (《政务数据共享条例》第十五条)",
            ),
            (Sharing::None, true) => said(
                "不予共享的要写明理由和所依据的法律、行政法规或者国务院决定（《政务数据共享条例》第十五条）",
                "what is not shared states the reason and the law, regulation or decision it rests on (《政务数据共享条例》第十五条)",
            ),
            _ => return,
        };
        // A cell that could not be read was answered already.
        if !self
            .faults
            .iter()
            .any(|fault| fault.line == self.row.line && fault.column == column)
        {
            self.faults.push(self.row.fault(column, message));
        }
    }

    fn required<T>(&mut self, column: &'static str, read: impl Fn(&str) -> Read<T>) -> Option<T> {
        if self.row.cell(column).is_empty() {
            let message = said("是空的，必须填写", "it is empty and must be filled in");
            self.faults.push(self.row.fault(column, message));
            return None;
        }
        self.optional(column, read)
    }

    fn optional<T>(&mut self, column: &'static str, read: impl Fn(&str) -> Read<T>) -> Option<T> {
        let cell = self.row.cell(column);
        if cell.is_empty() {
            return None;
        }
        match read(cell) {
            Ok(value) => Some(value),
            Err(message) => {
                self.faults.push(self.row.fault(column, message));
                None
            }
        }
    }

    /// A required text; what is missing was answered, and nothing is imported then.
    fn text(&mut self, column: &'static str, read: impl Fn(&str) -> Read<String>) -> String {
        self.required(column, read).unwrap_or_default()
    }

    fn free(&mut self, column: &'static str, read: impl Fn(&str) -> Read<String>) -> String {
        self.optional(column, read).unwrap_or_default()
    }
}
