//! Recovery time and data loss in words, the same in every rendering and in the editor.

use foreshock_analysis::{RecoveryFigure, StackRecovery};
use foreshock_engine::Decided;
use foreshock_model::{Bound, ComponentIndex, FaultClass, Keeps, TimeRange};

/// `1 min to 2 min`, `5 min or more`, `unrecoverable`, `not known`.
pub fn time_range(range: TimeRange) -> String {
    match (range.low, range.high) {
        (Bound::Unrecoverable, _) => "unrecoverable".to_owned(),
        (low, Bound::Unknown) if low == Bound::ZERO || low == Bound::Unknown => "not known".to_owned(),
        (low, Bound::Unknown) => format!("{} or more", bound(low)),
        (low, Bound::Unrecoverable) if low == Bound::ZERO => "unrecoverable at worst".to_owned(),
        (low, Bound::Unrecoverable) => format!("{}, or unrecoverable", bound(low)),
        (low, high) if bound(low) == bound(high) => bound(high),
        (low, high) if low == Bound::ZERO => format!("up to {}", bound(high)),
        (low, high) => format!("{} to {}", bound(low), bound(high)),
    }
}

/// `2 min`, `36 h`, `5 days`.
fn bound(bound: Bound) -> String {
    match bound {
        Bound::Seconds(seconds) if seconds >= 2.0 * 86_400.0 => short(seconds / 86_400.0, "days"),
        Bound::Seconds(seconds) if seconds < 90.0 => format!("{seconds:.0} s"),
        Bound::Seconds(seconds) if seconds < 600.0 => short(seconds / 60.0, "min"),
        Bound::Seconds(seconds) if seconds < 5_400.0 => format!("{:.0} min", seconds / 60.0),
        Bound::Seconds(seconds) if seconds < 36_000.0 => short(seconds / 3_600.0, "h"),
        Bound::Seconds(seconds) => format!("{:.0} h", seconds / 3_600.0),
        Bound::Unknown => "not known".to_owned(),
        Bound::Unrecoverable => "unrecoverable".to_owned(),
    }
}

fn short(value: f64, unit: &str) -> String {
    let text = format!("{value:.1}");
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

/// A fault in a sentence.
pub(super) fn fault(class: FaultClass) -> &'static str {
    match class {
        FaultClass::Software => "bad deploy or data",
        FaultClass::Instance => "instance lost",
        FaultClass::Zone => "zone lost",
        FaultClass::Region => "region lost",
    }
}

/// What decides a figure: "fails over to its standby in another zone (multi_az)".
pub(super) fn decided(figure: &RecoveryFigure<'_>, keeps: Keeps) -> String {
    match (figure.decided, figure.way) {
        (Decided::Way(_), Some(way)) => way.ground.says.to_string(),
        (Decided::Survivors, _) => match figure.ejects {
            Some(ejects) => format!("others are left; {}", ejects.says),
            None => "others are left".to_owned(),
        },
        (Decided::NoWay, _) if keeps == Keeps::Copies => "what it holds is made again".to_owned(),
        (Decided::NoWay, _) if keeps == Keeps::Messages => "what is in it is lost".to_owned(),
        (Decided::NoWay, _) => "no copy that survives this is written".to_owned(),
        (Decided::NotKnown | Decided::Way(_), _) => "nothing is known of how it comes back".to_owned(),
    }
}

/// The lines of a hover: a row for each fault with what decides, as Markdown.
pub fn recovery_lines(recovery: &StackRecovery, component: ComponentIndex) -> Vec<String> {
    let keeps = recovery.known.get(component.index()).map_or(Keeps::Nothing, |known| known.keeps);
    let line = |(class, _): (FaultClass, &str)| {
        let rto = recovery.rto(component, class)?;
        let rpo = recovery.rpo(component, class);
        let mut line = format!("{}: back in {}", fault(class), time_range(rto.range));
        match &rpo {
            Some(rpo) if rpo.decided == Decided::NoWay && keeps != Keeps::Data => line.push_str(", starts empty"),
            Some(rpo) => line.push_str(&format!(", data lost {}", time_range(rpo.range))),
            None => {}
        }
        line.push_str(&format!(": {}", decided(&rto, keeps)));
        if let Some(rpo) = rpo.filter(|rpo| rpo.decided != rto.decided && keeps == Keeps::Data) {
            line.push_str(&format!("; data: {}", decided(&rpo, keeps)));
        }
        Some(line)
    };
    FaultClass::ALL.into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_short() {
        for (range, words) in [
            (TimeRange::seconds(60.0, 120.0), "60 s to 2 min"),
            (TimeRange::seconds(0.0, 300.0), "up to 5 min"),
            (TimeRange::ZERO, "0 s"),
            (TimeRange::UNKNOWN, "not known"),
            (TimeRange::UNRECOVERABLE, "unrecoverable"),
            (TimeRange { low: Bound::seconds(900.0), high: Bound::Unknown }, "15 min or more"),
            (TimeRange { low: Bound::seconds(60.0), high: Bound::Unrecoverable }, "60 s, or unrecoverable"),
            (TimeRange::seconds(0.0, 604_800.0), "up to 7 days"),
        ] {
            assert_eq!(time_range(range), words);
        }
    }
}
