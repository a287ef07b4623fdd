//! What people and evaluations say of a record: checked, kept as an event, and applied here at once.
use super::detail::GenerationDetail;
use super::opinion::{self, Opinion};
use super::query::Key;
use crate::catalogue::{Event, Kind};
use crate::{RunStore, StorageError, objects};
use generations::{Feedback, Score};

/// Scores of one event, at most: events are small objects.
const SCORES: usize = 10;

impl RunStore {
    /// Keeps what somebody says of a generation, and gives it with what counts then.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] with what is wrong, else as [`RunStore::generation`].
    pub async fn give_feedback(
        &self,
        id: &str,
        feedback: Feedback,
    ) -> Result<GenerationDetail, StorageError> {
        if feedback.is_empty() {
            let what = "Say something: `rating` (1 to 5), `thumbs` (up or down), `comment` or `categories`.";
            return Err(StorageError::BadRequest(what.into()));
        }
        self.set_feedback(id, feedback).await
    }

    /// As [`RunStore::give_feedback`]; a feedback without anything in it takes back what its user said.
    ///
    /// # Errors
    /// As there.
    pub async fn set_feedback(
        &self,
        id: &str,
        mut feedback: Feedback,
    ) -> Result<GenerationDetail, StorageError> {
        check_feedback(&feedback)?;
        let detail = self.generation(id).await?;
        let key = Key::parse(&detail.generation.source.key)
            .ok_or_else(|| StorageError::NotFound(id.to_owned()))?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of our time are below 2^53"
        )]
        let now = generations::record::rfc3339(self.now_ms() as f64 / 1e3);
        feedback.timestamp = now;
        self.say(key, vec![(key.number, Opinion::Feedback(feedback))])
            .await?;
        self.generation(&detail.generation.source.key).await
    }

    /// Keeps scores of generations, each by its key or id. All of them are known, or none is kept.
    ///
    /// # Errors
    /// As [`RunStore::give_feedback`].
    pub async fn give_scores(&self, scores: Vec<(String, Score)>) -> Result<usize, StorageError> {
        let mut by_run: std::collections::BTreeMap<_, Vec<(u64, Opinion)>> = Default::default();
        let count = scores.len();
        for (id, score) in scores {
            check_score(&score)?;
            let key = self.generation_key(&id).await?;
            let mut row = self.generation_row(key).await?;
            if row.is_none() {
                self.refresh_generations().await?;
                row = self.generation_row(key).await?;
            }
            if row.is_none() {
                return Err(StorageError::NotFound(id));
            }
            by_run
                .entry(key.run)
                .or_default()
                .push((key.number, Opinion::Score(score)));
        }
        for (run, opinions) in by_run {
            for some in opinions.chunks(SCORES) {
                let number = some.first().map_or(0, |(number, _)| *number);
                self.say(Key { run, number }, some.to_vec()).await?;
            }
        }
        Ok(count)
    }

    async fn say(&self, key: Key, opinions: Vec<(u64, Opinion)>) -> Result<(), StorageError> {
        let numbers: Vec<u64> = opinions.iter().map(|(number, _)| *number).collect();
        let rev = self
            .generations
            .with(move |db| {
                let mut last = 1;
                for number in numbers {
                    let number = i64::try_from(number).unwrap_or(i64::MAX);
                    last = last.max(opinion::next_revision(db, key.run, number)?);
                }
                Ok(last)
            })
            .await?;
        let event = objects::json(&Event::said(key.run, rev, opinions))?;
        if event.len() as u64 > objects::LARGEST {
            let what = "What was said is too long: a comment has at most 8 KiB.";
            return Err(StorageError::BadRequest(what.into()));
        }
        self.publish(Kind::Event, self.new_id(), event).await?;
        self.apply_said().await
    }
}

fn check_score(score: &Score) -> Result<(), StorageError> {
    let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
    if score.name.is_empty() || score.name.chars().count() > 64 {
        return wrong("A score has a name of 1 to 64 characters.");
    }
    let label = match &score.value {
        ::generations::record::ScoreValue::Label(label) => label.len(),
        ::generations::record::ScoreValue::Number(_) => 0,
    };
    let long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.len() > most);
    if label > 200 || long(&score.source, 200) || long(&score.comment, 500) {
        return wrong(
            "A score has a value and a source of at most 200 bytes, and a comment of at most 500.",
        );
    }
    Ok(())
}

fn check_feedback(feedback: &Feedback) -> Result<(), StorageError> {
    let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
    let Feedback {
        rating,
        comment,
        categories,
        user_id,
        ..
    } = feedback;
    if rating.is_some_and(|rating| !(1.0..=5.0).contains(&rating)) {
        return wrong("`rating` is a number from 1 to 5.");
    }
    if comment
        .as_ref()
        .is_some_and(|comment| comment.len() > 8 << 10)
    {
        return wrong("A comment has at most 8 KiB.");
    }
    let words = categories.iter().flatten().chain(user_id);
    if categories.as_ref().is_some_and(|all| all.len() > 32)
        || words
            .into_iter()
            .any(|word| word.is_empty() || word.chars().count() > 200)
    {
        return wrong(
            "There are at most 32 categories; each, and the user, has 1 to 200 characters.",
        );
    }
    Ok(())
}
