//! Tails of the binomial distribution.

/// The probability that at least `k` of `n` independent events happen, each with probability `p`. Relative error about
/// 1e-12 for tails below one half; terms are only added, so that tiny tails keep their digits.
pub(crate) fn at_least(k: u32, n: u32, p: f64) -> f64 {
    if k == 0 || (p >= 1.0 && k <= n) {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    let mean = f64::from(n) * p;
    if f64::from(k) > mean { tail(k, n, p) } else { 1.0 - tail(n - k + 1, n, 1.0 - p) }
}

/// The probability that exactly `k` of `n` independent events happen, each with probability `p`.
pub(crate) fn exactly(k: u32, n: u32, p: f64) -> f64 {
    if k > n || p < 0.0 {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    (ln_choose(n, k) + f64::from(k) * p.ln() + f64::from(n - k) * (-p).ln_1p()).exp()
}

/// In how many ways `k` of `n` can be chosen; `u64::MAX` stands for more.
pub(crate) fn choose(n: u32, k: u32) -> u64 {
    let k = k.min(n.saturating_sub(k));
    let mut ways: u128 = 1;
    for taken in 0..k {
        ways = ways.saturating_mul(u128::from(n - taken)) / u128::from(taken + 1);
        if ways > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    ways as u64
}

/// The upper tail from `k`, where the terms fall.
fn tail(k: u32, n: u32, p: f64) -> f64 {
    let (kf, nf) = (f64::from(k), f64::from(n));
    let mut term = (ln_choose(n, k) + kf * p.ln() + (nf - kf) * (-p).ln_1p()).exp();
    let odds = p / (1.0 - p);
    let mut sum = 0.0;
    let mut index = kf;
    while term > sum * f64::EPSILON && index <= nf {
        sum += term;
        term *= (nf - index) / (index + 1.0) * odds;
        index += 1.0;
    }
    sum.min(1.0)
}

fn ln_choose(n: u32, k: u32) -> f64 {
    let k = k.min(n - k);
    if k <= 256 {
        return (0..k).map(|i| (f64::from(n - i) / f64::from(i + 1)).ln()).sum();
    }
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// Stirling's series; n > 256 leaves less than 1e-16 of it.
fn ln_factorial(n: u32) -> f64 {
    let n = f64::from(n);
    let series = 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3)) + 1.0 / (1260.0 * n.powi(5));
    n * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI * n).ln() + series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(k: u32, n: u32, p: f64, expected: f64) {
        let got = at_least(k, n, p);
        assert!((got - expected).abs() <= 1e-10 * expected, "at_least({k}, {n}, {p}) = {got}, not {expected}");
    }

    #[test]
    fn by_hand() {
        check(0, 5, 0.1, 1.0);
        check(1, 1, 0.25, 0.25);
        check(1, 2, 0.1, 0.19);
        check(2, 2, 1e-9, 1e-18);
        check(2, 3, 0.1, 0.028); // 3 * 0.01 * 0.9 + 0.001
        check(1, 3, 0.9, 0.999);
        check(6, 5, 0.9, 0.0);
    }

    #[test]
    fn both_formulas_for_coefficients_agree() {
        let exact: f64 = (0..300).map(|i| (f64::from(1000 - i) / f64::from(i + 1)).ln()).sum();
        assert!((ln_choose(1000, 300) - exact).abs() < 1e-9);
    }
}
