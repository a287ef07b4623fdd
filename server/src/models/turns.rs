//! Who computes now, who waits, and who is sent away.
use crate::failure::Failure;
use api::ErrorCode;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A queue with an end: so many compute, so many wait, in the order in which they came.
#[derive(Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    /// For those who compute and those who wait.
    seats: Arc<Semaphore>,
    all: usize,
    at_once: usize,
}

/// Somebody who has come in.
#[derive(Debug)]
pub(super) struct Ticket {
    seat: OwnedSemaphorePermit,
    places: Arc<Semaphore>,
    ahead: usize,
}

/// Somebody who computes. The next one does when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _seat: OwnedSemaphorePermit,
}

impl Turns {
    /// For so many who compute at the same time, and so many who wait.
    pub(super) fn new(at_once: u16, waiting: u16) -> Self {
        let all = usize::from(at_once) + usize::from(waiting);
        Self {
            places: Arc::new(Semaphore::new(at_once.into())),
            seats: Arc::new(Semaphore::new(all)),
            all,
            at_once: at_once.into(),
        }
    }

    /// How many compute.
    pub fn running(&self) -> usize {
        self.at_once.saturating_sub(self.places.available_permits())
    }

    /// Takes a seat, or none is left.
    pub(super) fn enter(&self) -> Result<Ticket, Failure> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| {
            Failure::new(
                ErrorCode::Busy,
                "Too many wait for a model right now. Try again in a moment.",
            )
        })?;
        let before = (self.all - 1).saturating_sub(self.seats.available_permits());
        Ok(Ticket {
            seat,
            places: Arc::clone(&self.places),
            ahead: if before < self.at_once { 0 } else { before },
        })
    }
}

impl Ticket {
    /// How many came before and are not done; 0 if there is no need to wait.
    pub(super) fn ahead(&self) -> usize {
        self.ahead
    }

    pub(super) async fn turn(self) -> Option<Turn> {
        // Fails only when the semaphore is closed, which nobody does.
        let place = self.places.acquire_owned().await.ok()?;
        Some(Turn {
            _place: place,
            _seat: self.seat,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Waker};

    #[tokio::test]
    async fn those_who_come_wait_in_their_order_or_are_sent_away() {
        let turns = Turns::new(1, 2);
        let [first, second, third] = [(); 3].map(|()| turns.enter().unwrap());
        assert_eq!([first.ahead(), second.ahead(), third.ahead()], [0, 1, 2]);
        let refused = turns.enter().unwrap_err();
        assert_eq!(
            (refused.status().as_u16(), refused.0.message.as_str()),
            (
                503,
                "Too many wait for a model right now. Try again in a moment."
            )
        );
        let turn = first.turn().await;
        assert_eq!(turns.running(), 1);
        let (mut second, mut third) = (Box::pin(second.turn()), pin!(third.turn()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        // One who does not want to wait any more makes room.
        drop(second);
        assert!(turns.enter().is_ok());
        assert!(third.as_mut().poll(&mut context).is_pending());
        drop(turn);
        assert!(third.as_mut().poll(&mut context).is_ready());
    }
}
