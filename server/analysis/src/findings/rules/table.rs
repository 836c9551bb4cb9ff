//! How the list of rules becomes [`RuleId`](super::RuleId) and a table.

/// From lines of `Name "code" who finds it`: an enum with the names, their codes, and `RULES` with the page of each, which is
/// found by its code.
macro_rules! rules {
    ($($name:ident $code:literal $found_by:expr,)*) => {
        /// A rule, by its code: `single-point-of-failure`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RuleId {
            $(
                #[doc = concat!("`", $code, "`")]
                $name,
            )*
        }

        impl RuleId {
            /// The code.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(RuleId::$name => $code,)*
                }
            }
        }

        const RULES: &[RuleDef] = &[
            $(RuleDef {
                id: RuleId::$name,
                page: include_str!(concat!("../../../../../docs/rules/", $code, ".md")),
                found_by: $found_by,
            },)*
        ];
    };
}
