//! Why there is no answer.

/// What went wrong before anything of an answer was there. What breaks an answer later is noted in its record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not the address of a server.
    #[error(
        "{address:?} is not the address of a server: {why}; it looks like http://127.0.0.1:8000/v1"
    )]
    Address {
        /// What was given, without a password.
        address: String,
        /// What is wrong.
        why: String,
    },
    /// A parameter that the protocol has no word for.
    #[error("a served model has no parameter {name}: {instead}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Nobody there, or the connection broke before the answer.
    #[error("the server does not answer: {0}; is it running, and is the address right?")]
    Silent(String),
    /// It said yes, and then nothing.
    #[error(
        "the server ended its answer before it began; its log says why, such as a prompt that is longer than the model has room for"
    )]
    Empty,
    /// Whoever asked did not want to wait.
    #[error("stopped before the answer began")]
    Stopped,
    /// The key is wrong, or is missing.
    #[error("the server wants another key ({status}): {message}")]
    Key {
        /// The HTTP status.
        status: u16,
        /// What the server says.
        message: String,
    },
    /// Too many requests.
    #[error("the server has had enough for now ({message}); {}", wait(*.seconds))]
    Busy {
        /// What the server says.
        message: String,
        /// When to come back, if it says so.
        seconds: Option<u64>,
    },
    /// It understands the request and does not like it, or failed.
    #[error("the server refuses the request ({status}): {message}{}", remedy(*.status))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server says.
        message: String,
    },
    /// Not the protocol.
    #[error("the answer is not one of the OpenAI protocol: {0}; does the address end in /v1?")]
    Protocol(String),
}

fn wait(seconds: Option<u64>) -> String {
    seconds.map_or_else(
        || "try again later".to_owned(),
        |seconds| format!("try again in {seconds} s"),
    )
}

fn remedy(status: u16) -> &'static str {
    match status {
        404 => "; does the address end in /v1, and is that the name of the model?",
        _ => "",
    }
}
