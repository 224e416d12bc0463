//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [-1000, -1000],
];
