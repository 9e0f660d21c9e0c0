//! 审批表, from what its page shows.

use super::columns::Item;
use super::flow::Band;
use super::lines::Side;
use super::setter::Setter;
use super::{Paper, Told};
use crate::web::views::{Part, SheetBox, SheetView};

/// A box for opinions is at least so high.
const BOX: f32 = 64.0;

impl Paper for SheetView {
    fn told(&self) -> Told<'_> {
        Told {
            heading: &self.heading,
            number: &self.number,
            office: &self.office,
        }
    }

    fn bands(&self, setter: &Setter<'_>) -> Vec<Band> {
        let mut all = setter.heading(&self.office, &self.number, &self.heading);
        for part in &self.parts {
            match part {
                Part::Section(section) => all.extend(setter.section(section)),
                Part::Branch(branch) => all.push(setter.title(&branch.title, &branch.state)),
                Part::Stage(stage) => all.push(opinions(setter, stage)),
            }
        }
        if let Some(last) = all.last_mut() {
            last.below = 10.0;
        }
        all.push(setter.foot(&self.record));
        all
    }
}

fn opinions(setter: &Setter<'_>, stage: &SheetBox) -> Band {
    let mut items: Vec<Item> = Vec::new();
    for signed in &stage.opinions {
        items.extend(setter.signed(signed));
    }
    for whom in &stage.awaited {
        let words = setter.say("print.awaited", &[("whom", whom)]);
        items.push(setter.waiting(words, Side::Right));
    }
    if stage.blank {
        items.push(setter.waiting(setter.say("print.blank", &[]), Side::Left));
        items.push(setter.waiting(setter.say("print.date", &[]), Side::Right));
    }
    items.extend(setter.law(&stage.law));
    items.extend(stage.seal.then(|| setter.seal()));
    setter.beside(&stage.title, &items, BOX)
}
