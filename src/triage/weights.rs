//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-89, 110],
    [254, 406],
    [31, 144],
    [138, 26],
    [208, 66],
    [113, 208],
    [28, 95],
    [161, 85],
    [-384, -384],
    [-1280, -1280],
];
