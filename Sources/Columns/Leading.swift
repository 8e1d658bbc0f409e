/// The first of many elements in an order, found without sorting all of them.
enum Leading {
    /// Indices of the first elements, and of those that the order does not tell from the last of them; in order.
    static func indices(of count: Int, limit: Int, isBefore: (Int, Int) -> Bool) -> [Int] {
        var best: [Int] = []
        var room = 4 * limit + 64
        var last: Int?
        for index in 0..<count {
            if let last, isBefore(last, index) { continue }
            best.append(index)
            if best.count < room { continue }
            prune(&best, limit, isBefore)
            last = best[limit - 1]
            // Equals stay, so there may be more than asked for.
            room = max(room, best.count * 2)
        }
        prune(&best, limit, isBefore)
        return best
    }

    private static func prune(_ best: inout [Int], _ limit: Int, _ isBefore: (Int, Int) -> Bool) {
        best.sort(by: isBefore)
        guard best.count > limit else { return }
        let edge = best[limit - 1]
        while let last = best.last, best.count > limit, isBefore(edge, last) { best.removeLast() }
    }
}
