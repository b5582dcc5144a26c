//! Random bytes from the operating system.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::domain::entropy::Entropy;

/// The operating system's generator, through aws-lc.
#[derive(Debug, Default)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    /// Without chance every secret would be guessable, so a failure ends the process.
    fn fill(&self, bytes: &mut [u8]) {
        if self.0.fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy;

    #[test]
    fn nothing_but_the_system_s_generator_is_built_in() {
        let setting = option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY");
        assert_eq!(setting, Some("1"), "SR-70; it stands in .cargo/config.toml");
    }

    #[test]
    fn no_two_draws_are_alike() {
        let source = SystemEntropy::new();
        assert_ne!(entropy::bytes::<32>(&source), entropy::bytes::<32>(&source));
    }
}
