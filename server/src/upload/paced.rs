//! A body that keeps to the limits.
use crate::{config::Limits, failure::Failure};
use api::ErrorCode;
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use metrics::format;
use std::time::{Duration, Instant};

/// What can go wrong with a body on its way in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than allowed.
    #[error("The file is larger than {}, the most that this server takes.", format::bytes(*.limit))]
    TooLarge {
        /// The most, in bytes.
        limit: u64,
    },
    /// Nothing came for too long.
    #[error("Nothing arrived for {} seconds, so the upload was given up. Try again.", .0.as_secs_f32())]
    Idle(Duration),
    /// It came too slowly.
    #[error("The upload was slower than {} a second and was given up. Try again over a better connection.", format::bytes(*.rate))]
    Slow {
        /// The least, in bytes a second.
        rate: u64,
    },
    /// It ended before its end.
    #[error("The file did not arrive whole, so it was not stored. Try again.")]
    CutOff,
    /// A form without a file, or not well formed.
    #[error("{0}")]
    Form(&'static str),
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let code = match error {
            BodyError::TooLarge { .. } => ErrorCode::TooLarge,
            BodyError::Idle(_) | BodyError::Slow { .. } => ErrorCode::Timeout,
            BodyError::CutOff | BodyError::Form(_) => ErrorCode::BadRequest,
        };
        Self::new(code, error.to_string())
    }
}

/// A body that keeps to the limits. Only time spent waiting for the client counts, not time spent on storing.
#[derive(Debug)]
pub struct Paced<S> {
    bytes: S,
    arrived: u64,
    most: u64,
    idle: Duration,
    rate: u64,
    /// The rate is looked at after so much waiting.
    every: Duration,
    /// Bytes and waiting time since then.
    stretch: (u64, Duration),
}

const STRETCH: Duration = Duration::from_secs(60);

impl<S: Stream<Item = Result<Bytes, BodyError>> + Unpin> Paced<S> {
    /// Limits a body.
    pub fn new(bytes: S, limits: &Limits) -> Self {
        Self {
            bytes,
            arrived: 0,
            most: limits.max_upload_bytes,
            idle: limits.upload_idle,
            rate: limits.upload_rate,
            every: STRETCH,
            stretch: (0, Duration::ZERO),
        }
    }

    /// Bytes so far.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let start = Instant::now();
        let next = tokio::time::timeout(self.idle, self.bytes.next())
            .await
            .map_err(|_| BodyError::Idle(self.idle))?;
        let Some(chunk) = next.transpose()? else {
            return Ok(None);
        };
        let length = chunk.len() as u64;
        self.arrived += length;
        if self.arrived > self.most {
            return Err(BodyError::TooLarge { limit: self.most });
        }
        self.stretch.0 += length;
        self.stretch.1 += start.elapsed();
        if self.stretch.1 >= self.every {
            if self.stretch.0 < per_second(self.rate, self.stretch.1) {
                return Err(BodyError::Slow { rate: self.rate });
            }
            self.stretch = (0, Duration::ZERO);
        }
        Ok(Some(chunk))
    }
}

/// What comes in at a rate during a time.
fn per_second(rate: u64, time: Duration) -> u64 {
    let bytes = u128::from(rate).saturating_mul(time.as_millis()) / 1000;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    fn limits() -> Limits {
        Limits {
            max_upload_bytes: 5000,
            upload_idle: Duration::from_secs(30),
            upload_rate: 100,
            ..Limits::default()
        }
    }

    async fn drain<S: Stream<Item = Result<Bytes, BodyError>> + Unpin>(
        bytes: S,
    ) -> Result<u64, BodyError> {
        let mut body = Paced::new(bytes, &limits());
        while body.next().await?.is_some() {}
        Ok(body.arrived())
    }

    #[tokio::test]
    async fn size() {
        let chunks =
            |count: usize| stream::iter((0..count).map(|_| Ok(Bytes::from_static(&[0; 1000]))));
        assert_eq!(drain(chunks(5)).await, Ok(5000));
        assert_eq!(
            drain(chunks(6)).await,
            Err(BodyError::TooLarge { limit: 5000 })
        );
    }

    #[tokio::test]
    async fn errors_pass_through() {
        let cut = stream::iter([Ok(Bytes::from_static(b"x")), Err(BodyError::CutOff)]);
        assert_eq!(drain(cut).await, Err(BodyError::CutOff));
    }

    #[tokio::test]
    async fn idle() {
        let mut body = Paced::new(stream::pending(), &limits());
        body.idle = Duration::from_millis(5);
        assert_eq!(
            body.next().await,
            Err(BodyError::Idle(Duration::from_millis(5)))
        );
    }

    /// 50 bytes every 5 ms are 10 kB a second.
    #[tokio::test]
    async fn rate() {
        let drops = || {
            Box::pin(stream::unfold(0, |count| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                (count < 20).then(|| (Ok(Bytes::from_static(&[0; 50])), count + 1))
            }))
        };
        for (rate, expected) in [
            (100, Ok(1000)),
            (100_000, Err(BodyError::Slow { rate: 100_000 })),
        ] {
            let mut body = Paced::new(
                drops(),
                &Limits {
                    upload_rate: rate,
                    ..limits()
                },
            );
            body.every = Duration::from_millis(20);
            let result = loop {
                match body.next().await {
                    Ok(Some(_)) => {}
                    Ok(None) => break Ok(body.arrived()),
                    Err(error) => break Err(error),
                }
            };
            assert_eq!(result, expected);
        }
    }

    #[test]
    fn sentences() {
        let cases = [
            (
                BodyError::TooLarge { limit: 2000 },
                413,
                "The file is larger than 2 KB, the most that this server takes.",
            ),
            (
                BodyError::Idle(Duration::from_secs(30)),
                408,
                "Nothing arrived for 30 seconds, so the upload was given up. Try again.",
            ),
            (
                BodyError::Slow { rate: 16_000 },
                408,
                "The upload was slower than 16 KB a second and was given up. Try again over a better connection.",
            ),
            (
                BodyError::CutOff,
                400,
                "The file did not arrive whole, so it was not stored. Try again.",
            ),
            (BodyError::Form("No file."), 400, "No file."),
        ];
        for (error, status, message) in cases {
            let failure = Failure::from(error);
            assert_eq!(
                (failure.status().as_u16(), failure.0.message.as_str()),
                (status, message)
            );
        }
    }
}
