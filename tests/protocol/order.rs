//! Answers are about the text that was sent before the question, never about an older one.

use serde_json::json;

use crate::client::{Client, Shop, uri};

/// Pairs of edit and question; more with `FORESHOCK_PAIRS`.
const PAIRS: i64 = 3000;

#[test]
fn a_question_sees_every_edit_before_it() {
    let pairs: i64 = std::env::var("FORESHOCK_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    let shop = Shop::new("order");
    std::fs::remove_file(shop.file("rds.tf")).unwrap();
    let file = shop.directory.join("alone").join("db.tf");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut client = Client::open_workspace(&[file.parent().unwrap()], json!({}));
    // The name is edited in place, six digits wide, so that a lost or swapped edit shows.
    client.open(&file, 0, "resource \"aws_db_instance\" \"v000000\" {\n  multi_az = false\n}\n");
    let hover = json!({"textDocument": {"uri": uri(&file)}, "position": {"line": 0, "character": 3}});
    let mut asked = Vec::new();
    for pair in 1..=pairs {
        client.edit(&file, pair, [[0, 29], [0, 35]], &format!("{pair:06}"));
        asked.push((pair, client.ask("textDocument/hover", hover.clone())));
    }
    let mut newer = 0;
    for (pair, id) in asked {
        let answer = client.answer(id).unwrap();
        let text = answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("question {pair}: {answer}"));
        let seen = text.split("aws_db_instance.v").nth(1).and_then(|rest| rest.get(..6)?.parse::<i64>().ok());
        let seen = seen.unwrap_or_else(|| panic!("no name in {text}"));
        assert!((pair..=pairs).contains(&seen), "question {pair} was answered from version {seen}");
        newer += i64::from(seen > pair);
    }
    println!("{pairs} pairs: none answered from an older text, {newer} from a newer one");
    client.diagnostics(&file, pairs);
    client.finish();
}
