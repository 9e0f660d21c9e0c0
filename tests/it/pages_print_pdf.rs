//! Papers as PDF: what their page says is in them and can be read out again, and what a server without a font says.

use serde_json::json;

use crate::pages_print::{DESTROYING, record_hash};
use crate::support::joint::{asked, filed, replied};
use crate::support::visitor::Site;

/// The words of a PDF without its line breaks, and the number of its pages.
fn read(pdf: &[u8]) -> (String, usize) {
    let document = lopdf::Document::load_mem(pdf).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = document.extract_text(&pages).expect("readable letters");
    (text.split_whitespace().collect(), pages.len())
}

#[test]
fn the_file_says_what_the_page_says() {
    let site = Site::open();
    let case = replied(&site.office);
    let visitor = site.visitor("li.wenjing");
    let page = visitor.get(&format!("/c/{case}/print"));
    let href = format!("/c/{case}/print.pdf");
    assert!(page.has(&format!(".pbar a[href='{href}']")));

    let pdf = visitor.file(&href);

    let (words, pages) = read(&pdf);
    for told in [
        "河南省行政审批政务信息局",
        "多部门答复审批表",
        "联答〔2026〕1号",
        "河南省卫生健康委员会",
        "李文静",
        "2026年3月2日09:00",
        "联合核验人口信息",
        "提供部门办理：省公安厅",
        "同意提供核验接口",
        "张慧敏（河南省卫生健康委员会科室负责人）",
        "（盖章处）",
        &*record_hash(&site.office, case),
        &*format!("第1页，共{pages}页"),
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(
        pdf.len() < 300_000,
        "only the letters that are used: {}",
        pdf.len()
    );
    let metadata = String::from_utf8_lossy(&pdf);
    assert!(metadata.contains("pdfaid:part>2<"), "for archives");
}

#[test]
fn a_reader_of_english_gets_it_beside_the_chinese() {
    let site = Site::open();
    let case = replied(&site.office);

    let pdf = site
        .visitor("li.wenjing")
        .file(&format!("/c/{case}/print.pdf?lang=en"));

    let (words, _) = read(&pdf);
    for told in ["科室审核Check", "标题Subject", "Page1of"] {
        assert!(words.contains(told), "{told}: {words}");
    }
}

#[test]
fn a_department_gets_nothing_of_the_other_branches_and_a_stranger_nothing() {
    let site = Site::open();
    let case = asked(&site.office);
    let address = format!("/c/{case}/print.pdf");

    let (words, _) = read(&site.visitor("yang.xuemei").file(&address));

    assert!(
        words.contains("省民政厅") && !words.contains("郑国强"),
        "{words}"
    );
    assert_eq!(site.visitor("lv.sihan").get(&address).status, 404);
    assert_eq!(site.stranger().get(&address).status, 303);
}

#[test]
fn a_long_list_goes_over_pages_and_its_headings_with_it() {
    let site = Site::open();
    let key = site.office.publish(DESTROYING);
    let name = "第一机房报废服务器硬盘，含业务库全量备份（加密卷）与历次增量，已经逐件登记";
    let items: Vec<_> = (1..=120)
        .map(|number| json!({"name": format!("{number}号{name}"), "medium": "disk"}))
        .collect();
    let request = json!({"items": items, "method": "shred"});
    let case = site.office.file_by(&key, request).expect("filed");
    site.office.does(case, "zhang.huimin", "approve");
    let visitor = site.visitor("li.wenjing");

    for paper in ["print.pdf", "print/destruction-list.pdf"] {
        let (words, pages) = read(&visitor.file(&format!("/c/{case}/{paper}")));

        assert!(3 < pages, "{paper}: {pages}");
        for number in 1..=120 {
            let told = format!("{number}号第一机房");
            assert!(words.contains(&told), "{paper} {told}: {words}");
        }
        let heads = words.matches("名称载体").count();
        assert!(pages - 1 <= heads, "{paper}: {heads} of {pages}");
        assert!(words.contains(&format!("第{pages}页，共{pages}页")));
    }
    assert_eq!(
        visitor.get(&format!("/c/{case}/print/nothing.pdf")).status,
        404
    );
}

#[test]
fn without_a_font_the_page_says_what_to_do_and_can_still_be_printed() {
    let site = Site::with(|settings| {
        settings.pdf_font = Some("/nowhere/song.ttc".into());
    });
    let case = filed(&site.office);
    let visitor = site.visitor("li.wenjing");

    let page = visitor.get(&format!("/c/{case}/print"));

    let words = page.text(".pbar");
    for told in ["/nowhere/song.ttc", "HUIQIAN_PDF_FONT", "打印不受影响"] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(!page.has(".pbar a[href$='.pdf']") && page.has(".pbar [data-print]"));
    let file = visitor.get(&format!("/c/{case}/print.pdf"));
    assert_eq!(file.status, 303);
    assert_eq!(file.header("location"), Some(format!("/c/{case}/print")));
}
