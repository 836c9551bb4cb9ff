//! Random numbers that are the same everywhere: xoshiro256++ (Blackman, Vigna 2021), seeded by SplitMix64.

/// A generator.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    state: [u64; 4],
}

impl Generator {
    /// The generator of one stream of a seed. Different streams are independent for all that matters here.
    pub(crate) fn new(seed: u64, stream: u64) -> Generator {
        let mut mixed = split_mix(&mut seed.clone()) ^ stream;
        Generator { state: [(); 4].map(|()| split_mix(&mut mixed)) }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number of 0..1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number of 0..`limit`, all equally likely (Lemire 2019); 0 for a limit of 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 {
            return 0;
        }
        let unfair = limit.wrapping_neg() % limit;
        loop {
            let product = u128::from(self.next()) * u128::from(limit);
            if product as u64 >= unfair {
                return (product >> 64) as u64;
            }
        }
    }

    /// 64 independent events, each with this probability.
    ///
    /// The binary digits of 64 random numbers are compared with those of the probability, a digit of all at a time, until
    /// none is undecided: about eight words instead of 64.
    pub(crate) fn events(&mut self, probability: f64) -> u64 {
        if probability >= 1.0 {
            return u64::MAX;
        }
        let digits = (probability * 2.0f64.powi(64)) as u64;
        let (mut below, mut undecided) = (0u64, u64::MAX);
        for place in (0..64).rev() {
            if undecided == 0 || digits << (63 - place) == 0 {
                break;
            }
            let random = self.next();
            if digits >> place & 1 == 1 {
                below |= undecided & !random;
                undecided &= random;
            } else {
                undecided &= !random;
            }
        }
        below
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference implementation's first numbers for the state 1, 2, 3, 4.
    #[test]
    fn the_published_sequence() {
        let mut generator = Generator { state: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..4).map(|_| generator.next()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn as_often_as_asked() {
        for probability in [0.0, 1e-3, 0.1, 0.25, 0.5, 0.7, 1.0] {
            let mut generator = Generator::new(7, 1);
            let words = 20_000;
            let hits: u64 = (0..words).map(|_| u64::from(generator.events(probability).count_ones())).sum();
            let all = f64::from(words) * 64.0;
            let spread = 4.0 * (probability * (1.0 - probability) / all).sqrt();
            assert!((hits as f64 / all - probability).abs() <= spread, "{probability}: {hits}");
        }
    }

    #[test]
    fn every_number_below() {
        let mut generator = Generator::new(7, 2);
        let mut counts = [0u32; 6];
        for _ in 0..6000 {
            counts[generator.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert_eq!(generator.below(0), 0);
    }
}
