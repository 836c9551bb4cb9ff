//! What an address is handed over for: to be called, or to be told to somebody else (printed into pages, mails, headers).

use foreshock_model::{ComponentKind, Exposure};

use crate::Role;
use crate::graph::Graph;

/// What a variable's name says of the address in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// Told to somebody: where to send the user back to, who may embed a page.
    Told,
    /// One's own name (`BASE_URL`), or somebody else's: it depends on whose address it is.
    OwnName,
    /// Nothing, or that it is called.
    Nothing,
}

/// Words for what is told: a browser follows it, a policy lists it.
const TOLD: &[&str] = &[
    "ALLOW",
    "ALLOWED",
    "AUDIENCE",
    "CALLBACK",
    "CALLBACKS",
    "CANONICAL",
    "COOKIE",
    "CORS",
    "CSP",
    "CSRF",
    "EXTERNAL",
    "FRONTEND",
    "ISSUER",
    "LANDING",
    "LOGOUT",
    "ORIGIN",
    "ORIGINS",
    "PUBLIC",
    "REDIRECT",
    "REDIRECTS",
    "REFERER",
    "REFERRER",
    "REPORT",
    "REPORTING",
    "RETURN",
    "SIGNOUT",
    "SITE",
    "TRUSTED",
    "WEBSITE",
    "WHITELIST",
];
/// Words of which a name for oneself is made of, and nothing else.
const OWN: &[&str] = &[
    "APP",
    "APPLICATION",
    "BASE",
    "DOMAIN",
    "HOME",
    "HOST",
    "HOSTNAME",
    "HTTP",
    "HTTPS",
    "LINK",
    "MY",
    "NAME",
    "ROOT",
    "SELF",
    "SERVER",
    "URI",
    "URL",
    "WEB",
];

/// The words of a name, `redirectUrl` and `REDIRECT_URL` alike.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        let begins = !letter.is_ascii_alphanumeric() || (was_lower && letter.is_ascii_uppercase());
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(letter.to_ascii_uppercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What the name of a variable says.
pub(crate) fn says(name: &str) -> Says {
    let words = words(name);
    if words.iter().any(|word| TOLD.contains(&word.as_str())) {
        Says::Told
    } else if !words.is_empty() && words.iter().all(|word| OWN.contains(&word.as_str())) {
        Says::OwnName
    } else {
        Says::Nothing
    }
}

/// The name of the variable in whose value something stands at `offset`, in the text of a structure: the key before it, or
/// the `"name"` beside a `"value"`.
pub(crate) fn variable_at(text: &str, offset: usize) -> Option<&str> {
    let before = text.get(..offset)?;
    let opening = before.rfind('"')?;
    let key = quoted_before(before.get(..opening)?.trim_end().strip_suffix(':')?)?;
    if !matches!(key, "value" | "valueFrom" | "value_from") {
        return Some(key);
    }
    let object = text.get(before.rfind('{')?..)?;
    let object = object.get(..object.find('}').unwrap_or(object.len()))?;
    let after = object.get(object.find("\"name\"")? + "\"name\"".len()..)?.trim_start().strip_prefix(':')?.trim_start();
    after.strip_prefix('"')?.split('"').next()
}

fn quoted_before(text: &str) -> Option<&str> {
    let inside = text.trim_end().strip_suffix('"')?;
    inside.get(inside.rfind('"')? + 1..)
}

impl Graph<'_> {
    /// Whether an instance is where the public comes in. Of what faces users by its kind that is so unless its row knows
    /// better, of everything else only where its row says so.
    pub(crate) fn is_public(&self, index: usize) -> bool {
        let faces_users = || {
            let kind = self.row(index).and_then(|row| row.kind_of(|| self.variables(index)));
            kind.is_some_and(ComponentKind::is_user_facing)
        };
        match self.exposure(index) {
            Exposure::Public => self.row(index).is_some_and(|row| row.public.is_some()) || faces_users(),
            Exposure::Internal => false,
            Exposure::NotSaid => faces_users(),
        }
    }

    /// What its row knows of who can reach it. Where that depends on something unknown nothing is said; what a row without an
    /// expression is about has no other side than that to the public.
    pub(crate) fn exposure(&self, index: usize) -> Exposure {
        let public = self.row(index).and_then(|row| row.public.as_ref());
        match public.map(|public| public.holds(&self.variables(index))) {
            None | Some(Some(true)) => Exposure::Public,
            Some(Some(false)) => Exposure::Internal,
            Some(None) => Exposure::NotSaid,
        }
    }

    /// Whether an address of this instance under that name is told to somebody, and not called.
    pub(crate) fn is_told(&self, index: usize, name: Option<&str>) -> bool {
        use ComponentKind::{ApiGateway, AppServer, Cdn, Custom, Dns, LoadBalancer, Serverless, WebServer};
        let Some(row) = self.row(index) else { return false };
        let kind = row.kind_of(|| self.variables(index));
        let answers_browsers = match row.role() {
            Role::Glue => row.carriers.is_empty(),
            _ => matches!(
                kind,
                Some(LoadBalancer | Cdn | ApiGateway | Dns | WebServer | AppServer | Serverless | Custom)
            ),
        };
        answers_browsers
            && match name.map_or(Says::Nothing, says) {
                Says::Told => true,
                // Of an internal balancer it is who is called; a service by itself has no other name.
                Says::OwnName => matches!(kind, Some(WebServer | AppServer | Serverless)),
                Says::Nothing => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for told in [
            "REDIRECT_URL",
            "CSP_REPORT_URI",
            "CSP_AUTH_DOMAIN",
            "APP_PUBLIC_URL",
            "publicUrl",
            "OAUTH_CALLBACK",
            "SITE_URL",
            "ALLOWED_ORIGINS",
            "cors.origins",
            "OIDC_ISSUER",
            "LOGOUT_URI",
            "ExternalUrl",
            "frontend_host",
            "NEXT_PUBLIC_API_URL",
        ] {
            assert_eq!(says(told), Says::Told, "{told}");
        }
        for own in ["BASE_URL", "APP_URL", "HOST", "HOSTNAME", "APP_BASE_URL", "serverName", "DOMAIN"] {
            assert_eq!(says(own), Says::OwnName, "{own}");
        }
        for called in ["DB_HOST", "API_URL", "API_BASE_URL", "DATABASE_URL", "PAYMENTS_ENDPOINT", "", "REPORTS_API"] {
            assert_eq!(says(called), Says::Nothing, "{called}");
        }
    }

    #[test]
    fn variables_of_a_text() {
        let text =
            r#"[{"environment":[{"name":"A","value":"http://a.b.c"},{"value" : "d.e.f","name": "B"}],"image":"x"}]"#;
        let at = |host: &str| variable_at(text, text.find(host).unwrap());
        assert_eq!((at("a.b.c"), at("d.e.f"), at("x\"")), (Some("A"), Some("B"), Some("image")));
        assert_eq!((variable_at("A=http://a.b.c", 9), variable_at("é", 1), variable_at("\"", 1)), (None, None, None));
    }
}
