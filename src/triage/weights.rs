//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-74, 139],
    [312, 291],
    [76, 70],
    [150, 50],
    [203, 44],
    [126, 202],
    [63, 134],
    [180, 96],
    [-256, -256],
    [-1024, -1024],
];
