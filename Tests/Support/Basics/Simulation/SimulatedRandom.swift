extension SeededGenerator {
    /// Whether something happens that happens `percent` times in a hundred.
    mutating func chance(_ percent: Int) -> Bool {
        number(in: 0...99) < percent
    }

    /// The same number on every version of the standard library, so that a seed in an old report keeps its meaning.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// One element, by the same rule.
    mutating func element<Element>(of array: [Element]) -> Element {
        array[number(in: 0...array.count - 1)]
    }
}
