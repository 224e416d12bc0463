//! What wraps a value and leaves it one: a call, a constructor, a prefix of a literal.
//!
//! Finds the first quote in it. What the call makes of the value is none of its business.

/// The longest text of a call before its first quote.
const LONGEST_CALL: usize = 40;

/// The place of the first quote in a call or a literal with a prefix: `Some("`, `[]byte("`, `b"`.
pub fn wrapped(window: &[u8], at: usize) -> Option<usize> {
    let is_call = |b: &&u8| {
        let is_sign = matches!(
            b,
            b'_' | b'.' | b':' | b'&' | b'@' | b'$' | b'[' | b']' | b'(' | b')' | b'{' | b'<' | b'>'
        );
        is_sign || b.is_ascii_alphanumeric()
    };
    let mut end = at + window[at..].iter().take(4).take_while(|b| b"([{".contains(b)).count();
    if window[end..].starts_with(b"new ") {
        end += 4;
    }
    end += window[end..].iter().take(LONGEST_CALL).take_while(is_call).count();
    let opens = end > at && matches!(window.get(end), Some(b'"' | b'\'' | b'`'));
    let prefix = end.checked_sub(1).map(|last| window[last])?;
    let inner = window[at..end].strip_suffix(&[prefix]).and_then(|call| call.last());
    let leads = b"([{@$&".contains(&prefix) || end - at <= 2 || inner.is_some_and(|b| b"([{".contains(b));
    // `data["name"]` asks for a value, `["name"]` is a list.
    let asks = prefix == b'[' && inner.is_some_and(|b| b.is_ascii_alphanumeric());
    (opens && leads && !asks).then_some(end)
}
