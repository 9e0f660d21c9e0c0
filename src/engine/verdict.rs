//! What a sign rule makes of a round's signatures. Pure, total and monotone: decided as soon as no open vote can change it.

use crate::workflow::{Id, Share, Sign, Vote};

/// How one ballot was cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// Not yet.
    Open,
    /// For; the number says in which order the ballots came.
    Yes(u32),
    /// Against.
    No(u32),
    /// Neither.
    Abstained,
}

/// One ballot of a round; a task that was removed has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// The seat's name.
    pub seat: Option<Id>,
    /// How it was cast.
    pub cast: Cast,
    /// Whether it must agree besides, outside of what the rule counts: a signer added before or after another.
    pub beside: bool,
}

/// What the rule makes of the ballots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Not decided yet.
    Open,
    /// 通过
    Passed,
    /// 不通过
    Refused,
    /// No quorum or a tie.
    Undecided,
}

/// How many ballots with a part of their own (`must`, `veto`, `casting`) are tried in every combination. With more of
/// them still open the vote simply stays open until fewer are left.
const SPECIAL: usize = 8;

/// The verdict. `counted` says that the deadline of a vote with `until: due` has come; who must agree besides and has not
/// by then, has not agreed.
#[must_use]
pub fn verdict(sign: &Sign, ballots: &[Ballot], counted: bool) -> Verdict {
    let beside = || ballots.iter().filter(|ballot| ballot.beside);
    if beside().any(|ballot| matches!(ballot.cast, Cast::No(_) | Cast::Abstained)) {
        return Verdict::Refused;
    }
    let share = verdict_of_share(sign, ballots, counted);
    let awaited = beside().any(|ballot| ballot.cast == Cast::Open);
    match share {
        Verdict::Passed | Verdict::Undecided if awaited && is_over(sign, counted) => {
            Verdict::Refused
        }
        Verdict::Passed | Verdict::Undecided if awaited => Verdict::Open,
        share => share,
    }
}

/// What the rule makes of the ballots that it counts, whatever those besides say.
#[must_use]
pub fn verdict_of_share(sign: &Sign, ballots: &[Ballot], counted: bool) -> Verdict {
    let counting: Vec<Ballot> = ballots
        .iter()
        .filter(|ballot| !ballot.beside)
        .cloned()
        .collect();
    match sign {
        Sign::Any => first_decides(&counting),
        Sign::All | Sign::Sequence => all_must(&counting),
        Sign::Vote(vote) => vote_of(vote, &counting, counted),
    }
}

/// Whether a vote is counted whoever has not voted.
fn is_over(sign: &Sign, counted: bool) -> bool {
    counted && matches!(sign, Sign::Vote(_))
}

fn first_decides(ballots: &[Ballot]) -> Verdict {
    let first = ballots.iter().filter_map(|ballot| match ballot.cast {
        Cast::Yes(order) => Some((order, Verdict::Passed)),
        Cast::No(order) => Some((order, Verdict::Refused)),
        Cast::Open | Cast::Abstained => None,
    });
    match first.min() {
        Some((_, verdict)) => verdict,
        None if ballots.iter().any(|ballot| ballot.cast == Cast::Open) => Verdict::Open,
        None => Verdict::Undecided,
    }
}

fn all_must(ballots: &[Ballot]) -> Verdict {
    if ballots
        .iter()
        .any(|ballot| matches!(ballot.cast, Cast::No(_) | Cast::Abstained))
    {
        return Verdict::Refused;
    }
    match ballots.iter().any(|ballot| ballot.cast == Cast::Open) {
        true => Verdict::Open,
        false if ballots.is_empty() => Verdict::Undecided,
        false => Verdict::Passed,
    }
}

fn vote_of(vote: &Vote, ballots: &[Ballot], counted: bool) -> Verdict {
    let open: Vec<usize> = (0..ballots.len())
        .filter(|&index| ballots[index].cast == Cast::Open)
        .collect();
    if open.is_empty() || counted {
        return count(vote, &Tally::of(vote, ballots));
    }
    if vote.until_due {
        return Verdict::Open;
    }
    let (special, plain): (Vec<usize>, Vec<usize>) = open
        .iter()
        .partition(|&&index| vote.has_part(ballots[index].seat.as_deref()));
    if special.len() > SPECIAL {
        return Verdict::Open;
    }
    unanimous(vote, ballots, &special, plain.len())
}

/// The verdict that every completion of the open ballots gives, or `Open` when they differ.
fn unanimous(vote: &Vote, ballots: &[Ballot], special: &[usize], plain: usize) -> Verdict {
    let ways = if vote.abstain { 3_usize } else { 2 };
    let mut filled = ballots.to_vec();
    let mut found = None;
    for combination in 0..ways.pow(special.len() as u32) {
        let mut rest = combination;
        for &index in special {
            filled[index].cast = [Cast::Yes(0), Cast::No(0), Cast::Abstained][rest % ways];
            rest /= ways;
        }
        let fixed = Tally::of(vote, &filled);
        for yes in 0..=plain {
            // Without abstaining, whoever does not agree refuses.
            let fewest_no = if vote.abstain { 0 } else { plain - yes };
            for no in fewest_no..=plain - yes {
                let result = count(vote, &fixed.plus(yes, no, plain - yes - no));
                if *found.get_or_insert(result) != result {
                    return Verdict::Open;
                }
            }
        }
    }
    found.unwrap_or(Verdict::Open)
}

