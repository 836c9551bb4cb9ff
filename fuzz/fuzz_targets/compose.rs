#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreshock_claims::compose(bytes));
