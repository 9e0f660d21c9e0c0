//! The page of measurements holds what the benches wrote, and each of them.

/// The parts that benches write: their names with what stands in them.
fn parts(page: &str) -> Vec<(&str, &str)> {
    let rest = page.split("<!-- measured: ").skip(1);
    rest.map(|part| {
        let (name, rest) = part.split_once(" -->").expect("the end of a mark");
        let (said, _) = rest.split_once("<!-- end -->").expect("the end of a part");
        (name, said.trim())
    })
    .collect()
}

#[test]
fn every_table_of_measurements_was_written_by_the_bench_that_it_names() {
    let page = include_str!("../../docs/benchmarks.md");
    let cargo = include_str!("../../Cargo.toml");
    let benches: Vec<&str> = cargo
        .split("[[bench]]")
        .skip(1)
        .filter_map(|part| part.split('"').nth(1))
        .collect();
    let parts = parts(page);

    for bench in &benches {
        let told = parts
            .iter()
            .any(|(name, _)| name.split(' ').next() == Some(*bench));
        assert!(told, "nothing was measured by `{bench}`");
    }
    for (name, said) in parts {
        let bench = name.split(' ').next().expect("a word");
        assert!(benches.contains(&bench), "there is no bench `{bench}`");
        let (command, tables) = said.split_once("\n\n").unwrap_or((said, ""));
        let starts = format!("`cargo bench --bench {bench} -- ");
        assert!(command.starts_with(&starts), "{name}: {command}");
        let recorded = command.contains("--record") && command.ends_with("processors:");
        assert!(recorded, "{name}: {command}");
        let rows = tables.lines().filter(|line| line.starts_with("| ")).count();
        assert!(2 <= rows, "{name}: no table");
    }
}
