//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-143, 136],
    [285, 302],
    [9, 43],
    [119, 25],
    [187, 49],
    [103, 177],
    [37, 101],
    [149, 71],
    [93, 7],
    [-1024, -1024],
];
