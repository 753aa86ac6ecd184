//! Where a back end answers otherwise than AWS. A case that stands here and succeeds all the same fails the test, as does
//! one that fails in another way than is said here.

mod ministack;
mod moto;

/// All that are known, by back end. DynamoDB Local has none: it is Amazon's own.
pub(crate) fn all() -> impl Iterator<Item = &'static Deviation> {
    moto::DEVIATIONS.iter().chain(ministack::DEVIATIONS)
}

/// One case that a back end does not keep.
#[derive(Debug)]
pub(crate) struct Deviation {
    /// The back end.
    pub(crate) back_end: &'static str,
    /// `suite::case`.
    pub(crate) case: &'static str,
    /// What the back end does.
    pub(crate) does: &'static str,
    /// A part of what the case says when it fails by this, and by nothing else.
    pub(crate) shows: &'static str,
    /// Whether it shows each time. What is a matter of who comes first may also go well, in whatever way it goes wrong.
    pub(crate) always: bool,
    /// What AWS does.
    pub(crate) right: &'static str,
    /// Where AWS says so.
    pub(crate) source: &'static str,
}

impl Deviation {
    /// Whether it is of this case at this back end.
    pub(crate) fn is_of(&self, back_end: &str, suite: &str, case: &str) -> bool {
        self.back_end == back_end && self.case.split_once("::") == Some((suite, case))
    }
}

#[test]
fn a_deviation_is_of_a_case_and_has_its_reason() {
    use crate::elsewhere::{BACK_ENDS, SUITES};
    for (position, known) in all().enumerate() {
        let (suite, case) = known.case.split_once("::").expect("suite::case");
        let served = BACK_ENDS.iter().any(|(name, suites)| *name == known.back_end && suites.contains(&suite));
        assert!(served, "{} does not serve {suite}", known.back_end);
        let (_, cases) = SUITES.iter().find(|(name, _)| *name == suite).expect("a suite");
        assert!(cases.iter().any(|it| it.name == case), "there is no case {}", known.case);
        let twice = all().take(position).any(|other| other.is_of(known.back_end, suite, case));
        assert!(!twice, "{} stands twice for {}", known.case, known.back_end);
        assert!(![known.does, known.right].contains(&""), "{} says too little", known.case);
        assert_eq!(known.shows.is_empty(), !known.always, "{}: what shows each time is known by something", known.case);
        assert!(known.source.starts_with("https://docs.aws.amazon.com/"), "{}: {}", known.case, known.source);
    }
}
