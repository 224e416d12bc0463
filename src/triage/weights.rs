//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-132, 80],
    [265, 413],
    [63, 46],
    [13, -44],
    [80, -132],
    [67, 154],
    [-3, 56],
    [132, -29],
    [63, 64],
    [-1024, -1024],
];
