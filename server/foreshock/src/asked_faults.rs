//! What is asked to fail, in the words of the command line and of launch configurations.

use clap::Args;

/// What is asked to fail. Without any, every scenario is run.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub(crate) struct AskedFaults {
    /// This component is down as a whole; or db=degraded, db=overloaded; or any fault by its name (instance:api#0, cut:api->db)
    #[arg(long, value_name = "ID")]
    pub(crate) fail: Vec<String>,
    /// So many instances of a component are lost, the primary among them
    #[arg(long, value_name = "ID=K")]
    pub(crate) lose: Vec<String>,
    /// A zone is lost
    #[arg(long, value_name = "Z")]
    pub(crate) zone: Vec<String>,
    /// A region is lost
    #[arg(long, value_name = "R")]
    pub(crate) region: Vec<String>,
    /// A shared domain is lost
    #[arg(long, value_name = "D")]
    pub(crate) domain: Vec<String>,
    /// A component fails this share of its requests
    #[arg(long, value_name = "ID=20%")]
    pub(crate) errors: Vec<String>,
    /// A component takes so many times as long for each request
    #[arg(long, value_name = "ID=10x")]
    pub(crate) latency: Vec<String>,
    /// So many times as many requests come in
    #[arg(long, value_name = "3x")]
    pub(crate) traffic: Vec<String>,
}

impl AskedFaults {
    /// By the names the engine reads, in the order of the flags.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = self.fail.clone();
        names.extend(self.lose.iter().map(|lost| format!("instances:{lost}")));
        for (form, values) in [("zone", &self.zone), ("region", &self.region), ("domain", &self.domain)] {
            names.extend(values.iter().map(|value| format!("{form}:{value}")));
        }
        let failing = |text: &String| match text.rsplit_once('=') {
            Some((id, share)) => format!("errors:{id}:{share}"),
            None => format!("errors:{text}"),
        };
        let slow = |text: &String| match text.rsplit_once('=') {
            Some((id, factor)) => format!("latency:{id}:{factor}"),
            None => format!("latency:{text}"),
        };
        names.extend(self.errors.iter().map(failing));
        names.extend(self.latency.iter().map(slow));
        names.extend(self.traffic.iter().map(|factor| format!("traffic:{factor}")));
        names
    }
}