/// The ballots, counted.
#[derive(Debug, Clone, Copy)]
struct Tally {
    asked: usize,
    yes: usize,
    no: usize,
    abstained: usize,
    vetoed: bool,
    must_missing: bool,
    casting: Option<bool>,
}

impl Tally {
    fn of(vote: &Vote, ballots: &[Ballot]) -> Self {
        let is =
            |list: &[Id], seat: &Option<Id>| seat.as_ref().is_some_and(|seat| list.contains(seat));
        let yes = |ballot: &Ballot| matches!(ballot.cast, Cast::Yes(_));
        let no = |ballot: &Ballot| matches!(ballot.cast, Cast::No(_));
        let casting = ballots
            .iter()
            .find(|ballot| ballot.seat.is_some() && ballot.seat == vote.casting);
        Self {
            asked: ballots.len(),
            yes: ballots.iter().filter(|ballot| yes(ballot)).count(),
            no: ballots.iter().filter(|ballot| no(ballot)).count(),
            abstained: ballots
                .iter()
                .filter(|ballot| ballot.cast == Cast::Abstained)
                .count(),
            vetoed: ballots
                .iter()
                .any(|ballot| is(&vote.veto, &ballot.seat) && no(ballot)),
            must_missing: ballots
                .iter()
                .any(|ballot| is(&vote.must, &ballot.seat) && !yes(ballot)),
            casting: casting.and_then(|ballot| match ballot.cast {
                Cast::Yes(_) => Some(true),
                Cast::No(_) => Some(false),
                Cast::Open | Cast::Abstained => None,
            }),
        }
    }

    fn plus(self, yes: usize, no: usize, abstained: usize) -> Self {
        Self {
            yes: self.yes + yes,
            no: self.no + no,
            abstained: self.abstained + abstained,
            ..self
        }
    }

    fn voted(&self) -> usize {
        self.yes + self.no + self.abstained
    }
}

/// The final count, when nobody else votes.
fn count(vote: &Vote, tally: &Tally) -> Verdict {
    if tally.vetoed {
        return Verdict::Refused;
    }
    if tally.voted() == 0
        || vote
            .quorum
            .is_some_and(|quorum| tally.voted() < quorum.of(tally.asked))
    {
        return Verdict::Undecided;
    }
    if tally.must_missing {
        return Verdict::Refused;
    }
    let base = if vote.of_voted {
        tally.voted()
    } else {
        tally.asked
    };
    if vote.pass.of(base) <= tally.yes {
        return Verdict::Passed;
    }
    match tally.casting {
        _ if tally.yes != tally.no => Verdict::Refused,
        Some(true) => Verdict::Passed,
        Some(false) => Verdict::Refused,
        None => Verdict::Undecided,
    }
}

impl Vote {
    fn has_part(&self, seat: Option<&str>) -> bool {
        let Some(seat) = seat else { return false };
        self.must
            .iter()
            .chain(&self.veto)
            .chain(&self.casting)
            .any(|named| named == seat)
    }
}

