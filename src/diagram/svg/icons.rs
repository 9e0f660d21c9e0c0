//! Small drawings that say what a step is and how far, so that colour is never alone in saying it. Each fits 14 by 14.

use crate::diagram::progress::Mark;
use crate::diagram::sketch::Shape;

/// What a step is, drawn in lines.
pub(super) fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Filing => "M8 1H3v12h8V4zM8 1v3h3M5 7h4M5 10h4",
        Shape::Sign => "M2 12l1-3.5L9.5 2 12 4.5 5.5 11zM8 3.5L10.5 6M8 13h5",
        Shape::Work => "M1.500 3.500l1 1 1.700-2M1.500 9.500l1 1 1.700-2M7 4h6M7 10h6",
        Shape::Notice => {
            "M1 7c2-3.500 4-4.500 6-4.500s4 1 6 4.500c-2 3.500-4 4.500-6 4.500S3 10.500 1 7zM7 5.200a1.800 1.800 0 1 0 .01 0z"
        }
        Shape::Wait => "M7 1.200a5.800 5.800 0 1 0 .01 0zM7 3.800V7l2.300 1.500",
        Shape::Start => "M8 2h4v4M12 2L6.500 7.500M10 8.500V12H2V4h3.500",
        Shape::Group => "M2 2h10v10H2zM4.500 5h5M4.500 9h5",
        Shape::Parallel => "M2 2h10M2 12h10M4 2v10M10 2v10",
        Shape::Foreach => "M4 1.500h8.500V10H4zM1.500 4v8.500H10",
        Shape::Aside => "M2 3h4v8h6M9.500 8.500L12 11 9.500 13.500",
    }
}

/// How far a step is, drawn in lines around a circle.
pub(super) fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "M7 1a6 6 0 1 0 .01 0zM4.300 7.200l2 2 3.500-4",
        Mark::Now => "M7 1a6 6 0 1 0 .01 0zM7 4.500a2.500 2.500 0 1 0 .01 0z",
        Mark::ToCome => "M7 1a6 6 0 1 0 .01 0z",
        Mark::Skipped => "M7 1a6 6 0 1 0 .01 0zM4.300 7h5.400",
        Mark::Refused => "M7 1a6 6 0 1 0 .01 0zM4.800 4.800l4.400 4.400M9.200 4.800L4.800 9.200",
        Mark::Void => "M7 1a6 6 0 1 0 .01 0zM3 11L11 3",
    }
}
