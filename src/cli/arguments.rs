//! What can be typed, with the words of `--help`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "huiqian",
    version,
    about = "会签：政务数据审批 · Approvals for government data",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(super) struct Arguments {
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "配置文件，默认 ./huiqian.toml（如有） · Settings file"
    )]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    #[command(about = "立即启动一个带演示数据的系统 · A demonstration, ready at once")]
    Demo(Demo),
    #[command(about = "启动服务器，同时处理定时与邮件 · The server, with its jobs")]
    Serve(Serve),
    #[command(about = "只处理定时与邮件 · The jobs alone")]
    Work,
    #[command(about = "把数据库更新到本程序的版本 · Bring the database up to date")]
    Migrate {
        #[arg(
            long,
            value_name = "ROLE",
            help = "给服务器所用的 PostgreSQL 角色授权，该角色不能改动记录 · Rights for the server's role, which cannot change the log"
        )]
        grant: Option<String>,
    },
    #[command(
        subcommand,
        about = "流程定义：检查、发布、确认 · Workflow definitions"
    )]
    Workflow(Workflow),
    #[command(subcommand, about = "工作日历 · Working-day calendars")]
    Calendar(Calendar),
    #[command(subcommand, about = "部门、人员、岗位 · Departments, people, posts")]
    Directory(Directory),
    #[command(subcommand, about = "政务数据目录 · The data catalogue")]
    Catalogue(Catalogue),
    #[command(subcommand, about = "人员账号 · Accounts")]
    Person(Person),
    #[command(subcommand, about = "接口令牌 · API tokens")]
    Token(Token),
    #[command(subcommand, about = "核对记录 · Check the records")]
    Audit(Audit),
    #[command(
        about = "备份数据库和附件，服务器不用停 · Back up database and attachments while the server runs"
    )]
    Backup {
        #[arg(
            value_name = "DIR",
            help = "备份到哪个文件夹，须为空或者不存在 · A new folder"
        )]
        folder: PathBuf,
    },
    #[command(
        about = "把备份恢复到空的数据库和附件文件夹 · Restore into an empty database and folder"
    )]
    Restore {
        #[arg(value_name = "DIR", help = "备份所在的文件夹 · The backup")]
        folder: PathBuf,
    },
    #[command(
        subcommand,
        about = "恢复备份之后暂停的邮件和系统通知 · Mails and webhooks, paused after a restore"
    )]
    Outbox(Outbox),
}

#[derive(Clone, Copy, Subcommand)]
pub(super) enum Outbox {
    #[command(about = "是否暂停，有多少在等待 · Whether it is paused, and how much waits")]
    Show,
    #[command(about = "继续发送 · Let it go on")]
    Resume,
}

#[derive(Args)]
pub(super) struct Demo {
    #[arg(
        long,
        default_value_t = 8080,
        help = "端口，0 为任选 · Port; 0 takes any"
    )]
    pub port: u16,
    #[arg(
        long,
        value_name = "DIR",
        default_value = "huiqian-demo",
        help = "存放演示数据的文件夹 · Where the demonstration keeps its data"
    )]
    pub data: PathBuf,
}

#[derive(Args)]
pub(super) struct Serve {
    #[arg(
        long,
        help = "不处理定时与邮件，由 huiqian work 处理 · Leave the jobs to `work`"
    )]
    pub no_jobs: bool,
}

