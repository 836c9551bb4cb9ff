//! Charts: a number in the file with values is what a finding and its repair are about.

use serde_json::json;

use crate::client::{Client, Shop, uri};

const FILES: &[(&str, &str)] = &[
    ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
    ("shop/values.yaml", "# How many.\nreplicas: 1\n"),
    (
        "shop/templates/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.replicas }}\n  \
         selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, \
         image: w}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {app: web}}\n",
    ),
];

#[test]
fn a_repair_is_made_in_the_values_and_a_finding_follows_them() {
    let shop = Shop::of("chart-values", FILES);
    let (values, page) = (shop.file("shop/values.yaml"), shop.file("shop/templates/web.yaml"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&values, 1, &shop.text("shop/values.yaml"));
    let single = |diagnostics: &serde_json::Value| {
        let of_rule =
            diagnostics.as_array().into_iter().flatten().filter(|one| one["code"] == "single-point-of-failure");
        of_rule.map(|one| one["range"].clone()).collect::<Vec<_>>()
    };
    let told = client.diagnostics(&values, 1);
    let place = json!({"start": {"line": 1, "character": 10}, "end": {"line": 1, "character": 11}});
    assert_eq!(single(&told), std::slice::from_ref(&place));
    let asked = json!({"textDocument": {"uri": uri(&values)}, "range": place, "context": {"diagnostics": told, "only": ["quickfix"]}});
    let actions = client.request("textDocument/codeAction", asked).unwrap();
    assert_eq!(actions[0]["edit"]["changes"][uri(&values)], json!([{"range": place, "newText": "2"}]));
    client.replace(&values, 2, "# How many.\nreplicas: 2\n");
    assert_eq!(single(&client.diagnostics(&values, 2)), [] as [serde_json::Value; 0]);
    client.close(&values);
    // Where the template decides, it stands there.
    client.open(&page, 1, &shop.text("shop/templates/web.yaml"));
    let decided = shop.text("shop/templates/web.yaml").replace("{{ .Values.replicas }}", "1");
    client.replace(&page, 2, &decided);
    let here = json!({"start": {"line": 5, "character": 2}, "end": {"line": 5, "character": 13}});
    assert_eq!(single(&client.diagnostics(&page, 2)), [here]);
    // A template that is no template says what was expected, and where.
    client.replace(&page, 3, &decided.replace("{{ .Release.Name }}", "{{ .Release.Name"));
    let told = client.diagnostics(&page, 3);
    assert!(told[0]["message"].as_str().unwrap().contains("expected `}}`"), "{told:?}");
    client.finish_with_closed_files(&shop);
}
