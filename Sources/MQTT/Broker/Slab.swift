/// Elements under small numbers: an array with places that are used again.
///
/// A vacant place holds a placeholder and not an optional, so that an element is changed where it lies.
struct Slab<Element> {
    private var elements: [Element] = []
    private var vacant: [UInt32] = []
    private var isOccupied: [Bool] = []
    /// How many of the lowest numbers are never given to an element.
    private var reservedCount = 0
    private let placeholder: Element

    init(placeholder: Element) {
        self.placeholder = placeholder
    }

    /// How many elements there are.
    var count: Int { elements.count - vacant.count - reservedCount }

    /// Keeps the lowest numbers from being given to elements, before there are any.
    mutating func reserve(_ count: Int) {
        precondition(elements.isEmpty, "numbers were reserved too late")
        elements = Array(repeating: placeholder, count: count)
        isOccupied = Array(repeating: false, count: count)
        reservedCount = count
    }

    mutating func insert(_ element: Element) -> UInt32 {
        if let index = vacant.popLast() {
            elements[Int(index)] = element
            isOccupied[Int(index)] = true
            return index
        }
        elements.append(element)
        isOccupied.append(true)
        return UInt32(elements.count - 1)
    }

    /// Removes an element; what belonged to it is released.
    mutating func remove(_ index: UInt32) {
        precondition(isOccupied[Int(index)], "element \(index) was removed twice")
        elements[Int(index)] = placeholder
        isOccupied[Int(index)] = false
        vacant.append(index)
    }

    func contains(_ index: UInt32) -> Bool {
        Int(index) < isOccupied.count && isOccupied[Int(index)]
    }

    subscript(index: UInt32) -> Element {
        get { elements[Int(index)] }
        _modify { yield &elements[Int(index)] }
    }

    /// The numbers of all elements, ascending.
    var indices: [UInt32] {
        elements.indices.lazy.filter { isOccupied[$0] }.map { UInt32($0) }
    }
}
