//! The functions between projections.
use crate::failure::Result;
use crate::load::config::Config;
use candle_core::Tensor;

/// By the names of transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// `silu`, `swish`.
    Silu,
    /// `gelu`, by the error function.
    Gelu,
    /// `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`: by the hyperbolic tangent.
    GeluTanh,
    /// `relu`.
    Relu,
}

impl Activation {
    /// The one that a setting names, or the default of the architecture.
    pub(crate) fn of(config: &Config, name: &str, default: Self) -> Result<Self> {
        let Some(told) = config.text(name) else {
            return Ok(default);
        };
        Self::named(told).ok_or_else(|| {
            let problem = format!(
                "is {told:?}, which is not known here; known are silu, gelu, gelu_new and relu"
            );
            config.wrong(name, problem)
        })
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "silu" | "swish" => Self::Silu,
            "gelu" => Self::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Self::GeluTanh,
            "relu" => Self::Relu,
            _ => return None,
        })
    }

    pub(crate) fn apply(self, x: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Self::Silu => x.silu()?,
            Self::Gelu => x.gelu_erf()?,
            Self::GeluTanh => x.gelu()?,
            Self::Relu => x.relu()?,
        })
    }
}