#[derive(Subcommand)]
pub(super) enum Workflow {
    #[command(about = "检查流程定义，有错误时退出码为 1 · Lint; 1 when there are errors")]
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long, value_enum, default_value_t = Format::Text, help = "输出格式 · Output")]
        format: Format,
    },
    #[command(about = "流程定义的 JSON Schema，供编辑器补全和检查 · The JSON Schema for editors")]
    Schema,
    #[command(about = "画流程图，输出到标准输出 · Draw a definition, on stdout")]
    Diagram {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, value_enum, default_value_t = Picture::Svg, help = "输出格式 · Output")]
        format: Picture,
        #[arg(
            long,
            default_value_t = 960,
            help = "SVG 的宽度（像素） · Width of the SVG",
            value_parser = clap::value_parser!(u16).range(240..=4000)
        )]
        width: u16,
        #[arg(long, help = "SVG 从左到右排 · From left to right instead of down")]
        across: bool,
        #[arg(long, help = "英文 · In English")]
        english: bool,
    },
    #[command(
        about = "运行流程旁边的测试（*.test.yaml），不通过时退出码为 1 · Play the tests beside definitions"
    )]
    Test {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(
            long,
            value_name = "N",
            value_parser = clap::value_parser!(u8).range(0..=100),
            help = "覆盖低于百分之 N 也算不通过 · Fail below N percent of coverage"
        )]
        min: Option<u8>,
    },
    #[command(
        about = "在纸上走一件事项，或者模拟许多件（--cases） · Walk a case on paper, or run many"
    )]
    Simulate(Simulate),
    #[command(about = "提交新版本，由第二人确认后生效 · Propose a new version")]
    Publish {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(
            long,
            value_name = "LOGIN",
            help = "谁提交（流程管理员） · Who proposes"
        )]
        by: String,
    },
    #[command(about = "确认待生效的版本 · Put a proposed version in force")]
    Confirm {
        #[arg(help = "流程的 key，如 data-sharing · The workflow's key")]
        key: String,
        #[arg(
            long,
            value_name = "LOGIN",
            help = "谁确认（另一名流程管理员） · Who confirms"
        )]
        by: String,
        #[arg(
            long,
            help = "知道有规定不再约束它 · Though policies do not bind it any more"
        )]
        unbound: bool,
    },
    #[command(about = "撤回待确认的版本 · Give up a proposed version")]
    Withdraw {
        #[arg(help = "流程的 key · The workflow's key")]
        key: String,
        #[arg(
            long,
            value_name = "LOGIN",
            help = "谁撤回（流程管理员） · Who gives it up"
        )]
        by: String,
    },
    #[command(about = "列出各版本：谁在何时提交、确认，有多少在办事项 · List the versions")]
    Versions {
        #[arg(help = "流程的 key · The workflow's key")]
        key: String,
    },
    #[command(
        about = "两个版本有什么不同，默认比较正在使用的与待确认的 · What differs between two versions"
    )]
    Diff {
        #[arg(help = "流程的 key · The workflow's key")]
        key: String,
        #[arg(requires = "to", help = "原版本号，如 3 · The older version")]
        from: Option<u32>,
        #[arg(help = "新版本号，如 4 · The newer version")]
        to: Option<u32>,
    },
    #[command(
        about = "按环节对照表把在办事项迁移到正在使用的版本 · Move running cases to the version in force"
    )]
    Migrate {
        #[arg(help = "流程的 key · The workflow's key")]
        key: String,
        #[arg(
            long,
            value_name = "FILE",
            help = "环节对照表（YAML：from、to、stages） · The stage map"
        )]
        map: PathBuf,
        #[arg(
            long,
            help = "只试算：哪些能迁移，哪些不能，为什么 · Only say what would move, and what not"
        )]
        dry_run: bool,
        #[arg(
            long,
            value_name = "LOGIN",
            help = "谁迁移（流程管理员） · Who moves them"
        )]
        by: String,
        #[arg(
            long,
            value_name = "TEXT",
            required_unless_present = "dry_run",
            help = "理由，记入每件事项的办件记录 · The reason, kept with every case"
        )]
        reason: Option<String>,
    },
}

#[derive(Args)]
pub(super) struct Simulate {
    #[arg(value_name = "FILE", help = "流程定义 · The definition")]
    pub file: PathBuf,
    #[arg(long, value_name = "FILE", help = "申请的内容（YAML） · The request")]
    pub answers: PathBuf,
    #[arg(long, help = "每个环节都立即办理 · Everybody answers at once")]
    pub at_once: bool,
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        help = "模拟 N 件 · Run N cases"
    )]
    pub cases: Option<u32>,
    #[arg(
        long,
        value_name = "FILE",
        requires = "cases",
        help = "各环节用时和结果的估计（YAML） · Estimates"
    )]
    pub estimates: Option<PathBuf>,
    #[arg(
        long,
        requires = "cases",
        help = "用数据库里已办任务的用时 · Durations found in the database"
    )]
    pub from_database: bool,
    #[arg(
        long,
        value_name = "N",
        requires = "cases",
        value_parser = clap::value_parser!(u32).range(1..=10_000),
        help = "每个工作日来 N 件，默认同时来 · Arrivals on a working day"
    )]
    pub per_day: Option<u32>,
    #[arg(
        long,
        default_value_t = 1,
        requires = "cases",
        help = "随机数的种子 · Seed of the random numbers"
    )]
    pub seed: u64,
    #[arg(long, value_enum, default_value_t = Format::Text, help = "输出格式 · Output")]
    pub format: Format,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// How a definition is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Picture {
    Svg,
    Mermaid,
    Bpmn,
    Text,
}

#[derive(Subcommand)]
pub(super) enum Calendar {
    #[command(about = "某日之后第 N 个工作日 · A date plus N working days")]
    Add {
        #[arg(help = "日期，如 2026-02-10 · A date", value_parser = date)]
        date: NaiveDate,
        #[arg(
            value_name = "N",
            help = "工作日数 · Working days",
            value_parser = clap::value_parser!(u32).range(0..=1_000_000)
        )]
        days: u32,
        #[arg(long, default_value = "cn-gov", help = "日历 · Which calendar")]
        calendar: String,
    },
    #[command(about = "导入节假日（CSV：date,kind,name） · Import holidays")]
    Import {
        file: PathBuf,
        #[arg(long, default_value = "cn-gov", help = "日历 · Which calendar")]
        calendar: String,
    },
}

fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| "请写成 2026-02-10 的样子 · write it as 2026-02-10".to_owned())
}

#[derive(Subcommand)]
pub(super) enum Directory {
    #[command(about = "导入部门、人员和岗位（YAML），可重复 · Import; may be repeated")]
    Import { file: PathBuf },
}

#[derive(Subcommand)]
pub(super) enum Catalogue {
    #[command(about = "导入政务数据目录（CSV 或 .xlsx），可重复 · Import; may be repeated")]
    Import { file: PathBuf },
}

#[derive(Subcommand)]
pub(super) enum Person {
    #[command(about = "添加人员，密码从标准输入读取 · Add a person; the password comes on stdin")]
    Add(AddPerson),
    #[command(about = "设置密码，密码从标准输入读取 · Set a password, from stdin")]
    Password {
        login: String,
        #[arg(
            long,
            value_name = "FILE",
            help = "从文件读取密码 · Read it from a file"
        )]
        password_file: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(super) struct AddPerson {
    #[arg(help = "登录名 · Login")]
    pub login: String,
    #[arg(long, help = "姓名 · Name")]
    pub name: String,
    #[arg(long, help = "邮箱 · Mail address")]
    pub email: String,
    #[arg(long, value_name = "CODE", help = "部门代码 · Department")]
    pub department: String,
    #[arg(long, default_value_t = 1, help = "可接触的数据级别 1–6 · Clearance")]
    pub clearance: u8,
    #[arg(
        long = "post",
        value_name = "ROLE@DEPARTMENT",
        value_parser = post,
        help = "岗位，可多次，如 sysadmin@hn-data · A post; may be repeated"
    )]
    pub posts: Vec<(String, String)>,
    #[arg(
        long,
        value_name = "FILE",
        help = "从文件读取密码 · Read the password from a file"
    )]
    pub password_file: Option<PathBuf>,
}

fn post(text: &str) -> Result<(String, String), String> {
    match text.split_once('@') {
        Some((role, department)) if !role.is_empty() && !department.is_empty() => {
            Ok((role.to_owned(), department.to_owned()))
        }
        _ => Err("请写成 sysadmin@hn-data 的样子 · write it as sysadmin@hn-data".to_owned()),
    }
}

#[derive(Subcommand)]
pub(super) enum Token {
    #[command(about = "生成接口令牌，只显示一次 · An API token, shown once")]
    Create {
        login: String,
        #[arg(
            long,
            default_value = "cli",
            help = "名称，便于识别 · A name to know it by"
        )]
        name: String,
        #[arg(
            long,
            default_value_t = 90,
            help = "有效天数 · Days until it expires",
            value_parser = clap::value_parser!(u32).range(1..=3650)
        )]
        days: u32,
    },
    #[command(about = "列出某人的接口令牌 · Somebody's API tokens")]
    List { login: String },
    #[command(about = "吊销接口令牌，立即失效 · Take tokens back, at once")]
    Revoke {
        login: String,
        #[arg(
            required_unless_present = "all",
            conflicts_with = "all",
            help = "令牌的标识，见 token list · Its mark, as token list tells it"
        )]
        mark: Option<String>,
        #[arg(long, help = "吊销此人的全部令牌 · All of them")]
        all: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum Audit {
    #[command(
        about = "核对哈希链、快照和日志，有问题时退出码为 1 · Check chains, snapshots and the log"
    )]
    Verify {
        #[arg(
            long,
            value_name = "NUMBER",
            conflicts_with_all = ["against", "export", "proof"],
            help = "只核对这件事项（编号或者 ID） · This case only"
        )]
        case: Option<String>,
        #[arg(
            long,
            value_name = "FILE",
            help = "与写在数据库之外的检查点比对 · Against checkpoints kept outside the database"
        )]
        against: Option<PathBuf>,
        #[arg(
            long,
            value_name = "FILE",
            help = "核对导出的文件，不用数据库 · An export instead of the database"
        )]
        export: Option<PathBuf>,
        #[arg(
            long,
            value_name = "FILE",
            conflicts_with = "export",
            help = "核对一条记录的证明，不用数据库 · A proof instead of the database"
        )]
        proof: Option<PathBuf>,
        #[arg(
            long = "key",
            value_name = "KEY",
            help = "检查点的公钥，可以多次给出 · Public keys of checkpoints"
        )]
        keys: Vec<String>,
    },
    #[command(
        about = "证明一条记录在日志里，输出 JSON · Prove that an event is in the log, as JSON"
    )]
    Prove {
        #[arg(
            value_name = "EVENT",
            help = "事项编号或 ID、#、第几条，如 豫数共申〔2026〕0137号#4 · Case and place, as 01J…#4"
        )]
        event: String,
    },
    #[command(about = "导出全部记录（JSON Lines）到标准输出 · All events, as JSON Lines on stdout")]
    Export,
    #[command(about = "检查点的公钥 · The public key of checkpoints")]
    Key,
}
