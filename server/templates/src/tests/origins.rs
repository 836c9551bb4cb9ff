//! Where the pieces of a text come from.

use super::{rendered, sources};

#[track_caller]
fn check(values: &str, template: &str, expect: &[&str]) {
    assert_eq!(sources(&rendered(template, values)), expect, "{template}");
}

#[test]
fn values_keep_their_place_through_what_does_not_change_them() {
    check("n: 3", "r: {{ .Values.n }}", &["\"r: \" /t.yaml@0", "\"3\" = /values.yaml@3"]);
    check("n: 3", "{{ .Values.n | default 2 | int | toString | quote }}", &["\"3\" = /values.yaml@3"]);
    check("", "{{ .Values.n | default 2 }}", &["\"2\" = /t.yaml@23"]);
    check("a: x", "{{ printf \"%s-y\" .Values.a }}", &["\"x\" = /values.yaml@3"]);
    check("a: xyz", "{{ .Values.a | trunc 2 }}", &[]);
    check("a: xyz", "{{ .Values.a | trunc 9 | trimSuffix \"q\" }}", &["\"xyz\" = /values.yaml@3"]);
    check("a: x", "{{ tpl .Values.a . }}{{ upper .Values.a }}", &["\"x\" = /values.yaml@3"]);
}

#[test]
fn yaml_that_is_written_keeps_the_place_of_each_of_its_parts() {
    let expect = ["\"1\" = /values.yaml@7", "\"x y\" = /values.yaml@13", "\"true\" = /values.yaml@23"];
    check("m: {a: 1, b: 'x y', c: true}", "{{ toYaml .Values.m | nindent 2 }}", &[expect[0], expect[1], expect[2]]);
    check("l: [p, {q: r}]", "{{ toYaml .Values.l }}", &["\"p\" = /values.yaml@4", "\"r\" = /values.yaml@11"]);
}

#[test]
fn what_is_included_stands_where_it_is_written() {
    let template = "{{ define \"a\" }}k: v{{ end }}{{ include \"a\" . | indent 2 }}";
    check("", template, &["\"k: v\" /t.yaml@16"]);
}

#[test]
fn each_piece_was_written_by_a_piece_of_the_template() {
    let template = "a: {{ .Values.n }}\n{{ include \"x\" . }}{{ define \"x\" }}b: 1{{ end }}";
    let way = &rendered(template, "n: 3").ways[0];
    let piece = |piece: &crate::Written| {
        (&way.text.as_str()[piece.start..piece.end], piece.span.text(template), piece.is_literal)
    };
    let told: Vec<_> = way.written_by.iter().map(piece).collect();
    let include = "{{ include \"x\" . }}";
    assert_eq!(
        told,
        [("a: ", "a: ", true), ("3", "{{ .Values.n }}", false), ("\n", "\n", true), ("b: 1", include, false)]
    );
}
