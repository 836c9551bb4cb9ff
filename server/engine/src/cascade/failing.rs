//! The working memory of failing requests: what one run has found of them. How they are followed stands in `errors.rs`.

use crate::Health;
use crate::cascade::event::Via;
use crate::cascade::flows::get;
use crate::cascade::modes::Modes;
use crate::layout::arrays::Layout;
use crate::layout::defaults::{ERRORS_DOWN, ERRORS_FELT};

/// What one run has found of failing requests. All empty where no fault makes requests fail.
#[derive(Debug, Default)]
pub(crate) struct Failing {
    /// By itself, per component.
    pub(crate) own: Vec<f64>,
    /// In the end, per component.
    pub(crate) shares: Vec<f64>,
    /// The components that fail enough for it to be felt, with the step that tells why and how it came.
    pub(crate) felt: Vec<(u32, u32, Via)>,
    /// The components that only use what fails, or share its load, and whether that costs them a function.
    pub(crate) without: Vec<(u32, bool)>,
}

impl Failing {
    pub(crate) fn begin(&mut self) {
        self.own.clear();
        self.shares.clear();
        self.felt.clear();
        self.without.clear();
    }

    /// What each component fails by itself; empty where no fault makes requests fail.
    pub(crate) fn own(&self) -> &[f64] {
        &self.own
    }

    /// The share of its requests that a component fails; none where that is none or all of them.
    pub(crate) fn share(&self, component: u32) -> Option<f64> {
        self.shares.get(component as usize).copied().filter(|share| *share > 0.0 && *share < 1.0)
    }

    /// How a component fares by what it only uses; and whether it has lost a function by that.
    pub(crate) fn without(&self, component: u32) -> Option<bool> {
        let here = self.without.iter().filter(|without| without.0 == component);
        here.map(|without| without.1).reduce(|one, other| one || other)
    }

    /// Whether somebody tries again what fails, so that more is asked for.
    pub(crate) fn is_tried_again(&self, layout: &Layout, modes: &Modes) -> bool {
        self.felt.iter().any(|&(component, ..)| {
            layout.callers(component).any(|(index, _)| {
                let link = modes.link(index);
                link.attempts > 1 && !link.breaker
            })
        })
    }

    /// How bad that is by itself.
    pub(crate) fn level(&self, component: u32) -> Health {
        level(get(&self.shares, component))
    }
}

/// How a component fares that fails this share of its requests.
fn level(share: f64) -> Health {
    match share {
        share if share > ERRORS_DOWN => Health::Down,
        share if share >= ERRORS_FELT => Health::Degraded,
        _ => Health::Healthy,
    }
}
