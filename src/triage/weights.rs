//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-85, 123],
    [267, 352],
    [32, 152],
    [127, 24],
    [194, 79],
    [113, 193],
    [43, 103],
    [157, 87],
    [-384, -384],
    [-1280, -1280],
];
