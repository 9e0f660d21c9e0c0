//! What is shipped holds: every definition in `workflows/` passes the lint.

use huiqian::workflow::{self, Surroundings};

#[test]
fn every_shipped_workflow_passes_the_lint_without_errors() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of workflows") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if !name.ends_with(".yaml") || name.ends_with(".test.yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");
        let result = workflow::read(&name, &text, &Surroundings::standard());
        let shown: Vec<String> = result
            .findings
            .iter()
            .map(|finding| finding.show(&text))
            .collect();
        println!("{}", shown.join("\n"));
        assert!(result.workflow.is_some(), "{name} has errors");
        checked += 1;
    }
    assert!(0 < checked, "no workflow was found");
}