impl Share {
    /// So many of `base`: a count as it stands, a share rounded up.
    #[must_use]
    pub fn of(self, base: usize) -> usize {
        match self {
            Self::Count(count) => count as usize,
            Self::Of(part, whole) => (part as usize * base).div_ceil((whole as usize).max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ballots() -> impl Strategy<Value = Vec<Ballot>> {
        let cast = prop_oneof![
            Just(Cast::Open),
            Just(Cast::Yes(0)),
            Just(Cast::No(0)),
            Just(Cast::Abstained)
        ];
        proptest::collection::vec(cast, 1..=8).prop_map(|casts| {
            let seat = |index: usize| (index < 3).then(|| format!("s{index}"));
            casts
                .into_iter()
                .enumerate()
                .map(|(index, cast)| Ballot {
                    seat: seat(index),
                    cast: ordered(cast, index),
                    beside: false,
                })
                .collect()
        })
    }

    /// As [`ballots`], with signers that were added: some inside the share, without a seat of their own, and some besides.
    fn with_added() -> impl Strategy<Value = Vec<Ballot>> {
        let added = proptest::collection::vec(proptest::option::of(any::<bool>()), 8);
        (ballots(), added).prop_map(|(mut ballots, added)| {
            for (ballot, added) in ballots.iter_mut().zip(added) {
                if let Some(beside) = added {
                    ballot.beside = beside;
                    ballot.seat = None;
                }
            }
            ballots
        })
    }

    fn ordered(cast: Cast, index: usize) -> Cast {
        match cast {
            Cast::Yes(_) => Cast::Yes(index as u32),
            Cast::No(_) => Cast::No(index as u32),
            other => other,
        }
    }

    fn votes() -> impl Strategy<Value = Vote> {
        let share = prop_oneof![
            (1u32..5).prop_map(Share::Count),
            Just(Share::Of(2, 3)),
            Just(Share::Of(1, 2)),
            Just(Share::Of(60, 100))
        ];
        let seats = proptest::collection::vec(
            prop_oneof![Just("s0".to_owned()), Just("s1".to_owned())],
            0..2,
        );
        let quorum = proptest::option::of(prop_oneof![
            (1u32..4).prop_map(Share::Count),
            Just(Share::Of(1, 2))
        ]);
        let casting = proptest::option::of(Just("s2".to_owned()));
        (
            share,
            any::<bool>(),
            quorum,
            seats.clone(),
            seats,
            casting,
            any::<bool>(),
        )
            .prop_map(
                |(pass, of_voted, quorum, must, veto, casting, abstain)| Vote {
                    pass,
                    of_voted,
                    quorum,
                    must,
                    veto,
                    casting,
                    until_due: false,
                    abstain,
                },
            )
    }

    fn signs() -> impl Strategy<Value = Sign> {
        prop_oneof![
            Just(Sign::Any),
            Just(Sign::All),
            Just(Sign::Sequence),
            votes().prop_map(Sign::Vote)
        ]
    }

    /// Every way in which the open ballots can still be cast.
    fn completions(ballots: &[Ballot], abstain: bool) -> Vec<Vec<Ballot>> {
        let Some(open) = ballots.iter().position(|ballot| ballot.cast == Cast::Open) else {
            return vec![ballots.to_vec()];
        };
        let mut ways = vec![Cast::Yes(100 + open as u32), Cast::No(100 + open as u32)];
        ways.extend(abstain.then_some(Cast::Abstained));
        ways.into_iter()
            .flat_map(|cast| {
                let mut next = ballots.to_vec();
                next[open].cast = cast;
                completions(&next, abstain)
            })
            .collect()
    }

    /// An early abstention under a rule without abstaining cannot happen; the strategy's are read as refusals there.
    fn sayable(sign: &Sign, mut ballots: Vec<Ballot>) -> Vec<Ballot> {
        if !matches!(sign, Sign::Vote(Vote { abstain: true, .. })) {
            for (index, ballot) in ballots.iter_mut().enumerate() {
                if ballot.cast == Cast::Abstained {
                    ballot.cast = Cast::No(index as u32);
                }
            }
        }
        ballots
    }

    fn may_abstain(sign: &Sign) -> bool {
        matches!(sign, Sign::Vote(Vote { abstain: true, .. }))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn the_verdict_equals_brute_force_over_all_completions(sign in signs(), ballots in with_added()) {
            let ballots = sayable(&sign, ballots);
            let finals: Vec<Verdict> = completions(&ballots, may_abstain(&sign)).iter().map(|all| verdict(&sign, all, true)).collect();
            let expected = if finals.iter().all(|one| *one == finals[0]) { finals[0] } else { Verdict::Open };

            prop_assert_eq!(verdict(&sign, &ballots, false), expected);
        }

        #[test]
        fn who_must_agree_besides_only_adds_a_condition(sign in signs(), ballots in with_added()) {
            let ballots = sayable(&sign, ballots);
            let decided = verdict(&sign, &ballots, false);
            let share = verdict_of_share(&sign, &ballots, false);
            let all_agree = ballots.iter().filter(|ballot| ballot.beside).all(|ballot| matches!(ballot.cast, Cast::Yes(_)));

            // Nothing passes that the rule itself does not pass, nor before everybody besides has agreed.
            prop_assert!(decided != Verdict::Passed || (share == Verdict::Passed && all_agree));
            if all_agree {
                prop_assert_eq!(decided, share);
            }
        }

        #[test]
        fn taking_out_who_has_not_agreed_besides_reverses_no_decision(sign in signs(), ballots in with_added()) {
            let ballots = sayable(&sign, ballots);
            let now = verdict(&sign, &ballots, false);
            let removable = |which: &usize| ballots[*which].beside && ballots[*which].cast == Cast::Open;

            for which in (0..ballots.len()).filter(removable) {
                let mut left = ballots.clone();
                left.remove(which);
                prop_assert!(now == Verdict::Open || verdict(&sign, &left, false) == now);
            }
        }

        #[test]
        fn no_later_vote_reverses_a_decision(sign in signs(), ballots in with_added()) {
            let ballots = sayable(&sign, ballots);
            let now = verdict(&sign, &ballots, false);
            prop_assume!(now != Verdict::Open);

            for later in completions(&ballots, may_abstain(&sign)) {
                prop_assert_eq!(verdict(&sign, &later, false), now);
            }
        }
    }

    #[test]
    fn two_thirds_of_five_are_four() {
        assert_eq!(Share::Of(2, 3).of(5), 4);
        assert_eq!(Share::Of(60, 100).of(5), 3);
        assert_eq!(Share::Count(3).of(5), 3);
    }
}
