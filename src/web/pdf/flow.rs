//! Bands one below the other, on as many pages as they need: rows stay whole where that leaves no great hole, headings stay
//! with what they are over, and what is cut says so on the next page.

use super::marks::{Colour, Look, Mark, Slice, height};

/// A4, in points.
pub const PAGE: (f32, f32) = (595.28, 841.89);
/// Where what is read begins and ends.
pub const TOP: f32 = 56.7;
const BOTTOM: f32 = 841.89 - 54.0;
/// From the left, with room for the holes of a binder.
pub const LEFT: f32 = 62.4;
/// To the right of that.
pub const WIDTH: f32 = 595.28 - LEFT - 51.0;

/// Less room than this at the end of a page is left empty rather than filled with the beginning of a row.
const WORTH: f32 = 72.0;
/// A higher row is cut where it stands; a lower one goes to the next page.
const HIGH: f32 = (BOTTOM - TOP) * 0.5;

/// Columns beside each other: a row of a table, or a paragraph.
#[derive(Debug, Clone, Default)]
pub struct Band {
    /// The columns.
    pub columns: Vec<Column>,
    /// At least so high.
    pub least: f32,
    /// The gap below it.
    pub below: f32,
    /// Whether it stays with the next.
    pub keep: bool,
}

/// A column of a band.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// From the left of what is read.
    pub x: f32,
    /// To the right.
    pub width: f32,
    /// Around what stands in it.
    pub pad: f32,
    /// What stands in it.
    pub slices: Vec<Slice>,
    /// Whether it has a frame.
    pub framed: bool,
    /// What it is filled with.
    pub filled: Option<Colour>,
    /// Whether its content stands halfway down.
    pub middle: bool,
    /// What it says where the band goes on on another page; empty for a column that goes on itself.
    pub again: Vec<Slice>,
    /// Whether it only repeats itself.
    pub told: bool,
}

impl Column {
    fn height(&self) -> f32 {
        height(&self.slices) + 2.0 * self.pad
    }

    /// Takes what fits into so much height, at the last place where it may be cut; all of it where all fits.
    fn take(&mut self, room: f32, at_least_one: bool) -> Vec<Slice> {
        let mut used = 2.0 * self.pad;
        let (mut fits, mut good) = (0, 0);
        for (at, slice) in self.slices.iter().enumerate() {
            used += slice.height;
            if room < used {
                break;
            }
            fits = at + 1;
            if !slice.keep || fits == self.slices.len() {
                good = fits;
            }
        }
        let cut = match (good, fits) {
            (0, 0) if at_least_one => 1.min(self.slices.len()),
            (0, fits) if at_least_one => fits,
            (good, _) => good,
        };
        let rest = self.slices.split_off(cut);
        let taken = std::mem::replace(&mut self.slices, rest);
        if let Some(head) = self.slices.first().and_then(|first| first.head.clone()) {
            self.slices.splice(0..0, head.iter().cloned());
        }
        taken
    }
}

/// The pages.
#[must_use]
pub fn pages(bands: Vec<Band>) -> Vec<Vec<Mark>> {
    let mut flow = Flow {
        pages: vec![Vec::new()],
        y: TOP,
    };
    let needs: Vec<f32> = needs(&bands);
    for (band, needed) in bands.into_iter().zip(needs) {
        if BOTTOM < flow.y + needed && TOP < flow.y {
            flow.turn();
        }
        flow.place(band);
    }
    flow.pages
}

/// What has to fit for a band to begin on a page: itself, or its beginning where it is high, and what it stays with.
fn needs(bands: &[Band]) -> Vec<f32> {
    let mut all = Vec::new();
    let mut after = 0.0;
    for band in bands.iter().rev() {
        let high = band.height();
        let own = if HIGH < high { WORTH } else { high };
        let needed = match band.keep {
            true => own + band.below + after,
            false => own,
        };
        after = needed;
        all.push(needed);
    }
    all.reverse();
    all
}

impl Band {
    /// Takes off what fits into so much height; what stays is what the next page goes on with.
    fn begin(&mut self, room: f32, at_least_one: bool) -> Self {
        let mut part = self.clone();
        (part.least, self.least) = (0.0, 0.0);
        for (here, rest) in part.columns.iter_mut().zip(&mut self.columns) {
            here.slices = rest.take(room, at_least_one);
            if rest.slices.is_empty() && !rest.again.is_empty() {
                rest.slices.clone_from(&rest.again);
                rest.told = true;
            }
        }
        part
    }

