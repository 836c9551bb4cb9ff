//! Actions, blocks, variables, and what is not known.

use super::{check, check_broken, check_with};

#[test]
fn text_actions_and_white_space() {
    check("a {{ 1 }} b", "a 1 b");
    check("a {{- 1 -}} b", "a1b");
    check("a\n  {{- /* a comment */ -}}\n b", "ab");
    check("{{/* {{ 1 }} */}}x", "x");
    check("{{ \"a\\tb\" }}{{ `c\\d` }}{{ 'e' }}", "a\tbc\\d101");
    check("{{ 1.5 }} {{ -3 }} {{ 0x1F }} {{ 1e6 }} {{ 1_000 }}", "1.5 -3 31 1e+06 1000");
    check("{{-3 }} {{- 3}}", "-33");
}

#[test]
fn branches() {
    check("{{ if true }}a{{ else }}b{{ end }}", "a");
    check("{{ if 0 }}a{{ else if \"\" }}b{{ else if 1 }}c{{ else }}d{{ end }}", "c");
    check_with("a: {b: 1}", "{{ with .Values.a }}{{ .b }}{{ end }}{{ with .Values.c }}x{{ else }}y{{ end }}", "1y");
    check("{{ with 0 }}a{{ else with 2 }}{{ . }}{{ end }}", "2");
    check("{{ if and 1 (or 0 2) }}a{{ end }}{{ or 0 \"\" }}", "a");
    check("{{ and false (fail \"x\") }}", "false");
}

#[test]
fn loops() {
    check_with("l: [a, b]", "{{ range .Values.l }}<{{ . }}>{{ end }}", "<a><b>");
    check_with(
        "l: [a, b]",
        "{{ range $i, $e := .Values.l }}{{ $i }}{{ $e }}{{ $.Values.l | len }} {{ end }}",
        "0a2 1b2 ",
    );
    check_with("m: {b: 1, a: 2}", "{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ end }}", "a=2;b=1;");
    check_with("", "{{ range .Values.l }}x{{ else }}none{{ end }}", "none");
    check_with(
        "n: 3",
        "{{ range $i := until (int .Values.n) }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ end }}",
        "02",
    );
    check("{{ range 3 }}{{ . }}{{ if eq . 1 }}{{ break }}{{ end }}{{ end }}", "01");
    check("{{ $sum := 0 }}{{ range until 4 }}{{ $sum = add $sum . }}{{ end }}{{ $sum }}", "6");
}

#[test]
fn templates_of_templates() {
    check("{{ define \"a\" }}[{{ . }}]{{ end }}{{ template \"a\" 1 }}{{ include \"a\" 2 | upper }}", "[1][2]");
    check("{{ block \"a\" 3 }}<{{ . }}>{{ end }}", "<3>");
    check("{{ define \"a\" }}{{ $ }}{{ end }}{{ include \"a\" \"x\" }}", "x");
    check_with("t: '{{ .Values.n }}!'\nn: 4", "{{ tpl .Values.t . }}", "4!");
    check("{{ include \"nothing\" . }}", "!there is no template \"nothing\"");
    check(
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "!more than 120 templates and blocks inside of each other",
    );
}

#[test]
fn fields_and_variables() {
    check_with(
        "a: {b: {c: 7}}",
        "{{ .Values.a.b.c }}{{ $x := .Values.a }}{{ $x.b.c }}{{ (index .Values \"a\").b.c }}",
        "777",
    );
    check_with("a: 1", "{{ .Values.b }}{{ .Values.b | quote }}{{ .Values.b | default 2 }}", "2");
    check("{{ (.Values.a).b }}{{ ((.Values.a).b).c }}{{ $x := .Values.a }}{{ $x.b.c }}", "");
    check("{{ .Values.a.b }}", "!there is no .b of nothing");
    check_with("a: 1", "{{ .Values.a.b }}", "!a float64 has no field b");
    check("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x = 3 }}{{ end }}{{ $x }}", "1");
    check("{{ $x = 1 }}", "!there is no variable $x");
    check("{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d }}", "map[a:1 b:2]");
}

