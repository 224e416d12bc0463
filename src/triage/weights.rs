//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-151, 70],
    [281, 472],
    [66, 19],
    [-13, -65],
    [85, -89],
    [65, 151],
    [5, 57],
    [104, -25],
    [62, 63],
    [-1024, -1024],
];