    /// So many slices are more than what a page repeats.
    fn content(&self) -> usize {
        let columns = self.columns.iter().filter(|column| !column.told);
        columns.map(|column| column.slices.len()).sum()
    }

    fn height(&self) -> f32 {
        let columns = self.columns.iter().map(Column::height);
        columns.fold(self.least, f32::max)
    }
}

struct Flow {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Flow {
    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn place(&mut self, mut band: Band) {
        while BOTTOM < self.y + band.height() {
            let fresh = self.y <= TOP;
            let whole = band.clone();
            let part = band.begin(BOTTOM - self.y, fresh);
            if part.content() == 0 && !fresh {
                band = whole;
                self.turn();
                continue;
            }
            if fresh && whole.content() <= band.content() {
                // What cannot be cut is higher than a page: it is drawn over the page's end rather than left out.
                band = whole;
                break;
            }
            let high = part.height();
            self.draw(&part, high);
            if band.content() == 0 {
                self.y += high + band.below;
                return;
            }
            self.turn();
        }
        let high = band.height();
        self.draw(&band, high);
        self.y += high + band.below;
    }

    fn draw(&mut self, band: &Band, high: f32) {
        let Some(page) = self.pages.last_mut() else {
            return;
        };
        for column in &band.columns {
            let x = LEFT + column.x;
            let around = |look| Mark::Box {
                x,
                y: self.y,
                width: column.width,
                height: high,
                look,
            };
            page.extend(column.filled.map(|colour| around(Look::Filled(colour))));
            page.extend(column.framed.then(|| around(Look::Lined(0.6))));
            let spare = (high - column.height()).max(0.0);
            let mut down = self.y + column.pad + if column.middle { spare / 2.0 } else { 0.0 };
            for slice in &column.slices {
                let marks = slice.marks.iter();
                page.extend(marks.map(|mark| mark.moved(x + column.pad, down)));
                down += slice.height;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize, keep: bool) -> Vec<Slice> {
        let slice = |at| Slice {
            height: 10.0,
            keep: keep && at + 1 < count,
            marks: vec![Mark::Box {
                x: 0.0,
                y: 0.0,
                width: 1.0,
                height: 1.0,
                look: Look::Dashed,
            }],
            head: None,
        };
        (0..count).map(slice).collect()
    }

    fn band(slices: Vec<Slice>) -> Band {
        Band {
            columns: vec![Column {
                slices,
                ..Column::default()
            }],
            ..Band::default()
        }
    }

    fn counts(bands: Vec<Band>) -> Vec<usize> {
        pages(bands).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_row_that_does_not_fit_goes_whole_to_the_next_page() {
        assert_eq!(
            counts(vec![band(lines(60, false)), band(lines(20, false))]),
            [60, 20]
        );
    }

    #[test]
    fn a_heading_stays_with_what_it_is_over() {
        let heading = Band {
            keep: true,
            ..band(lines(1, false))
        };

        let counts = counts(vec![
            band(lines(70, false)),
            heading,
            band(lines(10, false)),
        ]);

        assert_eq!(counts, [70, 11]);
    }

    #[test]
    fn a_row_higher_than_a_page_is_cut_between_lines_and_all_of_it_is_drawn() {
        for keep in [false, true] {
            let counts = counts(vec![band(lines(5, false)), band(lines(200, keep))]);

            assert_eq!(counts.iter().sum::<usize>(), 205, "{counts:?}");
            assert!(counts.iter().all(|count| *count <= 74), "{counts:?}");
        }
    }

    #[test]
    fn the_headings_of_a_table_begin_each_page_that_goes_on_with_it() {
        let head: std::rc::Rc<[Slice]> = lines(2, false).into();
        let mut slices = head.to_vec();
        slices.extend(lines(100, false).into_iter().map(|slice| Slice {
            head: Some(head.clone()),
            ..slice
        }));

        let counts = counts(vec![band(slices)]);

        assert_eq!(counts.iter().sum::<usize>(), 102 + 2, "{counts:?}");
    }

    #[test]
    fn a_row_that_goes_on_says_again_what_it_is() {
        let mut long = band(lines(100, false));
        long.columns.push(Column {
            slices: lines(1, false),
            again: lines(1, false),
            ..Column::default()
        });

        let counts = counts(vec![long]);

        assert_eq!(counts.iter().sum::<usize>(), 102, "{counts:?}");
        assert_eq!(counts.len(), 2);
    }

    #[test]
    fn what_cannot_be_cut_is_drawn_all_the_same() {
        let mut slices = lines(1, false);
        slices[0].height = 2000.0;

        assert_eq!(counts(vec![band(slices), band(lines(1, false))]), [1, 1]);
    }
}