#[test]
fn what_a_condition_guards_that_is_not_known_is_worked_out_both_ways() {
    check("{{ if .A }}a{{ else }}b{{ end }}", "a | b");
    check("{{ if .A }}a{{ end }}{{ if .B }}b{{ end }}", "ab | a | b | ");
    // The same question has the same answer.
    check("{{ if .A }}a{{ end }}{{ if not .A }}b{{ end }}", "a | b");
    check("{{ if eq .A 1 }}a{{ end }}{{ if ne .A 1 }}b{{ end }}", "a | b");
    check("{{ if and .A .B }}a{{ else }}b{{ end }}", "a | b | b");
    check("{{ .A | default 3 }}", "? | 3");
    check("{{ ternary 1 2 .A }}", "1 | 2");
    check("x{{ .A }}y {{ .A.b }} {{ upper .A }} {{ printf \"%s-%d\" .A 3 }} {{ quote .A }}", "x?y ? ? ?-3 \"?\"");
    check("{{ range .A }}{{ . }}{{ end }}|{{ range .A }}{{ $x := . }}{{ end }}", "?|");
    check("{{ $n := 1 }}{{ range .A }}{{ $n = 2 }}{{ end }}{{ $n }}", "?");
    check("{{ lookup \"v1\" \"Secret\" \"\" \"x\" }}{{ randAlphaNum 5 }}", "??");
    check("{{ if randAlphaNum 5 }}a{{ end }}", "a");
    check("{{ required \"give it\" .Values.x }}{{ required \"y\" 3 }}", "?3");
    check("{{ toYaml (dict \"a\" .A) }}", "a: ?");
}

#[test]
fn what_is_set_on_one_way_only_is_not_known_afterwards() {
    let template = "{{ if .A }}{{ $_ := set .Values \"x\" 1 }}{{ end }}";
    let after = super::rendered(template, "y: 2").dot;
    let values = after.get("Values").expect("values");
    assert!(values.get("x").is_some_and(|x| x.as_unknown().is_some()));
    assert!(values.get("y").is_some_and(|y| y.as_unknown().is_none()));
}

#[test]
fn the_version_of_a_cluster_is_one_that_is_in_use() {
    check("{{ semverCompare \">=1.14-0\" .Cluster }}", "true");
    check("{{ semverCompare \"<1.19-0\" .Cluster }}", "false");
    check("{{ if semverCompare \">=1.31-0\" .Cluster }}a{{ else }}b{{ end }}", "a | b");
}

#[test]
fn a_name_that_is_decided_later_tells_nothing_by_what_it_is() {
    check("{{ if contains \"sh\" .Release }}{{ .Release }}{{ end }}", "shop");
    check("{{ if eq .Release \"shop\" }}a{{ else }}b{{ end }}", "a | b");
    check("{{ if eq (printf \"%s-x\" .Release | trunc 3) \"sho\" }}a{{ else }}b{{ end }}", "a | b");
    check("{{ hasKey (dict \"shop\" 1) .Release }}", "?");
}

#[test]
fn what_is_no_template_says_what_was_expected() {
    check_broken("a {{ if .x }} b", "the text ends inside of a block; expected `{{ end }}` at 15");
    check_broken("a {{ .x ", "this action does not end; expected `}}` at 7");
    check_broken("a {{ .x\nb: {{ .y }}", "this action does not end; expected `}}` at 2");
    check_broken("{{ end }}", "`end` of nothing: no block is open here at 0");
    check_broken("{{ else }}", "`else` without an `if`, `with` or `range` around it at 0");
    check_broken("{{ (1 }}", "this parenthesis is not closed; expected `)` at 3");
    check_broken(
        "{{ \"a }}",
        "this text does not end on its line, or has an escape that Go does not know; expected `\"` at 3",
    );
    check_broken("{{ /* a }}", "this comment does not end; expected `*/}}` at 3");
    check_broken("{{ 1 | 2 }}", "a value can't be given anything; expected a function after `|` at 7");
    check_broken("{{ nil | quote }}", "`nil` by itself is no value of an action at 3");
    check_broken("{{ }}", "an action without a value at 0");
    check_broken("{{ break }}", "`break` outside of a `range` at 0");
    check_broken("{{ a ! b }}", "'!' is nothing here; expected a value, a function or `}}` at 5");
    check("{{ nonsense 1 }}", "!there is no function nonsense");
}
