//! Writers with wrong clocks, pauses and late requests against readers that list: in virtual time, with fixed seeds.
use super::*;
use std::collections::BTreeSet;

const MINUTE: u64 = 60_000;
/// The store refuses clocks that are further off.
const SKEW: u64 = 15 * MINUTE;
const SEEDS: u64 = 1_000;

/// A generator whose whole state is the seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % most.max(1)
    }
}

/// An object: when the store accepted it, and the time in its id.
#[derive(Clone, Copy, Debug)]
struct Put {
    accepted: u64,
    id: u64,
}

/// What writers publish in an hour, announcements included.
fn history(random: &mut Random) -> Vec<Put> {
    let mut puts = Vec::new();
    for _ in 0..6 {
        // Most clocks are nearly right, some are far off.
        let reach = if random.below(3) == 0 {
            SKEW - 1000
        } else {
            5_000
        };
        let mut skew = random.below(2 * reach) as i64 - reach as i64;
        for _ in 0..20 {
            let begin = DAY_MS + random.below(60 * MINUTE);
            // Now and then a clock is set.
            if random.below(10) == 0 {
                skew = random.below(2 * reach) as i64 - reach as i64;
            }
            let id = begin.saturating_add_signed(skew);
            // Between the id and the signature nobody looks at the clock again, so a process may sleep there.
            let sleep = if random.below(12) == 0 {
                random.below(50 * MINUTE)
            } else {
                0
            };
            let signed = begin + sleep;
            let slowest = if random.below(6) == 0 { LATE_MS } else { 2_000 };
            let accepted = signed + random.below(slowest);
            puts.push(Put { accepted, id });
            // Only what was accepted late by the store's clock is announced.
            if accepted.saturating_sub(id) > LATE_MS {
                let fresh = (accepted + 500).saturating_add_signed(skew);
                let announced = accepted + 500 + random.below(2_000);
                // A signature that is too far off is refused; that writer tries again with the store's time.
                puts.push(Put {
                    accepted: announced,
                    id: fresh,
                });
            }
        }
    }
    puts
}

/// A way to choose what to list: the window's begin for a time, and what is remembered after a complete listing.
trait Reader {
    fn from(&mut self, now: u64) -> u64;
    fn done(&mut self, began: u64, ended: u64, largest: Option<u64>);
    /// The cursor that a snapshot holds; `None` for who makes none.
    fn snapshot(&self) -> Option<u64> {
        None
    }
    /// All is lost but a snapshot.
    fn adopt(&mut self, _: u64, _: u64) {}
}

/// The rule of this module.
#[derive(Default)]
struct Ours {
    cursors: Cursors,
    pass: Option<Pass>,
    /// Without the listings that look at whole days.
    windows_only: bool,
}

impl Reader for Ours {
    fn from(&mut self, now: u64) -> u64 {
        if self.windows_only && self.cursors.safe.is_some() {
            self.cursors.days = Some(now);
            self.cursors.all = Some(now);
        }
        let pass = self.cursors.due(now);
        self.pass = Some(pass);
        match pass {
            Pass::All => 0,
            Pass::Days => (now / DAY_MS).saturating_sub(1) * DAY_MS,
            Pass::Safe(from) | Pass::Quick(from) => from,
        }
    }
    fn done(&mut self, began: u64, _: u64, _: Option<u64>) {
        self.cursors.done(self.pass.unwrap(), began);
    }
    fn snapshot(&self) -> Option<u64> {
        self.cursors.safe
    }
    fn adopt(&mut self, safe: u64, now: u64) {
        self.cursors = Cursors::adopted(safe, now);
    }
}

/// As ours, but a snapshot is tailed from when it is adopted rather than from its cursor.
#[derive(Default)]
struct FromNow(Ours);

impl Reader for FromNow {
    fn from(&mut self, now: u64) -> u64 {
        self.0.from(now)
    }
    fn done(&mut self, began: u64, ended: u64, largest: Option<u64>) {
        self.0.done(began, ended, largest);
    }
    fn snapshot(&self) -> Option<u64> {
        self.0.snapshot()
    }
    fn adopt(&mut self, _: u64, now: u64) {
        self.0.adopt(now, now);
    }
}

/// Everything after the largest key seen.
#[derive(Default)]
struct Naive(u64);

impl Reader for Naive {
    fn from(&mut self, _: u64) -> u64 {
        self.0
    }
    fn done(&mut self, _: u64, _: u64, largest: Option<u64>) {
        self.0 = self.0.max(largest.unwrap_or_default() + 1);
    }
}

/// The safe window, but counted from the end of a listing that may last for minutes.
#[derive(Default)]
struct AfterTheListing(u64);

impl Reader for AfterTheListing {
    fn from(&mut self, _: u64) -> u64 {
        self.0.saturating_sub(SAFE_MS)
    }
    fn done(&mut self, _: u64, ended: u64, _: Option<u64>) {
        self.0 = ended;
    }
}

/// One cursor for both kinds of pass, and no window.
#[derive(Default)]
struct OneCursor(u64);

impl Reader for OneCursor {
    fn from(&mut self, _: u64) -> u64 {
        self.0
    }
    fn done(&mut self, began: u64, _: u64, _: Option<u64>) {
        self.0 = began;
    }
}

