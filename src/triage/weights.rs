//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-73, 134],
    [291, 356],
    [43, 80],
    [146, 46],
    [208, 29],
    [124, 207],
    [49, 125],
    [182, 92],
    [-256, -256],
    [-1024, -1024],
];
