//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-74, 134],
    [291, 318],
    [23, 76],
    [152, 45],
    [193, 58],
    [120, 196],
    [41, 118],
    [168, 88],
    [-384, -384],
    [-1024, -1024],
];