/// How many objects a reader never applies. A listing takes a while and shows what was there when it came by; some fail.
fn missed(puts: &[Put], random: &mut Random, reader: &mut impl Reader, slow: bool) -> usize {
    let mut applied: BTreeSet<usize> = BTreeSet::new();
    let mut now = DAY_MS;
    // The last snapshot: its cursor, and what it knows.
    let mut shelf: Option<(u64, BTreeSet<usize>)> = None;
    while now < DAY_MS + 240 * MINUTE {
        if let Some(safe) = reader.snapshot() {
            if random.below(10) == 0 {
                shelf = Some((safe, applied.clone()));
            }
            // Not at the very end: what came since must be listed once.
            let adopts = now < DAY_MS + 180 * MINUTE && random.below(15) == 0;
            if let Some((safe, known)) = shelf.as_ref().filter(|_| adopts) {
                applied = known.clone();
                reader.adopt(*safe, now);
            }
        }
        let began = now;
        let from = reader.from(now);
        let lasts = if slow {
            random.below(30 * MINUTE)
        } else {
            random.below(3_000)
        };
        let ended = began + lasts;
        // The worst case: the listing sees what was there at its beginning.
        let page: Vec<usize> = (0..puts.len())
            .filter(|&at| puts[at].accepted <= began && puts[at].id >= from)
            .collect();
        let fails = random.below(8) == 0;
        let applies = if fails {
            random.below(page.len() as u64 + 1) as usize
        } else {
            page.len()
        };
        applied.extend(page.iter().take(applies));
        if !fails {
            let largest = page.iter().map(|&at| puts[at].id).max();
            reader.done(began, ended, largest);
        }
        now = ended + 20_000 + random.below(40_000);
    }
    puts.len() - applied.len()
}

fn total<R: Reader>(new: impl Fn() -> R, slow: bool, announced_only: bool) -> usize {
    (0..SEEDS)
        .map(|seed| {
            let mut random = Random(seed);
            let mut puts = history(&mut random);
            if announced_only {
                // What was published late is read through its announcement.
                puts.retain(|put| put.accepted.saturating_sub(put.id) <= SKEW + LATE_MS);
            }
            let lost = missed(&puts, &mut random, &mut new(), slow);
            (seed, lost)
        })
        .inspect(|(seed, lost)| assert!(*lost < 10_000, "seed {seed}"))
        .map(|(_, lost)| lost)
        .sum()
}

#[test]
fn nothing_is_missed() {
    for slow in [false, true] {
        assert_eq!(
            total(Ours::default, slow, false),
            0,
            "slow listings: {slow}"
        );
        let windows = || Ours {
            windows_only: true,
            ..Ours::default()
        };
        assert_eq!(
            total(windows, slow, true),
            0,
            "without whole days, slow listings: {slow}"
        );
    }
}

#[test]
fn the_wrong_rules_lose_objects() {
    // If they did not, the simulation would prove nothing.
    assert!(total(Naive::default, false, true) > 0);
    assert!(total(AfterTheListing::default, true, true) > 0);
    assert!(total(OneCursor::default, false, true) > 0);
    let from_now = || {
        FromNow(Ours {
            windows_only: true,
            ..Ours::default()
        })
    };
    assert!(total(from_now, false, true) > 0);
    // And without the days, what is published very late needs its announcement.
    let windows = || Ours {
        windows_only: true,
        ..Ours::default()
    };
    assert!(total(windows, false, false) > 0);
}

#[test]
fn what_is_due() {
    let t = 100 * DAY_MS;
    let mut cursors = Cursors::default();
    assert_eq!(cursors.due(t), Pass::All);
    cursors.done(Pass::All, t);
    assert_eq!(cursors.due(t + 1000), Pass::Quick(t - QUICK_MS));
    cursors.done(Pass::Quick(0), t + 50_000);
    assert_eq!(cursors.due(t + 59_000), Pass::Quick(t + 50_000 - QUICK_MS));
    assert_eq!(
        cursors.due(t + 60_000),
        Pass::Safe(t - SAFE_MS),
        "a quick pass moves no safe cursor"
    );
    assert_eq!(cursors.due(t + DAYS_EVERY_MS), Pass::Days);
    assert_eq!(cursors.due(t + ALL_EVERY_MS), Pass::All);
    // After a start: the last days, then from where it was; after days everything.
    let mut kept = Cursors::kept(Some(t));
    assert_eq!(kept.due(t + 5_000), Pass::Days);
    kept.done(Pass::Days, t + 5_000);
    assert_eq!(kept.due(t + 6_000), Pass::Quick(t + 5_000 - QUICK_MS));
    assert_eq!(Cursors::kept(Some(t)).due(t + ALL_EVERY_MS), Pass::All);
    // With a snapshot: first what came since, however long ago it was made; everything a minute later.
    let later = t + 3 * DAY_MS;
    let mut adopted = Cursors::adopted(t, later);
    assert_eq!(adopted.due(later), Pass::Safe(t - SAFE_MS));
    adopted.done(Pass::Safe(t - SAFE_MS), later);
    assert_eq!(adopted.due(later + 59_000), Pass::Quick(later - QUICK_MS));
    assert_eq!(adopted.due(later + 60_000), Pass::All);
    let mut kept = Cursors::kept(Some(t));
    let later = t + ALL_EVERY_MS - 1_000;
    kept.done(Pass::Days, later);
    assert_eq!(
        kept.due(later + 1),
        Pass::Safe(t - SAFE_MS),
        "yesterday is not all that was missed"
    );
}
